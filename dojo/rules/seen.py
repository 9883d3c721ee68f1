"""What the watches of a worker saw, judged here: the worker reports, the grader decides."""

from __future__ import annotations

from typing import Any

_OPERATORS = {
    "autograd": ("_backward", "_make_dual", "_unpack_dual", "_fw_primal", "grad_and_value"),
    "cross_entropy": ("::nll_loss", "::cross_entropy", "::kl_div", "::binary_cross_entropy", "_nll_loss"),
    "softmax": ("softmax", "::logsumexp", "::logcumsumexp"),
    "batch_norm": ("batch_norm", "::native_layer_norm", "::native_group_norm", "rms_norm"),
    "attention": ("scaled_dot_product", "multi_head_attention", "_transformer_encoder", "flash_attention"),
}
_WORDS = {
    "autograd": "autograd ran",
    "cross_entropy": "the ready-made cross-entropy ran",
    "softmax": "a ready-made softmax ran",
    "batch_norm": "ready-made normalisation ran",
    "attention": "ready-made attention ran",
}


def broken_rule(
    seen: Any, rules: tuple[str, ...], elements: int, products: int = 0, larger: bool = False
) -> str | None:
    """One sentence where what was seen breaks a rule, else None.

    elements: the entries of all inputs and results of the watched call together. Honest work grows in
              proportion to it (a one-hot product by a factor of a few dozen), that of finite differences with
              its square.
    products: the multiplications of the matrix products in the right answer.
    larger:   whether the answer has hundreds of entries.
    """
    if (
        type(seen) is not dict
        or type(seen.get("operators")) is not list
        or type(seen.get("elements")) is not int
        or type(seen.get("events")) is not list
    ):
        return "The watches brought nothing back, so the rules could not be checked."
    operators = [name for name in seen["operators"] if type(name) is str]
    events = [name for name in seen["events"] if type(name) is str]
    if seen.get("disturbed") is not False:
        return (
            "The code switched off a watch that checks the rules, or started a thread, a program or a "
            "library that it does not see."
        )
    for rule in rules:
        for name in operators + events:
            if any(part in name for part in _OPERATORS.get(rule, ())):
                what = f"{_WORDS[rule]} (`{name[:60]}`)"
                return f"While your function ran, {what}, and this exercise is to be done by hand."
    if "autograd" in rules and (
        seen.get("graph") or any(name.startswith("autograd::") for name in operators + events)
    ):
        return "While your function ran, autograd recorded a graph, and this exercise is to be done by hand."
    return _too_much_work(seen, elements, products, larger) if "finite_differences" in rules else None


def _too_much_work(seen: dict[str, Any], elements: int, products: int, larger: bool) -> str | None:
    steps, done = seen.get("steps"), seen["elements"]
    if type(steps) is not int:
        return "The watches brought nothing back, so the rules could not be checked."
    if seen.get("complex"):
        return (
            "Your function computed with complex numbers: a step in the imaginary direction is a finite "
            "difference too, and this exercise asks for the derivative itself."
        )
    most = work_budget(elements, larger)
    if done <= most and steps <= step_budget(elements, products):
        return None
    what = f"computed {done:,} numbers" if done > most else f"took {steps:,} steps of Python"
    line = seen.get("line")
    at = f" (when it was stopped, it had got to line {line})" if type(line) is int else ""
    return (
        f"Your function {what} where inputs and result have {elements:,}{at}: that is the cost of trying out "
        "every input in turn, or of writing out a slope for every pair of an input and an output, and this "
        "exercise asks for the derivative itself."
    )


def work_budget(elements: int, larger: bool = False) -> int:
    """How many numbers an answer may compute: 60 for each entry of its inputs and results, and 2,000.

    Four times as many for a larger case, where a matrix for each column is honest and finite differences cost
    a multiple of that.
    """
    return (240 if larger else 60) * elements + 2_000


def step_budget(elements: int, products: int) -> int:
    """How many instructions of Python an answer may run: 300 for each entry of its inputs and results and for
    each multiplication of a matrix product, and 20,000.

    The slowest right answer of the museum, three nested loops over single entries, needs 22 for each; one
    that computes a sum over its row anew for every entry needs about 150. Finite differences in plain floats
    need from 750 to many thousands on the larger case (tests/course/test_work_budgets.py).
    """
    return 300 * (elements + products) + 20_000
