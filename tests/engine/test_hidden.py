"""Hidden graders: they decide like public ones, and a record says nothing of them but that one failed."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_course import GRADER, MANIFEST, RIGHT, build, grade, handed_in

from dojo import lanes, prepare, warm
from dojo.cli import main as cli
from dojo.course import Course, load
from dojo.coursecheck import check
from dojo.digest import course_digest
from dojo.engine import Engine
from dojo.grading import also, hidden, registry
from dojo.hidden import MESSAGE, PROPERTY, HiddenError, place
from dojo.seeds import Seed
from dojo.verdict import ExerciseResult, Verdict, dump

HIDDEN = '''"""CANARY-IN-THE-HIDDEN-GRADERS"""

import torch
from dojo.grading import also


@also("double").property("SECRET-TEXT knows that 12345.5 is doubled")
def secret_name(student):
    x = torch.full((2, 3), 12345.5, dtype=torch.float64)
    return bool((student(x) == 24691.0).all())


@also("double").property("SECRET-TEXT is even", examples=7)
def even(answer, x):
    return bool(torch.equal(answer, 2 * x))


@also("cube_backward").property("SECRET-TEXT has the sign of dy")
def sign(answer, dy):
    return bool((answer * dy >= 0).all())
'''
SECRETS = ("SECRET-TEXT", "CANARY", "12345", "24691", "secret_name", "hidden 0")
SLIPS = "x[0, 0] == 12345.5"  # how an answer tells the hidden input from others


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(tmp_path_factory.mktemp("apart") / "hidden")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    credit = MANIFEST.replace("points = 1\n", 'points = 1\ncredit = "property"\n')
    return build(tmp_path_factory.mktemp("course"), credit)


@pytest.fixture(scope="module")
def knowing(course: Course, folder: Path) -> Iterator[Engine]:
    with Engine(course, lanes=1, hidden=folder) as engine:
        yield engine


def lay(folder: Path, text: str = HIDDEN, name: str = "u/test_m.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return folder


def graders(course: Course, folder: Path) -> dict[str, Any]:
    return registry.load(course, None, hidden.read(folder, course))


def double(then: str = "return None") -> str:
    return (
        f"import time\nimport torch\n\n\ndef double(x):\n    if {SLIPS}:\n        {then}\n    return 2 * x\n"
    )


# -- what they decide


def test_right_answers_pass_and_nothing_of_it_shows(knowing: Engine, engine: Engine) -> None:
    for exercise in ("double", "cube_backward"):
        ours, theirs = grade(knowing, RIGHT, exercise), grade(engine, RIGHT, exercise)
        assert ours.verdict is Verdict.PASSED
        assert (ours.message, ours.checks, ours.output) == (theirs.message, theirs.checks, theirs.output)


def test_one_that_fails_only_there_fails(knowing: Engine, engine: Engine) -> None:
    assert grade(engine, double(), "double").verdict is Verdict.PASSED
    assert grade(knowing, double(), "double").verdict is Verdict.FAILED


def test_what_is_shown_is_told_first(knowing: Engine, engine: Engine) -> None:
    for source in ("def double(x):\n    return 3 * x\n", "def double(x):\n    raise ValueError('mine')\n"):
        ours, theirs = grade(knowing, source, "double"), grade(engine, source, "double")
        plain = [replace(r, duration_s=0, points=0, held=None, properties=None) for r in (ours, theirs)]
        assert plain[0] == plain[1]


def test_other_engines_know_nothing_of_them(knowing: Engine, course: Course) -> None:
    """Graders are shared by all engines of a process."""
    knowing.load()
    with Engine(course, lanes=1) as other:
        assert grade(other, double(), "double").verdict is Verdict.PASSED


# -- what is told of a failure

WAYS = {
    "is wrong": "return 3 * x",
    "is of another kind": "return None",
    "is of another shape": "return x[0]",
    "raises what it was given": "raise ValueError(str(x.tolist()))",
    "prints what it was given": "print(x.tolist())\n        return x",
    "names an exception after it": "raise type(str(x.tolist()), (Exception,), {})('no')",
    "is not started": "raise NotImplementedError",
    "hangs": "time.sleep(60)",
    "asks for much memory": "torch.ones(1 << 34)",
    "ends": "raise SystemExit(3)",
    "crashes": "torch.ones(1).as_strided((1 << 44,), (1,)).sum()",
}


def unseen(result: ExerciseResult, course: Course, points: Any, held: int, of: int) -> ExerciseResult:
    """All that may be told."""
    return ExerciseResult(
        "double", "u", Verdict.FAILED, points, 1, MESSAGE, property=PROPERTY, held=held, properties=of
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_failure_is_told_in_the_same_words_whatever_happened(
    knowing: Engine, course: Course, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "violations", lambda *ignored: [])
    source = double(WAYS[way]) + "\n\ndef cube_backward(x, dy):\n    return 3 * x**2 * dy\n"
    record = knowing.grade(handed_in(source), course.exercises[1:], seed=Seed.numbered(1))
    (result,) = record.exercises
    assert replace(result, duration_s=0) == unseen(result, course, 0.66, 2, 3)
    text = dump(record.to_json())
    assert not [secret for secret in SECRETS if secret in text]
    assert "A property that is not shown" in text


def test_how_long_it_takes_there_is_not_told(knowing: Engine) -> None:
    for then in ("time.sleep(1.5)\n        return 2 * x", "time.sleep(1.5)\n        return x"):
        assert grade(knowing, double(then), "double").duration_s < 1.5


def test_how_many_there_are_is_not_told(
    knowing: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of `double` count like one."""
    sources = (RIGHT, double(), "def double(x):\n    x *= 2\n    return x\n")
    ours = [grade(knowing, source, "double") for source in sources]
    one = HIDDEN.replace('@also("double").property("SECRET-TEXT is even", examples=7)\n', "")
    monkeypatch.setattr(knowing, "_graders", graders(knowing.course, lay(tmp_path / "h", one)))
    for source, before in zip(sources, ours, strict=True):
        assert replace(grade(knowing, source, "double"), duration_s=0) == replace(before, duration_s=0)


