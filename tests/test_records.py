"""Records of a class: what is taken from an earlier grading, what is not, and what is never touched."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import terminal_course as made_up
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_views import hostile, nested

from dojo import records
from dojo.cli import main as cli
from dojo.cli import recording
from dojo.course import Course
from dojo.digest import course_digest
from dojo.points import share
from dojo.verdict import (
    UNFINISHED,
    Counterexample,
    ExerciseResult,
    Record,
    Shown,
    Verdict,
    Worst,
    dump,
    remove_unfinished,
    write_atomically,
)

GRADE = ("grade", "--submission", "all", "--records", "kept")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    made = made_up.make(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["dojo"])
    for name in ("ann", "ben", "eve"):
        hand_in(tmp_path / "all", name)
    return made


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setitem(sys.modules, "dojo.engine", None)  # so that the real one is put back afterwards
    fake = made_up.install()
    fake.graded = []
    plain = fake.grade

    def grade(self: Any, submission: Any, *more: Any, **options: Any) -> Record:
        fake.graded.append(submission.name)
        return plain(self, submission, *more, **options)

    monkeypatch.setattr(fake, "grade", grade)
    yield fake


Dojo = Callable[..., tuple[int, str, str]]


@pytest.fixture
def dojo(course: Course, engine: Any, capsys: pytest.CaptureFixture[str]) -> Dojo:
    """Runs a command: its exit code, what it printed, what it complained about."""

    def run(*words: str) -> tuple[int, str, str]:
        engine.graded.clear()
        code = cli.main(list(words))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def hand_in(folder: Path, name: str, text: str = "# mine\n") -> None:
    target = folder / name / "u01_sums"
    target.mkdir(parents=True, exist_ok=True)
    (target / "sums.py").write_text(text, encoding="utf-8")


def result(verdict: Verdict = Verdict.PASSED) -> ExerciseResult:
    return ExerciseResult("one", "u", verdict, 1, 1, "All of it holds.")


def record(name: str, *, isolation: str = "process", one: ExerciseResult | None = None) -> Record:
    return replace(made_up.record([one or result()], name), isolation=isolation)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# -- going on


def test_each_submission_has_a_record_that_is_taken_the_next_time(dojo: Dojo, engine: Any) -> None:
    engine.verdicts["backward_sum"] = Verdict.PASSED
    code, out, _ = dojo(*GRADE, "--json", "first.json")
    assert code == 1 and engine.graded == ["ann", "ben", "eve"] and "earlier" not in out
    kept = content(Path("kept"))
    assert set(kept) == {"ann.json", "ben.json", "eve.json", records.LOCK}
    (Path("kept") / "ben.json").unlink()
    code, out, _ = dojo(*GRADE, "--json", "second.json")
    assert engine.graded == ["ben"] and "  2 of 3 taken from earlier records\n" in out
    assert content(Path("kept")) == kept
    assert dojo(*GRADE, "--json", "third.json")[1].count("3 of 3 taken from earlier records") == 1
    assert engine.graded == []
    first, second, third = (Path(f"{name}.json").read_bytes() for name in ("first", "second", "third"))
    assert first == second == third
    assert [json.loads(kept[f"{name}.json"]) for name in ("ann", "ben", "eve")] == json.loads(first)[
        "submissions"
    ]


def test_exit_codes_are_those_of_all_of_the_class(dojo: Dojo, engine: Any, course: Course) -> None:
    engine.verdicts.update({exercise.id: Verdict.PASSED for exercise in course.exercises})
    assert dojo(*GRADE)[0] == 0
    assert dojo(*GRADE)[0] == 0 and engine.graded == []
    hand_in(Path("all"), "ben", "# another\n")
    engine.verdicts["backward_sum"] = Verdict.FAILED
    assert dojo(*GRADE)[0] == 1 and engine.graded == ["ben"]
    assert dojo(*GRADE)[0] == 1 and engine.graded == []


def test_a_single_submission_can_be_recorded_too(dojo: Dojo, engine: Any) -> None:
    words = ("grade", "--submission", "all/ann", "--records", "kept")
    assert "earlier" not in dojo(*words)[1]
    assert "1 of 1 taken from earlier records" in dojo(*words)[1] and engine.graded == []
    dojo(*GRADE)
    assert engine.graded == ["ben", "eve"], "and its record serves the class"


def edit(path: str) -> Callable[[Any], None]:
    def change(engine: Any) -> None:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write("\n# one more line\n")

    return change


def fault_of_ours(engine: Any) -> None:
    path = Path("kept/ann.json")
    path.write_text(path.read_text().replace('"not_started"', '"kit_error"', 1))


def another_engine(engine: Any) -> None:
    path = Path("kept/ann.json")
    path.write_text(path.read_text().replace('"engine": "', '"engine": "0.0.'))


def another_schema(engine: Any) -> None:
    path = Path("kept/ann.json")
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 2'))


def before_courses_were_named(engine: Any) -> None:
    path = Path("kept/ann.json")
    data = json.loads(path.read_text())
    del data["course"]
    path.write_text(dump(data))


def stronger_walls(engine: Any) -> None:
    engine.isolation = "sandbox"


CHANGES = [
    (edit("course.toml"), 3),
    (edit("graders/u01_sums/test_sums.py"), 3),
    (edit("solutions/u01_sums/sums.py"), 3),
    (edit("exercises/u01_sums/sums.py"), 0),
    (edit("all/ann/u01_sums/sums.py"), 1),
    (edit("all/ann/u01_sums/stray.py"), 1),  # changes what the notices say
    (edit("all/ann/essay.txt"), 0),
    (fault_of_ours, 1),
    (another_engine, 1),
    (another_schema, 1),
    (before_courses_were_named, 1),
    (stronger_walls, 3),
]


@pytest.mark.parametrize(("change", "anew"), CHANGES)
def test_what_could_change_a_verdict_has_it_made_anew(
    dojo: Dojo, engine: Any, change: Callable[[Any], None], anew: int
) -> None:
    dojo(*GRADE)
    change(engine)
    out = dojo(*GRADE)[1]
    assert len(engine.graded) == anew
    assert f"{3 - anew} of 3 taken from earlier records" in out
    assert (f"{anew} outdated one" in out) is bool(anew)
    dojo(*GRADE)
    assert engine.graded == [], "and is up to date then"


@pytest.mark.parametrize("words", [["--seed", "1"], ["u01_sums"], ["--key-file", "key"]])
def test_other_examples_or_exercises_are_other_records(dojo: Dojo, engine: Any, words: list[str]) -> None:
    Path("key").write_text("secret")
    dojo(*GRADE)
    dojo(*GRADE, *words)
    assert len(engine.graded) == 3
    dojo(*GRADE, *words)
    assert engine.graded == []


def test_a_stronger_level_than_asked_for_will_do(dojo: Dojo, engine: Any) -> None:
    engine.isolation = "sandbox"
    dojo(*GRADE)
    engine.isolation = "confined"
    dojo(*GRADE)
    assert engine.graded == []
    assert json.loads(Path("kept/ann.json").read_text())["isolation"] == "sandbox"


def test_earlier_records_are_no_way_around_the_level_of_official_grading(dojo: Dojo, engine: Any) -> None:
    Path("key").write_text("secret")
    engine.isolation = "process"
    official = (*GRADE, "--key-file", "key")
    assert dojo(*official, "--isolation", "process")[0] == 1
    code, _, err = dojo(*official)
    assert code == 2 and "Official grading needs" in err
    assert dojo(*official, "--isolation", "process")[0] == 1 and engine.graded == []


def test_what_is_graded_stays_when_the_kit_fails_on_the_way(dojo: Dojo, engine: Any) -> None:
    hand_in(Path("all"), "zoe", "# fails\n")
    plain = engine.grade

    def grade(self: Any, submission: Any, *more: Any, **options: Any) -> Record:
        if submission.name == "zoe":
            raise KeyError("inner")
        return plain(self, submission, *more, **options)

    engine.grade = grade
    assert dojo(*GRADE)[0] == 3
    assert set(content(Path("kept"))) == {"ann.json", "ben.json", "eve.json", records.LOCK}


def test_a_submission_that_cannot_be_read_stops_nobody_else(
    dojo: Dojo, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = recording.take

    def take(folder: Path, course: Course) -> Any:
        if folder.name == "ben":
            raise PermissionError(errno.EACCES, "Permission denied", str(folder / "u01_sums" / "sums.py"))
        return plain(folder, course)

    monkeypatch.setattr(recording, "take", take)
    for _ in range(2):
        code, out, _ = dojo(*GRADE, "--json", "out.json")
        assert code == 1 and "Not graded" in out and "Permission denied" in out
    assert set(content(Path("kept"))) == {"ann.json", "eve.json", records.LOCK}
    assert [r["submission"] for r in json.loads(Path("out.json").read_text())["unreadable"]] == ["ben"]


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_two_links_to_folders_of_one_name_are_two_submissions(
    dojo: Dojo, engine: Any, tmp_path: Path
) -> None:
    for name in ("x", "y"):
        hand_in(tmp_path / name, "work", f"# {name}\n")
        (tmp_path / "all" / name).symlink_to(tmp_path / name / "work")
    dojo(*GRADE)
    assert engine.graded == ["ann", "ben", "eve", "x", "y"]
    assert {"x.json", "y.json"} < set(content(Path("kept")))


# -- what is not ours


def directory(path: Path) -> None:
    path.mkdir()


def link(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere"))


def renamed(path: Path) -> None:
    path.write_text(dump(record("eve").to_json()))


IN_THE_WAY = [
    b"",
    b'{"schema": 1, "submission": "ben", "eng',
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"1" * 10_000,
    b"null",
    b"[]",
    b'{"name": "ben", "version": "1.0.0"}',
    b'{"schema": true, "submission": "ben", "engine": "1", "exercises": []}',
    directory,
    link,
    renamed,
]


@pytest.mark.parametrize("what", IN_THE_WAY)
def test_what_is_no_record_is_named_and_never_replaced(dojo: Dojo, engine: Any, what: Any) -> None:
    path = Path("kept/ben.json")
    path.parent.mkdir()
    if isinstance(what, bytes):
        path.write_bytes(what)
    else:
        what(path)
    before = content(path.parent) | {"": os.fsencode(str(list(path.parent.iterdir())))}
    code, _, err = dojo(*GRADE)
    assert code == 2 and err.count("\n") == 1 and "kept/ben.json" in err.replace("\\", "/") and "ben" in err
    assert engine.graded == []
    (path.parent / records.LOCK).unlink()
    assert content(path.parent) | {"": os.fsencode(str(list(path.parent.iterdir())))} == before


def test_other_files_in_the_folder_are_left_alone(dojo: Dojo) -> None:
    Path("kept").mkdir()
    strangers = {
        "notes.txt": b"notes",
        "zoe.json": b"half a rec",
        "README": b"",
        ".hidden.tmp": b"x",
        f"my{UNFINISHED}": b"y",
    }
    for name, data in strangers.items():
        (Path("kept") / name).write_bytes(data)
    assert dojo(*GRADE)[0] == 1
    assert strangers.items() < content(Path("kept")).items()


def test_a_file_that_comes_in_between_is_not_replaced(tmp_path: Path) -> None:
    records.write(tmp_path, record("ann"))
    records.path_of(tmp_path, "ann").write_text("mine")
    with pytest.raises(records.RecordsError, match="not a record of ann"):
        records.write(tmp_path, record("ann"))
    assert content(tmp_path) == {"ann.json": b"mine"}


def test_a_disk_that_is_full_is_one_sentence(
    dojo: Dojo, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    code, _, err = dojo(*GRADE)
    assert code == 2 and err.count("\n") == 1 and "No space left on device" in err and "ann" in err
    assert set(content(Path("kept"))) == {records.LOCK}


WRONG_USE = [
    (["--records", "kept"], "goes with --submission"),
    (["--submission", "all", "--records", "course.toml"], "is no folder"),
    (["--submission", "all", "--records", "no/such"], "there is no folder"),
    (["--submission", "all", "--records", "all"], "keep what was handed in apart"),
    (["--submission", "all", "--records", "all/ann/u01_sums"], "keep what was handed in apart"),
    (["--submission", "all", "--records", "kept", "--json", "kept/ann.json"], "among the records"),
]


@pytest.mark.parametrize(("words", "sentence"), WRONG_USE)
def test_wrong_use_is_one_sentence(dojo: Dojo, engine: Any, words: list[str], sentence: str) -> None:
    Path("kept").mkdir()
    code, _, err = dojo("grade", *words)
    assert code == 2 and err.count("\n") == 1 and sentence in err and engine.opened == 0


# -- one grading at a time

HOLDER = """
import os, sys, time
from pathlib import Path
from dojo import records
with records.locked(Path(sys.argv[1])) as alone:
    if sys.argv[2] == "with a child" and os.fork() == 0:
        time.sleep(20)
    print(alone, os.getpid(), flush=True)
    time.sleep(60)
