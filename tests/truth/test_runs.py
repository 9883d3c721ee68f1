"""Runs on a small course: what kills, what survives, what is kept, and what is said of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "engine"))
from small_course import GRADER, MANIFEST, SOLUTION, build

from dojo.cli.errors import UsageError
from dojo.cli.main import main
from dojo.cli.truth import touched_since
from dojo.course import Course, load
from dojo.engine import Engine
from dojo.grading import universal
from dojo.seeds import Seed
from dojo.truth import alike, run
from dojo.truth.equivalent import Lists, TruthError, read
from dojo.truth.figures import Figures, at_least
from dojo.truth.jobs import CONTROL, EQUIVALENT, MUTANT, RIGHT, SEEDS, WRONG, Job
from dojo.truth.keys import grader_text, key_of
from dojo.truth.outcome import Outcome, Store
from dojo.truth.overall import as_json, lines, shares
from dojo.truth.page import page
from dojo.truth.summary import BEGIN, END, put, summary
from dojo.truth.whole import Plan, Truth, carry_out, planned

# A grader with a hole: it looks at positive numbers only.
HOLE = GRADER.replace("import backward_of, grades", "import backward_of, grades, positive").replace(
    'upstream="dy")', 'upstream="dy", x=positive)'
)
ABS = SOLUTION.replace("return 3 * x**2 * dy", "return 3 * x.abs() ** 2 * dy")


def equivalents(course: Course, *entries: tuple[str, str, str]) -> None:
    text = "".join(
        f'[[equivalent]]\nexercise = "{e}"\nmutants = ["{m}"]\nwhy = "{why}"\n\n' for e, m, why in entries
    )
    (course.root / "graders" / "u" / "equivalent.toml").write_text(text)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    course = build(tmp_path_factory.mktemp("course"), MANIFEST, HOLE, ABS)
    with Engine(course, lanes=2) as engine:
        yield engine


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


SEEDS_LINE = "right answers rejected under another seed"
Told = list[tuple[Job, Outcome, bool]]


def measure(engine: Engine, store: Path, **options: Any) -> tuple[Truth, Told]:
    course = engine.course
    told: Told = []
    plan = Plan(course.exercises, Seed.public(course.key), **options)
    truth = carry_out(engine, plan, store, lambda total: lambda *what: told.append(what))
    return truth, told


def test_what_is_killed_and_what_survives(engine: Engine, store: Path) -> None:
    truth, told = measure(engine, store)
    cube, double = truth.found
    assert {job.kind for job, _, _ in told} == {CONTROL, MUTANT, WRONG, RIGHT}
    # On positive numbers x is |x|; the comparison, which draws as the grader does, cannot tell either.
    (survivor,) = [(job, outcome) for job, outcome in cube.survivors if "x ** 2" in job.source]
    assert survivor[0].mutant is not None and survivor[0].mutant.operator == "dropped_call"
    assert 8 <= survivor[1].tried <= 200 and survivor[1].differing == 0
    assert cube.killed + len(cube.survivors) == cube.made > 10
    assert cube.by["equals autograd's gradient"] > 10
    assert not double.survivors and double.killed == double.made
    assert not truth.holds and not truth.problems


def test_misconceptions_are_rows_of_a_matrix(engine: Engine, store: Path) -> None:
    truth, _ = measure(engine, store)
    (cube, _) = truth.found
    assert cube.matrix["forgot_the_factor"] == "forgot_the_factor"
    assert cube.missed == ["keeps_the_sign"]  # which is right for positive numbers
    assert cube.diagonal == 2 and cube.diagnosed == 3
    assert cube.named and not cube.misleading


def test_right_answers_are_accepted_under_many_seeds(engine: Engine, store: Path) -> None:
    measure(engine, store)
    truth, told = measure(engine, store, seeds=3)
    assert [(f.right, f.seeds, f.flakes, f.rejected) for f in truth.found] == [(1, 2, 0, [])] * 2
    assert sum(not known for _, _, known in told) == 2  # the rest is known from before


def test_a_grader_that_rejects_now_and_then_is_found_out(engine: Engine) -> None:
    exercise = engine.course.exercise("double")
    engine.load([exercise])
    sometimes = "import torch\n\n\ndef double(x):\n    return 2 * x + (x.sum() > 9)\n"
    job = Job("double", SEEDS, "reference", sometimes, Seed.numbered(0), first=1, last=9)
    outcome = run.examine(engine, job)
    assert outcome.verdict == "failed" and outcome.tried == 8 >= outcome.differing > 0
    assert outcome.message.startswith("reference, seed ")


def test_right_answers_side_by_side_are_told_apart(engine: Engine) -> None:
    engine.load([engine.course.exercise("double")])
    texts = [
        "def double(x):\n    return 2 * x\n",
        "def double(x):\n    return torch.zeros(10**12)\n",
        "def double(x):\n    return 3 * x\n",
    ]
    job = Job("double", SEEDS, "right, ends, wrong", "\0".join(texts), Seed.numbered(0), first=1, last=4)
    outcome = run.examine(engine, job)
    assert (outcome.tried, outcome.differing) == (9, 6)
    assert outcome.message.startswith("ends, seed 1: ")


def test_what_each_property_rejects_by_itself(engine: Engine, store: Path) -> None:
    truth, _ = measure(engine, store, alone=True)
    assert truth.found[0].alone["forgot_the_factor"][0] == "equals autograd's gradient"
    known = {share.text: share for share in shares(truth.found)}
    right, larger = known["equals autograd's gradient"], known[universal.LARGER]
    assert right.first > larger.first == 0 < min(right.rejects, larger.rejects)
    assert all(share.rejects >= share.alone and share.exercises for share in known.values())


def test_nothing_is_graded_twice(engine: Engine, store: Path) -> None:
    measure(engine, store)
    truth, told = measure(engine, store)
    assert told and all(known for _, _, known in told)
    assert truth.found[0].killed > 10


def test_what_was_lost_is_graded_again(engine: Engine, store: Path) -> None:
    _, told = measure(engine, store)
    files = [store / job.exercise / f"{key_of(job, engine.course)}.json" for job, _, _ in told]
    files[0].unlink()
    files[1].write_text(files[1].read_text()[:40])
    _, told = measure(engine, store)
    assert sum(not known for _, _, known in told) == 2


def test_listed_equivalents_do_not_count_as_survivors(
    engine: Engine, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CLOSELY", 300)
    truth, _ = measure(engine, store)
    alive = [(job.exercise, job.name) for job, _ in truth.found[0].survivors]
    killed = truth.found[0].named[0][0].name
    why = "Every number that is drawn is positive."
    try:
        equivalents(engine.course, *[(*pair, why) for pair in alive])
        truth, told = measure(engine, store, verify=True)
        assert not truth.found[0].survivors and not truth.problems
        closely = [outcome for job, outcome, _ in told if job.kind == "equivalent"]
        assert closely and all(o.tried == 300 and not o.differing for o in closely)
        assert lines(truth.found)[1].value == f"{len(alive)} of {len(alive)} (100.00 %), 300 inputs or more"
        equivalents(engine.course, ("double", "gone-1234", why), ("cube_backward", killed, why))
        truth, _ = measure(engine, store)
        assert ["no such mutant" in p or "rejects it" in p for p in truth.problems] == [True, True]
    finally:
        (engine.course.root / "graders" / "u" / "equivalent.toml").unlink()


def test_a_difference_that_is_seldom_is_found_when_verified(engine: Engine) -> None:
    engine.load([engine.course.exercise("double")])
    seldom = "import torch\n\n\ndef double(x):\n    return 2 * x + (x.numel() < 16 and x.abs().max() > 3.2)\n"
    outcome = run.examine(engine, Job("double", EQUIVALENT, "seldom", seldom, Seed.numbered(0)))
    assert outcome.passed and outcome.tried == run.CLOSELY
    assert 0 < outcome.differing < run.CLOSELY / 50
    assert verified(outcome) == ("0 of 1 (0.00 %), 10,000 inputs or more", False)
    assert verified(replace(outcome, differing=0)) == ("1 of 1 (100.00 %), 10,000 inputs or more", True)
    assert verified(replace(outcome, differing=0, tried=9_999))[1] is False


OPEN = '''"""Graders."""

from dojo.grading import grades, open_ended


@grades("cube_backward")
def cube(x, dy):
    return 3 * x**2 * dy


near = open_ended("double", file=__file__)


@near.property("keeps the size nearly", examples=1)
def keeps_the_size(student, x):
    return float((student(x) - x).abs().max()) < 100.0
'''


def test_a_free_answer_is_verified_by_as_many_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CLOSELY", 2_500)
    with Engine(build(tmp_path, grader=OPEN), lanes=1) as engine:
        engine.load([engine.course.exercise("double")])
        text = "import torch\n\n\ndef double(x):\n    return 2 * x + {}\n"
        right, seldom = (
            run.examine(engine, Job("double", EQUIVALENT, "m", text.format(more), Seed.numbered(0)))
            for more in ("0 * x", "1000 * (torch.rand(()) < 0.01)")
        )
    assert right.tried >= seldom.tried >= 2_500
    assert right.differing == 0 < seldom.differing
    assert right.message == "" and "seed " in seldom.message and "keeps the size nearly" in seldom.message


def test_what_an_answer_keeps_is_given_up_when_it_is_verified(engine: Engine) -> None:
    engine.load([engine.course.exercise("double")])
    keeps = "import torch\n\nkept = []\n\n\ndef double(x):\n    kept.append(x)\n"
    for most, right in ((alike.FRESH // 2, False), (alike.FRESH + 1, True)):
        text = f"{keeps}    return 2 * x if len(kept) <= {most} else x\n"
        outcome = run.examine(engine, Job("double", EQUIVALENT, "keeps", text, Seed.numbered(0)))
        assert outcome.passed and outcome.tried == run.CLOSELY
        assert (outcome.differing == 0) is right


def verified(outcome: Outcome) -> tuple[str, bool]:
    """What is said of one equivalent that was looked at closely, and whether that is enough."""
    job = Job("double", EQUIVALENT, "m", "", Seed.numbered(0))
    line = lines([Figures("double", "u", verified=[(job, outcome)])])[1]
    return line.value, line.holds


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (("nothing", "a-1", "It is the same sum in another order."), "no such exercise"),
        (("double", "a-1", "Same."), "has to be a sentence"),
    ],
)
def test_a_list_with_mistakes_is_refused(tmp_path: Path, entry: tuple[str, str, str], message: str) -> None:
    course = build(tmp_path)
    equivalents(course, entry)
    with pytest.raises(TruthError, match=message):
        read(course)


def test_a_list_that_is_none_is_refused(tmp_path: Path) -> None:
    course = build(tmp_path)
    (tmp_path / "graders" / "u" / "equivalent.toml").write_text("[[equivalent]]\nexercise = 3\n")
    with pytest.raises(TruthError, match=r"equivalent\.0\.exercise"):
        read(course)


def test_a_key_hangs_on_what_is_graded_and_by_what_alone(tmp_path: Path) -> None:
    course = build(tmp_path)
    job = Job("double", MUTANT, "m-1", "def double(x):\n    return x\n", Seed.numbered(0))
    key = key_of(job, course)
    elsewhere = GRADER.replace("return x**3", "return x * x * x")
    for grader, same in ((elsewhere, True), (GRADER.replace("return 2 * x", "return x + x"), False)):
        other = build(tmp_path / f"{same}", grader=grader)
        assert (key_of(job, other) == key) is same
    assert key_of(replace(job, source="# no\ndef double(x):\n    return (x)\n"), course) == key
    assert key_of(replace(job, source="def double(x):\n    return -x\n"), course) != key
    assert key_of(replace(job, seed=Seed.numbered(1)), course) != key


def test_a_grader_is_what_it_says_and_what_that_needs() -> None:
    text = grader_text(GRADER, "double")
    assert "twice" in text and "import" in text and "cube" not in text
    assert "keeps_the_sign" in grader_text(GRADER, "cube_backward")


def test_a_sample_is_always_the_same_part(engine: Engine) -> None:
    plan = Plan(engine.course.exercises, Seed.numbered(0), sample=4)
    few = [job.name for job in planned(engine, plan, Lists()) if job.kind == MUTANT]
    many = [job.name for job in planned(engine, replace(plan, sample=8), Lists()) if job.kind == MUTANT]
    assert len(few) == 8 and set(few) < set(many)


def test_of_what_was_touched_there_is_no_sample(engine: Engine) -> None:
    plan = Plan(engine.course.exercises, Seed.numbered(0), 2, touched=frozenset(["double"]), mutants=True)
    jobs = planned(engine, plan, Lists())
    counts = {e: sum(j.exercise == e and j.kind == MUTANT for j in jobs) for e in ("cube_backward", "double")}
    assert counts["cube_backward"] == 2 < counts["double"]
    assert {job.kind for job in jobs if job.exercise == "cube_backward"} == {CONTROL, MUTANT}
    assert {job.kind for job in jobs if job.exercise == "double"} == {CONTROL, MUTANT, RIGHT}


def test_when_the_time_is_over_nothing_is_begun(engine: Engine, tmp_path: Path) -> None:
    touched = frozenset(["double"])
    truth, told = measure(engine, tmp_path, sample=1, touched=touched, mutants=True, seconds=0.05)
    assert truth.left_out > 0 and not truth.problems
    assert len({(job.exercise, job.name) for job, _, _ in told}) == len(told) > 0
    again, _ = measure(engine, tmp_path, sample=1, touched=touched, mutants=True)
    assert again.left_out == 0 and again.found[1].made > 5


def test_what_was_touched_is_what_git_says(tmp_path: Path) -> None:
    course = build(tmp_path)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    assert touched_since(course, "HEAD") == frozenset()
    (tmp_path / "graders/u/test_m.py").write_text(HOLE)
    assert touched_since(course, "HEAD") == {"cube_backward", "double"}
    with pytest.raises(UsageError, match="git does not say"):
        touched_since(course, "nothing")


def test_reports(engine: Engine, store: Path) -> None:
    truth, _ = measure(engine, store)
    data = json.loads(json.dumps(as_json(truth.found, {"engine": "0"})))
    assert [e["id"] for e in data["exercises"]] == ["cube_backward", "double"]
    assert data["exercises"][0]["survivors"][0]["diff"]
    assert data["figures"][0]["name"] == "mutants killed" and not data["figures"][0]["holds"]
    assert {line.name: line.holds for line in lines(truth.found)}["right answers accepted"]
    text = page(truth.found, ["<one> problem"], {"engine": "0"})
    assert "&lt;one&gt; problem" in text and "keeps_the_sign" in text and text.endswith("</html>\n")


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    build(tmp_path)
    monkeypatch.chdir(tmp_path)
    command = ["course", "truth", "double", "--sample", "3", "--json", "t.json", "--html", "t.html"]
    assert main([*command, "--jobs", "1", "--plain"]) == 0
    shown = capsys.readouterr().out
    assert "double" in shown and "mutants killed" in shown
    assert json.loads((tmp_path / "t.json").read_text())["exercises"][0]["made"] == 3
    assert "<html" in (tmp_path / "t.html").read_text()
    assert list((tmp_path / ".dojo" / "truth" / "double").glob("*.json"))
    assert main(["course", "truth", "--sample", "0"]) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs kill -9")
def test_a_killed_run_goes_on(tmp_path: Path, engine: Engine) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            with Engine(load(engine.course.root), lanes=1) as own:
                measure(own, tmp_path)
        finally:
            os._exit(0)
    until = time.monotonic() + 60
    while time.monotonic() < until and len(list(tmp_path.glob("*/*.json"))) < 5:
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    kept = len(list(tmp_path.glob("*/*.json")))
    _, told = measure(engine, tmp_path)
    assert 5 <= sum(known for _, _, known in told) == kept < len(told)
    assert Store(tmp_path).read("double", "nothing") is None


def test_the_summary_takes_its_place_in_a_file(engine: Engine, store: Path, tmp_path: Path) -> None:
    truth, _ = measure(engine, store)
    path = tmp_path / "README.md"
    path.write_text(f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n")
    text = put(path, summary(truth.found, {"engine": "9.9"}))
    assert text.startswith(f"before\n\n{BEGIN}\nengine 9.9:") and text.endswith(f"{END}\n\nafter\n")
    assert "old" not in text and f"| {sum(f.made for f in truth.found):,} |" in text
    path.write_text("no marks")
    with pytest.raises(ValueError, match="no place for the table"):
        put(path, "")


@pytest.mark.parametrize(
    ("count", "expected", "probability"), [(0, 0.5, 1.0), (1, 1e-3, 1e-3), (2, 1e-3, 5e-7), (1, 0.0, 0.0)]
)
def test_how_probable_flakes_are(count: int, expected: float, probability: float) -> None:
    assert at_least(count, expected) == pytest.approx(probability, rel=1e-3)


def test_flakes_beyond_the_stated_bound_are_found_out() -> None:
    seldom = Figures("f", "u", seeds=1000, flakes=1, bound=1e-4)
    assert seldom.within_bound and not replace(seldom, bound=1e-10).within_bound
    held = {line.name: line.holds for line in lines([seldom])}
    assert (
        held["right answers rejected under another seed"] and held["of them by graders that state how often"]
    )
    held = {line.name: line.holds for line in lines([replace(seldom, bound=0.0)])}
    assert not held["right answers rejected under another seed"]
