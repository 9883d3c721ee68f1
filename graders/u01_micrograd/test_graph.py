"""What is true of a graph: what is in it, how it is drawn, in which order to walk it, and backward."""

import re
from itertools import pairwise

import torch

from dojo.grading import Draw, grades, remote_function

LADDER = [f"{z} = {y} + {x}" for x, y, z in zip("defghijlmno", "efghijlmnop", "fghijlmnopq", strict=True)]
CHAIN = [f"{y} = {x} + c" for x, y in pairwise("adefghijlmnopqrst")]
PROGRAMS = (
    ("d = a * b",),
    ("d = a + a",),
    ("d = a * b", "e = d + c"),
    ("d = a * b", "e = a + b", "f = d * e"),  # leaves used twice
    ("d = a * b", "e = d + d"),
    ("d = a * b", "e = d + c", "f = d * e"),  # a result used at two depths, the direct use first
    ("d = a * b", "e = d + c", "f = e * d"),  # the same, the direct use last
    ("d = a * b", "e = d * c", "f = d + c", "g = e * f"),  # a result used twice, at one depth
    ("d = a * b", "e = d + c", "f = e * c", "g = f + a", "h = g * d"),
    ("d = a * b", "e = d + k", "f = d * c"),  # e and k have no part in f
    tuple(CHAIN),  # far from one end to the other
    ("d = a * b", "e = d + c"),  # a and d hold 0
    ("d = a * c", "e = b * c", "f = d * e"),  # a and b hold the same number
    ("d = a * b", "e = d + a", *LADDER),  # few nodes, hundreds of paths
)
NOTHING, EQUAL, DRAWN = len(PROGRAMS) - 3, len(PROGRAMS) - 2, 3
KINDS = {"minimum": {"K": 0}, "largest": {"K": len(PROGRAMS) - 1 + DRAWN}, "every": True, "examples": 2}


def case_of(draw: Draw) -> dict:
    """Leaves of different sizes, a program of the kind that was drawn, and gradients from before."""
    kind = draw.sizes["K"]
    sizes = torch.tensor([0.5, 0.75, 1.25, 1.5, 2.0, 2.5])
    signs = (draw.uniform(6) < 0.5) * 2 - 1
    leaves = dict(zip("abck", (sizes * signs)[draw.uniform(6).argsort()].tolist(), strict=False))
    if kind == EQUAL:
        leaves["b"] = leaves["a"]
    if kind == NOTHING:
        leaves |= {"a": 0.0, "b": abs(leaves["b"])}  # not -0.0, which may be shown with or without its sign
    program = list(PROGRAMS[kind]) if kind < len(PROGRAMS) else random_program(draw)
    return {
        "leaves": leaves,
        "program": program,
        "before": {name: draw.integer(-3, 3) + 0.5 for name in leaves},
    }


def random_program(draw: Draw) -> list[str]:
    """Sums and products of any two of the results so far."""
    names = list("abc")
    lines = []
    for name in "defgh"[: draw.integer(3, 5)]:
        lines.append(f"{name} = {draw.pick(names[-3:])} {draw.pick('+*')} {draw.pick(names)}")
        names.append(name)
    return lines


def steps(program: list[str]) -> list[tuple[str, str, str, str]]:
    """Each line's result, left operand, sign and right operand."""
    return [tuple(line.replace(" = ", " ").split(" ")) for line in program]  # type: ignore[misc]


def numbers(leaves: dict[str, float], program: list[str]) -> dict[str, float]:
    """What each name stands for."""
    data = dict(leaves)
    for name, left, sign, right in steps(program):
        data[name] = data[left] + data[right] if sign == "+" else data[left] * data[right]
    return data


def parents(program: list[str]) -> dict[str, tuple[str, list[str]]]:
    """For each name that the last one was made from and that is no leaf: its sign and its operands."""
    found: dict[str, tuple[str, list[str]]] = {}
    wanted = {program[-1][0]}
    for name, left, sign, right in reversed(steps(program)):
        if name in wanted:
            found[name] = sign, sorted({left, right})
            wanted |= {left, right}
    return found


def listed(names) -> str:
    """Names as one text, the same for every order."""
    return ", ".join(sorted(names)) or "none"


BUILD = remote_function("""
def build(Node, leaves, steps, before, labels):
    nodes = {name: Node(x, label=labels.get(name, "")) for name, x in leaves.items()}
    for name, left, sign, right in steps:
        x, y = nodes[left], nodes[right]
        data, slopes = (x.data + y.data, (1.0, 1.0)) if sign == "+" else (x.data * y.data, (y.data, x.data))
        nodes[name] = Node(data, (x, y), sign, slopes, labels.get(name, ""))
    for name, gradient in before.items():
        nodes[name].grad = gradient
    return nodes
""")


