"""What is true of a number that remembers where it came from."""

import re

from dojo.grading import grades, one_of, remote_function

# What can be seen of a node, in words and numbers. `fresh` is one that was made without children.
LOOK = remote_function("""
def look(node, children, fresh, other):
    before = [node.data, node.grad, len(node._prev), fresh.grad]
    node.grad = 3.0
    steps = node._backward, fresh._backward
    returned = [step() if callable(step) else "cannot be called" for step in steps]
    after = [node.data, node.grad, len(node._prev), fresh.grad]
    if type(fresh._prev) is set:
        fresh._prev.add(node)
    fresh.grad += 1.0
    return {
        "repr": repr(node),
        "data": before[0],
        "grad": before[1],
        "_op": node._op,
        "label": node.label,
        "_prev is a set": isinstance(node._prev, (set, frozenset)),
        "children in _prev": [any(kept is child for kept in node._prev) for child in children],
        "how many in _prev": before[2],
        "_backward() returns": [str(value) for value in returned],
        "_backward() changes nothing": after == [before[0], 3.0, *before[2:]],
        "grad of another fresh node": other.grad,
        "children of another fresh node": len(other._prev),
        "equal to another node with its number": bool(fresh == other),
    }
""")
NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")


@grades(
    "value_init_repr",
    data=one_of(2.5, -0.75, 3, -12.125, 0.0),
    op=one_of("+", "*", "tanh"),
    label=one_of("a", "loss", "w1"),
    twice=one_of(False, True),
    examples=6,
)
def node(data, op, label, twice):
    return {
        "data": data,
        "grad": 0.0,
        "_op": op,
        "label": label,
        "_prev is a set": True,
        "children in _prev": [True] * (1 if twice else 2),
        "how many in _prev": 1 if twice else 2,
        "_backward() returns": ["None", "None"],
        "_backward() changes nothing": True,
        "grad of another fresh node": 0.0,
        "children of another fresh node": 0,
        "equal to another node with its number": False,
        "_op and label of a leaf": ["", ""],
        "repr shows the number": True,
    }


@node.play
def play_node(student, data, op, label, twice):
    leaf = student.Node(1.5)
    children = (leaf, leaf) if twice else (leaf, student.Node(1.5))
    parent = student.Node(data, children, op, label)
    fresh, other = student.Node(data), student.Node(data)
    seen = student.run(LOOK, parent, list(children[: 1 if twice else 2]), fresh, other)
    texts = NUMBER.findall(seen.pop("repr").split(" at 0x")[0])
    shown = any(abs(float(text) - data) < 5e-5 for text in texts)
    return seen | {"_op and label of a leaf": [leaf._op, leaf.label], "repr shows the number": shown}


@node.alternative
class WithDefaults:
    def __init__(self, data, _children=None, _op="", label=""):
        self.data, self.grad = data, 0
        self._op, self.label = _op, label
        self._prev = {child for child in _children or ()}

    def _backward(self):
        pass

    def __repr__(self):
        return f"{self.label or 'Node'}: {self.data:.4f}"


@node.alternative
class WithSlots:
    __slots__ = ("_backward", "_op", "_prev", "data", "grad", "label")

    def __init__(self, data, _children=(), _op="", label=""):
        def nothing():
            return None

        self.data = data
        self.grad = 0.0
        self._prev = frozenset(_children)
        self._op = _op
        self.label = label
        self._backward = nothing

    def __repr__(self):
        return "Node(data=" + str(self.data) + ", grad=" + str(self.grad) + ")"


@node.alternative
class GradientBeginsOnTheClass:
    grad = 0.0  # the first `+=` gives a node its own

    def __init__(self, data, _children=(), _op="", label=""):
        self.data = data
        self._prev, self._op, self.label = set(_children), _op, label
        self._backward = lambda: None

    def __repr__(self):
        return f"Node({self.data})"


@node.alternative
class ShownByStr:
    def __init__(self, data, _children=(), _op="", label=""):
        self.label = label
        self.data = float(data)
        self._prev = set()
        for child in _children:
            self._prev.add(child)
        self._op = _op
        self._backward = lambda: None
        self.grad = 0.0

    def __str__(self):
        return f"{self.data:g}"

    def __repr__(self):
        return str(self)


