"""The work budgets: every right answer stays far below them, finite differences in plain floats far above."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from museum import course, graders

from dojo.grading.asking import arguments
from dojo.grading.draw import Structure
from dojo.grading.museum import HEADER, alternative_source, reference_source
from dojo.grading.properties import smallest
from dojo.grading.values import entries
from dojo.grading.work import LEAST, large_case
from dojo.rules.seen import step_budget, work_budget
from dojo.worker.watch import loading, watched

IDS = [e.id for e in course().exercises if "finite_differences" in course().rules(e.id)]
MARGIN = 10  # factor by which the slowest right answer of the museum stays below the budget for steps
EXCESS = 2.5  # factor by which finite differences exceed it


class Stopped(Exception):
    """The budget, times a factor, was used up."""


def _work(exercise_id: str, source: str, salt: int, larger: bool, steps: float) -> tuple[float, float]:
    """Steps and computed numbers of a watched call, each as a share of its budget."""
    grader = graders()[exercise_id]
    structure = Structure(salt % min(4, len(grader.sizes)), style=3, salt=salt)
    case, answer, products = large_case(grader, (structure, smallest(grader)), LEAST + 50 if larger else 0)
    size = entries(list(case.given.values())) + entries(answer)
    namespace: dict[str, Any] = {}
    loading(lambda: exec(compile(source, "<student>", "exec"), namespace))
    function = namespace[course().exercise(exercise_id).function]
    args, kwargs = arguments(case, grader)

    def stop(seen: dict[str, Any]) -> None:
        raise Stopped

    limit = step_budget(size, products)
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            most = int(limit * steps)
            seen, _ = watched(lambda: function(*args, **kwargs), most, stop, profile=False)
    finally:
        torch.set_default_dtype(torch.float32)
    assert not seen["disturbed"] and not seen["complex"]
    return seen["steps"] / limit, seen["elements"] / work_budget(size, larger)


@pytest.mark.parametrize("larger", [False, True])
@pytest.mark.parametrize("exercise_id", IDS)
def test_right_answers_stay_far_below(exercise_id: str, larger: bool) -> None:
    grader = graders()[exercise_id]
    others = (alternative_source(grader, f) for f in grader.alternatives.values())
    sources = [reference_source(grader), *others]
    for source in sources:
        for salt in (3, 77_777):
            steps, elements = _work(exercise_id, source, salt, larger, 1.0)
            assert steps <= 1 / MARGIN, (steps, source)
            assert elements <= 0.75, (elements, source)


SLOPES = '''
def slopes(values, loss):
    """Central differences of a function of a list, the plain way."""
    found = []
    for i in range(len(values)):
        kept = values[i]
        values[i] = kept + 1e-5
        ahead = loss(values)
        values[i] = kept - 1e-5
        behind = loss(values)
        values[i] = kept
        found.append((ahead - behind) / 2e-5)
    return found
'''

# As few instructions of Python as such an answer can do with: sums over generators, no nested lists.
FINITE_DIFFERENCES = {
    "backward_probs": """
def backward_probs(probs, dlogprobs):
    g = dlogprobs.flatten().tolist()
    def loss(values):
        return sum(math.log(v) * d for v, d in zip(values, g))
    return torch.tensor(slopes(probs.flatten().tolist(), loss)).view(probs.shape)
""",
    "backward_counts_sum": """
def backward_counts_sum(counts_sum, dcounts_sum_inv):
    g = dcounts_sum_inv.flatten().tolist()
    def loss(values):
        return sum(d / v for v, d in zip(values, g))
    return torch.tensor(slopes(counts_sum.flatten().tolist(), loss)).view(counts_sum.shape)
""",
    "backward_counts_sum_inv": """
def backward_counts_sum_inv(counts, dprobs):
    rows = [list(zip(c, d)) for c, d in zip(counts.tolist(), dprobs.tolist())]
    def loss(values):
        return sum(sum(v * c * d for c, d in row) for v, row in zip(values, rows))
    return torch.tensor(slopes([1.0] * len(counts), loss))[:, None]
""",
    "backward_hpreact": """
