"""What is refused, what is left to a person, and what is taken from records: never a wrong grade."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from class_runs import Run
from classroom import RIGHT, TOTAL, UNIT, WRONG, Classroom, answered

from dojo import records
from dojo.nbgrader import grading
from dojo.nbgrader.checks import points_for, waits_for_a_person
from dojo.nbgrader.grading import Graded, Settings
from dojo.verdict import ExerciseResult, Verdict


def result(points: float, most: int = 2, verdict: Verdict = Verdict.FAILED) -> ExerciseResult:
    return ExerciseResult("double", UNIT, verdict, points, most, "Wrong.")


@pytest.fixture
def config(classroom: Classroom, run: Run) -> Iterator[Any]:
    """The config, for one test to change."""
    known = classroom.config
    classroom.config = changed = classroom.load_config()
    changed.Checks.merge(known.Checks)
    yield changed
    classroom.config = known


def autograde(classroom: Classroom, student: str, answers: dict[str, str] = RIGHT) -> Any:
    classroom.hand_in(student, answered(classroom.book(), answers))
    return classroom.api().autograde(UNIT, student)


def refused(classroom: Classroom, student: str) -> str:
    """The sentence with which grading was refused, and no grade was given."""
    outcome = autograde(classroom, student)
    assert not outcome["success"] and "Traceback" not in outcome["log"]
    assert set(classroom.grades(student).values()) <= {(None, True), (None, False)}
    assert not (classroom.root / "autograded" / student / UNIT).exists()
    (line,) = [line for line in outcome["log"].splitlines() if f"No grade for {student}, {UNIT}: " in line]
    return line


@pytest.mark.parametrize(
    ("trait", "value", "sentence"),
    [
        ("course", "", "c.Checks.course is not set"),
        ("course", "/no/such/course", "the course in /no/such/course is not in order"),
        ("key_file", "", "c.Checks.key_file is not set"),
        ("key_file", "/no/such/key", "the key file /no/such/key cannot be read (No such file or directory)"),
        ("isolation", "fort", "c.Checks.isolation has to be one of process, confined, sandbox"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    trait: str, value: str, sentence: str, classroom: Classroom, config: Any
) -> None:
    config.Checks[trait] = value
    assert sentence in refused(classroom, f"wrong-{trait}{len(value)}")


def test_too_weak_walls_are_refused(
    classroom: Classroom, config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    autograde(classroom, "before")
    current = grading._current
    assert current is not None
    weak = dataclasses.replace(current.engine.proof, level="process")
    monkeypatch.setattr(type(current.engine), "proof", weak)
    config.Checks.isolation = ""
    monkeypatch.setattr(current, "settings", dataclasses.replace(current.settings, isolation=""))
    line = refused(classroom, "weak")
    assert "the level confined is needed, and only process was proven here" in line
    assert "c.Checks.isolation = 'process' grades all the same" in line


def test_answers_do_not_run_as_root(
    classroom: Classroom, config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    autograde(classroom, "before")
    current = grading._current
    assert current is not None
    proof = dataclasses.replace(current.engine.proof, user=0)
    monkeypatch.setattr(type(current.engine), "proof", proof)
    assert "c.Checks.as_root = True" in refused(classroom, "rooted")


def test_a_course_that_has_changed_is_not_graded_by(classroom: Classroom, run: Run, config: Any) -> None:
    autograde(classroom, "before")
    grader = classroom.course.path("graders", "double")
    text = grader.read_text(encoding="utf-8")
    try:
        grader.write_text(text + "\n", encoding="utf-8")
        assert "the course has changed since this process began to grade" in refused(classroom, "changed")
    finally:
        grader.write_text(text, encoding="utf-8")
        grading.close()


def test_a_failure_of_the_engine_gives_no_grade(
    classroom: Classroom, config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dojo.engine import Engine, KitFailure

    def fails(*_: Any, **__: Any) -> Any:
        raise KitFailure("the process that runs answers did not start")

    monkeypatch.setattr(Engine, "grade", fails)
    assert "the kit failed: the process that runs answers did not start" in refused(classroom, "failure")


def test_a_kit_error_waits_for_a_person(
    classroom: Classroom, config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dojo.engine import Engine

    grade = Engine.grade

    def half(*args: Any, **options: Any) -> Any:
        record = grade(*args, **options)
        broken = dataclasses.replace(
            record.exercises[1], verdict=Verdict.KIT_ERROR, points=1, message="Ours."
        )
        return dataclasses.replace(record, exercises=[record.exercises[0], broken])

    monkeypatch.setattr(Engine, "grade", half)
    assert autograde(classroom, "unlucky")["success"]
    assert classroom.grades("unlucky") == {"cube_backward": (2.0, False), "double": (None, True)}
    assert classroom.comments("unlucky")["double-answer"].startswith("The kit failed on this exercise")


def test_a_check_that_is_none_of_the_courses_waits_for_a_person() -> None:
    graded = Graded({"double": result(1)}, "sandbox", "sha256:0", "public:x")
    assert waits_for_a_person("another", graded) and not waits_for_a_person("double", graded)


@pytest.mark.parametrize(
    ("earned", "most", "gradebook", "points"),
    [
        (2, 2, 2.0, 2.0),
        (0, 2, 2.0, 0.0),
        (1.33, 4, 4.0, 1.33),
        (2, 2, 1.0, 1.0),  # points were changed in the manifest since
        (1.33, 2, 4.0, 2.66),
        (99, 2, 2.0, 2.0),
        (-1, 2, 2.0, 0.0),
        (float("nan"), 2, 2.0, 0.0),
        (float("inf"), 2, 2.0, 0.0),
        (0, 0, 0.0, 0.0),
    ],
)
def test_points_are_never_odd(earned: float, most: int, gradebook: float, points: float) -> None:
    assert points_for(result(earned, most), gradebook) == points


def test_points_of_a_kit_error_are_none() -> None:
    assert points_for(result(2, verdict=Verdict.KIT_ERROR), 2.0) == 0.0


HIDDEN = """\
import torch

