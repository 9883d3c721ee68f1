"""What is true of a scalar that can run its own history backwards: random programs, and shapes that catch."""

import math

import torch

from dojo.grading import Draw, grades, remote_function

# Each of these shapes is played in every run: no smaller set shows all the mistakes below. A graph without a
# result that is used at two depths hides every mistake in the order of the backward pass, and each of the
# two orders of the operands hides some.
PROGRAMS = (
    ("d = a * b", "e = d + c", "f = e * k"),  # a tree
    ("d = a + a", "e = b * b", "f = d * e"),  # a leaf used twice by one operation
    ("d = a * b", "e = a + b", "f = d * e"),  # leaves used twice
    ("d = a * b", "e = d + d"),
    ("d = a * b", "e = d * c", "f = d + c", "g = e * f"),  # a result used twice, at one depth
    ("d = a * b", "e = d + c", "f = d * e"),  # at two depths, the direct use first
    ("d = a * b", "e = d + c", "f = e * d"),  # the same, the direct use last
    ("d = a * b", "e = d + c", "f = e * c", "g = f + a", "h = g * d"),
    ("d = a * b", "e = d.exp()", "f = e * d"),
    ("d = a * b", "e = d.tanh()", "f = e * d"),
    (
        "d = a / 4",  # one of d and -d is positive, and below 1
        "e = d.relu()",
        "f = e * -2",
        "g = f + d",
        "h = -d",
        "i = h.relu()",
        "j = i * -3",
        "l = g + j",
    ),
    (
        "d = a * b",
        "e = d ** 3",
        "f = e * d",
        "g = c ** -2",
        "h = g * f",
        "i = k ** 2",
        "j = i ** 0.5",
        "l = j * h",
    ),
    ("d = sum(a, b, a)",),
    ("d = a - 2", "e = d / 4", "f = e * 3", "g = f + 1.5"),
    ("d = 3 * a", "e = d * b"),
    ("d = 2 - a", "e = d * a"),
    ("d = 3 / a", "e = d * b"),
    ("d = 2 + a", "e = 3 * d", "f = 1.5 - e", "g = 2 * f"),
    ("d = a - b", "e = b - a", "f = d * e", "g = a / b", "h = b / a", "i = g - h", "j = f * i", "l = -j"),
    ("d = a * b", "e = d + c", "e.backward()", "f = a * c", "g = f + a"),  # two losses, the same leaves
    ("d = a * c", "e = b * c", "f = d * e"),  # a and b hold the same number
    ("d = a - b", "e = d.relu()", "f = e * c", "g = f + d"),  # here as well: relu exactly at its corner
)
EQUAL = len(PROGRAMS) - 2  # from here on
DRAWN = 4  # further kinds, whose programs are random
FORMS = (
    *("{0} + {1}", "{1} * {0}", "{0} - {1}", "{1} - {0}", "{0} / {1}", "{1} / {0}", "sum({0}, {1}, {0})"),
    *("{0}.exp()", "{0}.tanh()", "{0}.relu()", "-{0}", "{0} ** 2", "{0} ** -1"),
    *("2 * {0}", "1.5 - {0}", "{0} / 2", "3 / {0}", "{0} + 1", "{0} - 0.5"),
)


def perform(line: str, values: dict) -> None:
    """Carry out one line of a program on whatever computes: torch's scalars, or the student's."""
    name, equals, text = line.partition(" = ")
    if not equals:
        return values[name.removesuffix(".backward()")].backward()
    if text.startswith("sum("):
        result = sum([values[part] for part in text[4:-1].split(", ")])
    elif text.endswith("()"):
        operand, method = text[:-2].split(".")
        result = getattr(values[operand], method)()
    elif " " not in text:
        result = -values[text[1:]]
    else:
        left, sign, right = text.split(" ")
        x, y = (values[part] if part in values else number(part) for part in (left, right))
        result = {
            "+": lambda: x + y,
            "-": lambda: x - y,
            "*": lambda: x * y,
            "/": lambda: x / y,
            "**": lambda: x**y,
        }[sign]()
    values[name] = result


def name_of_the_end(program: list[str]) -> str:
    """The result at which the last backward pass starts."""
    return program[-1].removesuffix(".backward()")


