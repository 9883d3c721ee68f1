"""A call in this process brings back what a worker's would."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "engine"))
from small_course import RIGHT, build

from dojo.channel import StudentError
from dojo.engine import Engine
from dojo.grading.values import identical
from dojo.seeds import Seed
from dojo.truth import run
from dojo.truth.inside import Inside
from dojo.truth.jobs import RIGHT as RIGHT_KIND
from dojo.truth.jobs import Job
from dojo.worker import wire

CALL = {"what": "function", "name": "f", "inspect": False, "grad": False}
TABLE = torch.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        2.5,
        "text",
        TABLE,
        TABLE.mT,
        TABLE[:, 1],
        TABLE > 2,
        TABLE.to(torch.bfloat16),
        torch.zeros(0, 3),
        torch.tensor(1 + 2j),
        torch.zeros(2, requires_grad=True) * 2,
        TABLE.to_sparse(),
        [1, (TABLE, None), []],
        {"a": TABLE, "b": {"c": [TABLE.mT]}},
        {1: "one", (2, 3): "two and three"},
        {"x", "y"},
        Counter("hello"),
        np.float64(2.5),
        np.zeros(3),
        torch.return_types.max((TABLE, TABLE)),
        object(),
        1 << 5000,
        {"key": 1 << 5000},
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_comes_back_is_what_the_wire_would_bring(value: Any) -> None:
    inside = Inside()
    inside.load("def f(value):\n    return value\n", "m", 0.0)
    got = inside.call(CALL, [value], {}, 0.0)["value"]
    wanted = wire.decode(*wire.encode(value))
    assert type(got) is type(wanted) and identical(wanted, got)
    if isinstance(wanted, torch.Tensor):
        assert got.is_contiguous() is wanted.is_contiguous()
        assert hasattr(got, "had_graph") is hasattr(wanted, "had_graph") and not got.requires_grad
        assert got.data_ptr() != value.data_ptr() or not got.numel()


def test_an_answer_that_is_changed_later_stays_as_it_was() -> None:
    inside = Inside()
    inside.load("import torch\nX = torch.zeros(2)\n\n\ndef f():\n    X.add_(1)\n    return X\n", "m", 0.0)
    first, second = (inside.call(CALL, [], {}, 0.0)["value"] for _ in range(2))
    assert (first.tolist(), second.tolist()) == ([1, 1], [2, 2])


def test_what_raises_is_told_as_by_a_worker() -> None:
    inside = Inside()
    inside.load("def f():\n    raise ValueError('no')\n", "m", 0.0)
    with pytest.raises(StudentError, match="ValueError"):
        inside.call(CALL, [], {}, 0.0)


def test_both_ways_agree_on_what_differs(tmp_path: Path) -> None:
    seldom = RIGHT.replace("2 * x", "2 * x + (x.max() > 2.5)")
    with Engine(build(tmp_path), lanes=1) as engine:
        engine.load([engine.course.exercise("double")])
        job = Job("double", RIGHT_KIND, "seldom", seldom, Seed.numbered(0))
        there, here = (run.compared(engine, job, RIGHT, 200, inside=inside) for inside in (False, True))
    assert there == here and 0 < here[1] < 200
