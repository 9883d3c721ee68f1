"""What is true of the operations of a scalar that remembers: number, bookkeeping, one step backwards."""

import math
from typing import Any

import torch

from dojo.grading import Draw, grades, remote_function

# Names of the module into which alternatives and misconceptions are put.
Value: Any = None
add: Any = None
mul: Any = None
power: Any = None
exp: Any = None

# A case is one operation on leaves that have some gradient already, followed by its step backwards.


def on_two_nodes(student, a, a_grad, b, b_grad, reused, out_grad):
    """Two leaves, or one leaf that is both operands."""
    x = student.Value(a)
    y = x if reused else student.Value(b)
    y.grad, x.grad = b_grad, a_grad
    answer = one_step_back(student, student(x, y), {x, y}, out_grad)
    answer |= {"a.data": x.data, "b.data": y.data, "a.grad": x.grad, "b.grad": y.grad}
    return {**answer, **two_more(student, (x, y), (a, a if reused else b), out_grad)}


def on_one_node(student, a, a_grad, out_grad):
    """One leaf."""
    x = student.Value(a)
    x.grad = a_grad
    answer = one_step_back(student, student(x), {x}, out_grad)
    answer |= {"a.data": x.data, "a.grad": x.grad}
    return {**answer, **two_more(student, (x,), (a,), out_grad)}


def to_a_power(student, a, k, a_grad, out_grad):
    """One leaf and a plain number, and afterwards what is none: a node, and a number of another kind."""
    x = student.Value(a)
    x.grad = a_grad
    answer = one_step_back(student, student(x, k), {x}, out_grad)
    answer |= {"a.data": x.data, "a.grad": x.grad, "_op": answer["_op"][:2]}  # the exponent may follow
    return {
        **answer,
        **two_more(student, (x,), (a,), out_grad, k),
        "node as exponent": taken(student, student.Value(2.0), student.Value(3.0)),
        "complex exponent": taken(student.run, COMPLEX, student, student.Value(2.0)),
    }


REFUSED = {"node as exponent": "refused", "complex exponent": "refused"}
# Python itself refuses to raise a float to a node or a text, and to a complex number it does not.
COMPLEX = remote_function("def to_a_complex_power(function, a):\n    return function(a, 2 + 1j)")


STEP = remote_function("def step(out):\n    out._backward()")  # whatever can be called


# Both are made before either takes its step: who has read a gradient when the node was made has an old one.
MORE = remote_function("""
def two_more(operation, operands, numbers, out_grad):
    made = [operation(*operands, *numbers) for _ in range(2)]
    for out in made:
        out.grad = out_grad
    for out in made:
        if out._backward is not None:
            out._backward()
    return [node.grad for node in operands]
""")


def two_more(student, operands, data, out_grad, *numbers):
    """The gradients of the operands after two more nodes of the same kind have taken their steps."""
    found = ["not tried"] * len(operands)
    if [node.data for node in operands] == list(data):
        found = student.run(MORE, student, operands, numbers, out_grad)
    return {f"{name}.grad after two more": grad for name, grad in zip("ab", found, strict=False)}


def one_step_back(student, out, operands, out_grad):
    """Take the step of a node whose gradient has arrived, and look at the node."""
    out.grad = out_grad
    step = out._backward
    if step is not None:
        student.run(STEP, out)
    kept = {
        "_prev": "the operands" if out._prev == operands else "something else",
        "_backward": "a function" if step is not None else "None",
    }
    return {"data": out.data, "grad": out.grad, "_op": str(out._op).lower(), **kept}


def taken(function, *args):
    """Whether a call with what should be no argument gets through."""
    try:
        function(*args)
    except Exception as error:
        if getattr(error, "type_name", type(error).__name__) not in ("TypeError", "AssertionError"):
            raise
        return "refused"
    return "accepted"


def two_in_torch(operation, op, a, a_grad, b, b_grad, reused, out_grad):
    """The same in torch, whose gradients of a leaf add up too."""
    x = torch.tensor(a, dtype=torch.float64, requires_grad=True)
    y = x if reused else torch.tensor(b, dtype=torch.float64, requires_grad=True)
    y.grad = torch.tensor(b_grad, dtype=torch.float64)
    x.grad = torch.tensor(a_grad, dtype=torch.float64)
    out = operation(x, y)
    (out * out_grad).backward()
    after = {"a.data": x.item(), "b.data": y.item(), "a.grad": x.grad.item(), "b.grad": y.grad.item()}
    for _ in range(2):
        (operation(x, y) * out_grad).backward()
    after |= {"a.grad after two more": x.grad.item(), "b.grad after two more": y.grad.item()}
    return {"data": out.item(), "grad": out_grad, "_op": op, **KEPT, **after}


def one_in_torch(operation, op, a, a_grad, out_grad):
    answer = two_in_torch(lambda x, y: operation(x), op, a, a_grad, 0.0, 0.0, False, out_grad)
    return {name: value for name, value in answer.items() if not name.startswith("b.")}


KEPT = {"_prev": "the operands", "_backward": "a function"}


def number(draw: Draw) -> float:
    return float(draw.normal(1))


