"""The allow list refuses every known door to forbidden help, and nothing that an honest answer needs."""

# ruff: noqa: E501 (a snippet reads best on one line)

from __future__ import annotations

import ast

import pytest
import torch
from small_course import grade

from dojo.channel import StudentError
from dojo.engine import Engine
from dojo.grading.asking import Falsified
from dojo.grading.properties import properties, run
from dojo.grading.student import Allowance, Student
from dojo.rules.check import violations
from dojo.rules.seen import broken_rule, step_budget, work_budget
from dojo.rules.source import SourceError, decode, keep_only, needed_by, parse
from dojo.verdict import Verdict
from dojo.worker.watch import watched

IMPORTS = ("torch", "math", "jaxtyping", "typing", "itertools", "functools", "collections")
BY_HAND = ("autograd", "torch.nn", "cross_entropy", "batch_norm", "finite_differences")

REFUSED = {
    "backward": "def f(x):\n    x.sum().backward()",
    "autograd_grad": "import torch\ndef f(x):\n    return torch.autograd.grad(x.sum(), x)",
    "from_autograd": "from torch.autograd import grad\ndef f(x):\n    return grad(x.sum(), x)",
    "import_func": "import torch.func\ndef f(x):\n    return torch.func.grad(f)(x)",
    "from_torch": "from torch import autograd as a\ndef f(x):\n    return a.grad(x.sum(), x)",
    "requires_grad_method": "def f(x):\n    return x.requires_grad_()",
    "requires_grad_store": "def f(x):\n    x.requires_grad = True",
    "requires_grad_keyword": "import torch\ndef f(x):\n    return torch.ones(2, requires_grad=True)",
    "grad_attribute": "def f(x):\n    return x.grad",
    "graph_of_own_gradients": "class V:\n    def __init__(self):\n        self.grad = self.requires_grad = 0\n    def backward(self):\n        pass\ndef f(x):\n    x.requires_grad = True\n    x.sum().backward()\n    return x.grad",
    "enable_grad": "import torch\ndef f(x):\n    with torch.enable_grad():\n        return x",
    "jit": "import torch\ndef f(x):\n    return torch.jit.script(f)",
    "compile": "import torch\ndef f(x):\n    return torch.compile(f)",
    "ops": "import torch\ndef f(x):\n    return torch.ops.aten.tanh_backward(x, x)",
    "private_c": "import torch\ndef f(x):\n    return torch._C._EngineBase()",
    "variable_functions": "import torch\ndef f(x):\n    return torch._VariableFunctions.tanh(x)",
    "softmax_backward": "import torch\ndef f(x):\n    return torch._softmax_backward_data(x, x, 1, x.dtype)",
    "getattr": "import torch\ndef f(x):\n    return getattr(torch, 'auto' + 'grad')",
    "vars": "import torch\ndef f(x):\n    return vars(torch)['autograd']",
    "dict": "import torch\ndef f(x):\n    return torch.__dict__['autograd']",
    "eval": "def f(x):\n    return eval('x.backward()')",
    "exec": "def f(x):\n    exec('x.backward()')",
    "open": "def f(x):\n    return open('/etc/passwd')",
    "import_function": "def f(x):\n    return __import__('os')",
    "builtins": "def f(x):\n    return __builtins__",
    "os": "import os\ndef f(x):\n    return x",
    "importlib": "import importlib\ndef f(x):\n    return x",
    "threading": "import threading\ndef f(x):\n    return x",
    "numpy": "import numpy\ndef f(x):\n    return x",
    "star": "from torch import *\ndef f(x):\n    return x",
    "neighbour": "from .other import helper\ndef f(x):\n    return helper(x)",
    "subclasses": "def f(x):\n    return ().__class__.__base__.__subclasses__()",
    "globals_of": "def f(x):\n    return f.__globals__",
    "code": "def f(x):\n    return f.__code__",
    "frame": "def f(x):\n    try:\n        1 / 0\n    except Exception as e:\n        return e.__traceback__.tb_frame",
    "cross_entropy": "import torch.nn.functional as F\ndef f(x, y):\n    return F.cross_entropy(x, y)",
    "nll_loss": "import torch.nn.functional as F\ndef f(x, y):\n    return F.nll_loss(x, y)",
    "from_functional": "from torch.nn.functional import cross_entropy as c\ndef f(x, y):\n    return c(x, y)",
    "nn_linear": "import torch\ndef f(x):\n    return torch.nn.Linear(2, 2)(x)",
    "native_batch_norm": "import torch\ndef f(x):\n    return torch.native_batch_norm(x, None, None, None, None, True, 0, 0)",
    "batch_norm": "import torch\ndef f(x):\n    return torch.batch_norm(x)",
    "metaclass": "class A(metaclass=type):\n    pass\ndef f(x):\n    return A",
    "reduce": "class A:\n    def __reduce__(self):\n        return (print, ())\ndef f(x):\n    return A()",
    "torch_function": "class A:\n    def __torch_function__(self, *a):\n        return 1\ndef f(x):\n    return A()",
    "class_attribute_named_jit": "import torch\nclass A:\n    jit = 1\ndef f(x):\n    return torch.jit.script(f)",
    "self_attribute_named_autograd": (
        "import torch\nclass A:\n    def __init__(self):\n        self.autograd = 1\n"
        "def f(x):\n    return torch.autograd.grad(x, x)"
    ),
    "lookalike": "import torch\ndef f(x):\n    return torch.ａutograd.grad(x, x)",
    "helper": "import torch\ndef helper(x):\n    return torch.autograd.grad(x, x)\ndef f(x):\n    return helper(x)",
    "at_import": "import torch\nT = torch.autograd\ndef f(x):\n    return x",
    "decorator": "import torch\n@torch.compile\ndef f(x):\n    return x",
    "default": "import torch\ndef f(x, g=torch.autograd.grad):\n    return g(x, x)",
    "with_profiler": "import torch\ndef f(x):\n    with torch.profiler.profile():\n        return x",
    "type_hints": "import typing\ndef f(x):\n    return typing.get_type_hints(f)",
    "async": "async def f(x):\n    return x",
    "class_at_run_time": "def f(x):\n    return type('A', (), {'__torch_function__': f})()",
    "class_by_unpacking": "def f(x):\n    return type(*['A', (), {}])",
    "class_of_a_class": "class A:\n    pass\ndef f(x):\n    return A.__class__('B', (), {})",
    "class_of_a_class_kept": "class A:\n    pass\ndef f(x):\n    make = A.__class__\n    return make('B', (), {})",
    "class_matched": "class A:\n    pass\ndef f(x):\n    match A:\n        case object(__class__=make):\n            return make('B', (), {})",
    "get_origin": "import typing\ndef f(x):\n    return typing.get_origin(typing.Type[int])('A', (), {})",
    "get_args": "from typing import get_args\ndef f(x):\n    return get_args(x)",
    "own_no_grad": "import torch\nclass A:\n    def no_grad(self):\n        return 1\ndef f(x):\n    with A().no_grad():\n        return x",
    "no_grad_of_a_name": "import torch\ndef f(x, g):\n    with g.no_grad():\n        return x",
    "no_grad_kept": "import torch\ndef f(x):\n    g = torch.no_grad()\n    g.prev = True\n    with g:\n        return x",
    "prev": "import torch\ndef f(x):\n    return torch.no_grad().prev",
    "rms_norm": "import torch\ndef f(x):\n    return torch.rms_norm(x, (2,))",
    "kl_div": "import torch\ndef f(x):\n    return torch.kl_div(x, x)",
    "backward_in_the_middle": "import torch\ndef f(x):\n    return torch.mkldnn_linear_backward_weights(x, x, x)",
    "gradient": "import torch\ndef f(x):\n    return torch.gradient(x)",
    "inference_mode_off": "import torch\ndef f(x):\n    with torch.inference_mode(False):\n        return x",
    "evaluate_forward_ref": "import typing\ndef f(x):\n    return typing.evaluate_forward_ref(x)",
    "complex_literal": "def f(x):\n    return x + 1e-20j",
    "complex_builtin": "def f(x):\n    return complex(0, 1)",
    "complex_function": "import torch\ndef f(x):\n    return torch.complex(x, x)",
    "complex_dtype": "import torch\ndef f(x):\n    return x.to(torch.complex128)",
    "imaginary_part": "def f(x):\n    return ((-1.0) ** 0.5 * x).imag",
}

