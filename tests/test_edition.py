"""An edition for students: the course without solutions, and everything that students do works in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import made_up_course as made_up
import pytest

from dojo.cli.main import main
from dojo.course import Course, CourseError, edition_root, load
from dojo.digest import course_digest
from dojo.editions import reference_tree
from dojo.prepare import prepare
from dojo.reset import reset
from dojo.stubs import module_stub
from dojo.submission import take
from dojo.verdict import ExerciseResult, Verdict
from dojo.views.look import Look
from dojo.views.statement import statement


def without_solutions(root: Path) -> Course:
    """The made-up course as an edition has it: pristine stubs in place of the solutions."""
    course = made_up.make(root)
    (root / "stubs" / "u01_sums").mkdir(parents=True)
    (root / "stubs" / "u01_sums" / "sums.py").write_text(made_up.STUB, encoding="utf-8")
    shutil.rmtree(root / "solutions")
    return load(course.root)


def test_stubs_stand_in_for_solutions_that_are_missing(tmp_path: Path) -> None:
    course = without_solutions(tmp_path)
    assert course.is_edition
    assert reference_tree(tmp_path) == "stubs"
    assert module_stub(course, "double") == made_up.STUB
    assert course.reference("double") == tmp_path / "stubs" / "u01_sums" / "sums.py"


def test_a_course_with_solutions_is_none_even_if_it_has_stubs(tmp_path: Path) -> None:
    course = made_up.make(tmp_path)
    (tmp_path / "stubs").mkdir()
    assert not course.is_edition
    assert load(tmp_path).reference("double").is_relative_to(tmp_path / "solutions")


def test_a_stub_that_is_missing_is_named(tmp_path: Path) -> None:
    without_solutions(tmp_path)
    (tmp_path / "stubs" / "u01_sums" / "sums.py").unlink()
    with pytest.raises(CourseError, match=r"the file stubs/u01_sums/sums\.py is missing"):
        load(tmp_path)


def test_an_edited_exercise_comes_back_as_it_was_handed_out(tmp_path: Path) -> None:
    course = without_solutions(tmp_path)
    file = made_up.student_file(course)
    file.write_text(made_up.STUB.replace("    raise NotImplementedError", "    return x", 1))
    said = reset(course, course.exercise("double"))
    assert "is a stub again" in said
    assert file.read_text() == made_up.STUB
    file.write_text("nothing left\n")
    reset(course, course.exercise("double"), whole_module=True)
    assert file.read_text() == made_up.STUB


def test_an_untouched_stub_is_not_started_and_an_edited_one_is_an_attempt(tmp_path: Path) -> None:
    from dojo.grading.grader import Grader

    course = without_solutions(tmp_path)
    exercise, file = course.exercise("double"), made_up.student_file(course)
    untouched = prepare(course, Grader("double", {}), take(tmp_path / "exercises", course), exercise)
    assert isinstance(untouched, ExerciseResult)
    assert untouched.verdict is Verdict.NOT_STARTED
    file.write_text(made_up.STUB.replace("    raise NotImplementedError", "    return x", 1))
    edited = prepare(course, Grader("double", {}), take(tmp_path / "exercises", course), exercise)
    assert not isinstance(edited, ExerciseResult)


def test_a_statement_has_the_shapes_even_where_the_student_deleted_the_function(tmp_path: Path) -> None:
    from rich.console import Console

    from dojo.history import Past

    course = without_solutions(tmp_path)
    made_up.student_file(course).write_text("")
    console = Console(width=80)
    with console.capture() as shown:
        console.print(*statement(course, course.exercise("double"), Past(), Look(80, plain=True)))
    assert "Twice x." in shown.get()
    assert "dojo reset puts it back" in shown.get()


def test_the_digest_covers_the_stubs(tmp_path: Path) -> None:
    without_solutions(tmp_path)
    before = course_digest(tmp_path)
    stub = tmp_path / "stubs" / "u01_sums" / "sums.py"
    stub.write_text(stub.read_text() + "\n# more\n")
    assert course_digest(tmp_path) != before


@pytest.mark.parametrize(
    "command",
    [["stubs"], ["course", "check"], ["release", "student", "new"], ["release", "nbgrader"]],
    ids=" ".join,
)
def test_commands_of_authors_say_that_this_is_an_edition(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_solutions(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "is an edition without solutions, and `dojo " + command[0] in said


def test_the_bare_engine_brings_no_course() -> None:
    assert edition_root() is None
