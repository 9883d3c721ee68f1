"""Whatever a submission does makes only its own exercise fail, with its own verdict word and one sentence."""

# ruff: noqa: E501 (a snippet reads best on one line)

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import RIGHT, build, grade, handed_in

from dojo.channel import WorkerEnded
from dojo.engine import Engine, KitFailure
from dojo.seeds import Seed
from dojo.verdict import Verdict

# name -> (module text up to `double`, verdict, words of the message)
IN_THE_CALL = {
    "sys_exit": (
        "import sys\ndef cube_backward(x, dy):\n    sys.exit(0)",
        Verdict.CRASHED,
        "tried to end the program",
    ),
    "os_exit": ("import os\ndef cube_backward(x, dy):\n    os._exit(0)", None, ""),
    "raise_exit": (
        "def cube_backward(x, dy):\n    raise SystemExit(0)",
        Verdict.CRASHED,
        "tried to end the program",
    ),
    "recursion": (
        "def cube_backward(x, dy):\n    return cube_backward(x, dy)",
        Verdict.ERROR,
        "calls itself without end",
    ),
    "python_memory": (
        "def cube_backward(x, dy):\n    kept = []\n    while True:\n        kept.append('x' * (1 << 26))",
        Verdict.MEMORY,
        "256 MiB",
    ),
    "torch_memory": (
        "import torch\ndef cube_backward(x, dy):\n    return torch.ones(1 << 30)",
        Verdict.MEMORY,
        "256 MiB",
    ),
    "segfault": (
        "import ctypes\ndef cube_backward(x, dy):\n    ctypes.string_at(0)",
        Verdict.CRASHED,
        "segmentation fault",
    ),
    "loop": ("def cube_backward(x, dy):\n    while True:\n        pass", Verdict.TIMEOUT, "did not finish"),
    "loop_that_catches": (
        "def cube_backward(x, dy):\n    while True:\n        try:\n            x + 1\n        except BaseException:\n"
        "            pass",
        Verdict.TIMEOUT,
        "did not finish",
    ),
    "sleep": (
        "import time\ndef cube_backward(x, dy):\n    time.sleep(60)",
        Verdict.TIMEOUT,
        "did not finish",
    ),
    "text": ("def cube_backward(x, dy):\n    return 'passed'", Verdict.FAILED, "a text where a tensor"),
    "none": ("def cube_backward(x, dy):\n    y = 3 * x**2 * dy", Verdict.FAILED, "is a `return` missing"),
    "bool": ("def cube_backward(x, dy):\n    return True", Verdict.FAILED, "True where a tensor"),
    "subclass": (
        "import torch\nclass Sly(torch.Tensor):\n    pass\n"
        "def cube_backward(x, dy):\n    return (3 * x**2 * dy).as_subclass(Sly)",
        Verdict.FAILED,
        "where a tensor",
    ),
    "parameter": (
        "import torch\ndef cube_backward(x, dy):\n    return torch.nn.Parameter(3 * x**2 * dy)",
        Verdict.FAILED,
        "a tensor subclass",
    ),
    "ndarray": (
        "def cube_backward(x, dy):\n    return (3 * x**2 * dy).numpy()",
        Verdict.FAILED,
        "object of type ndarray",
    ),
    "always_equal": (
        "class Yes:\n    def __eq__(self, other):\n        return True\n"
        "def cube_backward(x, dy):\n    return Yes()",
        Verdict.FAILED,
        "your class Yes",
    ),
    "wrong_shape": (
        "def cube_backward(x, dy):\n    return (3 * x**2 * dy).sum(0)",
        Verdict.FAILED,
        "shape (3,) where",
    ),
    "flat": (
        "def cube_backward(x, dy):\n    return (3 * x**2 * dy).reshape(-1)",
        Verdict.FAILED,
        "the right numbers in the wrong shape: shape (6,)",
    ),
    "empty": ("def cube_backward(x, dy):\n    return x[:0]", Verdict.FAILED, "shape (0, 3)"),
    "integers": ("def cube_backward(x, dy):\n    return (3 * x**2 * dy).long()", Verdict.FAILED, "int64"),
    "float32": (
        "def cube_backward(x, dy):\n    return (3 * x**2 * dy).float()",
        Verdict.FAILED,
        "the right numbers, but in float32",
    ),
    "nan": ("def cube_backward(x, dy):\n    return x * float('nan')", Verdict.FAILED, "NaN"),
    "inf": ("def cube_backward(x, dy):\n    return x * float('inf')", Verdict.FAILED, "infinity"),
    "meta": (
        "def cube_backward(x, dy):\n    return (3 * x**2 * dy).to('meta')",
        Verdict.FAILED,
        "on meta",
    ),
    "sparse": ("def cube_backward(x, dy):\n    return (3 * x**2 * dy).to_sparse()", Verdict.FAILED, "sparse"),
    "zeros": ("def cube_backward(x, dy):\n    return 0 * x", Verdict.FAILED, "wrong numbers"),
    "raises": (
        "def cube_backward(x, dy):\n    return x @ dy",
        Verdict.ERROR,
        "raised RuntimeError in line 2",
    ),
    "own_exception": (
        "class Passed(Exception):\n    pass\ndef cube_backward(x, dy):\n    raise Passed('verdict: passed')",
        Verdict.ERROR,
        "raised Passed in line 4",
    ),
    "not_implemented": (
        "def cube_backward(x, dy):\n    y = 3\n    raise NotImplementedError",
        Verdict.NOT_STARTED,
        "still raises NotImplementedError in line 3",
    ),
    "changes_input": (
        "def cube_backward(x, dy):\n    x *= x\n    return 3 * x * dy",
        Verdict.FAILED,
        "changes its input `x`",
    ),
    "aliases": (
        "def cube_backward(x, dy):\n    y = 3 * x**2 * dy\n    return dy.copy_(y).clone() if False else y.expand(y.shape)",
        Verdict.PASSED,
        "",
    ),
    "remembers": (
        "calls = []\ndef cube_backward(x, dy):\n    calls.append(1)\n"
        "    return 3 * x**2 * dy * (1 if len(calls) < 3 else 2)",
        Verdict.FAILED,
        "",
    ),
    "prints_megabytes": (
        "def cube_backward(x, dy):\n    print('y' * 5_000_000)\n    return 3 * x**2 * dy",
        Verdict.PASSED,
        "It prints 5,000,001 characters in one call",
    ),
    "huge_exception": (
        "def cube_backward(x, dy):\n    raise ValueError('z' * 50_000_000)",
        Verdict.ERROR,
        "raised ValueError",
    ),
    "huge_answer": ("def cube_backward(x, dy):\n    return [1] * 5_000_000", Verdict.FAILED, ""),
    "deep_answer": (
        "def cube_backward(x, dy):\n    y = []\n    for _ in range(5000):\n        y = [y]\n    return y",
        Verdict.FAILED,
        "",
    ),
}

