"""What is true of operators that build everything from sums, products and powers."""

import torch

from dojo.grading import Draw, grades, remote_function

FORMS = {
    "a + b": lambda a, b: a + b,
    "a + 2": lambda a, b: a + 2,
    "2 + a": lambda a, b: 2 + a,
    "a * b": lambda a, b: a * b,
    "a * 0.5": lambda a, b: a * 0.5,
    "3 * a": lambda a, b: 3 * a,
    "a + 0": lambda a, b: a + 0,
    "0 + a": lambda a, b: 0 + a,
    "a - 0": lambda a, b: a - 0,
    "a * 1": lambda a, b: a * 1,
    "1 * a": lambda a, b: 1 * a,
    "a / 1": lambda a, b: a / 1,
    "a ** 1": lambda a, b: a**1,
    "a ** 3": lambda a, b: a**3,
    "a ** -2": lambda a, b: a**-2,
    "(a * a) ** 0.5": lambda a, b: (a * a) ** 0.5,
    "-a": lambda a, b: -a,
    "a - b": lambda a, b: a - b,
    "a - 2": lambda a, b: a - 2,
    "2.5 - a": lambda a, b: 2.5 - a,
    "a / b": lambda a, b: a / b,
    "a / 4": lambda a, b: a / 4,
    "3 / a": lambda a, b: 3 / a,
    "0 / a": lambda a, b: 0 / a,
    "a * a - a / a": lambda a, b: a * a - a / a,
    "sum([a, b, a])": lambda a, b: sum([a, b, a]),
    "1 - b / a * 2": lambda a, b: 1 - b / a * 2,
}

# By the methods that they need, so that an error in one does not hide the others.
GROUPS = (
    ("a + b", "a * b", "a ** 3", "a ** 1"),
    ("a + 2", "a * 0.5", "a + 0", "a * 1"),
    ("2 + a", "sum([a, b, a])", "0 + a"),
    ("3 * a", "1 * a"),
    ("-a",),
    ("a - b", "a - 2", "a - 0"),
    ("2.5 - a",),
    ("a / b", "a / 4", "a / 1"),
    ("3 / a",),
    ("0 / a",),
    ("a ** -2", "(a * a) ** 0.5"),
    ("a * a - a / a", "1 - b / a * 2"),
)


def case_of(draw: Draw) -> dict:
    """Two numbers of different size, and some expressions with them."""
    a, b = draw.pick((0.5, -1.25, 2.5, -3.0, 0.8)), draw.pick((-0.75, 1.5, -2.0, 4.0, 0.3))
    return {"a": a, "b": b, "expressions": list(GROUPS[draw.sizes["K"]])}


# From the history that a result has recorded, its slopes with respect to a and b.
HISTORY = remote_function("""
def history(results, a, b):
    def slope(node, leaf):
        if node is leaf:
            return 1.0
        slopes = [slope(parent, leaf) for parent in node._prev]
        if node._op == "+":
            return slopes[0] + slopes[1]
        if node._op == "*":
            x, y = node._prev
            return slopes[0] * y.data + x.data * slopes[1]
        if node._op.startswith("**"):
            k = float(node._op[2:])
            return k * node._prev[0].data ** (k - 1) * slopes[0]
        return 0.0

    def told(result):
        if type(result) is not type(a):
            return f"a {type(result).__name__} and no Value"
        return {"data": result.data, "slope in a": slope(result, a), "slope in b": slope(result, b)}

    return [told(result) for result in results], [a.data, b.data], [r is a or r is b for r in results]
""")


@grades(
    "value_operators",
    case_of=case_of,
    minimum={"K": 0},
    largest={"K": len(GROUPS) - 1},
    every=True,
    examples=4,
    floor=1.0,
)
def operators(a, b, expressions):
    answer = {}
    for name in expressions:
        with torch.enable_grad():
            leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (a, b)]
            result = FORMS[name](*leaves)
            slopes = torch.autograd.grad(result, leaves, allow_unused=True)
        da, db = (0.0 if slope is None else slope.item() for slope in slopes)
        answer[name] = {"data": result.item(), "slope in a": da, "slope in b": db}
    return answer | {"a and b afterwards": [a, b], "results that are a or b themselves": "none"}