def built(student, leaves, program, before=None, labels=None):
    """The program's nodes by name, made of the student's class."""
    return student.run(BUILD, student.Node, leaves, steps(program), before or {}, labels or {})


# What a walk should leave as it was.
STATE = remote_function("""
def state(nodes):
    def parents(n):
        kept = n._prev
        return [id(p) for p in (tuple.__iter__(kept) if isinstance(kept, tuple) else kept)]

    return [(n.data, n.grad, n._op, n.label, parents(n)) for n in nodes]
""")


# -- what is in a graph ----------------------------------------------------------------------------------

# Counts how often somebody goes through the parents of a node: a graph without a list of what was seen
# before is walked once for each path, and there are hundreds.
COUNT = remote_function("""
def count(nodes):
    class Counted(tuple):
        looks = 0

        def __iter__(self):
            self.looks += 1
            return tuple.__iter__(self)

        def __getitem__(self, index):
            self.looks += 1
            return tuple.__getitem__(self, index)

    for node in nodes:
        node._prev = Counted(node._prev)
""")
# The longest chain has 15 nodes: who goes through all of them for each of them stays far below the limit.
LOOKS = remote_function(
    "def looks(nodes):\n    return max(getattr(node._prev, 'looks', 0) for node in nodes) > 100"
)


@grades("trace_graph", case_of=case_of, uses=("Node",), **KINDS)
def trace(leaves, program):
    made = parents(program)
    return {
        "nodes": listed({*made, *(parent for _, sources in made.values() for parent in sources)}),
        "arrows": listed(f"{source} -> {name}" for name, (_, sources) in made.items() for source in sources),
        "looks at the same node again and again": False,
        "the nodes are as before": True,
    }


@trace.play
def play_trace(student, leaves, program):
    nodes = built(student, leaves, program)
    labels = {node: name for name, node in nodes.items()}
    student.run(COUNT, list(nodes.values()))
    before = student.run(STATE, list(nodes.values()))
    found, arrows = student(nodes[program[-1][0]])
    kept = student.run(STATE, list(nodes.values())) == before
    return {
        "nodes": listed(labels.get(node, "?") for node in found),
        "arrows": listed(f"{labels.get(x, '?')} -> {labels.get(y, '?')}" for x, y in arrows),
        "looks at the same node again and again": student.run(LOOKS, list(nodes.values())),
        "the nodes are as before": kept,
    }


@trace.alternative
def with_a_stack(root):
    nodes, arrows, waiting = {root}, set(), [root]
    while waiting:
        node = waiting.pop()
        for parent in node._prev:
            arrows.add((parent, node))
            if parent not in nodes:
                nodes.add(parent)
                waiting.append(parent)
    return nodes, arrows


@trace.alternative
def nodes_first(root):
    nodes = []

    def walk(node):
        if any(node is seen for seen in nodes):
            return
        nodes.append(node)
        for parent in node._prev:
            walk(parent)

    walk(root)
    return set(nodes), {(parent, node) for node in nodes for parent in node._prev}


@trace.alternative
def level_by_level(root):
    nodes, level = set(), {root}
    arrows = set()
    while level:
        nodes |= level
        new = {(parent, node) for node in level for parent in node._prev}
        arrows |= new
        level = {parent for parent, _ in new} - nodes
    return nodes, arrows


trace.misconception_by_edit(
    "arrows_the_other_way",
    "arrows.add((parent, node))",
    "arrows.add((node, parent))",
    symptom="All arrows are there, and all of them point the wrong way.",
    question="In which direction do numbers flow in the forward pass?",
    rule="An arrow leads from what was used to what was made of it.",
)
trace.misconception_by_edit(
    "no_list_of_what_was_seen",
    "if node not in nodes:",
    "if True:",
    symptom="The sets are right, but the same nodes are walked again for every path that leads to them.",
    question="How many paths lead through a chain in which every result is used twice?",
    rule="There can be far more paths than nodes. Visit each node once.",
)
trace.misconception_by_edit(
    "only_the_first_parent",
    "for parent in node._prev:",
    "for parent in node._prev[:1]:",
    symptom="Whole branches are missing.",
    question="From how many nodes is a sum made?",
    rule="To walk a graph is to follow every arrow, not one of each node.",
)
trace.misconception_by_edit(
    "marks_in_the_gradients",
    """\
        if node not in nodes:
            nodes.add(node)
""",
    """\
        if node.grad != 1.0:
            node.grad = 1.0
            nodes.add(node)
""",
    symptom="The sets are right, and afterwards the nodes hold other gradients than before.",
    question="Where do you note which nodes you have met, and who else uses that place?",
    rule="What a walk has to remember belongs to the walk. The graph is somebody else's.",
)
trace.misconception_by_edit(
    "seen_by_number",
    "if node not in nodes:",
    "if node.data not in {other.data for other in nodes}:",
    symptom="A node is missing where another one holds the same number.",
    question="By what do you recognise a node that you have met before?",
    rule="Two numbers may be equal and still be two nodes. Identity counts, not value.",
)


