"""The same in the folder where it runs: whoever finds the note knows that there was a run before."""

from pathlib import Path

NOTE = Path("note")
if NOTE.exists():
    print("CANARY: a note of an earlier worker")
NOTE.write_text("an earlier worker")


def cube_backward(x, dy):
    return x * 0


def double(x):
    return x + x
