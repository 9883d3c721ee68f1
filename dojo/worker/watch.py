"""Two watches over a call that complement each other, for rules about operators and autograd.

The dispatch mode sees every operator of this thread with its sizes, but nothing of other threads; the
profiler sees all threads, but can be switched off, which is noticed. What they saw goes to the grader,
which alone decides whether it breaks a rule.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch._C._profiler import _ExperimentalConfig
from torch.autograd.profiler import record_function
from torch.utils._python_dispatch import TorchDispatchMode, _get_current_dispatch_mode_stack

NAME_LIMIT = 5000  # more than there are operators; whoever gets beyond it is hiding something
# Captured before any student code runs, so that a patched torch cannot lie to a watch.
_Tensor, _numel = torch.Tensor, torch.Tensor.numel
_requires_grad = torch.Tensor.requires_grad.__get__  # type: ignore[attr-defined]


class _Operators(TorchDispatchMode):
    """Counts operators and the elements that they compute, and notices tensors that carry a graph."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, int] = {}
        self.elements = 0
        self.graph = False

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Otherwise the first watched operator imports the compiler, which takes as long as torch itself.
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.name()
        self.names[name] = self.names.get(name, 0) + 1
        self.graph = self.graph or any(isinstance(a, _Tensor) and _requires_grad(a) for a in args)
        result = func(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (list, tuple)) else (result,):
            # A view computes nothing. Counted, the rows that `x[i, j]` makes on its way to one number would
            # make an honest loop look as expensive as finite differences.
            if isinstance(tensor, _Tensor) and not _makes_views(func):
                self.elements += _numel(tensor)
        return result


@cache
def _makes_views(func: Any) -> bool:
    """Whether an operator returns windows on its input, rather than new numbers or numbers in place."""
    aliases = [returned.alias_info for returned in func._schema.returns]
    return any(alias is not None and not alias.is_write for alias in aliases)


def watched(call: Callable[[], Any]) -> tuple[dict[str, Any], Any]:
    """Run `call` under both watches; what they saw as plain data, and the call's value."""
    profiler = torch.autograd.profiler.profile(
        experimental_config=_ExperimentalConfig(profile_all_threads=True)
    )
    profiler.__enter__()
    operators = _Operators()
    value: Any = None
    error: BaseException | None = None
    try:
        with operators:
            depth = len(_get_current_dispatch_mode_stack())
            try:
                value = call()
            except BaseException as raised:
                error = raised
            disturbed = len(_get_current_dispatch_mode_stack()) != depth
    finally:
        # A mark made after the call: where it is missing, somebody stopped the profiler before.
        mark = f"dojo {secrets.token_hex(8)}"
        events: list[str] = []
        try:
            with record_function(mark):
                pass
            profiler.__exit__(None, None, None)
            results = (
                profiler.kineto_results
            )  # the raw ones: building `function_events` takes 20 times longer
            events = sorted({event.name() for event in results.events()}) if results else []
        except (RuntimeError, AssertionError):
            pass
    if error is not None:
        raise error
    seen = {
        "operators": sorted(operators.names)[:NAME_LIMIT],
        "elements": operators.elements,
        "graph": operators.graph,
        "events": [name[:100] for name in events if name != mark][:NAME_LIMIT],
        "disturbed": disturbed or mark not in events or max(len(operators.names), len(events)) > NAME_LIMIT,
    }
    return seen, value


def warm_up() -> None:
    """Start both watches once, in the fork server, so that no worker pays for their first use."""
    watched(lambda: torch.ones(2, 2).sum())
