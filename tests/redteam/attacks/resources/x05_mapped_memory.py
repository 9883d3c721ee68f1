"""Maps anonymous memory, which no allocator of Python's counts."""

import mmap


def cube_backward(x, dy):
    kept = []
    for _ in range(48):
        kept.append(mmap.mmap(-1, 1 << 26))
        kept[-1].write(b"x" * (1 << 20))
    return x * 0


def double(x):
    return x + x
