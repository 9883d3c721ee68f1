"""What `check` hands back: shown as HTML or text in a notebook, and as a number where nbgrader runs it."""

from __future__ import annotations

import html
import os
from dataclasses import dataclass, field
from typing import Any

_NOTE = '<p style="margin:6px 0">{}</p>'


def html_note(sentence: str) -> str:
    """A sentence above or below a verdict as HTML; nothing for none."""
    return _NOTE.format(html.escape(sentence)) if sentence else ""


class CheckError(Exception):
    """A check that nbgrader must count as failed. Jupyter shows its text, and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Stopped(KeyboardInterrupt):
    """The stop button, which also keeps the cells after this one from running."""

    def _render_traceback_(self) -> list[str]:
        return ["Stopped. Nothing was checked."]


@dataclass(frozen=True, eq=False, repr=False)
class Card:
    """A text that a notebook shows as it is, or as the HTML that says the same."""

    text: str
    html: str = ""

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html or f"<pre>{html.escape(self.text)}</pre>"}


@dataclass(frozen=True, eq=False, repr=False)
class Outcome(Card):
    """What a check came to.

    `verdict` is a word as in `dojo check --json`, such as "passed", "failed" or "not_started"; it is
    "not_checked" where there was nothing to check, and then `max_points` is None. `message` is one sentence,
    and `notes` are sentences on which text was graded.
    """

    verdict: str = "not_checked"
    points: float = 0
    max_points: float | None = None
    message: str = ""
    misconception: str | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """Whether all is right."""
        return self.verdict == "passed"

    def __repr__(self) -> str:
        return "\n".join([*self.notes, self.text])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        bundle = super()._repr_mimebundle_()
        bundle["text/html"] = "".join(map(html_note, self.notes)) + bundle["text/html"]
        return bundle | {"text/plain": f"{self.points:g}"} if execution() else bundle


def not_checked(message: str, verdict: str = "not_checked") -> Outcome:
    """The outcome where nothing was graded: one sentence."""
    return Outcome(message, verdict=verdict, message=message)


def execution() -> str:
    """How nbgrader is running this notebook: "autograde", "validate", or "" where it is not."""
    return os.environ.get("NBGRADER_EXECUTION", "")


def as_nbgrader_counts(outcome: Outcome) -> Outcome:
    """The outcome itself. Raises CheckError where nbgrader would else take it for more than it is.

    nbgrader gives full points for whatever is no number, and `nbgrader validate` says why a cell has failed
    only where it ended with an error.
    """
    way = execution()
    unknown = outcome.max_points is None or outcome.verdict == "kit_error"
    incomplete = outcome.max_points is not None and outcome.points < outcome.max_points
    if (way and unknown) or (way == "validate" and incomplete):
        raise CheckError(outcome.text)
    return outcome
