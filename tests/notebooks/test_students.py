"""Students of the real course, and how they organise a notebook.

What is right after `Restart and run all` has to pass, what is wrong has to fail.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from dojo.course import Course, Unit, load
from dojo.engine import Engine
from dojo.notebooks.layout import unit_cells
from dojo.notebooks.read import submission_of
from dojo.notebooks.write import notebook
from dojo.regions import stub_text
from dojo.seeds import Seed
from dojo.verdict import ExerciseResult

pytestmark = pytest.mark.xdist_group("students")  # one engine

COURSE: Course = load(Path(__file__).parents[2])
UNITS = {unit.id[:3]: unit for unit in COURSE.units}
H = "def backward_h(dlogits, W2):\n    return dlogits @ W2.T"
CALLS = "def backward_h(dlogits, W2):\n    return times(dlogits, W2.T)"
TIMES = "def times(a, b):\n    return a @ b"
AUTOGRAD = "W = torch.randn(3, requires_grad=True)\nloss = {}\nloss.backward()"


def scaled(one: str) -> str:
    """A right answer if `one` is 1."""
    return f"def backward_h(dlogits, W2):\n    return dlogits @ W2.T * ({one})"


@lru_cache
def released(unit: Unit) -> list[tuple[dict[str, Any], str]]:
    """The cells of a unit's notebook as they are handed out, and their sources in the solution."""
    made = []
    for cell in notebook(unit_cells(COURSE, unit))["cells"]:
        cell["source"] = full = "".join(cell["source"])
        if cell["id"].endswith("-answer"):
            function = COURSE.exercise(cell["id"].removesuffix("-answer")).function
            cell["source"] = stub_text(full.replace("### ", "# "), "cell", [function])
        made.append((cell, full))
    return made


class Book:
    """A notebook that a student works in."""

    def __init__(self, unit: str, solved: bool = False) -> None:
        self.unit = UNITS[unit]
        self.cells = [copy.deepcopy(cell) for cell, _ in released(self.unit)]
        for cell, (_, full) in zip(self.cells, released(self.unit), strict=True):
            cell["source"] = full if solved else cell["source"]

    def at(self, name: str) -> int:
        return next(i for i, cell in enumerate(self.cells) if cell["id"] == name)

    def answer(self, text: str, exercise: str = "backward_h") -> Book:
        self.cells[self.at(f"{exercise}-answer")]["source"] = text
        return self

    def add(self, text: str, behind: str | None = None) -> Book:
        """A cell of one's own behind another; else at the end."""
        place = len(self.cells) if behind is None else self.at(behind) + 1
        self.cells.insert(place, {"cell_type": "code", "id": "x", "metadata": {}, "source": text})
        return self

    def top(self, text: str) -> Book:
        self.cells.insert(0, {"cell_type": "code", "id": "y", "metadata": {}, "source": text})
        return self

    def each(self, change: Callable[[int, dict[str, Any]], object]) -> Book:
        for i, cell in enumerate(self.cells):
            change(i, cell)
        return self


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(COURSE, lanes=1, isolation="process") as made:
        yield made


def graded(engine: Engine, book: Book, *ids: str) -> list[ExerciseResult]:
    submission = submission_of("ann", {book.unit.id: book.cells}, COURSE)
    exercises = [COURSE.exercise(name) for name in ids]
    return engine.grade(submission, exercises, seed=Seed.public(COURSE.key)).exercises


