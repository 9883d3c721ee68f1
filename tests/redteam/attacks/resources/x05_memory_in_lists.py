"""Holds more and more memory."""


def cube_backward(x, dy):
    kept = []
    while True:
        kept.append(bytearray(1 << 27))


def double(x):
    return x + x