@trace.misconception(
    symptom="The last node is missing from the set.",
    question="Does a result belong to its own graph?",
    rule="What a walk starts at has been visited too.",
)
def without_the_root(root):
    nodes, arrows = set(), set()

    def visit(node):
        for parent in node._prev:
            arrows.add((parent, node))
            if parent not in nodes:
                nodes.add(parent)
                visit(parent)

    visit(root)
    return nodes, arrows


@trace.misconception(
    symptom="Only the last node and what it was made from directly are found.",
    question="Were the parents made from something, too?",
    rule="A graph goes on until the leaves; every node that is found is walked on from.",
)
def one_step_only(root):
    return {root, *root._prev}, {(parent, root) for parent in root._prev}


@trace.misconception(
    symptom="Arrows to a node that was met before are missing.",
    question="If two nodes use the same parent, how many arrows leave it?",
    rule="A node is visited once, but every arrow counts, also one that leads to a known place.",
)
def arrows_to_new_nodes_only(root):
    nodes, arrows, waiting = {root}, set(), [root]
    while waiting:
        node = waiting.pop()
        for parent in node._prev:
            if parent not in nodes:
                nodes.add(parent)
                arrows.add((parent, node))
                waiting.append(parent)
    return nodes, arrows


# -- a picture of it -------------------------------------------------------------------------------------

ID = r'(?:"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|-?(?:\.\d+|\d+(?:\.\d*)?))'
NAME = rf"({ID})(?::\w+){{0,2}}"
SETTING = rf"\w+\s*=\s*{ID}"
SETTINGS = rf"\[((?:\s*{SETTING}\s*[,;]?)*)\s*\]"
GRAPH = re.compile(rf"\s*(?:strict\s+)?digraph(?:\s+{ID})?\s*\{{(.*)\}}\s*", re.DOTALL)
SPLIT = re.compile(r'(?:"(?:[^"\\]|\\.)*"|\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]|[^;\n"\[])+')
COMMENT = re.compile(r"^\s*(?://|#).*$", re.MULTILINE)
STATEMENT = re.compile(rf"\s*{NAME}\s*(?:{SETTINGS})?\s*")
ARROWS = re.compile(rf"\s*({NAME}(?:\s*->\s*{NAME})+)\s*(?:{SETTINGS})?\s*")
LABEL = re.compile(rf"\blabel\s*=\s*({ID})")
SHAPE = re.compile(rf"\bshape\s*=\s*({ID})")
BOX = re.compile(r"\s*\{?\s*(\w*)\s*\|\s*data\s+([^\s|]+)\s*\|\s*grad\s+([^\s}]+)\s*\}?\s*")


def read_dot(text: str) -> dict:
    """What a text in the language of graphviz says, however it calls its nodes."""
    boxes: dict[str, str] = {}
    operations: dict[str, str] = {}
    arrows: set[tuple[str, str]] = set()
    shown, unread, shape = [], [], "ellipse"
    text = COMMENT.sub("", text)
    graph = GRAPH.fullmatch(text)
    for line in SPLIT.findall(graph[1] if graph else text):
        if path := ARROWS.fullmatch(line):
            names = [name.strip('"') for name in re.findall(NAME, path[1])]
            arrows |= set(pairwise(names))
        elif statement := STATEMENT.fullmatch(line):
            name, settings = statement[1].strip('"'), statement[2] or ""
            own = shape_of(settings, shape)
            shape = own if name == "node" else shape
            if (label := LABEL.search(settings)) is None:
                continue
            words = label[1].strip('"')
            if box := BOX.fullmatch(words):
                boxes[name] = box[1] or NO_LABEL
                kind = "" if own in ("record", "Mrecord") else f", and no record but an {own}"
                shown.append(f"{boxes[name]}: data {box[2]}, grad {box[3]}{kind}")
            else:
                operations[name] = words.strip()
        elif line.strip() and not re.fullmatch(rf"\s*{SETTING}\s*", line):
            unread.append(line.strip())
    between = [(x, y) for x, y in arrows if {x, y} <= boxes.keys() | operations.keys()]
    told = []
    for name, words in operations.items():
        into = sorted(boxes.get(x, "?") for x, y in between if y == name)
        out = sorted(boxes.get(y, "?") for x, y in between if x == name)
        told.append(f"{', '.join(into)} -> {words} -> {', '.join(out)}")
    counted = sum((x in boxes) != (y in boxes) for x, y in between)
    return {
        "a digraph with its braces": graph is not None,
        "lines that graphviz cannot read": unread,
        "from left to right": bool(re.search(r'rankdir\s*=\s*"?LR\b', text)),
        "boxes": sorted(shown),
        "operations": sorted(told),
        "other arrows": len(arrows) - counted,
    }


