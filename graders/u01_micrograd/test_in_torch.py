"""What is true of scalars as tensors, and of an operation made for autograd."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from dojo.grading import Draw, grades, remote_function

# --- torch_scalar_parity ----------------------------------------------------------------------------------

NEURONS = ["floats", "the lecture's", "an int"]


def neuron_inputs(draw: Draw):
    """Inputs, weights and a bias with which the tanh is neither saturated nor flat."""
    what = NEURONS[draw.sizes["neuron"]]
    if what == "the lecture's":
        return {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    leaves = {name: float(draw.normal(1)) + draw.pick([1, 2, 4]) / 3 for name in ("x1", "x2", "w1", "w2")}
    if what == "an int":
        leaves["x1"] = draw.pick([-2, 1, 3])
    aim = draw.pick([-1.0, 1.0]) * (0.3 + float(draw.uniform(1)))
    return {**leaves, "b": aim - leaves["x1"] * leaves["w1"] - leaves["x2"] * leaves["w2"]}


@grades(
    "torch_scalar_parity",
    case_of=neuron_inputs,
    minimum={"neuron": 0},
    largest={"neuron": len(NEURONS) - 1},
    every=True,
    examples=6,
    floor=10.0,
    says_dtype=True,
    parts={name: (name,) for name in ("o", "x1", "x2", "w1", "w2", "b")},
)
def torch_scalar_parity(x1, x2, w1, w2, b):
    o = math.tanh(x1 * w1 + x2 * w2 + b)
    slope = (1 - o) * (1 + o)
    return {"o": o, "x1": w1 * slope, "x2": w2 * slope, "w1": x1 * slope, "w2": x2 * slope, "b": slope}


@torch_scalar_parity.property("consists of plain Python floats", examples=2)
def plain_floats(answer):
    return all(type(value) is float for value in answer.values())


def tensor(x):
    return torch.tensor(float(x), dtype=torch.float64, requires_grad=True)


@torch_scalar_parity.alternative
def like_the_lecture(x1, x2, w1, w2, b):
    x1, x2, w1, w2, b = (torch.tensor([x], dtype=torch.double) for x in (x1, x2, w1, w2, b))
    for leaf in (x1, x2, w1, w2, b):
        leaf.requires_grad = True
    o = torch.tanh(x1 * w1 + x2 * w2 + b)
    o.backward()
    grads = {"x1": x1.grad, "x2": x2.grad, "w1": w1.grad, "w2": w2.grad, "b": b.grad}
    return {"o": o.data.item(), **{name: grad.item() for name, grad in grads.items()}}


@torch_scalar_parity.alternative
def by_autograd_grad(x1, x2, w1, w2, b):
    leaves = [tensor(x) for x in (x1, x2, w1, w2, b)]
    o = (leaves[0] * leaves[2] + leaves[1] * leaves[3] + leaves[4]).tanh()
    grads = torch.autograd.grad(o, leaves)
    names = ("x1", "x2", "w1", "w2", "b")
    return {"o": float(o), **{name: float(grad) for name, grad in zip(names, grads, strict=True)}}


@torch_scalar_parity.alternative
def with_two_vectors(x1, x2, w1, w2, b):
    x = torch.tensor([x1, x2], dtype=torch.float64, requires_grad=True)
    w = torch.tensor([w1, w2], dtype=torch.float64, requires_grad=True)
    bias = tensor(b)
    o = (x @ w + bias).tanh()
    o.backward()
    (dx1, dx2), (dw1, dw2) = x.grad.tolist(), w.grad.tolist()
    return {"b": bias.grad.item(), "w1": dw1, "w2": dw2, "x1": dx1, "x2": dx2, "o": o.item()}


@torch_scalar_parity.misconception(
    symptom="Everything is right to seven digits, and wrong after that.",
    question="Which dtype have your tensors? Print one.",
    rule="PyTorch's own choice is float32, Python's is float64. To compare two engines, use the same.",
)
def float32_by_habit(x1, x2, w1, w2, b):
    return parity(torch.float32, x1, x2, w1, w2, b)


def parity(dtype, x1, x2, w1, w2, b):
    leaves = [torch.tensor(x, dtype=dtype, requires_grad=True) for x in (x1, x2, w1, w2, b)]
    x1, x2, w1, w2, b = leaves
    o = torch.tanh(x1 * w1 + x2 * w2 + b)
    o.backward()
    grads = [leaf.grad.item() for leaf in leaves]
    return {"o": o.item(), **dict(zip(("x1", "x2", "w1", "w2", "b"), grads, strict=True))}


@torch_scalar_parity.misconception(
    symptom="The dtype is float64, and still only seven digits are right.",
    question="Between the number that you are given and the float64 tensor, is there another tensor?",
    rule="Digits that have been rounded away don't come back. Ask for the right dtype from the start.",
)
def rounded_before_it_was_double(x1, x2, w1, w2, b):
    numbers = [torch.tensor([float(x)], dtype=torch.float32) for x in (x1, x2, w1, w2, b)]
    x1, x2, w1, w2, b = leaves = [x.double().requires_grad_() for x in numbers]
    o = torch.tanh(x1 * w1 + x2 * w2 + b)
    o.backward()
    grads = [leaf.grad.item() for leaf in leaves]
    return {"o": o.item(), **dict(zip(("x1", "x2", "w1", "w2", "b"), grads, strict=True))}


@torch_scalar_parity.misconception(
    symptom="The computation is in float64, and still only seven digits are right.",
    question="Which dtype has the leaf whose gradient you read?",
    rule="A gradient has the dtype of its leaf. Ask for the right one from the start.",
)
def gradients_of_single_leaves(x1, x2, w1, w2, b):
    numbers = (x1, x2, w1, w2, b)
    leaves = [torch.tensor(float(x), dtype=torch.float32, requires_grad=True) for x in numbers]
    x1, x2, w1, w2, b = (leaf.double() for leaf in leaves)
    o = torch.tanh(x1 * w1 + x2 * w2 + b)
    o.backward()
    grads = [leaf.grad.item() for leaf in leaves]
    return {"o": o.item(), **dict(zip(("x1", "x2", "w1", "w2", "b"), grads, strict=True))}


@torch_scalar_parity.misconception(
    symptom="It fails for an input that is a whole number.",
    question="Which dtype does torch.tensor(2) have?",
    rule="Whole numbers have no neighbours to be nudged to, so PyTorch gives gradients to floats only.",
)
def dtype_of_the_input(x1, x2, w1, w2, b):
    numbers = (x1, x2, w1, w2, b)
    kinds = [torch.float64 if isinstance(x, float) else torch.int64 for x in numbers]
    leaves = [torch.tensor(x, dtype=k, requires_grad=True) for x, k in zip(numbers, kinds, strict=True)]
    x1, x2, w1, w2, b = leaves
    o = torch.tanh(x1 * w1 + x2 * w2 + b)
    o.backward()
    grads = [leaf.grad.item() for leaf in leaves]
    return {"o": o.item(), **dict(zip(("x1", "x2", "w1", "w2", "b"), grads, strict=True))}


@torch_scalar_parity.misconception(
    symptom="Running backwards fails: nothing in the graph requires a gradient.",
    question="How does PyTorch know that you want the gradient of a tensor?",
    rule="PyTorch records only what hangs on a tensor that asks for it. Leaves have to ask.",
)
def never_asked_for_gradients(x1, x2, w1, w2, b):
    leaves = {"x1": x1, "x2": x2, "w1": w1, "w2": w2, "b": b}
    t = {name: torch.tensor(float(x), dtype=torch.float64) for name, x in leaves.items()}
    o = torch.tanh(t["x1"] * t["w1"] + t["x2"] * t["w2"] + t["b"])
    o.backward()
    return {"o": o.item(), **{name: leaf.grad.item() for name, leaf in t.items()}}


@torch_scalar_parity.misconception(
    symptom="The gradients of the leaves are None, and it fails.",
    question="Is the tensor whose gradient you read a leaf, or was it computed from one?",
    rule="A conversion makes a new tensor, and the gradient goes to the old one. Convert first, then ask.",
)
def converted_after_asking(x1, x2, w1, w2, b):
    numbers = {"x1": x1, "x2": x2, "w1": w1, "w2": w2, "b": b}
    t = {
        n: torch.tensor(float(x), dtype=torch.float32, requires_grad=True).double()
        for n, x in numbers.items()
    }
    o = torch.tanh(t["x1"] * t["w1"] + t["x2"] * t["w2"] + t["b"])
    o.backward()
    return {"o": o.item(), **{name: leaf.grad.item() for name, leaf in t.items()}}


@torch_scalar_parity.misconception(
    symptom="The numbers are right, but they are tensors.",
    question="What kind of thing is the gradient of a tensor?",
    rule="A tensor with one entry is still a tensor. Ask it for its Python value.",
)
def tensors_not_numbers(x1, x2, w1, w2, b):
    leaves = {"x1": tensor(x1), "x2": tensor(x2), "w1": tensor(w1), "w2": tensor(w2), "b": tensor(b)}
    o = torch.tanh(leaves["x1"] * leaves["w1"] + leaves["x2"] * leaves["w2"] + leaves["b"])
    o.backward()
    return {"o": o.detach(), **{name: leaf.grad for name, leaf in leaves.items()}}


@torch_scalar_parity.misconception(
    symptom="Where gradients are asked for, the inputs themselves come back.",
    question="A leaf holds two numbers. Which one do you read?",
    rule="The number of a leaf is in its data, its gradient in another attribute.",
)
def data_for_gradients(x1, x2, w1, w2, b):
    leaves = {"x1": tensor(x1), "x2": tensor(x2), "w1": tensor(w1), "w2": tensor(w2), "b": tensor(b)}
    o = torch.tanh(leaves["x1"] * leaves["w1"] + leaves["x2"] * leaves["w2"] + leaves["b"])
    o.backward()
    return {"o": o.item(), **{name: leaf.item() for name, leaf in leaves.items()}}


@torch_scalar_parity.misconception(
    symptom="o is not between minus one and one, and the gradients look as if there were no tanh.",
    question="From which node does your backward pass start?",
    rule="The last operation belongs to the neuron too. Start at its output.",
)
def tanh_left_out(x1, x2, w1, w2, b):
    n = x1 * w1 + x2 * w2 + b
    return {"o": float(n), "x1": float(w1), "x2": float(w2), "w1": float(x1), "w2": float(x2), "b": 1.0}


# --- custom_autograd_function -----------------------------------------------------------------------------

# The operation on x, with the gradient g arriving at its result, and once more inside a longer expression.
RUN = remote_function("""
def run(operation, x, g):
    leaf = x.clone().requires_grad_()
    y = type(operation).apply(leaf)
    (y * g).sum().backward()  # y.backward(g) would first import the compiler
    inner = x.clone().requires_grad_()
    (3 * type(operation).apply(0.5 * inner) * g).sum().backward()
    # In a sum, one tensor of gradients arrives at both terms; the term that is older has its turn later.
    older, term = x.clone().requires_grad_(), x.clone().requires_grad_()
    double = 2 * older
    ((type(operation).apply(term) + double) * g).sum().backward()
    # Who remembers x anywhere but in ctx goes back with the x of another call.
    before, middle, after = ((x + d).requires_grad_() for d in (1.0, 0.0, -1.0))
    three = [type(operation).apply(z) for z in (before, middle, after)]
    (three[1] * g).sum().backward()
    state = "unchanged" if torch.equal(leaf, x) else "changed"
    return {"result": y, "gradient": leaf.grad, "in a longer expression": inner.grad,
            "of another term": older.grad, "of the second of three": middle.grad, "x": state}