Work = Callable[[Book], object]
RIGHT: dict[str, Work] = {
    # helpers
    "above": lambda b: b.answer(CALLS).add(TIMES, "backward_h-text"),
    "below": lambda b: b.answer(CALLS).add(TIMES, "backward_h"),
    "at the top, with imports": lambda b: b.answer(CALLS).top(f"import torch, math\n{TIMES}"),
    "in another answer": lambda b: b.answer(CALLS).answer(TIMES, "backward_W2"),
    "in another module's answer": lambda b: b.answer(CALLS).answer(TIMES, "cross_entropy_forward"),
    "either of two": lambda b: b.answer(CALLS).top(
        "if False:\n    def times(a, b): return 0\nelse:\n    def times(a, b): return a @ b"
    ),
    "in two cells": lambda b: b.answer("def turned(a):\n    return a.T").add(
        "def backward_h(dlogits, W2):\n    return dlogits @ turned(W2)", "backward_h-answer"
    ),
    # imports
    "import beside torch": lambda b: b.answer(scaled("functools.reduce(max, [1])")).top(
        "import torch, functools"
    ),
    "tried": lambda b: b.answer(scaled("reduce(max, [1])")).top(
        "try:\n    from functools import reduce\nexcept ImportError:\n    reduce = None"
    ),
    "that the rules refuse, unused": lambda b: b.answer(H).add(
        "import numpy as np\nimport matplotlib.pyplot as plt\nimport torch.nn.functional as F\nplt.plot(3)"
    ),
    "once more, beside what the rules refuse": lambda b: b.answer(scaled("torch.ones(1)")).add(
        "import torch.nn.functional\nimport torch.optim\nimport torch, matplotlib.pyplot as plt", "backward_h"
    ),
    "everything, unused": lambda b: b.answer(H).top("from math import *"),
    "annotations of the future": lambda b: b.answer(
        "from __future__ import annotations\ndef backward_h(dlogits: Logits, W2: Weights) -> Grad:\n"
        "    return dlogits @ W2.T"
    ),
    "alias of a type": lambda b: b.answer(
        "def backward_h(dlogits: A, W2: A) -> A:\n    return dlogits @ W2.T"
    ).top("from torch import Tensor\nfrom typing import TypeAlias\nA: TypeAlias = Tensor"),
    "cached": lambda b: b.answer(
        "from functools import lru_cache\n\n@lru_cache(maxsize=None)\ndef one():\n    return 1\n\n"
        + scaled("one()")
    ),
    # constants and tables
    "of several bound at once": lambda b: b.answer(scaled("ONE")).top("import torch\ntorch, ONE = torch, 1"),
    "on one line": lambda b: b.answer(scaled("ONE")).top('x = open; ONE = 1; y = """\n"""; z = 3'),
    "on one line of imports": lambda b: b.answer(scaled("functools.reduce(max, [1])")).top(
        "import itertools; import functools; import numpy as np"
    ),
    "filled by a loop": lambda b: b.answer(scaled("T[1]")).top("T = {}\nfor i in range(4):\n    T[i] = i"),
    "made in a branch": lambda b: (
        b.answer(scaled("T[1]"))
        .top("if True:\n    T = []\n")
        .add("T.append(7)\nT.append(1)", "backward_h-text")
    ),
    "made global": lambda b: b.answer(scaled("ONE")).top(
        "def setup():\n    global ONE\n    ONE = 1\n\nsetup()"
    ),
    "filled by a call": lambda b: b.answer(scaled("T[1]")).top("T = {}\ndef fill():\n    T[1] = 1\n\nfill()"),
    "filled by a decorator": lambda b: b.answer(
        "def backward_h(dlogits, W2):\n    return OPS['times'](dlogits, W2.T)"
    ).top(f"OPS = {{}}\ndef known(f):\n    OPS[f.__name__] = f\n    return f\n\n@known\n{TIMES}"),
    # experiments
    "a constant in an experiment": lambda b: b.answer(f"eps = 1e-5\n{scaled('eps / eps')}").add(
        "def norm(x, e):\n    return x / (x.std() + e)\n" + AUTOGRAD.format("norm(W, eps).sum()"),
        "backward_h",
    ),
    "the length of a table in one": lambda b: b.answer(f"NAMES = ['a']\n{scaled('len(NAMES)')}").add(
        "for i in range(len(NAMES)):\n    " + AUTOGRAD.format("W.sum()").replace("\n", "\n    "), "backward_h"
    ),
    "seeds": lambda b: b.answer(H).top(
        "import torch\ntorch.manual_seed(42)\ng = torch.Generator().manual_seed(1)"
    ),
    "behind the answer": lambda b: b.answer(
        f"{H}\n\nx = torch.randn(4, 5, requires_grad=True)\nassert backward_h(x, x).shape == (4, 4)\n"
        "(x ** 2).sum().backward()\nprint(x.grad)"
    ),
    "magics": lambda b: b.answer(f"%%time\n{H}").top("%matplotlib inline\n!pip list\n%load_ext autoreload"),
    "magics with a name": lambda b: b.answer(
        f"{H}\n\nfiles = !ls\nt = %timeit -o -n1 1\n?backward_h\nbackward_h??\n%time x = 1"
    ),
    "a magic that binds": lambda b: b.answer(f"%time ONE = 1\n{scaled('ONE')}"),
    "questions beside a magic": lambda b: b.answer(
        'def backward_h(\n    dlogits,  # is this (N, V)?\n    W2,\n):\n    """Right?"""\n'
        "    return dlogits @ W2.T\n\n%timeit -n1 1"
    ),
    # places of the answer
    "in a new cell": lambda b: b.add(H, "backward_h-answer"),
    "at the end of the notebook": lambda b: b.add(H),
    "at the top": lambda b: b.top(H).answer("# see the top"),
    "in a copy": lambda b: b.answer(H).cells.insert(
        b.at("backward_h-answer"), b.cells[b.at("backward_h-answer")]
    ),
    # files
    "CRLF": lambda b: b.answer(CALLS.replace("\n", "\r\n")).add(TIMES.replace("\n", "\r\n")),
    "BOM and tabs": lambda b: b.answer("\ufeff" + CALLS.replace("    ", "\t")).add("\ufeff" + TIMES),
    "Unicode": lambda b: b.answer("def backward_h(δ, W2):\n    return größe(δ, W2)").add(
        "ß = 'ß'; größe = lambda a, b: a @ b.T; é = ß"
    ),
    "markdown turned code": lambda b: b.answer(H).cells[b.at("backward_h-text")].update(cell_type="code"),
    "Colab": lambda b: b.answer(H).each(
        lambda i, cell: cell.update(
            source=cell["source"].splitlines(True), id=None, metadata=cell["metadata"] | {"id": i}
        )
    ),
    "ids alone": lambda b: b.answer(H).each(lambda i, cell: cell.pop("metadata")),
    "no names at all": lambda b: b.answer(H).each(lambda i, cell: cell.update(id=f"{i:08x}", metadata={})),
}