def shape_of(settings: str, default: str) -> str:
    """The shape that the settings of a node name."""
    found = SHAPE.search(settings)
    return found[1].strip('"') if found else default


NO_LABEL = "(no label)"
LABELS = ("as in the program", "none", "a and b have the same")


def dot_case(draw: Draw) -> dict:
    """As for the other walks, and graphs whose labels tell less than there is."""
    labels = LABELS[max(0, draw.sizes["K"] - len(PROGRAMS) - DRAWN + 1)]
    case = case_of(draw)
    if labels != LABELS[0]:
        case["program"] = ["d = a * b", "e = d + c"]
    if labels == LABELS[2]:  # nor do number and gradient tell these two apart
        case["leaves"]["b"], case["before"]["b"] = case["leaves"]["a"], case["before"]["a"]
    return {**case, "labels": labels}


def labels_of(names, labels: str) -> dict[str, str]:
    """The label of each node."""
    given = {name: name if labels != LABELS[1] else "" for name in names}
    return given | {"b": "a"} if labels == LABELS[2] else given


@grades(
    "dot_source",
    case_of=dot_case,
    uses=("Node",),
    **{**KINDS, "largest": {"K": len(PROGRAMS) - 1 + DRAWN + len(LABELS) - 1}},
)
def dot(leaves, program, before, labels):
    data, made = numbers(leaves, program), parents(program)
    names = {*made, *(parent for _, sources in made.values() for parent in sources)}
    label = {name: text or NO_LABEL for name, text in labels_of(names, labels).items()}
    boxes = (f"{label[x]}: data {data[x]:.4f}, grad {before.get(x, 0.0):.4f}" for x in names)
    operations = (
        f"{', '.join(sorted(label[source] for source in sources))} -> {sign} -> {label[x]}"
        for x, (sign, sources) in made.items()
    )
    return {
        "a digraph with its braces": True,
        "lines that graphviz cannot read": [],
        "from left to right": True,
        "boxes": sorted(boxes),
        "operations": sorted(operations),
        "other arrows": 0,
    }


@dot.play
def play_dot(student, leaves, program, before, labels):
    names = [*leaves, *(line[0] for line in program)]
    nodes = built(student, leaves, program, before, labels_of(names, labels))
    text = student(nodes[program[-1][0]])
    return read_dot(text) if isinstance(text, str) else text


@dot.alternative
def by_identity(root):
    lines, seen = ["digraph G {", '  graph [rankdir="LR"];'], set()

    def add(node):
        if id(node) in seen:
            return
        seen.add(id(node))
        name = str(id(node))
        words = "|".join([node.label, f"data {node.data:.4f}", f"grad {node.grad:.4f}"])
        lines.append('  "' + name + '" [label="{' + words + '}" shape=record];')
        if node._op:
            lines.append(f'  "{name}{node._op}" [label="{node._op}"];')
            lines.append(f'  "{name}{node._op}" -> "{name}";')
        for parent in node._prev:
            add(parent)
            lines.append(f'  "{id(parent)}" -> "{name}{node._op}";')

    add(root)
    return "\n".join(lines) + "\n}\n"


@dot.alternative
def by_label_and_number(root):
    nodes, waiting = [root], [root]
    while waiting:
        for parent in waiting.pop()._prev:
            if parent not in nodes:
                nodes.append(parent)
                waiting.append(parent)
    names = {node: f"{node.label}_{i}" for i, node in enumerate(nodes)}
    text = "digraph {\nrankdir=LR;\nnode [shape=record]\n"
    for node, name in names.items():
        text += f'{name} [label="{{ {node.label} | data {node.data:.4f} | grad {node.grad:.4f} }}"]\n'
    for node, name in names.items():
        if node._op:
            text += f'op_{name} [label="{node._op}", shape=circle]\nop_{name} -> {name}\n'
            for parent in node._prev:
                text += f"{names[parent]} -> op_{name}\n"
    return text + "}"