INNOCENT = {
    "names": "def f(x):\n    backward = x * 2\n    grad = backward + 1\n    autograd = grad\n    return autograd",
    "comments": "def f(x):\n    # x.backward() would do it\n    return x  # torch.autograd.grad",
    "strings": 'def f(x):\n    """Not torch.autograd.grad."""\n    print("loss.backward()")\n    return x',
    "no_grad": "import torch\ndef f(x):\n    with torch.no_grad():\n        return x * 2",
    "no_grad_decorator": "import torch\n@torch.no_grad()\ndef f(x):\n    return x",
    "one_hot": "import torch.nn.functional as F\ndef f(x):\n    return F.one_hot(x, num_classes=5)",
    "softmax": "import torch.nn.functional as F\ndef f(x):\n    return F.softmax(x, 1) + F.log_softmax(x, dim=1)",
    "scatter": "import torch\ndef f(x, i, g):\n    y = torch.zeros_like(x)\n    y.index_add_(0, i, g)\n    y.index_put_((i,), g, accumulate=True)\n    return y.scatter_add(0, i, g)",
    "einsum": "import torch\ndef f(x):\n    return torch.einsum('ij,kj->ik', x, x).sum(0, keepdim=True).clone().detach()",
    "typing": "from collections.abc import Callable\nfrom typing import Optional, Callable, List\nfrom jaxtyping import Float, Int\nfrom torch import Tensor\ndef f(x: Float[Tensor, 'N']) -> Optional[List[int]]:\n    return None",
    "own_class": "class V:\n    def __init__(self, data):\n        self.data = data\n        self._prev = ()\n    def __add__(self, o):\n        v = V(self.data + o.data)\n        v._prev = (self, o)\n        return v\ndef f(x):\n    return (V(x) + V(x))._prev",
    "underscore_variable": "def _helper(x):\n    return x\ndef f(x):\n    for _ in range(3):\n        _y = _helper(x)\n    return _y",
    "max": "def f(x):\n    m = x.max(1, keepdim=True)\n    return m.values, m.indices, x.amax(1)",
    "comprehension": "import math\ndef f(x):\n    return [math.exp(v) for v in x.tolist() if v > 0]",
    "linalg": "import torch\ndef f(x):\n    return torch.linalg.norm(x) + x.norm()",
    "generator": "import torch\ndef f(x):\n    g = torch.Generator().manual_seed(1)\n    return torch.randn(3, generator=g, dtype=torch.float64)",
    "dtype": "import torch\ndef f(x):\n    return torch.finfo(x.dtype).eps + x.to(torch.float64).double().dtype.itemsize",
    "type_asked": "def f(x):\n    kinds = [type(v) for v in x]\n    assert type(x) is list or type(x)(x) == x\n    return kinds, isinstance(x, type), f'{type(x)} {x.__class__}'",
    "own_class_again": "class V:\n    def __init__(self, a, b=0):\n        self.a = a\n    def __add__(self, o):\n        return self.__class__(self.a, o) if o.__class__ is V else type(self)(1)\ndef f(x):\n    return V(x)",
    "own_names_of_parts": "def f(x):\n    real, imag, complex = x, x, x\n    return real + imag + complex",
    "inference_mode": "import torch as T\ndef f(x):\n    with T.inference_mode(), T.no_grad():\n        return x",
    "elsewhere": "import torch\ndef f(x):\n    return x\ndef check_it(x):\n    return torch.autograd.grad(x, x)",
    "main": "def f(x):\n    return x\nif __name__ == '__main__':\n    import os\n    f(1).backward()",
}


