"""What is true of a test for engines: the right one passes, and every known mistake is found."""

import torch

from dojo.grading import Draw, grades, remote_function
from dojo.grading.remote import Code

# One engine, whose text is altered. The right one has tanh from a power, so that its last digits are its own.
ENGINE = """
def engine(number):
    class Value:
        def __init__(self, data, inputs=()):
            self.data, self.grad, self.inputs = data, 0.0, inputs

        def __add__(self, other):
            return type(self)(self.data + other.data, [(self, 1.0), (other, 1.0)])

        def __mul__(self, other):
            return type(self)(self.data * other.data, [(self, other.data), (other, self.data)])

        def tanh(self):
            e = 2.718281828459045 ** (2 * self.data)
            t = (e - 1) / (e + 1)
            return type(self)(t, [(self, 1 - t * t)])

        def pass_on(self):
            for node, slope in self.inputs:
                node.grad += slope * self.grad

        def backward(self):
            order, visited = [], set()

            def visit(node):
                if id(node) not in visited:
                    visited.add(id(node))
                    for source, _ in node.inputs:
                        visit(source)
                    order.append(node)

            visit(self)
            self.grad = 1.0
            for node in reversed(order):
                node.pass_on()

    return Value(number)
"""
DOWN = (
    """\
                    for source, _ in node.inputs:
                        visit(source)
                    order.append(node)
""",
    """\
                    order.append(node)
                    for source, _ in node.inputs:
                        visit(source)
""",
)
LEVELS = """\
            order, waiting = [], [self]
            while waiting:
                node = waiting.pop(0)
                if not any(node is other for other in order):
                    order.append(node)
                    waiting.extend(source for source, _ in node.inputs)
"""
EAGER = """\
            def visit(node):
                node.pass_on()
                for source, _ in node.inputs:
                    visit(source)

            self.grad = 1.0
            visit(self)
"""
BODY = ENGINE[ENGINE.index("            order, visited") : ENGINE.index("\n    return Value(number)")]
SEED = BODY[BODY.index("            self.grad = 1.0") :]
DEFECTS: dict[str, list[tuple[str, str]]] = {
    "a right engine": [],
    "gradients replace each other": [("node.grad += slope", "node.grad = slope")],
    "the factors of a product use their own value": [
        ("[(self, other.data), (other, self.data)]", "[(self, self.data), (other, other.data)]")
    ],
    "backward goes down recursively, at once": [(BODY, EAGER)],
    "backward notes nodes on the way down": [DOWN, ("reversed(order)", "order")],
    "backward goes level by level": [(BODY, LEVELS + SEED.replace("reversed(order)", "order"))],
    "backward forgets which nodes it has met": [("if id(node) not in visited:", "if True:")],
    "backward starts at the leaves": [("reversed(order)", "order")],
    "there is no first gradient": [("self.grad = 1.0", "pass")],
    "tanh has the slope of its input": [("[(self, 1 - t * t)]", "[(self, 1 - self.data * self.data)]")],
}


def engine(name: str) -> Code:
    """The engine with one of the defects, and a comment for the report that says with which."""
    text = ENGINE
    for old, new in DEFECTS[name]:
        assert text.count(old) == 1, (name, old)
        text = text.replace(old, new)
    return remote_function(text.replace("(number):\n", f"(number):\n    # {name}\n", 1))


ENGINES = [engine(name) for name in DEFECTS]


def one_engine(draw: Draw, shape: tuple[int, ...]) -> Code:
    """The engine of the kind that was drawn."""
    return ENGINES[draw.sizes["K"]]


@grades(
    "engine_test",
    value=one_engine,
    minimum={"K": 0},
    largest={"K": len(ENGINES) - 1},
    every=True,
    examples=2,
    may_be_trivial=True,
)
def verdict(value):
    return value.source == ENGINES[0].source


def torch_leaf(number):
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)


def agree(value, build, numbers=(0.5, -0.75, 1.25)):
    found = []
    for make in (value, torch_leaf):
        leaves = [make(x) for x in numbers]
        out = build(*leaves)
        out.backward()
        found.append([float(out.data)] + [0.0 if leaf.grad is None else float(leaf.grad) for leaf in leaves])
    return all(abs(mine - right) < 1e-9 for mine, right in zip(*found, strict=True))