@dot.alternative
def with_every_arrow_in_a_statement_with_its_operation(root):
    def quoted(node, what=""):
        return f'"{what}{id(node):x}"'

    def box(node):
        fields = " | ".join(
            [node.label, "data " + format(node.data, ".4f"), "grad " + format(node.grad, ".4f")]
        )
        return quoted(node) + ' [label="{ ' + fields + ' }", shape="record"];'

    nodes, arrows = {root: None}, []
    for node in (waiting := [root]):
        for parent in node._prev:
            arrows.append(f"{quoted(parent)} -> {quoted(node, 'made by ')};")
            if parent not in nodes:
                nodes[parent] = None
                waiting.append(parent)
        if node._op:
            arrows.append(f'{quoted(node, "made by ")} [label="{node._op}"];')
            arrows.append(f"{quoted(node, 'made by ')} -> {quoted(node)};")
    return "\n".join(["digraph {", 'rankdir="LR";', *arrows, *map(box, nodes), "}"])


dot.misconception_by_edit(
    "from_top_to_bottom",
    '"rankdir=LR", *boxes',
    '"rankdir=TB", *boxes',
    symptom="The picture would run from top to bottom.",
    question="Which setting of graphviz says in which direction the ranks are laid out?",
    rule="Wide boxes read best from left to right, and the task asks for it.",
)
dot.misconception_by_edit(
    "arrows_past_the_operation",
    'f"{draw(parent)} -> {name}_op"',
    'f"{draw(parent)} -> {name}"',
    symptom="Nothing leads into the operations; the arrows go from number to number.",
    question="Through what does a number pass on its way into a result?",
    rule="Operands go into an operation, and the operation goes into its result.",
)
dot.misconception_by_edit(
    "arrows_the_other_way",
    'f"{draw(parent)} -> {name}_op"',
    'f"{name}_op -> {draw(parent)}"',
    symptom="The arrows between operands and operations point the wrong way.",
    question="In which direction do numbers flow in the forward pass?",
    rule="An arrow leads from what was used to what was made of it.",
)
dot.misconception_by_edit(
    "operation_without_its_result",
    'arrows.append(f"{name}_op -> {name}")',
    "pass",
    symptom="The operations lead nowhere.",
    question="How would somebody who looks at the picture know which box an operation fills?",
    rule="Every operation has exactly one arrow out of it.",
)
dot.misconception_by_edit(
    "operation_for_leaves_too",
    "if node._op:",
    "if True:",
    symptom="There are operations without a name and without anything that goes in.",
    question="By what was a leaf made?",
    rule="Only what was computed has an operation.",
)
dot.misconception_by_edit(
    "one_box_for_each_path",
    "if node in names:",
    "if False:",
    symptom="A number that is used twice is drawn twice.",
    question="How do you know that a node stands in the picture already?",
    rule="One box for one node, however many arrows lead away from it.",
)
dot.misconception_by_edit(
    "gradient_not_shown",
    "grad {node.grad:.4f}",
    "grad {0.0:.4f}",
    symptom="All gradients are shown as zero, though the nodes hold others.",
    question="Is the gradient in the picture that of the node, at the moment of drawing?",
    rule="A picture is made of what is there now. It is drawn again after each step.",
)
dot.misconception_by_edit(
    "two_decimals",
    "data {node.data:.4f}",
    "data {node.data:.2f}",
    symptom="The numbers are cut too early.",
    question="How many digits after the point does the task ask for?",
    rule="Too many digits hide the picture, too few hide the mistake.",
)
dot.misconception_by_edit(
    "named_after_the_number",
    'f"n{len(names)}"',
    'f"n{node.data}".replace("-", "m")',
    symptom="Two boxes with the same number have become one.",
    question="May two nodes of a graph hold the same number?",
    rule="A name has to tell apart what is different, so make it of the identity and not of the content.",
)
dot.misconception_by_edit(
    "named_after_the_label",
    'f"n{len(names)}"',
    'f"n{node.label}"',
    symptom="Boxes with the same label, or with none, have become one.",
    question="Has every node a label, and may two nodes have the same?",
    rule="A label is for people, who may repeat it or leave it out. A name has to tell nodes apart.",
)


@dot.misconception(
    symptom="All sums share one small node, and so do all products.",
    question="If there are two sums in a graph, what are their nodes called in your text?",
    rule="Two statements with one name are one node for graphviz.",
)
def one_node_for_each_kind_of_operation(root):
    names, lines = {}, ["digraph {", "rankdir=LR"]

    def draw(node):
        if node in names:
            return names[node]
        name = names[node] = f"n{len(names)}"
        words = f"{node.label} | data {node.data:.4f} | grad {node.grad:.4f}"
        lines.append(f'{name} [shape=record, label="{{ {words} }}"]')
        if node._op:
            lines.append(f'op{ord(node._op)} [label="{node._op}"]')
            lines.append(f"op{ord(node._op)} -> {name}")
            for parent in node._prev:
                lines.append(f"{draw(parent)} -> op{ord(node._op)}")
        return name

    draw(root)
    return "\n".join([*lines, "}"])