def _found(source: str, rules: tuple[str, ...] = BY_HAND) -> list[str]:
    return [v.message for v in violations(needed_by(ast.parse(source), "f"), rules, IMPORTS)]


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    messages = _found(REFUSED[name])
    assert messages, REFUSED[name]
    assert all(m.startswith("Line ") and m.endswith(".") and len(m) < 250 for m in messages), messages


@pytest.mark.parametrize("name", INNOCENT)
def test_innocent(name: str) -> None:
    assert not _found(INNOCENT[name])


OWN_GRADIENTS = """
class V:
    def __init__(self):
        self.grad = 0.0

    def backward(self):
        self.grad = 1.0


def f(x):
    v = V()
    v.backward()
    v.grad += 1
    return v.grad
"""


def test_gradients_of_ones_own_are_legal_where_they_are_the_exercise() -> None:
    """Elsewhere they would be a tape of one's own under the usual names."""
    statements = needed_by(ast.parse(OWN_GRADIENTS), "f")
    assert violations(statements, BY_HAND, IMPORTS)
    assert not violations(statements, BY_HAND, IMPORTS, own_gradients=True)


def test_message_names_line_and_nearest_spelling() -> None:
    assert _found("import torch\ndef f(x):\n    return torch.softmaxx(x, 1)") == [
        "Line 3 uses `.softmaxx`, which is not on the list of allowed names; the nearest allowed name is `softmax`."
    ]
    assert "Line 2 uses `.backward`, which belongs to autograd" in _found("def f(x):\n    x.backward()")[0]


