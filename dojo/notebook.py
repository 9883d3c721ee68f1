"""Self-checks in a notebook: `from dojo.notebook import check, hint`, then `check("backward_h")` in a cell.

What is graded is the text of the notebook's cells, in a process of its own, as `dojo check` grades a file:
nothing that happened in the kernel matters. Importing this starts to note which cells are run, and imports
nothing heavy.
"""

from __future__ import annotations

import sys
from typing import Any

from dojo.notebooks import checking, live
from dojo.notebooks.outcome import Card, Outcome

__all__ = ["check", "hint", "show"]


def _shell() -> Any:
    """IPython's shell, where there is one."""
    core = sys.modules.get("IPython.core.getipython")
    return core.get_ipython() if core else None


def check(exercise: str) -> Outcome:
    """Grade the answer to an exercise as it stands in this notebook, and show what is wrong, if anything.

    exercise: its id, such as "backward_h". Never raises for a wrong answer.
    """
    return checking.check(exercise, _shell())


def hint(exercise: str | None = None) -> Card:
    """One more hint; without an exercise, for the last one that was checked."""
    return checking.command("hint", exercise, _shell())


def show(exercise: str | None = None) -> Card:
    """What an exercise asks for; without one, the last one that was checked."""
    return checking.command("show", exercise, _shell())


if _shell() is not None:
    live.watch(_shell())
