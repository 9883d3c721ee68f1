"""Torch's optimizers without torch's compiler, whose import on first use takes as long as torch itself.

Nothing here is compiled, so what they ask of it has no effect but that wait, in every worker anew.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch


def leave_the_compiler_out() -> None:
    """Have Adam, AdamW and SGD work as ever, but for the import. An unknown torch stays as it is."""
    for method in vars(torch.optim.Optimizer).values():
        inner = getattr(method, "__wrapped__", None)
        if callable(inner):
            # Where `torch._disable_dynamo` keeps what the compiler made of the method.
            inner.__dict__.setdefault("__dynamo_disable", inner)
    for kind in (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD):
        inner = getattr(kind.step, "__wrapped__", None)
        if callable(inner):
            kind.step = _without_gradients(inner)  # type: ignore[method-assign]


def _without_gradients(step: Callable[..., Any]) -> Callable[..., Any]:
    """What torch's own decorator of `step` does besides: autograd records no update."""

    @functools.wraps(step)
    def stepped(self: torch.optim.Optimizer, closure: Callable[[], Any] | None = None) -> Any:
        with torch.set_grad_enabled(self.defaults["differentiable"]):
            return step(self, closure)

    return stepped
