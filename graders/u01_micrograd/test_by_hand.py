"""What is true of gradients by hand, and of a step along them."""

import math

import torch

from dojo.grading import Draw, grades, remote_function

# --- manual_backprop_expression ---------------------------------------------------------------------------

ZEROS = ["none", "a", "b", "c", "f"]


def four_leaves(draw: Draw):
    """Four numbers, one of them zero in some cases."""
    leaves = {name: float(draw.normal(1)) for name in "abcf"}
    zero = ZEROS[draw.sizes["zero"]]
    return leaves | ({} if zero == "none" else {zero: 0.0})


def gradients_of(output, variables):
    """Autograd's gradients of an output, as floats by name."""
    grads = torch.autograd.grad(output, list(variables.values()))
    return {name: float(grad) for name, grad in zip(variables, grads, strict=True)}


def leaf(x):
    return torch.tensor(x, dtype=torch.float64, requires_grad=True)


@grades(
    "manual_backprop_expression",
    case_of=four_leaves,
    minimum={"zero": 0},
    largest={"zero": len(ZEROS) - 1},
    every=True,
    examples=6,
)
def manual_backprop_expression(a, b, c, f):
    a, b, c, f = map(leaf, (a, b, c, f))
    e = a * b
    d = e + c
    L = d * f
    return gradients_of(L, {"L": L, "f": f, "d": d, "c": c, "e": e, "b": b, "a": a})


@manual_backprop_expression.alternative
def multiplied_out(a, b, c, f):
    return {"a": b * f, "b": a * f, "c": f, "d": f, "e": f, "f": a * b + c, "L": 1.0}


@manual_backprop_expression.alternative
def sweep_that_adds(a, b, c, f):
    grads = dict.fromkeys(["a", "b", "c", "f", "e", "d", "L"], 0.0)
    d = a * b + c
    grads["L"] += 1.0
    grads["d"] += f * grads["L"]
    grads["f"] += d * grads["L"]
    grads["c"] += grads["d"]
    grads["e"] += grads["d"]
    grads["a"] += b * grads["e"]
    grads["b"] += a * grads["e"]
    return grads


@manual_backprop_expression.alternative
def with_torch_scalars(a, b, c, f):
    a, b, c, f = (torch.tensor(x, dtype=torch.float64) for x in (a, b, c, f))
    one = torch.ones((), dtype=torch.float64)
    return {"L": one, "f": a * b + c, "d": 1 * f, "c": f * one, "e": f.clone(), "b": a * f, "a": f * b}


@manual_backprop_expression.misconception(
    symptom="The gradients of the two factors of a product stand in each other's place.",
    question="You nudge one factor a little. By what is the nudge multiplied?",
    rule="In a product, each factor decides about the slope of the other one.",
)
def product_uses_its_own_operand(a, b, c, f):
    d = a * b + c
    return {"L": 1.0, "f": f, "d": d, "c": d, "e": d, "b": b * d, "a": a * d}


@manual_backprop_expression.misconception(
    symptom="What comes out of the sum is half of what it should be.",
    question="You nudge one of two terms. Does the sum move by half of the nudge?",
    rule="A sum follows each of its terms one to one. Nothing is shared out.",
)
def sum_halves_the_gradient(a, b, c, f):
    return {"L": 1.0, "f": a * b + c, "d": f, "c": f / 2, "e": f / 2, "b": a * f / 2, "a": b * f / 2}


@manual_backprop_expression.misconception(
    symptom="The gradients next to the output are right. Those of a, b, c and e are off.",
    question="If one rate is 2 and the next one is 4, what is the rate of both together?",
    rule="Along a chain, rates multiply. They add only where several chains meet.",
)
def rates_along_the_chain_added(a, b, c, f):
    return {"L": 1.0, "f": a * b + c, "d": f, "c": 1 + f, "e": 1 + f, "b": a + 1 + f, "a": b + 1 + f}


