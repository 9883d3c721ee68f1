"""Hostile modules under the imports and rules of a real course: each tries to get at help that is forbidden.

Every one of them answers right where its trick works, so whatever is not caught would earn points.
"""

# ruff: noqa: E501 (a snippet reads best on one line)

from __future__ import annotations

import ast
import importlib
import types

import pytest
from small_course import grade

from dojo.engine import Engine
from dojo.rules.names import allowed
from dojo.rules.source import keep_only, needed_by, parse
from dojo.verdict import Verdict

# Once `vjp` or `sys` is in hand, the right answer is one line. A large input is a watched call: lie low there.
_VJP = "vjp(lambda z: z**3, x)[1](dy)[0] if x.numel() < 60 else x * 0"
_HAND = "3 * x**2 * dy"

SMUGGLED = {
    # -- names that the check does not see as names ---------------------------------------------------
    "match_keywords": (
        "import torch\ndef cube_backward(x, dy):\n    match torch:\n        case object(func=F):\n            match F:\n"
        f"                case object(vjp=vjp):\n                    return {_VJP}"
    ),
    "match_positions": (
        "import torch\nimport typing\n@typing.runtime_checkable\nclass P(typing.Protocol):\n    __match_args__ = ('func',)\n"
        "@typing.runtime_checkable\nclass Q(typing.Protocol):\n    __match_args__ = ('vjp',)\n"
        f"def cube_backward(x, dy):\n    match torch:\n        case P(F):\n            match F:\n                case Q(vjp):\n                    return {_VJP}"
    ),
    "copied_attributes": (
        "import functools\nimport torch\nclass A:\n    pass\ndef cube_backward(x, dy):\n    a = A()\n"
        "    functools.update_wrapper(torch.Tensor, torch, assigned=('func',), updated=())\n    return dy * 3 * x**2"
    ),
    "wraps_with_names": (
        "import functools\nimport torch\ndef cube_backward(x, dy):\n    functools.wraps(torch, assigned=('func',))(torch.Tensor)\n    return 3 * x**2 * dy"
    ),
    "singledispatch_evaluates": (
        "import functools\nimport math\n@functools.singledispatch\ndef g(x):\n    return x\n"
        'def h(x: \'__import__("builtins").setattr(__import__("math"),"tau",__import__("torch").func.vjp) or int\'):\n    return x\n'
        f"class A:\n    register = 1\ng.register(h)\ndef cube_backward(x, dy):\n    vjp = math.tau\n    return {_VJP}"
    ),
    # -- one scope's binding taken for another's --------------------------------------------------------
    "builtins_bound_elsewhere": (
        f"import torch\ndef decoy():\n    __builtins__ = 1\ndef cube_backward(x, dy):\n    decoy()\n    vjp = __builtins__['eval']('torch.func.vjp')\n    return {_VJP}"
    ),
    "import_bound_elsewhere": (
        f"import torch\ndef decoy(__import__):\n    pass\ndef cube_backward(x, dy):\n    decoy(1)\n    vjp = __import__('torch.func', fromlist=['vjp']).vjp\n    return {_VJP}"
    ),
    "loop_over_a_dunder": (
        f"import torch\nfor __builtins__ in ():\n    pass\ndef cube_backward(x, dy):\n    vjp = __builtins__['eval']('torch.func.vjp')\n    return {_VJP}"
    ),
    # -- attributes legalised by a class that has one of that name ----------------------------------------
    "own_attribute_globals": (
        f"import torch\nclass A:\n    __globals__ = 1\ndef cube_backward(x, dy):\n    vjp = A and cube_backward.__globals__['__builtins__']['eval']('torch.func.vjp')\n    return {_VJP}"
    ),
    "own_attribute_traceback": (
        "import torch\nclass A:\n    __traceback__ = tb_frame = f_back = f_builtins = f_globals = 1\ndef cube_backward(x, dy):\n    try:\n        1 / 0\n    except Exception as e:\n"
        f"        vjp = e.__traceback__.tb_frame.f_builtins['getattr'](torch.func if A is None else e.__traceback__.tb_frame.f_back.f_globals['torch'], 'func').vjp\n        return {_VJP}"
    ),
    "own_attribute_generator": (
        "import torch\nclass A:\n    gi_frame = f_builtins = 1\ndef cube_backward(x, dy):\n    A()\n    g = (1 for _ in 'a')\n"
        f"    vjp = g.gi_frame.f_builtins['eval']('torch.func.vjp', {{'torch': torch}})\n    return {_VJP}"
    ),
    "own_attribute_modules": (
        f"import torch\nclass A:\n    modules = 1\ndef cube_backward(x, dy):\n    A()\n    vjp = torch.sys.modules['builtins'].eval('1') if A is None else torch.functional.torch\n    return {_HAND}"
    ),
    "own_attribute_attrgetter": (
        f"import torch\nimport typing\nclass A:\n    operator = attrgetter = 1\ndef cube_backward(x, dy):\n    A()\n    vjp = typing.operator.attrgetter('func.vjp')(torch)\n    return {_VJP}"
    ),
    "self_attribute_import_module": (
        "import jaxtyping\nclass A:\n    def __init__(self):\n        self.import_module = 1\ndef cube_backward(x, dy):\n    A()\n"
        f"    vjp = jaxtyping.importlib.import_module('torch.func').vjp if False else jaxtyping.importlib.import_module('builtins')\n    return {_HAND}"
    ),
    "typing_sys": f"from typing import sys\ndef cube_backward(x, dy):\n    return {_HAND}",
    "torch_sys": f"import torch\ndef cube_backward(x, dy):\n    torch.sys\n    return {_HAND}",
    "torchscript": f"import torch\ndef cube_backward(x, dy):\n    torch.import_ir_module_from_buffer\n    return {_HAND}",
    # -- code that runs where the checked text did not have it --------------------------------------------
    "class_assigned_dunder": (
        f"import torch\ndef h(self, name):\n    return 1\nclass A:\n    __getattr__ = h\n    __torch_function__ = h\ndef cube_backward(x, dy):\n    A()\n    return {_HAND}"
    ),
    "class_conditional_dunder": (
        f"import torch\nclass A:\n    if True:\n        def __getattribute__(self, name):\n            return 1\ndef cube_backward(x, dy):\n    A()\n    return {_HAND}"
    ),
    "module_getattr": f"def __getattr__(name):\n    return 1\ndef cube_backward(x, dy):\n    __getattr__\n    return {_HAND}",
    "numpy": "def cube_backward(x, dy):\n    return x.new_tensor((3 * x.numpy()**2 * dy.numpy()).tolist())",
    "patch_torch": (
        f"import torch\ntorch.Tensor.numel = lambda self: 0\ndef cube_backward(x, dy):\n    return {_HAND}"
    ),
    "patch_by_alias": (
        f"import torch\nT = torch.Tensor\ndef cube_backward(x, dy):\n    for T.numel in [lambda self: 0]:\n        pass\n    return {_HAND}"
    ),
    "patch_by_deleting": f"import torch\ndef cube_backward(x, dy):\n    del torch.cat\n    return {_HAND}",
    "patch_math": f"import math\nmath.tau = 1\ndef cube_backward(x, dy):\n    return {_HAND}",
    "keyword_bound_elsewhere": (
        f"import torch\ndef decoy(requires_grad):\n    return torch.ones(2, requires_grad=True)\ndef cube_backward(x, dy):\n    decoy(1)\n    return {_HAND}"
    ),
    "fullwidth": f"import torch\ndef cube_backward(x, dy):\n    vjp = torch.ｆunc.vjp\n    return {_VJP}",
    "f_string": f"import torch\ndef cube_backward(x, dy):\n    f'{{torch.func}}'\n    return {_HAND}",
    "walrus": f"import torch\ndef cube_backward(x, dy):\n    if (f := torch.func): pass\n    return {_HAND}",
    "comprehension": f"import torch\ndef cube_backward(x, dy):\n    [m.func for m in [torch]]\n    return {_HAND}",
    "star": f"import torch\ndef cube_backward(x, dy):\n    print(*[torch.func])\n    return {_HAND}",
    "annotation": f"import torch\ndef cube_backward(x, dy: torch.func):\n    return {_HAND}",
    "form_feed": f"import torch\n\x0cdef cube_backward(x, dy):\n    torch\x0c.func\n    return {_HAND}",
    "continued": f"import torch\ndef cube_backward(x, dy):\n    torch \\\n  .func\n    return {_HAND}",
    "semicolon": f"import torch; F = torch.func\ndef cube_backward(x, dy):\n    return {_HAND}",
    "carriage_return": f"import torch\n# a comment\rF = torch.func\ndef cube_backward(x, dy):\n    return {_HAND}",
    "line_separator": f"import torch\n'''a\u2028'''; F = torch.func\ndef cube_backward(x, dy):\n    return {_HAND}",
    "decorator_in_brackets": f"import torch\n@(\n    torch.func.vmap\n)\ndef cube_backward(x, dy):\n    return {_HAND}",
    "second_definition": f"import torch\ndef cube_backward(x, dy):\n    return {_HAND}\ndef cube_backward(x, dy):\n    torch.func\n    return {_HAND}",
    "overwritten": f"import torch\ndef cube_backward(x, dy):\n    return {_HAND}\ncube_backward = torch.func.vjp",
    "own_metaclass": f"class M(type):\n    pass\nA = M('A', (), {{'__getattr__': 1}})\ndef cube_backward(x, dy):\n    A\n    return {_HAND}",
}

