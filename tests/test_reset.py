"""A reset gives one stub back, keeps the rest byte for byte, and never loses what was there."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import made_up_course as made_up
import pytest

from dojo import keep
from dojo.course import Course
from dojo.reset import ResetError, reset

WORK = made_up.STUB.replace("    raise NotImplementedError\n", "    return x + x  # mine\n", 1).replace(
    "    y = x\n    raise NotImplementedError\n", "    y = 3 * x\n    return y\n"
)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return made_up.make(tmp_path, stub=WORK)


def back(course: Course, exercise_id: str = "double", *, whole_module: bool = False) -> str:
    return reset(course, course.exercise(exercise_id), whole_module=whole_module)


def test_only_the_function_of_the_exercise_comes_back(course: Course) -> None:
    said = back(course)
    (copy,) = made_up.copies(course)
    assert said == (
        "double in exercises/u01_sums/sums.py is a stub again; the whole file as it was is "
        f"{copy.name} beside it."
    )
    assert re.fullmatch(r"sums\.py\.\d{8}T\d{6}Z\.bak", copy.name)
    assert copy.read_text() == WORK
    assert made_up.student_file(course).read_text() == made_up.STUB.replace(
        "    y = x\n    raise NotImplementedError\n", "    y = 3 * x\n    return y\n"
    )
    back(course, "triple")
    assert made_up.student_file(course).read_text() == made_up.STUB
    assert len(made_up.copies(course)) == 2


SURROUNDINGS = {
    "line endings": WORK.replace("\n", "\r\n").encode(),
    "old line endings": WORK.replace("\n", "\r").encode(),
    "mixed line endings": WORK.replace("\n", "\r\n", 3).encode(),
    "byte order mark": b"\xef\xbb\xbf" + WORK.encode(),
    "another encoding": b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + WORK.encode(),
    "tabs": WORK.encode() + b"\n\ndef mine(x):\n\tif x:\n\t\treturn 3\t\n",
    "no end of line": WORK.encode() + b"\n\nx = 3  ",
    "form feed": WORK.encode() + b"\n\x0c\nx = '\x0c'\n",
    "unusual separators": WORK.encode() + "\n\nx = '\u2028\x85'\n".encode(),
    "function in the middle": WORK.replace("def triple", "x = double(3)\n\n\ndef triple").encode(),
}


@pytest.mark.parametrize("name", SURROUNDINGS)
@pytest.mark.parametrize("exercise_id", ["double", "triple"])
def test_everything_around_stays_byte_for_byte(course: Course, name: str, exercise_id: str) -> None:
    old = SURROUNDINGS[name]
    made_up.student_file(course).write_bytes(old)
    back(course, exercise_id)
    new = made_up.student_file(course).read_bytes()
    (copy,) = made_up.copies(course)
    assert copy.read_bytes() == old
    mine = {"double": b"return x + x  # mine", "triple": b"y = 3 * x"}[exercise_id]
    before, after = old.split(mine)
    assert mine not in new
    assert new.startswith(before)
    if exercise_id == "triple":
        after = after[after.index(b"return y") + len(b"return y") :]
    assert new.endswith(after)
    compile(new, "sums.py", "exec")


def test_a_file_without_a_last_line_end(course: Course) -> None:
    made_up.student_file(course).write_text(WORK.rstrip("\n"))
    back(course, "triple")
    assert made_up.student_file(course).read_text().endswith("    y = x\n    raise NotImplementedError")


def test_decorators_and_trailing_comments_go_with_the_function(course: Course) -> None:
    text = WORK.replace("def double", "@(\n    lambda f: f\n)\n@math.floor\ndef double")
    text = text.replace("  # mine\n", "\n    # try this\n\n    # or that\n\n\n# kept\n")
    made_up.student_file(course).write_text(text)
    back(course)
    new = made_up.student_file(course).read_text()
    assert new.startswith(made_up.STUB[: made_up.STUB.index("def triple")].rstrip() + "\n\n\n# kept\n")


def test_of_two_definitions_the_one_that_counts_is_reset(course: Course) -> None:
    made_up.student_file(course).write_text(WORK + "\n\ndef double(x):\n    return 5 * x\n")
    back(course)
    new = made_up.student_file(course).read_text()
    assert new.startswith(WORK)
    assert new.endswith("raise NotImplementedError\n")


def test_an_untouched_stub_is_left_alone(course: Course) -> None:
    path = made_up.student_file(course)
    for content in (made_up.STUB.encode(), made_up.STUB.replace("\n", "\r\n").encode()):
        path.write_bytes(content)
        before = path.stat().st_mtime_ns
        for whole_module in (False, True):
            assert back(course, whole_module=whole_module).endswith(
                "already as it was given, so nothing was written."
            )
        assert path.stat().st_mtime_ns == before
    assert made_up.copies(course) == []


def test_the_whole_module(course: Course) -> None:
    said = back(course, whole_module=True)
    (copy,) = made_up.copies(course)
    assert copy.name in said
    assert copy.read_text() == WORK
    assert made_up.student_file(course).read_text() == made_up.STUB


def test_a_missing_file_is_restored(course: Course) -> None:
    made_up.student_file(course).unlink()
    assert back(course) == "exercises/u01_sums/sums.py was missing and is back with all its stubs."
    assert made_up.student_file(course).read_text() == made_up.STUB
    made_up.student_file(course).unlink()
    made_up.student_file(course).parent.joinpath("README.md").unlink()
    made_up.student_file(course).parent.rmdir()
    back(course, whole_module=True)
    assert made_up.student_file(course).read_text() == made_up.STUB
    assert made_up.copies(course) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"def double(x:\n    return 2\n", "is not valid Python in line 1, so double cannot be found in it"),
        (b"x = '\0'\n", "is not valid Python"),
        (b"caf\xe9 = 1\n", "is not valid Python"),
        (b"# coding: no-such-coding\n", "is not valid Python"),
        (b"def triple(x):\n    return 2\n", "has no double any more"),
        (b"", "has no double any more"),
        (b"if True:\n    def double(x):\n        return 1\n", "has no double any more"),
    ],
)
def test_a_file_in_which_the_function_is_not_found(course: Course, content: bytes, said: str) -> None:
    made_up.student_file(course).write_bytes(content)
    with pytest.raises(ResetError) as caught:
        back(course)
    assert said in str(caught.value)
    assert "`dojo reset double --module`" in str(caught.value)
    assert made_up.student_file(course).read_bytes() == content
    assert made_up.copies(course) == []
    back(course, whole_module=True)
    (copy,) = made_up.copies(course)
    assert copy.read_bytes() == content
    assert made_up.student_file(course).read_text() == made_up.STUB


def test_a_stub_that_the_files_encoding_cannot_hold(tmp_path: Path) -> None:
    course = made_up.make(tmp_path, solution=made_up.SOLUTION.replace("Twice x", "Twice \u03b3"), stub=WORK)
    content = b"# coding: latin-1\n" + WORK.encode()
    made_up.student_file(course).write_bytes(content)
    with pytest.raises(ResetError, match="lacks a character of the stub"):
        back(course)
    assert made_up.student_file(course).read_bytes() == content


def test_two_resets_within_one_second_keep_two_copies(course: Course) -> None:
    contents = [WORK.replace("# mine", f"# {number}") for number in range(5)]
    for content in contents:
        made_up.student_file(course).write_text(content)
        back(course)
    assert sorted(copy.read_text() for copy in made_up.copies(course)) == contents


def test_permissions_and_links_stay(course: Course, tmp_path: Path) -> None:
    path = made_up.student_file(course)
    elsewhere = tmp_path / "elsewhere.py"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    elsewhere.chmod(0o600)
    back(course, whole_module=True)
    assert path.is_symlink()
    assert elsewhere.read_text() == made_up.STUB
    assert elsewhere.stat().st_mode & 0o777 == 0o600


def leftovers(course: Course) -> list[str]:
    known = {"sums.py", "README.md"}
    return [p.name for p in made_up.student_file(course).parent.iterdir() if p.name not in known]


@pytest.mark.parametrize("call", [1, 2], ids=["copy", "new file"])
def test_a_full_disk_leaves_the_old_file(course: Course, monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    calls = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == call:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(keep.os, "fsync", full)
    with pytest.raises(ResetError, match=r"could not be reset \(No space left on device\); it is as it was"):
        back(course)
    assert made_up.student_file(course).read_text() == WORK
    kept = made_up.copies(course)
    assert [copy.read_text() for copy in kept] == [WORK] * (call - 1)
    assert leftovers(course) == [copy.name for copy in kept]


def test_a_failing_rename_leaves_the_old_file(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(keep.os, "replace", refuse)
    with pytest.raises(ResetError, match="Permission denied"):
        back(course)
    assert made_up.student_file(course).read_text() == WORK
    (copy,) = made_up.copies(course)
    assert leftovers(course) == [copy.name]


def test_a_file_saved_meanwhile_is_not_overwritten(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    path, copymode = made_up.student_file(course), keep.shutil.copymode

    def save_meanwhile(source: Path, target: str) -> None:
        path.write_text("newer\n")
        copymode(source, target)

    monkeypatch.setattr(keep.shutil, "copymode", save_meanwhile)
    with pytest.raises(ResetError, match="saved by another program"):
        back(course)
    assert path.read_text() == "newer\n"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
@pytest.mark.parametrize("where", ["os.fsync", "os.replace"])
def test_a_kill_between_copy_and_rename_loses_nothing(course: Course, where: str) -> None:
    program = (
        "import os, signal; from pathlib import Path; from dojo import reset; from dojo.course import load\n"
        f"c = load(Path({str(course.root)!r})); kill = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"{where} = kill\n"
        "reset.reset(c, c.exercise('double'))\n"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    )
    assert done.returncode == -signal.SIGKILL
    assert made_up.student_file(course).read_text() == WORK
    if where == "os.replace":
        assert [copy.read_text() for copy in made_up.copies(course)] == [WORK]
    back(course)  # what the kill left behind is in nobody's way
    assert WORK in [copy.read_text() for copy in made_up.copies(course)]
    assert "raise NotImplementedError" in made_up.student_file(course).read_text()


def test_a_broken_solution_is_said_to_be_the_courses_fault(tmp_path: Path) -> None:
    course = made_up.make(tmp_path, solution=made_up.SOLUTION.replace("    # END SOLUTION\n", ""), stub=WORK)
    with pytest.raises(ResetError, match="course's own solution"):
        back(course)
    assert made_up.student_file(course).read_text() == WORK
