"""Self-checks in a real kernel: what is graded, what is shown, and what is left behind."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jupyter_support as jupyter
import pytest
from kernels import SECONDS, Kernel, Output, kernel
from small_notebook import CHECK, ENDLESS, RIGHT, SETUP, STUB, WRONG, cells_of, write_notebook

from dojo.history import History
from dojo.notebooks.cells import Cell

pytestmark = [jupyter.needs_kernel, pytest.mark.xdist_group("kernel")]

ANSWER, EXERCISE = "cube_backward-answer", "cube_backward"
NOT_RUN = f"Graded is the saved text of the cell {ANSWER}, which has not been run since."


@pytest.fixture
def book(root: Path) -> Path:
    return root / "Lösung 1.ipynb"


@pytest.fixture
def fresh(shared: Kernel, book: Path) -> Iterator[Kernel]:
    """The kernel, restarted, with the notebook as it is handed out."""
    write_notebook(book)
    shared.restart()
    yield shared


def test_run_all_wrong_then_right_then_restart_and_run_all(fresh: Kernel, book: Path) -> None:
    first = fresh.run_all(cells_of(write_notebook(book, WRONG)))
    wrong, other = first[EXERCISE], first["double"]
    assert wrong.calm and "failed - 0/2" in wrong.text and "The answer has wrong numbers." in wrong.text
    assert "wrong numbers" in wrong.html and "forgot_the_factor" in wrong.html
    assert other.calm and "passed - 1/1" in other.text
    fresh.run(RIGHT, ANSWER)
    right = fresh.run(CHECK, EXERCISE)
    assert right.calm and "passed - 2/2" in right.text
    write_notebook(book, RIGHT)
    fresh.restart()
    again = fresh.run_all(cells_of(book))
    assert _same(again[EXERCISE], right) and _same(again["double"], other)


def _same(a: Output, b: Output) -> bool:
    """Whether two verdicts differ in nothing but the time taken."""
    return a.text.rpartition(" - ")[0] == b.text.rpartition(" - ")[0]


def test_what_is_graded_is_text_and_no_object_of_the_kernel(fresh: Kernel) -> None:
    fresh.run(SETUP, "setup")
    fresh.run(WRONG, ANSWER)
    fresh.run("exec(compile('cube_backward = lambda x, dy: 3 * x**2 * dy', 'x', 'exec'))", "scratch")
    assert "failed - 0/2" in fresh.run(CHECK, EXERCISE).text


def test_an_answer_may_need_what_stands_in_a_new_cell(fresh: Kernel) -> None:
    fresh.run(SETUP, "setup")
    fresh.run("def power(x, n):\n    return x**n\nprint(power(2, 3))", "0a1b2c3d")
    fresh.run("def cube_backward(x, dy):\n    return 3 * power(x, 2) * dy", ANSWER)
    assert "passed - 2/2" in fresh.run(CHECK, EXERCISE).text


def test_the_saved_text_counts_where_it_is_newer(fresh: Kernel, book: Path) -> None:
    fresh.run(SETUP, "setup")
    fresh.run(WRONG, ANSWER)
    time.sleep(0.02)
    write_notebook(book, RIGHT)
    seen = fresh.run(CHECK, EXERCISE)
    assert seen.text.startswith(NOT_RUN) and "passed - 2/2" in seen.text and NOT_RUN in seen.html
    fresh.run(RIGHT, ANSWER)
    assert NOT_RUN not in fresh.run(CHECK, EXERCISE).text


def test_one_is_told_to_run_a_cell_that_was_only_typed(fresh: Kernel) -> None:
    fresh.run(SETUP, "setup")
    fresh.run(STUB, ANSWER)
    seen = fresh.run(CHECK, EXERCISE)
    assert "not started" in seen.text and "run its cell (Shift+Enter)" in seen.text
    fresh.run(WRONG, ANSWER)
    assert "the last check" not in fresh.run(CHECK, EXERCISE).text
    assert "This is the text of the last check." in fresh.run(CHECK, EXERCISE).text


def test_hints_and_lists_know_of_it(fresh: Kernel, root: Path) -> None:
    fresh.run(SETUP, "setup")
    fresh.run(WRONG, ANSWER)
    shown = fresh.run(CHECK, EXERCISE).text
    assert "s1" in shown and "q1" not in shown and 'hint("cube_backward") gives more hints.' in shown
    last = History(root).read().last[EXERCISE]
    assert (last.verdict, last.misconception) == ("failed", "forgot_the_factor")
    hints = [fresh.run('hint("cube_backward")', "h"), fresh.run("hint()", "h")]
    assert all(hint.calm for hint in hints)
    assert "s1" in hints[0].text and "q1" in hints[1].text and 'hint("cube_backward")' in hints[0].text
    task = fresh.run('show("cube_backward")', "h")
    assert task.calm and "Backwards through the cube" in task.text


def test_a_module_or_a_unit_is_a_list(fresh: Kernel) -> None:
    fresh.run(SETUP, "setup")
    fresh.run(WRONG, ANSWER)
    assert "1 of 2 exercises passed, 1 of 3 points." in fresh.run('check("u")', "c").text


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ('check("cube_backwards")', "did you mean cube_backward?"),
        ('check("--isolation")', "There is no exercise, unit or module called '--isolation'"),
        ('check("")', "An exercise is named in quotes"),
        ("check(check)", "An exercise is named in quotes"),
        ('check("a\\0b")', "could not be started"),
        ('hint("cube_backwards")', "did you mean cube_backward?"),
    ],
)
def test_a_wrong_name_is_one_sentence(fresh_once: Kernel, call: str, sentence: str) -> None:
    seen = fresh_once.run(call, "c")
    assert seen.calm and sentence in seen.text and "\n" not in seen.text.strip()


@pytest.fixture(scope="module")
def fresh_once(shared: Kernel) -> Kernel:
    shared.run(SETUP, "setup")
    return shared


def test_without_a_course_one_sentence_says_what_to_set(fresh: Kernel, tmp_path: Path) -> None:
    fresh.run(SETUP, "setup")
    fresh.run(f"import os; os.environ['JPY_SESSION_NAME'] = ''; os.chdir({str(tmp_path)!r})", "c")
    seen = fresh.run(CHECK, EXERCISE)
    assert seen.calm and "set DOJO_COURSE" in seen.text
    fresh.run(f"os.environ['DOJO_COURSE'] = {str(tmp_path)!r}", "c")
    assert "there is no course.toml in it" in fresh.run(CHECK, EXERCISE).text


def test_a_notebook_anywhere_finds_the_course_that_is_named(
    fresh: Kernel, root: Path, tmp_path: Path
) -> None:
    fresh.run(SETUP, "setup")
    fresh.run(f"import os; os.environ['DOJO_COURSE'] = {str(root)!r}; os.chdir({str(tmp_path)!r})", "c")
    fresh.run(RIGHT, ANSWER)
    assert "passed - 2/2" in fresh.run(CHECK, EXERCISE).text


def test_a_course_that_cannot_be_written_to_is_no_obstacle(fresh: Kernel, root: Path) -> None:
    store = root / ".dojo"
    aside = store.rename(root / "aside") if store.exists() else None
    store.write_text("in the way")
    try:
        fresh.run(SETUP, "setup")
        fresh.run(RIGHT, ANSWER)
        seen = fresh.run(CHECK, EXERCISE)
        assert seen.calm and "passed - 2/2" in seen.text
        assert fresh.run("hint()", "h").calm
    finally:
        store.unlink()
        if aside:
            aside.rename(store)


def test_a_kit_that_fails_says_so_in_one_sentence(fresh: Kernel, root: Path) -> None:
    grader = root / "graders" / "u" / "test_m.py"
    text = grader.read_text()
    fresh.run(SETUP, "setup")
    fresh.run(RIGHT, ANSWER)
    try:
        grader.write_text("raise SystemError('broken')")
        seen = fresh.run(CHECK, EXERCISE)
        assert seen.calm and "not your fault" in seen.text
        fresh.run("import os; os.environ['NBGRADER_EXECUTION'] = 'autograde'", "c")
        assert "not your fault" in fresh.run(CHECK, EXERCISE).error
    finally:
        grader.write_text(text)


# -- editors without Jupyter's names for cells


def test_as_vs_code_asks(fresh: Kernel, book: Path) -> None:
    def address(number: int) -> str:
        return f"vscode-notebook-cell:{book.as_uri()[7:]}#W{number}sZmlsZQ%3D%3D"

    fresh.run(
        f"import os; os.environ.pop('JPY_SESSION_NAME'); __vsc_ipynb_file__ = {str(book)!r}", silent=True
    )
    texts = cells_of(write_notebook(book, WRONG))
    numbers = {name: i for i, name in enumerate(texts)}
    for name, source in texts.items():
        seen = fresh.run(source, address(numbers[name]))
    assert "passed - 1/1" in seen.text
    fresh.run(RIGHT, address(numbers[ANSWER]))  # not saved
    assert "passed - 2/2" in fresh.run(CHECK, address(numbers[EXERCISE])).text
    time.sleep(0.02)
    write_notebook(book, WRONG)  # saved, not run
    seen = fresh.run(CHECK, address(numbers[EXERCISE]))
    assert "failed - 0/2" in seen.text and NOT_RUN in seen.text


def test_as_colab_and_plain_ipython_ask(fresh: Kernel) -> None:
    fresh.run("import os; del os.environ['JPY_SESSION_NAME']")
    fresh.run("def double(x):\n    return x + x")  # before the import
    fresh.run(SETUP)
    assert "passed - 1/1" in fresh.run('check("double")').text
    fresh.run(WRONG)
    assert "failed - 0/2" in fresh.run(CHECK).text
    fresh.run(RIGHT)
    assert "passed - 2/2" in fresh.run(CHECK).text
    fresh.run("def cube_backward(x, dy:\n    pass")
    seen = fresh.run(CHECK)
    assert "error - 0/2" in seen.text and f"The cell {ANSWER} has a syntax error in line 1" in seen.text


def test_in_a_script_its_own_text_is_graded(environ: dict[str, str], root: Path) -> None:
    script = root / "lösung.py"
    script.write_text(f"{SETUP}\n\n{RIGHT}\n\nassert {CHECK}.passed\n", encoding="utf-8")
    done = _python(environ, root, str(script))
    assert (done.returncode, done.stderr) == (0, "") and "passed - 2/2" in done.stdout
    done = _python(environ, root, "-c", f"{SETUP}\n{CHECK}")
    assert done.stdout == "This is no notebook: `dojo check cube_backward` in a terminal checks your file.\n"


def _python(environ: dict[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environ, capture_output=True, text=True, timeout=SECONDS
    )


# -- nbgrader's own executions


def test_for_nbgrader_the_text_is_a_number(fresh: Kernel) -> None:
    fresh.run(f"import os; os.environ['NBGRADER_EXECUTION'] = 'autograde'\n{SETUP}", "setup")
    fresh.run(WRONG, ANSWER)
    wrong = fresh.run(CHECK, EXERCISE)
    assert wrong.calm and wrong.text == "0" and "wrong numbers" in wrong.html and "q1" in wrong.html
    fresh.run(RIGHT, ANSWER)
    assert fresh.run(CHECK, EXERCISE).text == "2"
    assert (
        "did you mean" in fresh.run('check("cube_backwards")', "c").error
    )  # what is no number gets full points


def test_for_validate_a_wrong_answer_is_an_error_with_a_text(fresh: Kernel) -> None:
    fresh.run(f"import os; os.environ['NBGRADER_EXECUTION'] = 'validate'\n{SETUP}", "setup")
    fresh.run(WRONG, ANSWER)
    wrong = fresh.run(CHECK, EXERCISE)
    assert wrong.error.startswith("cube_backward  failed - 0/2") and not wrong.streams
    assert "Traceback" not in wrong.error and max(map(len, wrong.error.split("\n"))) <= 83
    fresh.run(RIGHT, ANSWER)
    assert fresh.run(CHECK, EXERCISE).text == "2"


# -- processes


def test_the_stop_button_leaves_nothing_behind(fresh: Kernel, environ: dict[str, str]) -> None:
    fresh.run(SETUP, "setup")
    fresh.run(RIGHT, ANSWER)
    fresh.run(CHECK, EXERCISE)
    before = _settled(environ)
    fresh.run(ENDLESS, ANSWER)
    for warm, seconds in (
        ("1", 0.5),
        ("0", 2.5),
    ):  # until it is in the endless loop, where nobody is in a hurry
        fresh.run(f"import os; os.environ['DOJO_WARM'] = '{warm}'", "c")
        request = fresh.ask(CHECK, EXERCISE)
        _until(lambda: len(_checks(environ)) > len(before))
        time.sleep(seconds)
        fresh.manager.interrupt_kernel()
        seen = fresh.wait(request)
        assert seen.error == "Stopped. Nothing was checked." and not seen.streams
        _until(lambda: len(_checks(environ)) <= len(before))
        assert not list(Path(environ["TMPDIR"]).glob("dojo-*"))
    assert _children(fresh) == []


def _checks(environ: dict[str, str]) -> set[int]:
    """The processes that check something of ours: the commands, the warm server and what these started."""
    import psutil

    mine: set[int] = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(environ["TMPDIR"] in word for word in process.cmdline()):
                mine |= {process.pid, *(child.pid for child in process.children(recursive=True))}
    return mine


def _settled(environ: dict[str, str]) -> set[int]:
    """Those processes once they are always the same: a warm server gets ready for the next check."""
    known: set[int] = set()
    while (now := _checks(environ)) != known:
        known = now
        time.sleep(0.7)
    return known


def _children(running: Kernel) -> list[str]:
    import psutil

    return [" ".join(child.cmdline()) for child in psutil.Process(running.pid).children(recursive=True)]


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_notebooks_check_at_once(fresh: Kernel, environ: dict[str, str], root: Path) -> None:
    second = write_notebook(root / "zweite.ipynb", RIGHT)
    fresh.run(SETUP, "setup")
    fresh.run(WRONG, ANSWER)
    with kernel(root, environ | {"JPY_SESSION_NAME": str(second)}) as other:
        other.run(SETUP, "setup")
        asked = [(k, k.ask(CHECK, EXERCISE)) for k in (fresh, other)]
        texts = [k.wait(request).text for k, request in asked]
    assert "failed - 0/2" in texts[0] and "passed - 2/2" in texts[1]


def test_that_it_takes_a_while_is_said_and_vanishes(fresh: Kernel) -> None:
    fresh.run(f"import os; os.environ['DOJO_WARM'] = '0'\n{SETUP}", "setup")
    fresh.run(RIGHT, ANSWER)
    seen = fresh.run(CHECK, EXERCISE)
    assert seen.displays == [{"text/plain": "Checking cube_backward ..."}, {}] and "passed - 2/2" in seen.text


def test_extra_cells_of_the_file_count_where_they_stand(fresh: Kernel, book: Path) -> None:
    helper = Cell("answer", "own-1", "def power(x, n):\n    return x**n")
    write_notebook(book, "def cube_backward(x, dy):\n    return 3 * power(x, 2) * dy", helper)
    fresh.run(SETUP, "setup")
    assert "passed - 2/2" in fresh.run(CHECK, EXERCISE).text
