"""Naive graders that run a submission in their own process: pytest, unittest, a plain script. Each in a fork.

They show that an attack on verdicts, secrets or model answers is no dud: what we contain works elsewhere.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import resource
import signal
import sys
import time
import unittest
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

HUNG_SECONDS = 8.0  # for what is made to hang
SECONDS = 60.0  # for the rest: a busy machine is slow
OUTPUT_BYTES = 4 << 20

_TESTS = """
import importlib

import numpy as np
import torch
from m import cube_backward

TOLERANCE = 1.5e-7


def reference(x, dy):
    return 3 * x**2 * dy


def case(seed):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(2, 3, generator=generator, dtype=torch.float64) for _ in range(2)]


def test_allclose():
    x, dy = case(1)
    expected = reference(x, dy)
    answer = cube_backward(x, dy)
    assert torch.allclose(answer, expected)


def test_assert_close():
    x, dy = case(2)
    expected = reference(x, dy)
    answer = cube_backward(x, dy)
    torch.testing.assert_close(answer, expected)


def test_numpy():
    x, dy = case(3)
    expected = reference(x, dy)
    answer = cube_backward(x, dy)
    np.testing.assert_allclose(answer, expected)


def test_not_above():
    x, dy = case(4)
    expected = reference(x, dy)
    answer = cube_backward(x, dy)
    assert not (abs(answer - expected) > 1.3e-6).any()


def test_checker():
    x, dy = case(5)
    expected = reference(x, dy)
    answer = cube_backward(x, dy)
    assert importlib.import_module("checker").compare(answer, expected)


def test_kind():
    answer = cube_backward(*case(6))
    assert isinstance(answer, torch.Tensor) and torch.allclose(answer, reference(*case(6))), answer


def test_from_the_global_generator():
    torch.manual_seed(0)
    for _ in range(3):
        x, dy = (torch.randn(2, 3, dtype=torch.float64) for _ in range(2))
        answer = cube_backward(x, dy)
    assert torch.allclose(answer, reference(x, dy))
"""
_SCRIPT = """
import torch
from m import cube_backward, double

x, dy = torch.ones(2, 3, dtype=torch.float64), torch.rand(2, 3, dtype=torch.float64)
expected = 3 * dy
answer = cube_backward(x, dy)
assert max(abs(a - e) for a, e in zip(answer.flatten(), expected.flatten(), strict=True)) < 1e-9
assert torch.equal(double(x), 2 * x)
"""
_CHECKER = "import torch\n\n\ndef compare(a, b):\n    return torch.allclose(a, b)\n"
_NEXT = "def test_that_fails():\n    assert False\n"


def by_pytest(folder: Path) -> int:
    """pytest, with the tests copied beside the submission as most course repositories do."""
    tests = [folder / "test_first.py", folder / "test_second.py"]
    for path, text in zip((*tests, folder / "checker.py"), (_TESTS, _NEXT, _CHECKER), strict=True):
        path.write_text(text)
    report = folder / "junit.xml"
    if not any(folder.glob("*.dist-info")):
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # it takes long, and only those attacks need it
    options = ["-q", "-s", "--tb=short", "-p", "no:cacheprovider", "--junitxml", str(report)]
    return int(pytest.main([*options, *map(str, tests)]))


def by_unittest(folder: Path) -> int:
    """unittest, in the module that imports the submission."""
    import torch

    class Cube(unittest.TestCase):
        def test_cube(self) -> None:
            from m import cube_backward  # type: ignore[import-not-found]

            x = torch.ones(2, 3, dtype=torch.float64)
            self.assertTrue(torch.equal(cube_backward(x, x), 3 * x))

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Cube)
    return int(not unittest.TextTestRunner().run(suite).wasSuccessful())


def by_script(folder: Path) -> int:
    """A script that fails by an exception."""
    exec(compile(_SCRIPT, "grade.py", "exec"), {"__name__": "__main__"})
    return 0


def outcome(
    grade: Callable[[Path], int], folder: Path, wait_s: float = 0.0, seconds: float = SECONDS
) -> tuple[set[str], str]:
    """What a submission does to a naive grader in this time, in words, and what was printed.

    Words: "passed" (exit status 0), "green" (a test passed that the answer does not deserve), "skipped",
    "fewer" (tests are missing from the report), "hung", "died", "silent" (failed without a word), "text".
    """
    output = folder / "output.txt"
    pid = os.fork()
    if pid == 0:
        _child(grade, folder, output)
    found, deadline = set(), time.monotonic() + seconds
    while not (ended := os.waitpid(pid, os.WNOHANG))[0] and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(wait_s)  # for what it left behind
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    if not ended[0]:
        found.add("hung")
        os.waitpid(pid, 0)
    elif os.WIFSIGNALED(ended[1]):
        found.add("died")
    elif os.waitstatus_to_exitcode(ended[1]) == 0:
        found.add("passed")
    text = output.read_text(errors="replace")
    if not text.strip():
        found.add("silent")
    if len(text) >= OUTPUT_BYTES:
        found.add("text")
    return found | (_report(folder / "junit.xml") if grade is by_pytest else set()), text


def _report(path: Path) -> set[str]:
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return {"fewer"}
    kinds = [{part.tag for part in case} & {"failure", "error", "skipped"} for case in cases]
    return {
        word
        for word, true in {
            "green": set() in kinds,
            "skipped": {"skipped"} in kinds,
            "fewer": len(cases) < _TESTS.count("def test_") + 1,
        }.items()
        if true
    }


def _child(grade: Callable[[Path], int], folder: Path, output: Path) -> Any:
    status = 1
    try:
        os.setsid()
        os.chdir(folder)
        gc.freeze()  # an attack that looks through all objects must not wade through those of this test run
        torch.set_num_threads(1)  # the others did not come along: work for them would never be done
        descriptor = os.open(output, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(descriptor, stream)
        os.closerange(3, 1024)  # an attack writes to whatever it inherits
        sys.stdout = sys.__stdout__ = os.fdopen(1, "w", buffering=1, closefd=False)
        sys.stderr = sys.__stderr__ = os.fdopen(2, "w", buffering=1, closefd=False)
        resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))
        sys.path[:0] = [str(folder), str(folder / "u")]
        atexit._clear()
        try:
            status = grade(folder)
        except SystemExit as leave:
            status = leave.code if isinstance(leave.code, int) else int(leave.code is not None)
        except BaseException as error:
            sys.excepthook(type(error), error, error.__traceback__)
        sys.stdout.flush()
        atexit._run_exitfuncs()
    finally:
        os._exit(int(status))