dot.misconception_by_edit(
    "boxes_of_another_shape",
    "{name} [shape=record, label=",
    "{name} [label=",
    symptom="The boxes are no records: graphviz would draw ellipses with braces and bars written in them.",
    question="What tells graphviz to divide a box where there is a bar in its label?",
    rule="The fields of a label belong to one shape. Every other shape shows the text as it is.",
)


@dot.misconception(
    symptom="There are lines that graphviz cannot read: those with the name of an operation.",
    question="Which characters may stand in a name without quotes?",
    rule="A name of letters and digits can stand as it is. Any other needs quotes.",
)
def signs_in_names_without_quotes(root):
    names, lines = {}, ["digraph {", "rankdir=LR"]

    def draw(node):
        if node in names:
            return names[node]
        name = names[node] = f"n{len(names)}"
        words = f"{node.label} | data {node.data:.4f} | grad {node.grad:.4f}"
        lines.append(f'{name} [shape=record, label="{{ {words} }}"]')
        if node._op:
            lines.append(f'{name}{node._op} [label="{node._op}"]')
            lines.append(f"{name}{node._op} -> {name}")
            for parent in node._prev:
                lines.append(f"{draw(parent)} -> {name}{node._op}")
        return name

    draw(root)
    return "\n".join([*lines, "}"])


@dot.misconception(
    symptom="All statements are there, but no graph around them.",
    question="What do the first and the last line of the example say?",
    rule="Statements belong into a graph of some kind, and its kind decides what an arrow looks like.",
)
def statements_without_a_graph(root):
    names, lines = {}, ["rankdir=LR"]

    def draw(node):
        if node in names:
            return names[node]
        name = names[node] = f"n{len(names)}"
        words = f"{node.label} | data {node.data:.4f} | grad {node.grad:.4f}"
        lines.append(f'{name} [shape=record, label="{{ {words} }}"]')
        if node._op:
            lines.append(f'{name}_op [label="{node._op}"]')
            lines.append(f"{name}_op -> {name}")
            for parent in node._prev:
                lines.append(f"{draw(parent)} -> {name}_op")
        return name

    draw(root)
    return "\n".join(lines)


# -- in which order to walk it ---------------------------------------------------------------------------


@grades("topo_sort", case_of=case_of, uses=("Node",), **KINDS)
def order(leaves, program):
    return {
        "missing": "none",
        "more than once": "none",
        "before something it was made from": "none",
        "not in the graph": "none",
        "at the end": program[-1][0],
        "looks at the same node again and again": False,
        "the nodes are as before": True,
    }


@order.play
def play_order(student, leaves, program):
    nodes = built(student, leaves, program)
    labels = {node: name for name, node in nodes.items()}
    student.run(COUNT, list(nodes.values()))
    before = student.run(STATE, list(nodes.values()))
    names = [labels.get(node, "?") for node in student(nodes[program[-1][0]])]
    kept = student.run(STATE, list(nodes.values())) == before
    made = parents(program)
    wanted = {*made, *(parent for _, sources in made.values() for parent in sources)}
    early = [
        name
        for name, (_, sources) in made.items()
        if any(name in names and name in names[: names.index(x)] for x in sources if x in names)
    ]
    return {
        "missing": listed(wanted - set(names)),
        "more than once": listed({name for name in names if names.count(name) > 1}),
        "before something it was made from": listed(early),
        "not in the graph": listed(set(names) - wanted),
        "at the end": names[-1] if names else "",
        "looks at the same node again and again": student.run(LOOKS, list(nodes.values())),
        "the nodes are as before": kept,
    }


@order.alternative
def children_right_to_left(root):
    seen, done = set(), []

    def go(node):
        seen.add(node)
        for parent in reversed(list(node._prev)):
            if parent not in seen:
                go(parent)
        done.append(node)

    go(root)
    return done


@order.alternative
def with_a_stack_of_two_visits(root):
    done, waiting = [], [(root, False)]
    while waiting:
        node, ready = waiting.pop()
        if node in done:
            continue
        if ready:
            done.append(node)
        else:
            waiting.append((node, True))
            waiting.extend((parent, False) for parent in node._prev)
    return done


