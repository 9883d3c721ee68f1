"""Comparing an answer with the reference: kind, shape, dtype, finiteness, then values, in this order.

Only the grader's own copies are compared. A tolerance is relative to the largest entry of the reference,
with a floor tied to the size of the upstream gradient, because a true gradient may be zero.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from dojo.grading.mismatch import Mismatch, describe, dtype_message, shape_message, subject
from dojo.grading.tolerance import derivation, dtype_name, tolerance


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

    parts: name of a part to the indices or keys that lead to it; what it leaves out is compared last.
    """
    for name, path in parts.items():
        wanted, got = expected, actual
        for step in path:
            same_keys = type(got) is dict and type(wanted) is dict and got.keys() == wanted.keys()
            same_length = type(got) in (list, tuple) and type(wanted) is not dict and len(got) == len(wanted)
            if not same_keys and not same_length:
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
            f"{subject(path)} {len(actual)} parts where {len(expected)} are asked for.",
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
            f"{subject(path)} other keys (missing: {missing}; surplus: {surplus}).",
            expected,
            actual,
            path,
        )
    names = {key: key if isinstance(key, str) and not path else f"{path}[{key!r}]" for key in expected}
    parts = (compare(e, actual[k], scale, names[k], loose) for k, e in expected.items())
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
            "values", f"{subject(path)} {actual!r:.60}, which is not right here.", expected, actual, path
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
                "values", f"{subject(path)} {number!r}, which is not right here.", expected, actual, path
            )
        return None
    if type(number) in (int, float) and number == expected:
        return None  # also where infinity is the right answer
    if type(number) in (int, float) and math.isinf(expected):
        # A tolerance relative to infinity would let every number pass.
        return Mismatch(
            "values", f"{subject(path)} {number!r}, which is not right here.", expected, actual, path
        )
    double = torch.tensor(expected, dtype=torch.float64)
    if type(number) not in (int, float) or abs(number) > 1e300:
        return _not_finite(torch.tensor(float("nan")), expected, actual, path)
    dtype = actual.dtype if isinstance(actual, Tensor) and actual.is_floating_point() else torch.float64
    return _compare_values(
        double, torch.tensor(float(number), dtype=torch.float64), dtype, scale, path, loose, expected, actual
    )


def _compare_tensor(expected: Tensor, actual: Any, scale: float, path: str, loose: float) -> Mismatch | None:
    if type(actual) in (int, float, bool) and expected.dim() == 0:
        if type(actual) is int and abs(actual) >= 1 << 63:
            actual = float("inf")  # no tensor holds it
        actual = torch.tensor(actual, dtype=expected.dtype if type(actual) is float else None)
    if type(actual) is not Tensor:
        return _wrong_kind(f"a tensor of shape {tuple(expected.shape)}", expected, actual, path)
    if actual.is_complex():
        return Mismatch(
            "dtype",
            f"{subject(path)} complex numbers where {dtype_name(expected.dtype)} is asked for.",
            expected,
            actual,
            path,
        )
    if actual.shape != expected.shape:
        return Mismatch("shape", shape_message(expected, actual, scale, path), expected, actual, path)
    if actual.dtype != expected.dtype:
        return Mismatch("dtype", dtype_message(expected, actual, scale, path), expected, actual, path)
    if not expected.is_floating_point():
        wrong = actual != expected
        return (
            Mismatch("values", f"{subject(path)} wrong entries.", expected, actual, path, wrong)
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
    limit = tolerance(reference, dtype, scale, loose)
    error = (answer - reference).abs()
    if error.numel() and float(error.max()) <= limit < math.inf:  # so all is finite: NaN is not less either
        return None
    if not answer.isfinite().all():
        return _not_finite(answer, expected, actual, path)
    wrong = error > limit
    if not wrong.any():
        return None
    words = derivation(reference, dtype, scale, limit)
    return Mismatch("values", f"{subject(path)} wrong numbers.", expected, actual, path, wrong, words)


def _not_finite(answer: Tensor, expected: Any, actual: Any, path: str) -> Mismatch:
    what = "NaN" if answer.isnan().any() else "infinity"
    wrong = ~answer.isfinite() if isinstance(expected, Tensor) else None
    return Mismatch(
        "finite", f"{subject(path)} {what} where every number is finite.", expected, actual, path, wrong
    )
