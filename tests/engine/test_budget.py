"""Work that torch does not see: what plain Python computes in a watched call is counted, and stopped in time."""

# ruff: noqa: E501 (a snippet reads best on one line)

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from small_course import GRADER, MANIFEST, SOLUTION, build, grade

from dojo.channel import StudentError
from dojo.engine import Engine
from dojo.grading.asking import Falsified
from dojo.grading.cases import question
from dojo.grading.draw import Structure
from dojo.grading.properties import properties, run
from dojo.grading.registry import load
from dojo.grading.student import Allowance, Student
from dojo.grading.work import LEAST, large_case
from dojo.verdict import Verdict
from dojo.worker.watch import loading, watched

# Central differences of a cube at two steps, combined: exact but for rounding, so only the cost gives it away.
PLAIN_FLOATS = """
import math
import torch

def cube_backward(x, dy):
    values, g = x.flatten().tolist(), dy.flatten().tolist()
    def loss(values):
        return math.fsum(v * v * v * d for v, d in zip(values, g))
    def difference(i, step):
        there, back = values.copy(), values.copy()
        there[i] += step
        back[i] -= step
        return (loss(there) - loss(back)) / (2 * step)
    found = [(4 * difference(i, 0.5) - difference(i, 1.0)) / 3 for i in range(len(values))]
    return torch.tensor(found, dtype=x.dtype).view(x.shape)
"""
# The same without a loop in sight: functions of C, applied by functions of C.
APPLIED = {
    "map": "math.fsum(map(math.prod, zip(values, values, values, g)))",
    "starmap": "math.fsum(itertools.starmap(math.prod, zip(zip(values, values, values, g))))",
    "groupby": "math.fsum(key for key, _ in [*itertools.groupby(zip(values, values, values, g), key=math.prod)])",
    "accumulate": "[*itertools.accumulate(map(math.prod, zip(values, values, values, g)), max)] and math.fsum(map(math.prod, zip(values, values, values, g)))",
    "reduce": "functools.reduce(lambda s, t: s + math.prod(t), zip(values, values, values, g), 0.0)",
}
SWALLOWED = (
    PLAIN_FLOATS.replace("def cube_backward", "def hard_way")
    + """
def cube_backward(x, dy):
    for _ in range(1000):
        try:
            return hard_way(x, dy)
        except BaseException:
            pass
"""
)
HONEST = "import torch\ndef cube_backward(x, dy):\n    return 3 * x**2 * dy\n"


@pytest.mark.parametrize("source", [PLAIN_FLOATS, SWALLOWED], ids=["plainly", "swallows_what_stops_it"])
def test_finite_differences_in_plain_floats_are_forbidden(engine: Engine, source: str) -> None:
    result = grade(engine, source)
    assert result.verdict is Verdict.FORBIDDEN, result.message
    assert "steps of Python" in result.message and "had got to line" in result.message
    assert result.duration_s < 8


@pytest.mark.parametrize("name", APPLIED)
def test_loops_inside_of_c_are_counted(engine: Engine, name: str) -> None:
    real, shown = "math.fsum(v * v * v * d for v, d in zip(values, g))", APPLIED[name]
    source = PLAIN_FLOATS.replace("import math", "import functools, itertools, math").replace(real, shown)
    assert shown in source
    with pytest.raises(Falsified) as seen:
        _run_rules(engine, source)
    assert seen.value.broke_rule and "steps of Python" in str(seen.value)


