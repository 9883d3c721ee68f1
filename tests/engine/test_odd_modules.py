"""Odd modules: strange answers, huge texts and unusual honest ones. None is the kit's own fault."""

# ruff: noqa: E501 (a snippet reads best on one line)

from __future__ import annotations

import pytest
import torch
from small_course import SOLUTION, grade
from test_grading import _refuted

from dojo.engine import Engine
from dojo.grading import universal
from dojo.grading.compare import compare
from dojo.grading.mismatch import describe
from dojo.regions import stub_text
from dojo.verdict import Verdict
from dojo.worker import wire

ODD = {
    "big_number": ("return 2**4000", Verdict.FAILED, "a whole number where"),
    "many_dimensions": ("return x.reshape((1,) * 30 + x.shape)", Verdict.FAILED, "it has 32 dimensions"),
    "odd_keys": ("return {(Own(),): 1}", Verdict.FAILED, "not all of its keys are plain"),
    "own_objects_in_a_dict": ("return {'a': Own()}", Verdict.FAILED, "a dict where"),
    "half_a_character": ("return '\\ud800'", Verdict.FAILED, "a text where"),
    "rude_exception": ("raise Rude()", Verdict.ERROR, "raised Rude in line"),
    "sly_exception": ("raise Sly()", Verdict.ERROR, "raised Sly in line"),
    "sly_print": ("print(Long())\n    return 3 * x**2 * dy", Verdict.PASSED, ""),
    "escapes": (
        "raise ValueError('\\x1b]0;mine\\x07\\x1b[2Jred \\u202e')",
        Verdict.ERROR,
        "ValueError in line 20: red",
    ),
}
_ODD_CLASSES = """
class Own:
    def __hash__(self):
        return 1
class Rude(RuntimeError):
    def __str__(self):
        raise SystemExit(0)
class Text(str):
    def __len__(self):
        return 10**9
    def __getitem__(self, item):
        return Own()
class Sly(RuntimeError):
    def __str__(self):
        return Text("sly")
class Long:
    def __str__(self):
        return Text("long")
def cube_backward(x, dy):
    """


@pytest.mark.parametrize("name", ODD)
def test_odd_answers(strict: Engine, name: str) -> None:
    code, verdict, words = ODD[name]
    result = grade(strict, _ODD_CLASSES.lstrip("\n").replace("def cube", "\ndef cube") + code + "\n")
    assert (result.verdict, words in result.message) == (verdict, True), result.message
    assert not {"\x1b", "\u202e"} & set(result.message)


@pytest.mark.parametrize("above", ["", stub_text(SOLUTION, "m.py")], ids=["alone", "below the stub"])
def test_an_answer_made_by_an_assignment_is_told_so(strict: Engine, above: str) -> None:
    result = grade(strict, above + "cube_backward = lambda x, dy: 3 * x**2 * dy\n")
    assert result.verdict is Verdict.ERROR
    assert result.message.startswith("`cube_backward` is made by an assignment")


def test_numbers_too_large_for_a_tensor() -> None:
    mismatch = compare(torch.tensor(1.0, dtype=torch.float64), 2**64)
    assert mismatch is not None and mismatch.kind in ("dtype", "finite")
    assert "Handle" in describe(wire.Handle(1, "Own"))


