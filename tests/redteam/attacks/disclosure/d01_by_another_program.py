"""Has other programs read a secret: they are not held by what this interpreter may do."""

import os
import subprocess
from contextlib import suppress


def cube_backward(x, dy):
    for command in (
        ["cat", "@SECRET@"],
        ["/bin/sh", "-c", "cat @HOME@/*"],
        ["python3", "-c", "print(open('@SECRET@').read())"],
    ):
        with suppress(OSError):
            print(subprocess.run(command, capture_output=True, timeout=1).stdout)
    with suppress(OSError):
        print(os.popen("cat @SECRET@").read())
    return x * 0


def double(x):
    return 2 * x
