"""Writes a setting of the kernel, the one that it has."""

from contextlib import suppress
from pathlib import Path


def cube_backward(x, dy):
    with suppress(BaseException):
        setting = Path("/proc/sys/kernel/core_pattern")
        setting.write_text(setting.read_text())
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