@operators.play
def play_operators(student, a, b, expressions):
    first, second = student.Value(a), student.Value(b)
    results = [FORMS[name](first, second) for name in expressions]
    told, afterwards, old = student.run(HISTORY, results, first, second)
    old_ones = ", ".join(name for name, is_old in zip(expressions, old, strict=True) if is_old)
    known = {"a and b afterwards": afterwards, "results that are a or b themselves": old_ones or "none"}
    return dict(zip(expressions, told, strict=True)) | known


class Leaf:
    def __init__(self, data, parents=(), op=""):
        self.data = data
        self._prev, self._op = parents, op


@operators.alternative
class ByTheOppositeMethods(Leaf):
    def __add__(self, other):
        return add(self, other if isinstance(other, Value) else Value(other))

    def __mul__(self, other):
        return mul(self, other if isinstance(other, Value) else Value(other))

    def __pow__(self, exponent):
        return power(self, exponent)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return -(self - other)

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    __radd__ = __add__
    __rmul__ = __mul__


@operators.alternative
class WrappedFirst(Leaf):
    def _both(self, other):
        return self, type(self)(float(other)) if isinstance(other, (int, float)) else other

    def __add__(self, other):
        return add(*self._both(other))

    def __radd__(self, other):
        return self + other

    def __mul__(self, other):
        return mul(*self._both(other))

    def __rmul__(self, other):
        return self * other

    def __pow__(self, exponent):
        return power(self, exponent)

    def __neg__(self):
        return self.__mul__(-1.0)

    def __sub__(self, other):
        mine, its = self._both(other)
        return add(mine, -its)

    def __rsub__(self, other):
        mine, its = self._both(other)
        return its - mine

    def __truediv__(self, other):
        mine, its = self._both(other)
        return mul(mine, its**-1)

    def __rtruediv__(self, other):
        mine, its = self._both(other)
        return its / mine


@operators.alternative
class SumsOfNegatives(Leaf):
    def __add__(self, other):
        return add(self, wrap(other))

    def __radd__(self, other):
        return wrap(other) + self

    def __mul__(self, other):
        return mul(self, wrap(other))

    def __rmul__(self, other):
        return wrap(other) * self

    def __pow__(self, exponent):
        return power(self, exponent)

    def __neg__(self):
        return mul(Value(-1), self)

    def __sub__(self, other):
        return add(mul(wrap(other), Value(-1)), self)

    def __rsub__(self, other):
        return wrap(other) - self

    def __truediv__(self, other):
        return mul(power(wrap(other), -1.0), self)

    def __rtruediv__(self, other):
        return wrap(other) / self


def wrap(x):
    return x if isinstance(x, Value) else Value(x)


