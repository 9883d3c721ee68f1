"""`dojo course check`: do manifest, stubs, solutions, handouts and graders say the same?"""

from __future__ import annotations

import argparse

from dojo.cli.common import authors_only, open_course
from dojo.cli.errors import NOT_PASSED, PASSED, write


def run(args: argparse.Namespace) -> int:
    """Print every disagreement, one line each. Returns 1 if there is any."""
    if args.what == "truth":
        from dojo.cli.truth import run as measure

        return measure(args)
    authors_only("dojo course check")
    course = open_course()
    write(f"Checking {len(course.exercises)} exercises: manifest, stubs, solutions, handouts and graders.")
    from dojo.coursecheck import check

    problems = check(course)
    for problem in problems:
        write(problem)
    write(f"{len(problems)} to mend." if problems else "All of it agrees.")
    return NOT_PASSED if problems else PASSED