def test_rules_can_be_off() -> None:
    assert not _found("import torch\ndef f(x):\n    return torch.nn.Linear(2, 2)(x).sum().backward()", ())


MODULE = """
import torch
from torch import nn

class Layer(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.inner = nn.Linear(n, n)
        self.register_buffer("mask", torch.ones(n, n))
        nn.init.normal_(self.inner.weight, std=0.02)

    def forward(self, x):
        return self.inner(x) @ self.mask * self.inner.out_features

def f(x):
    layer = Layer(3)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1)
    optimizer.zero_grad()
    layer(x).sum().backward()
    optimizer.step()
    return optimizer.param_groups
"""


def test_modules_and_optimizers_may_be_used_where_torch_nn_is_allowed() -> None:
    assert not _found(MODULE, ("attention",)) and _found(MODULE, ("torch.nn",))
    # The buffer's own attribute; another name is another thing.
    assert _found(MODULE.replace("self.mask", "self.musk"), ("attention",))
    assert _found(
        MODULE.replace('"mask"', '"lr_scheduler"') + "print(torch.optim.lr_scheduler)", ("attention",)
    )


def test_an_operation_of_ones_own_needs_autograd() -> None:
    text = (
        "import torch\nclass F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
        "        ctx.save_for_backward(x)\n        return 2 * x\n    @staticmethod\n    def backward(ctx, g):\n"
        "        (x,) = ctx.saved_tensors\n        return 2 * g\ndef f(x):\n    return F.apply(x)"
    )
    assert not _found(text, ("torch.nn",)) and _found(text, ("autograd", "torch.nn"))


def test_only_what_an_exercise_needs_is_kept() -> None:
    text = "import torch\n\n\ndef a(x):\n    return b(x)\n\n\ndef b(x):\n    return x\n\n\n@torch.no_grad()\ndef c(x):\n    return 1 / 0\n"
    tree = parse(text)
    kept = keep_only(text, tree, needed_by(tree, "a"))
    assert kept.split("\n")[7] == "def b(x):" and "def c" not in kept and "no_grad" not in kept
    assert kept.count("\n") == text.count("\n")


def test_decode_refuses_other_codings() -> None:
    assert decode("\ufeffx = 1\r\n".encode()) == "x = 1\n"
    for content, words in (
        (b"# coding: latin-1\n", "iso-8859-1"),
        (b"x = '\xff'\n", "not UTF-8"),
        (b"x\0", "NUL"),
    ):
        with pytest.raises(SourceError, match=words):
            decode(content)


CHEATS = {
    "backward": "with torch.enable_grad():\n        z = x.clone().requires_grad_()\n"
    "        (z**3).backward(dy)\n    return z.grad",
    "functional": "return torch.func.vjp(lambda z: z**3, x)[1](dy)[0]",
    "forward_mode": "return torch.func.jvp(lambda z: z**3, (x,), (torch.ones_like(x),))[1] * dy",
    "dual_numbers": "with torch.autograd.forward_ad.dual_level():\n"
    "        d = torch.autograd.forward_ad.make_dual(x, torch.ones_like(x))\n"
    "        return torch.autograd.forward_ad.unpack_dual(d**3).tangent * dy",
    "thread": "out = []\n    def work():\n        z = x.clone().requires_grad_()\n"
    "        with torch.enable_grad():\n            out.append(torch.autograd.grad(z**3, z, dy)[0])\n"
    "    t = threading.Thread(target=work)\n    t.start()\n    t.join()\n    return out[0]",
    "modes_off": "from torch.utils._python_dispatch import _disable_current_modes\n"
    "    with _disable_current_modes(), torch.enable_grad():\n        z = x.clone().requires_grad_()\n"
    "        return torch.autograd.grad(z**3, z, dy)[0]",
    "profiler_off": "torch.autograd._disable_profiler()\n    return 3 * x**2 * dy",
    "graph_left": "with torch.enable_grad():\n        return 3 * x.clone().requires_grad_() ** 2 * dy",
}