@manual_backprop_expression.misconception(
    symptom="L, f and d are right, and the others look as if nothing came after their own operation.",
    question="Is it the slope of e, of d or of L that is asked for?",
    rule="A local derivative reaches one operation far. Multiply it with what has arrived from the output.",
)
def local_derivatives_only(a, b, c, f):
    return {"L": 1.0, "f": a * b + c, "d": f, "c": 1.0, "e": 1.0, "b": a, "a": b}


@manual_backprop_expression.misconception(
    symptom="The gradients of c, d and e are right, but a and b end where their product does.",
    question="On its way from L to a, which operations does the gradient pass?",
    rule="Every operation on the way multiplies. Leave none out.",
)
def factors_forget_what_arrives(a, b, c, f):
    return {"L": 1.0, "f": a * b + c, "d": f, "c": f, "e": f, "b": a, "a": b}


@manual_backprop_expression.misconception(
    symptom="Every gradient is zero.",
    question="What is the slope of L with respect to L?",
    rule="Start with the gradient of the output itself. Everything else is a multiple of it.",
)
def output_starts_at_zero(a, b, c, f):
    return dict.fromkeys(["L", "f", "d", "c", "e", "b", "a"], 0.0)


@manual_backprop_expression.misconception(
    symptom="The entry of L holds a large number, and all others are multiples of it.",
    question="Is L asked for, or the slope of L?",
    rule="A gradient says how fast the output changes, not what it is.",
)
def output_starts_at_its_value(a, b, c, f):
    d = a * b + c
    L = d * f
    return {"L": L, "f": d * L, "d": f * L, "c": f * L, "e": f * L, "b": a * f * L, "a": b * f * L}


@manual_backprop_expression.misconception(
    symptom="All entries are wrong: they are the numbers of the forward pass.",
    question="Does your dict hold what the variables are, or what they do to L?",
    rule="Each variable has a value and a gradient, and they have little to do with each other.",
)
def values_for_gradients(a, b, c, f):
    e = a * b
    d = e + c
    return {"L": d * f, "f": f, "d": d, "c": c, "e": e, "b": b, "a": a}


@manual_backprop_expression.misconception(
    symptom="The gradient of f is right only where c is zero.",
    question="By what is f multiplied in the last line of the expression?",
    rule="A factor's gradient is all of the other factor, not only the part that is a product itself.",
)
def f_sees_the_product_only(a, b, c, f):
    return {"L": 1.0, "f": a * b, "d": f, "c": f, "e": f, "b": a * f, "a": b * f}


# --- manual_backprop_neuron -------------------------------------------------------------------------------

NEURONS = [
    *("ordinary", "x1 is zero", "x2 is zero", "w1 is zero", "both inputs are zero", "the lecture's"),
    "almost flat",
]