APPLIERS = """
import functools
import itertools
from functools import reduce
from itertools import accumulate, starmap
import torch

def cube_backward(x, dy):
    assert list(map(pow, [1, 2], [3, 4])) == [1, 16] and list(map(lambda v: -v, [1])) == [-1]
    assert list(map(str, [1])) == ["1"] and next(map(int, "7")) == 7
    assert functools.reduce(max, [1, 3, 2]) == 3 == reduce(max, [1], 3) and reduce(lambda a, b: a + b, [1, 2]) == 3
    assert list(accumulate([1, 2, 3])) == [1, 3, 6] == list(accumulate([1, 1, 3], max, initial=1))[1:][:0] + [1, 3, 6]
    assert list(accumulate([2, 3], func=pow)) == [2, 8] and list(starmap(pow, [(2, 3)])) == [8]
    assert [k for k, _ in itertools.groupby("aab")] == ["a", "b"] == [k for k, _ in itertools.groupby("aAb", key=str.lower)]
    assert list(itertools.product([1], [2])) == [(1, 2)] and functools.partial(pow, 2)(3) == 8
    for wrong in (lambda: map(), lambda: list(map(1, [2])), lambda: reduce(max, [])):
        try:
            wrong()
        except TypeError:
            continue
        return x
    return 3 * x**2 * dy
"""


def test_appliers_do_what_pythons_own_do(engine: Engine) -> None:
    assert _run_rules(engine, APPLIERS) == 2


EASY_WHERE_SMALL = (
    PLAIN_FLOATS.replace("def cube_backward", "def hard_way")
    + "def cube_backward(x, dy):\n    return hard_way(x, dy) if x.numel() {} else 0 * x\n"
)


@pytest.mark.parametrize("where", ["< 60", "< 200", "> 200"])
def test_work_cannot_be_kept_out_of_sight(engine: Engine, where: str) -> None:
    result = grade(engine, EASY_WHERE_SMALL.format(where))
    assert result.verdict in (Verdict.FAILED, Verdict.FORBIDDEN), result.message


NESTED_LOOPS = """
import torch

def cube_backward(x, dy):
    out = torch.zeros(x.shape, dtype=x.dtype)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            # The sum over its row, anew for every entry: wasteful, and honest.
            row = sum(float(x[i, k]) for k in range(x.shape[1]))
            out[i, j] = 3 * (float(x[i, j]) + row - row) ** 2 * float(dy[i, j])
    return out
"""


def test_wasteful_loops_are_honest(engine: Engine) -> None:
    result = grade(engine, NESTED_LOOPS)
    assert result.verdict is Verdict.PASSED, result.message


# With the allow list off, as if it had a hole.
HANDS_ON_THE_TRACE = {
    "switched_off": "sys.settrace(None)\n    return hard_way(x, dy)",
    "off_and_on_again": "t = sys.gettrace()\n    sys.settrace(None)\n    y = hard_way(x, dy)\n    sys.settrace(t)\n    return y",
    "from_c": "t = sys.gettrace()\n    list(map(sys.settrace, [None]))\n    y = hard_way(x, dy)\n    list(map(sys.settrace, [t]))\n    return y",
    "profile_function": "sys.setprofile(lambda *a: None)\n    return 3 * x**2 * dy",
    "thread": "out = []\n    t = threading.Thread(target=lambda: out.append(hard_way(x, dy)))\n    t.start()\n    t.join()\n    return out[0]",
    "patched": "keep = sys.settrace\n    sys.settrace = lambda f: None\n    y = hard_way(x, dy)\n    sys.settrace = keep\n    return y",
    "frames_untraced": "f = sys._getframe()\n    f.f_trace_opcodes = False\n    f.f_trace = None\n    return hard_way(x, dy)",
    "exit_patched": "import os\n    os._exit = lambda n: None\n    return hard_way(x, dy)",
}


@pytest.mark.parametrize("name", HANDS_ON_THE_TRACE)
def test_trace_cannot_be_switched_off_unnoticed(engine: Engine, name: str) -> None:
    source = PLAIN_FLOATS.replace("def cube_backward", "def hard_way").replace(
        "import math", "import math, sys, threading"
    )
    source += f"\ndef cube_backward(x, dy):\n    {HANDS_ON_THE_TRACE[name]}\n"
    with pytest.raises((Falsified, StudentError)) as seen:
        _run_rules(engine, source)
    # Behind walls no thread can be started at all.
    assert getattr(seen.value, "broke_rule", False) or "can't start new thread" in str(seen.value)