@pytest.mark.parametrize("name", CHEATS)
def test_watches_see_what_gets_past_the_tree(engine: Engine, name: str) -> None:
    """These would be refused before they run. Run all the same, the watches of the worker see them."""
    source = f"import threading\nimport torch\ndef cube_backward(x, dy):\n    {CHEATS[name]}\n"
    with pytest.raises((Falsified, StudentError)) as seen:
        _run_rules(engine, source)
    # Behind walls no thread can be started at all.
    assert getattr(seen.value, "broke_rule", False) or "can't start new thread" in str(seen.value)


def test_watches_let_honest_work_pass(engine: Engine) -> None:
    assert _run_rules(engine, "def cube_backward(x, dy):\n    return 3 * x**2 * dy\n") == 2


def _run_rules(engine: Engine, source: str) -> int:
    engine.load()
    grader, rules = engine._graders["cube_backward"], engine.course.rules("cube_backward")
    (prop,) = [p for p in properties(grader, rules) if p.name == "rules"]
    with engine.clone_server().worker(memory_mib=512, cpu_seconds=20) as worker:
        worker.load(source, "m", 5)
        student = Student(worker, "cube_backward", call_seconds=5, allowance=Allowance(20), grad=False)
        return run(prop, grader, student, 1)


def _seen(**changes: object) -> dict[str, object]:
    seen: dict[str, object] = {
        "operators": ["aten::mul"],
        "elements": 10,
        "steps": 10,
        "graph": False,
        "events": [],
        "disturbed": False,
    }
    return {**seen, **changes}


def test_what_was_seen_is_judged() -> None:
    assert broken_rule(_seen(), BY_HAND, 10) is None
    assert "autograd ran" in str(broken_rule(_seen(operators=["aten::tanh_backward"]), BY_HAND, 10))
    assert "autograd ran" in str(broken_rule(_seen(operators=["aten::_make_dual"]), BY_HAND, 10))
    assert "recorded a graph" in str(broken_rule(_seen(graph=True), BY_HAND, 10))
    assert "recorded a graph" in str(
        broken_rule(_seen(events=["autograd::engine::evaluate_function"]), BY_HAND, 10)
    )
    assert "cross-entropy ran" in str(broken_rule(_seen(operators=["aten::nll_loss_forward"]), BY_HAND, 10))
    assert "normalisation ran" in str(broken_rule(_seen(operators=["aten::native_batch_norm"]), BY_HAND, 10))
    assert "switched off" in str(broken_rule(_seen(disturbed=True), BY_HAND, 10))
    assert "trying out every input" in str(broken_rule(_seen(elements=work_budget(10) + 1), BY_HAND, 10))
    assert broken_rule(_seen(steps=step_budget(10, 5)), BY_HAND, 10, 5) is None
    assert "steps of Python" in str(broken_rule(_seen(steps=step_budget(10, 5) + 1), BY_HAND, 10, 5))
    assert "got to line 7" in str(broken_rule(_seen(steps=10**9, line=7), BY_HAND, 10))
    assert "imaginary" in str(broken_rule(_seen(complex=True), BY_HAND, 10))
    assert broken_rule(_seen(elements=work_budget(10) + 1), BY_HAND, 10, larger=True) is None
    assert "brought nothing back" in str(broken_rule(None, BY_HAND, 10))
    assert "brought nothing back" in str(broken_rule(_seen(steps=None), BY_HAND, 10))
    for odd in (5, None, {}):
        assert "brought nothing back" in str(broken_rule(_seen(events=odd), BY_HAND, 10))
    assert broken_rule(_seen(graph=True, elements=10**9), (), 10) is None


