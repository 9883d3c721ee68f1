"""A tiny made-up course in a temporary folder, for tests of stubs, resets and checks."""

from __future__ import annotations

from pathlib import Path

from dojo.course import Course, load

MANIFEST = """\
[course]
title = "Sums"
key = "sums"

[[unit]]
id = "u01_sums"
title = "Sums"
forbid = ["autograd"]

[[unit.exercise]]
id = "double"
title = "Twice as much"
target = "sums:double"
points = 1
difficulty = 1
minutes = 5
hints = ["Look at the number.", "What is twice of it?", "Two of a kind."]

[[unit.exercise]]
id = "triple"
title = "Three times as much"
target = "sums:triple"
points = 2
needs = ["double"]
difficulty = 1
minutes = 5
hints = ["Look at the number.", "What is thrice of it?", "Three of a kind."]
"""

SOLUTION = '''\
"""Small sums."""

import math

# BEGIN SOLUTION
FACTOR = 1 + 2
# END SOLUTION


def double(x: float) -> float:
    """Twice x.

    >>> double(2.0)
    4.0
    """
    # BEGIN SOLUTION
    return math.fsum([x, x])
    # END SOLUTION


def triple(x: float) -> float:
    """Three times x."""
    # STUB: y = x
    # BEGIN SOLUTION
    y = FACTOR * float(x)
    return y
    # END SOLUTION
'''

STUB = '''\
"""Small sums."""

import math


def double(x: float) -> float:
    """Twice x.

    >>> double(2.0)
    4.0
    """
    raise NotImplementedError


def triple(x: float) -> float:
    """Three times x."""
    y = x
    raise NotImplementedError
'''

HANDOUT = """\
# Sums

### double
Add a number to itself.

### triple
And once more.
"""


def make(
    root: Path, *, manifest: str = MANIFEST, solution: str = SOLUTION, stub: str | None = STUB
) -> Course:
    """Write the course into `root` and load it. Without `stub`, the stub's file is not written."""
    folders = {tree: root / tree / "u01_sums" for tree in ("exercises", "solutions", "graders")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    (root / "course.toml").write_text(manifest, encoding="utf-8")
    (folders["solutions"] / "sums.py").write_text(solution, encoding="utf-8")
    (folders["exercises"] / "README.md").write_text(HANDOUT, encoding="utf-8")
    (folders["graders"] / "test_sums.py").write_text("", encoding="utf-8")
    if stub is not None:
        (folders["exercises"] / "sums.py").write_text(stub, encoding="utf-8")
    return load(root)


def student_file(course: Course) -> Path:
    """The student's file of the course."""
    return course.path("exercises", "double")


def copies(course: Course) -> list[Path]:
    """All copies that were kept beside the student's file."""
    return sorted(student_file(course).parent.glob("*.bak"))