"""


def holder(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(folder), *words]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None and process.stdout.readline().startswith("True")
    return process


@pytest.mark.parametrize("words", ["alone", "with a child"])
def test_a_second_grading_says_so_and_leaves(dojo: Dojo, engine: Any, words: str) -> None:
    if words != "alone" and not hasattr(os, "fork"):
        pytest.skip("needs fork")
    other = holder(Path("kept"), words)
    try:
        code, _, err = dojo(*GRADE)
        assert (code, err.count("\n"), engine.graded) == (2, 1, [])
        assert "Another grading is writing to kept" in err
        assert dojo("grade", "--submission", "all", "--records", "other")[0] == 1, "another folder is free"
    finally:
        other.kill()
        other.wait()
    code, _, err = dojo(*GRADE)
    assert code == 1 and err == "" and len(engine.graded) == 3, "a kill frees it, whatever children are left"


def test_a_file_system_without_locks_is_mentioned(
    dojo: Dojo, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def lockf(*ignored: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", lockf)
    Path("kept").mkdir()
    unfinished = Path(f"kept/.ann.json.1-abcdefgh{UNFINISHED}")
    unfinished.write_text("another grading may be at it")
    code, _, err = dojo(*GRADE)
    assert code == 1 and err.count("\n") == 1 and "cannot be locked" in err and len(engine.graded) == 3
    assert unfinished.exists()


def test_windows_locks_by_its_own_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def locking(handle: int, mode: int, count: int) -> None:
        if taken:
            raise PermissionError(errno.EACCES, "Permission denied")
        taken.append(handle)

    fake = types.ModuleType("msvcrt")
    fake.LK_NBLCK, fake.locking = 2, locking  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    monkeypatch.setattr(sys, "platform", "win32")
    with records.locked(tmp_path) as alone:
        assert alone
        with pytest.raises(records.RecordsError, match="Another grading"), records.locked(tmp_path):
            pass


# -- the files


def test_what_killed_writers_left_is_removed(dojo: Dojo) -> None:
    dojo(*GRADE)
    left = Path(f"kept/.ann.json.{os.getppid()}-abcdefgh{UNFINISHED}")
    left.write_text("{")
    dojo(*GRADE)
    assert not left.exists()


def test_a_writer_that_is_at_work_keeps_its_unfinished_file(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = {
        f".out.json.{os.getppid()}-abcdefgh{UNFINISHED}": True,
        f".out.json.{dead.pid}-abcdefgh{UNFINISHED}": os.name == "nt",
        f".out.json.{dead.pid}-abcdefgh.tmp": True,
        f".other.json.{dead.pid}-abcdefgh{UNFINISHED}": True,
        f".out.json.{10**30}-abcdefgh{UNFINISHED}": False,
        f".out.json.us-abcdefgh{UNFINISHED}": True,
        "out.json": True,
    }
    for name in names:
        (tmp_path / name).write_text("x")
    remove_unfinished(tmp_path / "out.json")
    assert set(content(tmp_path)) == {name for name, stays in names.items() if stays}


NAMES = ["ann", "Ann-2", "a b", "a_b", "a/b", "..", ".", ".ann", "", "ä" * 200, "x" * 255, "x" * 254]
NAMES += ["\udcff", "CON:", "a\nb"]


def test_every_name_has_a_file_of_its_own(tmp_path: Path) -> None:
    paths = [records.path_of(tmp_path, name) for name in NAMES]
    assert len({str(path).casefold() for path in paths}) == len(NAMES)
    assert all(path.parent == tmp_path and path.suffix == ".json" for path in paths)
    assert paths[0].name == "ann.json" and paths[1].name == "Ann-2.json"
    whole = [name for name in NAMES if name != "\udcff"]  # a submission is never called so: see `name_of`
    for name in whole:
        records.write(tmp_path, record(name))
    for name in whole:
        assert records.read(tmp_path, name) == record(name)


numbers = st.floats() | st.integers(-5, 5).map(float)
shown = st.builds(
    Shown,
    kind=st.sampled_from(["tensor", "value"]),
    values=nested,
    shape=st.none() | st.lists(st.integers(0, 9), max_size=3),
    dtype=st.none() | st.just("float64"),
    name=st.none() | hostile,
    cut=st.booleans(),
)
cases = st.builds(
    Counterexample,
    inputs=st.lists(shown, max_size=2),
    expected=st.none() | shown,
    actual=st.none() | shown,
    worst=st.none() | st.builds(Worst, st.lists(st.integers(0, 9), max_size=2), numbers, numbers),
    ratio=st.none() | numbers,
    wrong_mask=st.none() | st.booleans() | st.lists(st.booleans() | st.lists(st.booleans()), max_size=3),
)
results = st.builds(
    ExerciseResult,
    id=hostile,
    verdict=st.sampled_from(Verdict),
    points=st.integers(0, 9) | st.integers(0, 999).map(lambda count: share(count, 1, 100)),
    message=hostile,
    property=st.none() | hostile,
    counterexample=st.none() | cases,
    duration_s=st.floats(0, 100),
    output=hostile,
    hints=st.lists(hostile, max_size=3),
    held=st.none() | st.integers(0, 9),
    properties=st.none() | st.integers(0, 9),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(hostile, st.lists(results, max_size=3))
@example("\ud800", [])  # half a letter
@example("\udfff", [])
@example("\ud800\udc00", [])  # two halves that a reader would join
def test_a_record_that_was_read_is_written_the_same(name: str, some: list[ExerciseResult]) -> None:
    text = dump(made_up.record(some, name).to_json())
    assert text.encode("utf-8")
    assert dump(records._reader().validate_json(text).to_json()) == text


BROKEN = [
    ("points", "3"),
    ("points", True),
    ("points", 3.0),
    ("points", 1.337),
    ("exercises", {}),
    ("exercises", [3]),
    ("exercises", [{"id": "one"}]),
    ("notices", None),
    ("notices", [1]),
    ("seed", None),
    ("isolation", "docker"),
    ("more", 1),
]


@pytest.mark.parametrize(("key", "value"), BROKEN)
def test_a_record_with_anything_odd_in_it_is_not_taken(tmp_path: Path, key: str, value: Any) -> None:
    records.write(tmp_path, record("ann"))
    path = records.path_of(tmp_path, "ann")
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    if key == "exercises" and not isinstance(value, list):
        with pytest.raises(records.RecordsError):
            records.read(tmp_path, "ann")
    else:
        assert records.read(tmp_path, "ann") is None
        records.write(tmp_path, record("ann"))
        assert records.read(tmp_path, "ann") == record("ann")


def test_nobody_sees_half_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.json"
    write_atomically(path, "old")

    def stop(*ignored: object) -> None:
        assert path.read_text() == "old" and len(content(tmp_path)) == 2
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, "new")
    assert content(tmp_path) == {"out.json": b"old"}


# -- the digest of a course


def test_the_digest_follows_the_content_and_nothing_else(tmp_path: Path) -> None:
    course = made_up.make(tmp_path / "a").root
    digest = course_digest(course)
    assert digest.startswith("sha256:") and len(digest) == 71
    twin = made_up.make(tmp_path / "b").root
    os.utime(twin / "course.toml", (0, 0))
    (twin / "solutions" / "notes.txt").write_text("not read")
    (twin / "exercises" / "more.py").write_text("not ours")
    (twin / "graders" / "folder.py").mkdir()
    for path in twin.rglob("*.py"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert course_digest(twin) == digest
    for name in ("course.toml", "solutions/u01_sums/sums.py", "graders/u01_sums/new.py"):
        (twin / name).open("a").close()
        (twin / name).write_text((twin / name).read_text() + "# more\n")
        assert course_digest(twin) != digest
        digest = course_digest(twin)
    (twin / "graders/u01_sums/new.py").rename(twin / "graders/u01_sums/newer.py")
    assert course_digest(twin) != digest
