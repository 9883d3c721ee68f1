"""Grading for nbgrader: one engine for all submissions of a process, and its results for one notebook."""

from __future__ import annotations

import atexit
import os
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dojo import __version__, records
from dojo.course import MANIFEST, CourseError, Unit, load
from dojo.engine import Engine, KitFailure
from dojo.grading.registry import GradersMissing
from dojo.hidden import HiddenError, files
from dojo.isolation.levels import LEVELS, reaches
from dojo.notebooks.raw import NotebookError
from dojo.notebooks.read import submission_of
from dojo.reading import LeftOutError
from dojo.seeds import Seed
from dojo.submission import Submission
from dojo.text import escaped
from dojo.verdict import ExerciseResult, Record, Verdict

LEAST = "confined"  # that official grading needs
_DOCTOR = "`dojo doctor` says what is missing"


class NoGradesError(Exception):
    """Why a submission gets no grade now, in one sentence. It is never the student's fault."""


@dataclass(frozen=True)
class Settings:
    """What `nbgrader_config.py` says of the grading, see `checks.Checks`."""

    course: Path
    key_file: Path
    isolation: str = ""
    run_as: str = ""
    as_root: bool = False
    hidden: Path | None = None


@dataclass(frozen=True)
class Graded:
    """The results of one notebook by exercise, and what a reader wants to know about them."""

    results: Mapping[str, ExerciseResult]
    isolation: str
    digest: str
    seed: str
    notices: list[str] = field(default_factory=list)


class Grading:
    """A course, its key and its engine. Construct one with `grading_for`."""

    def __init__(self, settings: Settings) -> None:
        """Raises NoGradesError where the course or the key cannot be used."""
        self.settings = settings
        self.seed = Seed.secret(_key(settings.key_file))
        try:
            self.course = load(settings.course)
        except CourseError as error:
            raise NoGradesError(f"the course in {settings.course} is not in order: {error}") from None
        # Other threads, as in a Jupyter server, do not survive the forks that lanes are made by.
        lanes = None if threading.active_count() == 1 else 1
        options: dict[str, Any] = {"lanes": lanes, "isolation": settings.isolation or None}
        options |= {"run_as": settings.run_as} if settings.run_as else {}
        options |= {"hidden": settings.hidden} if settings.hidden else {}
        try:
            self.engine = Engine(self.course, **options)
        except HiddenError as error:
            raise NoGradesError(f"the hidden graders cannot be used: {error}") from None
        scratch = tempfile.TemporaryDirectory(prefix="dojo-")  # or hypothesis leaves a folder beside source/
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", scratch.name)
        atexit.register(scratch.cleanup)
        self.stamp = self._stamp()
        atexit.register(self.engine.close)

    def _stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Changes with every file of the course that an engine loads once and for all."""
        root, hidden = self.course.root, self.settings.hidden
        paths = [root / MANIFEST, *root.glob("graders/**/*.py"), *root.glob("solutions/**/*.py")]
        paths += files(hidden).values() if hidden else []
        known = [(str(path), path.stat()) for path in sorted(paths)]
        return tuple((name, status.st_mtime_ns, status.st_size) for name, status in known)

    def unit(self, notebook: str) -> Unit:
        """The unit that a notebook belongs to. Raises NoGradesError."""
        for unit in self.course.units:
            if unit.id == notebook:
                return unit
        raise NoGradesError(
            f"there is no unit {escaped(notebook)} in {self.course.title}: take nbgrader's own lists of "
            "preprocessors for assignments that are not of this course"
        )

    def grade(self, unit: Unit, submitted: Submission, store: Path | None) -> Graded:
        """The results of one unit, from the records where they hold them. Raises NoGradesError."""
        exercises = list(unit.exercise)
        try:
            self.engine.load(exercises)  # while the fork server starts
            self._insist()
            record = self._kept(submitted, unit, store)
            if record is None:
                record = self.engine.grade(submitted, exercises, seed=self.seed)
        except KitFailure as error:
            raise NoGradesError(f"the kit failed: {error}") from None
        except (GradersMissing, HiddenError, records.RecordsError) as error:
            raise NoGradesError(str(error)) from None
        results = {result.id: result for result in record.exercises}
        if not {exercise.id for exercise in unit.exercise} <= set(results):
            raise NoGradesError("the kit's record does not hold all exercises")
        return Graded(results, record.isolation, record.digest, record.seed, list(record.notices))

    def submission(self, student: str, folder: Path, units: list[Unit]) -> Submission:
        """What a student has handed in, in nbgrader's tree. Raises NotebookError for the first of `units`."""
        from dojo.nbgrader.reading import read_cells

        found = {}
        for unit in units:
            try:
                found[unit.id] = read_cells(folder / unit.id / f"{unit.id}.ipynb")
            except (NotebookError, LeftOutError):
                if unit is units[0]:
                    raise
        return submission_of(escaped(student), found, self.course)

    def _kept(self, submitted: Submission, unit: Unit, store: Path | None) -> Record | None:
        """A record of the same submission that the same engine has made before, complete and as strong."""
        record = records.read(store, submitted.name) if store is not None else None
        if record is None:
            return None
        wanted = {exercise.id for exercise in unit.exercise}
        verdicts = {result.id: result.verdict for result in record.exercises if result.id in wanted}
        same = (record.digest, record.seed, record.course, record.engine) == (
            submitted.digest,
            self.seed.id,
            self.engine.course_digest,
            __version__,
        )
        complete = wanted == set(verdicts) and Verdict.KIT_ERROR not in verdicts.values()
        return record if same and complete and reaches(record.isolation, self.engine.isolation) else None

    def _insist(self) -> None:
        """Raise NoGradesError where less was proven than was asked for, or than official grading needs."""
        proof, asked = self.engine.proof, self.settings.isolation
        wanted = asked or LEAST
        if not reaches(proof.level, wanted):
            weaker = "" if asked else "; c.Checks.isolation = 'process' grades all the same, and says so"
            raise NoGradesError(
                f"the level {wanted} is needed, and only {proof.level} was proven here: {_DOCTOR}{weaker}"
            )
        if proof.as_root and not self.settings.as_root:
            raise NoGradesError(
                "answers would run as root: grade as another user, or let `dojo doctor` say why none "
                "could be had; c.Checks.as_root = True grades all the same"
            )
        if self._stamp() != self.stamp:
            raise NoGradesError(
                "the course has changed since this process began to grade: start it again (in formgrader, "
                "that is the Jupyter server)"
            )


_current: Grading | None = None


def grading_for(settings: Settings) -> Grading:
    """The grading of this process; a new one where the settings have changed. Raises NoGradesError."""
    global _current
    if _current is None or _current.settings != settings:
        if settings.isolation and settings.isolation not in LEVELS:
            raise NoGradesError(f"c.Checks.isolation has to be one of {', '.join(LEVELS)}")
        made = Grading(settings)
        close()
        _current = made
    return _current


def close() -> None:
    """End the engine of this process, if it has one."""
    global _current
    if _current is not None:
        atexit.unregister(_current.engine.close)
        _current.engine.close()
        _current = None


def _key(path: Path) -> bytes:
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise NoGradesError(
            f"the key file {path} cannot be read ({error.strerror}): `dojo release nbgrader` makes one"
        ) from None
    if not key:
        raise NoGradesError(f"the key file {path} is empty")
    return key
