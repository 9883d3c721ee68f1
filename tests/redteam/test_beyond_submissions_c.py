"""Attacks on comparisons, resources and state that take more than one submission to be seen."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from suite import attacks, let_loose
from victim import hand_in

from dojo.attempt import grade_exercise
from dojo.engine import Engine
from dojo.grading.properties import properties, run
from dojo.grading.seeded import SETTINGS
from dojo.grading.student import Observation
from dojo.seeds import Seed
from dojo.submission import Submission, take
from dojo.verdict import Record, Verdict, dump

LASTING = [a for a in attacks() if a.group == "state" and a.name[:3] in ("s03", "s05", "s06", "s07", "s11")]
RIGHT = "def cube_backward(x, dy):\n    return 3 * x**2 * dy\n\n\ndef double(x):\n    return x + x\n"


def _graded(engine: Engine, text: str, seed: Seed | None = None) -> Record:
    submission = Submission("somebody", Path(), {"u/m.py": text.encode()}, "sha256:0", [])
    chosen = [e for e in engine.course.exercises if e.module == "m"]
    return engine.grade(submission, chosen, seed=seed or Seed.numbered(1))


def _plain(record: Record) -> str:
    return "\n".join(line for line in dump(record.to_json()).splitlines() if "duration_s" not in line)


# -- what outlives a submission (S1 to S7, S11) -----------------------------------------------------------


@pytest.mark.usefixtures("allow_list_off")
def test_nothing_outlives_a_submission(arena: Any) -> None:
    """After each attack on state the next submission has the record that it would have had before it."""
    engine, victim, _ = arena("walls", None)
    honest = take(hand_in(victim, "honest", None, {}), victim.course)

    def record() -> str:
        return _plain(engine.grade(honest, victim.course.exercises, seed=Seed.numbered(1)))

    before = record()
    for attack in LASTING:
        let_loose(attack, engine, victim, {"halve": "", "row_means": ""})
        assert record() == before, attack.name


@pytest.mark.usefixtures("allow_list_off")
def test_no_scratch_is_left(arena: Any) -> None:
    """The folders of workers that filled, nested or locked them are gone."""
    engine, victim, _ = arena("walls", "process")
    for name in ("x09_deep_folders", "x09_folder_without_rights", "x09_many_files", "x09_fills_the_disk"):
        attack = next(a for a in attacks() if a.name == name)
        let_loose(attack, engine, victim, {"halve": "", "row_means": ""})
    deadline = time.monotonic() + 5
    mine = f"dojo-worker-{engine.server_pid}-"
    while [
        n for n in os.listdir(tempfile.gettempdir()) if n.startswith(mine)
    ] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [n for n in os.listdir(tempfile.gettempdir()) if n.startswith(mine)]


# -- tables and profiles (H4, H5, H7, S2) -----------------------------------------------------------------


class _Recorder:
    """A right answer in this process, which notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[torch.Tensor, torch.Tensor]] = []

    def __call__(self, x: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
        self.asked.append((x.clone(), dy.clone()))
        return 3 * x**2 * dy

    def observe(self, x: torch.Tensor, dy: torch.Tensor, **ignored: Any) -> Observation:
        return Observation(self(x, dy), [x, dy], [], None)


def _asked(engine: Engine, seed: Seed) -> list[list[tuple[torch.Tensor, torch.Tensor]]]:
    """Every case of every property, as this seed draws it."""
    grader = engine._graders["cube_backward"]
    found = []
    for prop in properties(grader, ()):
        student = _Recorder()
        run(prop, grader, student, seed.number("cube_backward", prop.name))  # type: ignore[arg-type]
        found.append(student.asked)
    return found


def _key(x: torch.Tensor, dy: torch.Tensor) -> str:
    return f"{float(x.flatten()[0]):.9g} {float(x.sum()):.9g} {float(dy.sum()):.9g}"


def test_a_table_of_one_seed_fails_under_another(arena: Any) -> None:
    """All answers by heart: full marks under the seed that they were taken from, none under any other."""
    engine, _, _ = arena("walls", None)
    asked = [case for cases in _asked(engine, Seed.numbered(1)) for case in cases]
    table = {_key(x, dy): (3 * x**2 * dy).tolist() for x, dy in asked}
    text = (
        f"import torch\nTABLE = {table!r}\n"
        "def cube_backward(x, dy):\n"
        "    key = f'{float(x.flatten()[0]):.9g} {float(x.sum()):.9g} {float(dy.sum()):.9g}'\n"
        "    return torch.tensor(TABLE[key], dtype=x.dtype) if key in TABLE else x * 0\n"
        "def double(x):\n    return x + x\n"
    )
    known, unknown = _graded(engine, text), _graded(engine, text, Seed.numbered(2))
    assert known.exercises[0].verdict is Verdict.PASSED, known.exercises[0].message
    assert unknown.exercises[0].verdict is Verdict.FAILED


def test_seeds_do_not_repeat_a_case(arena: Any) -> None:
    """Not even the simplest case is the same under two seeds."""
    engine, _, _ = arena("walls", None)
    first, second = (
        {_key(x, dy) for cases in _asked(engine, Seed.numbered(number)) for x, dy in cases}
        for number in (1, 2)
    )
    assert not first & second


def test_every_pass_has_been_checked_often_enough(arena: Any) -> None:
    """No setting of hypothesis, wherever it is set, lowers the number of cases."""
    engine, _, _ = arena("walls", None)
    import hypothesis

    before = hypothesis.settings.default
    hypothesis.settings.register_profile("quick", max_examples=1, phases=[])
    hypothesis.settings.load_profile("quick")
    try:
        cases = [len(cases) for cases in _asked(engine, Seed.numbered(3))]
        result = _graded(engine, RIGHT, Seed.numbered(3)).exercises[0]
    finally:
        hypothesis.settings.register_profile("before", before)
        hypothesis.settings.load_profile("before")
    assert cases[0] >= engine._graders["cube_backward"].examples and min(cases) >= 3
    assert result.checks >= engine._graders["cube_backward"].examples


def test_no_database_is_read_or_written(arena: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted `.hypothesis` changes nothing, and grading leaves none behind."""
    engine, _, _ = arena("walls", None)
    assert SETTINGS.database is None
    before = _plain(_graded(engine, RIGHT))
    planted = tmp_path / ".hypothesis"
    for name in ("examples/0/1", "unicode_data/15.0.0/charmap.json.gz", "constants/0"):
        (planted / name).parent.mkdir(parents=True)
        (planted / name).write_bytes(b"not what it should be")
    monkeypatch.chdir(tmp_path)
    found = sorted(tmp_path.rglob("*"))
    assert _plain(_graded(engine, RIGHT)) == before
    assert sorted(tmp_path.rglob("*")) == found


# -- the same verdict every time (S8, S10) ----------------------------------------------------------------

WRONG = RIGHT.replace("3 * x**2", "2 * x**2")


@pytest.mark.parametrize("text", [RIGHT, WRONG], ids=["right", "wrong"])
def test_a_regrading_gives_the_same_record(arena: Any, text: str) -> None:
    engine, _, _ = arena("walls", None)
    assert len({_plain(_graded(engine, text)) for _ in range(8)}) == 1


@pytest.mark.usefixtures("allow_list_off")
def test_a_fresh_server_gives_the_same_record(arena: Any) -> None:
    """Sums whose order hangs on hashes come out the same in another process."""
    engine, victim, _ = arena("walls", None)
    text = (
        "def cube_backward(x, dy):\n    names = {'a', 'bc', 'def', 'ghij', 'klmno'}\n"
        "    print([*names])\n    return 3 * x**2 * dy\n\n\ndef double(x):\n    return x + x\n"
    )
    first = _graded(engine, text)
    with Engine(victim.course, lanes=1, isolation=engine.isolation) as other:
        assert _plain(_graded(other, text)) == _plain(first)
    assert "klmno" in first.exercises[0].output


# -- texts that are dear to read (X14) --------------------------------------------------------------------

LARGEST = 99_000
BOMBS = {
    "minus": "k = " + "-" * LARGEST + "1",
    "attributes": "k = x" + ".T" * (LARGEST // 2),
    "sum": "k = 1" + "+1" * (LARGEST // 2),
    "comparisons": "k = 1" + "<1" * (LARGEST // 2),
    "brackets": "k = " + "(" * (LARGEST // 2) + ")" * (LARGEST // 2),
    "statements": "a;" * (LARGEST // 2),
    "parts_of_a_text": "k = f'" + "{1}" * (LARGEST // 3) + "'",
    "digits": "k = " + "9" * LARGEST,
    "marks": "k" + "\u0315" * (LARGEST // 4) + "\u0316" * (LARGEST // 4) + " = 1",
    "halfwidth_marks": "k" + "\u0315\uff9e" * (LARGEST // 5) + " = 1",
    "marks_of_no_class": "k" + "\u0315" * (LARGEST // 5) + "\u0f73" * (LARGEST // 5) + " = 1",
    "decorators": "@a\n" * (LARGEST // 3) + "def f():\n    pass",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_text_that_is_dear_to_read(arena: Any, name: str) -> None:
    """It is refused in one sentence, for all exercises of its module together within one call's limit."""
    engine, _, _ = arena("rules", None)
    engine.load()
    started = time.perf_counter()
    record = _graded(engine, RIGHT + BOMBS[name] + "\n")
    seconds = time.perf_counter() - started
    assert {r.verdict for r in record.exercises} <= {Verdict.ERROR, Verdict.FORBIDDEN}, record.exercises
    assert all(len(r.message) < 500 and r.message.isprintable() for r in record.exercises)
    assert seconds < 6


@pytest.mark.parametrize(
    "word", ["e\u0301", "ต้องการ", "हिन्दी", "Z\u0351\u036b\u0343\u036a\u0342a\u0343lgo", "é" * 500]
)
def test_ordinary_marks_are_no_bomb(arena: Any, word: str) -> None:
    engine, _, _ = arena("rules", None)
    assert _graded(engine, f'"""{word}"""\n# {word}\n' + RIGHT).points == 2


# -- slowness that adds up (H25, X18) ---------------------------------------------------------------------


@pytest.mark.usefixtures("allow_list_off")
def test_a_slow_right_answer_ends_within_its_limits(arena: Any) -> None:
    """Slow imports and slow calls, each within its limit, do not add up beyond that of the exercise."""
    engine, victim, _ = arena("walls", None)
    text = "import time\ntime.sleep(1)\n" + RIGHT.replace("return 3", "time.sleep(0.4)\n    return 3")
    submission = Submission("somebody", Path(), {"u/m.py": text.encode()}, "sha256:0", [])
    exercise = victim.course.exercise("cube_backward")
    started = time.perf_counter()
    server = engine._living_server()
    engine.load()
    grader = engine._graders[exercise.id]
    result = grade_exercise(victim.course, grader, submission, exercise, server, Seed.numbered(1), {})
    seconds = time.perf_counter() - started
    limit = sum(victim.course.limit(exercise.id, name) for name in ("import_seconds", "seconds"))
    assert (result.verdict, "longer than the exercise allows" in result.message) == (Verdict.TIMEOUT, True)
    assert seconds < limit + 1


# -- graphics cards (X13) ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("allow_list_off")
def test_no_graphics_card_is_in_reach(arena: Any) -> None:
    """Also where there is one: its memory is nobody's to cap."""
    engine, _, _ = arena("walls", None)
    text = RIGHT.replace("    return x + x", "    print(torch.cuda.is_available())\n    return x + x")
    result = _graded(engine, "import torch\n" + text).exercises[1]
    assert result.verdict is Verdict.PASSED and "True" not in result.output, result
