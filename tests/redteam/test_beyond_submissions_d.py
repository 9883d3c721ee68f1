"""Snapshots of hostile submissions: odd names, links, special files, changes meanwhile, disks that fail."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from suite import strings
from victim import CANARY, MODULES, Planted, Victim, build, hand_in

from dojo import reading
from dojo.cli import main as cli
from dojo.submission import FILE_LIMIT, MOST_STRANGERS, Submission, SubmissionError, discover, take

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these files cannot be made on Windows")
HONEST = {f"u/{name}.py" for name in MODULES}


@pytest.fixture
def victim(tmp_path: Path) -> Victim:
    return build(tmp_path / "victim", rules=True)


@pytest.fixture
def folder(victim: Victim) -> Path:
    """An honest submission."""
    return hand_in(victim, "attacker", None, {})


def _refused(victim: Victim, folder: Path, name: str = "u/m.py") -> str:
    """The notice about the one file that is left out; nothing of it is anywhere in the submission."""
    taken = take(folder, victim.course)
    assert set(taken.files) == HONEST - {name}
    assert CANARY.encode() not in b"".join(taken.files.values()) and CANARY not in repr(taken.notices)
    (notice,) = [notice for notice in taken.notices if notice.startswith(name + " ")]
    assert notice.isprintable() and notice.endswith(".")
    return notice


# -- links and special files


@pytest.mark.parametrize(
    "target", ["@", "../../../home/secret.txt", "/dev/zero", "/proc/self/mem", "m.py", "no"]
)
def test_a_link_is_left_out(victim: Victim, folder: Path, target: str) -> None:
    (folder / "u/m.py").unlink()
    (folder / "u/m.py").symlink_to(str(victim.secret) if target == "@" else target)
    assert "links are not followed" in _refused(victim, folder)


@pytest.mark.parametrize("target", ["solutions", "graders", "../submissions/stranger"])
def test_a_unit_that_is_a_link_is_left_out_whole(victim: Victim, folder: Path, target: str) -> None:
    (folder / "u").rename(folder / "was")
    place = (victim.course.root / target / "u").resolve()
    (place / "private_CANARY.py").touch()
    (folder / "u").symlink_to(place)
    taken = take(folder, victim.course)
    assert taken.files == {} and "links are not followed" in " ".join(taken.notices)
    assert CANARY not in " ".join(taken.notices)  # nor is what lies there listed


def test_a_unit_that_is_a_file_holds_no_module(victim: Victim, folder: Path) -> None:
    (folder / "u").rename(folder / "was")
    (folder / "u").write_text("no folder")
    assert take(folder, victim.course).files == {}


def test_special_files_are_left_out(victim: Victim, folder: Path) -> None:
    path = folder / "u/m.py"
    path.unlink()
    os.mkfifo(path)
    assert "regular file" in _refused(victim, folder)  # and nobody waits for a writer
    path.unlink()
    path.mkdir()
    assert "regular file" in _refused(victim, folder)
    path.rmdir()
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("m.py")
        os.chdir(here)
        assert "regular file" in _refused(victim, folder)
    path.unlink()
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except OSError:
        return  # only root makes devices
    assert "regular file" in _refused(victim, folder)


def test_a_huge_file_that_takes_no_room_is_left_out(victim: Victim, folder: Path) -> None:
    os.truncate(folder / "u/m.py", 1 << 40)
    assert f"has {1 << 40:,} bytes" in _refused(victim, folder)
    os.truncate(folder / "u/m.py", FILE_LIMIT)
    assert set(take(folder, victim.course).files) == HONEST


# -- changes while it is read, and afterwards


def _meanwhile(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Something happens between the look at a file and its opening."""
    real = reading._open

    def open_late(*where: Any) -> int:
        if where[2] == "m.py":
            change()
        return real(*where)

    monkeypatch.setattr(reading, "_open", open_late)


