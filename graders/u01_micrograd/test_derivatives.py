"""What is true of measured slopes, of rates along a chain, and of a tool that checks gradients."""

import math

from dojo.grading import Draw, grades, remote_function


def number(draw: Draw) -> float:
    """A number of size about 1 that is not 0, in the style of the case."""
    return float(draw.normal(1))


# --- numeric_derivative -----------------------------------------------------------------------------------

# Each has a slope of at least 0.0001 wherever it is drawn, so rounding stays far below the tolerance.
PARABOLA = remote_function("def parabola(x):\n    return 3 * x**2 - 4 * x + 5")
CUBIC = remote_function("def cubic(x):\n    return x**3 + 2 * x - 1")
FALLING = remote_function("def falling(x):\n    return 2.0 - x - 0.5 * x**3")
GROWING = remote_function("def growing(x):\n    return 3 * 2.0**x")
LINES = [remote_function(f"def line(x):\n    return {slope} * x + 7") for slope in (2.5, -0.75)]
CURVES = ["parabola", "flat spot", "line", "at zero", "cubic", "falling", "growing"]


def curve_and_point(draw: Draw):
    """A function of one number, a point and a step."""
    what = CURVES[draw.sizes["curve"]]
    f = {
        "line": draw.pick(LINES),
        "at zero": draw.pick([CUBIC, GROWING, FALLING]),
        "cubic": CUBIC,
        "falling": FALLING,
        "growing": GROWING,
    }.get(what, PARABOLA)
    x = {"flat spot": 2 / 3, "at zero": 0.0, "parabola": draw.pick([3.0, -3.0, 1.5])}.get(what, number(draw))
    return {"f": f, "x": x, "h": draw.pick([0.1, 0.01, 0.001, 0.0001])}


@grades(
    "numeric_derivative",
    case_of=curve_and_point,
    minimum={"curve": 0},
    largest={"curve": len(CURVES) - 1},
    every=True,
    examples=6,
    loose=10,  # in a difference of two numbers of size 10, the rounding of 0.0001 is 2e-11 of the slope
)
def numeric_derivative(f, x, h):
    return (f(x + h) - f(x)) / h


@numeric_derivative.alternative
def rise_over_run(f, x, h):
    rise = -f(x) + f(h + x)
    return rise / h


@numeric_derivative.alternative
def rise_times_one_over_run(f, x, h):
    before, after = f(x), f(x + h)
    return after * (1 / h) - before * (1 / h)


@numeric_derivative.alternative
def seen_from_above(f, x, h):
    above = x + h
    return (f(x) - f(above)) / -h


@numeric_derivative.misconception(
    symptom="The result gets smaller with the step, even for a straight line.",
    question="If you walk half as far up the same hill, is the hill half as steep?",
    rule="A slope is the rise for each unit of the run. The rise alone says nothing about steepness.",
)
def forgot_the_run(f, x, h):
    return f(x + h) - f(x)


@numeric_derivative.misconception(
    symptom="It fails at zero, and elsewhere it is off by a factor that hangs on the point.",
    question="How far did you move, and where did you start?",
    rule="A slope compares the rise with the distance of the move, not with where the move began.",
)
def divided_by_x(f, x, h):
    return (f(x + h) - f(x)) / x


@numeric_derivative.misconception(
    symptom="The numbers are much too large, and larger still for a smaller step.",
    question="What does Python divide first: the difference, or only its last part?",
    rule="Division binds tighter than subtraction. Put the whole rise in brackets.",
)
def brackets_missing(f, x, h):
    return f(x + h) - f(x) / h


@numeric_derivative.misconception(
    symptom="Every slope has the wrong sign.",
    question="Does a function rise or fall if its later value is the larger one?",
    rule="Take what comes after the nudge and subtract what was before.",
)
def fall_for_rise(f, x, h):
    return (f(x) - f(x + h)) / h


@numeric_derivative.misconception(
    symptom="The result is exactly zero, whatever the function.",
    question="Is the nudged x another number than x? Print both with all digits.",
    rule="A float keeps about sixteen digits. A nudge below the last of them changes nothing.",
)
def nudge_below_rounding(f, x, h):
    tiny = 1e-18
    return (f(x + tiny) - f(x)) / tiny


