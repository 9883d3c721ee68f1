"""From a failed property to the plain counterexample that every view shows."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dojo.grading.cases import Case
from dojo.grading.mismatch import Mismatch, describe
from dojo.grading.student import RemoteObject
from dojo.text import escaped
from dojo.verdict import Counterexample, Shown, Worst
from dojo.worker.wire import Alien, Code

ENTRIES_SHOWN = 64


def counterexample(case: Case, mismatch: Mismatch | None) -> Counterexample:
    """Inputs, expected and actual as plain data, with the worst entry and the ratio if it is constant."""
    inputs = [shown(value, name) for name, value in case.given.items()]
    if mismatch is None or (mismatch.expected is None and mismatch.actual is None):
        return Counterexample(inputs, None, None)
    expected, actual = mismatch.expected, mismatch.actual
    wrong = mismatch.wrong
    entries = expected.numel() if isinstance(expected, Tensor) else 1
    return Counterexample(
        inputs=inputs,
        expected=None if expected is None else shown(expected, mismatch.path or None),
        actual=shown(actual, mismatch.path or None),
        worst=_worst(expected, actual, wrong),
        ratio=constant_ratio(expected, actual),
        entries=entries,
        wrong_entries=int(wrong.sum()) if wrong is not None else 0,
        wrong_mask=wrong.tolist() if wrong is not None and entries <= ENTRIES_SHOWN else None,
        tolerance=mismatch.tolerance,
    )


def shown(value: Any, name: str | None = None) -> Shown:
    """A value made plain: a small tensor whole, of a large one the first entries, of a text what can be seen.

    A text may be a student's: control characters and halves of letters would otherwise get into the record.
    """
    name = None if name is None else escaped(name, 80)
    if isinstance(value, Tensor):
        cut = value.numel() > ENTRIES_SHOWN
        part = value.reshape(-1)[:ENTRIES_SHOWN] if cut else value
        dtype = str(value.dtype).removeprefix("torch.")
        numbers = part if not part.is_complex() else torch.view_as_real(part)
        return Shown("tensor", numbers.tolist(), list(value.shape), dtype, name, cut)
    if isinstance(value, (list, tuple)):
        if any(isinstance(v, (Tensor, list, tuple)) for v in value):
            return Shown("text", ", ".join(_brief(v) for v in value), name=name)
        return Shown(
            "value", [_scalar(v) for v in value[:ENTRIES_SHOWN]], name=name, cut=len(value) > ENTRIES_SHOWN
        )
    if isinstance(value, dict):
        listed = list(value.items())[:ENTRIES_SHOWN]
        plain = {escaped(str(k)[:40]): _brief(v) for k, v in listed}
        return Shown("value", plain, name=name, cut=len(value) > ENTRIES_SHOWN)
    if isinstance(value, Code):
        return Shown("code", value.source.strip(), name=name)
    return Shown("value", _scalar(value), name=name)


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return escaped(value[:200])
    return value if value is None or isinstance(value, (bool, int, float)) else escaped(describe(value))


def _brief(value: Any) -> str:
    if isinstance(value, Tensor) and value.numel() <= 8:
        return str([round(v, 6) if isinstance(v, float) else v for v in value.reshape(-1).tolist()])
    if isinstance(value, (Tensor, Alien, RemoteObject, list, tuple, dict)):
        return escaped(describe(value))
    return escaped(str(value)[:60])


def _worst(expected: Any, actual: Any, wrong: Tensor | None) -> Worst | None:
    if (
        not isinstance(expected, Tensor)
        or not isinstance(actual, Tensor)
        or expected.shape != actual.shape
        or wrong is None
    ):
        return None
    gap = (actual.double() - expected.double()).abs()
    gap = torch.where(gap.isnan(), torch.tensor(float("inf"), dtype=gap.dtype), gap)
    flat = int((gap * wrong).nan_to_num(posinf=float("inf")).reshape(-1).argmax()) if gap.numel() else 0
    left = flat
    index: list[int] = []  # torch.unravel_index would first import the compiler
    for size in reversed(expected.shape):
        left, place = divmod(left, size) if size else (0, 0)
        index.insert(0, place)
    return Worst(index, float(expected.reshape(-1)[flat]), float(actual.reshape(-1)[flat]))


def constant_ratio(expected: Any, actual: Any) -> float | None:
    """actual / expected where it is the same for every entry and there are at least two to compare."""
    if not isinstance(expected, Tensor) or not isinstance(actual, Tensor) or expected.shape != actual.shape:
        return None
    if actual.is_complex():
        return None
    e, a = expected.double().reshape(-1), actual.double().reshape(-1)
    big = e.abs() > 1e-9 * e.abs().max() if e.numel() else e
    if e.numel() < 2 or int(big.sum()) < 2 or not a.isfinite().all():
        return None
    ratios = a[big] / e[big]
    ratio = float(ratios.mean())
    same = bool(((ratios - ratio).abs() <= 1e-6 * max(abs(ratio), 1e-3)).all()) and bool(
        (a[~big].abs() <= 1e-6 * a.abs().max()).all()
    )
    return ratio if same and abs(ratio - 1) > 1e-6 and ratio != 0 else None
