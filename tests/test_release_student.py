"""`dojo release student`: an edition holds what students need and nothing that tells an answer."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import edition_course as made_up
import pytest

from dojo.cli.main import main
from dojo.course import CourseError, load
from dojo.engine import Engine
from dojo.grading.matching import Behaviour, _alike
from dojo.regions import _regions, _telling
from dojo.release import files as writing
from dojo.release import student
from dojo.release.kit import kit
from dojo.release.material import Files, material
from dojo.seeds import Seed
from dojo.submission import Submission
from dojo.verdict import ExerciseResult, Verdict

ROOT = Path(__file__).parent.parent
WRONG = "def cube_backward(x, dy):\n    return x**2 * dy\n\n\ndef six_times(x):\n    return 6 * x\n"
FILE = "exercises/u01_cubes/cubes.py"


@pytest.fixture(scope="module")
def own_kit() -> Files:
    """The engine and its set-up, read once: an author may be at work on them while the tests run."""
    return kit(ROOT)


@pytest.fixture
def author(own_kit: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the course, in which the author is."""
    made_up.build(tmp_path / "course")
    monkeypatch.chdir(tmp_path / "course")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    monkeypatch.setattr(student, "kit", lambda root: own_kit)
    monkeypatch.setattr(writing.os, "fsync", lambda handle: None)  # hundreds of files, again and again
    return tmp_path / "course"


def release(*more: str) -> int:
    """Run the command; the edition lies beside the course."""
    return main(["release", "student", "../edition", *more])


def everything(folder: Path) -> dict[str, str]:
    """All files of a folder but the ledger, as text."""
    files = (p for p in folder.rglob("*") if p.is_file() and p.name != ".edition.json")
    return {p.relative_to(folder).as_posix(): p.read_text(errors="replace") for p in files}


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """The only line that was said on standard error."""
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_an_edition_holds_the_course_without_answers(author: Path) -> None:
    assert release() == 0
    found = everything(author.parent / "edition")
    course = {name for name in found if not name.startswith(("dojo/", "scripts/"))}
    assert course == {
        *(".gitattributes", ".gitignore", "LICENSE", "Makefile", "README.md", "constraints.txt"),
        "course.toml",
        *("data/.gitattributes", "data/numbers.txt", "exercises/README.md", "exercises/u01_cubes/README.md"),
        *(FILE, "exercises/u01_cubes/cube.png", "graders/conftest.py", "graders/u01_cubes/test_cubes.py"),
        *("pyproject.toml", "stubs/u01_cubes/cubes.py"),
    }
    text = "\n".join(text for name, text in found.items() if not name.startswith("dojo/"))
    author_only = ("has tried", "hidden", "secret", "fetched")
    for secret in ("slope_of_the_cube", "math.prod", "x**2 * dy", "3 * x", "5 * x", *author_only):
        assert secret not in text, secret
    assert "raise NotImplementedError" in found[FILE]
    assert found[FILE] == found["stubs/u01_cubes/cubes.py"]
    assert load(author.parent / "edition").is_edition


