"""`map` and its like as student code finds them: each application is a step of Python.

The real ones apply a function of C to thousands of numbers within one instruction, out of sight of the watch
that counts instructions.
"""

from __future__ import annotations

import builtins
import functools
import itertools
import types
from collections.abc import Callable
from typing import Any


def _stepwise(function: Any) -> Any:
    """The same function, as one of Python's own. What is none is left to those who will complain of it."""
    if type(function) is types.FunctionType or not callable(function):
        return function
    return lambda *args: function(*args)


def _applying(real: Callable[..., Any], position: int, keyword: str) -> Callable[..., Any]:
    """`real`, whose argument at this position or with this keyword is applied step by step."""

    @functools.wraps(real, assigned=("__name__", "__doc__"), updated=())
    def apply(*args: Any, **kwargs: Any) -> Any:
        if keyword in kwargs:
            kwargs[keyword] = _stepwise(kwargs[keyword])
        elif len(args) > position:
            args = (*args[:position], _stepwise(args[position]), *args[position + 1 :])
        return real(*args, **kwargs)

    del apply.__wrapped__
    return apply


def _stand_in(module: types.ModuleType, **changed: Any) -> types.ModuleType:
    copy = types.ModuleType(module.__name__, module.__doc__)
    copy.__dict__.update({**vars(module), **changed})
    return copy


_MODULES = {
    "functools": _stand_in(functools, reduce=_applying(functools.reduce, 0, "function")),
    "itertools": _stand_in(
        itertools,
        accumulate=_applying(itertools.accumulate, 1, "func"),
        groupby=_applying(itertools.groupby, 1, "key"),
        starmap=_applying(itertools.starmap, 0, "function"),
    ),
}


def _import(name: str, *args: Any, **kwargs: Any) -> Any:
    module = builtins.__import__(name, *args, **kwargs)
    return _MODULES.get(name, module)


BUILTINS = {"map": _applying(builtins.map, 0, "func"), "__import__": _import}