node.misconception_by_edit(
    "data_as_whole_number",
    "self.data = data",
    "self.data = int(data)",
    symptom="Everything after the decimal point is gone.",
    question="Which kinds of numbers may a node hold?",
    rule="Keep a number as it comes.",
)
node.misconception_by_edit(
    "children_as_a_list",
    "self._prev = set(_children)",
    "self._prev = list(_children)",
    symptom="A node that was made from one child twice lists it twice.",
    question="How many different nodes is `a + a` made from?",
    rule="A set holds each thing once, and two things are the same only if they are one object.",
)
node.misconception_by_edit(
    "children_as_numbers",
    "self._prev = set(_children)",
    "self._prev = {child.data for child in _children}",
    symptom="The children are numbers, and two children with the same number have become one.",
    question="How would a backward pass get from a number to the node that held it?",
    rule="The graph is made of nodes. Keep the objects, not what they hold.",
)
node.misconception_by_edit(
    "only_the_first_child",
    "self._prev = set(_children)",
    "self._prev = set(tuple(_children)[:1])",
    symptom="One of the two children is missing.",
    question="Which inputs of an operation have to hear of its gradient?",
    rule="A node was made from all of its operands.",
)
node.misconception_by_edit(
    "gradient_starts_at_one",
    "self.grad = 0.0",
    "self.grad = 1.0",
    symptom="A new node claims to have influence on a result before there is one.",
    question="Before anything has flowed back, how much is known to arrive at a node?",
    rule="Gradients are collected by adding, so they start at nothing.",
)
node.misconception_by_edit(
    "gradient_starts_as_none",
    "self.grad = 0.0",
    "self.grad = None",
    symptom="The gradient of a new node is None, and nothing can be added to None.",
    question="What will the first backward rule do with the gradient that it finds?",
    rule="What is to be added to has to be a number from the start.",
)
node.misconception_by_edit(
    "backward_is_missing",
    "self._backward = lambda: None",
    "self._backward = None",
    symptom="`_backward` of a new node is nothing that could be called.",
    question="What should happen when a leaf is asked to pass its gradient on?",
    rule="A function that does nothing can be called like any other. None cannot.",
)
node.misconception_by_edit(
    "operation_forgotten",
    "self._op = _op",
    "self._op = ''",
    symptom="The name of the operation is lost.",
    question="Which of the arguments of a new node have you kept?",
    rule="What a node is told when it is made is all that it will ever know of its origin.",
)


@node.misconception(
    symptom="Nodes that were made without children share one set: one of them gets a child, all have it.",
    question="How often is the default of an argument made: for each call, or once?",
    rule="A default is made once, when the function is defined. It must not be something that changes.",
)
class OneSetForAll:
    def __init__(self, data, _children=set(), _op="", label=""):  # noqa: B006
        self.data, self.grad = data, 0.0
        self._prev = _children if isinstance(_children, set) else set(_children)
        self._op, self.label = _op, label
        self._backward = lambda: None

    def __repr__(self):
        return f"Node({self.data})"


@node.misconception(
    symptom="All nodes share one set: the children of one are the children of all.",
    question="Is the set made in `__init__`, once for each node, or beside it, once for the class?",
    rule="What stands in the body of a class belongs to all of its objects together.",
)
class OneSetOnTheClass:
    _prev = set()  # noqa: RUF012

    def __init__(self, data, _children=(), _op="", label=""):
        self.data, self.grad = data, 0.0
        self._prev.update(_children)
        self._op, self.label = _op, label
        self._backward = lambda: None

    def __repr__(self):
        return f"Node({self.data})"


@node.misconception(
    symptom="Two nodes that hold the same number count as one: one of two such children is missing.",
    question="When are two nodes equal in your class, and what does a set do with equal things?",
    rule="Two numbers may be equal and still be two nodes. Identity counts, not value.",
)
class EqualByNumber:
    def __init__(self, data, _children=(), _op="", label=""):
        self.data, self.grad = data, 0.0
        self._prev, self._op, self.label = set(_children), _op, label
        self._backward = lambda: None

    def __eq__(self, other):
        return self.data == other.data

    def __hash__(self):
        return hash(self.data)

    def __repr__(self):
        return f"Node({self.data})"


@node.misconception(
    symptom="The text of a node does not say its number.",
    question="What does Python show of an object whose class has no `__repr__`?",
    rule="A `__repr__` is written for yourself at midnight: it says what is in the object.",
)
class NoText:
    def __init__(self, data, _children=(), _op="", label=""):
        self.data, self.grad = data, 0.0
        self._prev, self._op, self.label = set(_children), _op, label
        self._backward = lambda: None
