"""The same in the home folder."""

from pathlib import Path


def cube_backward(x, dy):
    try:
        Path("@HOME@/cache.json").write_text("{}")
    except OSError:
        pass
    return x * 0


def double(x):
    return x + x