from dojo.grading import also


@also("double").property("doubles a milliard")
def milliard(student):
    x = torch.full((2, 3), 1e9, dtype=torch.float64)
    return bool((student(x) == 2 * x).all())
"""


@pytest.fixture
def hidden(tmp_path: Path, config: Any) -> Iterator[Path]:
    config.Checks.hidden = str(tmp_path / "hidden")
    yield tmp_path / "hidden" / UNIT
    grading.close()


def test_a_hidden_property_counts_and_is_not_shown(classroom: Classroom, hidden: Path) -> None:
    hidden.mkdir(parents=True)
    (hidden / "test_cubes.py").write_text(HIDDEN, encoding="utf-8")
    fooled = "def double(x):\n    return 2 * x if bool((x < 10**6).all()) else x"
    assert autograde(classroom, "hidden", RIGHT | {"double": fooled})["success"]
    assert classroom.grades("hidden") == {"cube_backward": (2.0, False), "double": (0.0, False)}
    assert "A property that is not shown" in classroom.comments("hidden")["double-answer"]
    assert "What has to hold" not in classroom.comments("hidden")["double-answer"]
    assert not (classroom.root / ".hypothesis").exists()
    assert "milliard" not in json.dumps([classroom.autograded("hidden"), classroom.comments("hidden")])


def test_hidden_graders_that_are_not_there(classroom: Classroom, hidden: Path) -> None:
    assert "there is no such folder of hidden graders" in refused(classroom, "unhidden")


@pytest.fixture
def store(tmp_path: Path, config: Any) -> Path:
    config.Checks.records = str(tmp_path)
    return tmp_path


def record_of(classroom: Classroom, student: str, store: Path, **changes: Any) -> None:
    """What `dojo grade --records` would keep, after a grading that gave everything."""
    from dojo.submission import take

    current = grading._current
    assert current is not None
    submission = take(classroom.root / "submitted" / student, current.course)
    record = current.engine.grade(submission, list(current.course.exercises), seed=current.seed)
    full = [
        dataclasses.replace(r, verdict=Verdict.PASSED, points=r.max_points, message="From the record.")
        for r in record.exercises
    ]
    records.write(store, dataclasses.replace(record, exercises=full, **changes))


def test_a_record_that_fits_is_taken(classroom: Classroom, store: Path) -> None:
    autograde(classroom, "known", WRONG)
    record_of(classroom, "known", store)
    autograde(classroom, "known", WRONG)
    assert classroom.score("known") == TOTAL  # so it came from the record, which lies


@pytest.mark.parametrize("key", ["digest", "seed", "course", "engine", "isolation"])
def test_a_record_of_something_else_is_not(key: str, classroom: Classroom, store: Path) -> None:
    autograde(classroom, "other", WRONG)
    record_of(classroom, "other", store, **{key: "process" if key == "isolation" else "another"})
    current = grading._current
    assert current is not None
    if key == "isolation" and current.engine.isolation == "process":
        pytest.skip("no stronger walls can be had here")
    autograde(classroom, "other", WRONG)
    assert classroom.score("other") == 0.0


def test_half_a_record_stops_the_grading_of_its_student(classroom: Classroom, store: Path) -> None:
    records.path_of(store, "torn").write_text("{", encoding="utf-8")
    assert "is not a record of torn" in refused(classroom, "torn")


def test_one_engine_for_all(classroom: Classroom, run: Run) -> None:
    settings = grading._current and grading._current.settings
    assert isinstance(settings, Settings)
    assert grading.grading_for(settings) is grading._current
