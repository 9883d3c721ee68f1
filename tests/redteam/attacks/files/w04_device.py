"""Makes a device in its scratch folder."""

import os
import stat
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.mknod("null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
