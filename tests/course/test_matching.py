"""An idea is named only after a look at every kind of case: no hint is better than a misleading one."""

from __future__ import annotations

from typing import Any

import pytest
from museum import grade, graders

from dojo.engine import Engine
from dojo.grading.matching import _cases
from dojo.truth.alike import cases
from dojo.verdict import Verdict


def kinds(given: Any) -> set[tuple[str, Any]]:
    """The flags of a case, and which of its inputs are there at all."""
    return {(n, v if isinstance(v, bool) else v is None) for n, v in given.items() if not isinstance(v, str)}


def test_every_kind_of_case_is_looked_at() -> None:
    for grader in graders().values():
        seen = {kind for case in _cases(grader) for kind in kinds(case.given)}
        if any(isinstance(value, bool) for _, value in seen):
            drawn = {kind for case in cases(grader, 14, 3) for kind in kinds(case.given)}
            assert drawn <= seen, grader.id


@pytest.mark.parametrize("default", ["True", "False"])
def test_a_wrong_default_is_not_taken_for_a_flag_that_does_nothing(engine: Engine, default: str) -> None:
    text = (
        "import torch\n\n\n"
        f"def attention_head(x, Wq, Wk, Wv, causal={default}, drop=None):\n"
        "    q, k, v = x @ Wq.T, x @ Wk.T, x @ Wv.T\n"
        "    scores = q @ k.mT * len(Wq) ** -0.5\n"
        "    if causal:\n"
        "        T = x.shape[1]\n"
        "        future = torch.ones(T, T, dtype=torch.bool).triu(1)\n"
        "        scores = scores.masked_fill(future, float('-inf'))\n"
        "    weights = scores.softmax(-1)\n"
        "    return (weights if drop is None else weights * drop) @ v\n"
    )
    result = grade(engine, "attention_head", text)
    assert result.verdict is (Verdict.PASSED if default == "True" else Verdict.FAILED)
    assert result.misconception is None