def test_a_link_put_in_place_meanwhile_is_not_followed(
    victim: Victim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change() -> None:
        (folder / "u/m.py").unlink()
        (folder / "u/m.py").symlink_to(victim.secret)

    _meanwhile(monkeypatch, change)
    assert "cannot be read" in _refused(victim, folder)


def test_a_unit_swapped_for_a_link_meanwhile_is_not_followed(
    victim: Victim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change() -> None:
        (folder / "u").rename(folder / "was")
        (folder / "u").symlink_to(victim.course.root / "solutions" / "u")

    _meanwhile(monkeypatch, change)
    taken = take(folder, victim.course)
    assert "u/m.py" not in taken.files
    assert CANARY.encode() not in b"".join(taken.files.values())


def test_a_pipe_put_in_place_meanwhile_holds_nothing_up(
    victim: Victim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change() -> None:
        (folder / "u/m.py").unlink()
        os.mkfifo(folder / "u/m.py")

    _meanwhile(monkeypatch, change)
    assert "changed while it was read" in _refused(victim, folder)


def test_a_file_that_grows_meanwhile_is_left_out(
    victim: Victim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meanwhile(monkeypatch, lambda: os.truncate(folder / "u/m.py", 1 << 40))
    assert "changed while it was read" in _refused(victim, folder)


def test_a_file_exchanged_meanwhile_is_left_out(
    victim: Victim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change() -> None:
        (folder / "u/other").write_text("another file")
        os.replace(folder / "u/other", folder / "u/m.py")

    _meanwhile(monkeypatch, change)
    assert "changed while it was read" in _refused(victim, folder)


def _digest(taken: Submission) -> str:
    parts = (f"{n}\0{len(c)}\0".encode() + c for n, c in sorted(taken.files.items()))
    return "sha256:" + hashlib.sha256(b"".join(parts)).hexdigest()


def test_what_is_graded_is_what_was_digested(victim: Victim, folder: Path) -> None:
    before = take(folder, victim.course)
    (folder / "u/m.py").write_text("raise SystemExit")
    assert before.files["u/m.py"].decode() == MODULES["m"]  # nobody looks at the file again
    assert before.digest == _digest(before) != take(folder, victim.course).digest


def test_dates_rights_and_other_files_do_not_count(victim: Victim, folder: Path) -> None:
    before = take(folder, victim.course)
    os.utime(folder / "u/m.py", (2**31, 2**31))  # handed in decades from now
    (folder / "u/m.py").chmod(0o755)
    planted = {"timestamp.txt": "2001-01-01", "u/m.pkl": "x", "u.zip": "PK", "course.toml": "[course]"}
    Planted(files=planted).put(folder)
    assert take(folder, victim.course) == before


# -- names


def test_odd_names_are_written_out(victim: Victim, folder: Path) -> None:
    names = ["a\nb.py", "\x1b]0;x\x07.py", "\u202eyp.py", "\u3164.py", "-rf.py", "[red]x.py", "..py", " .py"]
    Planted(files={f"u/{name}": "x = 1" for name in names}).put(folder)
    (folder / os.fsdecode(b"u/\xff\x9b.py")).touch()  # no letters in any coding
    taken = take(folder, victim.course)
    assert set(taken.files) == HONEST and len(taken.notices) == len(names) + 1
    assert all(notice.isprintable() for notice in taken.notices)
    assert len(set(taken.notices)) == len(taken.notices)
    json.dumps(taken.notices, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("twin", ["M.py", "m.PY", "\uff4d.py", "m\u200b.py", "m .py", "m.py "])
def test_a_file_whose_name_looks_like_a_module_is_named_with_it(
    victim: Victim, folder: Path, twin: str
) -> None:
    (folder / "u" / twin).write_text("x = 1")
    if os.path.samefile(folder / "u" / twin, folder / "u/m.py"):
        pytest.skip("this file system knows no case")
    (notice,) = take(folder, victim.course).notices
    assert notice.endswith("was ignored: the file of the course is called u/m.py.")


def test_no_number_of_files_makes_a_long_list(victim: Victim, folder: Path) -> None:
    for i in range(2000):
        (folder / "u" / f"x{i}.py").touch()
    notices = take(folder, victim.course).notices
    assert len(notices) == MOST_STRANGERS + 1
    assert notices[-1] == f"{2000 - MOST_STRANGERS} more files were ignored."


@pytest.mark.parametrize("name", ["x" * 5000, "x/" * 3000, "a\0b", "no/such/folder", "\ud800"], ids=ascii)
def test_a_folder_that_cannot_be_is_one_sentence(victim: Victim, name: str) -> None:
    for attempt in (take, discover):
        with pytest.raises(SubmissionError) as error:
            attempt(victim.root / name, victim.course)
        assert str(error.value).isprintable() and len(str(error.value)) < 600


def test_an_archive_is_not_opened(victim: Victim) -> None:
    archive = victim.root / "submissions" / "u.zip"
    archive.write_bytes(b"PK\x03\x04" + b"../../graders/u/test_m.py")
    with pytest.raises(SubmissionError, match="there is no such folder"):
        take(archive, victim.course)
    found = [path.name for path in discover(victim.root / "submissions", victim.course)]
    assert found == ["stranger"]


# -- disks that fail


def _failing(monkeypatch: pytest.MonkeyPatch, where: Path) -> None:
    """One folder cannot be looked into, whoever asks: root would be let in otherwise."""
    real = os.scandir

    def scandir(path: Any = ".") -> Any:
        if Path(path) == where:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_a_locked_folder_is_one_sentence(
    victim: Victim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(monkeypatch, folder / "u")
    with pytest.raises(SubmissionError, match=r"cannot be read: Permission denied\."):
        take(folder, victim.course)


def test_a_module_that_cannot_be_read_is_left_out(
    victim: Victim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError(5, "Input/output error")

    _meanwhile(monkeypatch, fail)
    assert _refused(victim, folder) == "u/m.py cannot be read: Input/output error."


def test_one_locked_submission_does_not_hide_the_others(
    victim: Victim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.is_dir

    def is_dir(path: Path) -> bool:
        if path.parent == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, "is_dir", is_dir)
    found = [path.name for path in discover(folder.parent, victim.course)]
    assert found == ["attacker", "stranger"]


def test_a_class_of_odd_names_can_be_written_down(
    victim: Victim, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through the command itself, with the real engine: no name can spoil the file of the whole class."""
    everybody = victim.root / "class"
    names = ["plain", "\x1b]0;passed\x07", os.fsdecode(b"\xff\x9b"), "a\nb", "\u202edessap", "=1+1"]
    for name in names:
        (everybody / name / "u").mkdir(parents=True)
        (everybody / name / "u" / "n.py").write_text(MODULES["n"])
    monkeypatch.chdir(victim.course.root)
    target = victim.root / "class.json"
    words = [
        "grade",
        "halve",
        "--submission",
        str(everybody),
        "--json",
        str(target),
        "--isolation",
        "process",
    ]
    assert cli.main(words) == 0
    shown = capsys.readouterr()
    assert not [c for c in shown.out + shown.err if not c.isprintable() and c != "\n"]
    data = json.loads(target.read_text(encoding="utf-8"))
    assert len({record["submission"] for record in data["submissions"]}) == len(names)
    assert all(text.isprintable() for text in strings(data))