def test_what_is_released_twice_is_written_once(author: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release()
    edition = author.parent / "edition"
    before = {p: p.stat().st_mtime_ns for p in edition.rglob("*")}
    assert release() == 0
    assert "0 files written" in capsys.readouterr().out
    assert {p: p.stat().st_mtime_ns for p in edition.rglob("*")} == before


def test_an_edition_follows_its_course(author: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release()
    edition = author.parent / "edition"
    shutil.copytree(edition / "exercises", edition / ".git" / "exercises")  # somebody keeps it in git
    solution = author / "solutions" / "u01_cubes" / "cubes.py"
    solution.write_text(made_up.SOLUTION.replace("Return six", "Give back six"))
    (author / "data" / "numbers.txt").unlink()
    capsys.readouterr()
    assert release() == 0
    assert "3 files written" in capsys.readouterr().out  # exercise, stub, and the data that went
    assert "Give back six" in (edition / FILE).read_text()
    assert not (edition / "data" / "numbers.txt").exists()
    assert (edition / ".git" / "exercises").is_dir()


REFUSED = {
    ".": "holds the course itself",
    "..": "holds the course itself",
    "data/edition": "of which editions are made, and would come to hold itself",
    "exercises": "of which editions are made",
    "../full": "is not empty, and no edition that this command has made",
    "../file": "is a file",
}


@pytest.mark.parametrize("place", REFUSED)
def test_a_folder_that_cannot_serve_is_one_sentence(
    place: str, author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up.write(author.parent, {"full/mine.txt": "", "file": ""})
    before = everything(author.parent)
    assert main(["release", "student", place]) == 2
    assert REFUSED[place] in sentence(capsys)
    assert everything(author.parent) == before


def test_what_somebody_has_written_into_an_edition_is_neither_lost_nor_handed_out(
    author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release()
    edition = author.parent / "edition"
    (edition / FILE).write_text(WRONG)
    capsys.readouterr()
    assert release() == 2
    assert f"somebody has changed {FILE}: move that away first" in sentence(capsys)
    assert (edition / FILE).read_text() == WRONG


class Killed(BaseException):
    """Stands for a kill."""


def count_renames(monkeypatch: pytest.MonkeyPatch, most: int | None = None) -> list[int]:
    """Count every file that is put in its place; the one after `most` is never reached."""
    rename, done = os.replace, [0]

    def replace(*args: object) -> None:
        if done[0] == most:
            raise Killed
        done[0] += 1
        rename(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(writing.os, "replace", replace)
    return done


@pytest.mark.parametrize("at", [1, 2, 7, -2, -1])
@pytest.mark.parametrize("first", [True, False], ids=["new", "update"])
def test_a_kill_leaves_nothing_that_looks_finished(
    at: int, first: bool, author: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = author.parent / "edition"
    if not first:
        release()
        shutil.copytree(edition, author.parent / "twin")
        made_up.write(author, {f"data/{i}.txt": str(i) for i in range(9)})
    with monkeypatch.context() as patched:
        every = count_renames(patched)
        student.lay(load(author), author.parent / "twin", wheel=False)
    with monkeypatch.context() as patched:
        count_renames(patched, at % every[0])
        with pytest.raises(Killed):
            student.lay(load(author), edition, wheel=False)
    assert not (edition / "course.toml").exists() or at == -1
    with pytest.raises(CourseError):
        load(edition)
    assert release() == 0
    assert everything(edition) == everything(author.parent / "twin")


@pytest.mark.parametrize(
    ("defaults", "unit", "kept"),
    [("", "", False), ("true", "", True), ("true", "false", False), ("false", "true", True)],
)
def test_misconceptions_are_in_an_edition_only_where_the_course_allows_it(
    defaults: str, unit: str, kept: bool, author: Path
) -> None:
    key = "student_misconceptions = "
    text = made_up.MANIFEST
    text = text.replace("memory_mib", f"{key}{defaults}\nmemory_mib") if defaults else text
    text = text.replace('title = "Cubes"', f'title = "Cubes"\n{key}{unit}') if unit else text
    (author / "course.toml").write_text(text)
    files = material(load(author))
    grader = files["graders/u01_cubes/test_cubes.py"].decode()
    assert ("forgot_the_factor" in grader) is kept
    assert "alternative" not in grader
    assert "one_factor_less" not in grader  # an edit shows a line of the solution


def test_a_mistake_in_the_course_is_one_line_and_nothing_is_written(
    author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grader = author / "graders" / "u01_cubes" / "test_cubes.py"
    grader.write_text(made_up.GRADER.replace("return 6 * x", "return half_a_dozen(x)"))
    assert release() == 2
    assert "graders/u01_cubes/test_cubes.py:29: what is used here, half_a_dozen," in sentence(capsys)
    assert not (author.parent / "edition").exists()


def test_the_makefile_and_the_readme_are_for_students(author: Path) -> None:
    release()
    edition = author.parent / "edition"
    makefile, readme = (edition / "Makefile").read_text(), (edition / "README.md").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"grade", "check", "hint", "env"} <= targets
    assert not targets & {"stubs", "test", "redteam", "lint", "bench", "fuzz", "dev", "release"}
    assert set(re.findall(r"make ([a-z]+)", readme)) <= targets | {"sure"}
    assert "cube_backward" in readme
    assert "\n# Small\n" in "\n" + readme
    if shutil.which("make"):
        dry = subprocess.run(["make", "-n", "grade"], cwd=edition, capture_output=True, text=True, check=True)
        assert "scripts/bootstrap.sh" in dry.stdout
    bootstrap = subprocess.run(
        [sys.executable, "-c", "import bootstrap"], cwd=edition / "scripts", capture_output=True, text=True
    )
    assert bootstrap.returncode == 0, bootstrap.stderr


# -- checking answers in an edition -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Engine]]:
    """Engines of an edition without misconceptions and of one with them."""
    made: dict[bool, Engine] = {}
    for allowed in (False, True):
        place = tmp_path_factory.mktemp(f"edition-{allowed}")
        made_up.build(place / "author")
        allow = "true" if allowed else "false"
        text = made_up.MANIFEST.replace("memory_mib", f"student_misconceptions = {allow}\nmemory_mib")
        (place / "author" / "course.toml").write_text(text)
        student.lay(load(place / "author"), place / f"edition-{allowed}", wheel=False)
        made[allowed] = Engine(load(place / f"edition-{allowed}"), lanes=1)
    yield made
    for engine in made.values():
        engine.close()


def graded(engine: Engine, text: str) -> list[ExerciseResult]:
    """The results of a submission with this text."""
    submission = Submission("somebody", Path(), {"u01_cubes/cubes.py": text.encode()}, "sha256:0", [])
    return engine.grade(submission, engine.course.exercises, seed=Seed.public("small")).exercises


@pytest.mark.parametrize("allowed", [False, True])
def test_answers_are_checked_in_an_edition(allowed: bool, engines: dict[bool, Engine]) -> None:
    engine = engines[allowed]
    wrong, right = graded(engine, WRONG)
    assert (wrong.verdict, right.verdict) == (Verdict.FAILED, Verdict.PASSED)
    assert wrong.counterexample is not None
    assert wrong.misconception == ("forgot_the_factor" if allowed else None)
    stub = (engine.course.root / FILE).read_text()
    assert [r.verdict for r in graded(engine, stub)] == [Verdict.NOT_STARTED] * 2


def test_serving_warms_up_without_a_right_answer(engines: dict[bool, Engine]) -> None:
    engines[False].warm_up()


def test_a_play_that_meets_a_stub_is_no_known_slip() -> None:
    unfinished = Behaviour(raised="NotImplementedError")
    assert not _alike(unfinished, unfinished, 1.0, 1.0)
    assert _alike(Behaviour(raised="ValueError"), Behaviour(raised="ValueError"), 1.0, 1.0)


def test_after_a_wrong_answer_the_general_hints_are_named_and_shown(
    engines: dict[bool, Engine], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = engines[False].course.root
    monkeypatch.chdir(root)
    stub = (root / FILE).read_text()
    (root / FILE).write_text(WRONG)
    try:
        assert main(["check", "cube_backward", "--plain"], engine=engines[False]) == 1
        assert "dojo hint cube_backward" in capsys.readouterr().out
        for tier in ("Look at the sign.", "How steep is a cube at two?"):
            assert main(["hint", "--plain"]) == 0
            assert tier in capsys.readouterr().out
        for command in (["list"], ["show", "six_times"], ["plot"], []):
            assert main([*command, "--plain"] if command else []) == 0, command
        assert main(["reset", "cube_backward"]) == 0
    finally:
        (root / FILE).write_text(stub)


def test_a_folder_that_cannot_be_written_does_not_stop_a_check(
    engines: dict[bool, Engine], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.chdir(engines[False].course.root)
    monkeypatch.setattr("dojo.history.History._append", refuse)
    (engines[False].course.root / FILE).write_text(WRONG)
    assert main(["check", "six_times", "--plain"], engine=engines[False]) == 0
    assert "cannot be written (Permission denied); the rest goes on" in sentence(capsys)


# -- the wheel --------------------------------------------------------------------------------------------

needs_setuptools = pytest.mark.skipif(
    importlib.util.find_spec("setuptools") is None, reason="setuptools is not installed"
)


@needs_setuptools
def test_a_wheel_holds_the_engine_and_the_same_material(author: Path) -> None:
    assert release("--wheel") == 0
    edition = author.parent / "edition"
    (wheel,) = (edition / "dist").glob("*.whl")
    assert wheel.name == "backprop_dojo_student-0.1.0.post20270115080000-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        inside = {name: archive.read(name) for name in archive.namelist() if ".dist-info" not in name}
        (entry,) = [n for n in archive.namelist() if n.endswith("entry_points.txt")]
        assert "dojo = dojo.cli.main:run" in archive.read(entry).decode()
    packed = {n.removeprefix("dojo/edition/"): c for n, c in inside.items() if n.startswith("dojo/edition/")}
    expected = material(load(author))
    assert {n: packed[n] for n in expected} == expected
    assert set(packed) - set(expected) == {"README.md", ".gitignore"}
    assert not any("solutions" in name.split("/") for name in inside)
    assert "dojo/worker/filters/x86_64.bpf" in inside
    release("--wheel")
    assert [p.name for p in (edition / "dist").iterdir()] == [wheel.name]


@needs_setuptools
def test_a_wheel_of_before_goes_and_the_next_one_is_newer(
    author: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release("--wheel")
    dist = author.parent / "edition" / "dist"
    (old,) = dist.iterdir()
    (author / "data" / "numbers.txt").write_text("64\n")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000060")
    release()
    assert list(dist.iterdir()) == []
    release("--wheel")
    (new,) = dist.iterdir()
    assert new.name > old.name


def test_without_setuptools_a_wheel_is_one_sentence(
    author: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dojo.release.wheel.importlib.util.find_spec", lambda name: None)
    assert release("--wheel") == 2
    assert "pip install 'setuptools>=77'" in sentence(capsys)
    assert load(author.parent / "edition").is_edition


# -- the real course --------------------------------------------------------------------------------------

SHARED = Path(__file__).parent / "edition_shared_lines.txt"


@pytest.fixture(scope="module")
def real(own_kit: Files) -> Files:
    """The edition of the course in this repository."""
    return material(load(ROOT)) | own_kit


def telling_lines() -> set[str]:
    """The lines of all solutions that would give something away, without spaces."""
    found: set[str] = set()
    for path in (ROOT / "solutions").rglob("*.py"):
        lines = path.read_text(encoding="utf-8").split("\n")
        found |= set(_telling(lines, _regions(lines, path)))
    return found


def test_no_line_of_a_solution_is_in_the_edition_but_those_that_were_looked_at(real: Files) -> None:
    telling = telling_lines()
    found = set()
    for name, content in real.items():
        text = re.sub(r"[^\S\n]", "", content.decode("utf-8", "replace"))
        if not name.startswith("stubs/"):  # the same as exercises/
            found |= {f"{name}: {code}" for code in telling if code in text}
    known = {line for line in SHARED.read_text().splitlines() if line and not line.startswith("#")}
    fresh = sorted(found - known)
    assert fresh == [], f"Write these differently; or, if they tell nothing, add them to {SHARED.name}."


def test_no_answer_of_the_museum_is_in_the_edition(real: Files) -> None:
    course = load(ROOT)
    for path in sorted({course.path("graders", e.id) for e in course.exercises}):
        public = real[path.relative_to(ROOT).as_posix()].decode()
        shows = course.shows_misconceptions(next(u for u in course.units if u.id == path.parent.name))
        banned = ("alternative", "misconception_by_edit") + (() if shows else ("misconception",))
        attributes = {n.attr for n in ast.walk(ast.parse(public)) if isinstance(n, ast.Attribute)}
        assert not attributes & set(banned), path
        left = {ast.dump(n) for n in ast.parse(public).body}
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            marks = {d.attr for d in map(_called, getattr(node, "decorator_list", [])) if d is not None}
            assert not (marks & set(banned) and ast.dump(node) in left), (path, node.lineno)


def _called(node: ast.expr) -> ast.Attribute | None:
    node = node.func if isinstance(node, ast.Call) else node
    return node if isinstance(node, ast.Attribute) else None


def test_nothing_for_authors_is_in_the_edition(real: Files) -> None:
    tops = {name.split("/")[0] for name in real}
    assert tops == {
        *("course.toml", "exercises", "stubs", "graders", "data", "dojo", "scripts", "Makefile"),
        *("pyproject.toml", "constraints.txt", "LICENSE", ".gitattributes"),
    }