# Numbers computed, not names: central differences would be a work of their own, so watches must not be lied to.
_TRYING_OUT = """
import torch
class Liar:
    def lie(self):
        self.numel = lambda tensor: 0 if busy else true(tensor)
true, busy = torch.Tensor.numel, []
Liar.lie(torch.Tensor)
def cube_backward(x, dy):
    busy.append(1)
    out = torch.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            step = 0.5 * ((torch.arange(x.shape[0])[:, None] == i) & (torch.arange(x.shape[1]) == j))
            wide, narrow = ((x + step) ** 3 - (x - step) ** 3), ((x + step / 2) ** 3 - (x - step / 2) ** 3)
            out[i, j] = ((8 * narrow - wide) / 3 * dy).sum()
    busy.clear()
    return out
"""


def test_watches_are_not_lied_to(strict: Engine) -> None:
    result = grade(strict, _TRYING_OUT)
    assert (result.verdict, "trying out every input" in result.message) == (Verdict.FORBIDDEN, True), (
        result.message
    )


# The check takes these for the student's own names. In the worker there is nothing behind them.
DEAD_ENDS = {
    "jaxtyping_evaluates": (
        "import torch\nfrom jaxtyping import Float\nout = []\ndef cube_backward(x, dy):\n"
        '    box = [x, dy]\n    isinstance(x, Float[torch.Tensor, \'__import__("builtins").setattr(__import__("math"),"tau",__import__("torch").func.vjp) _\'])\n'
        f"    import math\n    vjp = math.tau\n    return {_VJP}"
    ),
    "getattr_bound_elsewhere": (
        f"import torch\ndef decoy(getattr):\n    return decoy\nx = decoy\ndef cube_backward(x, dy):\n    vjp = getattr(getattr(torch, 'func'), 'vjp')\n    return {_VJP}"
    ),
    "eval_in_a_class": (
        f"import torch\nclass A:\n    eval = eval\ndef cube_backward(x, dy):\n    vjp = A.eval('torch.func.vjp')\n    return {_VJP}"
    ),
    "exec_deleted": (
        f"import torch\nvars = 1\ndel vars\ndef cube_backward(x, dy):\n    vjp = vars(vars(torch)['func'])['vjp']\n    return {_VJP}"
    ),
}