@pytest.mark.parametrize("work", RIGHT.values(), ids=RIGHT)
def test_what_is_right_in_a_kernel_passes(engine: Engine, work: Work) -> None:
    book = Book("u05")
    work(book)
    (result,) = graded(engine, book, "backward_h")
    assert result.verdict == "passed", result.message


WRONG: dict[str, tuple[Work, str, str]] = {
    "wrong": (lambda b: b.answer(scaled("-1")), "failed", "The answer has wrong numbers."),
    "a later one is wrong": (lambda b: b.answer(H).add(scaled("0"), "backward_h"), "failed", "wrong numbers"),
    "the stub comes later": (lambda b: b.top(H), "not_started", "Still the stub."),
    "no colon": (
        lambda b: b.answer(H.replace(":", "")),
        "error",
        "The cell backward_h-answer has a syntax error in line 1",
    ),
    "no such name": (
        lambda b: b.answer(CALLS),
        "error",
        "NameError in line 2 of the cell backward_h-answer: name 'times' is not defined",
    ),
    "everything": (
        lambda b: b.answer(f"from math import *\n{scaled('sqrt(1)')}"),
        "forbidden",
        "Line 1 of the cell backward_h-answer imports `*` from math",
    ),
    "what the rules refuse, used": (
        lambda b: b.answer(scaled("float(np.ones(1))")).top("import numpy as np"),
        "forbidden",
        "Line 1 of the cell number 1 imports `numpy`",
    ),
    "refused behind a semicolon": (
        lambda b: b.answer(scaled("ONE")).top("x = 1; import os; ONE = os.getpid() ** 0; y = 2"),
        "forbidden",
        "imports `os`",
    ),
    "autograd at the top level": (
        lambda b: b.answer(scaled("ONE")).top(
            "t = torch.ones(1, requires_grad=True); t.sum().backward(); ONE = t.grad"
        ),
        "forbidden",
        "autograd",
    ),
}