@order.alternative
def by_counting_uses(root):
    uses, waiting, seen = {root: 0}, [root], {root}
    while waiting:
        for parent in waiting.pop()._prev:
            uses[parent] = uses.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    ready, backwards = [root], []
    while ready:
        node = ready.pop()
        backwards.append(node)
        for parent in node._prev:
            uses[parent] -= 1
            if uses[parent] == 0:
                ready.append(parent)
    return backwards[::-1]


@order.alternative
def by_height(root):
    heights = {}

    def height(node):
        if node not in heights:
            heights[node] = 1 + max([height(parent) for parent in node._prev], default=0)
        return heights[node]

    height(root)
    return sorted(heights, key=lambda node: heights[node])


order.misconception_by_edit(
    "on_the_way_down",
    """\
            for parent in node._prev:
                visit(parent)
            order.append(node)
""",
    """\
            order.append(node)
            for parent in node._prev:
                visit(parent)
""",
    symptom="The list starts with the last result; nodes stand before what they were made from.",
    question="When is a node put on the list: before or after everything that it was made from?",
    rule="What has to stand last is appended last, on the way back out of the recursion.",
)
order.misconception_by_edit(
    "reversed_way_down",
    """\
            for parent in node._prev:
                visit(parent)
            order.append(node)
""",
    """\
            order.insert(0, node)
            for parent in node._prev:
                visit(parent)
""",
    symptom="Trees are right. With a result that is used at two depths, it stands in the wrong place.",
    question="Does a walk that notes nodes on the way down know that it will meet one of them again, deeper?",
    rule="Turning a list around does not repair it: note a node when all that it was made from is noted.",
)
order.misconception_by_edit(
    "no_visited_set",
    "if node not in visited:",
    "if True:",
    symptom="Nodes that are used twice stand in the list twice.",
    question="How do you know that a node is on the list already?",
    rule="Every node once: what has been visited is not visited again.",
)
order.misconception_by_edit(
    "visited_after_the_parents",
    """\
        if node not in visited:
            visited.add(node)
            for parent in node._prev:
                visit(parent)
            order.append(node)
""",
    """\
        for parent in node._prev:
            visit(parent)
        if node not in visited:
            visited.add(node)
            order.append(node)
""",
    symptom="The list is right, but the same nodes are walked again for every path that leads to them.",
    question="Do you ask whether you know a node before you walk on from it, or afterwards?",
    rule="There can be far more paths than nodes. Turn back at once where you have been before.",
)
order.misconception_by_edit(
    "visited_by_value",
    """\
        if node not in visited:
            visited.add(node)
""",
    """\
        if node.data not in visited:
            visited.add(node.data)
""",
    symptom="A node is missing where another one holds the same number.",
    question="By what do you recognise a node that you have met before?",
    rule="Two numbers may be equal and still be two nodes. Identity counts, not value.",
)
order.misconception_by_edit(
    "already_reversed",
    "return order",
    "return order[::-1]",
    symptom="The order is a right one, read from the wrong end.",
    question="Which way round does the task ask for, and which way round does a backward pass need?",
    rule="The order of the forward pass starts at the leaves. Who needs it backwards turns it around.",
)
order.misconception_by_edit(
    "leaves_left_out",
    "order.append(node)",
    "order.extend([node] if node._prev else [])",
    symptom="Only what was computed is in the list, the leaves are not.",
    question="Do leaves belong to the graph?",
    rule="An order of a graph holds all of its nodes, those without parents first of all.",
)


order.misconception_by_edit(
    "marks_in_the_gradients",
    """\
        if node not in visited:
            visited.add(node)
""",
    """\
        if node.grad != 1.0:
            node.grad = 1.0
""",
    symptom="The order is right, and afterwards the nodes hold other gradients than before.",
    question="Where do you note which nodes you have met, and who else uses that place?",
    rule="What a walk has to remember belongs to the walk. The graph is somebody else's.",
)


@order.misconception(
    symptom="Most graphs are right. A result that is used directly and, further down, once more is not.",
    question="Is a node that is close to the end by one path always finished before those further away?",
    rule="The distance from the end says nothing: the longest path to a node decides where it stands.",
)
def breadth_first(root):
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop(0)
        if node not in found:
            found.append(node)
            waiting.extend(node._prev)
    return found[::-1]


# -- and backward ----------------------------------------------------------------------------------------


@grades("value_backward", case_of=case_of, uses=("Node",), floor=1.0, **KINDS)
def back(leaves, program, before):
    with torch.enable_grad():
        values = {
            name: torch.tensor(x, dtype=torch.float64, requires_grad=True) for name, x in leaves.items()
        }
        for name, left, sign, right in steps(program):
            values[name] = values[left] + values[right] if sign == "+" else values[left] * values[right]
        found = torch.autograd.grad(values[program[-1][0]], list(values.values()), allow_unused=True)
    slopes = {x: 0.0 if slope is None else slope.item() for x, slope in zip(values, found, strict=True)}
    return {f"{x}.grad": before.get(x, 0.0) + slope for x, slope in slopes.items()}


