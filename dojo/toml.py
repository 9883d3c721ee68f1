"""Read a TOML file; whatever is wrong with it becomes one sentence with the file and the line."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class TomlError(ValueError):
    """A TOML file that cannot be read: one sentence with file and line."""


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises TomlError."""
    try:
        text = path.read_bytes().decode("utf-8-sig")  # some editors on Windows write a mark at the start
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise TomlError(f"{path}, line {line}: this is not UTF-8; save the file as UTF-8.") from None
    except FileNotFoundError:
        raise TomlError(f"{path}: there is no such file.") from None
    except OSError as error:
        raise TomlError(f"{path}: cannot be read ({error.strerror}).") from None
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TomlError(f"{path}: lists or tables are nested too deeply.") from None
    except ValueError as error:  # TOMLDecodeError, and int's own for a number of thousands of digits
        raise TomlError(_sentence(path, text, str(error))) from None


def _sentence(path: Path, text: str, problem: str) -> str:
    """The parser's message with the place in front: `course.toml, line 3, column 7: invalid value.`"""
    what, _, where = problem.partition(" (at ")
    found = re.match(r"line (\d+), column (\d+)", where)
    last = text.rstrip().count("\n") + 1
    place = f", line {found[1]}, column {found[2]}" if found else f", line {last}" if where else ""
    return f"{path}{place}: {what[:1].lower()}{what[1:].rstrip('.')}."
