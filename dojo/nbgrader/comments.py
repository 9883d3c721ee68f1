"""After nbgrader has saved the points: a comment on each answer, what is wrong and why, never the formula."""

from __future__ import annotations

from typing import Any

from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from dojo import __version__
from dojo.hidden import PROPERTY
from dojo.nbgrader.checks import RESULTS, SHOWN_HINTS, waits_for_a_person
from dojo.nbgrader.grading import Graded
from dojo.nbgrader.harmless import sentence
from dojo.notebooks.cells import ANSWER
from dojo.points import written
from dojo.text import plural
from dojo.verdict import ExerciseResult, Verdict
from dojo.views.wording import WORDS

_UNGRADED = "The kit failed on this exercise, which neither credits nor costs. It waits for a person."


class Comments(NbGraderPreprocessor):  # type: ignore[misc]
    """Right after `SaveAutoGrades`, which empties the comments that it finds."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Write the comments, and leave to a person what has no verdict."""
        graded: Graded = resources[RESULTS]
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            submission = gradebook.find_submission_notebook(
                about["notebook"], about["assignment"], about["student"]
            )
            checks = {c.metadata.nbgrader["grade_id"] for c in nb.cells if _is_check(c)}
            for grade in submission.grades:
                if grade.cell.name in checks and waits_for_a_person(grade.cell.name, graded):
                    grade.auto_score = None
                    grade.needs_manual_grade = True
            for comment in submission.comments:
                result = graded.results.get(comment.name.removesuffix(ANSWER))
                if result is not None:
                    comment.auto_comment = comment_on(result, graded)
            gradebook.db.commit()
        return nb, resources


def comment_on(result: ExerciseResult, graded: Graded) -> str:
    """The comment on one answer, in markdown that holds nothing live."""
    origin = f"Checked by Backprop Dojo {__version__}, isolation {graded.isolation}, {graded.digest[:19]}."
    if result.verdict is Verdict.KIT_ERROR:
        return f"{_UNGRADED}\n\n{origin}"
    points = f"{written(result.points)} of {plural(result.max_points, 'point')}"
    parts = [f"**{WORDS[result.verdict].capitalize()}**, {points}."]
    if result.verdict is not Verdict.PASSED:
        parts[0] += f" {sentence(result.message)}"
        if result.property and result.property != PROPERTY:
            parts.append(f"What has to hold: {sentence(result.property)}")
        if result.hints:
            parts.append("Hint: " + " ".join(sentence(hint) for hint in result.hints[:SHOWN_HINTS]))
    return "\n\n".join([*parts, origin])


def _is_check(cell: Any) -> bool:
    return bool(utils.is_grade(cell) and not utils.is_solution(cell))
