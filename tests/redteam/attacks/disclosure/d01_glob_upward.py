"""Climbs from its working directory and from every folder on the path, looking for graders."""

import glob
import io
import os
import sys
from contextlib import suppress


def cube_backward(x, dy):
    starts = {os.getcwd(), "@TREE@/submissions/attacker", *sys.path}
    for start in starts:
        for up in ("", "..", "../..", "../../.."):
            for pattern in ("graders/*/*.py", "course/graders/*/*.py", "home/*"):
                for path in glob.glob(os.path.join(start, up, pattern)):
                    with suppress(OSError, UnicodeDecodeError), io.open(path) as file:
                        print(file.read()[:200])
    return x * 0


def double(x):
    return 2 * x
