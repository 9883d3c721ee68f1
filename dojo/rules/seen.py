"""What the watches of a worker saw, judged here: the worker reports, the grader decides."""

from __future__ import annotations

from typing import Any

_OPERATORS = {
    "autograd": ("_backward", "_make_dual", "_unpack_dual", "_fw_primal", "grad_and_value"),
    "cross_entropy": ("::nll_loss", "::cross_entropy"),
    "softmax": ("softmax", "::logsumexp"),
    "batch_norm": ("batch_norm", "::native_layer_norm", "::native_group_norm"),
}
_WORDS = {
    "autograd": "autograd ran",
    "cross_entropy": "the ready-made cross-entropy ran",
    "softmax": "a ready-made softmax ran",
    "batch_norm": "ready-made normalisation ran",
}


def broken_rule(seen: Any, rules: tuple[str, ...], elements: int) -> str | None:
    """One sentence where what was seen breaks a rule, else None.

    `elements` is the number of entries of all inputs and results of the watched call together: honest work
    grows in proportion to it (a one-hot product by a factor of a few dozen), that of finite differences with
    its square.
    """
    if (
        type(seen) is not dict
        or type(seen.get("operators")) is not list
        or type(seen.get("elements")) is not int
    ):
        return "The watches brought nothing back, so the rules could not be checked."
    operators = [name for name in seen["operators"] if type(name) is str]
    events = [name for name in seen.get("events", []) if type(name) is str]
    if seen.get("disturbed") is not False:
        return "The code switched off a watch that checks the rules."
    for rule in rules:
        for name in operators + events:
            if any(part in name for part in _OPERATORS.get(rule, ())):
                what = f"{_WORDS[rule]} (`{name[:60]}`)"
                return f"While your function ran, {what}, and this exercise is to be done by hand."
    if "autograd" in rules and (seen.get("graph") or any(name.startswith("autograd::") for name in events)):
        return "While your function ran, autograd recorded a graph, and this exercise is to be done by hand."
    if "finite_differences" in rules and seen["elements"] > work_budget(elements):
        return (
            f"Your function computed {seen['elements']:,} numbers where inputs and result have {elements:,}: "
            "that is the cost of trying out every input in turn, or of writing out a slope for every pair of "
            "an input and an output, and this exercise asks for the derivative itself."
        )
    return None


def work_budget(elements: int) -> int:
    """How many numbers an answer may compute: 60 for each entry of its inputs and results, and 2,000."""
    return 60 * elements + 2_000
