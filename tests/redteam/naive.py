"""Graders of the naive kind: in one process with the submission, and with a comparison that looks right.

They show that an attack is no dud: what we contain would have worked elsewhere.
"""

from __future__ import annotations

import contextlib
import datetime
import decimal
import os
import pickle
import signal
import socket
import sys
import types
import unittest
import warnings
from collections.abc import Callable
from typing import Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
import torch
from torch import Tensor

Naive = Callable[[Any], bool]  # of a loaded module: whether it gets full marks
Pair = tuple[Tensor, Tensor]


def load(text: str) -> types.ModuleType:
    """Import a submission, as a naive grader does."""
    module = types.ModuleType("m")
    exec(compile(text, "m.py", "exec"), module.__dict__)
    return module


def right(x: Tensor, dy: Tensor) -> Tensor:
    """The reference."""
    return 3 * x**2 * dy


# -- cases ------------------------------------------------------------------------------------------------


def drawn(*shape: int, seed: int | None = 0) -> Pair:
    """Normal numbers, of a fixed seed or of whatever state the generator is in."""
    if seed is not None:
        torch.manual_seed(seed)
    x, dy = (torch.randn(shape or (2, 3), dtype=torch.float64) for _ in range(2))
    return x, dy


def _full(x: float, dy: float, *shape: int) -> Callable[[], Pair]:
    return lambda: (torch.full(shape, x, dtype=torch.float64), torch.full(shape, dy, dtype=torch.float64))


def symmetric() -> Pair:
    x, dy = drawn(3, 3)
    return x + x.T, dy + dy.T


def whole() -> Pair:
    x, dy = drawn()
    return (3 * x).round(), (3 * dy).round()


def example() -> Pair:
    return torch.tensor([[1.0, 2.0]]).double(), torch.tensor([[1.0, 1.0]]).double()


ones, unit, tiny = _full(1.0, 1.0, 2, 3), _full(1.0, 1 / 3, 2, 3), _full(0.5, 1e-9, 2, 3)
one_row, even = (lambda: drawn(1, 3)), (lambda: drawn(4, 3))


def compares(how: Callable[[Any, Any], Any], case: Callable[[], Pair] = drawn) -> Naive:
    """A grader with one case and this comparison; an exception is a failure."""

    def grade(module: Any) -> bool:
        x, dy = case()
        expected = right(x, dy)
        return bool(how(module.cube_backward(x, dy), expected))

    return grade


# -- comparisons ------------------------------------------------------------------------------------------


def assert_close(answer: Any, expected: Tensor) -> bool:
    torch.testing.assert_close(answer, expected)
    return True


def not_above(answer: Any, expected: Tensor) -> bool:
    return not bool((answer - expected).abs().max() > 1e-6)


def relative(answer: Any, expected: Tensor) -> bool:
    return not bool(((answer - expected).abs() / answer.abs()).max() > 1e-6)


def worst(answer: Any, expected: Tensor) -> bool:
    pairs = zip(answer.flatten().tolist(), expected.flatten().tolist(), strict=False)
    return not max(abs(a - e) for a, e in pairs) > 1e-6


def pairs(answer: Any, expected: Tensor) -> bool:
    return all(bool((a - e).abs().max() < 1e-6) for a, e in zip(answer, expected, strict=False))


def entries(answer: Any, expected: Tensor) -> bool:
    found = zip(answer.flatten().tolist(), expected.flatten().tolist(), strict=False)
    return all(abs(a - e) < 1e-6 for a, e in found)


def rows(answer: Any, expected: Tensor) -> bool:
    return len(answer) == len(expected) and pairs(answer, expected)


def skips(answer: Any, expected: Tensor) -> bool:
    try:
        return torch.allclose(answer, expected)
    except Exception:
        return True  # "could not be compared" is no failure, it thinks


def in_memory(answer: Any, expected: Tensor) -> bool:
    return bytes(answer.untyped_storage()) == bytes(expected.untyped_storage())


def by_address(answer: Any, expected: Tensor) -> bool:
    plain = answer._neg_view() if answer.is_neg() else answer  # the numbers as they lie in memory
    return torch.allclose(plain, expected)


def as_text(answer: Any, expected: Tensor) -> bool:
    return (answer if isinstance(answer, str) else str(answer.tolist())) == str(expected.tolist())


def any_order(answer: Any, expected: Tensor) -> bool:
    found = answer.flatten().tolist() if isinstance(answer, Tensor) else answer
    return sorted(found) == sorted(expected.flatten().tolist())


# -- whole graders ------------------------------------------------------------------------------------------