def gradients(draw: Draw) -> dict[str, float]:
    return {"a_grad": number(draw), "out_grad": number(draw) * draw.scale}


PAIRS = ["two nodes", "one node twice", "first is zero", "second is zero", "equal numbers"]


def two_operands(draw: Draw):
    """Two numbers, or one twice, with gradients that the leaves have already."""
    what = PAIRS[draw.sizes["pair"]]
    a, b, before = number(draw), number(draw), gradients(draw)
    a, b = (0.0, b) if what == "first is zero" else (a, 0.0) if what == "second is zero" else (a, b)
    b = a if what in ("one node twice", "equal numbers") else b
    reused = what == "one node twice"
    return {
        "a": a,
        "b": b,
        "reused": reused,
        "b_grad": before["a_grad"] if reused else number(draw),
        **before,
    }


TWO = {
    "case_of": two_operands,
    "minimum": {"pair": 0},
    "largest": {"pair": len(PAIRS) - 1},
    "every": True,
    "examples": 4,
    "floor": 10_000.0,  # of products with an upstream gradient of size 1000
    "parts": {
        name: (name,)
        for name in (
            *("data", "grad", "_op", *KEPT, "a.data", "b.data", "a.grad", "b.grad"),
            *("a.grad after two more", "b.grad after two more"),
        )
    },
    "uses": ("Value",),
}
ONE = {
    "examples": 4,
    "every": True,
    "parts": {
        name: (name,) for name in ("data", "grad", "_op", *KEPT, "a.data", "a.grad", "a.grad after two more")
    },
    "uses": ("Value",),
}

NOT_A_NODE = {
    "symptom": "It fails, because what comes back is a plain number.",
    "question": "What does the next operation need to know about your result besides its number?",
    "rule": "An operation on nodes makes a node. A bare number has forgotten where it came from.",
}
OVERWRITTEN = {
    "symptom": "What the operand had as its gradient before is gone.",
    "question": "If a node is used twice, what happens to the gradient that came from the first use?",
    "rule": "Gradients from several uses of a node add up. Add to what is there, never replace it.",
}
CALLED_AT_ONCE = {
    "symptom": "What the result keeps as its step backwards is None.",
    "question": "What is the difference between a function and the result of calling it?",
    "rule": "Keep the step backwards for later: hand over the function itself, without calling it.",
}
LOCAL_ONLY = {
    "symptom": "The gradients are right only if that of the result is 1.",
    "question": "Your operation is one of many. Where does the step say what came in from the others?",
    "rule": "Chain rule: the local derivative times the gradient of the result.",
}
NO_STEP = {
    "symptom": "No gradient arrives at the operands.",
    "question": "Is your step kept by the result, and does it look at the gradient only when it runs?",
    "rule": "The step outlives the function that makes it, and what it needs is known only when it runs.",
}
NUMBERS_KEPT = {
    "symptom": "The number and the gradients are right, but `_prev` does not hold the operands.",
    "question": "Does `_prev` hold nodes, or only their numbers?",
    "rule": "The way back leads from node to node. A number leads nowhere.",
}
OTHER_NAME = {
    "symptom": "Everything is right but the name of the operation.",
    "question": "What does the task want in `_op`?",
    "rule": "A graph is read by people, too: every node that was computed says how.",
}

# --- value_add --------------------------------------------------------------------------------------------


@grades("value_add", **TWO)
def value_add(a, a_grad, b, b_grad, reused, out_grad):
    return two_in_torch(torch.add, "+", a, a_grad, b, b_grad, reused, out_grad)


value_add.play(on_two_nodes)


@value_add.alternative
def sum_in_a_loop(a, b):
    out = Value(a.data + b.data, [a, b], "+")

    def step():
        for operand in (a, b):
            operand.grad = operand.grad + out.grad

    out._backward = step
    return out


@value_add.alternative
def sum_with_a_helper(a, b):
    out = Value(0.0, _children=(b, a), _op="+")
    out.data = b.data + a.data
    out._backward = lambda: (receive(a, out.grad), receive(b, 1.0 * out.grad))
    return out


def receive(node, amount):
    node.grad += amount


@value_add.alternative
def sum_as_a_special_case(a, b):
    if a is b:
        out = Value(2 * a.data, {a}, "+")

        def _backward():
            a.grad += 2 * out.grad
    else:
        out = Value(a.data + b.data, (a, b), "+")

        def _backward():
            a.grad += out.grad
            b.grad += out.grad

    out._backward = _backward
    return out


@value_add.misconception(**OVERWRITTEN)
def add_overwrites(a, b):
    out = Value(a.data + b.data, (a, b), "+")

    def _backward():
        a.grad = out.grad
        b.grad = out.grad

    out._backward = _backward
    return out


@value_add.misconception(**NOT_A_NODE)
def add_returns_a_number(a, b):
    return a.data + b.data


