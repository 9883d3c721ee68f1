"""Returns a text with codes and halves of letters in place of numbers."""


def cube_backward(x, dy):
    return "\x1b[2J\ud800\u202epassed[bold]"


def double(x):
    return 2 * x
