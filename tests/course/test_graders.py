"""Graders are graded: stubs are not started, right answers pass, wrong ones fail and are named."""

from __future__ import annotations

import pytest
import torch
from museum import ROOT, course, grade, graders, same_function

from dojo.engine import Engine
from dojo.grading.cases import case_with_answer
from dojo.grading.draw import Structure
from dojo.grading.museum import alternative_source, reference_source, wrong_source
from dojo.grading.properties import smallest
from dojo.seeds import Seed
from dojo.submission import take
from dojo.verdict import Verdict

IDS = [exercise.id for exercise in course().exercises]
RIGHT = [(i, name) for i in IDS for name in graders()[i].alternatives]
WRONG = [(i, name) for i in IDS for name in graders()[i].misconceptions]
REJECTED = {Verdict.FAILED, Verdict.ERROR, Verdict.FORBIDDEN}


def test_no_stub_passes(engine: Engine) -> None:
    stubs = take(ROOT / "exercises", course())
    record = engine.grade(stubs, course().exercises, seed=Seed.numbered(0))
    assert {r.id: r.verdict for r in record.exercises} == dict.fromkeys(IDS, Verdict.NOT_STARTED)
    assert record.points == 0 and record.max_points == sum(e.points for e in course().exercises)


@pytest.mark.parametrize("exercise_id", IDS)
def test_model_answer_passes(engine: Engine, exercise_id: str) -> None:
    for seed in range(3):
        result = grade(engine, exercise_id, reference_source(graders()[exercise_id]), seed)
        assert result.verdict is Verdict.PASSED, result.message
        assert result.points == result.max_points and result.checks > 0


@pytest.mark.parametrize(("exercise_id", "name"), RIGHT, ids=map("-".join, RIGHT))
def test_alternative_passes(engine: Engine, exercise_id: str, name: str) -> None:
    grader = graders()[exercise_id]
    source = alternative_source(grader, grader.alternatives[name])
    result = grade(engine, exercise_id, source)
    assert result.verdict is Verdict.PASSED, f"{result.verdict.value}: {result.message}"


@pytest.mark.parametrize(
    ("exercise_id", "seed"),
    [
        ("batchnorm_dvar", 674),  # a sum that cancels, times a power of a tiny variance, in float32
        ("calibrate_bn", 735),  # five contexts of one token, all the same
    ],
)
def test_seeds_under_which_right_answers_once_failed(engine: Engine, exercise_id: str, seed: int) -> None:
    grader = graders()[exercise_id]
    others = [alternative_source(grader, function) for function in grader.alternatives.values()]
    for source in (reference_source(grader), *others):
        result = grade(engine, exercise_id, source, seed)
        assert result.verdict is Verdict.PASSED, result.message


@pytest.mark.parametrize(("exercise_id", "name"), WRONG, ids=map("-".join, WRONG))
def test_misconception_is_rejected_and_named(engine: Engine, exercise_id: str, name: str) -> None:
    grader = graders()[exercise_id]
    result = grade(engine, exercise_id, wrong_source(grader, grader.misconceptions[name]))
    assert result.verdict in REJECTED, f"{result.verdict.value}: {result.message}"
    assert result.points == 0
    if result.verdict is Verdict.FORBIDDEN:
        return  # a broken rule says itself what is wrong
    twins = same_function(course().path("graders", exercise_id))
    names = {name} | {b for i, a, b in twins if (i, a) == (exercise_id, name)}
    assert result.misconception in names
    assert result.hints == grader.misconceptions[result.misconception or ""].hints.tiers()


@pytest.mark.parametrize("exercise_id", IDS)
def test_museum_is_furnished(exercise_id: str) -> None:
    grader = graders()[exercise_id]
    assert len(grader.alternatives) >= 2, "at least two differently written right answers"
    assert grader.misconceptions, "at least one named wrong idea"
    for wrong in grader.misconceptions.values():
        tiers = wrong.hints.tiers()
        assert len(set(tiers)) == 3 and all(len(t) > 15 and t[-1] in ".?" for t in tiers), tiers


@pytest.mark.parametrize("exercise_id", [i for i in IDS if graders()[i].upstream])
def test_upstream_is_never_uniform(exercise_id: str) -> None:
    grader = graders()[exercise_id]
    for seed in range(40):
        sizes = seed * 7 % len(grader.sizes)  # and none of one, where a gradient may well be uniform
        parts = (Structure(sizes, seed % 4, seed, seed % 2, seed % 4), smallest(grader))
        case, _ = case_with_answer(grader, parts)
        for name in grader.upstream:
            upstream = torch.as_tensor(case.all[name])
            assert upstream.abs().min() > 0
            assert upstream.numel() == 1 or upstream.unique().numel() > 1, upstream


TRIVIAL = {
    "zeros": "0 * x",
    "ones": "0 * x + 1",
    "negated": "-x",
    "doubled": "2 * x",
    "one_entry_off": "x + (1e-3 * x.abs().max() + 1e-6) * (torch.arange(x.numel()).reshape(x.shape) == 0)",
}


@pytest.mark.parametrize("trick", TRIVIAL)
@pytest.mark.parametrize("exercise_id", [i for i in IDS if graders()[i].forward is not None])
def test_answers_beside_the_right_one_fail(engine: Engine, exercise_id: str, trick: str) -> None:
    """The reference with its answer spoilt: the grader sees it, whatever the function computes."""
    name = course().exercise(exercise_id).function
    text = reference_source(graders()[exercise_id]).replace(f"def {name}(", "def right_answer(")
    spoilt = (
        f"\n\ndef spoil(x):\n    return {TRIVIAL[trick]}\n\n\ndef {name}(*args, **kwargs):\n"
        "    y = right_answer(*args, **kwargs)\n"
        "    return spoil(y) if isinstance(y, torch.Tensor) else tuple(spoil(part) for part in y)\n"
    )
    result = grade(engine, exercise_id, text + spoilt)
    assert result.verdict is Verdict.FAILED, result.message
