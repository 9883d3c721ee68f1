"""The `nbgrader_config.py` that `dojo release nbgrader` lays beside the notebooks."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from pathlib import Path

import dojo
from dojo.course import Course

KEY_FILE = "secret.key"

_TEXT = '''\
"""nbgrader for the course "{title}", written by `dojo release nbgrader`.

Everything below is nbgrader's own way to be told what to do. Change what you like: another
`dojo release nbgrader` leaves this file as it is. Nothing here names a place outside this folder but the
course's, so the folder may move{together}.
"""

import os
import sys
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
COURSE = {course}  # the folder with course.toml
{find_kit}os.environ["PATH"] += os.pathsep + str(Path(sys.executable).parent)  # nbgrader starts `alembic`
warnings.filterwarnings("ignore", "Object of type <Submitted")  # harmless, of nbgrader's own making

c = get_config()

# --- The course ---------------------------------------------------------------------------------------

c.CourseDirectory.course_id = {course_id}  # without one nbgrader can neither release nor collect
c.CourseDirectory.root = str(HERE)  # source/, release/, submitted/, ... and gradebook.db are in here
c.CourseDirectory.max_file_size = 20_000  # kB: no bigger notebook is read anyway
# What is not copied with an assignment. nbgrader's own four, and pages: a student's would open as ours.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"]
c.CourseDirectory.ignore += ["*.[hH][tT][mM]*", "*.[xX][hHmM]*", "*.[sS][vV][gG]*"]

# The exchange is a folder that all students can enter; without one use `nbgrader zip_collect`.
# c.Exchange.root = "/srv/nbgrader/exchange"
c.Exchange.timezone = "UTC"  # of the times of submissions and due dates
c.ExchangeFactory.collect = "dojo.nbgrader.collect.Collect"  # what students hand in as a link stays there
# Where students and instructors are one user, as on one's own machine, nobody owns anything else:
# c.ExchangeCollect.check_owner = False

# --- nbgrader generate_assignment ---------------------------------------------------------------------

P = "nbgrader.preprocessors."
c.GenerateAssignment.preprocessors = [
    P + "LockCells",
    "dojo.nbgrader.stubs.ClearSolutions",  # leaves the same stub as in exercises/
    P + "ClearOutput",
    P + "CheckCellMetadata",
    P + "ComputeChecksums",
    P + "SaveCells",
    P + "ClearHiddenTests",
    P + "ClearMarkScheme",
    P + "ComputeChecksums",
    P + "CheckCellMetadata",
]
c.ClearSolutions.code_stub = {{"python": "raise NotImplementedError"}}  # in cells of your own

# --- nbgrader autograde -------------------------------------------------------------------------------

c.Autograde.exporter_class = "dojo.nbgrader.reading.Reader"  # an odd notebook is read, not refused
c.Autograde.sanitize_preprocessors = [
    "dojo.nbgrader.sanitize.Sanitize",  # rebuilds each cell from the gradebook, restores missing ones
    P + "OverwriteKernelspec",
    P + "CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "dojo.nbgrader.checks.Checks",  # in the place of Execute: the kit's grader, and no kernel
    P + "SaveAutoGrades",
    "dojo.nbgrader.comments.Comments",  # after SaveAutoGrades, which empties them
    P + "AssignLatePenalties",
]
c.Checks.course = str(COURSE)
c.Checks.key_file = str(HERE / "{key_file}")  # whoever has it knows the inputs of official grading
# c.Checks.isolation = "sandbox"  # insist on it; by default "confined" or more (`dojo doctor` says which)
# c.Checks.run_as = "nobody"  # as whom answers run where nbgrader runs as root
# c.Checks.hidden = str(HERE / "hidden")  # graders that are never released
# c.Checks.records = str(HERE / "records")  # made before, on all cores, by:
#     dojo grade --submission submitted --records records --key-file {key_file}

# Files of this name that students hand in are theirs; any other is replaced by the one in source/.
c.Autograde.exclude_overwriting = {{}}  # such as {{"<unit>": ["notes.txt"]}}

# --- Pages --------------------------------------------------------------------------------------------

c.HTMLExporter.sanitize_html = True  # formgrader and feedback show no live HTML from outputs

# --- Only for kernels that nbgrader starts, as in `nbgrader validate` ---------------------------------

c.Execute.timeout = 120  # seconds a cell; one check takes at most what course.toml says
c.Execute.iopub_timeout = 30  # nbgrader's 4 seconds end a whole notebook on a busy machine
c.Execute.startup_timeout = 180
c.IgnorePattern.enabled = True  # a warning on stderr would count as an error
c.IgnorePattern.pattern = "Warning|NNPACK"
# Should you go back to nbgrader's own lists of preprocessors: deleted check cells come back.
c.OverwriteCells.add_missing_cells = True
'''


def config_text(course: Course, folder: Path, *, course_id: str | None = None) -> str:
    """The text of the config in `folder`, which need not exist yet.

    course_id: nbgrader's name for the course, by default made from the course's title.
    """
    place, together = _place(course.root.resolve(), folder.resolve())
    return _TEXT.format(
        title=_one_line(course.title),
        together=together,
        course=place,
        find_kit=_find_kit(folder.resolve()),
        course_id=_quoted(course_id or course_id_of(course.title)),
        key_file=KEY_FILE,
    )


def course_id_of(title: str) -> str:
    """A title as a folder's name that needs no quotes anywhere, as in `backprop-dojo`."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "course"


def _place(folder: Path, target: Path) -> tuple[str, str]:
    """How the config names a folder, so that both can move together where one is in the other."""
    if target == folder:
        return "HERE", ""
    if folder in target.parents:
        return f"HERE.parents[{target.parents.index(folder)}]", " together with the course's"
    if target in folder.parents:
        return f"HERE / {_quoted(os.path.relpath(folder, target))}", ""
    return f"Path({_quoted(str(folder))})", ""


def _quoted(text: str) -> str:
    """As a string of Python's."""
    return json.dumps(text)


def _find_kit(target: Path) -> str:
    """For a kit that is used from its repository: nbgrader does not look for modules there by itself."""
    kit = Path(dojo.__file__).resolve().parent.parent
    if "site-packages" in kit.parts or "dist-packages" in kit.parts:
        return ""
    return (
        f"sys.path.append(str({_place(kit, target)[0]}))  # the kit is not installed, so it is found here\n"
    )


def _one_line(title: str) -> str:
    return " ".join(title.replace("\\", " ").replace('"', "'").split())
