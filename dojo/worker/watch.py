"""Three watches over a call that complement each other, for rules about operators, autograd and work.

The dispatch mode sees every operator of this thread with its sizes, but nothing of other threads; the
profiler sees all threads, but can be switched off, which is noticed; the trace counts what plain Python
does, which neither of them sees. What they saw goes to the grader, which alone decides whether it breaks a
rule.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch._C._autograd import _KinetoEvent, _ProfilerResult
from torch._C._profiler import _ExperimentalConfig
from torch.autograd.profiler import record_function
from torch.utils._python_dispatch import TorchDispatchMode, _get_current_dispatch_mode_stack

NAME_LIMIT = 5000  # more than there are operators; whoever gets beyond it is hiding something
# Captured before any student code runs, so that a patched torch cannot lie to a watch.
_Tensor, _numel, _is_complex = torch.Tensor, torch.Tensor.numel, torch.Tensor.is_complex
_requires_grad = torch.Tensor.requires_grad.__get__  # type: ignore[attr-defined]
_settrace, _exec = sys.settrace, exec
_events_of, _name_of = _ProfilerResult.events, _KinetoEvent.name
# What runs in these folders is no work of the student's.
_OURS = (os.path.dirname(os.path.abspath(torch.__file__)), os.path.dirname(os.path.abspath(__file__)))
_COUNTED = "appliers.py"  # of ours, this one does what student code asks for
# Events that the interpreter reports whoever caused them, and whose report nothing can call off.
_TAMPERING = frozenset(
    "sys.settrace sys.setprofile sys.monitoring.register_callback "
    "_thread.start_new_thread _thread.start_joinable_thread os.fork os.forkpty os.posix_spawn os.exec "
    "subprocess.Popen ctypes.dlopen ctypes.dlsym ctypes.call_function".split()
)
_CANARY = compile("0", "<canary>", "exec")  # a few instructions that the trace has to see
_tampered = [0]  # how often that happened since the student's module was loaded


class _Operators(TorchDispatchMode):
    """Counts operators and the elements that they compute, and notices tensors that carry a graph."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.elements = 0
        self.graph = self.complex = False

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Otherwise the first watched operator imports the compiler, which takes as long as torch itself.
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # By identity, because an operator's own hash is slow Python. The entry keeps it alive.
        operator = _known.get(id(func)) or _known.setdefault(id(func), _Operator(func))
        self.names.add(operator.name)
        if not self.graph:
            self.graph = any(isinstance(a, _Tensor) and _requires_grad(a) for a in args)
        result = func(*args, **(kwargs or {}))
        # A view computes nothing. Counted, the rows that `x[i, j]` makes on its way to one number would
        # make an honest loop look as expensive as finite differences.
        if not operator.makes_views:
            for tensor in result if isinstance(result, (list, tuple)) else (result,):
                if isinstance(tensor, _Tensor):
                    self.elements += _numel(tensor)
                    self.complex = self.complex or _is_complex(tensor)
        return result


class _Operator:
    """What the watch needs to know of an operator, looked up once."""

    def __init__(self, func: Any) -> None:
        self.func, self.name = func, func.name()
        # Whether it returns windows on its input, rather than new numbers or numbers in place.
        aliases = [returned.alias_info for returned in func._schema.returns]
        self.makes_views = any(alias is not None and not alias.is_write for alias in aliases)


_known: dict[int, _Operator] = {}


class _Profiler:
    """Torch's profiler over all threads: the names of what ran, and whether somebody stopped it."""

    events: list[str]
    disturbed = True

    def __enter__(self) -> _Profiler:
        self.events = []
        config = _ExperimentalConfig(profile_all_threads=True)
        self.profiler = torch.autograd.profiler.profile(experimental_config=config)
        self.profiler.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        # A mark made after the call: where it is missing, somebody stopped the profiler before.
        mark = f"dojo {secrets.token_hex(8)}"
        with contextlib.suppress(RuntimeError, AssertionError):
            with record_function(mark):
                pass
            self.profiler.__exit__(None, None, None)
            # The raw results: building `function_events` takes 20 times longer.
            results = self.profiler.kineto_results
            names = {_name_of(event) for event in _events_of(results)} if results else set()
            self.disturbed = mark not in names
            self.events = sorted(name[:100] for name in names - {mark})


