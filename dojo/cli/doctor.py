"""`dojo doctor`: how safely answers run on this machine, and what would make it safer."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from dojo.cli.common import open_course
from dojo.cli.isolation import LEAST
from dojo.isolation import bubblewrap, users
from dojo.isolation.levels import LEVELS, reaches

if TYPE_CHECKING:
    from dojo.engine import Engine


def run(args: argparse.Namespace) -> int:
    """Try the walls and show what came of it. Returns 0 if official grading may run here, else 1."""
    course = open_course()
    from dojo.engine import Engine

    with Engine(course) as engine:
        from dojo.views import doctor
        from dojo.views.console import make_console

        screen = make_console(args.plain)
        proof, advice = engine.proof, advise(engine)
        screen.show(*doctor.report(proof, advice, screen.look, verbose=args.verbose))
    return 0 if reaches(proof.level, LEAST) and not proof.as_root else 1


def advise(engine: Engine) -> list[str]:
    """What keeps this machine from the next level, one sentence each with what to do."""
    proof = engine.proof
    found = []
    if not sys.platform.startswith("linux"):
        found.append("Walls around answers need Linux; grade other people's work in a container or there.")
    elif engine.no_walls:
        found.append(f"The level confined needs Linux 5.13 with Landlock and seccomp: {engine.no_walls}.")
    elif proof.level != LEVELS[-1] and (obstacle := bubblewrap.obstacle()):
        found.append(obstacle)
    if proof.as_root:
        found.append(_root())
    return found


def _root() -> str:
    start = "You are root, and answers run as root too"
    if not users.may_change_user():
        return f"{start}: nobody may change users here. Start the container as another user."
    folder = users.hidden_from_others()
    if folder:
        return f"{start}: other users may not enter {folder}. Install Python and the kit where they may."
    return f"{start}: there is no setpriv, which the package util-linux has, or no such user."
