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


SIZE_LIMIT = 1 << 20  # bytes of a file; the time that the parser takes may grow with their square
DEPTH_LIMIT = 16  # tables and lists in each other; a key with dots in it is as many tables
_PART = re.compile(r"""[\w-]+|"[^"\n]*"|'[^'\n]*'""")
_KEY = re.compile(rf"(?:{_PART.pattern})(?:[ \t]*\.[ \t]*(?:{_PART.pattern}))*")


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
    if len(text) > SIZE_LIMIT:
        raise TomlError(f"{path}: has more than {SIZE_LIMIT:,} characters.")
    if _has_endless_key(text):  # the parser would take memory with the square of its parts
        raise TomlError(f"{path}: lists or tables are nested too deeply.")
    try:
        data = tomllib.loads(text)
        _check(data, path)
        return data
    except TomlError:
        raise
    except RecursionError:
        raise TomlError(f"{path}: lists or tables are nested too deeply.") from None
    except ValueError as error:  # TOMLDecodeError, and int's own for a number of thousands of digits
        raise TomlError(_sentence(path, text, str(error))) from None


def _has_endless_key(text: str) -> bool:
    """Whether a key has more parts than there may be levels. A text in quotes counts as one part."""
    lines = (line for line in text.split("\n") if line.count(".") > DEPTH_LIMIT)
    return any(len(_PART.findall(key)) > DEPTH_LIMIT for line in lines for key in _KEY.findall(line))


def _check(data: dict[str, Any], path: Path) -> None:
    """What the parser lets through and nobody could work with. Without recursion, which has its limits."""
    waiting: list[tuple[Any, int]] = [(data, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEPTH_LIMIT:
            raise TomlError(f"{path}: lists or tables are nested too deeply.")
        if isinstance(value, int) and value.bit_length() > 64:
            raise TomlError(f"{path}: holds a whole number of more than 64 bits.")
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(item, depth + 1) for item in inner]


def _sentence(path: Path, text: str, problem: str) -> str:
    """The parser's message with the place in front: `course.toml, line 3, column 7: invalid value.`"""
    what, _, where = problem.rpartition(" (at ")
    what = what or problem
    found = re.match(r"line (\d+), column (\d+)", where)
    last = text.rstrip().count("\n") + 1
    place = f", line {found[1]}, column {found[2]}" if found else f", line {last}" if where else ""
    short = what if len(what) <= 200 else f"{what[:200]} ..."
    return f"{path}{place}: {short[:1].lower()}{short[1:].rstrip('.')}."
