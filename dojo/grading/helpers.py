"""Small helpers for the properties that grader files state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from dojo.channel import StudentError
from dojo.grading.remote import remote_function


def require(condition: bool, message: str) -> None:
    """Raise ValueError with a sentence: a property's way to say what about an answer's form is wrong."""
    if not condition:
        raise ValueError(message)


def raises(name: str, function: Callable[..., Any], *args: Any) -> bool:
    """Whether the student's `function` raises an exception of this name."""
    try:
        function(*args)
    except StudentError as error:
        return error.type_name == name
    return False


def close(a: Tensor, b: Tensor, scale: float | None = None) -> bool:
    """Whether two float tensors of one shape agree to 1e-9 of `scale` (default: of their largest entry)."""
    if a.shape != b.shape:
        return False
    size = float(max(a.abs().max(), b.abs().max())) if scale is None and a.numel() else scale or 0.0
    return bool(((a - b).abs() <= 1e-9 * size).all())


def near_zero(a: Tensor, scale: float) -> bool:
    """Whether every entry is below 1e-9 of `scale`, the size of the numbers that were added up."""
    return bool((a.abs() <= 1e-9 * scale).all())


_SET = remote_function("""
def set_parameters(module, weights):
    parameters = dict(module.named_parameters())
    missing = [name for name in weights if name not in parameters]
    if missing:
        known = ", ".join(parameters) or "none"
        raise AttributeError(f"there is no parameter {missing[0]!r}; there are {known}")
    with torch.no_grad():
        for name, weight in weights.items():
            if parameters[name].shape != weight.shape:
                shape = tuple(parameters[name].shape)
                raise ValueError(f"the parameter {name!r} has shape {shape}, not {tuple(weight.shape)}")
            parameters[name].copy_(weight)
""")
_GRADIENTS = remote_function("""
def gradients(module):
    return {name: parameter.grad for name, parameter in module.named_parameters()}
""")


def set_parameters(student: Any, module: Any, weights: dict[str, Tensor]) -> None:
    """In a play: copy these weights into the parameters of the student's `torch.nn.Module` by their names.

    Raises (in the student's place) AttributeError or ValueError where a parameter is missing or has another
    shape.
    """
    student.run(_SET, module, weights)


def gradients(student: Any, module: Any) -> dict[str, Tensor | None]:
    """In a play: the gradient of each parameter of the student's `torch.nn.Module`, by name."""
    found: dict[str, Tensor | None] = student.run(_GRADIENTS, module)
    return found
