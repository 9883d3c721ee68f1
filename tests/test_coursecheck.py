"""The check of a course names each disagreement in one line, and finds none in a sound course."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import made_up_course as made_up
import pytest

from dojo.course import Course
from dojo.coursecheck import check
from dojo.grading import museum

SOLUTION = Path("solutions/u01_sums/sums.py")
STUB = Path("exercises/u01_sums/sums.py")
GRADER = Path("graders/u01_sums/test_sums.py")


@dataclass
class Wrong:
    """A misconception, as the check sees it."""

    name: str
    edit: tuple[str, str] | None


@dataclass
class FakeGrader:
    """A grader, as the check sees it."""

    id: str
    forward: object = None
    oracle: object = print
    statements: list[str] = field(default_factory=list)
    misconceptions: dict[str, Wrong] = field(
        default_factory=lambda: {"forgot": Wrong("forgot", ("raise_it", "lower_it"))}
    )
    alternatives: dict[str, object] = field(default_factory=lambda: {"another": print})

    def bind(self, reference: object) -> "FakeGrader":
        return self


@pytest.fixture(autouse=True)
def any_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(museum, "wrong_source", lambda grader, wrong: "")


def lines(course: Course, *graders: FakeGrader) -> list[str]:
    return check(course, lambda path: list(graders or (FakeGrader("double"), FakeGrader("triple"))))


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
    found = lines(made_up.make(tmp_path), FakeGrader("double"))
    assert found == [f"{GRADER}: triple: no grader has this id."]


def test_a_file_of_graders_that_is_missing_is_named_once(tmp_path: Path) -> None:
    course = made_up.make(tmp_path)
    (tmp_path / GRADER).unlink()
    assert lines(course) == [f"{GRADER}: is missing."]


def test_a_grader_that_no_exercise_has(tmp_path: Path) -> None:
    found = lines(made_up.make(tmp_path), *map(FakeGrader, ("double", "triple", "quadruple")))
    assert found == [
        f"{GRADER}: quadruple: a grader has this id, but no exercise of this module in course.toml."
    ]


def test_two_graders_with_one_id(tmp_path: Path) -> None:
    found = lines(made_up.make(tmp_path), *map(FakeGrader, ("double", "triple", "triple")))
    assert found == [f"{GRADER}: triple: 2 graders have this id."]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"oracle": None}, "states no property"),
        ({"misconceptions": {}}, "has no misconception"),
        ({"alternatives": {}}, "has no alternative"),
    ],
)
def test_a_grader_that_is_incomplete(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    found = lines(made_up.make(tmp_path), FakeGrader("double"), FakeGrader("triple", **change))
    assert found == [f"{GRADER}: triple: its grader {said}."]


def test_a_misconception_that_no_longer_fits_the_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(grader: FakeGrader, wrong: Wrong) -> str:
        raise ValueError(f"{wrong.edit} is not in the reference")

    course = made_up.make(tmp_path)
    monkeypatch.setattr(museum, "wrong_source", refuse)
    said = "the misconception forgot has no source: ('raise_it', 'lower_it') is not in the reference."
    assert lines(course) == [f"{GRADER}: double: {said}", f"{GRADER}: triple: {said}"]


def test_graders_that_cannot_be_loaded(tmp_path: Path) -> None:
    course = made_up.make(tmp_path)
    (tmp_path / GRADER).write_text("tensro\n")
    assert check(course) == [f"{GRADER}: cannot be loaded: NameError: name 'tensro' is not defined"]
    # An import is remembered, as graders do not change while a command runs; so this is another file.
    assert check(made_up.make(tmp_path / "again")) == [
        f"{GRADER}: {name}: no grader has this id." for name in ("double", "triple")
    ]