value_add.misconception_by_edit(
    "add_calls_the_step", "out._backward = _backward", "out._backward = _backward()", **CALLED_AT_ONCE
)
# The same as a step that has read `out.grad` while the sum was made: nobody can tell.
value_add.misconception_by_edit(
    "add_never_attaches_the_step", "    out._backward = _backward\n", "", **NO_STEP
)
value_add.misconception_by_edit("add_keeps_numbers", "(a, b), ", "(a.data, b.data), ", **NUMBERS_KEPT)
value_add.misconception_by_edit("add_without_a_name", '(a, b), "+")', "(a, b))", **OTHER_NAME)
value_add.misconception_by_edit(
    "add_forgets_an_operand",
    "(a, b), ",
    "(a,), ",
    symptom="The number and the gradients are right, but `_prev` does not hold both operands.",
    question="Starting from the result, can a backward pass reach both operands?",
    rule="A sum has two parents. What isn't in `_prev` is not part of the graph.",
)
value_add.misconception_by_edit(
    "add_of_the_nodes",
    "a.data + b.data",
    "add(a, b)",
    symptom="It ends in a recursion error.",
    question="Which function do you call to add the two numbers?",
    rule="A node wraps a number. Do the arithmetic with the numbers, and wrap the result again.",
)
value_add.misconception_by_edit(
    "add_passes_on_the_operands_gradient",
    "a.grad += out.grad\n        b.grad += out.grad",
    "a.grad += a.grad\n        b.grad += b.grad",
    symptom="The gradients of the operands double, whatever has arrived at the result.",
    question="From which node does the gradient come, and to which does it go?",
    rule="Backwards means from the result to its operands. What counts is the gradient of the result.",
)
value_add.misconception_by_edit(
    "add_empties_the_result",
    "b.grad += out.grad\n",
    "b.grad += out.grad\n        out.grad = 0.0\n",
    symptom="The operands are right, and the gradient of the result is gone afterwards.",
    question="Which gradients does a step change: those of the operands, or that of the result too?",
    rule="A step reads the gradient of its result and leaves it there. Somebody may want to look at it.",
)
value_add.misconception_by_edit(
    "add_halves_the_gradient",
    "a.grad += out.grad\n        b.grad += out.grad",
    "a.grad += 0.5 * out.grad\n        b.grad += 0.5 * out.grad",
    symptom="Both operands get half of what they should.",
    question="You nudge one of two terms. Does the sum move by half of the nudge?",
    rule="A sum follows each of its terms one to one. Nothing is shared out.",
)
value_add.misconception_by_edit(
    "add_serves_the_first_operand_only",
    "        b.grad += out.grad\n",
    "",
    symptom="The second operand gets nothing.",
    question="Does the second operand act on the sum?",
    rule="Every operand that acts on the result hears of its gradient.",
)


@value_add.misconception(
    symptom="The first operand is no longer what it was, and the graph has lost a node.",
    question="How many nodes does a sum of two nodes make necessary?",
    rule="A graph is a record. An operation makes a new node and leaves the old ones as they are.",
)
def add_into_the_first_operand(a, b):
    a.data += b.data
    a._prev, a._op = {a, b}, "+"
    return a


@value_add.misconception(
    symptom="The second operand gets its gradient twice, and the first one nothing.",
    question="When the functions of your loop run, which node does the name of the loop stand for?",
    rule="A function looks a name up when it runs, and by then the loop has moved on to its last value.",
)
def add_steps_made_in_a_loop(a, b):
    out, parts = Value(a.data + b.data, (a, b), "+"), []
    for operand in (a, b):
        parts.append(lambda: receive(operand, out.grad))  # noqa: B023 (this is the mistake)
    out._backward = lambda: [part() for part in parts]
    return out


# --- value_mul --------------------------------------------------------------------------------------------


@grades("value_mul", **TWO)
def value_mul(a, a_grad, b, b_grad, reused, out_grad):
    return two_in_torch(torch.mul, "*", a, a_grad, b, b_grad, reused, out_grad)


value_mul.play(on_two_nodes)


@value_mul.alternative
def product_in_a_loop(a, b):
    out = Value(a.data * b.data, [a, b], "*")

    def step():
        for operand, other in ((a, b), (b, a)):
            operand.grad = operand.grad + out.grad * other.data

    out._backward = step
    return out


@value_mul.alternative
def product_with_kept_numbers(a, b):
    x, y = a.data, b.data
    out = Value(x * y, (a, b), "*")

    def _backward():
        g = out.grad
        a.grad, b_share = a.grad + y * g, x * g
        b.grad += b_share

    out._backward = _backward
    return out


@value_mul.alternative
def product_as_a_square(a, b):
    out = Value(b.data * a.data, {b, a}, "*")

    def step():
        if a is b:
            a.grad += 2 * a.data * out.grad
            return
        b.grad += a.data * out.grad
        a.grad += b.data * out.grad

    out._backward = step
    return out


@value_mul.misconception(**OVERWRITTEN)
def mul_overwrites(a, b):
    out = Value(a.data * b.data, (a, b), "*")

    def _backward():
        a.grad = b.data * out.grad
        b.grad = a.data * out.grad

    out._backward = _backward
    return out


@value_mul.misconception(**NOT_A_NODE)
def mul_returns_a_number(a, b):
    return a.data * b.data


