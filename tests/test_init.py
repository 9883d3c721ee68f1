"""`dojo init`: a folder to work in is laid out and renewed, and what a student has written stays."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import made_up_course as made_up
import pytest

from dojo.cli.main import main
from dojo.course import CourseError, load
from dojo.release import files as writing
from dojo.release import init
from dojo.release.material import workspace

FILE = "exercises/u01_sums/sums.py"
MINE = made_up.STUB.replace("    raise NotImplementedError", "    return 2 * x", 1)
NEWER = made_up.STUB.replace("Three times x.", "Three times x, as a float.")


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    """What the package of an edition holds in dojo/edition."""
    root = tmp_path / "package"
    made_up.make(root)
    os.rename(root / "solutions", root / "stubs")
    write_stub(root, made_up.STUB)
    (root / "exercises" / "u01_sums" / "sums.py").unlink()
    (root / "README.md").write_text("# Sums\n")
    (root / "data").mkdir()
    (root / "data" / "numbers.txt").write_text("1 2 3\n")
    return root


def write_stub(edition: Path, text: str) -> None:
    (edition / "stubs" / "u01_sums" / "sums.py").write_text(text)


@pytest.fixture
def laid(edition: Path, tmp_path: Path) -> Path:
    """A folder that was laid out."""
    init.lay(edition, tmp_path / "work")
    return tmp_path / "work"


def everything(folder: Path) -> dict[str, bytes]:
    """All files below a folder with their content."""
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return {name: content for name, content in found.items() if name != ".edition.json"}


def test_a_new_folder_is_a_course_to_work_in(edition: Path, tmp_path: Path) -> None:
    (line,) = init.lay(edition, tmp_path / "deep" / "work")
    assert "1 module to work on" in line
    work = tmp_path / "deep" / "work"
    assert everything(work) == workspace(edition)
    assert {"course.toml", "README.md", FILE, "stubs/u01_sums/sums.py"} < set(everything(work))
    assert load(work).is_edition


def test_an_empty_folder_and_one_with_hidden_files_will_do(edition: Path, tmp_path: Path) -> None:
    (tmp_path / "work" / ".git").mkdir(parents=True)
    init.lay(edition, tmp_path / "work")
    assert (tmp_path / "work" / "course.toml").is_file()


def test_nothing_is_written_where_nothing_has_changed(
    edition: Path, laid: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(laid)
    monkeypatch.setattr(writing.os, "replace", None)  # so that a folder that is read-only will do
    assert init.lay(edition, laid) == [f"{laid} is up to date."]
    assert everything(laid) == before


def test_an_edited_file_stays_and_the_new_stub_is_laid_beside_it_once(edition: Path, laid: Path) -> None:
    (laid / FILE).write_text(MINE)
    assert init.lay(edition, laid) == [f"{laid} is up to date."]  # the stub is the one that was edited
    write_stub(edition, NEWER)
    beside = "exercises/u01_sums/sums.new.py"
    lines = init.lay(edition, laid)
    assert lines == [
        f"{FILE}: you have edited it, so it stays; the course's new version is {beside} beside it.",
        "stubs/u01_sums/sums.py: brought up to date.",
    ]
    assert (laid / FILE).read_text() == MINE
    assert (laid / beside).read_text() == NEWER
    (laid / beside).unlink()  # the student has read it
    assert init.lay(edition, laid) == [f"{laid} is up to date."]


def test_a_later_stub_takes_the_place_of_the_one_beside(edition: Path, laid: Path) -> None:
    (laid / FILE).write_text(MINE)
    write_stub(edition, NEWER)
    init.lay(edition, laid)
    write_stub(edition, NEWER + "\n# newer still\n")
    init.lay(edition, laid)
    folder = laid / "exercises" / "u01_sums"
    assert (folder / "sums.new.py").read_text().endswith("# newer still\n")
    assert list(folder.glob("*.bak")) == []


def test_what_lay_beside_goes_when_the_student_has_taken_it_over(edition: Path, laid: Path) -> None:
    (laid / FILE).write_text(MINE)
    write_stub(edition, NEWER)
    init.lay(edition, laid)
    (laid / FILE).write_text(NEWER)
    beside = "exercises/u01_sums/sums.new.py"
    assert init.lay(edition, laid) == [f"{beside}: removed, for sums.py is that version now."]
    assert not (laid / beside).exists()


def test_a_file_of_the_students_own_with_that_name_is_kept_as_a_copy(edition: Path, laid: Path) -> None:
    (laid / FILE).write_text(MINE)
    (laid / "exercises" / "u01_sums" / "sums.new.py").write_text("mine too\n")
    write_stub(edition, NEWER)
    init.lay(edition, laid)
    (copy,) = (laid / "exercises" / "u01_sums").glob("*.bak")
    assert copy.read_text() == "mine too\n"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_unedited_file_is_renewed(edition: Path, laid: Path, ending: str) -> None:
    (laid / FILE).write_bytes(made_up.STUB.replace("\n", ending).encode())
    write_stub(edition, NEWER)
    assert f"{FILE}: brought up to date." in init.lay(edition, laid)
    assert (laid / FILE).read_text() == NEWER


def test_a_deleted_file_comes_back(edition: Path, laid: Path) -> None:
    (laid / FILE).unlink()
    assert init.lay(edition, laid) == [f"{FILE}: was missing and is back."]
    assert (laid / FILE).read_text() == made_up.STUB


def test_what_is_ours_is_put_back_with_a_copy(edition: Path, laid: Path) -> None:
    grader = laid / "graders" / "u01_sums" / "test_sums.py"
    grader.write_text("# everything passes\n")
    (line,) = init.lay(edition, laid)
    assert line.startswith(
        "graders/u01_sums/test_sums.py: as the course has it again; what you had is test_sums"
    )
    assert grader.read_text() == ""
    (copy,) = grader.parent.glob("*.bak")
    assert copy.read_text() == "# everything passes\n"


def test_a_module_that_is_gone_goes_unless_it_was_edited(edition: Path, laid: Path) -> None:
    (edition / "stubs" / "u01_sums" / "more.py").write_text("x = 1\n")
    (edition / "stubs" / "u01_sums" / "other.py").write_text("y = 1\n")
    init.lay(edition, laid)
    (laid / "exercises" / "u01_sums" / "other.py").write_text("y = 2\n")
    (edition / "stubs" / "u01_sums" / "more.py").unlink()
    (edition / "stubs" / "u01_sums" / "other.py").unlink()
    lines = init.lay(edition, laid)
    assert "exercises/u01_sums/more.py: no longer part of the course, and removed." in lines
    other = "exercises/u01_sums/other.py: no longer part of the course; it stays, for you have edited it."
    assert other in lines
    assert init.lay(edition, laid) == [f"{laid} is up to date."]  # said once
    assert (laid / "exercises" / "u01_sums" / "other.py").read_text() == "y = 2\n"
    assert not (laid / "exercises" / "u01_sums" / "more.py").exists()


def test_the_history_and_other_files_stay(edition: Path, laid: Path) -> None:
    (laid / ".dojo").mkdir()
    (laid / ".dojo" / "history.jsonl").write_text("{}\n")
    (laid / "notes.txt").write_text("mine\n")
    write_stub(edition, NEWER)
    init.lay(edition, laid)
    assert (laid / ".dojo" / "history.jsonl").read_text() == "{}\n"
    assert (laid / "notes.txt").read_text() == "mine\n"


def test_without_a_readable_ledger_whatever_differs_counts_as_edited(edition: Path, laid: Path) -> None:
    (laid / ".edition.json").write_text("torn")
    write_stub(edition, NEWER)
    init.lay(edition, laid)
    assert (laid / FILE).read_text() == made_up.STUB
    assert (laid / "exercises" / "u01_sums" / "sums.new.py").read_text() == NEWER


class Killed(BaseException):
    """Stands for a kill: nothing after it runs but what always runs."""


def killed_after(count: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call after `count` renames on, everything that would write dies."""
    rename, done = os.replace, [0]

    def replace(*args: object) -> None:
        if done[0] == count:
            raise Killed
        done[0] += 1
        rename(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(writing.os, "replace", replace)
    return lambda: monkeypatch.setattr(writing.os, "replace", rename)


@pytest.mark.parametrize("count", range(9))
def test_a_kill_at_any_file_loses_nothing_and_the_next_run_finishes(
    count: int, edition: Path, laid: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (edition / "stubs" / "u01_sums" / "more.py").write_text("x = 1\n")
    init.lay(edition, laid)
    (laid / FILE).write_text(MINE)
    write_stub(edition, NEWER)
    (edition / "stubs" / "u01_sums" / "more.py").write_text("x = 2\n")
    (edition / "course.toml").write_text(made_up.MANIFEST.replace("minutes = 5", "minutes = 6"))
    revive = killed_after(count, monkeypatch)
    if count < 7:  # the ledger, the one beside, three stubs, the manifest, the ledger
        with pytest.raises(Killed):
            init.lay(edition, laid)
        assert (laid / FILE).read_text() == MINE
        if count > 0:
            with pytest.raises(CourseError, match=r"is not finished: run `dojo init .*` again"):
                load(laid)
    else:
        init.lay(edition, laid)
    revive()
    (edition / "stubs" / "u01_sums" / "more.py").write_text("x = 3\n")  # and yet another edition
    init.lay(edition, laid)
    assert (laid / FILE).read_text() == MINE
    assert (laid / "exercises" / "u01_sums" / "sums.new.py").read_text() == NEWER
    assert (laid / "exercises" / "u01_sums" / "more.py").read_text() == "x = 3\n"
    assert list(laid.rglob("*.laying")) == list(laid.rglob("*.bak")) == []
    assert load(laid).exercises[0].minutes == 6


@pytest.mark.parametrize("count", range(4))
def test_a_kill_while_a_folder_is_new(
    count: int, edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    revive = killed_after(count, monkeypatch)
    with pytest.raises(Killed):
        init.lay(edition, tmp_path / "work")
    assert not (tmp_path / "work" / "course.toml").exists()
    revive()
    init.lay(edition, tmp_path / "work")
    assert everything(tmp_path / "work") == workspace(edition)


@pytest.fixture
def packaged(edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As if the edition were installed; the working directory is outside of any course."""
    monkeypatch.setattr(init, "edition_root", lambda: edition)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """The only line that was said on standard error."""
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_the_command_says_what_it_did(packaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "work"]) == 0
    assert capsys.readouterr().out == "work: 1 module to work on. Go there and begin with README.md.\n"
    assert main(["init", "work"]) == 0
    assert capsys.readouterr().out == "work is up to date.\n"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES], ids=errno.errorcode.get)
@pytest.mark.parametrize("count", [0, 2])
def test_a_full_or_read_only_disk_is_one_sentence(
    code: int, count: int, packaged: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left = [count]

    def fsync(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(writing.os, "fsync", fsync)
        assert main(["init", "work"]) == 2
    said = sentence(capsys)
    assert os.strerror(code) in said
    assert "run the same command again" in said
    assert list((packaged / "work").rglob("*.laying")) == []
    assert main(["init", "work"]) == 0


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda p: p.write_text(""), "is a file: choose"),
        (
            lambda p: (p.mkdir(), (p / "mine.txt").write_text("")),
            "is not empty, and `dojo init` has not made it",
        ),
        (
            lambda p: (p.mkdir(), (p / ".edition.json").write_text(json.dumps(EDITION_MARK))),
            "is a student edition itself",
        ),
    ],
    ids=["a file", "somebody's", "an edition"],
)
def test_a_folder_that_cannot_serve(
    make: Callable[[Path], object], expected: str, packaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(packaged / "work")
    before = everything(packaged)
    assert main(["init", "work"]) == 2
    assert expected in sentence(capsys)
    assert everything(packaged) == before


EDITION_MARK = {"schema": 1, "kind": "edition", "changed": "", "laid": {}, "coming": {}}


def test_the_package_itself_is_no_workspace(packaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "package"]) == 2
    assert "holds the edition itself" in sentence(capsys)


def test_without_an_edition_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up.make(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["init", "work"]) == 2
    assert "There is no course here to lay out: install the wheel" in sentence(capsys)
    assert not (tmp_path / "work").exists()


def test_the_folder_of_an_edition_will_do_and_its_exercises_come_from_the_stubs(
    edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (edition / ".edition.json").write_text(json.dumps(EDITION_MARK))
    (edition / FILE).write_text(MINE)
    monkeypatch.chdir(edition)
    assert main(["init", str(tmp_path / "work")]) == 0
    assert (tmp_path / "work" / FILE).read_text() == made_up.STUB
