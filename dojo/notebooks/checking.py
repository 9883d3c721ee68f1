"""One check from a notebook: its text is collected and graded by `dojo check`, the result put into words."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from dojo.notebooks.ask import NoCourseError, Reply, ask, course_root
from dojo.notebooks.gather import live_cells, notebook_text, targets_around, with_answers_named
from dojo.notebooks.live import notebook_file
from dojo.notebooks.outcome import Card, Outcome, Stopped, as_nbgrader_counts, execution, not_checked
from dojo.notebooks.waiting import Waiting
from dojo.notebooks.words import load_views, outcome_of

_OUR_FAULT = "The kit itself failed ({}). This is not your fault and costs no points."
_COMMAND = re.compile(r"\bdojo (check|hint|show) ([A-Za-z]\w*)")  # which is a function in a notebook


def check(exercise: str, shell: Any) -> Outcome:
    """Grade an exercise of the notebook that `shell` runs; without a shell, of the script that is running.

    Raises Stopped for an interrupt, and CheckError where nbgrader has to see an error.
    """
    try:
        outcome = _check(exercise, shell)
    except NoCourseError as problem:
        outcome = not_checked(str(problem))
    except (OSError, ValueError) as error:
        outcome = not_checked(f"The check could not be started ({error}).")
    except Exception as error:
        outcome = not_checked(_OUR_FAULT.format(f"{type(error).__name__}: {error}"), "kit_error")
    except KeyboardInterrupt:
        raise Stopped from None
    if shell is None:
        print(outcome)
    return as_nbgrader_counts(outcome)


def _check(exercise: str, shell: Any) -> Outcome:
    if not isinstance(exercise, str) or not exercise.strip():
        return not_checked('An exercise is named in quotes, as in check("backward_h").')
    root = _root(shell)
    cells = live_cells(shell)
    if cells is None:
        return not_checked(f"This is no notebook: `dojo check {exercise}` in a terminal checks your file.")
    unit, targets = targets_around(root, exercise)
    cells = with_answers_named(cells, targets)
    with tempfile.TemporaryDirectory(prefix="dojo-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        notebook, result = work / f"{unit or 'notebook'}.ipynb", work / "result.json"
        notebook.write_text(notebook_text(cells), encoding="utf-8")
        words = ["check", "--plain", "--submission", str(notebook), "--json", str(result)]
        words += [] if execution() else ["--remember"]
        with Waiting(shell, f"Checking {exercise} ...") as waiting:
            reply = ask([*words, "--", exercise], root, work, meanwhile=load_views, on_wait=waiting.show)
        if not result.is_file():
            return _failure(reply)
        text = result.read_bytes()
    return outcome_of(text, None if shell is None or execution() else cells)


def _root(shell: Any) -> Path:
    path = notebook_file(shell)
    return course_root(path.parent if path else None)


def _failure(reply: Reply) -> Outcome:
    """The outcome of a command that has written no result: what it complained about."""
    if reply.code == 2 and reply.complaint:
        return not_checked(_in_notebook(reply.complaint))
    why = f"`dojo check` ended with {reply.code}"
    return not_checked(reply.complaint or _OUR_FAULT.format(why), "kit_error")


def command(word: str, exercise: str | None, shell: Any) -> Card:
    """What `dojo hint` or `dojo show` prints. Raises Stopped for an interrupt."""
    words = [word, "--plain", *(["--", exercise] if exercise else [])]
    try:
        with tempfile.TemporaryDirectory(prefix="dojo-", ignore_cleanup_errors=True) as folder:
            reply = ask(words, _root(shell), Path(folder))
    except (NoCourseError, OSError, ValueError) as problem:
        return Card(str(problem))
    except KeyboardInterrupt:
        raise Stopped from None
    shown = Card(_in_notebook(reply.text.strip("\n") or reply.complaint))
    if shell is None:
        print(shown)
    return shown


def _in_notebook(text: str) -> str:
    return _COMMAND.sub(r'\1("\2")', text)
