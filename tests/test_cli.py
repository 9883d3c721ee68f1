"""The command line, with a make-believe engine: what is printed, what is remembered, and every exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import terminal_course as made_up

from dojo.cli import main as cli
from dojo.cli.parser import COMMANDS
from dojo.course import Course
from dojo.history import History
from dojo.verdict import Verdict

TESTS = Path(__file__).parent
PROGRAM = (
    "import sys; sys.path.insert(0, {tests!r}); import terminal_course; "
    "terminal_course.install().verdicts.update({verdicts}); "
    "from dojo.cli.main import run; run()"
)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    made = made_up.make(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOJO_WARM", "0")
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys, "argv", ["dojo"])
    return made


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> type[made_up.FakeEngine]:
    monkeypatch.setitem(sys.modules, "dojo.engine", None)  # so that the real one is put back afterwards
    return made_up.install()


Dojo = Callable[..., tuple[int, str, str]]


@pytest.fixture
def dojo(course: Course, engine: object, capsys: pytest.CaptureFixture[str]) -> Dojo:
    """Runs a command: its exit code, what it printed, what it complained about."""

    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main(list(words))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def all_pass(engine: type[made_up.FakeEngine], course: Course) -> None:
    engine.verdicts.update({e.id: Verdict.PASSED for e in course.exercises})


# -- exit codes


def test_0_when_all_has_passed(dojo: Dojo, engine: Any, course: Course) -> None:
    all_pass(engine, course)
    assert dojo("grade")[0] == 0
    assert dojo("check", "backward_sum")[0] == 0
    assert engine.opened == engine.closed == 2


@pytest.mark.parametrize("verdict", [v for v in Verdict if v not in (Verdict.PASSED, Verdict.KIT_ERROR)])
def test_1_when_something_has_not(dojo: Dojo, engine: Any, course: Course, verdict: Verdict) -> None:
    all_pass(engine, course)
    engine.verdicts["backward_norm"] = verdict
    assert dojo("grade")[0] == 1
    assert dojo("check", "backward_norm")[0] == 1


def test_3_when_the_kit_failed_on_an_exercise(dojo: Dojo, engine: Any, course: Course) -> None:
    all_pass(engine, course)
    engine.verdicts["backward_norm"] = Verdict.KIT_ERROR
    assert dojo("grade")[0] == 3
    assert "backward_norm" not in History(course.root).read().last


def test_3_and_details_in_a_file_when_the_kit_itself_failed(dojo: Dojo, engine: Any, course: Course) -> None:
    engine.failure = KeyError("\x1b[2Jinner")
    code, _, err = dojo("grade")
    assert code == 3
    assert "The kit itself failed" in err and "not your fault" in err and "Traceback" not in err
    assert "\x1b" not in err
    details = (course.root / ".dojo" / "last-error.txt").read_text(encoding="utf-8")
    assert "Traceback" in details and "KeyError" in details


def test_3_when_the_record_is_not_what_was_asked_for(
    dojo: Dojo, engine: Any, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "grade", lambda self, submission, exercises, **_: made_up.record([]))
    assert dojo("grade")[0] == 3


def test_130_after_ctrl_c_and_what_was_graded_is_remembered(dojo: Dojo, engine: Any, course: Course) -> None:
    def stop(_: Course) -> Any:
        raise KeyboardInterrupt

    engine.verdicts.update({"backward_sum": Verdict.PASSED, "backward_mean": stop})
    code, _, err = dojo("grade")
    assert (code, err) == (130, "dojo: Stopped.\n")
    assert History(course.root).read().passed == {"backward_sum"}


WRONG_USE = [
    (("chekc",), "Did you mean `dojo check`?"),
    (("backward_sum",), "`dojo check backward_sum` checks an exercise."),
    (("check", "backward_smu"), "did you mean backward_sum"),
    (("grade", "u01_sum"), "did you mean"),
    (("show", "sums"), "names 2 exercises"),
    (("grade", "--seed", "one"), "invalid int value"),
    (("grade", "--seed", "1", "--key-file", "key"), "not allowed with"),
    (("grade", "--key-file", "missing"), "cannot be read"),
    (("grade", "--json", "missing/out.json"), "there is no folder"),
    (("grade", "--json", "."), "is a folder"),
    (("grade", "--submission", "missing"), "no such folder"),
    (("grade", "--submission", "solutions/u01_sums"), "neither it nor its sub-folders"),
    (("grade", "--submission", "."), "belongs to the submission itself"),
    (("reset",), "required"),
    (("data", "feth"), "invalid choice"),
    (("--nope",), "Unrecognized arguments: --nope"),
]


@pytest.mark.parametrize(("words", "sentence"), WRONG_USE, ids=[" ".join(words) for words, _ in WRONG_USE])
def test_2_and_one_line_for_wrong_use(dojo: Dojo, engine: Any, words: tuple[str, ...], sentence: str) -> None:
    code, _, err = dojo(*words)
    assert code == 2
    assert sentence in err and err.count("\n") == 1
    assert engine.opened == 0, "nothing slow was started"


def test_2_outside_of_a_course(
    dojo: Dojo, tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    for words in ([], ["grade"], ["list"]):
        code, _, err = dojo(*words)
        assert code == 2 and "course.toml" in err and err.count("\n") == 1


def test_2_for_a_wrong_manifest_with_all_mistakes(dojo: Dojo, course: Course) -> None:
    path = course.root / "course.toml"
    path.write_text(path.read_text().replace("minutes = 5", "minuets = 5"), encoding="utf-8")
    code, _, err = dojo("list")
    assert code == 2 and err.count("minuets") == 2


def test_help_and_version(dojo: Dojo) -> None:
    code, out, _ = dojo("--help")
    assert code == 0 and all(command in out for command in COMMANDS)
    code, out, _ = dojo("--version")
    assert code == 0 and out.startswith("dojo ")
    assert dojo("grade", "--help")[0] == 0


# -- what is shown


def test_grade_shows_the_table_and_what_is_next(dojo: Dojo, engine: Any) -> None:
    engine.verdicts.update({"backward_sum": Verdict.PASSED, "backward_mean": Verdict.FAILED})
    _, out, _ = dojo("grade")
    made_up.golden("cli_grade.txt", out)


def test_grade_takes_units_modules_and_exercises(dojo: Dojo, engine: Any, course: Course) -> None:
    all_pass(engine, course)
    _, out, _ = dojo("grade", "u02_chains", "backward_sum", "products:backward_power")
    assert "backward_tanh" in out and "backward_power" in out and "backward_norm" not in out
    assert "dojo check backward_mean" in out, "the first that is not passed, graded or not"
    _, out, _ = dojo("grade", "exercises/u01_sums/products.py")
    assert "backward_norm" in out and "backward_tanh" not in out


def test_the_bar_counts_what_was_passed_before(dojo: Dojo, engine: Any, course: Course) -> None:
    all_pass(engine, course)
    dojo("grade", "u01_sums")
    _, out, _ = dojo("grade", "backward_tanh")
    assert "7 of 8 exercises" in out
    engine.verdicts["backward_sum"] = Verdict.FAILED
    _, out, _ = dojo("grade", "backward_sum")
    assert "6 of 8 exercises" in out and "dojo check backward_sum" in out


def test_a_calm_line_when_all_is_done(dojo: Dojo, engine: Any, course: Course) -> None:
    all_pass(engine, course)
    assert "All of it is passed." in dojo("grade")[1]


def test_check_shows_one_exercise_in_full(dojo: Dojo, engine: Any) -> None:
    engine.verdicts["backward_mean"] = lambda course: made_up.result(
        course,
        "backward_mean",
        Verdict.FAILED,
        "Two of three values are wrong.",
        counterexample=made_up.wrong_sum(),
        misconception="forgot_to_sum",
        hints=["a", "b", "c"],
    )
    code, out, _ = dojo("check", "backward_mean")
    made_up.golden("cli_check.txt", out)
    assert code == 1
    assert "roundings" not in out
    assert "roundings" in dojo("check", "backward_mean", "--verbose")[1]


def test_check_of_a_module_shows_its_table_and_what_is_wrong(dojo: Dojo, engine: Any) -> None:
    engine.verdicts.update({"backward_product": Verdict.PASSED, "backward_power": Verdict.FAILED})
    _, out, _ = dojo("check", "products")
    assert out.count("backward_product") == 1, "what passed is not shown in full"
    assert len(re.findall(r"─ backward_power ─", out)) == 1


def test_check_without_a_name_takes_the_next(dojo: Dojo, engine: Any) -> None:
    engine.verdicts["backward_sum"] = Verdict.PASSED
    assert "backward_sum" in dojo("check")[1]
    assert "─ backward_mean ─" in dojo("check")[1]


def test_list_show_and_overview(dojo: Dojo, engine: Any, course: Course) -> None:
    engine.verdicts.update({"backward_sum": Verdict.PASSED, "backward_mean": Verdict.FAILED})
    made_up.golden("cli_overview_new.txt", dojo()[1])
    dojo("grade")
    made_up.golden("cli_overview.txt", dojo()[1])
    made_up.golden("cli_list.txt", dojo("list")[1])
    assert "backward_sum" not in dojo("list", "u02_chains")[1]
    code, out, _ = dojo("show", "backward_mean")
    stub = course.path("exercises", "backward_mean").read_text(encoding="utf-8").split("\n")
    line = 1 + next(i for i, text in enumerate(stub) if text.startswith("def backward_mean"))
    assert code == 0 and f"exercises/u01_sums/sums.py:{line}" in out and "✓ backward_sum (passed)" in out


def test_show_imports_no_torch(course: Course) -> None:
    done = program(course, "show", "backward_sum", after="; print('torch' in sys.modules)", leave=False)
    assert done.stdout.endswith("False\n")


def test_plain_output_has_no_boxes_and_no_colour(dojo: Dojo, engine: Any) -> None:
    for words in (["--plain", "list"], ["list", "--plain"], ["grade", "--plain"], ["check", "--plain"]):
        _, out, _ = dojo(*words)
        assert out.isascii() and "\x1b" not in out and "+-" not in out
    made_up.golden("cli_grade_plain.txt", dojo("grade", "--plain")[1])


def test_a_terminal_gets_colour_unless_it_asks_for_none(dojo: Dojo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[" in dojo("list")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", dojo("list")[1])


def test_the_commands_of_authors_and_reset(dojo: Dojo, course: Course) -> None:
    path = course.path("exercises", "backward_sum")
    path.write_text(path.read_text().replace("raise NotImplementedError", "return x", 1), encoding="utf-8")
    code, out, _ = dojo("stubs", "--check")
    assert code == 1 and "sums.py" in out
    code, out, _ = dojo("reset", "backward_sum")
    assert code == 0 and "backward_sum" in out and out.count("\n") == 1
    code, out, _ = dojo("reset", "nope")
    assert code == 2
    assert "return x" not in path.read_text(encoding="utf-8")


# -- results as files


def test_json(dojo: Dojo, engine: Any, course: Course, tmp_path: Path) -> None:
    all_pass(engine, course)
    assert dojo("grade", "--json", "out.json")[0] == 0
    data = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert data["schema"] == 1 and data["points"] == 19
    assert [e["id"] for e in data["exercises"]] == [e.id for e in course.exercises]


def test_seeds(dojo: Dojo, engine: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"secret\n")
    dojo("grade")
    dojo("grade", "--seed", "7")
    dojo("grade", "--key-file", "key")
    ids = [seed.id for seed in engine.seeds]
    assert ids[:2] == ["public:small", "number:7"] and ids[2].startswith("secret:")
    assert engine.seeds[2].key == b"secret", "an editor's line break is not part of a key"
    (tmp_path / "key").write_bytes(b" \n")
    assert dojo("grade", "--key-file", "key")[0] == 2


def hand_in(folder: Path, name: str) -> None:
    target = folder / name / "u01_sums"
    target.mkdir(parents=True)
    (target / "sums.py").write_text("# mine\n", encoding="utf-8")


def test_one_submission_is_graded_and_not_remembered(dojo: Dojo, engine: Any, tmp_path: Path) -> None:
    hand_in(tmp_path, "group-a")
    engine.verdicts["backward_sum"] = Verdict.PASSED
    code, out, _ = dojo("grade", "--submission", "group-a")
    assert code == 1
    assert "isolation confined" in out and "Next" not in out
    assert not (tmp_path / ".dojo" / "history.jsonl").exists()


def test_a_self_check_in_a_notebook_is_remembered(dojo: Dojo, engine: Any, course: Course) -> None:
    (course.root / "group-a" / "u01_sums").mkdir(parents=True)
    engine.verdicts["backward_sum"] = Verdict.PASSED
    dojo("check", "backward_sum", "--submission", "group-a", "--remember")
    assert History(course.root).read().passed == {"backward_sum"}
    assert "--remember" not in dojo("check", "--help")[1]


def test_a_folder_of_submissions_is_a_table(dojo: Dojo, engine: Any, course: Course, tmp_path: Path) -> None:
    for name in ("group-a", "group-b", "[red]c"):
        hand_in(tmp_path / "all", name)
    all_pass(engine, course)
    code, out, _ = dojo("grade", "--submission", "all", "--json", "all.json")
    assert code == 0
    assert "3 submissions" in out and "[red]c" in out
    data = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert [record["submission"] for record in data["submissions"]] == ["[red]c", "group-a", "group-b"]
    assert data["schema"] == 1 and "unreadable" not in data
    engine.verdicts["backward_sum"] = Verdict.FAILED
    assert dojo("grade", "--submission", "all")[0] == 1


# -- hints and history


def test_hints_come_one_at_a_time_and_then_all(dojo: Dojo) -> None:
    assert "Look at the shape" in dojo("hint", "backward_sum")[1]
    second = dojo("hint", "backward_sum")[1]
    assert "Which axis" in second and "hint 2 of 3" in second and "Look at" not in second
    assert "last one" in dojo("hint", "backward_sum")[1]
    for _ in range(2):
        text = dojo("hint", "backward_sum")[1]
        assert "Look at" in text and "Which axis" in text and "summed back" in text and "all 3" in text
    assert "hint 1 of 3" in dojo("hint", "backward_mean")[1], "each exercise has its own count"


def test_hints_of_a_slip_come_first_and_have_their_own_count(dojo: Dojo, engine: Any) -> None:
    dojo("hint", "backward_sum")
    engine.verdicts["backward_sum"] = lambda course: made_up.result(
        course, "backward_sum", Verdict.FAILED, misconception="forgot", hints=["look", "ask", "a rule"]
    )
    dojo("check", "backward_sum")
    text = dojo("hint", "backward_sum")[1]
    assert "look" in text and "forgot" in text and "hint 1 of 3" in text
    assert "ask" in dojo("hint", "backward_sum")[1]
    engine.verdicts["backward_sum"] = Verdict.FAILED
    dojo("check", "backward_sum")
    assert "Which axis" in dojo("hint", "backward_sum")[1], "the exercise's own go on where they stopped"


def test_who_has_passed_may_read_all_hints(dojo: Dojo, engine: Any) -> None:
    engine.verdicts["backward_sum"] = Verdict.PASSED
    dojo("check", "backward_sum")
    text = dojo("hint", "backward_sum")[1]
    assert "Look at" in text and "summed back" in text


def test_hint_without_a_name_is_about_the_last_attempt(dojo: Dojo, engine: Any) -> None:
    engine.verdicts["backward_norm"] = Verdict.FAILED
    dojo("check", "backward_norm")
    assert "backward_norm" in dojo("hint")[1]


def test_untouched_exercises_do_not_fill_the_history(dojo: Dojo, engine: Any, course: Course) -> None:
    dojo("grade")
    assert not History(course.root).path.exists()
    engine.verdicts["backward_sum"] = Verdict.PASSED
    dojo("grade")
    del engine.verdicts["backward_sum"]
    dojo("grade")
    assert History(course.root).read().state("backward_sum") == "not_started", "but a reset is noticed"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_course_can_be_graded(dojo: Dojo, engine: Any, course: Course, tmp_path: Path) -> None:
    all_pass(engine, course)
    tmp_path.chmod(0o555)
    try:
        code, _, err = dojo("grade")
    finally:
        tmp_path.chmod(0o755)
    assert code == 0 and err.count("cannot be written") == 1


def test_a_history_that_cannot_be_written_is_mentioned_once(dojo: Dojo, engine: Any, course: Course) -> None:
    all_pass(engine, course)
    (course.root / ".dojo").write_text("in the way", encoding="utf-8")
    code, out, err = dojo("grade")
    assert code == 0 and "8 of 8" in out and err.count("\n") <= 2


# -- the warm server


def test_a_warm_server_answers_first(dojo: Dojo, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setenv("DOJO_WARM", "1")
    monkeypatch.setattr("dojo.warm.try_warm", lambda argv: (asked.append(argv), 1)[1])
    assert dojo("check", "backward_sum") == (1, "", "")
    assert asked == [["check", "backward_sum"]] and engine.opened == 0
    dojo("list")
    assert len(asked) == 1


def test_a_cold_run_may_stay_warm(dojo: Dojo, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[Any] = []
    monkeypatch.setattr("dojo.warm.try_warm", lambda argv: None)
    monkeypatch.setattr("dojo.warm.stay_warm", left.append)
    dojo("grade")
    assert left == [], "DOJO_WARM=0 is respected"
    monkeypatch.setenv("DOJO_WARM", "1")
    dojo("grade")
    assert len(left) == 1 and isinstance(left[0], engine)


def test_a_warm_engine_is_used_and_left_running(dojo: Dojo, engine: Any, course: Course) -> None:
    warm = engine(course)
    assert cli.main(["check", "backward_sum"], engine=warm) == 1
    assert (engine.opened, engine.closed) == (1, 0)


# -- as a program


def program(course: Course, *words: str, after: str = "", leave: bool = True, **options: Any) -> Any:
    code = PROGRAM.format(tests=str(TESTS), verdicts="{}")
    if not leave:
        code = code.replace("import run; run()", "import main; main(sys.argv[1:])")
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "FORCE_COLOR")}
    environment |= {"DOJO_WARM": "0", "PYTHONPATH": str(TESTS.parent)} | options.pop("env", {})
    command = [sys.executable, "-c", code + after, *words]
    options = {"capture_output": True, "text": True, "encoding": "utf-8"} | options
    return subprocess.run(command, cwd=course.root, env=environment, timeout=60, **options)


def test_piped_output_is_80_columns_without_codes(course: Course) -> None:
    done = program(course, "grade")
    assert done.returncode == 1 and done.stderr == ""
    assert "\x1b" not in done.stdout and max(map(len, done.stdout.split("\n"))) == 80


def test_ascii_only_terminals(course: Course) -> None:
    done = program(course, "grade", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1 and done.stdout.isascii() and "+- Sums and products" in done.stdout
    done = program(course, "show", "backward_sum", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0 and done.stdout.isascii()


def test_a_closed_pipe_is_quiet(course: Course) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = program(course, "list", stdout=writer, stderr=subprocess.PIPE, capture_output=False)
    os.close(writer)
    assert done.returncode != 0 and done.stderr == ""


def test_something_is_on_the_screen_before_anything_slow_is_imported(course: Course) -> None:
    slow = ("rich", "pydantic", "torch", "numpy", "hypothesis")
    code = (
        "import sys, dojo.cli.main as main\n"
        "class Out:\n"
        "    encoding, errors = 'utf-8', 'strict'\n"
        "    def isatty(self): return False\n"
        "    def flush(self): pass\n"
        "    def write(self, text):\n"
        f"        print([m for m in {slow!r} if m in sys.modules], file=sys.stderr)\n"
        "        sys.exit(7)\n"
        "sys.stdout = Out()\n"
        "sys.exit(main.main(['grade']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=course.root,
        env=os.environ | {"PYTHONPATH": str(TESTS.parent), "DOJO_WARM": "0"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (7, "[]\n")


def test_grading_leaves_without_tearing_down(course: Course) -> None:
    never = "import atexit; atexit.register(print, 'torn down'); "
    code = never + PROGRAM.format(tests=str(TESTS), verdicts="{}")
    environment = os.environ | {"DOJO_WARM": "0", "PYTHONPATH": str(TESTS.parent)}
    for words, torn in ((["check", "backward_sum"], False), (["list"], True)):
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=course.root,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )
        assert ("torn down" in done.stdout) is torn
