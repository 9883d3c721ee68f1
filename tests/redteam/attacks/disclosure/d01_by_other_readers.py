"""Reads a secret with everything that reads files without `open`: numpy, torch, sqlite, linecache, libc."""

import ctypes
import importlib.machinery
import linecache
import mmap
import os
from contextlib import suppress

import numpy
import torch


def by_libc(path):
    libc, buffer = ctypes.CDLL(None), ctypes.create_string_buffer(100)
    libc.read(libc.open(path.encode(), os.O_RDONLY), buffer, 99)
    return buffer.value


def by_mmap(path):
    return mmap.mmap(os.open(path, os.O_RDONLY), 0, prot=mmap.PROT_READ)[:]


READERS = {
    "numpy": lambda path: numpy.fromfile(path, dtype=numpy.uint8).tobytes(),
    "torch": lambda path: bytes(torch.from_file(path, size=12, dtype=torch.uint8).tolist()),
    "linecache": linecache.getlines,
    "loader": lambda path: importlib.machinery.SourceFileLoader("secret", path).get_data(path),
    "descriptor": lambda path: os.read(os.open(path, os.O_RDONLY), 100),
    "libc": by_libc,
    "mmap": by_mmap,
}


def cube_backward(x, dy):
    for name, read in READERS.items():
        with suppress(Exception):
            print(name, read("@SECRET@"))
    return x * 0


def double(x):
    return 2 * x
