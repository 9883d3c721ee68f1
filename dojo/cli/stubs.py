"""`dojo stubs`: exercises/ made anew from solutions/."""

from __future__ import annotations

import argparse

from dojo.cli.common import authors_only, open_course
from dojo.cli.errors import NOT_PASSED, PASSED, write


def run(args: argparse.Namespace) -> int:
    """Write the stubs, or with --check only compare. Returns 1 if --check finds one out of step."""
    authors_only("dojo stubs")
    from dojo.stubs import write_stubs

    lines = write_stubs(open_course(), check=args.check)
    for line in lines or ["All stubs are as their solutions yield them."]:
        write(line)
    return NOT_PASSED if args.check and lines else PASSED