@verdict.alternative
def with_many_small_tests(value):
    def in_the_middle(a, b, c):
        d = a * b
        return d * (d + c)

    tests = [
        lambda a, b, c: a + a + b * c,
        lambda a, b, c: a * b * c,
        lambda a, b, c: (a + b).tanh(),
        lambda a, b, c: (a * b).tanh() * (a * b).tanh(),
        in_the_middle,
        lambda a, b, c: in_the_middle(a, b, c) * in_the_middle(c, a, b),
    ]
    return all(agree(value, test) for test in tests)


@verdict.alternative
def by_hand_and_by_nudging(value):
    def f(a, b, c):
        d = a * b + c
        return (d * (d + a)) * c + d.tanh() * (d.tanh() + d) * d

    def at(*numbers):
        return float(f(*[value(x) for x in numbers]).data)

    point = [0.5, -0.75, 1.25]
    leaves = [value(x) for x in point]
    f(*leaves).backward()
    h = 1e-5
    for i, leaf in enumerate(leaves):
        up, down = list(point), list(point)
        up[i] += h
        down[i] -= h
        slope = (at(*up) - at(*down)) / (2 * h)
        if abs(slope - leaf.grad) > 1e-6:
            return False
    return True


@verdict.alternative
def with_numbers_from_paper(value):
    a, b, c = value(2.0), value(-3.0), value(10.0)
    d = a * b
    e = d * (d + c)
    e.backward()
    first = [e.data, a.grad, b.grad, c.grad] == [-24.0, 6.0, -4.0, -6.0]
    x, y = value(3.0), value(0.5)
    z = x * x + y
    z.backward()
    second = [z.data, x.grad, y.grad] == [9.5, 6.0, 1.0]
    u = value(0.5)
    t = u.tanh()
    t.backward()
    return first and second and abs(u.grad - 0.7864477329659274) < 1e-9


@verdict.misconception(
    symptom="Most wrong engines pass: all those that only go wrong where something is used twice.",
    question="How many paths lead from each number of your expression to its end?",
    rule="In a tree every number has one path, and hardly any order of the backward pass goes wrong.",
)
def only_a_tree(value):
    return agree(value, lambda a, b, c: (a * b).tanh() * c)


@verdict.misconception(
    symptom="Engines that replace gradients are found, those with a wrong order are not.",
    question="In your expressions, is anything used twice that is itself a result?",
    rule="A leaf that is used twice shows a lost gradient; only a result used twice shows a wrong order.",
)
def only_leaves_used_twice(value):
    return agree(value, lambda a, b, c: a + a + (b * c)) and agree(
        value, lambda a, b, c: (a * b) * (a + b).tanh()
    )


@verdict.misconception(
    symptom="Two engines with a wrong order pass: the one level by level, and the one on the way down.",
    question="What happens if you exchange the two operands of your last product?",
    rule="Walks look at operands in their order. Test both orders.",
)
def direct_use_last_only(value):
    def build(a, b, c):
        d = a * b
        return (d + c).tanh() * d

    return agree(value, build)


@verdict.misconception(
    symptom="The engine with the wrong slope of tanh passes.",
    question="Which operations of the engine does your test use at all?",
    rule="What a test does not touch it cannot find.",
)
def without_tanh(value):
    def build(a, b, c):
        d = a * b
        return d * (d + c)

    return agree(value, build)


@verdict.misconception(
    symptom="All engines pass.",
    question="All of these engines compute the same numbers. Where do they differ?",
    rule="A test of a backward pass looks at gradients.",
)
def numbers_only(value):
    a, b = value(0.5), value(-0.75)
    return abs((a * b + a).tanh().data - 0.1243530017715962) < 1e-9


@verdict.misconception(
    symptom="No engine passes, not even the right one.",
    question="If two programs compute the same formula in another order, do all digits agree?",
    rule="Floats are compared with a tolerance. What is equal on paper differs in the last digit.",
)
def bit_for_bit(value):
    def build(a, b, c):
        d = (a * b).tanh()
        return d * (d + c).tanh()

    found = []
    for make in (value, torch_leaf):
        leaves = [make(x) for x in (0.5, -0.7, 1.3)]
        out = build(*leaves)
        out.backward()
        found.append([float(out.data)] + [float(leaf.grad) for leaf in leaves])
    return found[0] == found[1]


@verdict.misconception(
    symptom="Engines pass whose gradients have the right size and the wrong sign, or are far too large.",
    question="What does your test say about a gradient that is ten times too large?",
    rule="That something arrives is not enough. Compare it with what should arrive.",
)
def anything_but_zero(value):
    leaves = [value(x) for x in (0.5, -0.75, 1.25)]
    a, b, c = leaves
    d = a * b
    (d * (d + c).tanh()).backward()
    return all(leaf.grad != 0 for leaf in leaves)