def test_a_shown_failure_does_not_tell_of_hidden_ones(knowing: Engine) -> None:
    """Where the rest is graded for partial credit, points are all that changes."""
    both = "def double(x):\n    if x[0, 0] == 12345.5:\n        print(x)\n        raise ValueError(x)\n" + (
        "    x *= 2\n    return x\n"
    )
    one = "def double(x):\n    x *= 2\n    return x\n"
    first, second = grade(knowing, both, "double"), grade(knowing, one, "double")
    assert (first.held, second.held, first.properties, second.properties) == (1, 2, 3, 3)
    assert first.misconception == second.misconception and first.message == second.message
    assert first.counterexample == second.counterexample and first.output == second.output


def test_a_broken_hidden_grader_costs_nothing_and_says_where(
    knowing: Engine, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HIDDEN + "    assert False, 'SECRET-TEXT ' + str(answer)\n"
    text = text.replace("    return bool((answer * dy >= 0).all())\n", "")
    monkeypatch.setattr(knowing, "_graders", graders(course, lay(tmp_path / "h", text)))
    result = grade(knowing, RIGHT)
    line = text.splitlines().index("    assert False, 'SECRET-TEXT ' + str(answer)") + 1
    assert result.verdict is Verdict.KIT_ERROR
    assert f"AssertionError in line {line} of its file, in a property that is not shown" in result.message
    assert not [secret for secret in SECRETS if secret in dump(repr(result))]


def test_the_same_in_lanes(course: Course, folder: Path) -> None:
    if lanes.most(2) < 2:
        pytest.skip("there is one lane here")
    with Engine(course, lanes=2, hidden=folder) as engine:
        engine.load()
        twice = [*course.exercises, *course.exercises]
        record = engine.grade(handed_in(double()), twice, seed=Seed.numbered(1))
    assert [r.message for r in record.exercises if r.id == "double"] == [MESSAGE, MESSAGE]


# -- the folder


def test_the_digest_covers_it(course: Course, folder: Path, tmp_path: Path) -> None:
    plain, ours = course_digest(course.root), course_digest(course.root, folder)
    moved = lay(tmp_path / "elsewhere")
    assert ours == course_digest(course.root, moved) != plain
    (moved / "numbers.json").write_text("1")
    assert course_digest(course.root, moved) != ours


MISTAKES: dict[str, tuple[str, str, str]] = {
    "another exercise": ("u/test_m.py", HIDDEN.replace('"double"', '"duoble"'), "no exercise 'duoble'"),
    "another module": ("u/test_n.py", HIDDEN, "no module of the course has its graders in u/test_n.py"),
    "another unit": ("v/test_m.py", HIDDEN, "no module of the course has its graders in v/test_m.py"),
    "at the top": ("test_m.py", HIDDEN, "no module of the course has its graders in test_m.py"),
    "no Python": ("u/test_m.py", "def", "cannot be loaded: SyntaxError"),
    "an error": ("u/test_m.py", "1 / 0", "cannot be loaded: ZeroDivisionError"),
    "nothing": ("u/test_m.py", "", "holds no hidden property"),
    "a grader": ("u/test_m.py", GRADER, "only add properties"),
    "an input that is none": (
        "u/test_m.py",
        HIDDEN.replace("even(answer, x)", "even(answer, z)"),
        "input 'z'",
    ),
    "no answer": ("u/test_m.py", HIDDEN.replace("even(answer, x)", "even()"), "first"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence(course: Course, tmp_path: Path, mistake: str) -> None:
    name, text, words = MISTAKES[mistake]
    lay(tmp_path / "h", text, name)
    with pytest.raises(HiddenError) as caught:
        graders(course, tmp_path / "h")
    assert len(caught.value.problems) == 1 and words in str(caught.value), caught.value.problems
    assert str(tmp_path) in str(caught.value)


def test_it_lies_where_no_student_gets_it(course: Course, tmp_path: Path) -> None:
    for name in ("graders", "graders/u", "exercises/hidden", "data", "stubs/x", "dojo"):
        path = course.root / name
        path.mkdir(parents=True, exist_ok=True)
        with pytest.raises(HiddenError, match="which students get"):
            place(path, course)
    (tmp_path / "link").symlink_to(course.root / "graders")
    with pytest.raises(HiddenError, match="which students get"):
        place(tmp_path / "link", course)
    for path in (course.root, course.root.parent):
        with pytest.raises(HiddenError, match="the course itself"):
            place(path, course)
    with pytest.raises(HiddenError, match="no such folder"):
        Engine(course, hidden=tmp_path / "nowhere")
    beside = lay(course.root / "hidden")
    assert place(beside, course) == beside.resolve()


def test_also_belongs_nowhere_else() -> None:
    with pytest.raises(ValueError, match="folder of hidden graders"):
        also("double").property("is even")(lambda answer: True)


def test_course_check_knows_nothing_of_it(tmp_path: Path) -> None:
    course = build(tmp_path)
    before = check(course, lambda path: [])
    lay(tmp_path / "hidden")
    assert check(course, lambda path: []) == before


def test_a_file_is_read_anew_by_the_next_engine(course: Course, tmp_path: Path) -> None:
    assert len(hidden.read(lay(tmp_path / "h"), course)["double"]) == 2
    fewer = HIDDEN.replace('@also("double").property("SECRET-TEXT is even", examples=7)\n', "")
    assert len(hidden.read(lay(tmp_path / "h", fewer), course)["double"]) == 1


# -- the command


@pytest.fixture
def dojo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Callable[..., tuple[int, str]]:
    build(tmp_path / "course")
    lay(tmp_path / "hidden")
    for name, text in {"right": RIGHT, "slips": double() + RIGHT.partition("\n\n\n")[0]}.items():
        lay(tmp_path / "all" / name, text, "u/m.py")
    (tmp_path / "key").write_text("a key")
    monkeypatch.chdir(tmp_path / "course")

    def run(*words: str) -> tuple[int, str]:
        code = cli.main(["grade", "--plain", *words])
        out, err = capsys.readouterr()
        return code, out + err

    return run


OFFICIAL = ("--submission", "../all", "--key-file", "../key", "--as-root", "--isolation", "process")


def test_the_command_grades_by_them(
    dojo: Callable[..., tuple[int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "stay_warm", lambda engine: pytest.fail("the engine is left behind"))
    monkeypatch.delenv("DOJO_WARM", raising=False)
    monkeypatch.setattr(warm, "try_warm", lambda argv: None)
    code, text = dojo(*OFFICIAL, "--hidden", "../hidden", "--json", "out.json", "--records", "kept")
    assert code == 1, text
    data = json.loads(Path("out.json").read_text())
    points = {record["submission"]: record["points"] for record in data["submissions"]}
    assert points == {"right": 3, "slips": 2}
    assert {r["course"] for r in data["submissions"]} == {course_digest(Path.cwd(), tmp_path / "hidden")}
    written = (
        text + Path("out.json").read_text() + "".join(p.read_text() for p in Path("kept").glob("*.json"))
    )
    assert not [secret for secret in SECRETS if secret in written]
    assert course_digest(Path.cwd()) not in written, "a grading without them is another one"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--hidden", "../hidden"), "--hidden goes with --submission and --key-file"),
        (
            ("--hidden", "../hidden", "--submission", "../all"),
            "--hidden goes with --submission and --key-file",
        ),
        (("--hidden", "../hidden", "--key-file", "../key"), "--hidden goes with --submission and --key-file"),
        ((*OFFICIAL, "--hidden", "../nothing"), "no such folder"),
        ((*OFFICIAL, "--hidden", "graders"), "which students get"),
        ((*OFFICIAL, "--hidden", "../all/right"), "lies in what was handed in"),
        ((*OFFICIAL, "--hidden", "../all"), "lies in what was handed in"),
        ((*OFFICIAL, "--hidden", "../key"), "no such folder"),
    ],
)
def test_wrong_use_is_one_sentence(
    dojo: Callable[..., tuple[int, str]], words: tuple[str, ...], sentence: str
) -> None:
    code, text = dojo(*words)
    assert code == 2 and sentence in text and "Traceback" not in text
    assert len([line for line in text.splitlines() if line.startswith("dojo: ")]) == 1


def test_a_warm_engine_is_not_used(
    dojo: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is the command handed to a warm server, however the option is spelt."""
    monkeypatch.setattr(warm, "socket_path", lambda root: pytest.fail("a warm server was looked for"))
    argv = ["grade", "--plain", *OFFICIAL, "--hi", "../hidden", "double"]
    assert warm.try_warm([w for w in argv if w not in ("--isolation", "process")]) is None
    other: Any = types.SimpleNamespace(course=load(Path.cwd()))  # it can do nothing
    assert cli.main([*argv, "--json", "out.json"], engine=other) == 1
    data = json.loads(Path("out.json").read_text())
    (record,) = (record for record in data["submissions"] if record["submission"] == "slips")
    assert record["exercises"][0]["message"] == MESSAGE
