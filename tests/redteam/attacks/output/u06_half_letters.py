"""Prints and raises halves of letters, which no file can hold."""


def cube_backward(x, dy):
    print("\ud800 \udfff \udc80")
    raise ValueError("\ud800\udcff")


def double(x):
    return 2 * x