""")


@grades(
    "custom_autograd_function",
    examples=6,
    parts={
        name: (name,)
        for name in (
            *("result", "gradient", "in a longer expression", "of another term"),
            *("of the second of three", "x"),
        )
    },
    floor=10_000.0,  # an upstream gradient of size 1000
)
def custom_autograd_function(x: Float[Tensor, "N M"], g):
    def polynomial(z):
        return 2.5 * z**3 - 1.5 * z

    leaf, inner = x.clone().requires_grad_(), x.clone().requires_grad_()
    y = polynomial(leaf)
    (gradient,) = torch.autograd.grad((y * g).sum(), leaf)
    (chained,) = torch.autograd.grad((3 * polynomial(0.5 * inner) * g).sum(), inner)
    answer = {"result": y.detach(), "gradient": gradient, "in a longer expression": chained}
    return {**answer, "of another term": 2 * g, "of the second of three": gradient, "x": "unchanged"}


@custom_autograd_function.play
def applied(student, x: Float[Tensor, "N M"], g: Float[Tensor, "N M"]):
    return student.run(RUN, student(), x, g)


@custom_autograd_function.alternative
class MultipliedOut(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inputs):
        ctx.save_for_backward(inputs)
        return inputs * (2.5 * inputs.square() - 1.5)

    @staticmethod
    def backward(ctx, grad_output):
        (inputs,) = ctx.saved_tensors
        return grad_output * (7.5 * inputs.square() - 1.5)


@custom_autograd_function.alternative
class SlopeSaved(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward((15 * x * x - 3) / 2)
        return (5 * x**3 - 3 * x) / 2

    @staticmethod
    def backward(ctx, g):
        return ctx.saved_tensors[0] * g if ctx.needs_input_grad[0] else None


@custom_autograd_function.alternative
class ResultSavedToo(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = 0.5 * x * (5 * x * x - 3)
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return 1.5 * g * (5 * x**2 - 1) + 0 * y


custom_autograd_function.misconception_by_edit(
    "function_forgets_what_came_in",
    "1.5 * (5 * x**2 - 1) * g",
    "1.5 * (5 * x**2 - 1)",
    symptom="The gradients are right only if what arrives is all ones.",
    question="Your operation is one of many. Where does `backward` use its second argument?",
    rule="Chain rule: the local derivative times the gradient of the result.",
)
custom_autograd_function.misconception_by_edit(
    "function_saves_nothing",
    "        ctx.save_for_backward(x)\n",
    "",
    symptom="`backward` fails: there is nothing to unpack.",
    question="`backward` runs much later, as a function of its own. How does it know x?",
    rule="What the way back needs has to be saved on the way forward.",
)
custom_autograd_function.misconception_by_edit(
    "function_keeps_x_on_the_class",
    """\
        ctx.save_for_backward(x)
        return 0.5 * (5 * x**3 - 3 * x)
        # END SOLUTION

    @staticmethod
    def backward(ctx: Any, g: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        \"\"\"The gradient of `x`, where `g` is what has arrived at the result. `g` stays as it is.\"\"\"
        # BEGIN SOLUTION
        (x,) = ctx.saved_tensors
""",
    """\
        LegendrePolynomial3.x = x
        return 0.5 * (5 * x**3 - 3 * x)

    @staticmethod
    def backward(ctx, g):
        x = LegendrePolynomial3.x
""",
    symptom="Used once, it is right. Used again before the way back, it takes the x of the last use.",
    question="How many x are there when an operation is used three times, and where is yours kept?",
    rule="Every use has a memory of its own. What the class or the module holds, all uses share.",
)
custom_autograd_function.misconception_by_edit(
    "function_saves_the_result",
    "        ctx.save_for_backward(x)\n        return 0.5 * (5 * x**3 - 3 * x)",
    "        y = 0.5 * (5 * x**3 - 3 * x)\n        ctx.save_for_backward(y)\n        return y",
    symptom="The result is right, and the gradients belong to another point.",
    question="Is your derivative written with the input or with the result? And which one did you save?",
    rule="Some steps are short by the output, like that of tanh. Each formula wants what it is written with.",
)
custom_autograd_function.misconception_by_edit(
    "function_passes_the_gradient_on",
    "        (x,) = ctx.saved_tensors\n        return 1.5 * (5 * x**2 - 1) * g",
    "        return g.clone()",
    symptom="The gradient of x is what arrived at the result.",
    question="Does the polynomial follow a nudge of x one to one?",
    rule="What arrives is multiplied by the slope of the operation.",
)
custom_autograd_function.misconception_by_edit(
    "function_slope_keeps_the_cube",
    "1.5 * (5 * x**2 - 1)",
    "1.5 * (5 * x**3 - 1)",
    symptom="The gradients are right where x is one, and rarely elsewhere.",
    question="What becomes of a third power when you differentiate it?",
    rule="Differentiating a power lowers it by one, and brings the old exponent down as a factor.",
)
custom_autograd_function.misconception_by_edit(
    "function_slope_without_exponents",
    "1.5 * (5 * x**2 - 1)",
    "0.5 * (5 * x**2 - 3)",
    symptom="The gradients are off, and right nowhere but where the third power has no slope.",
    question="Each power comes down as a factor. Did the three of the cube?",
    rule="Differentiating a power lowers it by one, and brings the old exponent down as a factor.",
)
custom_autograd_function.misconception_by_edit(
    "function_half_forgotten_on_the_way_back",
    "1.5 * (5 * x**2 - 1)",
    "3 * (5 * x**2 - 1)",
    symptom="All gradients are twice what they should be.",
    question="Which constant stands in front of the whole polynomial?",
    rule="A constant factor goes through the derivative unchanged.",
)
custom_autograd_function.misconception_by_edit(
    "function_sums_the_gradient",
    "return 1.5 * (5 * x**2 - 1) * g",
    "return (1.5 * (5 * x**2 - 1) * g).sum().expand_as(x)",
    symptom="All entries of the gradient are the same number.",
    question="Which entries of the result does one entry of x act on?",
    rule="An elementwise operation has an elementwise step backwards.",
)
custom_autograd_function.misconception_by_edit(
    "function_returns_nothing",
    "return 1.5 * (5 * x**2 - 1) * g",
    "g = g + 1.5 * (5 * x**2 - 1) * g",
    symptom="x has no gradient at all.",
    question="Who adds your gradient to that of x: you, or PyTorch? How does it learn of it?",
    rule="Here `backward` hands its gradient back as its result, and PyTorch adds it up.",
)
custom_autograd_function.misconception_by_edit(
    "function_writes_into_what_arrives",
    "return 1.5 * (5 * x**2 - 1) * g",
    "return g.mul_(1.5 * (5 * x**2 - 1))",
    symptom="The gradient of x is right, and that of another term of the same sum is not.",
    question="Whose tensor is the gradient that arrives, and who reads it after you?",
    rule="What arrives belongs to PyTorch, and others may get the same tensor. Make a new one.",
)
