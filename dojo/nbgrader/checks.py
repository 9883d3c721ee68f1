"""In the place of nbgrader's `Execute`: the kit grades the answers, and no kernel is started."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Unicode

from dojo.nbgrader.grading import Graded, NoGradesError, Settings, grading_for
from dojo.points import written
from dojo.text import escaped
from dojo.verdict import ExerciseResult, Verdict
from dojo.views.html import exercise_html
from dojo.views.wording import WORDS

SHOWN_HINTS = 2  # symptom and question; the third is the rule itself, which `dojo hint` gives on request
RESULTS = "dojo"  # the key of the notebook's `Graded` in nbconvert's resources


class Checks(NbGraderPreprocessor):  # type: ignore[misc]
    """First of `Autograde.autograde_preprocessors`: points and reports into check cells."""

    course = Unicode("", help="folder of the course, which holds course.toml").tag(config=True)
    key_file = Unicode("", help="file with the secret key of official grading").tag(config=True)
    isolation = Unicode(
        "", help='"sandbox" insists on it; "process" makes do with it; empty: "confined" or more'
    ).tag(config=True)
    run_as = Unicode("", help="user as whom answers run where nbgrader runs as root").tag(config=True)
    as_root = Bool(False, help="let answers run as root where no other user can be had").tag(config=True)
    hidden = Unicode("", help="folder of graders that are never released").tag(config=True)
    records = Unicode("", help="folder that `dojo grade --records` has filled").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Grade one notebook. Raises NoGradesError or NotebookError, and then there is no grade for it."""
        about = resources["nbgrader"]
        started = time.monotonic()
        try:
            graded = self._graded(about)
        except NoGradesError as error:
            sentence = " ".join(str(error).split()).rstrip(".")
            whom = f"{escaped(about['student'])}, {about['notebook']}"
            raise NoGradesError(f"No grade for {whom}: {sentence}.") from None
        for cell in nb.cells:
            if utils.is_grade(cell) and not utils.is_solution(cell):
                _write(cell, graded)
            elif cell.cell_type == "code" and cell.id == "setup":
                cell.outputs = [new_output("stream", name="stdout", text=_origin(graded))]
        resources[RESULTS] = graded
        seconds = time.monotonic() - started
        student = escaped(about["student"])
        self.log.info("%s, %s: %s (%.1f s).", student, about["notebook"], summary(graded), seconds)
        return nb, resources

    def _graded(self, about: Any) -> Graded:
        grading = grading_for(self._settings())
        unit = grading.unit(about["notebook"])
        store = Path(self.records) if self.records else None
        coursedir = self.parent.parent.coursedir  # of the converter that made the exporter that made this
        folder = Path(
            coursedir.format_path(coursedir.submitted_directory, about["student"], about["assignment"])
        ).parent
        # A record is about all that a student has handed in.
        others = [other for other in grading.course.units if other is not unit] if store else []
        submitted = grading.submission(about["student"], folder, [unit, *others])
        return grading.grade(unit, submitted, store)

    def _settings(self) -> Settings:
        for name in ("course", "key_file"):
            if not getattr(self, name):
                raise NoGradesError(f"c.Checks.{name} is not set: `dojo release nbgrader` writes a config")
        return Settings(
            course=Path(self.course),
            key_file=Path(self.key_file),
            isolation=self.isolation,
            run_as=self.run_as,
            as_root=self.as_root,
            hidden=Path(self.hidden) if self.hidden else None,
        )


def points_for(result: ExerciseResult, most: float) -> float:
    """The points of a check cell that the gradebook gives at most `most` for: never more, never odd.

    The two differ where points were changed in the manifest since the assignment was generated.
    """
    share = result.points / result.max_points if result.max_points else 0.0
    if result.verdict is Verdict.KIT_ERROR or not math.isfinite(share):
        return 0.0
    points = float(result.points) if result.max_points == most else share * most
    return min(max(math.floor(points * 100 + 1e-9) / 100, 0.0), most)


def waits_for_a_person(name: str, graded: Graded) -> bool:
    """Whether a check cell has no verdict: the kit failed on it, or it is none of the course's."""
    result = graded.results.get(name)
    return result is None or result.verdict is Verdict.KIT_ERROR


def summary(graded: Graded) -> str:
    """`6 passed, 1 failed; 12 of 15 points`."""
    results = graded.results.values()
    counts = Counter(WORDS[result.verdict] for result in results)
    words = ", ".join(f"{count} {word}" for word, count in counts.items())
    points = written(math.fsum(result.points for result in results))
    return f"{words}; {points} of {sum(result.max_points for result in results)} points"


def _write(cell: Any, graded: Graded) -> None:
    """One result that nbgrader reads as points, with a report beside it. A cell without one would get all."""
    about = cell.metadata.nbgrader
    most = float(about["points"])
    result = graded.results.get(about["grade_id"])
    if result is None:
        data = {"text/plain": "0.0"}
    else:
        shown = replace(result, hints=result.hints[:SHOWN_HINTS])
        html = exercise_html(shown, isolation=graded.isolation)
        data = {"text/plain": repr(points_for(result, most)), "text/html": html}
    cell.outputs = [new_output("execute_result", data=data)]


def _origin(graded: Graded) -> str:
    lines = [f"{summary(graded)}", f"isolation: {graded.isolation}   seed: {graded.seed}", graded.digest]
    return "\n".join([*lines, *(escaped(notice, 400) for notice in graded.notices)]) + "\n"
