"""The released notebook in a real browser: an answer is typed and checked, the verdict stands in the page."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupyter_support as jupyter
import pytest
from small_notebook import RIGHT, WRONG, cells_of

from dojo.course import load

pytestmark = [jupyter.needs_formgrader, pytest.mark.xdist_group("lab")]


@pytest.fixture(scope="module")
def folder(root: Path, environ: dict[str, str]) -> Path:
    """The folder of the nbgrader course, with the assignment that students get."""
    from dojo.release.nbgrader import release

    made = root / "nbgrader-course"
    course = load(root)
    release(course, course.units, made)
    nbgrader(made, environ, "generate_assignment", "u")
    return made


def nbgrader(folder: Path, environ: dict[str, str], *words: str) -> str:
    """What nbgrader prints; it has to succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words], cwd=folder, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def server(folder: Path, environ: dict[str, str]) -> Iterator[jupyter.Server]:
    with jupyter.server(folder, environ) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with jupyter.browser() as made:
        yield made


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    made = browser.new_page()
    yield made
    made.close()


def handed_out(folder: Path, name: str) -> str:
    """A student's copy of the assignment, by its path in the server."""
    (folder / "work").mkdir(exist_ok=True)
    shutil.copy(folder / "release" / "u" / "u.ipynb", folder / "work" / name)
    return f"work/{name}"


def index(folder: Path, path: str, cell: str) -> int:
    """The place of a cell in a notebook."""
    cells = json.loads((folder / path).read_text(encoding="utf-8"))["cells"]
    return [c["id"] for c in cells].index(cell)


def write(page: Any, place: int, source: str) -> None:
    """Replace the text of a cell by typing."""
    editor = page.locator(".jp-Notebook .jp-Cell").nth(place).locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)


def test_an_answer_is_typed_and_checked_in_lab(page: Any, server: jupyter.Server, folder: Path) -> None:
    path = handed_out(folder, "meine Lösung.ipynb")
    answer, check = (index(folder, path, name) for name in ("cube_backward-answer", "cube_backward"))
    jupyter.open_notebook(page, server, path)
    jupyter.run_cell(page, index(folder, path, "setup"))
    write(page, answer, WRONG)
    jupyter.run_cell(page, answer)
    verdict = jupyter.run_cell(page, check)
    verdict.get_by_text("The answer has wrong numbers.").wait_for()
    assert verdict.locator(".jp-OutputArea-child").count() == 1  # the line that it takes a while is gone
    jupyter.screenshot(page, "lab_wrong")
    in_the_dark(page)
    jupyter.screenshot(page, "lab_wrong_dark")
    write(page, answer, RIGHT)
    jupyter.run_cell(page, answer)
    jupyter.run_cell(page, check).get_by_text("3 properties hold").wait_for()
    jupyter.screenshot(page, "lab_right_dark")
    write(page, answer, WRONG)  # and saved, but not run
    page.keyboard.press("Control+s")
    page.locator(".lm-TabBar-tab.jp-mod-dirty").wait_for(state="detached")
    assert cells_of(folder / path)["cube_backward-answer"] == WRONG
    jupyter.run_cell(page, check).get_by_text("which has not been run since").wait_for()
    jupyter.screenshot(page, "lab_saved_not_run_dark")


def in_the_dark(page: Any) -> None:
    """Choose the dark theme in the menu."""
    for words in ("Settings", "Theme", "JupyterLab Dark"):
        page.locator(".lm-MenuBar-itemLabel, .lm-Menu-itemLabel").get_by_text(words, exact=True).first.click()
    page.locator("body[data-jp-theme-light='false']").wait_for(state="attached")
    page.wait_for_timeout(300)  # colours fade


def test_the_classic_notebook_shows_the_same(page: Any, server: jupyter.Server, folder: Path) -> None:
    path = handed_out(folder, "classic.ipynb")
    page.goto(server.address(f"notebooks/{path}"))
    # Nothing left to say of the kernel: one that is asked sooner has the page put a question of its own.
    page.locator(".jp-NotebookKernelStatus-fade:empty").wait_for(state="attached")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")
    answer, check = (index(folder, path, name) for name in ("cube_backward-answer", "cube_backward"))
    jupyter.run_cell(page, index(folder, path, "setup"))
    write(page, answer, WRONG)
    jupyter.run_cell(page, answer)
    verdict = jupyter.run_cell(page, check)
    verdict.get_by_text("The answer has wrong numbers.").wait_for()
    jupyter.screenshot(page, "classic_wrong")


def test_formgrader_lists_the_assignment(page: Any, server: jupyter.Server) -> None:
    page.goto(server.address("lab"))  # logs in: formgrader's own calls are refused before
    page.goto(server.address("formgrader"))
    page.locator("#manage_assignments, table").get_by_text("u", exact=True).first.wait_for()
    jupyter.screenshot(page, "formgrader")


def test_validate_says_what_is_wrong(folder: Path, environ: dict[str, str]) -> None:
    path = folder / handed_out(folder, "to validate.ipynb")
    book = json.loads(path.read_text(encoding="utf-8"))
    texts = {"cube_backward-answer": WRONG, "double-answer": "def double(x):\n    return x + x"}
    for cell in book["cells"]:
        cell["source"] = texts.get(cell["id"], cell["source"])
    path.write_text(json.dumps(book), encoding="utf-8")
    said = nbgrader(path.parent, environ, "validate", path.name)
    assert "VALIDATION FAILED ON 1 CELL(S)" in said and "The answer has wrong numbers." in said
    assert 'check("cube_backward")' in said and 'check("double")' not in said and "Traceback" not in said