@numeric_derivative.misconception(
    symptom="Straight lines come out right, and curves are off by more the larger the step is.",
    question="Which two points does the task name?",
    rule="With a point on each side the estimate is better, but it is another one. Here x itself is one end.",
)
def nudged_to_both_sides(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


@numeric_derivative.misconception(
    symptom="Straight lines come out right, and curves are off by more the larger the step is.",
    question="On which side of x does your second point lie?",
    rule="Up means towards larger numbers. The slope on the other side of a point is another one.",
)
def nudged_down(f, x, h):
    return (f(x) - f(x - h)) / h


@numeric_derivative.misconception(
    symptom="For curves the result does not follow the step: large and small ones give the same.",
    question="Where in your code does the h of the caller come in?",
    rule="Use the argument that you are given. The caller may want a large step, and has reasons.",
)
def own_step(f, x, h):
    return (f(x + 1e-6) - f(x)) / 1e-6


# --- numeric_gradient -------------------------------------------------------------------------------------

PRODUCT = remote_function("def product(a, b, c):\n    return a * b + c")
MIXED = remote_function("def mixed(a, b, c):\n    return a**2 * b - b * c**2 + 4 * c")
TWO = remote_function("def two(a, b):\n    return (a - 3 * b) * a * b")
FOUR = remote_function("def four(a, b, c, f):\n    return (a * b + c) * f")
ONE = remote_function("def one(a):\n    return 2 * a**2 - 5 * a")
UNUSED = remote_function("def unused(a, b, c):\n    return a**2 + 3 * c * a")
SURFACES = [(ONE, 1), (PRODUCT, 3), (MIXED, 3), (TWO, 2), (UNUSED, 3), (FOUR, 4)]


def surface_and_point(draw: Draw):
    """A function of some numbers, a point and a step."""
    f, count = SURFACES[draw.sizes["surface"]]
    # Small against the large step and without an end in binary: adding a step and taking it away again shows.
    args = [number(draw) / draw.pick([3, 48]) for _ in range(count - 1)] + [number(draw) / 48]
    if f is MIXED:
        args[1] = args[0]  # two inputs may hold the same number
    return {"f": f, "args": args, "h": (0.01, 0.001, 0.1)[draw.sizes["surface"] % 3]}


@grades(
    "numeric_gradient",
    case_of=surface_and_point,
    minimum={"surface": 0},
    largest={"surface": len(SURFACES) - 1},
    every=True,
    examples=6,
    floor=10,  # the size of what is subtracted: a slope may be nearly zero
)
def numeric_gradient(f, args, h):
    return [(f(*args[:i], x + h, *args[i + 1 :]) - f(*args)) / h for i, x in enumerate(args)]


@numeric_gradient.alternative
def put_back_what_was_there(f, args, h):
    args, slopes = args[:], []
    before = f(*args)
    for i in range(len(args)):
        kept = args[i]
        args[i] = kept + h
        slopes.append((f(*args) - before) / h)
        args[i] = kept
    return slopes


@numeric_gradient.alternative
def in_the_list_of_the_caller(f, args, h):
    slopes = []
    for i, kept in enumerate(args):
        before = f(*args)
        args[i] = kept + h
        slopes.append((f(*args) - before) / h)
        args[i] = kept  # the very same number, so nothing has changed
    return slopes


@numeric_gradient.alternative
def with_a_step_for_each_input(f, args, h):
    slopes = []
    for k in range(len(args)):
        moved = [arg + (h if i == k else 0.0) for i, arg in enumerate(args)]
        slopes.append((f(*moved) - f(*args)) / h)
    return tuple(slopes)


@numeric_gradient.misconception(
    symptom="The first slope is right, and later ones are off where the inputs act on each other.",
    question="Where is the first input while you nudge the second one?",
    rule="A partial derivative moves one input while all the others stay where they were.",
)
def nudges_pile_up(f, args, h):
    base, nudged, slopes = f(*args), list(args), []
    for i in range(len(nudged)):
        nudged[i] += h
        slopes.append((f(*nudged) - base) / h)
    return slopes


@numeric_gradient.misconception(
    symptom="The first slope is right. Later ones are off by a little, and by more for a larger step.",
    question="Is the point from which you measure the same for every input?",
    rule="Every slope starts at the same point: put an input back before you nudge the next one.",
)
def walks_on_from_the_nudged_point(f, args, h):
    nudged, slopes = list(args), []
    for i in range(len(nudged)):
        before = f(*nudged)
        nudged[i] += h
        slopes.append((f(*nudged) - before) / h)
    return slopes


@numeric_gradient.misconception(
    symptom="The slopes are right, but afterwards the list of the caller holds the nudged numbers.",
    question="Whose list do you nudge?",
    rule="An argument belongs to the caller. Nudge a copy.",
)
def nudges_the_callers_list(f, args, h):
    base, kept, slopes = f(*args), list(args), []
    for i in range(len(args)):
        nudged = list(kept)
        nudged[i] += h
        slopes.append((f(*nudged) - base) / h)
        args[i] += h
    return slopes


@numeric_gradient.misconception(
    symptom="The slopes are right, but the caller's numbers have changed in their last digits.",
    question="Is x + h - h always x, for floats?",
    rule="Adding and subtracting round each time. To put something back, remember what it was.",
)
def subtracts_the_nudge_again(f, args, h):
    slopes = []
    for i in range(len(args)):
        before = f(*args)
        args[i] += h
        slopes.append((f(*args) - before) / h)
        args[i] -= h
    return slopes


@numeric_gradient.misconception(
    symptom="It is right unless two inputs hold the same number: then both get the slope of the first one.",
    question="How do you find the place of an input in the list?",
    rule="A number says nothing about its place. Count the places.",
)
def place_found_by_the_number(f, args, h):
    slopes = []
    for x in args:
        nudged = list(args)
        nudged[args.index(x)] += h
        slopes.append((f(*nudged) - f(*args)) / h)
    return slopes


@numeric_gradient.misconception(
    symptom="Every slope is zero.",
    question="When do you compute the value that you subtract: before the nudge, or after it?",
    rule="A difference needs a before and an after. Compute the one before anything moves.",
)
def base_computed_after_the_nudge(f, args, h):
    slopes = []
    for i in range(len(args)):
        nudged = list(args)
        nudged[i] += h
        base = f(*nudged)
        slopes.append((f(*nudged) - base) / h)
    return slopes


@numeric_gradient.misconception(
    symptom="All slopes are the same number: the sum of the right ones, or nearly so.",
    question="How many inputs move before you evaluate the function again?",
    rule="Nudged together, the inputs mix their influences. Nudge one at a time.",
)
def all_inputs_at_once(f, args, h):
    slope = (f(*[x + h for x in args]) - f(*args)) / h
    return [slope for _ in args]


@numeric_gradient.misconception(
    symptom="The slopes get smaller with the step.",
    question="If you walk half as far up the same hill, is the hill half as steep?",
    rule="A slope is the rise for each unit of the run.",
)
def rises_not_slopes(f, args, h):
    return [f(*args[:i], x + h, *args[i + 1 :]) - f(*args) for i, x in enumerate(args)]


@numeric_gradient.misconception(
    symptom="There is one slope, that of the first input.",
    question="How many inputs does the function have?",
    rule="Each input has a slope of its own, so the gradient has as many entries as there are inputs.",
)
def first_input_only(f, args, h):
    return [(f(args[0] + h, *args[1:]) - f(*args)) / h] + [0.0] * (len(args) - 1)


@numeric_gradient.misconception(
    symptom="The slopes of flat directions are right, curved ones are off by more for a larger step.",
    question="Which two points does the task name?",
    rule="With a point on each side the estimate is better, but another one. Here one end is the point.",
)
def both_sides_of_the_point(f, args, h):
    ways = [(args[:i], x, args[i + 1 :]) for i, x in enumerate(args)]
    return [(f(*a, x + h, *b) - f(*a, x - h, *b)) / (2 * h) for a, x, b in ways]


# --- chain_rates ------------------------------------------------------------------------------------------


def some_rates(draw: Draw):
    """Rates along a chain; in every third case one of them is zero."""
    rates = [number(draw) for _ in range(draw.sizes["length"])]
    if draw.integer(0, 2) == 0 and len(rates) > 1:
        rates[draw.integer(0, len(rates) - 1)] = 0.0
    return {"rates": rates}


@grades(
    "chain_rates",
    case_of=some_rates,
    minimum={"length": 1},
    largest={"length": 6},
    every=True,
    examples=8,
)
def chain_rates(rates):
    return [math.prod(rates[i:]) for i in range(len(rates) + 1)]


@chain_rates.alternative
def by_slices(rates):
    result = []
    for start in range(len(rates)):
        product = 1.0
        for rate in rates[start:]:
            product *= rate
        result.append(product)
    return [*result, 1.0]


@chain_rates.alternative
def filled_from_the_end(rates):
    result = [0.0] * len(rates) + [1.0]
    for i in range(len(rates) - 1, -1, -1):
        result[i] = rates[i] * result[i + 1]
    return result


@chain_rates.alternative
def by_recursion(rates):
    if not rates:
        return [1.0]
    rest = chain_rates(rates[1:])
    return [rates[0] * rest[0], *rest]


@chain_rates.misconception(
    symptom="Chains of one step are nearly right, longer ones are not. A rate of zero stops nothing.",
    question="A bicycle is four times as fast as a walker, a car twice as fast as a bicycle. And the car?",
    rule="Along a chain, rates multiply. They add only where several chains meet.",
)
def rates_added(rates):
    return [sum(rates[i:]) if i < len(rates) else 1.0 for i in range(len(rates) + 1)]


@chain_rates.misconception(
    symptom="The last two entries are right. Further in front, all that comes later is missing.",
    question="Does your rate say how the next variable changes, or how the last one does?",
    rule="A local derivative reaches one step far. What happens after that step has to be multiplied in.",
)
def local_rates_only(rates):
    return [*rates, 1.0]


@chain_rates.misconception(
    symptom="The first entry stands at the end, and the 1 at the beginning.",
    question="Do your products start at the front of the chain or at its end?",
    rule="What a variable does to the output depends on the steps behind it, not on those before it.",
)
def products_from_the_front(rates):
    result = [1.0]
    for rate in rates:
        result.append(result[-1] * rate)
    return result


@chain_rates.misconception(
    symptom="All numbers are right, in the opposite order.",
    question="Which variable does the first entry of your result belong to?",
    rule="The sweep runs from the output to the inputs. Its results belong in the order of the variables.",
)
def left_in_sweeping_order(rates):
    result = [1.0]
    for rate in reversed(rates):
        result.append(result[-1] * rate)
    return result


@chain_rates.misconception(
    symptom="Every entry is zero.",
    question="How fast does the output change when the output itself does?",
    rule="The sweep starts with the output's own rate. Start it with zero, and zero is all that arrives.",
)
def root_left_at_zero(rates):
    result = [0.0]
    for rate in reversed(rates):
        result.append(result[-1] * rate)
    return result[::-1]


@chain_rates.misconception(
    symptom="One entry is missing: there are as many as rates.",
    question="How many variables does a chain with two steps have?",
    rule="The output is a variable too, and its gradient is where the sweep begins.",
)
def output_left_out(rates):
    return [math.prod(rates[i:]) for i in range(len(rates))]


@chain_rates.misconception(
    symptom="The numbers are right, but the list of the caller is empty afterwards.",
    question="What does taking something off a list do to the list?",
    rule="An argument belongs to the caller. Walk through it, or take a copy apart.",
)
def uses_up_the_rates(rates):
    result = [1.0]
    while rates:
        result.append(result[-1] * rates.pop())
    return result[::-1]


# --- gradcheck --------------------------------------------------------------------------------------------

# An engine in a few lines: the expression (a*b + c) * f**3 with its gradients, scaled and with a slip. A leaf
# that the expression does not use has gradient 0. The nodes know no arithmetic, like those of no engine.
ENGINE = """
def build(leaves):
    class Node:
        def __init__(self, data):
            self.data = data
            self.grad = 0.0
    nodes = {{name: Node(x) for name, x in leaves.items()}}
    a, b, c, f = (nodes[name] for name in "abcf")
    out = Node({scale} * (a.data * b.data + c.data) * f.data**3)
    def backward():
        slopes = {{
            "f": 3 * (a.data * b.data + c.data) * f.data**2, "c": f.data**3,
            "a": b.data * f.data**3, "b": a.data * f.data**3, "unused": 0.0,
        }}
        for name in nodes:
            nodes[name].grad = {scale} * slopes[name]
        nodes[{wrong!r}].grad = nodes[{wrong!r}].grad * {factor} + {shift}
    out.backward = backward
    return out, nodes
"""
# Which gradient is wrong: its factor and what is added, and the scale of the whole expression.
ENGINES = {
    "right": ("a", 1.0, 0.0, 1.0),
    "doubled": ("b", 2.0, 0.0, 1.0),
    "never computed": ("f", 0.0, 0.0, 1.0),
    "wrong sign": ("c", -1.0, 0.0, 1.0),
    "one percent": ("a", 1.01, 0.0, 1.0),
    "small and one percent off": ("f", 0.99, 0.0, 1e-4),
    "large and right": ("b", 1.0 + 1e-7, 0.0, 1e5),
    "nearly right": ("c", 1.0 + 3e-5, 0.0, 1.0),
    "not quite": ("a", 1.0 + 1.5e-4, 0.0, 1.0),
    "next to nothing": ("unused", 1.0, 5e-8, 1.0),
    "a little of nothing": ("unused", 1.0, 1.5e-7, 1.0),
    "not used but taught": ("unused", 1.0, 0.5, 1.0),
    # Within 1e-4 of the larger size and beyond 1e-4 of the smaller one, so that it shows which of the two a
    # comparison uses, and whether it is the size or the number with its sign. The margin is 5e-9 of slopes
    # beyond 5000: there 1e-7 is next to nothing, and rounding moves what is measured by less than 1e-10.
    "larger and just right": ("a", 1.0 + 1.00005e-4, 0.0, -1e5),
    "smaller and just right": ("b", 1.0 - 0.99995e-4, 0.0, -1e5),
}


def engine_to_check(draw: Draw):
    """An engine, maybe with a slip, leaves and a step. It is curved in `f`: sides and step count."""
    wrong, factor, shift, scale = list(ENGINES.values())[draw.sizes["engine"]]
    build = remote_function(ENGINE.format(wrong=wrong, factor=factor, shift=shift, scale=scale))
    leaves = {name: abs(number(draw)) + 0.5 for name in draw.pick(["abcf", "fcba", "cafb"])}
    return {"build": build, "leaves": {**leaves, "unused": number(draw)}, "h": draw.pick([0.005, 0.001])}


@grades(
    "gradcheck",
    case_of=engine_to_check,
    minimum={"engine": 0},
    largest={"engine": len(ENGINES) - 1},
    every=True,
    examples=6,
    loose=10,  # the rounding of a step of 0.001 in numbers of size 30
)
def gradcheck(build, leaves, h):
    out, nodes = build(leaves)
    out.backward()

    def entry(name):
        above, below = (build({**leaves, name: leaves[name] + step})[0].data for step in (h, -h))
        engine, measured = nodes[name].grad, (above - below) / (2 * h)
        return engine, measured, abs(engine - measured) <= 1e-7 + 1e-4 * max(abs(engine), abs(measured))

    return {name: entry(name) for name in leaves}


@gradcheck.alternative
def moves_a_copy_up_and_down(build, leaves, h):
    root, nodes = build(dict(leaves))
    root.backward()
    grads = {name: node.grad for name, node in nodes.items()}
    report = {}
    for name in leaves:
        values = []
        for sign in (-1, 1):
            moved = dict(leaves)
            moved[name] = moved[name] + sign * h
            values.append(build(moved)[0].data)
        numeric = (values[1] - values[0]) / h / 2
        gap, size = abs(numeric - grads[name]), max(abs(numeric), abs(grads[name]))
        report[name] = (grads[name], numeric, gap <= 1e-7 + 1e-4 * size)
    return report


@gradcheck.alternative
def backward_on_every_graph(build, leaves, h):
    def run(values):
        out, nodes = build(values)
        out.backward()
        return out.data, nodes

    _, nodes = run(leaves)
    report = {}
    for name in sorted(leaves):
        measured = run(leaves | {name: leaves[name] + h})[0] - run(leaves | {name: leaves[name] - h})[0]
        measured = 0.5 * measured / h
        a, b = abs(measured), abs(nodes[name].grad)
        report[name] = [
            nodes[name].grad,
            measured,
            not abs(measured - nodes[name].grad) > 1e-7 + 1e-4 * max(a, b),
        ]
    return report


@gradcheck.alternative
def slopes_first_and_verdicts_last(build, leaves, h):
    def moved(name, step):
        return build({other: x + step * (other == name) for other, x in leaves.items()})[0].data

    measured = {name: moved(name, h) / (2 * h) - moved(name, -h) / (2 * h) for name in leaves}
    root, nodes = build(leaves)
    root.backward()
    verdicts = {}
    for name, slope in measured.items():
        allowed = 1e-7 + max(1e-4 * abs(slope), 1e-4 * abs(nodes[name].grad))
        verdicts[name] = -allowed <= slope - nodes[name].grad <= allowed
    return {name: (nodes[name].grad, measured[name], verdicts[name]) for name in leaves}


@gradcheck.misconception(
    symptom="It fails as soon as two nodes are subtracted or compared.",
    question="Is a node a number, or does it hold one?",
    rule="A node of a graph is more than its number. Ask it for the part that you want.",
)
def takes_the_node_for_its_number(build, leaves, h):
    out, nodes = build(leaves)
    out.backward()
    report = {}
    for name in leaves:
        above, below = (
            build({**leaves, name: leaves[name] + h})[0],
            build({**leaves, name: leaves[name] - h})[0],
        )
        numeric = (above - below) / (2 * h)
        report[name] = (nodes[name].grad, numeric, abs(nodes[name].grad - numeric) <= 1e-7)
    return report


@gradcheck.misconception(
    symptom="Every measured slope is zero.",
    question="You have changed the number of a leaf. Has anybody computed the output again?",
    rule="A graph records what was computed once. A new number needs a new forward pass.",
)
def asks_the_old_graph_again(build, leaves, h):
    out, nodes = build(leaves)
    out.backward()
    report = {}
    for name in leaves:
        kept = nodes[name].data
        nodes[name].data = kept + h
        above = out.data
        nodes[name].data = kept - h
        below = out.data
        nodes[name].data = kept
        a, n = nodes[name].grad, (above - below) / (2 * h)
        report[name] = (a, n, abs(a - n) <= 1e-7 + 1e-4 * max(abs(a), abs(n)))
    return report


@gradcheck.misconception(
    symptom="Small wrong gradients are accepted and large right ones are not.",
    question="Is a gap of one thousandth small? How large are the two numbers themselves?",
    rule="A tolerance has to follow the size of what is compared.",
)
def one_gap_for_all_sizes(build, leaves, h):
    report = {}
    for name, (a, n) in both_slopes(build, leaves, h).items():
        report[name] = (a, n, abs(a - n) <= 1e-4)
    return report


@gradcheck.misconception(
    symptom="It fails, or says no, where both slopes are zero or next to nothing.",
    question="What is the relative gap between zero and a billionth?",
    rule="Around zero a relative error says little, so a comparison needs a small absolute part as well.",
)
def relative_gap_only(build, leaves, h):
    report = {}
    for name, (a, n) in both_slopes(build, leaves, h).items():
        report[name] = (a, n, abs(a - n) / max(abs(a), abs(n), 1e-30) <= 1e-4)
    return report


@gradcheck.misconception(
    symptom="Gradients with the wrong factor are accepted, those with the wrong sign are not.",
    question="Is a slope of 2 the same as a slope of 1?",
    rule="A gradient has a size as well as a sign, and both count.",
)
def same_sign_is_enough(build, leaves, h):
    report = {}
    for name, (a, n) in both_slopes(build, leaves, h).items():
        report[name] = (a, n, a * n > 0 or a == n)
    return report


@gradcheck.misconception(
    symptom="The wrong sign is not noticed.",
    question="Did you compare the two numbers, or only how far each is from zero?",
    rule="Subtract first and look at the size of the gap afterwards.",
)
def compares_sizes_only(build, leaves, h):
    report = {}
    for name, (a, n) in both_slopes(build, leaves, h).items():
        report[name] = (a, n, abs(abs(a) - abs(n)) <= 1e-7 + 1e-4 * max(abs(a), abs(n)))
    return report


@gradcheck.misconception(
    symptom="Right gradients of curved inputs are rejected, and more so for a larger step.",
    question="Do you look at both sides of the point?",
    rule="A difference to one side has an error of the size of the step. With both sides most of it cancels.",
)
def one_sided_difference(build, leaves, h):
    out, nodes = build(leaves)
    out.backward()
    report = {}
    for name, x in leaves.items():
        a, n = nodes[name].grad, (build({**leaves, name: x + h})[0].data - out.data) / h
        report[name] = (a, n, abs(a - n) <= 1e-7 + 1e-4 * max(abs(a), abs(n)))
    return report


@gradcheck.misconception(
    symptom="Every measured slope is twice what it should be.",
    question="How far apart are the two points at which you look?",
    rule="A slope is the rise over the whole distance between the two points.",
)
def distance_of_one_step(build, leaves, h):
    report = {}
    for name, (a, half) in both_slopes(build, leaves, h).items():
        n = 2 * half
        report[name] = (a, n, abs(a - n) <= 1e-7 + 1e-4 * max(abs(a), abs(n)))
    return report


@gradcheck.misconception(
    symptom="The engine seems to say zero for every leaf.",
    question="When are the gradients of a graph computed: while it is built, or later?",
    rule="A graph has gradients only after its backward pass has run.",
)
def never_ran_backward(build, leaves, h):
    _, nodes = build(leaves)
    report = {}
    for name, (_, n) in both_slopes(build, leaves, h).items():
        a = nodes[name].grad
        report[name] = (a, n, abs(a - n) <= 1e-7 + 1e-4 * max(abs(a), abs(n)))
    return report


@gradcheck.misconception(
    symptom="The first slope is right, later ones are off, and the dict of the caller has changed.",
    question="Where is the first leaf while you move the second one?",
    rule="Move one leaf of a copy, and leave all the others where they were.",
)
def leaves_stay_moved(build, leaves, h):
    out, nodes = build(leaves)
    out.backward()
    report = {}
    for name in leaves:
        leaves[name] += h
        above = build(leaves)[0].data
        leaves[name] -= 2 * h
        below = build(leaves)[0].data
        a, n = nodes[name].grad, (above - below) / (2 * h)
        report[name] = (a, n, abs(a - n) <= 1e-7 + 1e-4 * max(abs(a), abs(n)))
    return report


@gradcheck.misconception(
    symptom="Engines that are off by a few parts in ten thousand get another verdict.",
    question="Which tolerances does the task name, and which ones does your comparison use?",
    rule="Agreement is a convention. Two checks with different limits give different verdicts.",
)
def limits_of_its_own(build, leaves, h):
    report = {}
    for name, (a, n) in both_slopes(build, leaves, h).items():
        report[name] = (a, n, abs(a - n) <= 1e-6 + 1e-3 * max(abs(a), abs(n)))
    return report


@gradcheck.misconception(
    symptom="The slope of a curved input does not follow the step: large and small ones give the same.",
    question="Where in your code does the h of the caller come in?",
    rule="Use the argument that you are given. The caller may want a large step, and has reasons.",
)
def step_of_its_own(build, leaves, h):
    report = {}
    for name, (a, n) in both_slopes(build, leaves, 1e-5).items():
        report[name] = (a, n, abs(a - n) <= 1e-7 + 1e-4 * max(abs(a), abs(n)))
    return report


def both_slopes(build, leaves, h):
    out, nodes = build(leaves)
    out.backward()
    found = {}
    for name, x in leaves.items():
        above, below = build({**leaves, name: x + h})[0].data, build({**leaves, name: x - h})[0].data
        found[name] = (nodes[name].grad, (above - below) / (2 * h))
    return found
