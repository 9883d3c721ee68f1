"""Returns a dict whose keys are codes and halves of letters."""


def cube_backward(x, dy):
    return {"\x1b[2J\ud800": "\u202e", "points": 4, "\x00": float("nan"), "__class__": "x"}


def double(x):
    return 2 * x