def _run_rules(engine: Engine, source: str) -> int:
    """Only the property about rules, and the allow list is not asked."""
    engine.load()
    grader, rules = engine._graders["cube_backward"], engine.course.rules("cube_backward")
    (prop,) = [p for p in properties(grader, rules) if p.name == "rules"]
    with engine.clone_server().worker(memory_mib=512, cpu_seconds=20) as worker:
        worker.load(source, "m", 5)
        student = Student(worker, "cube_backward", call_seconds=5, allowance=Allowance(20), grad=False)
        return run(prop, grader, student, 1)


def _steps(source: str, *args: Any) -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    loading(lambda: exec(compile(source, "<student>", "exec"), namespace))
    return watched(lambda: namespace["f"](*args), 10**6, profile=False)[0]


def test_steps_count_every_loop() -> None:
    few = _steps("def f(n):\n    return n", 5)["steps"]
    assert 0 < few < 20
    for loop in (
        "def f(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s",
        "def f(n):\n    return sum(i * i for i in range(n))",
        "def f(n):\n    return [i * i for i in range(n)]",
        "def f(n):\n    return list(map(lambda i: i * i, range(n)))",
        "def f(n):\n    return sorted(range(n), key=lambda i: -i)",
        "def f(n):\n    return 0 if n == 0 else f(n - 1) + 1",
    ):
        assert 100 * 3 <= _steps(loop, 100)["steps"] < 100 * 40, loop
    assert (
        _steps("import torch\ndef f(x):\n    return torch.einsum('ij,kj->ik', x, x)", torch.ones(3, 3))[
            "steps"
        ]
        < 20
    )


def test_complex_steps_are_seen() -> None:
    assert _steps("def f(x):\n    return ((x + 1e-20j) ** 3).imag / 1e-20", torch.ones(3))["complex"]
    assert not _steps("def f(x):\n    return x ** 3", torch.ones(3))["complex"]


def test_larger_case_grows_where_the_answer_does(tmp_path: Any) -> None:
    solution = SOLUTION.replace(
        'dy: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]',
        'dy: Float[Tensor, "N M"]) -> Float[Tensor, "N"]',
        1,
    )
    grader = load(build(tmp_path, solution=solution))["cube_backward"]
    assert grader.answer_letters == {"N"}
    for salt, index in itertools.product((0, 5), range(3)):
        parts = (Structure(index, salt=salt), {})
        small, (large, _, products) = question(grader, parts), large_case(grader, parts, LEAST)
        (n, m), (N, M) = small.given["x"].shape, large.given["x"].shape
        assert 2 * m == M and N >= LEAST > N / 3 and N % n == 0 and products == 0


KEPT_BUFFER = """
import torch

pages = {}

def cube_backward(x, dy):
    page = pages.setdefault(tuple(x.shape), torch.empty(x.shape, dtype=x.dtype))
    page = page if page.dtype == x.dtype else torch.empty_like(x)
    return torch.mul(3 * x**2, dy, out=page)
"""
ONE_BUFFER = """
import torch

space = torch.empty(100_000, dtype=torch.float64)

def cube_backward(x, dy):
    out = space[:x.numel()].view(x.shape) if x.dtype == space.dtype else torch.empty_like(x)
    return torch.mul(3 * x**2, dy, out=out)
"""


@pytest.mark.parametrize("source", [KEPT_BUFFER, ONE_BUFFER], ids=["one_for_each_shape", "one_for_all"])
def test_memory_of_earlier_answers_is_not_given_out_again(engine: Engine, source: str) -> None:
    result = grade(engine, source)
    assert result.verdict is Verdict.FAILED, result.message
    assert result.message.startswith("Your answer and that to an earlier call are one piece of memory")
    assert result.property == "changes no input, and returns memory of its own"


def test_a_grader_can_allow_shared_memory(tmp_path: Any) -> None:
    allowed = GRADER.replace('upstream="dy")', 'upstream="dy", may_alias=True)')
    with Engine(build(tmp_path, MANIFEST, allowed), lanes=1) as engine:
        assert grade(engine, ONE_BUFFER).verdict is Verdict.PASSED


def test_honest_answer_passes(engine: Engine) -> None:
    assert grade(engine, HONEST).verdict is Verdict.PASSED