def backward_hpreact(h, dh):
    g = dh.flatten().tolist()
    def loss(values):
        return sum(math.tanh(v) * d for v, d in zip(values, g))
    return torch.tensor(slopes(h.atanh().flatten().tolist(), loss)).view(h.shape)
""",
    "backward_h": """
def backward_h(dlogits, W2):
    H, W, g = len(W2), W2.T.tolist(), dlogits.flatten().tolist()
    def loss(values):
        rows = [values[i:i + H] for i in range(0, len(values), H)]
        return sum(d * sum(a * b for a, b in zip(r, w)) for d, (r, w) in zip(g, itertools.product(rows, W)))
    return torch.tensor(slopes([0.0] * (len(dlogits) * H), loss)).view(len(dlogits), H)
""",
    "backward_b2": """
def backward_b2(dlogits):
    rows = dlogits.tolist()
    def loss(values):
        return sum(sum(v * d for v, d in zip(values, row)) for row in rows)
    return torch.tensor(slopes([0.0] * dlogits.shape[1], loss))
""",
    "backward_bngain": """
def backward_bngain(bnraw, dhpreact):
    rows = [list(zip(b, d)) for b, d in zip(bnraw.tolist(), dhpreact.tolist())]
    def loss(values):
        return sum(sum(v * b * d for v, (b, d) in zip(values, row)) for row in rows)
    return torch.tensor(slopes([1.0] * bnraw.shape[1], loss))[None]
""",
    "backward_bnvar": """
def backward_bnvar(bnvar, dbnvar_inv, eps=1e-5):
    g = dbnvar_inv.flatten().tolist()
    def loss(values):
        return sum((v + eps) ** -0.5 * d for v, d in zip(values, g))
    return torch.tensor(slopes((bnvar + 1e-4).flatten().tolist(), loss))[None]
""",
    "backward_C": """
def backward_C(Xb, demb, V):
    D, ids, g = demb.shape[2], Xb.flatten().tolist(), demb.flatten(0, 1).tolist()
    def loss(values):
        rows = [values[i:i + D] for i in range(0, V * D, D)]
        return sum(sum(v * d for v, d in zip(rows[i], row)) for i, row in zip(ids, g))
    return torch.tensor(slopes([0.0] * (V * D), loss)).view(V, D)
""",
    "cross_entropy_dlogits": """
def cross_entropy_dlogits(logits, y):
    (N, V), labels = logits.shape, y.tolist()
    def loss(values):
        rows = [values[i:i + V] for i in range(0, N * V, V)]
        return sum(math.log(sum(math.exp(v) for v in r)) - r[i] for r, i in zip(rows, labels)) / N
    return torch.tensor(slopes(logits.flatten().tolist(), loss)).view(N, V)
""",
    "batchnorm_dhprebn": """
def batchnorm_dhprebn(dhpreact, bnraw, bnvar_inv, bngain):
    N, H = bnraw.shape
    gains, g = bngain[0].tolist(), dhpreact.T.tolist()
    extra = (bnvar_inv ** -2 - (bnraw / bnvar_inv).var(0))[0].tolist()  # eps, rebuilt
    def loss(values):
        total = 0.0
        for j in range(H):
            x = values[j * N:j * N + N]
            mean = sum(x) / N
            inv = (sum((v - mean) ** 2 for v in x) / (N - 1) + extra[j]) ** -0.5
            total += gains[j] * inv * sum((v - mean) * d for v, d in zip(x, g[j]))
        return total
    return torch.tensor(slopes((bnraw / bnvar_inv).T.flatten().tolist(), loss)).view(H, N).T.contiguous()
""",
}


@pytest.mark.parametrize("salt", [3, 77_777])
@pytest.mark.parametrize("exercise_id", FINITE_DIFFERENCES)
def test_finite_differences_in_plain_floats_are_far_above(exercise_id: str, salt: int) -> None:
    source = HEADER + "import itertools\n" + SLOPES + FINITE_DIFFERENCES[exercise_id]
    with pytest.raises(Stopped):
        _work(exercise_id, source, salt, True, EXCESS)
