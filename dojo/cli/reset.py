"""`dojo reset EX`: an exercise as it was handed out; the old file is kept beside."""

from __future__ import annotations

import argparse

from dojo.cli.common import one, open_course, past_of, select
from dojo.cli.errors import write


def run(args: argparse.Namespace) -> int:
    """Put back one exercise, or with --module its whole file. Returns 0."""
    from dojo.reset import reset

    course = open_course()
    # With --module the name of the module is enough, whichever of its exercises comes first.
    exercise = select(course, [args.name])[0] if args.module else one(course, args.name, past_of(course)[1])
    write(reset(course, exercise, whole_module=args.module))
    return 0
