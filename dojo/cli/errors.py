"""What goes wrong becomes one sentence and an exit code. Our own faults are named as ours."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

PASSED, NOT_PASSED, USAGE, KIT, STOPPED, PIPE = 0, 1, 2, 3, 130, 141

MOST_LINES = 20

# Errors whose text is meant for the user. A module that was never imported cannot have raised any,
# so they are looked up by name: nothing heavy is imported to find out.
_SENTENCES = (
    ("dojo.course", "CourseError"),
    ("dojo.validate", "CourseError"),
    ("dojo.submission", "SubmissionError"),
    ("dojo.records", "RecordsError"),
    ("dojo.stubs", "StubError"),
    ("dojo.reset", "ResetError"),
    ("dojo.grading.registry", "GradersMissing"),
    ("dojo.hidden", "HiddenError"),
    ("dojo.truth.equivalent", "TruthError"),
)


class UsageError(Exception):
    """The command cannot be carried out as given: one sentence with what, where and what to do."""


def say(sentence: str) -> None:
    """One line on standard error, free of control characters."""
    lines = sentence.splitlines() or [""]
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"... and {len(lines) - MOST_LINES} more"]
    for line in lines:
        write("dojo: " + line, sys.stderr)


def write(line: str, stream: TextIO | None = None) -> None:
    """One line, free of control characters, with `?` for what the stream's encoding lacks."""
    from dojo.text import clean

    stream = stream or sys.stdout
    encoding = stream.encoding or "ascii"
    stream.write(clean(line, 2000).encode(encoding, "replace").decode(encoding) + "\n")
    stream.flush()


def explain(error: BaseException) -> int:
    """Say what went wrong, and return the exit code for it."""
    if isinstance(error, KeyboardInterrupt):
        say("Stopped.")
        return STOPPED
    if isinstance(error, BrokenPipeError):
        _silence_stdout()
        return PIPE
    if isinstance(error, UsageError) or any(_is(error, *name) for name in _SENTENCES):
        say(str(error))
        return USAGE
    reason = str(error) if _is(error, "dojo.engine", "KitFailure") else f"{type(error).__name__}: {error}"
    where = _keep_details(error)
    details = f" The details are in {where}; please report them." if where else ""
    say(f"The kit itself failed ({_short(reason)}). This is not your fault and costs no points.{details}")
    return KIT


def _is(error: BaseException, module: str, name: str) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(error, kind)


def _short(text: str) -> str:
    from dojo.text import clean

    return clean(text, 300).rstrip(".")


def _keep_details(error: BaseException) -> str | None:
    """Write the traceback to `.dojo/last-error.txt` of the course, or to a temporary file outside of one."""
    import tempfile
    import traceback

    from dojo import __version__

    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    head = f"dojo {__version__}, Python {sys.version}, {sys.platform}\narguments: {sys.argv[1:]!r}\n\n"
    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / "course.toml").is_file()), None)
    folder = Path(tempfile.gettempdir()) if root is None else root / ".dojo"
    path = folder / ("dojo-last-error.txt" if root is None else "last-error.txt")
    try:
        folder.mkdir(exist_ok=True)
        path.write_text(head + text, encoding="utf-8", errors="backslashreplace")
    except OSError:
        return None
    return str(path) if root is None else ".dojo/last-error.txt"


def _silence_stdout() -> None:
    # Nobody reads any more; without this Python would complain about it once more when it ends.
    try:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
        os.close(sink)
    except (OSError, ValueError):
        pass