def neuron_inputs(draw: Draw):
    """Inputs, weights and a bias with which the tanh bends, and once some where it is almost flat."""
    what = NEURONS[draw.sizes["neuron"]]
    if what == "the lecture's":
        return {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    leaves = {name: float(draw.normal(1)) for name in ("x1", "x2", "w1", "w2")}
    if what in ("x1 is zero", "both inputs are zero"):
        leaves["x1"] = 0.0
    if what in ("x2 is zero", "both inputs are zero"):
        leaves["x2"] = 0.0
    if what == "w1 is zero":
        leaves["w1"] = 0.0
    aim = draw.pick([-1.0, 1.0]) * (0.3 + float(draw.uniform(1)))  # where the tanh has a slope and bends
    aim = 11 * aim / abs(aim) + aim if what == "almost flat" else aim
    b = aim - leaves["x1"] * leaves["w1"] - leaves["x2"] * leaves["w2"]
    return {**leaves, "b": b}


@grades(
    "manual_backprop_neuron",
    case_of=neuron_inputs,
    minimum={"neuron": 0},
    largest={"neuron": len(NEURONS) - 1},
    every=True,
    examples=6,
    floor=0.01,  # where the tanh is almost flat, its slope is the difference of 1 and a number close to it
)
def manual_backprop_neuron(x1, x2, w1, w2, b):
    x1, x2, w1, w2, b = map(leaf, (x1, x2, w1, w2, b))
    x1w1, x2w2 = x1 * w1, x2 * w2
    x1w1x2w2 = x1w1 + x2w2
    n = x1w1x2w2 + b
    o = torch.tanh(n)
    inner = {"o": o, "n": n, "x1w1x2w2": x1w1x2w2, "x1w1": x1w1, "x2w2": x2w2}
    return gradients_of(o, {**inner, "b": b, "x1": x1, "w1": w1, "x2": x2, "w2": w2})


def neuron_with(slope, x1, x2, w1, w2):
    """The gradients where the tanh has this slope."""
    sums = dict.fromkeys(["n", "x1w1x2w2", "x1w1", "x2w2", "b"], slope)
    return {"o": 1.0, **sums, "x1": w1 * slope, "w1": x1 * slope, "x2": w2 * slope, "w2": x2 * slope}


@manual_backprop_neuron.alternative
def by_the_hyperbolic_cosine(x1, x2, w1, w2, b):
    return neuron_with(1 / math.cosh(x1 * w1 + x2 * w2 + b) ** 2, x1, x2, w1, w2)


@manual_backprop_neuron.alternative
def by_exponentials(x1, x2, w1, w2, b):
    e = math.exp(2 * (x1 * w1 + x2 * w2 + b))
    return neuron_with(4 * e / (e + 1) ** 2, x1, x2, w1, w2)


@manual_backprop_neuron.alternative
def with_a_loop_over_the_inputs(x1, x2, w1, w2, b):
    o = torch.tanh(torch.tensor(b + w1 * x1 + w2 * x2)).item()
    slope = (1 - o) * (1 + o)
    grads = {"o": 1.0, "n": slope, "x1w1x2w2": slope, "b": slope}
    for i, (x, w) in enumerate([(x1, w1), (x2, w2)], 1):
        grads |= {f"x{i}w{i}": slope, f"x{i}": w * slope, f"w{i}": x * slope}
    return grads


@manual_backprop_neuron.misconception(
    symptom="All gradients but that of o share one wrong factor, which may even be negative.",
    question="The derivative of tanh can be written with its input or its output. Which one is yours?",
    rule="The slope of a tanh lies between zero and one. Its short form speaks of what comes out.",
)
def tanh_slope_of_the_input(x1, x2, w1, w2, b):
    n = x1 * w1 + x2 * w2 + b
    return neuron_with(1 - n**2, x1, x2, w1, w2)


@manual_backprop_neuron.misconception(
    symptom="Inputs that are zero get gradient zero, and their weights don't.",
    question="An input is zero now. What would the output do if it became a little larger?",
    rule="A zero input silences its weight, because nothing comes through. It stays alive itself.",
)
def zero_input_silences_itself(x1, x2, w1, w2, b):
    slope = 1 - math.tanh(x1 * w1 + x2 * w2 + b) ** 2
    grads = neuron_with(slope, x1, x2, w1, w2)
    return grads | {"x1": w1 * slope if x1 else 0.0, "x2": w2 * slope if x2 else 0.0}


@manual_backprop_neuron.misconception(
    symptom="Inputs and weights have exchanged their gradients.",
    question="You nudge a weight a little. By what is the nudge multiplied on its way?",
    rule="In a product, each factor decides about the slope of the other one.",
)
def weight_and_input_swapped(x1, x2, w1, w2, b):
    slope = 1 - math.tanh(x1 * w1 + x2 * w2 + b) ** 2
    return neuron_with(slope, w1, w2, x1, x2)


@manual_backprop_neuron.misconception(
    symptom="Behind the tanh everything looks as if there were no tanh.",
    question="Which operations does a gradient pass on its way from o to n?",
    rule="Every operation on the way multiplies by its own slope, the last one of the forward pass first.",
)
def tanh_forgotten(x1, x2, w1, w2, b):
    return neuron_with(1.0, x1, x2, w1, w2)


@manual_backprop_neuron.misconception(
    symptom="n has the right gradient, the leaves look as if there were no tanh.",
    question="What has arrived at the product before its own two slopes come in?",
    rule="A local derivative reaches one operation far. Multiply it with what has arrived from the output.",
)
def leaves_forget_what_arrives(x1, x2, w1, w2, b):
    slope = 1 - math.tanh(x1 * w1 + x2 * w2 + b) ** 2
    return neuron_with(slope, x1, x2, w1, w2) | {"x1": w1, "w1": x1, "x2": w2, "w2": x2}


@manual_backprop_neuron.misconception(
    symptom="The gradient gets smaller by half at every sum.",
    question="You nudge one of two terms. Does the sum move by half of the nudge?",
    rule="A sum follows each of its terms one to one. Nothing is shared out.",
)
def sums_halve_the_gradient(x1, x2, w1, w2, b):
    slope = 1 - math.tanh(x1 * w1 + x2 * w2 + b) ** 2
    quarter = neuron_with(slope / 4, x1, x2, w1, w2)
    return quarter | {"n": slope, "b": slope / 2, "x1w1x2w2": slope / 2}


@manual_backprop_neuron.misconception(
    symptom="The bias has gradient zero.",
    question="What would the output do if the bias became a little larger?",
    rule="That a number stands alone does not make it a constant. The bias is a leaf like the others.",
)
def bias_taken_for_a_constant(x1, x2, w1, w2, b):
    slope = 1 - math.tanh(x1 * w1 + x2 * w2 + b) ** 2
    return neuron_with(slope, x1, x2, w1, w2) | {"b": 0.0}


@manual_backprop_neuron.misconception(
    symptom="The bias has gradient one, as if it were added after the tanh.",
    question="Where in the neuron does the bias come in?",
    rule="What is added before the tanh is squeezed by it too.",
)
def bias_outside_of_the_tanh(x1, x2, w1, w2, b):
    slope = 1 - math.tanh(x1 * w1 + x2 * w2 + b) ** 2
    return neuron_with(slope, x1, x2, w1, w2) | {"b": 1.0}


@manual_backprop_neuron.misconception(
    symptom="Every gradient carries the output as a further factor.",
    question="Is o asked for, or the slope of o?",
    rule="The sweep begins with the gradient of the output itself, which says nothing about its value.",
)
def starts_with_the_value_of_o(x1, x2, w1, w2, b):
    o = math.tanh(x1 * w1 + x2 * w2 + b)
    grads = neuron_with(1 - o**2, x1, x2, w1, w2)
    return {name: o * grad for name, grad in grads.items()}


@manual_backprop_neuron.misconception(
    symptom="All gradients but that of o share one factor that is too large.",
    question="Is the output in your slope itself, or its square?",
    rule="At an output of minus one a tanh is as flat as at plus one: its slope cannot know the sign.",
)
def output_not_squared(x1, x2, w1, w2, b):
    o = math.tanh(x1 * w1 + x2 * w2 + b)
    return neuron_with(1 - o, x1, x2, w1, w2)


# --- nudge_along_gradient ---------------------------------------------------------------------------------

# The expressions with their true gradients, computed from the leaves.
EXPRESSION = remote_function("def expression(a, b, c, f):\n    return (a * b + c) * f")
DOME = remote_function("def dome(x, y):\n    return 4 - x**2 - x * y - 2 * y**2")
LINE = remote_function("def line(x):\n    return 5 - 3 * x")
CUBIC = remote_function("def cubic(x, y, z):\n    return x * y * z + x**3")
HILLS = [EXPRESSION, DOME, LINE, CUBIC]


def hill(draw: Draw):
    """An expression, its leaves, their gradients and a step."""
    f, count = HILLS[draw.sizes["hill"]], [4, 2, 1, 3][draw.sizes["hill"]]
    leaves = [float(draw.normal(1)) for _ in range(count)]
    variables = [leaf(x) for x in leaves]
    grads = [float(grad) for grad in torch.autograd.grad(f(*variables), variables)]
    if not any(grads):
        grads[0] = 2.0  # at a flat point no step shows
    step = 0.6 if f is DOME else draw.pick([0.01, 0.001, 0.1])  # over the top of the dome, and down again
    return {"f": f, "leaves": leaves, "grads": grads, "step": step}


@grades(
    "nudge_along_gradient",
    case_of=hill,
    minimum={"hill": 0},
    largest={"hill": len(HILLS) - 1},
    every=True,
    examples=6,
    floor=10,  # the size of what is added up
)
def nudge_along_gradient(f, leaves, grads, step):
    return f(*(x + step * g for x, g in zip(leaves, grads, strict=True)))


@nudge_along_gradient.alternative
def with_a_copy(f, leaves, grads, step):
    moved = list(leaves)
    for i in range(len(moved)):
        moved[i] += grads[i] * step
    return f(*moved)


@nudge_along_gradient.alternative
def as_tensors(f, leaves, grads, step):
    moved = torch.tensor(leaves, dtype=torch.float64) + step * torch.tensor(grads, dtype=torch.float64)
    return float(f(*moved.tolist()))


@nudge_along_gradient.alternative
def by_map(f, leaves, grads, step):
    return f(*map(lambda x, g: x - (-step) * g, leaves, grads))


@nudge_along_gradient.misconception(
    symptom="The output hasn't moved at all.",
    question="After the leaves had changed, who computed the output again?",
    rule="Numbers that were computed before a change don't follow it. Run the forward pass again.",
)
def output_from_before(f, leaves, grads, step):
    return f(*leaves)


@nudge_along_gradient.misconception(
    symptom="The output falls where it should rise.",
    question="Do you want the output larger or smaller?",
    rule="The gradient points uphill. Training goes the other way, but here the way is up.",
)
def goes_downhill(f, leaves, grads, step):
    return f(*[x - step * g for x, g in zip(leaves, grads, strict=True)])


@nudge_along_gradient.misconception(
    symptom="The output jumps far, whatever the step.",
    question="Where does the step come in?",
    rule="A gradient tells the direction, and is right for small moves only. The step keeps the move small.",
)
def whole_gradient_at_once(f, leaves, grads, step):
    return f(*[x + g for x, g in zip(leaves, grads, strict=True)])


@nudge_along_gradient.misconception(
    symptom="The output moves, but all leaves went up by the same amount.",
    question="Should a leaf with a negative gradient move up as well?",
    rule="Each leaf moves with the sign and the size of its own gradient.",
)
def every_leaf_by_the_step(f, leaves, grads, step):
    return f(*[x + step for x in leaves])


@nudge_along_gradient.misconception(
    symptom="The output moves about right, but every leaf went by the same distance.",
    question="Should a leaf with a large gradient move as far as one with a small gradient?",
    rule="Each leaf moves with the sign and the size of its own gradient.",
)
def sign_of_the_gradient_only(f, leaves, grads, step):
    return f(*[x + math.copysign(step, g) for x, g in zip(leaves, grads, strict=True)])


@nudge_along_gradient.misconception(
    symptom="Straight lines come out right, the others are off by a little, and by more for a larger step.",
    question="Did you compute the output at the new leaves, or predict it from the old one?",
    rule="A prediction by the gradient is right to first order only. The forward pass knows all of it.",
)
def predicted_not_computed(f, leaves, grads, step):
    return f(*leaves) + step * sum(g * g for g in grads)


@nudge_along_gradient.misconception(
    symptom="The result is right, but the leaves of the caller have moved too.",
    question="Whose list do you change?",
    rule="An argument belongs to the caller. Make a new list.",
)
def moves_the_callers_leaves(f, leaves, grads, step):
    for i, g in enumerate(grads):
        leaves[i] += step * g
    return f(*leaves)


@nudge_along_gradient.misconception(
    symptom="The result is the change of the output instead of the output.",
    question="What does the task ask for: how much it rose, or where it is?",
    rule="Return the output that the expression has afterwards.",
)
def returns_the_rise(f, leaves, grads, step):
    return f(*[x + step * g for x, g in zip(leaves, grads, strict=True)]) - f(*leaves)


@nudge_along_gradient.misconception(
    symptom="Expressions of one leaf are right, the others move too little.",
    question="How many of the leaves have you moved?",
    rule="The gradient has an entry for every leaf, and all of them move at once.",
)
def first_leaf_only(f, leaves, grads, step):
    return f(leaves[0] + step * grads[0], *leaves[1:])
