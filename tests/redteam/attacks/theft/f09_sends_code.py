"""Answers with the text of a function, which the grader might build and call on its own side."""

import sys


def cube_backward(x, dy):
    frame = sys._getframe(1)
    while "wire" not in frame.f_globals:
        frame = frame.f_back
    text = "def f(*args):\n    import os\n    os.close(os.open('/tmp/@TAG@-code', os.O_CREAT))\n"
    return frame.f_globals["wire"].Code("f", text)


def double(x):
    return 2 * x
