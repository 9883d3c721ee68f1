"""A made-up course with all that an edition must leave out, for tests of editions."""

from __future__ import annotations

from pathlib import Path

from dojo.course import Course, load

MANIFEST = """\
[course]
title = "Small"
key = "small"

[defaults]
seconds = 8.0
memory_mib = 256

[[unit]]
id = "u01_cubes"
title = "Cubes"
forbid = ["autograd"]

[[unit.exercise]]
id = "cube_backward"
title = "Backwards through the cube"
target = "cubes:cube_backward"
points = 2
difficulty = 1
minutes = 1
hints = ["Look at the sign.", "How steep is a cube at two?", "A gradient is a slope times what comes in."]

[[unit.exercise]]
id = "six_times"
title = "Six times as much"
target = "cubes:six_times"
points = 1
difficulty = 1
minutes = 1
hints = ["Look at ten.", "What is six times ten?", "Half a dozen."]
"""

SOLUTION = '''\
"""Cubes."""

import torch
from jaxtyping import Float
from torch import Tensor


def cube_backward(x: Float[Tensor, "N M"], dy: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    """Return the gradient of x in y = x ** 3."""
    # BEGIN SOLUTION
    slope_of_the_cube = 3 * x * x
    return slope_of_the_cube * dy
    # END SOLUTION


def six_times(x: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    """Return six times x."""
    # BEGIN SOLUTION
    return 2 * x + 4 * x
    # END SOLUTION
'''

GRADER = '''\
"""What is true of cubes."""

import math

from dojo.grading import backward_of, grades


@backward_of("cube_backward", wrt="x", upstream="dy")
def cube(x):
    return x**3


@cube.alternative
def with_a_power(x, dy):
    return math.prod((3, x.square(), dy))


@cube.misconception(symptom="Too small.", question="What is in front?", rule="Powers come down.")
def forgot_the_factor(x, dy):
    return x**2 * dy


cube.misconception_by_edit(
    "one_factor_less", "3 * x * x", "3 * x", symptom="Odd.", question="How often?", rule="Twice."
)


@grades("six_times")
def six(x):
    return 6 * x


@six.alternative
def half_a_dozen(x):
    return x + x + x + x + x + x


@six.misconception(symptom="Too small.", question="Six?", rule="Six.")
def five_times(x):
    return 5 * x
'''

HANDOUT = """\
# Cubes

### cube_backward
Slopes, and [how they look](cube.png).

### six_times
Sixes.
"""

# What lies around in an author's folder, and in no edition.
STRAY = {
    "exercises/u01_cubes/cubes.py": "def cube_backward(x, dy):\n    return 'what the author has tried'\n",
    "exercises/u01_cubes/cubes.py.20260101T000000Z.bak": "kept",
    "exercises/u00_old/README.md": "no unit any more",
    "graders/u01_cubes/test_old.py": "no exercise any more",
    "graders/u01_cubes/hidden/test_cubes.py": "hidden",
    "graders/hidden/u01_cubes/test_cubes.py": "hidden",
    "hidden/u01_cubes/test_cubes.py": "hidden",
    "data/full/numbers.txt": "fetched",
    "data/secret.key": "secret",
    "secret.key": "secret",
    "records/somebody.json": "{}",
    "tests/test_x.py": "x",
    "docs/authoring.md": "x",
    "benchmarks/x.py": "x",
    ".git/config": "x",
    ".dojo/history.jsonl": "{}",
}
GIVEN = {
    "course.toml": MANIFEST,
    "solutions/u01_cubes/cubes.py": SOLUTION,
    "graders/u01_cubes/test_cubes.py": GRADER,
    "graders/conftest.py": 'pytest_plugins = ["dojo.pytest_plugin"]\n',
    "exercises/README.md": "# What you edit\n",
    "exercises/u01_cubes/README.md": HANDOUT,
    "exercises/u01_cubes/cube.png": "a picture",
    "data/numbers.txt": "1 8 27\n",
    "data/.gitattributes": "*.txt -text\n",
}


def write(root: Path, files: dict[str, str]) -> None:
    """Write these files below `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def build(root: Path) -> Course:
    """Write the course, with all that lies around, and load it."""
    write(root, STRAY | GIVEN)
    return load(root)
