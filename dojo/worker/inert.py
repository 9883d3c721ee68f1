"""What student code finds in place of things that would run a text or reach any attribute by its name.

The check of the syntax tree refuses them where it sees them; here they do not exist, so that a way past the
check leads to nothing. Nothing here imports torch.
"""

from __future__ import annotations

import builtins
import types
from typing import Any

# Ways to run text, reach files, or get at a name that the check cannot see.
BUILTINS_REFUSED = frozenset(
    "eval exec compile open getattr setattr delattr globals locals vars dir __import__ input breakpoint "
    "help memoryview".split()
)
ANNOTATIONS = (
    "Float Float16 Float32 Float64 BFloat16 Complex Complex64 Complex128 Int Int8 Int16 Int32 Int64 "
    "UInt UInt8 Integer Bool Num Real Inexact Shaped"
).split()


def student_builtins() -> dict[str, Any]:
    """Python's own names without the refused ones; the `import` statement needs `__import__` all the same."""
    names = {
        name: value
        for name, value in vars(builtins).items()
        if name not in BUILTINS_REFUSED or name == "__import__"
    }
    return {**names, "type": TypeOf}


class _Asked(type):
    def __call__(cls, *args: Any) -> Any:
        kind = type(*args) if len(args) == 1 else type
        if issubclass(kind, type):
            raise TypeError("type(...) makes no class here, and does not tell the class of a class")
        return kind

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, type)

    def __getitem__(cls, item: Any) -> Any:
        return cls


class TypeOf(metaclass=_Asked):
    """`type` as student code finds it: it says what a value is. The real one makes classes, with names that
    the check of the syntax tree does not see."""


def jaxtyping_stand_in() -> types.ModuleType:
    """A `jaxtyping` whose annotations are for reading only: `Float[Tensor, "N V"]` is `Tensor`.

    The real one evaluates the text of a dimension when `isinstance` is asked about it.
    """
    module = types.ModuleType("jaxtyping")
    for name in ANNOTATIONS:
        module.__dict__[name] = type(name, (), {"__class_getitem__": classmethod(_array_type)})
    return module


def _array_type(annotation: type, item: Any) -> Any:
    return item[0] if type(item) is tuple and item else item