def number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def case_of(draw: Draw) -> dict:
    """Leaves of different sizes, none of them 0 or 1, and a program of the kind that was drawn."""
    kind = draw.sizes["K"]
    sizes = torch.tensor([0.5, 0.75, 1.25, 1.5, 2.0, 2.5], dtype=torch.float64)
    sizes = sizes + (0.2 * draw.uniform(6) if draw.structure.style > 1 else 0.0)
    signs = (draw.uniform(6) < 0.5) * 2 - 1
    leaves = dict(zip("abck", (sizes * signs)[draw.uniform(6).argsort()].tolist(), strict=False))
    if EQUAL <= kind < len(PROGRAMS):
        leaves["b"] = leaves["a"]
    program = PROGRAMS[kind] if kind < len(PROGRAMS) else random_program(draw, leaves)
    last = program[-1].split(" = ")[0]
    return {"leaves": leaves, "program": [*program, f"{last}.backward()"]}


def random_program(draw: Draw, leaves: dict[str, float]) -> list[str]:
    """A chain of results, each made of the one before and of any other. No step is near a kink or a pole."""
    values = {name: torch.tensor(value, dtype=torch.float64) for name, value in leaves.items()}
    lines: list[str] = []
    last = draw.pick("abck")
    for name in "defgh":
        for _ in range(50):
            line = f"{name} = " + draw.pick(FORMS).format(last, draw.pick([*values]))
            perform(line, values)
            if 0.05 < abs(values[name]) < (0.99 if "tanh" in line else 20.0):
                lines.append(line)
                last = name
                break
            del values[name]
    return lines


@grades(
    "micrograd_value",
    case_of=case_of,
    minimum={"K": 0},
    largest={"K": len(PROGRAMS) - 1 + DRAWN},
    every=True,
    examples=4,
    floor=1.0,
)
def value(leaves, program):
    with torch.enable_grad():
        values = {
            name: torch.tensor(x, dtype=torch.float64, requires_grad=True) for name, x in leaves.items()
        }
        scalars = dict(values)
        for line in program:
            perform(line, values)
    answer = {f"{name}.data": values[name].item() for name in values if name not in leaves}
    answer[f"{name_of_the_end(program)}.grad"] = 1.0
    return answer | {f"{name}.grad": 0.0 if x.grad is None else x.grad.item() for name, x in scalars.items()}


# Most engines keep the inputs of a node in a set, whose order is that of addresses in memory: a wrong engine
# is then wrong today and right tomorrow. Here such a set is gone through in the order of the operands.
SETTLE = remote_function("""
def settle(root, made):
    class InOrder(set):
        def __iter__(self):
            return iter(self.order)

    operands = {id(node): list(dict.fromkeys(inputs)) for node, inputs in made}
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        inputs = getattr(node, "_prev", None)
        if id(node) in seen or type(inputs) is not set or not all(hasattr(x, "data") for x in inputs):
            continue
        seen.add(id(node))
        waiting.extend(inputs)
        known = operands.get(id(node))
        settled = InOrder(inputs)
        settled.order = known if known and inputs == set(known) else sorted(inputs, key=lambda n: n.data)
        node._prev = settled
""")
READ = remote_function("""
def read(results, nodes):
    return [result.data for result in results], [node.grad for node in nodes]
""")


@value.play
def play_value(student, leaves, program):
    scalars = {name: student.Value(x) for name, x in leaves.items()}
    values = dict(scalars)
    made = []
    for line in program:
        name, equals, text = line.partition(" = ")
        if not equals:
            student.run(SETTLE, values[name.removesuffix(".backward()")], made)
        perform(line, values)
        operands = [values[word] for word in text.split(" ")[::2] if word in values]
        made += [(values[name], operands)] if len(operands) == 2 else []
    names = [name for name in values if name not in leaves]
    end = name_of_the_end(program)
    nodes = [values[end], *scalars.values()]
    data, grads = student.run(READ, [values[name] for name in names], nodes)
    answer = dict(zip([f"{name}.data" for name in names], data, strict=True))
    return answer | dict(zip([f"{name}.grad" for name in (end, *leaves)], grads, strict=True))


# -- other designs ---------------------------------------------------------------------------------------


