"""What graders are written with: `from dojo.grading import backward_of, grades, ...`."""

from dojo.grading.draw import (
    Draw,
    distinct,
    indices,
    integers_in,
    log_uniform,
    normal,
    one_of,
    positive,
    probabilities,
)
from dojo.grading.grader import Grader, backward_of, grades, open_ended
from dojo.grading.helpers import close, gradients, near_zero, raises, require, set_parameters
from dojo.grading.hidden import also
from dojo.grading.hints import Hints
from dojo.grading.progress import report_progress
from dojo.grading.remote import remote_function

__all__ = [
    "Draw",
    "Grader",
    "Hints",
    "also",
    "backward_of",
    "close",
    "distinct",
    "grades",
    "gradients",
    "indices",
    "integers_in",
    "log_uniform",
    "near_zero",
    "normal",
    "one_of",
    "open_ended",
    "positive",
    "probabilities",
    "raises",
    "remote_function",
    "report_progress",
    "require",
    "set_parameters",
]
