"""The manifest loader. The input is a course.toml; after a NUL, the one solution file of the course.

Whatever that is, `course.load` gives a course whose files lie in its folder, or a CourseError with a line
for each mistake: the file first, then what is wrong, and nothing that a terminal would act upon.
"""

from __future__ import annotations

import atexit
import random
import shutil
import tempfile
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from dojo.course import RULE_NAMES, CourseError, Defaults, Exercise, Heading, Unit, find_root, load
from dojo.toml import TomlError, read_toml

from .bounds import bounded

COVERED = ("dojo.toml", "dojo.validate", "dojo.manifest", "dojo.course", "dojo.regions", "tomllib", "tomli")
MAX_LEN = 4096
LINE_LIMIT = 400  # characters of a line without the path in front
_TABLES = ("[course]", "[defaults]", "[[unit]]", "[[unit.exercise]]", "[[", "]]", '"""', "'''", "\\u0000")
_VALUES = ("true", "inf", "nan", "-1", "0x10", "1e400", "2020-01-01T00:00:00Z", "{a = 1}", "[]", "\\n", "..")
TOKENS = (
    *(name for table in (Heading, Defaults, Unit, Exercise) for name in table.model_fields),
    *(*RULE_NAMES, *_TABLES, *_VALUES, "sums:double", "def double():", "class double:", "\x1b[31m", "\u202e"),
)

_LONG = '"' + "x" * 1200 + '"'
_ODD = (
    '"\\u001b[2J"',
    _LONG,
    "[[[]]]",
    "[1, 'a', {b = 2}]",
    "-0.0",
    "9" * 25,
    '""" \n """',
    "0xffffffffffffffffff",
)
_KEYS = ("id", "needs", "target", "hints", "'a (at line 1, column 1)'", "a.b.c", '"\\u202e"', _LONG)
_SOLUTIONS = (
    b"",
    b"x = (",
    b"\xff",
    b"a\0b",
    b"# coding: odd\n",
    b"def double(): 1",
    b"class Double: 1",
    b"\t1\n 2",
)


def one_input(data: bytes) -> None:
    """Load a course with this manifest."""
    root = _folder()
    manifest, _, solution = data.partition(b"\0")
    (root / "course.toml").write_bytes(manifest)
    (root / "solutions/u/sums.py").write_bytes(solution or b"def double(x):\n    return 2 * x\n")
    with bounded(len(data)):
        try:
            course = load(root)
        except CourseError as error:
            _check_problems(error.problems, root / "course.toml")
        else:
            assert find_root(root) == root and course.title.strip() and course.exercises
            for exercise in course.exercises:
                assert course.find(exercise.id) == [exercise] and course.unit_of(exercise.id) in course.units
                assert set(course.rules(exercise.id)) <= set(RULE_NAMES) and exercise.points >= 1
                assert 0 < course.limit(exercise.id, "seconds") < float("inf")
                assert root / "solutions" in course.path("solutions", exercise.id).parents
        try:
            read_toml(root / "solutions/u/sums.py")
        except TomlError as error:
            _check_problems([str(error)], root / "solutions/u/sums.py")


def _check_problems(problems: list[str], path: Path) -> None:
    assert problems
    for line in problems:
        assert line.startswith(str(path)), line
        rest = line.removeprefix(str(path))
        assert rest[:2] in (": ", ", "), line
        assert len(rest) <= LINE_LIMIT, f"{len(rest)} characters: {rest[:200]}"
        assert rest.endswith("."), line
        odd = [c for c in rest if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")]
        assert not odd, f"{odd} in {line!r}"


def mutate(data: bytes, max_size: int, seed: int, generic: Any) -> bytes:
    """Another input made from this one: most of the time a line, a value or a key of it is another one."""
    chance = random.Random(seed)
    if chance.random() < 0.4:
        return bytes(generic(data, max_size))
    manifest, nul, solution = data.partition(b"\0")
    lines = manifest.decode("utf-8", "replace").split("\n")
    at, what = chance.randrange(len(lines)), chance.randrange(6)
    key, _, value = lines[at].partition(" = ")
    if what == 0:
        lines[at] = f"{key} = {chance.choice((*_ODD, *_VALUES))}"
    elif what == 1:
        lines[at] = f"{chance.choice(_KEYS)} = {value or 1}"
    elif what == 2:
        lines.insert(at, chance.choice(lines))
    elif what == 3:
        del lines[at]
    elif what == 4:
        lines += ["[[unit.exercise]]", *chance.choices(lines, k=8)]
    else:
        nul, solution = b"\0", chance.choice(_SOLUTIONS)
    other = "\n".join(lines).encode() + nul + solution
    return other if len(other) <= max_size else bytes(generic(data, max_size))


@cache
def _folder() -> Path:
    memory = Path("/dev/shm")  # writing the same file a thousand times a second wears a disk out
    root = Path(tempfile.mkdtemp(prefix="dojo-fuzz-", dir=memory if memory.is_dir() else None))
    (root / "solutions/u").mkdir(parents=True)
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return root
