"""The check of a course names each disagreement in one line, and finds none in a sound course."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import made_up_course as made_up
import pytest

from dojo.course import Course
from dojo.coursecheck import check

SOLUTION = Path("solutions/u01_sums/sums.py")
STUB = Path("exercises/u01_sums/sums.py")
GRADER = Path("graders/u01_sums/test_sums.py")


@dataclass
class FakeGrader:
    """What the check looks at in a grader."""

    id: str
    properties: list[str] = field(default_factory=lambda: ["a property"])
    misconceptions: list[str] = field(default_factory=lambda: ["a misconception"])
    alternatives: list[str] = field(default_factory=lambda: ["an alternative"])


def graders(*ids: str, **parts: Any) -> dict[str, Any]:
    return {name: FakeGrader(name, **parts) for name in ids}


def lines(course: Course, **loaded: Any) -> list[str]:
    return check(course, lambda course: loaded or graders("double", "triple"))


def changed(root: Path, old: str, new: str) -> list[str]:
    """What is said after a change in the solution, the stub being made from it again."""
    assert old in made_up.SOLUTION
    return lines(
        made_up.make(root, solution=made_up.SOLUTION.replace(old, new), stub=made_up.STUB.replace(old, new))
    )


def test_a_sound_course_has_no_lines(tmp_path: Path) -> None:
    assert lines(made_up.make(tmp_path)) == []


def test_a_stub_that_is_missing(tmp_path: Path) -> None:
    assert lines(made_up.make(tmp_path, stub=None)) == [f"{STUB}: is missing; `dojo stubs` writes it."]


@pytest.mark.parametrize("change", [("    y = x\n", ""), ("def double", "def duble"), ("import math\n", "")])
def test_a_stub_out_of_step(tmp_path: Path, change: tuple[str, str]) -> None:
    course = made_up.make(tmp_path, stub=made_up.STUB.replace(*change))
    assert lines(course) == [f"{STUB}: differs from the stub of its solution; `dojo stubs` writes it anew."]


def test_a_stub_with_another_signature(tmp_path: Path) -> None:
    course = made_up.make(tmp_path, stub=made_up.STUB.replace("double(x: float)", "double(x: int)"))
    assert lines(course) == [f"{STUB}:6: double: the signature is not the solution's; see `dojo stubs`."]


def test_a_stub_that_is_not_python(tmp_path: Path) -> None:
    (line,) = lines(made_up.make(tmp_path, stub="def double(:\n"))
    assert line.startswith(f"{STUB}: is not valid Python")


def test_a_solution_without_a_region(tmp_path: Path) -> None:
    solution = made_up.SOLUTION.replace("    # BEGIN SOLUTION\n    return math", "    return math", 1)
    course = made_up.make(tmp_path, solution=solution.replace("x])\n    # END SOLUTION\n", "x])\n"))
    assert lines(course) == [
        f"{SOLUTION}:10: double is an exercise but has no BEGIN SOLUTION and END SOLUTION."
    ]


def test_modules_that_no_exercise_is_in(tmp_path: Path) -> None:
    course = made_up.make(tmp_path)
    for path in ("solutions/u01_sums/odd.py", "exercises/u01_sums/odd.py", "graders/u01_sums/test_odd.py"):
        (tmp_path / path).write_text("")
    (tmp_path / "graders/u01_sums/__init__.py").write_text("")
    (tmp_path / "graders/u01_sums/helpers.py").write_text("")
    assert lines(course) == [
        f"{tree}/u01_sums/{name}.py: no exercise of unit u01_sums in course.toml has this module."
        for tree, name in (("solutions", "odd"), ("exercises", "odd"), ("graders", "test_odd"))
    ]


def test_a_prerequisite_that_comes_later(tmp_path: Path) -> None:
    manifest = made_up.MANIFEST.replace('needs = ["double"]\n', "")
    manifest = manifest.replace("points = 1", 'points = 1\nneeds = ["triple"]')
    key = "unit[u01_sums].exercise[double].needs"
    assert lines(made_up.make(tmp_path, manifest=manifest)) == [
        f"course.toml: {key}: 'triple' comes later in the course than 'double'."
    ]


@pytest.mark.parametrize(
    ("handout", "said"),
    [
        (
            "### double\nText.\n### tripled\nText.\n",
            "triple: there is no paragraph under a heading `### triple`.",
        ),
        ("### double\nText.\n### triple\n", "triple: there is no text under its heading."),
        ("### double\n\n### triple\nText.\n", "double: there is no text under its heading."),
        (
            "### double\n\n## Part\n### `triple` (2 points)\nText.\n",
            "double: there is no text under its heading.",
        ),
    ],
)
def test_a_handout_without_a_paragraph(tmp_path: Path, handout: str, said: str) -> None:
    course = made_up.make(tmp_path)
    (tmp_path / "exercises/u01_sums/README.md").write_text(handout)
    assert lines(course) == [f"exercises/u01_sums/README.md: {said}"]


def test_a_unit_without_a_handout(tmp_path: Path) -> None:
    course = made_up.make(tmp_path)
    (tmp_path / "exercises/u01_sums/README.md").unlink()
    assert lines(course) == ["exercises/u01_sums/README.md: the handout of the unit is missing."]


def test_a_solution_without_a_docstring(tmp_path: Path) -> None:
    assert changed(tmp_path, '    """Three times x."""\n', "") == [
        f"{SOLUTION}:21: triple: has no docstring."
    ]


def test_a_solution_that_breaks_a_rule_is_named_once(tmp_path: Path) -> None:
    found = changed(tmp_path, "import math\n", "import math\n\nimport torch.autograd\n")
    (line,) = found
    assert line.startswith(f"{SOLUTION}:5: the solution breaks a rule: Line 5 ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    4.0\n", "    5.0\n", "13: double: `double(2.0)` gives 4.0, not 5.0."),
        (">>> double(2.0)", ">>> double()", "13: double: `double()` gives TypeError: "),
        ("    4.0\n", "", "13: double: `double(2.0)` gives 4.0, not nothing."),
    ],
)
def test_an_example_that_is_not_true(tmp_path: Path, old: str, new: str, said: str) -> None:
    (line,) = changed(tmp_path, old, new)
    assert line.startswith(f"{SOLUTION}:{said}")


def test_a_solution_that_cannot_be_imported(tmp_path: Path) -> None:
    (line,) = changed(tmp_path, "import math\n", "import math\n\nmath.no_such_name\n")[-1:]
    assert line.startswith(f"{SOLUTION}:1: cannot be imported: AttributeError: ")


def test_an_exercise_without_a_grader(tmp_path: Path) -> None:
    found = lines(made_up.make(tmp_path), **graders("double"))
    assert found == [f"{GRADER}: triple: no grader has this id."]


def test_a_file_of_graders_that_is_missing(tmp_path: Path) -> None:
    course = made_up.make(tmp_path)
    (tmp_path / GRADER).unlink()
    assert lines(course, nothing=FakeGrader("nothing"))[:1] == [f"{GRADER}: is missing."]
    assert len(lines(course, **graders("other"))) == 2  # said once, not for both exercises


def test_a_grader_that_no_exercise_has(tmp_path: Path) -> None:
    found = lines(made_up.make(tmp_path), **graders("double", "triple", "quadruple"))
    assert found == ["graders: quadruple: a grader has this id, but no exercise in course.toml."]


@pytest.mark.parametrize("part", ["properties", "misconceptions", "alternatives"])
def test_a_grader_that_is_incomplete(tmp_path: Path, part: str) -> None:
    loaded = graders("double") | graders("triple", **{part: []})
    assert lines(made_up.make(tmp_path), **loaded) == [f"{GRADER}: triple: its grader has no {part}."]


def test_graders_that_cannot_be_loaded(tmp_path: Path) -> None:
    def broken(course: Course) -> dict[str, Any]:
        raise NameError("name 'tensro' is not defined")

    assert check(made_up.make(tmp_path), broken) == [
        "graders: cannot be loaded: NameError: name 'tensro' is not defined"
    ]
