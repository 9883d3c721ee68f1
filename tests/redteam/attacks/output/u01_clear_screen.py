"""Prints codes that clear the screen and move the cursor up."""


def cube_backward(x, dy):
    print("\x1b[2J\x1b[H\x1b[3J\x1b[10A\x1b[1;1H\x1b[?1049h all is well")
    return x * 0


def double(x):
    return 2 * x
