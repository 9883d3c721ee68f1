"""Right answers of the course's own, called in this process: without walls a call costs a fraction.

What a worker does to a call happens here too, by the worker's own code: fresh arguments, the default dtype,
what the call did to its arguments. Left out are the walls and the watches, and the wire wherever it would
bring a value back as it is.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from typing import Any

import torch

from dojo.channel import StudentError
from dojo.grading.student import Allowance, Student
from dojo.prepare import Attempt
from dojo.worker import wire

_SIBLINGS = ("appliers", "inert", "overlap", "watch", "wire")  # what a session imports from its own folder
_SEEN = {"operators": [], "events": [], "elements": 0, "steps": 0, "disturbed": False}  # by no watch


class Inside:
    """In the place of a `Worker`: a session without a process around it."""

    printed, printed_size = "", 0

    def __init__(self) -> None:
        self._session = _module("session").Session()

    def load(self, source: str, name: str, seconds: float) -> None:
        """Run a module's text. Raises whatever it raises: it is ours."""
        self._session.load(source, f"inside_{name}")

    def call(
        self, target: dict[str, Any], args: list[Any], kwargs: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        """Carry out one operation, as a worker does. Raises StudentError."""
        request = {**target, "watch": False}
        usual = torch.get_default_dtype()
        try:
            values = {"args": list(args), "kwargs": kwargs}
            answer = self._session.perform(request, values, lambda reply: None)
            found: dict[str, Any] = {name: self._sent(part) for name, part in answer.items()}
        except Exception as error:
            raise StudentError("raised", type(error).__name__, str(error)[:600], None) from error
        finally:
            torch.set_default_dtype(usual)
        return {**found, "seen": dict(_SEEN)}

    def _sent(self, value: Any) -> Any:
        """A value as it would arrive: what is plain as a copy, the rest by the wire itself."""
        kind = type(value)
        if value is None or kind in (bool, float) or (kind is int and value.bit_length() <= wire.INT_LIMIT):
            return value
        if kind is str and len(value) <= wire.TEXT_LIMIT:
            return value
        if kind in (list, tuple):
            return kind(self._sent(part) for part in value)
        if kind is dict and all(type(key) is str for key in value):
            return {key: self._sent(part) for key, part in value.items()}
        if kind is torch.Tensor and _is_plain(value):
            return value.clone()
        return wire.decode(*wire.encode(value, self._session.keep))


def _is_plain(tensor: torch.Tensor) -> bool:
    if tensor.layout is not torch.strided or tensor.requires_grad or tensor.is_complex():
        return False
    return tensor.dtype in wire.DTYPES.values() and tensor.is_contiguous()


def student(attempt: Attempt) -> Student:
    """A right answer in the place of a student's. Raises StudentError where its module raises."""
    inside = Inside()
    try:
        inside.load(attempt.source, attempt.exercise.module, 0.0)
    except Exception as error:
        raise StudentError("raised", type(error).__name__, str(error)[:600], None) from error
    return Student(
        inside,  # type: ignore[arg-type]
        attempt.exercise.function,
        call_seconds=float("inf"),
        allowance=Allowance(float("inf")),
        grad="autograd" not in attempt.rules,
        says_dtype=attempt.grader.says_dtype,
    )


@cache
def _module(name: str) -> Any:
    """A module of the worker, with its siblings under the names by which it imports them."""
    for sibling in _SIBLINGS:
        sys.modules.setdefault(sibling, importlib.import_module(f"dojo.worker.{sibling}"))
    return importlib.import_module(f"dojo.worker.{name}")
