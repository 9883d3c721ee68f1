"""`dojo plot`: figures as plain data, in the terminal and as files."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from made_up_course import make
from rich.console import Console

from dojo.cli.main import main
from dojo.plots.figures import Curve, Curves, Figure, FigureError, Graph, HeatMap, Vertex
from dojo.plots.picture import save, source, suffix
from dojo.plots.terminal import drawn
from dojo.views.console import THEME
from dojo.views.look import Look

CURVES = Curves(
    "step", "loss", [Curve("a", [0.0, 1.0], [2.0, 1.0]), Curve("b", [0.0, 1.0], [1.0, 3.0])], {"aim": 0.5}
)
MATRIX = HeatMap("row", "column", [[1.0, -2.0], [0.0, 0.5]])
GRAPH = Graph([Vertex("a | 2"), Vertex("b | 3"), Vertex("c | 6", "*", (0, 1)), Vertex("d | 12", "+", (2, 2))])


def _text(figure: Figure, width: int = 80, plain: bool = True) -> str:
    colour = {"color_system": None} if plain else {"color_system": "truecolor", "force_terminal": True}
    console = Console(width=width, theme=THEME, **colour)  # type: ignore[arg-type]
    with console.capture() as kept:
        console.print(*drawn(figure, Look(width, plain=plain, ascii=plain), not plain), sep="\n")
    return kept.get()


@pytest.mark.parametrize("figure", [CURVES, MATRIX, GRAPH], ids=["curves", "matrix", "graph"])
@pytest.mark.parametrize("width", [36, 80, 120])
def test_a_figure_fits_the_screen(figure: Figure, width: int) -> None:
    lines = _text(figure, width).split("\n")
    assert len(lines) > 2 and all(len(line) <= width for line in lines)


def test_what_is_named_can_be_read() -> None:
    text = _text(CURVES)
    assert all(word in text for word in ("step", "loss", "a", "b", "aim"))
    assert "largest size 2" in _text(MATRIX)
    assert "used 2 times" in _text(GRAPH) and "see above" in _text(GRAPH)
    assert "\x1b[" in _text(MATRIX, plain=False) and "\x1b[" not in _text(MATRIX)


@pytest.mark.parametrize("figure", [CURVES, MATRIX, GRAPH], ids=["curves", "matrix", "graph"])
def test_a_figure_becomes_a_file(figure: Figure, tmp_path: Path) -> None:
    path = tmp_path / f"figure{suffix(figure)}"
    save(figure, "A title", path)
    content = path.read_bytes()
    assert content.startswith(b"digraph" if path.suffix == ".dot" else b"\x89PNG") and len(content) > 100


def test_the_source_of_a_graph_has_every_node_and_operation() -> None:
    text = source(GRAPH)
    assert text.count("label=") == len(GRAPH.vertices) + 2 and text.count("->") == 6
    assert source(Graph([Vertex('a"];b')])).count("label=") == 1  # a label cannot end the statement


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Curve("a", [0.0], [math.nan]), "finite"),
        (lambda: Curve("a", [0.0, 1.0], [1.0]), "2 x but 1 y"),
        (lambda: Curve("a", [], []), "list of numbers"),
        (lambda: Curve("a", [0.0] * 20_000, [0.0] * 20_000), "more than"),
        (lambda: Curve("a", ["1"], [1.0]), "finite numbers"),
        (lambda: Curves("x", "y", []), "1 to"),
        (lambda: HeatMap("r", "c", [[1.0], [1.0, 2.0]]), "one length"),
        (lambda: HeatMap("r", "c", "text"), "matrix"),
        (lambda: Graph([Vertex("a", "+", (0,))]), "in order"),
        (lambda: Graph([]), "0 nodes"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: object, words: str) -> None:
    with pytest.raises(FigureError, match=words):
        wrong()  # type: ignore[operator]


def test_hostile_names_reach_neither_screen_nor_file() -> None:
    curve = Curve("\x1b[2Jaway" * 500, [0.0, 1.0], [0.0, 1.0])
    assert "\x1b" not in curve.name and len(curve.name) <= 80
    assert "\x1b" not in Vertex("\x1b[2J").label


PLOTS = """
from dojo.plots import Curve, Curves, plot

@plot("double", "Twice as much")
def twice(student):
    xs = [0.0, 1.0, 2.0]
    return Curves("x", "y", [Curve("double", xs, [student(x) for x in xs])])
"""
GRADER = """
from dojo.grading import grades, one_of

@grades("double", x=one_of(1.0, 2.5))
def double(x):
    return x + x
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make(tmp_path).root
    (root / "graders" / "u01_sums" / "plots.py").write_text(PLOTS)
    (root / "graders" / "u01_sums" / "test_sums.py").write_text(GRADER)
    monkeypatch.chdir(root)
    return root


def _answer(root: Path, body: str) -> None:
    text = f"def double(x):\n    {body}\n\n\ndef triple(x):\n    return 3 * x\n"
    (root / "exercises" / "u01_sums" / "sums.py").write_text(text)


def test_the_list_names_every_plot(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot"]) == 0
    assert "twice" in (text := capsys.readouterr().out) and "Twice as much" in text


def test_a_plot_draws_the_students_own_code(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _answer(course, "return 2 * x")
    assert main(["plot", "twice", "--plain"]) == 0
    text = capsys.readouterr().out
    assert "Twice as much" in text and "saved as plots/twice.png" in text
    assert (course / "plots" / "twice.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise NotImplementedError", "Still the stub|NotImplementedError"),
        ("return 1 / 0", "ZeroDivisionError"),
        ("return float('nan')", "finite"),
        ("return 'text'", "finite numbers"),
        ("return eval('1')", "eval"),
    ],
)
def test_an_answer_that_cannot_be_drawn_gets_a_sentence(
    course: Path, capsys: pytest.CaptureFixture[str], body: str, words: str
) -> None:
    _answer(course, body)
    assert main(["plot", "twice", "--plain"]) == 1
    text = capsys.readouterr().out
    assert re.search(words, text) and "dojo check double" in text and "Traceback" not in text
    assert not (course / "plots").exists()


def test_a_wrong_name_or_target_is_one_line(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "twic"]) == 2
    assert "Did you mean `twice`?" in capsys.readouterr().err
    _answer(course, "return 2 * x")
    assert main(["plot", "twice", "--output", "nowhere/twice.png"]) == 2
    assert "could not be written" in capsys.readouterr().err


def test_a_plot_without_its_exercise_is_found_by_the_check(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = course / "graders" / "u01_sums" / "plots.py"
    path.write_text(PLOTS.replace('"double", "Tw', '"doubel", "Tw'))
    assert main(["course", "check"]) == 1
    assert "plots.py: twice: there is no exercise 'doubel'." in capsys.readouterr().out
