"""What the level of isolation has to be: refused here, before anything of a submission runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dojo.cli.errors import UsageError
from dojo.course import Course
from dojo.hidden import place
from dojo.isolation.levels import reaches

LEAST = "confined"  # that official grading needs
_DOCTOR = "`dojo doctor` says what is missing."


def options(args: argparse.Namespace) -> dict[str, Any]:
    """The engine's options that stand in the arguments of a grading command."""
    hidden = getattr(args, "hidden", None)
    chosen = {"isolation": args.isolation, "run_as": args.run_as, "hidden": hidden and Path(hidden)}
    return {name: value for name, value in chosen.items() if value is not None}


def insist(args: argparse.Namespace, engine: Any) -> None:
    """Raise UsageError where less was proven than was asked for, or than official grading needs."""
    proof = engine.proof
    if args.isolation is not None and not reaches(proof.level, args.isolation):
        raise UsageError(
            f"The level {args.isolation} was asked for, and only {proof.level} could be proven. {_DOCTOR}"
        )
    if args.key_file is None:
        return
    if args.isolation != "process" and not reaches(proof.level, LEAST):
        raise UsageError(
            f"Official grading needs the level {LEAST}, and only {proof.level} could be proven here. "
            f"{_DOCTOR} `--isolation process` grades all the same, and every record will say so."
        )
    if proof.as_root and not args.as_root:
        raise UsageError(
            "Official grading does not run answers as root. Grade as another user, or let `dojo doctor` say "
            "why no other user could be had for them; `--as-root` grades all the same."
        )


def check_hidden(args: argparse.Namespace, course: Course) -> None:
    """Raise UsageError or HiddenError where `--hidden` is given and cannot be followed."""
    name = getattr(args, "hidden", None)
    if name is None:
        return
    if args.submission is None or args.key_file is None:
        raise UsageError(
            "--hidden goes with --submission and --key-file: hidden graders are for official grading."
        )
    folder, handed_in = place(Path(name), course), Path(args.submission).resolve()
    if folder == handed_in or handed_in in folder.parents:
        raise UsageError(f"The folder {name} of hidden graders lies in what was handed in: it is not yours.")