value_mul.misconception_by_edit(
    "mul_uses_its_own_operand",
    "a.grad += b.data * out.grad\n        b.grad += a.data * out.grad",
    "a.grad += a.data * out.grad\n        b.grad += b.data * out.grad",
    symptom="The gradients of the two operands stand in each other's place, unless the operands are equal.",
    question="You nudge one factor a little. By what is the nudge multiplied?",
    rule="In a product, each factor decides about the slope of the other one.",
)
value_mul.misconception_by_edit(
    "mul_passes_the_gradient_on",
    "a.grad += b.data * out.grad\n        b.grad += a.data * out.grad",
    "a.grad += out.grad\n        b.grad += out.grad",
    symptom="Both operands get what a sum would give them.",
    question="Does a product follow a nudge of one factor one to one?",
    rule="Each operation has derivatives of its own. Those of the sum are for the sum.",
)
value_mul.misconception_by_edit(
    "mul_forgets_what_came_in",
    "a.grad += b.data * out.grad\n        b.grad += a.data * out.grad",
    "a.grad += b.data\n        b.grad += a.data",
    **LOCAL_ONLY,
)
value_mul.misconception_by_edit(
    "mul_divides_the_product",
    "a.grad += b.data * out.grad\n        b.grad += a.data * out.grad",
    "a.grad += out.data / a.data * out.grad\n        b.grad += out.data / b.data * out.grad",
    symptom="It fails as soon as an operand is zero.",
    question="How do you get the other factor when the product is zero?",
    rule="Both factors are at hand. To divide the product by one of them is a detour that breaks at zero.",
)
value_mul.misconception_by_edit(
    "mul_adds_the_factors",
    "a.grad += b.data * out.grad\n        b.grad += a.data * out.grad",
    "a.grad += (a.data + b.data) * out.grad\n        b.grad += (a.data + b.data) * out.grad",
    symptom="Both operands get the same, unless they are one node.",
    question="Which of the two factors are you nudging?",
    rule="The gradient of one operand says what happens when this one moves and the other one stays.",
)
value_mul.misconception_by_edit(
    "mul_calls_the_step", "out._backward = _backward", "out._backward = _backward()", **CALLED_AT_ONCE
)
value_mul.misconception_by_edit("mul_keeps_numbers", "(a, b), ", "(a.data, b.data), ", **NUMBERS_KEPT)
value_mul.misconception_by_edit(
    "mul_forgets_an_operand",
    "(a, b), ",
    "(a,), ",
    symptom="The number and the gradients are right, but `_prev` does not hold both operands.",
    question="Starting from the result, can a backward pass reach both operands?",
    rule="A product has two parents. What isn't in `_prev` is not part of the graph.",
)
value_mul.misconception_by_edit(
    "mul_named_like_a_sum",
    '"*")',
    '"+")',
    **OTHER_NAME,
)
value_mul.misconception_by_edit(
    "mul_of_the_nodes",
    "a.data * b.data, (",
    "mul(a, b), (",
    symptom="It ends in a recursion error.",
    question="Which function do you call to multiply the two numbers?",
    rule="A node wraps a number. Do the arithmetic with the numbers, and wrap the result again.",
)

# --- value_pow --------------------------------------------------------------------------------------------

POWERS = [2, 3, -1, 0.5, -2, 1, 0, 2.5]


def base_and_exponent(draw: Draw):
    """A number and a power that it has: zero, too, with a power that has a slope there."""
    k = POWERS[draw.sizes["power"]]
    a = abs(number(draw)) + 0.5 if isinstance(k, float) else number(draw)
    a = a + math.copysign(0.3, a) if k < 0 else a
    a = 0.0 if k == 3 else -abs(a) if k == -1 else a  # an odd power of a negative number
    return {"a": a, "k": k, **gradients(draw)}


@grades(
    "value_pow",
    case_of=base_and_exponent,
    minimum={"power": 0},
    largest={"power": len(POWERS) - 1},
    floor=100_000.0,  # a third power times an upstream gradient of size 1000
    **ONE,
)
def value_pow(a, k, a_grad, out_grad):
    return {**one_in_torch(lambda x: x**k, "**", a, a_grad, out_grad), **REFUSED}


value_pow.play(to_a_power)


@value_pow.alternative
def asserted_like_the_lecture(a, k):
    assert isinstance(k, (int, float)), "only int or float powers"
    out = Value(a.data**k, (a,), "**")

    def _backward():
        a.grad += (k * a.data ** (k - 1)) * out.grad

    out._backward = _backward
    return out


@value_pow.alternative
def with_math_pow(a, k):
    if isinstance(k, Value):
        raise TypeError("an exponent is a number")
    out = Value(math.pow(a.data, k), [a], "**")
    slope = k * math.pow(a.data, k - 1)
    out._backward = lambda: receive(a, slope * out.grad)
    return out


@value_pow.alternative
def by_the_type_of_the_exponent(a, k):
    if type(k) not in (int, float):
        raise TypeError("an exponent is a number")
    out = Value(a.data**k, {a}, "**")

    def _backward():
        a.grad = a.grad + out.grad * k * a.data**k / a.data if a.data else a.grad + out.grad * (k == 1)

    out._backward = _backward
    return out


@value_pow.misconception(**NOT_A_NODE)
def pow_returns_a_number(a, k):
    if not isinstance(k, (int, float)):
        raise TypeError("an exponent is a number")
    return a.data**k


