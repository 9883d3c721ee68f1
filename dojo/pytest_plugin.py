"""Lets plain `pytest graders` grade: each property of each exercise is one test, marked with its exercise.

`pytest graders --submission DIR` grades another folder than `exercises/`; `-k NAME` picks exercises.
The verdict is made by the same functions as that of `dojo grade`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dojo import servers
from dojo.channel import StudentError, WorkerEnded
from dojo.course import Course, find_root, load
from dojo.explain import explain
from dojo.grading import registry
from dojo.grading.asking import Falsified
from dojo.grading.grader import Grader
from dojo.grading.properties import Property, properties, run
from dojo.prepare import prepare
from dojo.seeds import Seed
from dojo.servers import Server
from dojo.submission import Submission, take
from dojo.verdict import ExerciseResult

_course: pytest.StashKey[Course] = pytest.StashKey()
_submission: pytest.StashKey[Submission] = pytest.StashKey()
_server: pytest.StashKey[Server] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--submission`."""
    parser.addoption(
        "--submission", type=Path, default=None, help="the folder to grade (default: exercises/)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Find the course, start the fork server, and take a snapshot of what is graded."""
    config.addinivalue_line("markers", "exercise(id): the exercise that a test grades")
    course = load(find_root(config.rootpath))
    config.stash[_course] = course
    config.stash[_server] = servers.start()
    config.stash[_submission] = take(config.getoption("--submission") or course.root / "exercises", course)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the fork server."""
    if _server in config.stash:
        config.stash[_server].close()


@pytest.hookimpl(tryfirst=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect grader files."""
    if file_path.name.startswith("test_") and file_path.suffix == ".py":
        return GraderFile.from_parent(parent, path=file_path)
    return None


class GraderFile(pytest.File):
    """One grader file: the properties of its exercises."""

    def collect(self) -> Iterator[PropertyItem]:
        """Every property of every exercise that the manifest has here."""
        course = self.config.stash[_course]
        here = [e for e in course.exercises if course.path("graders", e.id).resolve() == self.path.resolve()]
        for exercise_id, grader in registry.load(course, here).items():
            for prop in properties(grader, course.rules(exercise_id)):
                yield PropertyItem.from_parent(
                    self, name=f"{exercise_id}[{prop.name}]", grader=grader, prop=prop
                )


class PropertyItem(pytest.Item):
    """One property of one exercise. Fails with the sentence that `dojo check` shows."""

    def __init__(self, *, grader: Grader, prop: Property, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.grader, self.prop = grader, prop
        self.add_marker(pytest.mark.exercise(grader.id))
        self.user_properties.append(("property", prop.text))

    def runtest(self) -> None:
        """Check the property in a fresh worker. Whatever does not hold raises."""
        stash = self.config.stash
        course, exercise = stash[_course], stash[_course].exercise(self.grader.id)
        ready = prepare(course, self.grader, stash[_submission], exercise)
        if isinstance(ready, ExerciseResult):
            raise NotRight(f"{ready.verdict.value}: {ready.message}")
        with ready.worker(stash[_server]) as worker:
            try:
                seed = Seed.public(course.key).number(exercise.id, self.prop.name)
                count = run(self.prop, self.grader, ready.load(worker), seed)
            except (Falsified, StudentError, WorkerEnded) as failure:
                result = explain(ready, failure, self.prop.text)
                raise NotRight(f"{result.verdict.value}: {result.message}") from None
        assert count > 0, "nothing was checked"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The sentence alone where the answer is wrong; a traceback only for faults of the kit."""
        if isinstance(excinfo.value, NotRight):
            return f"{self.grader.id} does not hold that it {self.prop.text}.\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """How pytest names this test."""
        return self.path, None, self.name


class NotRight(Exception):
    """An answer for which a property does not hold."""
