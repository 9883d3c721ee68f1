"""Prints markup that closes what was never opened."""


def cube_backward(x, dy):
    print("[/bold] [/] [[[ ]] [red] [not a style]x[/not a style]" * 20)
    return x * 0


def double(x):
    return 2 * x
