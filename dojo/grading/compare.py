"""Comparing an answer with the reference: kind, shape, dtype, finiteness, then values, in this order.

Only the grader's own copies are compared. A tolerance is relative to the largest entry of the reference,
with a floor tied to the size of the upstream gradient, because a true gradient may be zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dojo.grading.student import RemoteObject
from dojo.worker.wire import Alien

# Honest float64 answers to our small cases differ by at most about 1e-13 of the largest entry (measured over
# the alternatives), float32 ones by 3e-6: the tolerances leave a factor of at least 30 to both.
RELATIVE = {torch.float64: 1e-9, torch.float32: 1e-4, torch.float16: 2e-2, torch.bfloat16: 5e-2}
FLOOR = {torch.float64: 1e-11, torch.float32: 1e-5, torch.float16: 1e-2, torch.bfloat16: 3e-2}


@dataclass(frozen=True)
class Mismatch:
    """How an answer differs from the reference. `path` names a part of a tuple, list or dict."""

    kind: str  # "kind", "shape", "dtype", "finite" or "values"
    message: str
    expected: Any
    actual: Any
    path: str = ""
    wrong: Tensor | None = None  # bool, shaped like expected: the entries outside the tolerance
    tolerance: str | None = None


def compare(
    expected: Any, actual: Any, scale: float = 0.0, path: str = "", loose: float = 1.0
) -> Mismatch | None:
    """None where `actual` is a right answer.

    scale:  size of the upstream gradient; gives the floor of the tolerance.
    loose:  factor on the tolerance, where a grader states why it needs one.
    """
    if isinstance(expected, Tensor):
        return _compare_tensor(expected, actual, scale, path, loose)
    if isinstance(expected, (list, tuple)):
        return _compare_sequence(expected, actual, scale, path, loose)
    if isinstance(expected, dict):
        return _compare_dict(expected, actual, scale, path, loose)
    if isinstance(expected, bool) or expected is None or isinstance(expected, str):
        return _compare_exactly(expected, actual, path)
    return _compare_number(expected, actual, scale, path, loose)


def compare_parts(
    expected: Any,
    actual: Any,
    parts: dict[str, tuple[Any, ...]],
    scale: float = 0.0,
    loose: float = 1.0,
) -> Mismatch | None:
    """`compare`, but part by part in the order of `parts`, so that the first wrong one has its name.

    parts: name of a part to the indices that lead to it; what it leaves out is compared last.
    """
    for name, path in parts.items():
        wanted, got = expected, actual
        for step in path:
            if type(got) not in (list, tuple) or len(got) != len(wanted):
                return compare(expected, actual, scale, loose=loose)
            wanted, got = wanted[step], got[step]
        mismatch = compare(wanted, got, scale, name, loose)
        if mismatch:
            return mismatch
    return compare(expected, actual, scale, loose=loose)


def _wrong_kind(wanted: str, expected: Any, actual: Any, path: str) -> Mismatch:
    subject = f"Part {path} of the answer" if path else "The answer"
    return Mismatch(
        "kind", f"{subject} is {describe(actual)} where {wanted} is asked for.", expected, actual, path
    )


def _compare_sequence(expected: Any, actual: Any, scale: float, path: str, loose: float) -> Mismatch | None:
    wanted = f"a {type(expected).__name__} of {len(expected)}"
    # Tuple or list is a matter of taste; the number of parts is not.
    if type(actual) not in (list, tuple):
        return _wrong_kind(wanted, expected, actual, path)
    if len(actual) != len(expected):
        return Mismatch(
            "kind",
            f"{_subject(path)} {len(actual)} parts where {len(expected)} are asked for.",
            expected,
            actual,
            path,
        )
    parts = (
        compare(e, a, scale, f"{path}[{i}]", loose)
        for i, (e, a) in enumerate(zip(expected, actual, strict=True))
    )
    return next((part for part in parts if part), None)


def _compare_dict(
    expected: dict[Any, Any], actual: Any, scale: float, path: str, loose: float
) -> Mismatch | None:
    if type(actual) is not dict:
        return _wrong_kind("a dict", expected, actual, path)
    if set(actual) != set(expected):
        missing = ", ".join(repr(k) for k in expected if k not in actual) or "none"
        surplus = ", ".join(repr(k)[:40] for k in actual if k not in expected) or "none"
        return Mismatch(
            "kind",
            f"{_subject(path)} other keys (missing: {missing}; surplus: {surplus}).",
            expected,
            actual,
            path,
        )
    parts = (compare(e, actual[k], scale, f"{path}[{k!r}]", loose) for k, e in expected.items())
    return next((part for part in parts if part), None)


def _compare_exactly(expected: Any, actual: Any, path: str) -> Mismatch | None:
    if (
        type(expected) is bool
        and isinstance(actual, Tensor)
        and actual.dtype is torch.bool
        and actual.numel() == 1
    ):
        actual = bool(actual)
    if type(actual) is not type(expected):
        wanted = {bool: "True or False", str: "a text", type(None): "None"}[type(expected)]
        return _wrong_kind(wanted, expected, actual, path)
    if actual != expected:
        return Mismatch(
            "values", f"{_subject(path)} {actual!r:.60} where it is {expected!r}.", expected, actual, path
        )
    return None


def _compare_number(expected: float, actual: Any, scale: float, path: str, loose: float) -> Mismatch | None:
    if isinstance(actual, Tensor) and actual.dim() == 0 and actual.dtype is not torch.bool:
        number = actual.item()
    elif type(actual) in (int, float):
        number = actual
    else:
        return _wrong_kind("a number", expected, actual, path)
    if type(expected) is int:
        if number != expected:
            return Mismatch(
                "values", f"{_subject(path)} {number!r} where it is {expected}.", expected, actual, path
            )
        return None
    if type(number) in (int, float) and number == expected:
        return None  # also where infinity is the right answer
    double = torch.tensor(expected, dtype=torch.float64)
    if type(number) not in (int, float) or abs(number) > 1e300:
        return _not_finite(torch.tensor(float("nan")), expected, actual, path)
    dtype = actual.dtype if isinstance(actual, Tensor) and actual.is_floating_point() else torch.float64
    return _compare_values(
        double, torch.tensor(float(number), dtype=torch.float64), dtype, scale, path, loose, expected, actual
    )


def _compare_tensor(expected: Tensor, actual: Any, scale: float, path: str, loose: float) -> Mismatch | None:
    if type(actual) in (int, float, bool) and expected.dim() == 0:
        actual = torch.tensor(actual, dtype=expected.dtype if type(actual) is float else None)
    if type(actual) is not Tensor:
        return _wrong_kind(f"a tensor of shape {tuple(expected.shape)}", expected, actual, path)
    if actual.is_complex():
        return Mismatch(
            "dtype",
            f"{_subject(path)} complex numbers where {_name(expected.dtype)} is asked for.",
            expected,
            actual,
            path,
        )
    if actual.shape != expected.shape:
        return Mismatch("shape", _shape_message(expected, actual, scale, path), expected, actual, path)
    if actual.dtype != expected.dtype:
        return Mismatch("dtype", _dtype_message(expected, actual, scale, path), expected, actual, path)
    if not expected.is_floating_point():
        wrong = actual != expected
        return (
            Mismatch("values", f"{_subject(path)} wrong entries.", expected, actual, path, wrong)
            if wrong.any()
            else None
        )
    return _compare_values(
        expected.double(), actual.double(), expected.dtype, scale, path, loose, expected, actual
    )


def _compare_values(
    reference: Tensor,
    answer: Tensor,
    dtype: torch.dtype,
    scale: float,
    path: str,
    loose: float,
    expected: Any,
    actual: Any,
) -> Mismatch | None:
    if not answer.isfinite().all():
        return _not_finite(answer, expected, actual, path)
    limit = tolerance(reference, dtype, scale, loose)
    wrong = (answer - reference).abs() > limit
    if not wrong.any():
        return None
    words = _derivation(reference, dtype, scale, limit)
    return Mismatch("values", f"{_subject(path)} wrong numbers.", expected, actual, path, wrong, words)


def tolerance(reference: Tensor, dtype: torch.dtype, scale: float, loose: float = 1.0) -> float:
    """The largest error that counts as rounding."""
    largest = float(reference.abs().max()) if reference.numel() else 0.0
    return max(RELATIVE.get(dtype, 1e-9) * largest, FLOOR.get(dtype, 1e-11) * scale) * loose


def _derivation(reference: Tensor, dtype: torch.dtype, scale: float, limit: float) -> str:
    largest = float(reference.abs().max()) if reference.numel() else 0.0
    relative, floor = RELATIVE.get(dtype, 1e-9), FLOOR.get(dtype, 1e-11)
    return (
        f"{limit:.1e}: {relative:.0e} of the largest entry ({largest:.3g}), at least {floor:.0e} of the "
        f"upstream gradient ({scale:.3g}); honest {_name(dtype)} rounding stays a factor of 30 below."
    )


def _not_finite(answer: Tensor, expected: Any, actual: Any, path: str) -> Mismatch:
    what = "NaN" if answer.isnan().any() else "infinity"
    wrong = ~answer.isfinite() if isinstance(expected, Tensor) else None
    return Mismatch(
        "finite", f"{_subject(path)} {what} where every number is finite.", expected, actual, path, wrong
    )


def _shape_message(expected: Tensor, actual: Tensor, scale: float, path: str) -> str:
    wanted, got = tuple(expected.shape), tuple(actual.shape)
    start = f"shape {got} where {wanted} is asked for"
    if _same_numbers(expected.reshape(-1), actual.reshape(-1), scale):
        gap = (
            "a kept dimension is missing"
            if actual.dim() < expected.dim()
            else "there is a dimension too many"
        )
        if sorted(got) == sorted(wanted):
            gap = "its axes stand in another order"
        return f"{_subject(path)} the right numbers in the wrong shape: {start}, {gap}."
    if actual.dim() == 2 and got == wanted[::-1] and _same_numbers(expected, actual.mT, scale):
        return f"{_subject(path)} the right numbers transposed: {start}."
    try:
        spread = torch.broadcast_to(actual, wanted)
    except RuntimeError:
        spread = None
    if spread is not None and _same_numbers(expected, spread, scale):
        return f"{_subject(path)} numbers that only broadcast to the right answer: {start}."
    return f"{_subject(path)} {start}."


def _dtype_message(expected: Tensor, actual: Tensor, scale: float, path: str) -> str:
    wanted, got = _name(expected.dtype), _name(actual.dtype)
    coarser = actual.dtype if actual.is_floating_point() else torch.float64
    if actual.numel() and actual.double().isfinite().all():
        limit = tolerance(expected.double(), coarser, scale)
        if bool(((actual.double() - expected.double()).abs() <= limit).all()):
            return (
                f"{_subject(path)} the right numbers, but in {got} where the inputs are {wanted}: a dtype is "
                "written down somewhere instead of taken from the inputs."
            )
    return f"{_subject(path)} dtype {got} where {wanted} is asked for."


def _same_numbers(expected: Tensor, actual: Tensor, scale: float) -> bool:
    if expected.shape != actual.shape or not expected.numel():
        return False
    coarser = actual.dtype if actual.is_floating_point() else torch.float64
    limit = tolerance(expected.double(), coarser, scale)
    return bool(((actual.double() - expected.double()).abs() <= limit).all())


def describe(value: Any) -> str:
    """What a value is, in words for a student."""
    if isinstance(value, Alien):
        article = "an" if value.type[:1] in "AEIOUaeiou" else "a"
        return f"{article} object of type {value.type} ({value.why})"
    if isinstance(value, RemoteObject):
        return f"an object of your class {value.type_name}"
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if value is None:
        return "None (is a `return` missing?)"
    words: dict[type, Callable[[Any], str]] = {
        str: lambda v: "a text",
        bool: lambda v: f"{v}",
        int: lambda v: "a whole number",
        float: lambda v: "a plain number",
        list: lambda v: f"a list of {len(v)}",
        tuple: lambda v: f"a tuple of {len(v)}",
        dict: lambda v: "a dict",
    }
    return words[type(value)](value)


def _subject(path: str) -> str:
    return f"Part {path} of the answer has" if path else "The answer has"


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