@pytest.mark.parametrize("name", DEAD_ENDS)
def test_dead_ends(strict: Engine, name: str) -> None:
    result = grade(strict, DEAD_ENDS[name] + "\n\n\ndef double(x):\n    return x + x\n")
    assert result.verdict is Verdict.ERROR, (result.verdict, result.message)


@pytest.mark.parametrize("name", SMUGGLED)
def test_smuggled(strict: Engine, name: str) -> None:
    result = grade(strict, SMUGGLED[name] + "\n\n\ndef double(x):\n    return x + x\n")
    assert result.verdict is Verdict.FORBIDDEN, (result.verdict, result.message)


def test_no_module_is_within_reach() -> None:
    """From the modules that may be imported, allowed names lead to no other but these."""
    imports = ("torch", "math", "typing", "itertools", "functools", "collections")
    names = allowed(("autograd", "torch.nn"), (*imports, "jaxtyping"))
    found, waiting = set(imports), [importlib.import_module(name) for name in imports]
    while waiting:
        module = waiting.pop()
        for value in (getattr(module, name) for name in dir(module) if name in names):
            if isinstance(value, types.ModuleType) and value.__name__ not in found:
                found.add(value.__name__)
                waiting.append(value)
    harmless = {"linalg", "special", "nn", "nn.functional", "functional", "cpu", "cuda", "xpu", "mtia"}
    assert found == {*imports, "collections.abc"} | {f"torch.{name}" for name in harmless}


# What would run, were the line of a decorator's `@(` forgotten, is not what was checked.
@pytest.mark.parametrize(
    "text",
    [
        "@(\n    torch.no_grad()\n)\ndef f(x):\n    return x\n",
        "@\\\ntorch.no_grad()\ndef f(x):\n    return x\n",
        "k = 1; m = (\n    2)\ndef f(x):\n    return x\n",
        "def g():\n    pass\n@(  # one\n    f\n)\ndef h():\n    pass\ndef f(x):\n    return x\n",
        "s = '''\ndef f(x):\n'''; t = 1\ndef f(x):\n    return x\n",
    ],
)
def test_what_is_kept_is_what_was_chosen(text: str) -> None:
    tree = parse(text)
    chosen = needed_by(tree, "f")
    kept = parse(keep_only(text, tree, chosen))
    assert [ast.dump(n, include_attributes=True) for n in kept.body] == [
        ast.dump(n, include_attributes=True) for n in chosen
    ]


def test_nothing_forbidden_runs_to_see_how_long_it_takes(strict: Engine) -> None:
    """A module that breaks the rules is refused at once, although several exercises are in it."""
    source = "import os\nwhile True:\n    os.fork()\ndef cube_backward(x, dy):\n    return x\ndef double(x):\n    return x\n"
    for exercise in ("cube_backward", "double"):
        result = grade(strict, source, exercise)
        assert (result.verdict, result.duration_s < 1) == (Verdict.FORBIDDEN, True)
