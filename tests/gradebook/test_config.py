"""The config that `dojo release nbgrader` writes, and the assignment that nbgrader makes with it."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
from classroom import CUBES, Classroom, build, cell
from traitlets.config import Config, PyFileConfigLoader

from dojo.nbgrader.config import KEY_FILE, config_text, course_id_of
from dojo.nbgrader.stubs import stub_of
from dojo.regions import StubError, stub_text


def loaded(folder: Path) -> Config:
    return PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()


@pytest.mark.parametrize("inside", ["nb", "a/b/nb", "."])
def test_course_and_folder_may_move_together(inside: str, tmp_path: Path) -> None:
    course = build(tmp_path / "here" / "course")
    folder = course.root / inside
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(config_text(course, folder), encoding="utf-8")
    shutil.move(tmp_path / "here", tmp_path / "there")
    moved = (tmp_path / "there" / "course" / inside).resolve()
    config = loaded(moved)
    assert config.CourseDirectory.root == str(moved)
    assert config.Checks.course == str(tmp_path / "there" / "course")
    assert config.Checks.key_file == str(moved / KEY_FILE)


def test_a_folder_elsewhere_may_move_alone(tmp_path: Path) -> None:
    course = build(tmp_path / "course")
    folder = tmp_path / "nb"
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(config_text(course, folder), encoding="utf-8")
    folder.rename(tmp_path / "moved")
    config = loaded(tmp_path / "moved")
    assert config.CourseDirectory.root == str(tmp_path / "moved")
    assert config.Checks.course == str(tmp_path / "course")


def test_every_setting_says_why(tmp_path: Path) -> None:
    text = config_text(build(tmp_path), tmp_path / "nb")
    ast.parse(text)
    assert max(map(len, text.splitlines())) <= 110
    for line in text.splitlines():
        assert not line.startswith("c.Course") or "#" in line or "ignore" in line, line


def test_an_odd_title_is_no_trouble(tmp_path: Path) -> None:
    course = build(tmp_path)
    course.title = 'A "title" """with\\\n{braces}'
    (tmp_path / "nbgrader_config.py").write_text(config_text(course, tmp_path), encoding="utf-8")
    assert loaded(tmp_path).CourseDirectory.course_id == "a-title-with-braces"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Backprop Dojo", "backprop-dojo"),
        ("Über ∂L/∂x: I+II", "uber-l-x-i-ii"),
        ("数学", "course"),
        ("", "course"),
    ],
)
def test_course_ids(title: str, name: str) -> None:
    assert course_id_of(title) == name


def test_students_get_exactly_the_stub(classroom: Classroom) -> None:
    stub = stub_text(CUBES, "cubes.py")
    book = classroom.book()
    for name in ("cube_backward", "double"):
        source = "".join(cell(book, f"{name}-answer")["source"])
        assert source in stub and source.startswith(f"def {name}(")
    joined = "".join("".join(c["source"]) for c in book["cells"])
    assert "SOLUTION" not in joined and "twice" not in joined and "power - 1" not in joined
    assert "    power = GIVEN\n    raise NotImplementedError" in joined


def test_helpers_of_a_solution_vanish() -> None:
    helper = "### BEGIN SOLUTION\nFACTOR = 3\n### END SOLUTION"
    answer = "def f(x):\n    ### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION"
    assert stub_of(f"{helper}\n\n\n{answer}") == "def f(x):\n    raise NotImplementedError"


def test_a_broken_region_releases_nothing() -> None:
    with pytest.raises(StubError):
        stub_of("def f(x):\n    ### BEGIN SOLUTION\n    return 3 * x")
