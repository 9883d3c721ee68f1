"""Which exercises can be fooled by running the forward pass again: their arguments must not allow it.

What an exercise is given comes from no forward pass of the network, so an answer that rebuilds one (to try
it out, or to let autograd at it) works with other numbers. Where that is not so, the table says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from museum import course, grade, graders
from torch import Tensor

from dojo.engine import Engine
from dojo.grading.asking import arguments
from dojo.grading.cases import Case, question
from dojo.grading.compare import compare
from dojo.grading.draw import Structure
from dojo.grading.museum import HEADER, alternative_source, reference_source
from dojo.grading.properties import smallest

IDS = [e.id for e in course().exercises if "finite_differences" in course().rules(e.id)]


def _sum(x: Tensor, dim: int) -> Tensor:
    return x.sum(dim, keepdim=True)


# What every forward pass of the network makes true of the arguments: two sides that would be equal.
FORWARD: dict[str, Callable[..., tuple[Tensor, Tensor]]] = {
    "backward_probs": lambda probs, **_: (_sum(probs, 1), torch.ones(1)),
    "backward_counts_sum_inv": lambda counts, **_: (counts.amax(1), torch.ones(1)),  # exp(0), of the maximum
    "backward_norm_logits": lambda counts, **_: (counts.amax(1), torch.ones(1)),
    "backward_logits": lambda dnorm_logits, dlogit_maxes, **_: (-_sum(dnorm_logits, 1), dlogit_maxes),
    "backward_bngain": lambda bnraw, **_: (_sum(bnraw, 0), torch.zeros(1)),
    "backward_bnvar_inv": lambda bndiff, **_: (_sum(bndiff, 0), torch.zeros(1)),
    "backward_bndiff": lambda bndiff, **_: (_sum(bndiff, 0), torch.zeros(1)),
    "backward_hprebn": lambda dbndiff, dbnmeani, **_: (-_sum(dbndiff, 0), dbnmeani),
    "batchnorm_dgamma_dbeta": lambda bnraw, **_: (_sum(bnraw, 0), torch.zeros(1)),
    "batchnorm_dx_terms": lambda hprebn, bnvar_inv, **_: (hprebn.var(0, keepdim=True), bnvar_inv**-2),
    "batchnorm_vanishing_term": lambda hprebn, mu, **_: (hprebn.mean(0, keepdim=True), mu),
}
# The variable that is differentiated, and with it all that could be tried out, is not among the arguments,
# and what is there was drawn by itself. (A product is tried out without it, which only its cost gives away.)
WITHHELD = set(
    "backward_counts backward_counts_branch1 backward_logit_maxes derive_matmul_2x2 backward_h backward_W2 "
    "backward_b2 backward_bnraw backward_bnbias backward_bndiff_branch1 backward_bndiff2 backward_bnmeani "
    "backward_embcat backward_W1 backward_b1 backward_emb backward_C batchnorm_dxhat batchnorm_dmu".split()
)
# Nothing is left out or made up here. Cost and watches are what there is against trying it out.
TRUE_FORWARD = {
    "backward_logprobs": "the answer does not depend on the cached value at all",
    "backward_counts_sum": "each entry goes through the forward line by itself",
    "backward_bnvar": "each entry goes through the forward line by itself",
    "backward_hpreact": "an alternative rebuilds what went into the tanh",
    "softmax_shift_invariance": "an alternative rebuilds the counts from the probabilities",
    "diagnose_loss_clipping": "the losses are the forward pass's own input",
    "cross_entropy_dlogits": "the logits are the forward pass's own input",
    "batchnorm_dvar": "hprebn is the forward pass's own input",
    "batchnorm_dhprebn": "the formula rests on what a forward pass makes true of bnraw; the eps is not given",
    "batchnorm_dhprebn_biased": "the same",
    "manual_train_step": "the parameters are the forward pass's own input",
    "linear_nd_backward": "x and W are the forward pass's own input",
    "softmax_backward": "the logarithm of p does for the scores",
    "attention_scores_backward": "q and k are the forward pass's own input",
    "attention_aggregate_backward": "p and v are the forward pass's own input",
    "attention_delta_identity": "the answer is no gradient",
    "attention_head_backward": "x and the weights are the forward pass's own input",
    "key_bias_null": "a bias moves q, k or v, which are given",
    "cross_attention_backward": "x, z and the weights are the forward pass's own input",
    "multi_head_list_backward": "x and the weights are the forward pass's own input",
    "multi_head_batched_backward": "x and the weights are the forward pass's own input",
    "attention_recompute_backward": "q, k and v are the forward pass's own input",
    "tanh_backward": "what went into the tanh can be rebuilt from what came out",
    "relu_backward": "x is the forward pass's own input",
    "gelu_exact_backward": "x is the forward pass's own input",
    "gelu_tanh_backward": "x is the forward pass's own input",
    "layernorm_backward": "the formula rests on what a forward pass makes true of xhat",
    "mlp_backward": "x and the weights are the forward pass's own input",
    "residual_backward": "the branch's own backward step is given",
    "lm_loss_backward": "the logits are the forward pass's own input",
    "weight_tying_backward": "E is not given, but each of its two uses is linear in it",
    "prenorm_block_backward": "the weights are the forward pass's own input",
    "postnorm_block_backward": "the branch's own backward step is given",
    "gpt_backward": "the weights are the forward pass's own input",
    "token_embedding_backward": "the lookup is linear in the table that is not given",
    "position_embedding_backward": "the sum is linear in the table that is not given",
}


def test_every_exercise_is_accounted_for() -> None:
    listed = [*FORWARD, *WITHHELD, *TRUE_FORWARD]
    assert sorted(listed) == sorted(IDS)


def _cases(exercise_id: str, count: int) -> list[Case]:
    grader = graders()[exercise_id]
    drawn = [Structure(n, n % 4, n, n % 2, 0, salt=n) for n in range(count)]
    return [question(grader, (structure, smallest(grader))) for structure in drawn]


@pytest.mark.parametrize("exercise_id", FORWARD)
def test_arguments_come_from_no_forward_pass(exercise_id: str) -> None:
    consistent = 0
    for case in _cases(exercise_id, 60):
        one, other = FORWARD[exercise_id](**case.given)
        consistent += bool(torch.isclose(one, other.to(one.dtype)).all())
    assert consistent <= 3, f"{consistent} of 60 cases might come from a forward pass"


@pytest.mark.parametrize("exercise_id", sorted(WITHHELD))
def test_what_is_differentiated_is_withheld(exercise_id: str) -> None:
    grader = graders()[exercise_id]
    assert grader.forward is not None and grader.cache is None
    assert not set(grader.wrt) & (set(grader.parameters) - {"A", "B"})


def _unlike_any(x: Tensor) -> Tensor:
    return 2 * torch.randn(x.shape, generator=torch.Generator().manual_seed(x.numel()), dtype=x.dtype)


# Cached values that no forward pass can produce, and the right answers that do not agree on them.
IMPOSSIBLE: dict[str, tuple[str, Callable[[Tensor], Tensor], set[str]]] = {
    "backward_probs": ("probs", _unlike_any, set()),
    "backward_counts_sum_inv": ("counts", _unlike_any, set()),
    "backward_norm_logits": ("counts", _unlike_any, {"norm_logits_recomputed"}),
    "softmax_shift_invariance": ("probs", _unlike_any, {"shift_step_by_step"}),
    "backward_hpreact": ("h", _unlike_any, {"hpreact_by_cosh"}),
    "backward_bnvar_inv": ("bndiff", _unlike_any, set()),
    "backward_bndiff_branch1": ("bnvar_inv", _unlike_any, set()),
    "backward_bndiff": ("bndiff", _unlike_any, set()),
    "batchnorm_dmu": ("bnvar_inv", _unlike_any, set()),
    "batchnorm_dx_terms": ("bnvar_inv", _unlike_any, set()),
    "batchnorm_dhprebn": ("bnraw", _unlike_any, {"in_four_steps", "in_atomic_steps"}),
    "batchnorm_dgamma_dbeta": ("bnraw", _unlike_any, set()),
}


@pytest.mark.parametrize("exercise_id", IMPOSSIBLE)
def test_which_right_answers_agree_on_impossible_caches(exercise_id: str) -> None:
    """Where they do not, such a case would refuse a right answer, and so must not be drawn."""
    grader, name = graders()[exercise_id], course().exercise(exercise_id).function
    (case,) = _cases(exercise_id, 1)
    argument, change, apart = IMPOSSIBLE[exercise_id]
    case = Case({**case.given, argument: change(case.given[argument])})
    sources = {n: alternative_source(grader, f) for n, f in grader.alternatives.items()}
    expected = _answer(reference_source(grader), name, case, grader)
    answers = {n: _answer(source, name, case, grader) for n, source in sources.items()}
    assert {n for n, answer in answers.items() if compare(expected, answer, 1.0)} == apart


def _answer(source: str, name: str, case: Case, grader: Any) -> Any:
    namespace: dict[str, Any] = {}
    exec(compile(source, "<answer>", "exec"), namespace)
    args, kwargs = arguments(case, grader)
    torch.set_default_dtype(torch.float64)
    try:
        return namespace[name](*args, **kwargs)
    finally:
        torch.set_default_dtype(torch.float32)


BY_EXACT_DIFFERENCES = '''
def backward_probs(probs, dlogprobs):
    """Richardson's differences, entry by entry: as cheap as the formula, and right to the last digits."""
    def central(h):
        return ((probs * (1 + h)).log() - (probs * (1 - h)).log()) / (2 * h * probs)
    coarse, middle, fine = central(0.02), central(0.01), central(0.005)
    first, second = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
    return (16 * second - first) / 15 * dlogprobs
'''


def test_differences_of_a_logarithm_fail_where_it_has_no_value(engine: Engine) -> None:
    result = grade(engine, "backward_probs", HEADER + BY_EXACT_DIFFERENCES)
    assert result.verdict.value == "failed", result.message
    assert "depends on its arguments only" in result.message