value_pow.misconception_by_edit("pow_overwrites", "a.grad += k", "a.grad = k", **OVERWRITTEN)
value_pow.misconception_by_edit("pow_forgets_what_came_in", " * out.grad", "", **LOCAL_ONLY)
value_pow.misconception_by_edit(
    "pow_calls_the_step", "out._backward = _backward", "out._backward = _backward()", **CALLED_AT_ONCE
)
value_pow.misconception_by_edit(
    "pow_exponent_not_lowered",
    "a.data ** (k - 1)",
    "a.data**k",
    symptom="The gradients are off by a factor that is the operand itself.",
    question="What is the derivative of a square: how often does x stand in it?",
    rule="Differentiating a power lowers it by one.",
)
value_pow.misconception_by_edit(
    "pow_brackets_missing",
    "a.data ** (k - 1)",
    "a.data**k - 1",
    symptom="The gradients are off, and a square is off by less the larger the operand is.",
    question="What does Python compute first: the power or the difference?",
    rule="A power binds tighter than a minus. Put the exponent in brackets.",
)
value_pow.misconception_by_edit(
    "pow_factor_forgotten",
    "k * a.data ** (k - 1)",
    "a.data ** (k - 1)",
    symptom="First powers are right. The gradients of others are off by a factor that is the exponent.",
    question="How many equal factors does a power have, and how many of them do you nudge?",
    rule="Differentiating a power brings the exponent down as a factor.",
)
value_pow.misconception_by_edit(
    "pow_exponent_as_a_node",
    "(a,), ",
    "(a, Value(k)), ",
    symptom="`_prev` holds a second node.",
    question="Does the exponent get a gradient here?",
    rule="A constant of an operation is no node of the graph.",
)


@value_pow.misconception(
    symptom="A node as exponent is accepted in silence.",
    question="Would the exponent ever hear of its gradient?",
    rule="A rule that holds for constants only must refuse everything else, or gradients get lost unseen.",
)
def pow_takes_any_exponent(a, k):
    k = k.data if isinstance(k, Value) else k
    out = Value(a.data**k, (a,), "**")

    def _backward():
        a.grad += k * a.data ** (k - 1) * out.grad

    out._backward = _backward
    return out


# --- value_exp --------------------------------------------------------------------------------------------


def one_operand(draw: Draw):
    """A number, sometimes zero and once almost too large, and a gradient that the leaf has already."""
    return {"a": (number(draw), -number(draw), 0.0, 600.0)[draw.sizes["which"]], **gradients(draw)}


@grades(
    "value_exp",
    case_of=one_operand,
    minimum={"which": 0},
    largest={"which": 3},
    floor=100_000.0,  # exp(3) times an upstream gradient of size 1000
    **ONE,
)
def value_exp(a, a_grad, out_grad):
    return one_in_torch(torch.exp, "exp", a, a_grad, out_grad)


value_exp.play(on_one_node)


@value_exp.alternative
def exp_as_a_power(a):
    out = Value(math.e**a.data, (a,), "exp")
    out._backward = lambda: receive(a, out.grad * math.e**a.data)
    return out


@value_exp.alternative
def exp_computed_again(a):
    out = Value(math.exp(a.data), [a], "exp")

    def step():
        a.grad = math.exp(a.data) * out.grad + a.grad

    out._backward = step
    return out


@value_exp.alternative
def exp_with_a_kept_number(a):
    e = torch.exp(torch.tensor(a.data, dtype=torch.float64)).item()
    out = Value(e, {a}, "exp")

    def _backward():
        a.grad += out.grad * e

    out._backward = _backward
    return out


@value_exp.misconception(**NOT_A_NODE)
def exp_returns_a_number(a):
    return math.exp(a.data)


value_exp.misconception_by_edit("exp_overwrites", "a.grad += out", "a.grad = out", **OVERWRITTEN)
value_exp.misconception_by_edit("exp_forgets_what_came_in", "out.data * out.grad", "out.data", **LOCAL_ONLY)
value_exp.misconception_by_edit(
    "exp_calls_the_step", "out._backward = _backward", "out._backward = _backward()", **CALLED_AT_ONCE
)
value_exp.misconception_by_edit("exp_keeps_a_number", "(a,), ", "(a.data,), ", **NUMBERS_KEPT)
value_exp.misconception_by_edit(
    "exp_of_the_gradient",
    "out.data * out.grad",
    "math.exp(out.grad)",
    symptom="The gradients are never negative, and huge or tiny where that of the result is not small.",
    question="Is it the slope of the result that is put into the exponential, or the operand?",
    rule="What came in is only ever multiplied. Going backwards is linear.",
)
value_exp.misconception_by_edit(
    "exp_differentiated_as_a_power",
    "out.data * out.grad",
    "a.data * math.exp(a.data - 1) * out.grad",
    symptom="The gradient of a zero is nothing, where the slope is one.",
    question="Where does the operand stand here: at the bottom of the power or at the top?",
    rule="The rule for a power is about its base. The exponential has a rule of its own.",
)
value_exp.misconception_by_edit(
    "exp_weighs_with_the_operand",
    "out.data * out.grad",
    "a.data * out.grad",
    symptom="The gradients are those of a square, or nearly.",
    question="How steep is the exponential where its value is 1? And where its value is 20?",
    rule="The slope of the exponential is as large as the exponential is high.",
)
value_exp.misconception_by_edit(
    "exp_with_three_digits_of_e",
    "math.exp(a.data)",
    "2.718**a.data",
    symptom="The numbers are right to three digits.",
    question="How many digits of e does your code know?",
    rule="Take constants from the library. What you have typed is what you get.",
)