# What runs on import: each exercise of the module gets the verdict.
ON_IMPORT = {
    "syntax": ("def cube_backward(x, dy)\n    return x\n", Verdict.ERROR, "syntax error in line 1"),
    "import_error": ("from math import nonsense_name\n", None, ""),
    "raises": ("x = 1 / 0\n", Verdict.ERROR, "Importing your module raised ZeroDivisionError in line 1"),
    "hangs": ("while True:\n    pass\n", Verdict.TIMEOUT, "Importing your module did not finish"),
    "exits": ("raise SystemExit(0)\n", Verdict.CRASHED, "Importing your module tried to end"),
    "memory": ("x = 'x' * (1 << 30)\n", Verdict.MEMORY, "Importing your module asked for more than 256 MiB"),
    "deep": ("x = " + "-" * 100_000 + "1\n", Verdict.ERROR, "nested too deeply"),
    "nul": ("x = 1\0\n", Verdict.ERROR, "NUL"),
}

NEIGHBOUR = "\n\n\ndef double(x):\n    return 2 * x\n"


@pytest.mark.parametrize("name", IN_THE_CALL)
def test_in_the_call(engine: Engine, name: str) -> None:
    source, verdict, words = IN_THE_CALL[name]
    result = grade(engine, source + NEIGHBOUR)
    if name == "os_exit":  # refused before it runs: the underscore is out of bounds
        assert result.verdict is Verdict.FORBIDDEN
    else:
        assert (result.verdict, words in result.message) == (verdict, True), result.message
    assert result.points == (2 if result.verdict is Verdict.PASSED else 0)
    assert len(result.message) < 500
    # The neighbour in the same file is graded as if nothing had happened.
    assert grade(engine, source + NEIGHBOUR, "double").verdict is Verdict.PASSED


@pytest.mark.parametrize("name", ON_IMPORT)
def test_on_import(engine: Engine, name: str) -> None:
    source, verdict, words = ON_IMPORT[name]
    for exercise in ("cube_backward", "double"):
        result = grade(engine, source + RIGHT, exercise)
        if verdict is not None:
            assert (result.verdict, words in result.message) == (verdict, True), result.message
        assert result.verdict is not Verdict.PASSED
    assert grade(engine, RIGHT).verdict is Verdict.PASSED


def test_process_that_ends_itself(engine: Engine) -> None:
    source = "import os\ndef cube_backward(x, dy):\n    os.abort()\n"
    result = grade(engine, source)
    assert (result.verdict, "died of an abort" in result.message) == (Verdict.CRASHED, True), result.message
    server = engine._server
    assert server is not None
    for code, words in (
        ("os._exit(0)", "exit status 0"),
        ("os.abort()", "an abort"),
        ("os.kill(os.getpid(), 9)", "a kill"),
    ):
        with server.worker(memory_mib=256, cpu_seconds=5) as worker, pytest.raises(WorkerEnded) as ended:
            worker.load(f"import os\n{code}", "m", 5)
        assert (ended.value.why, words in ended.value.detail) == ("crashed", True), ended.value.detail


def test_missing_file_and_missing_function(engine: Engine) -> None:
    chosen = [engine.course.exercise("cube_backward")]
    empty = handed_in("")
    missing = type(empty)("nobody", empty.folder, {}, empty.digest, [])
    result = engine.grade(missing, chosen, seed=Seed.numbered(1)).exercises[0]
    assert (result.verdict, "There is no u/m.py" in result.message) == (Verdict.NOT_STARTED, True)
    result = grade(engine, "import torch\n")
    assert (result.verdict, "no function `cube_backward`" in result.message) == (Verdict.ERROR, True)


def test_other_codings_are_refused(engine: Engine) -> None:
    assert "UTF-8" in grade(engine, "# coding: rot13\n" + RIGHT).message
    assert "not UTF-8" in grade(engine, RIGHT.encode() + b"# \xe9\n").message


def test_server_killed_by_a_submission_is_replaced(engine: Engine) -> None:
    server = engine._server
    assert server is not None and server._process is not None
    server._process.kill()
    server._process.wait()
    assert grade(engine, RIGHT).verdict is Verdict.PASSED


def test_server_that_never_starts_is_our_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "server.py"
    broken.write_text("raise SystemExit(1)\n")
    monkeypatch.setattr("dojo.forkserver.SERVER", broken)
    with (
        Engine(build(tmp_path / "course"), lanes=1) as engine,
        pytest.raises(KitFailure, match="did not start"),
    ):
        grade(engine, RIGHT)