@pytest.mark.parametrize(("work", "verdict", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_gets_what_it_deserves(engine: Engine, work: Work, verdict: str, message: str) -> None:
    book = Book("u05")
    book.answer("def backward_W2(h, dlogits):\n    return h.T @ dlogits", "backward_W2")
    work(book)
    result, other = graded(engine, book, "backward_h", "backward_W2")
    assert result.verdict == verdict and message in result.message
    assert other.verdict == "passed"


REUSE = """
def manual_train_step(params, Xb, Yb, eps=1e-5):
    C, W1, b1, W2, b2, bngain, bnbias = params
    emb = C[Xb]; embcat = emb.view(emb.shape[0], -1)
    hprebn = embcat @ W1 + b1
    mu = hprebn.mean(0, keepdim=True)
    bnvar_inv = (hprebn.var(0, keepdim=True) + eps) ** -0.5
    bnraw = (hprebn - mu) * bnvar_inv
    hpreact = bngain * bnraw + bnbias
    h = torch.tanh(hpreact)
    logits = h @ W2 + b2
    loss = cross_entropy_forward(logits, Yb)
    dlogits = cross_entropy_dlogits(logits, Yb)
    dh = backward_h(dlogits, W2); dW2 = backward_W2(h, dlogits); db2 = backward_b2(dlogits)
    dhpreact = backward_hpreact(h, dh)
    dbngain, dbnbias = batchnorm_dgamma_dbeta(bnraw, dhpreact)
    dhprebn = batchnorm_dhprebn(dhpreact, bnraw, bnvar_inv, bngain)
    dembcat = backward_embcat(dhprebn, W1); dW1 = backward_W1(embcat, dhprebn); db1 = backward_b1(dhprebn)
    dC = backward_C(Xb, backward_emb(dembcat, Xb.shape[1]), C.shape[0])
    return loss, [dC, dW1, db1, dW2, db2, dbngain, dbnbias]
"""


def test_functions_of_four_modules_are_reused_in_a_fifth(engine: Engine) -> None:
    book = Book("u05", solved=True).answer(REUSE, "manual_train_step")
    (result,) = graded(engine, book, "manual_train_step")
    assert result.verdict == "passed", result.message


def test_what_another_module_gives_is_there_for_what_stands_in_its_section(engine: Engine) -> None:
    book = Book("u08").add("def root(x):\n    return math.sqrt(x)", "relu_backward")  # `layers` gives math
    book.answer(
        "def softmax_jacobian(p):\n    return (torch.diag(p) - p[:, None] * p) / root(1.0)",
        "softmax_jacobian",
    )
    (result,) = graded(engine, book, "softmax_jacobian")
    assert result.verdict == "passed", result.message


def test_a_class_completed_below_is_the_nearest_above(engine: Engine) -> None:
    book = Book("u01", solved=True)  # where three sections have a class Value
    book.add("def shown(self):\n    return 'a value'\n\nValue.__repr__ = shown", "engine_test")
    results = graded(engine, book, "value_add", "value_operators", "topo_sort")
    assert [result.verdict for result in results] == ["passed"] * 3


def test_statements_without_end_hold_nobody_up() -> None:
    book = Book("u05")
    calls = "\n".join(f"def f():\n    global g{i}\n    g{i} = 1\nf()" for i in range(900))
    for _ in range(60):
        book.add(calls, "setup")
    before = time.process_time()
    submission = submission_of("ann", {book.unit.id: book.add(H).cells}, COURSE)
    assert time.process_time() - before < 10
    assert any("were left out: above them are" in notice for notice in submission.notices)


def test_a_long_line_of_spaces_holds_nobody_up() -> None:
    book = Book("u05").add(" " * 900_000 + "x y")
    before = time.process_time()
    submission_of("ann", {book.unit.id: book.cells}, COURSE)
    assert time.process_time() - before < 5