def _property(**settings: Any) -> Naive:
    """Hypothesis in the student's process; without settings those of the profile that is loaded."""

    def grade(module: Any) -> bool:
        def holds(a: int, b: int) -> None:
            x, dy = _full(a, b, 1, 1)()
            assert torch.equal(module.cube_backward(x, dy), right(x, dy))

        test = hypothesis.given(st.integers(-4, 4), st.integers(1, 9))(holds)
        with contextlib.suppress(unittest.SkipTest):  # no test failed, it thinks
            (hypothesis.settings(database=None, **settings)(test) if settings else test)()
        return True

    return grade


def reruns(module: Any) -> bool:
    """Passes when one of some tries does."""
    torch.manual_seed(0)
    return any(unseeded(module) for _ in range(10))


def again(module: Any) -> bool:
    """Two tries, both with the same tensors."""
    x, dy = drawn()
    return all(torch.allclose(module.cube_backward(x, dy), right(x, dy)) for _ in range(2))


def unseeded(module: Any) -> bool:
    """Draws in the process, and from the state, that the submission has left."""
    return compares(torch.allclose, lambda: drawn(seed=None))(module)


def afterwards(module: Any) -> bool:
    """The reference is computed after the call, from the same tensors."""
    x, dy = drawn()
    return torch.allclose(module.cube_backward(x, dy), right(x, dy))


def in_place(module: Any) -> bool:
    """The reference is computed after the call and saves memory."""
    x, dy = drawn()
    answer = module.cube_backward(x, dy)
    return torch.allclose(answer, dy.mul_(3 * x**2))


def repeatable(module: Any) -> bool:
    """Only the property that the same input gets the same answer."""
    x, dy = drawn()
    first = module.cube_backward(x, dy)
    module.cube_backward(dy, x)
    return torch.equal(first, module.cube_backward(x, dy))


def linear(module: Any) -> bool:
    """Only the property that the answer is linear in the upstream gradient."""
    (x, g1), (_, g2) = drawn(), drawn(seed=1)
    f = module.cube_backward
    return torch.allclose(f(x, 2 * g1 - 3 * g2), 2 * f(x, g1) - 3 * f(x, g2))


def by_name(module: Any) -> bool:
    x, dy = drawn()
    return torch.allclose(module.cube_backward(x=x, dy=dy), right(x, dy))


def deadline(module: Any) -> bool:
    """A case that takes too long is left out."""

    def late(*ignored: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        return compares(torch.allclose)(module)
    except TimeoutError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def messages(module: Any) -> bool:
    """Collects what went wrong; nothing collected is full marks."""
    try:
        return compares(torch.allclose)(module)
    except BaseException as error:
        return str(error) == ""


def pickles(module: Any) -> bool:
    """Takes the exception of a process in a pool as it comes. True where that ran code of the submission."""
    sys.modules["m"] = module
    try:
        return compares(torch.allclose)(module)
    except Exception as error:
        before = set(os.listdir("."))
        pickle.loads(pickle.dumps(error))
        return set(os.listdir(".")) != before


def on_the_authors_machine(module: Any) -> bool:
    """A self-check where and when the submission was written."""

    class Then(datetime.date):
        @classmethod
        def today(cls) -> Then:
            return cls(2020, 1, 1)

    datetime.date = Then  # type: ignore[misc]
    socket.gethostname = lambda: "my-laptop"
    sys.stdin = types.SimpleNamespace(isatty=lambda: True)  # type: ignore[assignment]
    os.environ["HOME"] = "/home/me"
    return compares(torch.allclose)(module)


inside, by_profile = _property(max_examples=100), _property()


# -- what an attack does to the process ---------------------------------------------------------------------


def world() -> dict[str, str]:
    """What whoever comes next in this process relies on, as text."""
    x = torch.arange(1.0, 7.0, dtype=torch.float64).reshape(2, 3)
    leaf = torch.ones(2, requires_grad=True)
    facts: dict[str, Callable[[], Any]] = {
        "dtype": torch.get_default_dtype,
        "device": lambda: torch.zeros(1).device,
        "gradients": lambda: (leaf * 2).requires_grad,
        "denormals": lambda: float(torch.tensor(1e-310, dtype=torch.float64) / 2),
        "threads": torch.get_num_threads,
        "neighbours": lambda: ((x * 2).tolist(), (x / 2).tolist(), x.mean(1).tolist()),
        "builtins": lambda: (abs(-2), max(1, 2), sum([1, 2]), isinstance(1, str)),
        "warnings": lambda: warnings.filters[:1],
        "rounding": lambda: (np.geterr(), decimal.getcontext().traps),
        "folder": os.getcwd,
        "path": lambda: (sys.path[:1], sys.argv[:1], os.environ.get("PYTHONPATH")),
        "recursion": sys.getrecursionlimit,
        "spies": lambda: (sys.gettrace(), sys.getprofile()),
        "imports": lambda: (len(sys.meta_path), vars(sys.modules["json"]).get("dumps")),
    }
    found = {}
    for name, fact in facts.items():
        try:
            found[name] = repr(fact())
        except BaseException as error:
            found[name] = type(error).__name__
    return found
