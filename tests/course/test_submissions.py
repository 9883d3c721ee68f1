"""The five students of tests/submissions/, graded as an instructor would."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from museum import ROOT, course, graders

from dojo.engine import Engine
from dojo.seeds import Seed
from dojo.submission import take
from dojo.verdict import Record, Verdict

sys.path.insert(0, str(ROOT / "tests"))
import make_submissions

FOLDER = ROOT / "tests" / "submissions"


@pytest.fixture(scope="module")
def lanes() -> Engine:
    """An engine that grades on two cores."""
    return Engine(course(), lanes=2)


def _graded(engine: Engine, name: str, seed: int = 0) -> Record:
    return engine.grade(take(FOLDER / name, course()), course().exercises, seed=Seed.numbered(seed))


def _counts(record: Record) -> Counter[Verdict]:
    return Counter(result.verdict for result in record.exercises)


def test_folder_is_in_step() -> None:
    for name, text in make_submissions.submissions().items():
        assert (FOLDER / name).read_text() == text, f"run python tests/make_submissions.py ({name})"
    written = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.py")}
    assert written == set(make_submissions.submissions())


def test_untouched_and_model_answers(lanes: Engine) -> None:
    count = len(course().exercises)
    assert _counts(_graded(lanes, "untouched")) == {Verdict.NOT_STARTED: count}
    record = _graded(lanes, "model_answers")
    assert _counts(record) == {Verdict.PASSED: count}
    assert record.points == record.max_points == sum(e.points for e in course().exercises)


def test_realistic_student_is_told_which_ideas_are_wrong(lanes: Engine) -> None:
    record = _graded(lanes, "realistic")
    wrong = {exercise.id for exercise in make_submissions.wrong_ones(course())}
    for result in record.exercises:
        assert (result.verdict is Verdict.PASSED) == (result.id not in wrong), (result.id, result.message)
        if result.id in wrong and result.verdict is not Verdict.FORBIDDEN:
            assert result.misconception == next(iter(graders()[result.id].misconceptions))
            shown = result.counterexample and result.counterexample.expected
            assert graders()[result.id].parameters or not shown, "a quiz would give its answer away"


@pytest.mark.parametrize(
    ("name", "verdict", "words"),
    [
        ("syntax_error", Verdict.ERROR, "syntax error in line"),
        ("hangs_on_import", Verdict.TIMEOUT, "Importing your module did not finish"),
    ],
)
def test_one_broken_module_spoils_no_other(lanes: Engine, name: str, verdict: Verdict, words: str) -> None:
    started = time.monotonic()
    record = _graded(lanes, name)
    for result in record.exercises:
        module = course().exercise(result.id).module
        if result.unit != make_submissions.BROKEN_UNIT:
            assert result.verdict is Verdict.NOT_STARTED, (result.id, result.message)
        elif module == "softmax_chain":
            assert (result.verdict, words in result.message) == (verdict, True), result.message
        else:
            good = Verdict.PASSED if module == "batchnorm_chain" else Verdict.NOT_STARTED
            assert result.verdict is good, (result.id, result.message)
    limit = course().defaults.import_seconds
    assert time.monotonic() - started < 60 + limit, "a hanging module costs its limit once, not ten times"


def test_records_are_identical(lanes: Engine) -> None:
    """With one lane or two, alone or among others, the record is the same to the byte."""
    chosen = [e for e in course().exercises if course().unit_of(e.id).id == make_submissions.BROKEN_UNIT]
    plain = []
    with Engine(course(), lanes=1) as single:
        for engine in (lanes, single):
            record = engine.grade(take(FOLDER / "realistic", course()), chosen, seed=Seed.numbered(7))
            plain.append(
                replace(record, exercises=[replace(result, duration_s=0.0) for result in record.exercises])
            )
        alone = single.grade(
            take(FOLDER / "realistic", course()), [course().exercise("backward_C")], seed=Seed.numbered(7)
        ).exercises[0]
    texts = [json.dumps(record.to_json()) for record in plain]
    assert texts[0] == texts[1]
    among = next(result for result in plain[0].exercises if result.id == "backward_C")
    assert replace(alone, duration_s=0.0) == among


def test_different_keys_draw_different_cases(lanes: Engine) -> None:
    chosen = [course().exercise("backward_probs")]
    wrong = take(FOLDER / "untouched", course())
    source = b"def backward_probs(probs, dlogprobs):\n    return dlogprobs * probs\n"
    handed_in = replace(wrong, files={"u05_backprop_ninja/softmax_chain.py": source})
    inputs = set()
    for seed in range(4):
        result = lanes.grade(handed_in, chosen, seed=Seed.numbered(seed)).exercises[0]
        assert result.misconception == "probs_log_inverse"
        assert result.counterexample is not None
        inputs.add(json.dumps([shown.values for shown in result.counterexample.inputs]))
    assert len(inputs) > 1


def test_plain_pytest_gives_the_same_verdicts(tmp_path: Path) -> None:
    """`pytest graders` is the same grader."""
    for name, right in (("model_answers", True), ("realistic", False)):
        command = [sys.executable, "-m", "pytest", "graders/u05_backprop_ninja/test_linear_chain.py", "-q"]
        command += ["-p", "no:cacheprovider", "--submission", str(FOLDER / name), "-k", "backward"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
        assert (done.returncode == 0) == right, done.stdout[-2000:]
        assert ("failed" in done.stdout) == (not right)
        assert "passed" in done.stdout