operators.misconception_by_edit(
    "numbers_not_wrapped",
    "return add(self, _wrapped(other))",
    "return add(self, other)",
    symptom="`a + b` works, and `a + 2` raises an error in `add`.",
    question="What is the other operand in `a + 2`, and what does `add` want?",
    rule="A plain number becomes a leaf of its own before anything is computed with it.",
)
operators.misconception_by_edit(
    "no_reflected_addition",
    "def __radd__",
    "def radd",
    symptom="`a + 2` works, `2 + a` and `sum([a, b])` do not.",
    question="Whom does Python ask first when the left operand is an int, and whom afterwards?",
    rule="sum starts with the int 0, so even a sum of your own objects needs the reflected method.",
)
operators.misconception_by_edit(
    "no_reflected_product",
    "def __rmul__",
    "def rmul",
    symptom="`a * 2` works, `3 * a` does not.",
    question="Whom does Python ask first when the left operand is an int, and whom afterwards?",
    rule="Each operator has a reflected twin for an operand on the right. None comes by itself.",
)
operators.misconception_by_edit(
    "no_reflected_difference",
    "def __rsub__",
    "def rsub",
    symptom="`a - 2` works, `2.5 - a` does not.",
    question="Does the reflected sum help when Python looks for a difference?",
    rule="Each operator has a reflected twin for an operand on the right. None comes by itself.",
)
operators.misconception_by_edit(
    "no_reflected_quotient",
    "def __rtruediv__",
    "def rtruediv",
    symptom="`a / 4` works, `3 / a` does not.",
    question="Does the reflected product help when Python looks for a quotient?",
    rule="Each operator has a reflected twin for an operand on the right. None comes by itself.",
)
operators.misconception_by_edit(
    "reflected_method_calls_itself",
    "return add(_wrapped(other), self)",
    "return other + self",
    symptom="`2 + a` never comes to an end: Python stops it when calls are nested too deeply.",
    question="Inside the reflected method, which method does Python call for an int plus your object?",
    rule="A method that uses its own operator on the same operands calls itself. Change an operand first.",
)
operators.misconception_by_edit(
    "sum_calls_itself",
    "return add(self, _wrapped(other))",
    "return self + other",
    symptom="Not even `a + b` comes to an end: Python stops it when calls are nested too deeply.",
    question="Which method does a plus sign between two of your objects call?",
    rule="At the bottom there must be something that does not use the operator that it defines.",
)
operators.misconception_by_edit(
    "reflected_minus_swapped",
    "return add(_wrapped(other), -self)",
    "return add(self, -_wrapped(other))",
    symptom="`a - 2` is right, `2.5 - a` has the wrong sign.",
    question="Which of the two stands on the left when Python calls the reflected method?",
    rule="In a reflected method, self is the operand on the right.",
)
operators.misconception_by_edit(
    "reflected_division_swapped",
    "return mul(_wrapped(other), power(self, -1))",
    "return mul(self, power(_wrapped(other), -1))",
    symptom="`a / 4` is right, `3 / a` is turned upside down.",
    question="Which of the two stands on the left when Python calls the reflected method?",
    rule="In a reflected method, self is the operand on the right.",
)
operators.misconception_by_edit(
    "minus_the_wrong_way_round",
    "return add(self, -_wrapped(other))",
    "return add(_wrapped(other), -self)",
    symptom="Every difference of two Values has the wrong sign.",
    question="Which of the two is subtracted in `a - b`, self or other?",
    rule="In an ordinary method, self is the operand on the left.",
)
operators.misconception_by_edit(
    "negative_is_a_plain_number",
    "return mul(self, Value(-1.0))",
    "return -self.data",
    symptom="`-a` is a float, and differences fail because of it.",
    question="What type does each of your operators return, the one for the minus sign too?",
    rule="Every operation on a recording number returns a recording number, or the chain is cut.",
)
operators.misconception_by_edit(
    "sum_is_a_plain_number",
    "return add(self, _wrapped(other))",
    "return add(self, _wrapped(other)).data",
    symptom="`a + b` is a float, not a Value.",
    question="What would a longer expression do with the result of your sum?",
    rule="Every operation on a recording number returns a recording number, or the chain is cut.",
)
operators.misconception_by_edit(
    "difference_without_a_past",
    "return add(self, -_wrapped(other))",
    "return Value(self.data - _wrapped(other).data)",
    symptom="The number of a difference is right, but its slopes in a and b are zero.",
    question="From which numbers does the result of your subtraction say that it was made?",
    rule="A new number that is made from the data alone has no history to go back through.",
)
operators.misconception_by_edit(
    "quotient_without_half_its_past",
    "return mul(self, power(_wrapped(other), -1))",
    "return mul(self, Value(1 / _wrapped(other).data))",
    symptom="The number of a quotient is right, but it does not know that it depends on the divisor.",
    question="If the divisor grows a little, does the quotient move, and who has written that down?",
    rule="Both operands belong to the history of a result.",
)
operators.misconception_by_edit(
    "adds_into_the_left_operand",
    "return add(self, _wrapped(other))",
    "self.data += _wrapped(other).data\n        return self",
    symptom="After `a + b`, a holds another number than before.",
    question="Does a sum make something new, or change something that was there?",
    rule="An operation makes a new object and leaves its operands as they are.",
)
operators.misconception_by_edit(
    "whole_division",
    "return mul(self, power(_wrapped(other), -1))",
    "return Value(self.data // _wrapped(other).data, (self,), '/')",
    symptom="Quotients have lost everything after the decimal point, and their slopes are zero.",
    question="Which of Python's two divisions was asked for?",
    rule="Two slashes round down, one does not.",
)
operators.misconception_by_edit(
    "quotient_turned_over",
    "return mul(_wrapped(other), power(self, -1))",
    "return power(mul(self, power(_wrapped(other), -1)), -1)",
    symptom="`3 / a` is right, `0 / a` fails.",
    question="Which two quotients do you compute for `0 / a`, and do both of them exist?",
    rule="A detour has to exist for every number for which the way itself exists.",
)