FINITE_DIFFERENCES = """
import torch


def cube_backward(x, dy):
    out = torch.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            step = torch.zeros_like(x)
            step[i, j] = 0.5
            # Two central differences make those of a cube exact, so only the cost gives them away.
            wide, narrow = ((x + step) ** 3 - (x - step) ** 3), ((x + step / 2) ** 3 - (x - step / 2) ** 3)
            out[i, j] = ((8 * narrow - wide) / 3 * dy).sum()
    return out
"""


NUMBER_BY_NUMBER = """
import torch


def cube_backward(x, dy):
    out = torch.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            for _ in range(3):
                out[i][j] += x[i][j] * x[i][j] * dy[i][j]
    return out
"""


def test_a_loop_over_single_numbers_is_honest(engine: Engine) -> None:
    result = grade(engine, NUMBER_BY_NUMBER)
    assert result.verdict is Verdict.PASSED, result.message


@pytest.mark.parametrize(
    ("rule", "layer"),
    [
        ("batch_norm", "LayerNorm"),
        ("batch_norm", "BatchNorm1d"),
        ("batch_norm", "GroupNorm"),
        ("batch_norm", "LazyInstanceNorm1d"),
        ("attention", "MultiheadAttention"),
        ("attention", "TransformerEncoderLayer"),
    ],
)
def test_ready_made_layers_are_refused(rule: str, layer: str) -> None:
    tree = parse(f"from torch import nn\ndef f(x):\n    return nn.{layer}(4)(x)").body
    assert violations(tree, (rule,), ("torch",)) and not violations(tree, (), ("torch",))


def test_ready_made_attention_is_seen() -> None:
    # Not so the layer: it is written in Python, from operators that everybody may use. Its name is refused.
    x = torch.ones(2, 3, 4)
    seen, _ = watched(lambda: torch.nn.functional.scaled_dot_product_attention(x, x, x))
    undisturbed = {**seen, "disturbed": False}  # in a test run others may have changed what is watched for
    assert "ready-made attention ran" in str(broken_rule(undisturbed, ("attention",), 10))


def test_views_are_no_work() -> None:
    table = torch.ones(100, 100)
    seen, _ = watched(lambda: [table.T[i][j].unsqueeze(0).expand(50) for i in range(3) for j in range(3)])
    assert seen["elements"] == 0
    seen, _ = watched(lambda: table.clone()[0].add_(1))
    assert seen["elements"] == 100 * 100 + 100


RIGHT_FOR_SMALL_INPUTS = """
def cube_backward(x, dy):
    return 3 * x**2 * dy if len(x) < 8 else 0 * x
"""


def test_larger_inputs_are_checked_too(engine: Engine) -> None:
    result = grade(engine, RIGHT_FOR_SMALL_INPUTS)
    assert (result.verdict, result.property) == (Verdict.FAILED, "is right for larger inputs too")


def test_finite_differences_cost_too_much(engine: Engine) -> None:
    result = grade(engine, FINITE_DIFFERENCES)
    assert result.verdict is Verdict.FORBIDDEN, result.message
    assert "trying out every input" in result.message


AT_IMPORT = """
import torch

with torch.enable_grad():
    z = torch.ones(3, dtype=torch.float64, requires_grad=True)
    (z**3).sum().backward()
slope = z.grad.clone()

def cube_backward(x, dy):
    return slope[0] * x**2 * dy
"""


def test_import_is_watched_too(engine: Engine) -> None:
    with pytest.raises(Falsified, match="autograd") as seen:
        _run_rules(engine, AT_IMPORT)
    assert seen.value.broke_rule


TYPES = """
import torch

def cube_backward(x, dy):
    assert type(x) is torch.Tensor and isinstance(int, type) and not isinstance(1, type)
    assert [type(n) for n in (1, 1.0, "")] == [int, float, str] and type([1])((2,)) == [2]
    found: type[int] | None = None
    for no_class in (lambda: type(int), lambda: type("A", (), {}), lambda: type(type(1))):
        try:
            no_class()
        except TypeError:
            continue
        return x
    return 3 * x**2 * dy
"""


def test_type_tells_but_makes_nothing(engine: Engine) -> None:
    """With the check of the tree out of the way, `type` still makes no class."""
    assert any("makes a class" in message for message in _found(TYPES.replace("cube_backward", "f")))
    assert _run_rules(engine, TYPES) == 2
