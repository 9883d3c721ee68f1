"""A plot of a student's code: the code runs in a worker, what comes back becomes a figure."""

from __future__ import annotations

from dojo.channel import StudentError, WorkerEnded
from dojo.course import Course, Exercise
from dojo.explain import explain
from dojo.grading.asking import FORM_ERRORS
from dojo.grading.registry import load as load_graders
from dojo.plots.figures import Figure, FigureError
from dojo.plots.registry import Plot
from dojo.prepare import prepare
from dojo.servers import Server
from dojo.submission import Submission
from dojo.text import clean
from dojo.verdict import ExerciseResult


class NothingToDraw(Exception):
    """The student's code gave nothing that can be drawn; the reason in one sentence."""


def figure(course: Course, plot: Plot, submission: Submission, server: Server) -> Figure:
    """The figure of a plot. Raises NothingToDraw."""
    exercise: Exercise = course.exercise(plot.exercise)
    grader = load_graders(course, [exercise])[exercise.id]
    ready = prepare(course, grader, submission, exercise)
    if isinstance(ready, ExerciseResult):
        raise NothingToDraw(ready.message)
    try:
        with ready.worker(server) as worker:
            return plot.draw(ready.load(worker))
    except (StudentError, WorkerEnded) as failure:
        raise NothingToDraw(explain(ready, failure, "can be drawn").message) from None
    except FigureError as error:
        raise NothingToDraw(f"What your code returned cannot be drawn: {error}.") from None
    except FORM_ERRORS as error:
        raise NothingToDraw(
            f"What your code returned is not of the form that is asked for ({clean(error, 100)})."
        ) from None