class Arithmetic:
    """Operations that record each operand with the slope towards it, for designs that differ in backward."""

    def __init__(self, data, inputs=()):
        self.data, self.grad, self.inputs = data, 0.0, inputs

    def _other(self, x):
        return x if isinstance(x, Arithmetic) else type(self)(x)

    def __add__(self, other):
        other = self._other(other)
        return type(self)(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = self._other(other)
        return type(self)(self.data * other.data, ((self, other.data), (other, self.data)))

    def __sub__(self, other):
        other = self._other(other)
        return type(self)(self.data - other.data, ((self, 1.0), (other, -1.0)))

    def __truediv__(self, other):
        other = self._other(other)
        slopes = 1 / other.data, -self.data / other.data**2
        return type(self)(self.data / other.data, ((self, slopes[0]), (other, slopes[1])))

    def __pow__(self, k):
        return type(self)(self.data**k, ((self, k * self.data ** (k - 1)),))

    def exp(self):
        e = math.exp(self.data)
        return type(self)(e, ((self, e),))

    def tanh(self):
        e = math.exp(2 * self.data)
        t = (e - 1) / (e + 1)
        return type(self)(t, ((self, 1 - t * t),))

    def relu(self):
        return type(self)(self.data if self.data > 0 else 0.0, ((self, 1.0 if self.data > 0 else 0.0),))

    def __neg__(self):
        return type(self)(-self.data, ((self, -1.0),))

    def __rsub__(self, other):
        return self._other(other) - self

    def __rtruediv__(self, other):
        return self._other(other) / self

    __radd__ = __add__
    __rmul__ = __mul__


@value.alternative
class EachPathByItself(Arithmetic):
    def backward(self):
        self.receive(1.0)

    def receive(self, amount):
        self.grad += amount
        for node, slope in self.inputs:
            node.receive(slope * amount)


@value.alternative
class YoungestFirst(Arithmetic):
    created = 0

    def __init__(self, data, inputs=()):
        self.data, self.grad, self.inputs = data, 0.0, inputs
        type(self).created += 1
        self.age = type(self).created

    def backward(self):
        found, waiting = {}, [self]
        while waiting:
            node = waiting.pop()
            if node.age not in found:
                found[node.age] = node
                waiting.extend(source for source, _ in node.inputs)
        self.grad = 1.0
        for age in sorted(found, reverse=True):
            for source, slope in found[age].inputs:
                source.grad += slope * found[age].grad


@value.alternative
class WhenAllUsesAreIn(Arithmetic):
    def backward(self):
        uses, waiting = {}, [self]
        while waiting:
            for source, _ in waiting.pop().inputs:
                uses[source] = uses.get(source, 0) + 1
                if uses[source] == 1:
                    waiting.append(source)
        self.grad = 1.0
        ready = [self]
        while ready:
            node = ready.pop()
            for source, slope in node.inputs:
                source.grad += slope * node.grad
                uses[source] -= 1
                if uses[source] == 0:
                    ready.append(source)


@value.alternative
class TapeWithoutOrder(Arithmetic):
    tape = []  # noqa: RUF012

    def __init__(self, data, inputs=()):
        self.data, self.grad, self.inputs = data, 0.0, inputs
        self.tape.append(self)

    def backward(self):
        deltas = {id(self): 1.0}
        for node in reversed(self.tape):
            delta = deltas.get(id(node), 0.0)
            node.grad += delta
            for source, slope in node.inputs:
                deltas[id(source)] = deltas.get(id(source), 0.0) + slope * delta


# -- mistakes in the order of the backward pass ----------------------------------------------------------

ORDER = """\
        order: list[Value] = []
        visited: set[Value] = set()

        def visit(node: Value) -> None:
            if node not in visited:
                visited.add(node)
                for child in node._prev:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
"""
AFTER_THE_INPUTS = """\
                for child in node._prev:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
"""

value.misconception_by_edit(
    "eager_recursion",
    ORDER,
    """\
        def back(node):
            node._backward()
            for child in node._prev:
                back(child)

        self.grad = 1.0
        back(self)
""",
    symptom="Trees are right. Where a result is used twice, the leaves below it get too much.",
    question="When a node passes its gradient on, has it received all that it will ever receive?",
    rule="A node may pass its gradient on once, after all who use it have passed on theirs.",
)
value.misconception_by_edit(
    "order_on_the_way_down",
    AFTER_THE_INPUTS,
    """\
                order.append(node)
                for child in node._prev:
                    visit(child)

        visit(self)
        self.grad = 1.0
        for node in order:
            node._backward()
""",
    symptom="Trees are right. With a result that is used at two depths, it depends on the order of operands.",
    question="When is a node put on your list: before or after everything that it was made from?",
    rule="A list in which every node stands after its inputs is made on the way back out of the recursion.",
)
value.misconception_by_edit(
    "breadth_first_order",
    ORDER,
    """\
        order, waiting = [], [self]
        while waiting:
            node = waiting.pop(0)
            if node not in order:
                order.append(node)
                waiting.extend(node._prev)
        self.grad = 1.0
        for node in order:
            node._backward()
""",
    symptom="Most graphs are right. A result that is used directly and, further down, once more is not.",
    question="Is a node that is close to the end by one path always finished before those further away?",
    rule="The distance from the end says nothing: the longest path to a node decides when it is ready.",
)
value.misconception_by_edit(
    "no_visited_set",
    "            if node not in visited:",
    "            if True:",
    symptom="Trees are right. Below a result that is used twice, gradients come out too large.",
    question="How often does a node that is used twice stand in your list?",
    rule="Every node passes its gradient on exactly once, however many paths lead to it.",
)
value.misconception_by_edit(
    "order_not_reversed",
    "in reversed(order):",
    "in order:",
    symptom="Only the operation at the very end passes a gradient on; most leaves get zero.",
    question="Which node stands first in your list, and what is its gradient when its turn comes?",
    rule="The forward order starts at the leaves. The gradient starts at the other end.",
)
value.misconception_by_edit(
    "visited_by_value",
    """\
            if node not in visited:
                visited.add(node)
""",
    """\
            if node.data not in visited:
                visited.add(node.data)
""",
    symptom="It goes wrong where two different nodes happen to hold the same number.",
    question="By what do you recognise a node that you have met before?",
    rule="Two numbers may be equal and still be two nodes. Identity counts, not value.",
)
value.misconception_by_edit(
    "no_first_gradient",
    "self.grad = 1.0",
    "pass",
    symptom="All gradients are zero.",
    question="What is the gradient of the result with respect to itself, and who says so?",
    rule="Everything that flows backward is a multiple of what is put in at the end.",
)
value.misconception_by_edit(
    "gradients_wiped_by_backward",
    "self.grad = 1.0",
    "for node in order:\n            node.grad = 0.0\n        self.grad = 1.0",
    symptom="One loss is right. After a second loss with the same leaves, the first one's share is gone.",
    question="Who may decide that what a leaf has collected so far is to be forgotten?",
    rule="The backward pass only adds. Starting afresh is for the caller to ask for.",
)
value.misconception_by_edit(
    "order_kept_between_calls",
    """\
    def backward(self) -> None:
        # BEGIN SOLUTION
        order: list[Value] = []
""",
    """\
    def backward(self, order=[]) -> None:
""",
    symptom="The first backward pass is right, a later one adds gradients of the graph before.",
    question="Is your list of nodes empty when a second backward pass starts?",
    rule="A default argument is made once, when the function is defined, and all calls share it.",
)

# -- mistakes in what an operation passes on -------------------------------------------------------------


@value.misconception(
    symptom="A leaf that is used twice gets the gradient of one use alone: for a + a it is 1.",
    question="What happens to what a node has received from its first use when the second one arrives?",
    rule="Every use of a number adds its share. Gradients accumulate, they don't replace each other.",
)
class Overwrites(Arithmetic):
    def backward(self):
        order, visited = [], set()

        def visit(node):
            if node not in visited:
                visited.add(node)
                for source, _ in node.inputs:
                    visit(source)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for source, slope in node.inputs:
                source.grad = slope * node.grad


def overwrites(operation: str, old: str) -> None:
    """One operation that replaces what its input has collected, where all others add to it."""
    value.misconception_by_edit(
        f"overwrites_in_{operation}",
        old,
        old.replace("+=", "="),
        symptom="Gradients of numbers that are used once are right. One operation forgets the other uses.",
        question="Does each of your operations add to what is there, the rarely used ones too?",
        rule="Accumulation has to hold in every rule: one that replaces undoes the work of all others.",
    )


overwrites("add", "            self.grad += out.grad\n            other.grad += out.grad\n")
overwrites("mul", "self.grad += other.data * out.grad\n            other.grad += self.data * out.grad\n")
overwrites("pow", "self.grad += exponent")
overwrites("exp", "self.grad += out.data")
overwrites("tanh", "self.grad += (1 - t**2)")
overwrites("relu", "self.grad += (self.data > 0)")

value.misconception_by_edit(
    "mul_uses_its_own_operand",
    "self.grad += other.data * out.grad\n            other.grad += self.data * out.grad\n",
    "self.grad += self.data * out.grad\n            other.grad += other.data * out.grad\n",
    symptom="Squares are right. In a product of two different numbers, the two gradients are exchanged.",
    question="If the first factor grows by a little, by how much does the product grow?",
    rule="How much one factor matters is said by the other one.",
)
value.misconception_by_edit(
    "add_halves_the_gradient",
    "            self.grad += out.grad\n            other.grad += out.grad\n",
    "            self.grad += out.grad / 2\n            other.grad += out.grad / 2\n",
    symptom="Everything below a sum gets half of what it should get.",
    question="If one of two summands grows by 1, by how much does the sum grow?",
    rule="A sum does not share its gradient out among its inputs: each of them gets all of it.",
)
value.misconception_by_edit(
    "chain_rule_adds",
    "self.grad += exponent * self.data ** (exponent - 1) * out.grad",
    "self.grad += exponent * self.data ** (exponent - 1) + out.grad",
    symptom="Gradients through a power are off, by an amount and not by a factor.",
    question="Two gears turn 3 and 2 times as fast: how much faster is the whole train?",
    rule="Rates along a chain multiply. Only the shares of different paths are added.",
)
value.misconception_by_edit(
    "pow_forgets_the_outside",
    " ** (exponent - 1) * out.grad",
    " ** (exponent - 1)",
    symptom="A power at the very end is right; further inside, its input gets the local slope alone.",
    question="Where does the gradient that comes in appear in your rule for powers?",
    rule="Each rule is a local slope times what arrives from outside.",
)
value.misconception_by_edit(
    "pow_keeps_the_exponent",
    "(exponent - 1)",
    "exponent",
    symptom="Gradients through a power are off by a factor that is the base itself.",
    question="What is the slope of a square at 3, and what does your rule say?",
    rule="Differentiating a power lowers the exponent.",
)
value.misconception_by_edit(
    "exp_of_the_gradient",
    "out.data * out.grad",
    "math.exp(out.grad)",
    symptom="Gradients through exp have nothing to do with the input of exp.",
    question="Of which number is the exponential taken in your backward rule?",
    rule="The slope belongs to the input of the operation. The gradient that arrives only multiplies it.",
)
value.misconception_by_edit(
    "own_gradient_for_that_of_the_result",
    "out.data * out.grad",
    "out.data * self.grad",
    symptom="Gradients through exp are zero, or a multiple of what the input had collected before.",
    question="Whose gradient is known when a backward rule runs, the input's or the result's?",
    rule="A rule reads the gradient of its result and adds to those of its inputs.",
)
value.misconception_by_edit(
    "tanh_slope_of_the_input",
    "(1 - t**2)",
    "(1 - self.data**2)",
    symptom="Gradients through tanh are off, and even negative for inputs beyond 1.",
    question="Is the square in your rule that of what goes into tanh, or of what comes out?",
    rule="The handy form of this slope is written with the output of tanh.",
)
value.misconception_by_edit(
    "relu_lets_everything_through",
    "(self.data > 0) * out.grad",
    "out.grad",
    symptom="Forward is right. Behind a relu that is switched off, gradients arrive all the same.",
    question="If the input of relu is -2 and moves a little, what does the output do?",
    rule="Where the output does not move, no gradient passes.",
)
value.misconception_by_edit(
    "relu_open_at_its_corner",
    "(self.data > 0) * out.grad",
    "(self.data >= 0) * out.grad",
    symptom="All is right but where the input of a relu is exactly zero: there a gradient comes through.",
    question="Which convention does the task name for an input of zero?",
    rule="At a corner there is no slope, only an agreement.",
)
value.misconception_by_edit(
    "relu_gate_on_the_gradient",
    "(self.data > 0) * out.grad",
    "max(0.0, out.grad)",
    symptom="Forward is right. Negative gradients are lost at every relu, also where it is switched on.",
    question="What decides whether relu lets a gradient pass: the gradient's sign, or the input's?",
    rule="The gate was set in the forward pass, by the input.",
)
value.misconception_by_edit(
    "rule_called_at_once",
    "            other.grad += out.grad\n\n        out._backward = _backward\n",
    "            other.grad += out.grad\n\n        out._backward = _backward()\n",
    symptom="Python complains that None is not callable, in the middle of the backward pass.",
    question="Do you store the function, or what a call of it returned?",
    rule="A rule is kept for later, so it is stored without parentheses.",
)
value.misconception_by_edit(
    "rules_made_in_a_loop",
    """\
        def _backward() -> None:
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
""",
    """\
        rules = []
        for node, slope in ((self, other.data), (other, self.data)):

            def rule():
                node.grad += slope * out.grad

            rules.append(rule)

        def _backward():
            for each in rules:
                each()
""",
    symptom="In a product, one factor gets its gradient twice and the other one gets none.",
    question="When the loop is over, what does its variable stand for, in all of your functions?",
    rule="A function looks a variable up when it runs, not when it is made.",
)
value.misconception_by_edit(
    "tuple_without_a_comma",
    "out = Value(t, (self,))",
    "out = Value(t, (self))",
    symptom="tanh fails: Python says that your object cannot be gone through.",
    question="What makes a tuple of one thing: the brackets, or something else?",
    rule="Brackets alone only group. The comma makes the tuple.",
)

# -- mistakes in the operators ---------------------------------------------------------------------------

value.misconception_by_edit(
    "reflected_minus_swapped",
    "return -self + other",
    "return self - other",
    symptom="`a - 2` is right, `2 - a` has the wrong sign.",
    question="Which of the two stands on the left when Python calls the reflected method?",
    rule="In a reflected method, self is the operand on the right.",
)
value.misconception_by_edit(
    "reflected_division_swapped",
    "return other * self**-1",
    "return self * other**-1",
    symptom="`a / 3` is right, `3 / a` is turned upside down.",
    question="Which of the two stands on the left when Python calls the reflected method?",
    rule="In a reflected method, self is the operand on the right.",
)
value.misconception_by_edit(
    "no_reflected_addition",
    "def __radd__",
    "def radd",
    symptom="`a + 2` works, `2 + a` and `sum([a, b])` do not.",
    question="Whom does Python ask first when the left operand is an int, and whom afterwards?",
    rule="sum starts with the int 0, so even a sum of your own objects needs the reflected method.",
)
value.misconception_by_edit(
    "no_reflected_product",
    "def __rmul__",
    "def rmul",
    symptom="`a * 2` works, `2 * a` does not.",
    question="Whom does Python ask first when the left operand is an int, and whom afterwards?",
    rule="Each operator has a reflected twin for operands on the right. None comes by itself.",
)
value.misconception_by_edit(
    "negative_is_a_plain_number",
    "return self * -1",
    "return -self.data",
    symptom="After a minus sign, the result is a plain number that knows nothing of a graph.",
    question="What type does each of your operators return, the one for the minus sign too?",
    rule="Every operation on a recording number returns a recording number, or the chain is cut.",
)
value.misconception_by_edit(
    "difference_without_a_past",
    "return self + (-other)",
    "return Value(self.data - _wrapped(other).data)",
    symptom="Values are right, but nothing flows back through a difference.",
    question="From which nodes does the result of your subtraction say that it was made?",
    rule="A new number that is made from the data alone has no history to go back through.",
)
value.misconception_by_edit(
    "adds_into_the_left_operand",
    "out = Value(self.data + other.data, (self, other))",
    "self.data += other.data\n        out = Value(self.data, (self, other))",
    symptom="Results are right at first, and wrong where a summand is used again.",
    question="Is the left operand of a sum the same number afterwards?",
    rule="An operation makes a new object and leaves its operands as they are.",
)
value.misconception_by_edit(
    "data_as_whole_numbers",
    "self.data = data",
    "self.data = int(data)",
    symptom="Everything after the decimal point is gone.",
    question="Which kinds of numbers may go into a Value?",
    rule="Keep a number as it comes.",
)
