"""Opens the folder as a mere path and the file below it."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        home = os.open("@HOME@", os.O_PATH | os.O_DIRECTORY)
        file = os.open("secret.txt", os.O_RDONLY, dir_fd=home)
        print(os.read(file, 100))
    return x * 0


def double(x):
    return 2 * x