GRADIENTS = remote_function("def gradients(nodes):\n    return [node.grad for node in nodes]")


@back.play
def play_back(student, leaves, program, before):
    nodes = built(student, leaves, program, before)
    student(nodes[program[-1][0]])
    found = student.run(GRADIENTS, list(nodes.values()))
    return {f"{name}.grad": gradient for name, gradient in zip(nodes, found, strict=True)}


@back.alternative
def when_all_uses_are_in(root):
    uses, waiting, seen = {}, [root], {root}
    while waiting:
        for parent in waiting.pop()._prev:
            uses[parent] = uses.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    root.grad = 1.0
    ready = [root]
    while ready:
        node = ready.pop()
        node._backward()
        for parent in node._prev:
            uses[parent] -= 1
            if not uses[parent]:
                ready.append(parent)


@back.alternative
def deepest_last(root):
    depth = {}

    def walk(node, steps):
        if depth.get(node, -1) < steps:
            depth[node] = steps
            for parent in node._prev:
                walk(parent, steps + 1)

    walk(root, 0)
    root.grad = 1
    for node in sorted(depth, key=lambda node: depth[node]):
        node._backward()


@back.alternative
def from_the_end_of_the_list(root):
    done, waiting = [], [(root, False)]
    while waiting:
        node, ready = waiting.pop()
        if node in done:
            continue
        if ready:
            done.append(node)
        else:
            waiting.append((node, True))
            waiting.extend((parent, False) for parent in node._prev)
    root.grad += 1.0
    while done:
        done.pop()._backward()


back.misconception_by_edit(
    "no_first_gradient",
    "    root.grad = 1.0\n",
    "",
    symptom="Nothing arrives anywhere.",
    question="What is the gradient of the result with respect to itself, and who says so?",
    rule="Everything that flows backward is a multiple of what is put in at the end.",
)
back.misconception_by_edit(
    "order_not_reversed",
    "in reversed(order):",
    "in order:",
    symptom="Only the operation at the very end passes a gradient on.",
    question="Which node stands first in your list, and what is its gradient when its turn comes?",
    rule="The forward order starts at the leaves. The gradient starts at the other end.",
)
back.misconception_by_edit(
    "no_visited_set",
    "if node not in visited:",
    "if True:",
    symptom="Trees are right. Below a result that is used twice, gradients come out too large.",
    question="How often does a node that is used twice stand in your list?",
    rule="Every node passes its gradient on exactly once, however many paths lead to it.",
)
back.misconception_by_edit(
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
back.misconception_by_edit(
    "gradients_wiped_first",
    "    root.grad = 1.0\n",
    "    for node in order:\n        node.grad = 0.0\n    root.grad = 1.0\n",
    symptom="What the leaves had collected before is gone.",
    question="Who may decide that what a leaf has collected so far is to be forgotten?",
    rule="The backward pass only adds. Starting afresh is for the caller to ask for.",
)


@back.misconception(
    symptom="Trees are right. Where a result is used twice, the leaves below it get too much.",
    question="When a node passes its gradient on, has it received all that it will ever receive?",
    rule="A node may pass its gradient on once, after all who use it have passed on theirs.",
)
def eager_recursion(root):
    def go(node):
        node._backward()
        for parent in node._prev:
            go(parent)

    root.grad = 1.0
    go(root)


@back.misconception(
    symptom="Trees are right. With a result that is used at two depths, it depends on the order of operands.",
    question="When is a node put on your list: before or after everything that it was made from?",
    rule="A list in which every node stands after its inputs is made on the way back out of the recursion.",
)
def order_on_the_way_down(root):
    order, visited = [], set()

    def visit(node):
        if node not in visited:
            visited.add(node)
            order.append(node)
            for parent in node._prev:
                visit(parent)

    visit(root)
    root.grad = 1.0
    for node in order:
        node._backward()


@back.misconception(
    symptom="Most graphs are right. A result that is used directly and, further down, once more is not.",
    question="Is a node that is close to the end by one path always finished before those further away?",
    rule="The distance from the end says nothing: the longest path to a node decides when it is ready.",
)
def breadth_first_order(root):
    order, waiting = [], [root]
    while waiting:
        node = waiting.pop(0)
        if node not in order:
            order.append(node)
            waiting.extend(node._prev)
    root.grad = 1.0
    for node in order:
        node._backward()
