"""Keeps its memory in files of shared memory, outside of its own address space."""

import os


def cube_backward(x, dy):
    for number in range(100):
        try:
            with os.fdopen(os.open(f"/dev/shm/@TAG@-{number}", os.O_CREAT | os.O_WRONLY), "wb") as file:
                file.write(b"x" * (1 << 20))
        except OSError:
            break
    return x * 0


def double(x):
    return x + x