def test_answers_whose_form_changes_from_call_to_call() -> None:
    calls: list[int] = []

    def fickle(x: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return 2 * x * dy if len(calls) % 2 else (2 * x * dy)[:1]

    assert _refuted(universal.linear_in_upstream, fickle) == "itself"
    assert _refuted(universal.adjoint_identity, lambda x, dy: (2 * x * dy)[:1]) == "itself"


_RIGHT = "def cube_backward(x, dy):\n    return 3 * x**2 * dy\n"
LARGE = {
    "statements": "a = 1\n" * 15_000 + _RIGHT,
    "unknown_names": "def cube_backward(x, dy):\n" + "".join(f"    x.sofmax{i}\n" for i in range(5000)),
    "long_name": f"def cube_backward(x, dy):\n    return x.{'a' * 90_000}\n",
    "sum": "k = " + " + ".join(["1"] * 3000) + "\n" + _RIGHT,
    "attributes": f"def cube_backward(x, dy):\n    return x{'.T' * 3000}\n",
    "escape_in_a_syntax_error": "x = = '\x1b[2J\x1b]0;mine\x07'\n" + _RIGHT,
}


@pytest.mark.parametrize("name", LARGE)
def test_large_and_odd_texts(strict: Engine, name: str) -> None:
    """They take seconds at most, end in a sentence of ordinary length, and are never the kit's own fault."""
    result = grade(strict, LARGE[name])
    assert result.verdict in (Verdict.PASSED, Verdict.ERROR, Verdict.FORBIDDEN), result.message
    assert result.duration_s < 10 and len(result.message) < 500 and "\x1b" not in result.message


HONEST = {
    "windows": _RIGHT.replace("\n", "\r\n"),
    "old_mac": _RIGHT.replace("\n", "\r"),
    "tabs": _RIGHT.replace("    ", "\t"),
    "byte_order_mark": "\ufeff" + _RIGHT,
    "form_feed": "k = 1\n\x0c\n" + _RIGHT,
    "long_line": f"s = '{'y' * 50_000}'\n" + _RIGHT,
    "no_last_line_end": _RIGHT.rstrip(),
    "future": "from __future__ import annotations\n" + _RIGHT,
    "main": _RIGHT
    + "\nif __name__ == '__main__':\n    import os, matplotlib\n    x.backward()\n    print(eval('1'))\n",
    "experiment": "import torch\n"
    + _RIGHT
    + "print(cube_backward(torch.ones(2), torch.ones(2)))\nassert True\n",
    "repr": "class V:\n    __slots__ = ('data',)\n    def __repr__(self):\n        return type(self).__name__ + self.__class__.__name__\n    __str__ = __repr__\n"
    + _RIGHT.replace("    return", "    print(V())\n    return"),
    "property": "class V:\n    def __init__(self, data):\n        self.data, self._prev = data, ()\n    @property\n    def twice(self):\n        return self.data\n"
    "    @twice.setter\n    def twice(self, value):\n        self.data = value\n"
    "def cube_backward(x, dy):\n    v = V(x)\n    v.twice = 3 * x**2 * dy\n    v._prev = (v,)\n    return v.data\n",
    "variables_named_like_builtins": "def helper(input):\n    dir = 1\n    vars = input * dir\n    return vars\ndef cube_backward(x, dy):\n    return helper(3 * x**2 * dy)\n",
    "data": "def cube_backward(x, dy):\n    y = x.clone()\n    y.data = 3 * x**2\n    y.data *= dy\n    return y\n",
    "annotations": "from typing import Optional, Union\nfrom torch import Tensor\nfrom jaxtyping import Float, Int\n"
    "def cube_backward(x: Float[Tensor, 'N M'] | None, dy: Optional[Float[Tensor, 'N M']]) -> Union[tuple[Float[Tensor, '...'], ...], None]:\n    return 3 * x**2 * dy\n",
    "match": "def g(mode):\n    match mode:\n        case [x, *rest]:\n            return x\n        case int(n):\n            return n\n        case {'k': v, **kw}:\n            return v\n"
    "        case _:\n            return 3\ndef cube_backward(x, dy):\n    return g('a') * x**2 * dy\n",
    "cache": "import functools\n@functools.lru_cache(maxsize=None)\ndef three():\n    return 3\ndef cube_backward(x, dy):\n    return three() * x**2 * dy\n",
    "named_tuple": "from collections import namedtuple\nfrom typing import NamedTuple\nP = namedtuple('P', 'a b')\nclass Q(NamedTuple):\n    a: int = 3\n"
    "def cube_backward(x, dy):\n    return Q().a * P(x, dy).a**2 * dy\n",
    "decorator_in_brackets": "import torch\n@(\n    torch.no_grad()\n)\n" + _RIGHT,
    "module_names": "__all__ = ['cube_backward']\n__author__ = 'me'\n" + _RIGHT,
    "many_views": "def cube_backward(x, dy):\n    return 3 * x**2 * dy" + ".T.T" * 150 + "\n",
    "twice": "def cube_backward(x, dy):\n    return helper(x)\n\ndef helper(x):\n    return x\n\n" + _RIGHT,
}


@pytest.mark.parametrize("name", HONEST)
def test_honest(strict: Engine, name: str) -> None:
    result = grade(strict, HONEST[name].encode())
    assert result.verdict is Verdict.PASSED, (result.verdict, result.message)


@pytest.mark.parametrize("text", ["", "\ufeff", "# nothing\n", "   \n\t\n"])
def test_nothing_there(strict: Engine, text: str) -> None:
    result = grade(strict, text)
    assert (result.verdict, "has no function" in result.message) == (Verdict.ERROR, True)