@value_exp.misconception(
    symptom="The number is right, but the operand is no longer what it was.",
    question="Whose number do you change?",
    rule="A graph is a record: what has been computed from a number must find it there later.",
)
def exp_in_place_of_its_operand(a):
    a.data = math.exp(a.data)
    out = Value(a.data, (a,), "exp")

    def _backward():
        a.grad += out.data * out.grad

    out._backward = _backward
    return out


# --- value_tanh -------------------------------------------------------------------------------------------

POINTS = ["any", "zero", "negative", "small", "1000", "-1000"]


def tanh_operand(draw: Draw):
    """A number where the tanh bends, or one where it is flat."""
    what = POINTS[draw.sizes["point"]]
    near = {"zero": 0.0, "negative": -abs(number(draw)) / 2, "small": number(draw) / 100}
    a = float(what) if what.endswith("000") else near.get(what, number(draw) / 2)
    return {"a": a, **gradients(draw)}


@grades(
    "value_tanh",
    case_of=tanh_operand,
    minimum={"point": 0},
    largest={"point": len(POINTS) - 1},
    floor=1000.0,
    **ONE,
)
def value_tanh(a, a_grad, out_grad):
    return one_in_torch(torch.tanh, "tanh", a, a_grad, out_grad)


value_tanh.play(on_one_node)


@value_tanh.alternative
def tanh_of_falling_exponentials(a):
    e = math.exp(-2 * abs(a.data))
    out = Value(math.copysign((1 - e) / (1 + e), a.data), (a,), "tanh")

    def _backward():
        a.grad += 4 * e / (1 + e) ** 2 * out.grad

    out._backward = _backward
    return out


@value_tanh.alternative
def tanh_by_torch(a):
    out = Value(torch.tanh(torch.tensor(a.data, dtype=torch.float64)).item(), [a], "tanh")

    def _backward():
        a.grad += (1 - out.data) * (1 + out.data) * out.grad

    out._backward = _backward
    return out


@value_tanh.alternative
def tanh_with_a_kept_slope(a):
    t = math.tanh(a.data)
    slope = 1 - t * t
    out = Value(t, {a}, "tanh")
    out._backward = lambda: receive(a, slope * out.grad)
    return out


@value_tanh.misconception(**NOT_A_NODE)
def tanh_returns_a_number(a):
    return math.tanh(a.data)


value_tanh.misconception_by_edit("tanh_overwrites", "a.grad += (1", "a.grad = (1", **OVERWRITTEN)
value_tanh.misconception_by_edit(
    "tanh_forgets_what_came_in", "(1 - t**2) * out.grad", "1 - t**2", **LOCAL_ONLY
)
value_tanh.misconception_by_edit(
    "tanh_calls_the_step", "out._backward = _backward", "out._backward = _backward()", **CALLED_AT_ONCE
)
value_tanh.misconception_by_edit(
    "tanh_slope_of_the_input",
    "1 - t**2",
    "1 - a.data**2",
    symptom="Close to zero the gradients are nearly right. Further out they turn negative.",
    question="The derivative of tanh can be written with its input or its output. Which one is yours?",
    rule="The slope of a tanh lies between zero and one. Its short form speaks of what comes out.",
)
value_tanh.misconception_by_edit(
    "tanh_children_without_a_comma",
    "(a,), ",
    "(a), ",
    symptom="It fails with the message that a Value is not iterable.",
    question="What is the type of (a) in Python? And that of (a,)?",
    rule="Brackets don't make a tuple, the comma does.",
)
value_tanh.misconception_by_edit(
    "tanh_not_squared",
    "1 - t**2",
    "1 - t",
    symptom="For negative numbers the gradients are larger than what came in.",
    question="Is the output in your slope itself, or its square?",
    rule="At an output of minus one a tanh is as flat as at plus one: its slope cannot know the sign.",
)
value_tanh.misconception_by_edit(
    "tanh_slope_of_a_sigmoid",
    "1 - t**2",
    "t * (1 - t)",
    symptom="At zero nothing comes through, where the tanh is steepest.",
    question="To which squashing function does your derivative belong?",
    rule="The sigmoid and the tanh have the same form but not the same range, nor the same slope.",
)
value_tanh.misconception_by_edit(
    "tanh_is_a_sigmoid",
    "math.tanh(a.data)",
    "1 / (1 + math.exp(-max(a.data, -700.0)))",
    symptom="The results lie between zero and one, and at zero there is a half.",
    question="Which values can a tanh take?",
    rule="A tanh runs from minus one to one and passes through zero.",
)
value_tanh.misconception_by_edit(
    "tanh_overflows",
    "t = math.tanh(a.data)",
    "e = math.exp(2 * a.data)\n    t = (e - 1) / (e + 1)",
    symptom="Ordinary numbers are right. For 1000 it ends in an overflow error.",
    question="How large is the exponential of 2000?",
    rule="A formula can be right and still pass through a number that no float holds.",
)