class _Steps:
    """Counts the instructions of Python in all frames but torch's and ours.

    Lines would not do: a whole loop fits on one. With the count above `limit`, `excess` is called, which must
    not return: an exception could be swallowed by the very code that it is to stop.
    """

    def __init__(self, limit: int, excess: Callable[[int, int], Any]) -> None:
        self.limit, self.excess = limit, excess
        self.count = 0
        self.disturbed = False

    def __enter__(self) -> _Steps:
        def instruction(frame: Any, event: str, arg: Any) -> Any:
            if event == "opcode":
                self.count += 1
                if self.count > self.limit:
                    self.excess(self.count, frame.f_lineno)
            return instruction

        def entered(frame: Any, event: str, arg: Any) -> Any:
            if _is_ours(frame.f_code.co_filename):
                return None
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
            return instruction

        _listen()
        _settrace(entered)
        _tampered[0] -= 1  # our own
        return self

    def __exit__(self, *exception: object) -> None:
        counted = self.count
        _exec(_CANARY)
        alive = self.count > counted
        _settrace(None)
        _tampered[0] -= 1
        self.disturbed = not alive


@cache
def _is_ours(file: str) -> bool:
    return file.startswith(_OURS) and os.path.basename(file) != _COUNTED


@cache
def _listen() -> None:
    def hear(event: str, args: Any) -> None:
        if event in _TAMPERING:
            _tampered[0] += 1

    sys.addaudithook(hear)


def loading(load: Callable[[], Any]) -> set[str]:
    """Load a student's module; the operators that ran meanwhile, for the report on a later call."""
    _listen()
    _tampered[0] = 0
    operators = _Operators()
    with operators:
        load()
    return operators.names | ({"autograd::graph"} if operators.graph else set())


def watched(
    call: Callable[[], Any],
    steps: int | None = None,
    give_up: Callable[[dict[str, Any]], Any] = lambda seen: None,
    profile: bool = True,
    before: frozenset[str] | set[str] = frozenset(),
) -> tuple[dict[str, Any], Any]:
    """Run `call` under the watches; what they saw as plain data, and the call's value.

    steps:   count Python's instructions too, and stop where there are more than these.
    give_up: called in that case with what was seen so far. It must not return.
    profile: whether the profiler is one of them. It makes an operator three times as slow.
    before:  operators that ran earlier and count too.
    """
    profiler = _Profiler() if profile else contextlib.nullcontext()
    operators = _Operators()

    def excess(count: int, line: int) -> None:
        give_up({**_report(operators), "steps": count, "line": line})

    counter = contextlib.nullcontext() if steps is None else _Steps(steps, excess)
    with profiler, operators:
        depth = len(_get_current_dispatch_mode_stack())
        with counter:
            value = call()
        disturbed = len(_get_current_dispatch_mode_stack()) != depth
    operators.names |= before
    seen = _report(operators)
    if isinstance(profiler, _Profiler):
        seen["events"] = profiler.events[:NAME_LIMIT]
        disturbed = disturbed or profiler.disturbed or len(profiler.events) > NAME_LIMIT
    if isinstance(counter, _Steps):
        seen["steps"] = counter.count
        disturbed = disturbed or counter.disturbed
    disturbed = disturbed or _tampered[0] != 0
    seen["disturbed"] = disturbed or len(operators.names) > NAME_LIMIT
    return seen, value


def _report(operators: _Operators) -> dict[str, Any]:
    return {
        "operators": sorted(operators.names)[:NAME_LIMIT],
        "elements": operators.elements,
        "graph": operators.graph,
        "complex": operators.complex,
        "events": [],
        "disturbed": False,
    }


def warm_up() -> None:
    """Start the watches once, in the fork server, so that no worker pays for their first use."""
    # Python 3.12 reports instructions only from the second trace on, which is one more reason.
    watched(lambda: torch.ones(2, 2).sum(), steps=1000)