# --- value_relu -------------------------------------------------------------------------------------------

CORNERS = ["positive", "negative", "zero", "small and positive", "small and negative"]


def relu_operand(draw: Draw):
    """A number on either side of the corner, or at it."""
    size = abs(number(draw))
    small = size / 1000
    return {"a": [size, -size, 0.0, small, -small][draw.sizes["corner"]], **gradients(draw)}


@grades(
    "value_relu",
    case_of=relu_operand,
    minimum={"corner": 0},
    largest={"corner": len(CORNERS) - 1},
    floor=1000.0,
    **ONE,
)
def value_relu(a, a_grad, out_grad):
    return one_in_torch(torch.relu, "relu", a, a_grad, out_grad)


value_relu.play(on_one_node)


@value_relu.alternative
def relu_like_micrograd(a):
    out = Value(0.0 if a.data < 0 else a.data, (a,), "relu")

    def _backward():
        a.grad += (out.data > 0) * out.grad

    out._backward = _backward
    return out


@value_relu.alternative
def relu_with_a_kept_slope(a):
    slope = 1.0 if a.data > 0 else 0.0
    out = Value(slope * a.data, {a}, "relu")
    out._backward = lambda: receive(a, slope * out.grad)
    return out


@value_relu.alternative
def relu_that_closes_the_way(a):
    if a.data <= 0:
        return Value(0.0, [a], "relu")
    out = Value(a.data, [a], "relu")

    def step():
        a.grad = a.grad + out.grad

    out._backward = step
    return out


@value_relu.misconception(**NOT_A_NODE)
def relu_returns_a_number(a):
    return max(0.0, a.data)


value_relu.misconception_by_edit("relu_overwrites", "a.grad += out.grad", "a.grad = out.grad", **OVERWRITTEN)
value_relu.misconception_by_edit(
    "relu_calls_the_step", "out._backward = _backward", "out._backward = _backward()", **CALLED_AT_ONCE
)
value_relu.misconception_by_edit(
    "relu_forgets_what_came_in", "a.grad += out.grad", "a.grad += 1.0", **LOCAL_ONLY
)
value_relu.misconception_by_edit(
    "relu_open_at_the_corner",
    "if a.data > 0:",
    "if a.data >= 0:",
    symptom="All is right but at zero, where a gradient comes through.",
    question="Which convention does the task name for the corner?",
    rule="At a corner there is no slope, only an agreement. Here it is that nothing flows back.",
)
value_relu.misconception_by_edit(
    "relu_lets_every_gradient_through",
    "if a.data > 0:\n            a.grad += out.grad",
    "a.grad += out.grad",
    symptom="Negative numbers get a gradient.",
    question="You nudge a negative number a little. Does the result move?",
    rule="Where a function is flat, nothing flows back.",
)
value_relu.misconception_by_edit(
    "relu_asks_the_gradient",
    "if a.data > 0:",
    "if out.grad > 0:",
    symptom="Negative gradients never come through, positive ones always.",
    question="Who decides whether the gate is open: what went forward, or what comes back?",
    rule="The gate was opened or closed in the forward pass. The gradient has no say in it.",
)
value_relu.misconception_by_edit(
    "relu_clips_the_gradient",
    "a.grad += out.grad",
    "a.grad += max(0.0, out.grad)",
    symptom="Negative gradients never come through.",
    question="May a gradient be negative?",
    rule="A relu cuts numbers off on the way forward. On the way back it multiplies by zero or by one.",
)
value_relu.misconception_by_edit(
    "relu_weighs_with_the_number",
    "a.grad += out.grad",
    "a.grad += out.data * out.grad",
    symptom="Positive numbers get a gradient that grows with them.",
    question="How steep is a relu at 1, and how steep at 10?",
    rule="Where a relu lets numbers pass, it is a straight line.",
)
value_relu.misconception_by_edit(
    "relu_is_an_absolute_value",
    "max(0.0, a.data)",
    "abs(a.data)",
    symptom="Negative numbers come out positive.",
    question="What should become of a negative number?",
    rule="A relu turns nothing round. It keeps what is positive and drops the rest.",
)

# --- tanh_decomposed --------------------------------------------------------------------------------------

# Right versions of the four operations, put in the place of the student's. Each notes what it has made.
PREPARE = remote_function("""
def prepare(node):
    import math
    Value, module = type(node), type(node).__init__.__globals__
    made = {}

    def record(data, children, slopes):
        out = Value(data, children, "part")
        def backward():
            for child, slope in zip(children, slopes):
                child.grad += slope * out.grad
        out._backward = backward
        made[id(out)] = out
        return out

    def add(a, b):
        return record(a.data + b.data, (a, b), (1.0, 1.0))
    def mul(a, b):
        return record(a.data * b.data, (a, b), (b.data, a.data))
    def power(a, k):
        if not isinstance(k, (int, float)):
            raise TypeError("the exponent must be a plain number")
        return record(a.data ** k, (a,), (k * a.data ** (k - 1),))
    def exp(a):
        return record(math.exp(a.data), (a,), (math.exp(a.data),))

    module.update(add=add, mul=mul, power=power, exp=exp, _made=made)
""")
# A backward pass through the graph, and whether all of it was made by the four operations.
SWEEP = remote_function("""
def sweep(out, node):
    order, seen = [], set()
    def visit(v):
        if id(v) not in seen:
            seen.add(id(v))
            for child in v._prev:
                visit(child)
            order.append(v)
    visit(out)
    out.grad = 1.0
    for v in reversed(order):
        v._backward()
    made = type(node).__init__.__globals__["_made"]
    small = all(id(v) in made or not v._prev for v in order) and out._op == "part"
    parts = "the four operations" if small else "other nodes"
    return {"data": out.data, "gradient of n": node.grad, "graph": parts, "n": node.data}
""")


PARTS = {name: (name,) for name in ("data", "gradient of n", "graph", "n")}


def moderate(draw: Draw, shape: tuple[int, ...]) -> float:
    return number(draw) / 2


@grades("tanh_decomposed", n=moderate, examples=8, floor=10.0, parts=PARTS, uses=("Value",))
def tanh_decomposed(n):
    answer = {"data": math.tanh(n), "gradient of n": 1 / math.cosh(n) ** 2}
    return {**answer, "graph": "the four operations", "n": n}


@tanh_decomposed.play
def through_all_parts(student, n):
    node = student.Value(n)
    student.run(PREPARE, node)
    return student.run(SWEEP, student(node), node)


@tanh_decomposed.alternative
def exponential_made_twice(n):
    top = add(exp(add(n, n)), Value(-1.0))
    return mul(top, power(add(exp(mul(n, Value(2.0))), Value(1.0)), -1.0))


@tanh_decomposed.alternative
def with_both_exponentials(n):
    up, down = exp(n), exp(mul(Value(-1.0), n))
    return mul(add(up, mul(down, Value(-1.0))), power(add(up, down), -1))


@tanh_decomposed.alternative
def as_a_stretched_sigmoid(n):
    sigmoid = power(add(Value(1.0), exp(mul(n, Value(-2.0)))), -1)
    return add(mul(Value(2.0), sigmoid), Value(-1.0))


tanh_decomposed.misconception_by_edit(
    "exponential_of_n_itself",
    "exp(mul(Value(2.0), n))",
    "exp(n)",
    symptom="The result is right at zero only: it is the tanh of half the number.",
    question="Of which multiple of n does the formula take the exponential?",
    rule="Write the formula down and compare it with math.tanh at two points before you build the graph.",
)
tanh_decomposed.misconception_by_edit(
    "numerator_and_denominator_swapped",
    "mul(numerator, power(denominator, -1))",
    "mul(denominator, power(numerator, -1))",
    symptom="The results are larger than one in size, and zero is out of the question.",
    question="Which of the two parts is the smaller one?",
    rule="A tanh stays between minus one and one.",
)
tanh_decomposed.misconception_by_edit(
    "division_forgotten",
    "power(denominator, -1)",
    "denominator",
    symptom="The results grow without bound.",
    question="What happens to the second part: do you multiply by it, or divide by it?",
    rule="To divide is to multiply by a power, and the power has a sign.",
)
tanh_decomposed.misconception_by_edit(
    "signs_of_the_result_reversed",
    "mul(numerator, power",
    "mul(mul(Value(-1.0), numerator), power",
    symptom="Number and gradient have the wrong sign.",
    question="What is the tanh of a positive number?",
    rule="A tanh rises everywhere, so its gradient is never negative.",
)
tanh_decomposed.misconception_by_edit(
    "exponent_as_a_node",
    "power(denominator, -1)",
    "power(denominator, Value(-1.0))",
    symptom="It fails: the exponent is refused.",
    question="What does `power` take as its second argument?",
    rule="Nothing flows back to an exponent here, so it is a plain number and no node.",
)
tanh_decomposed.misconception_by_edit(
    "constants_as_bare_numbers",
    "mul(Value(2.0), n)",
    "mul(2.0, n)",
    symptom="It fails, because a float has no data.",
    question="What do `add` and `mul` expect of their operands?",
    rule="As long as nobody wraps a number for you, wrap it yourself.",
)


@tanh_decomposed.misconception(
    symptom="The number is right and no gradient arrives at n.",
    question="Along which nodes can the gradient get from the result to n?",
    rule="Whoever takes the number out of a node cuts the graph there.",
)
def graph_cut_by_data(n):
    e = math.exp(2 * n.data)
    return mul(Value(e - 1.0), power(Value(e + 1.0), -1))


@tanh_decomposed.misconception(
    symptom="Number and gradient are right, but the graph has only one operation.",
    question="Of which smaller operations is your result made?",
    rule="One step or many, the gradient is the same. This task is about seeing that for the many.",
)
def tanh_in_one_step(n):
    t = math.tanh(n.data)
    out = Value(t, (n,), "tanh")

    def _backward():
        n.grad += (1 - t * t) * out.grad

    out._backward = _backward
    return out
