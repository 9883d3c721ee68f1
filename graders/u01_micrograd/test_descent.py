"""What is true of a loss, a step, a clean slate, and the loop around them."""

from itertools import pairwise

import torch

from dojo.grading import Draw, grades, one_of, remote_function

# -- the loss --------------------------------------------------------------------------------------------

LOSS = remote_function("""
def run(function, ys, preds):
    scalars = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in preds]
    loss = function(ys, scalars)
    untried = {"gradients of the predictions": "not tried"}
    if not hasattr(loss, "backward"):
        return {"loss": f"a {type(loss).__name__}, which records nothing", **untried}
    if not loss.requires_grad:
        return {"loss": "a tensor that has recorded nothing", **untried}
    loss.backward()
    gradients = [0.0 if s.grad is None else float(s.grad) for s in scalars]
    return {"loss": float(loss.data), "gradients of the predictions": gradients}
""")


def targets(draw: Draw, shape: tuple[int, ...]) -> list[float]:
    return [draw.pick((-1.0, 0.5, 1.0, 2.0)) for _ in range(draw.sizes["N"])]


def predictions(draw: Draw, shape: tuple[int, ...]) -> list[float]:
    """None of them is a target."""
    return [draw.pick((-2.5, -0.25, 0.75, 1.5, 3.0)) for _ in range(draw.sizes["N"])]


@grades(
    "mse_loss_sum", ys=targets, preds=predictions, minimum={"N": 1}, largest={"N": 5}, examples=6, floor=1.0
)
def loss(ys, preds):
    with torch.enable_grad():
        scalars = torch.tensor(preds, dtype=torch.float64, requires_grad=True)
        total = (scalars - torch.tensor(ys, dtype=torch.float64)).square().sum()
        total.backward()
    return {"loss": total.item(), "gradients of the predictions": scalars.grad.tolist()}


@loss.play
def play_loss(student, ys, preds):
    return student.run(LOSS, student, ys, preds)


@loss.alternative
def with_a_loop(ys, preds):
    total = 0.0
    for i in range(len(ys)):
        difference = ys[i] - preds[i]
        total = total + difference * difference
    return total


@loss.alternative
def with_tensors(ys, preds):
    return ((torch.stack(preds) - torch.tensor(ys)) ** 2).sum()


@loss.alternative
def by_the_norm(ys, preds):
    misses = [pred - y for pred, y in zip(preds, ys, strict=True)]
    return torch.linalg.vector_norm(torch.stack(misses)) ** 2


loss.misconception_by_edit(
    "signs_cancel",
    "(pred - y) ** 2",
    "(pred - y)",
    symptom="The loss can be negative, and every prediction has the same gradient.",
    question="What do an error of 2 and an error of -2 add up to?",
    rule="Errors in opposite directions must not make up for each other.",
)
loss.misconception_by_edit(
    "distances_not_squared",
    "(pred - y) ** 2",
    "(pred - y).abs()",
    symptom="All gradients are 1 or -1, however far off a prediction is.",
    question="What is done with each distance before they are added up?",
    rule="A square makes far misses count more, and the gradient small close to the target.",
)
loss.misconception_by_edit(
    "mean_for_sum",
    "torch.tensor(0.0))",
    "torch.tensor(0.0)) / len(ys)",
    symptom="Everything is too small by the number of examples.",
    question="Does the task ask for the sum or for the mean?",
    rule="They differ by a factor only, but so does the step that suits them.",
)
loss.misconception_by_edit(
    "square_of_the_sum",
    "sum(((pred - y) ** 2 for y, pred in zip(ys, preds, strict=True)), torch.tensor(0.0))",
    "sum((pred - y for y, pred in zip(ys, preds)), torch.tensor(0.0)) ** 2",
    symptom="With one example it is right, with several it is not.",
    question="What comes first, the squares or the sum?",
    rule="Each error is squared by itself, so that none can cancel another.",
)
loss.misconception_by_edit(
    "numbers_without_a_past",
    "(pred - y) ** 2",
    "(pred.item() - y) ** 2",
    symptom="The number is right, but no backward pass can start at it.",
    question="What does the loss know of the predictions that it was made from?",
    rule="A number that was taken out of its tensor has forgotten where it came from.",
)
loss.misconception_by_edit(
    "half_of_it",
    "(pred - y) ** 2",
    "(pred - y) ** 2 / 2",
    symptom="Loss and gradients are half of what they should be.",
    question="Is there a half in the task?",
    rule="Some books halve the squares so that the gradient looks nicer. Here nobody does.",
)


# -- a model with gradients ------------------------------------------------------------------------------

SET = remote_function("""
def set_gradients(model, gradients):
    for p, gradient in zip(model.parameters(), gradients):
        p.grad = None if gradient is None else torch.tensor(gradient, dtype=torch.float64)
    return [id(p) for p in model.parameters()]
""")
LOOK = remote_function("""
def look(model, identities):
    parameters = model.parameters()
    found = {
        "parameters": [float(p.data) for p in parameters],
        "gradients": [0.0 if p.grad is None else float(p.grad) for p in parameters],
        "the model has the same objects as before": [id(p) for p in parameters] == identities,
    }
    prediction = model(2.0)
    if prediction.requires_grad:
        prediction.backward()
    found["gradients after one more backward pass"] = [
        0.0 if p.grad is None else float(p.grad) for p in parameters
    ]
    return found
""")


# A model that has a call and `parameters()`, and nothing else that a parabola has.
OTHER = remote_function("""
def other(function, *arguments):
    class Line:
        def __init__(self):
            self.numbers = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (0.5, -1.0)]

        def __call__(self, x):
            return self.numbers[0] * x + self.numbers[1]

        def parameters(self):
            return list(self.numbers)

    model = Line()
    for p in model.numbers:
        p.grad = torch.ones_like(p)
    function(model, *arguments)
    return [(float(p.data), 0.0 if p.grad is None else float(p.grad)) for p in model.numbers]
""")


def three(*choices: float | None):
    """Three of these, drawn one by one."""
    return lambda draw, shape: [draw.pick(choices) for _ in range(3)]


@grades(
    "zero_grad",
    numbers=three(-2.0, 0.5, 1.5),
    gradients=three(None, 3.0, -0.25, 8.0),
    examples=8,
    uses=("Parabola",),
)
def zero(numbers, gradients):
    return {
        "parameters": numbers,
        "gradients": [0.0, 0.0, 0.0],
        "the model has the same objects as before": True,
        "gradients after one more backward pass": [4.0, 2.0, 1.0],
    }


@zero.play
def play_zero(student, numbers, gradients):
    model = student.Parabola(*numbers)
    identities = student.run(SET, model, gradients)
    student(model)
    return student.run(LOOK, model, identities)


@zero.property("reaches the parameters of any model", examples=1)
def any_model_forgets(student):
    return [list(pair) for pair in student.run(OTHER, student)] == [[0.5, 0.0], [-1.0, 0.0]]


@zero.alternative
def to_zeros(model):
    for p in model.parameters():
        p.grad = torch.zeros_like(p)


@zero.alternative
def taken_away(model):
    first, *others = model.parameters()
    del first.grad
    if others:
        for p in others:
            p.grad = p.data * 0.0


@zero.misconception(
    symptom="All gradients are zero, and after the next backward pass all of them are the same number.",
    question="How many tensors of zeros have you made, and who adds to them afterwards?",
    rule="What is added to in place must not be shared: every parameter needs a gradient of its own.",
)
def one_zero_for_all(model):
    nothing = torch.zeros((), dtype=torch.float64)
    for p in model.parameters():
        p.grad = nothing


@zero.alternative
def in_place_where_there_is_one(model):
    for p in model.parameters():
        if p.grad is not None:
            p.grad.zero_()


zero.misconception_by_edit(
    "only_the_first",
    "for p in model.parameters():",
    "for p in model.parameters()[:1]:",
    symptom="Only the first parameter has forgotten its gradient.",
    question="How many parameters does your loop reach?",
    rule="All of them, or yesterday's gradient comes back in the next step.",
)
zero.misconception_by_edit(
    "numbers_forgotten_too",
    "p.grad = None",
    "p.data = torch.zeros_like(p.data)",
    symptom="The parameters are zero, and their gradients are as before.",
    question="Which of the two things that a parameter holds is to be emptied?",
    rule="Data is what has been learnt. The gradient is what is thrown away.",
)
zero.misconception_by_edit(
    "name_instead_of_attribute",
    "p.grad = None",
    "p = None",
    symptom="Nothing has changed.",
    question="What does an assignment to the loop's own variable change?",
    rule="A new value for a name changes the name. Reach into the object to change it.",
)
zero.misconception_by_edit(
    "in_place_without_a_look",
    "p.grad = None",
    "p.grad.zero_()",
    symptom="It fails for a parameter that has no gradient yet.",
    question="What is the gradient of a parameter before the first backward pass?",
    rule="Before the first pass there is nothing to empty. Expect None.",
)
zero.misconception_by_edit(
    "new_parameters",
    "    for p in model.parameters():\n        p.grad = None\n",
    "    model.coefficients = [p.detach().clone().requires_grad_() for p in model.parameters()]\n",
    symptom="The model has other parameters than before.",
    question="Does somebody else, who holds the old parameters, see what you did?",
    rule="Empty what is there. Whoever has listed the parameters holds on to those.",
)


@grades(
    "sgd_step",
    numbers=three(-2.0, 0.5, 1.5),
    gradients=three(3.0, -0.25, 8.0),
    lr=one_of(0.5, 0.01, 0.1),
    examples=6,
    uses=("Parabola",),
)
def step(numbers, gradients, lr):
    return {
        "parameters": [p - lr * g for p, g in zip(numbers, gradients, strict=True)],
        "gradients": gradients,
        "the model has the same objects as before": True,
        "gradients after one more backward pass": [
            g + k for g, k in zip(gradients, (4.0, 2.0, 1.0), strict=True)
        ],
    }


@step.play
def play_step(student, numbers, gradients, lr):
    model = student.Parabola(*numbers)
    identities = student.run(SET, model, gradients)
    student(model, lr)
    return student.run(LOOK, model, identities)


@step.property("moves the parameters of any model", examples=1)
def any_model_moves(student):
    return [list(pair) for pair in student.run(OTHER, student, 0.5)] == [[0.0, 1.0], [-1.5, 1.0]]


@step.misconception(
    symptom="The step is right, and afterwards no gradient reaches the parameters any more.",
    question="You have told the parameters to record nothing. Who tells them to record again?",
    rule="A switch that is thrown for one step has to be thrown back, or there is no second one.",
)
def recording_switched_off_for_good(model, lr):
    for p in model.parameters():
        p.requires_grad = False
        p -= lr * p.grad


@step.alternative
def without_recording(model, lr):
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad


@step.alternative
def new_data(model, lr):
    for p in model.parameters():
        p.data = p.data + -lr * p.grad


@step.alternative
def all_at_once_and_in_place(model, lr):
    parameters = list(model.parameters())
    moved = torch.stack([p.detach() for p in parameters]) - lr * torch.stack([p.grad for p in parameters])
    for p, number in zip(parameters, moved, strict=True):
        p.data.copy_(number)


step.misconception_by_edit(
    "uphill",
    "p.data -= lr * p.grad",
    "p.data += lr * p.grad",
    symptom="Every parameter moves the right distance the wrong way.",
    question="Which way does the gradient point: to a larger loss, or to a smaller one?",
    rule="A gradient says which way is up. To learn is to go down.",
)
step.misconception_by_edit(
    "name_instead_of_attribute",
    "p.data -= lr * p.grad",
    "p = p - lr * p.grad",
    symptom="Nothing has changed.",
    question="After your loop, which object holds the new number, and who knows of it?",
    rule="A new value for a name changes the name. Reach into the object to change it.",
)
step.misconception_by_edit(
    "step_is_recorded",
    "p.data -= lr * p.grad",
    "p -= lr * p.grad",
    symptom="PyTorch refuses: a leaf that wants a gradient is changed in place.",
    question="Is a training step a part of the expression whose gradient is wanted?",
    rule="Steps happen outside of the graph: change the number, not the recording tensor.",
)
step.misconception_by_edit(
    "rate_left_out",
    "p.data -= lr * p.grad",
    "p.data -= p.grad",
    symptom="The steps are far too large, and the rate makes no difference.",
    question="How far should a parameter go?",
    rule="The gradient says how steep it is here, not how long it stays so.",
)
step.misconception_by_edit(
    "direction_only",
    "p.data -= lr * p.grad",
    "p.data -= lr * p.grad.sign()",
    symptom="All parameters move by the same distance.",
    question="Should a steep direction and a flat one be walked equally far?",
    rule="In this rule the size of the gradient counts, not its sign alone.",
)
step.misconception_by_edit(
    "gradients_emptied_too",
    "p.data -= lr * p.grad",
    "p.data -= lr * p.grad\n        p.grad = None",
    symptom="The parameters are right, but the gradients are gone.",
    question="Who asked for a clean slate?",
    rule="One function, one thing: the caller may still want to look at the gradients.",
)
step.misconception_by_edit(
    "new_parameters",
    "    for p in model.parameters():\n        p.data -= lr * p.grad\n",
    "    model.coefficients = [(p - lr * p.grad).detach().requires_grad_() for p in model.parameters()]\n",
    symptom="The model has other parameters than before.",
    question="Does somebody else, who holds the old parameters, see what you did?",
    rule="Change what is there. Whoever has listed the parameters holds on to those.",
)


# -- the loop --------------------------------------------------------------------------------------------


def points(draw: Draw) -> dict:
    """Points that no parabola meets exactly, and a rate that is small or, at times, far too large."""
    xs = [x + draw.pick((-0.25, 0.0, 0.25)) for x in (-1.5, -0.5, 0.5, 1.5)]
    ys = [draw.pick((-1.0, 0.5, 2.0)) * (i + 1) for i in range(4)]
    rate = draw.pick((0.005, 0.01, 0.02, 0.3))
    before = [draw.pick((-4.0, 2.0, 8.0)) for _ in range(3)] if draw.sizes["used"] else None
    return {
        "coefficients": [draw.pick((-1.0, 0.5, 1.0)) for _ in range(3)],
        "xs": xs,
        "ys": ys,
        "lr": rate,
        "steps": draw.integer(3, 5),
        "grads_before": before,
    }


@grades(
    "training_loop",
    case_of=points,
    minimum={"used": 0},
    largest={"used": 1},
    every=True,
    parts={"losses": ("losses",), "parameters": ("parameters",)},
    examples=6,
    uses=("Parabola",),
)
def training(coefficients, xs, ys, lr, steps):
    p, losses = torch.tensor(coefficients, dtype=torch.float64), []
    x, y = torch.tensor(xs, dtype=torch.float64), torch.tensor(ys, dtype=torch.float64)
    design = torch.stack([x * x, x, torch.ones_like(x)], dim=1)
    for _ in range(steps):
        miss = design @ p - y
        losses.append(float(miss @ miss))
        p = p - lr * 2 * design.T @ miss
    return {"losses": losses, "parameters": p.tolist()}


PARAMETERS = remote_function("def parameters(model):\n    return [float(p.data) for p in model.parameters()]")
# What somebody has left in the gradients who has used the model before.
LEAVE = remote_function("""
def leave(model, grads):
    for p, grad in zip(model.parameters(), grads):
        p.grad = torch.full_like(p, grad)
""")


@training.play
def play_training(student, coefficients, xs, ys, lr, steps, grads_before):
    model = student.Parabola(*coefficients)
    if grads_before is not None:
        student.run(LEAVE, model, grads_before)
    losses = student(model, xs, ys, lr, steps)
    return {"losses": losses, "parameters": student.run(PARAMETERS, model)}


@training.property("lets the loss fall in every step if the rate is small", examples=2)
def losses_fall(student, coefficients, xs, ys):
    losses = student(student.Parabola(*coefficients), xs, ys, 0.005, 6)
    return all(after < before for before, after in pairwise(losses))


@training.property("trains any model that has a call and parameters", examples=1)
def any_model_learns(student, xs, ys):
    return [number for number, _ in student.run(OTHER, student, xs, ys, 0.01, 0)] == [0.5, -1.0] and [
        number for number, _ in student.run(OTHER, student, xs, ys, 0.01, 1)
    ] != [0.5, -1.0]


@training.alternative
def empties_at_the_start_and_after_each_step(model, xs, ys, lr, steps):
    losses = []
    for p in model.parameters():
        p.grad = None
    for _ in range(steps):
        loss = 0.0
        for x, y in zip(xs, ys, strict=True):
            loss = loss + (y - model(x)) ** 2
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
                p.grad.zero_()
        losses.append(float(loss))
    return losses


@training.alternative
def with_its_own_functions(model, xs, ys, lr, steps):
    return [loss_of_one_step(model, xs, ys, lr) for _ in range(steps)]


def loss_of_one_step(model, xs, ys, lr):
    loss = torch.stack([model(x) - y for x, y in zip(xs, ys, strict=True)]).square().sum()
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    loss.backward()
    for p in model.parameters():
        p.data.add_(p.grad, alpha=-lr)
    return loss.item()


@training.alternative
def with_gradients_that_are_never_kept(model, xs, ys, lr, steps):
    losses, parameters = [], model.parameters()
    while len(losses) < steps:
        misses = torch.stack([model(x) for x in xs]) - torch.tensor(ys)
        total = misses @ misses
        for p, gradient in zip(parameters, torch.autograd.grad(total, parameters), strict=True):
            p.data = p.data - lr * gradient
        losses += [total.item()]
    return losses


LOOP = """\
        for p in model.parameters():
            p.grad = None
        total.backward()
        for p in model.parameters():
            p.data -= lr * p.grad
        losses.append(total.item())
"""


def loop(name: str, new: str, **hints: str) -> None:
    """A loop whose steps come in another order, or not at all."""
    training.misconception_by_edit(name, LOOP, new, **hints)


loop(
    "gradients_never_emptied",
    """\
        total.backward()
        for p in model.parameters():
            p.data -= lr * p.grad
        losses.append(total.item())
""",
    symptom="The first step of a new model is right. From the second on, they are too large, more and more.",
    question="What stands in the gradients when the second backward pass begins?",
    rule="Gradients add up until somebody empties them. Every step starts with a clean slate.",
)
loop(
    "emptied_after_the_step_only",
    """\
        total.backward()
        for p in model.parameters():
            p.data -= lr * p.grad
            p.grad = None
        losses.append(total.item())
""",
    symptom="A new model is trained rightly. One that has been used before makes a wrong first step.",
    question="What stands in the gradients when the first backward pass begins, and who has emptied them?",
    rule="Who relies on the state in which others leave things is wrong one day. Empty before you fill.",
)
loop(
    "emptied_before_the_step",
    """\
        total.backward()
        for p in model.parameters():
            p.grad = torch.zeros_like(p)
        for p in model.parameters():
            p.data -= lr * p.grad
        losses.append(total.item())
""",
    symptom="The loss stays what it is: no parameter ever moves.",
    question="What is left of the gradients when the step is taken?",
    rule="Empty them before the backward pass or after the step, never in between.",
)
loop(
    "uphill",
    LOOP.replace("-=", "+="),
    symptom="The loss grows from the first step on.",
    question="Which way does the gradient point: to a larger loss, or to a smaller one?",
    rule="A gradient says which way is up. To learn is to go down.",
)
loop(
    "loss_after_the_step",
    LOOP.replace(
        "        losses.append(total.item())\n",
        "        losses.append(sum((model(x) - y) ** 2 for x, y in zip(xs, ys)).item())\n",
    ),
    symptom="The parameters are right; the losses are those of one step later.",
    question="Was the loss that you noted measured before or after the model moved?",
    rule="A step and its loss belong to the same forward pass.",
)
loop(
    "steps_with_the_gradient_of_before",
    """\
        if losses:
            for p in model.parameters():
                p.data -= lr * p.grad
        for p in model.parameters():
            p.grad = None
        total.backward()
        losses.append(total.item())
""",
    symptom="The first step changes nothing, and all others come one step late.",
    question="At the moment of a step, to which loss do the gradients belong?",
    rule="Forward, backward, step: a step uses the gradient that was found just before.",
)
training.misconception_by_edit(
    "one_step_short",
    "for _ in range(steps):",
    "for _ in range(1, steps):",
    symptom="There is one loss too few.",
    question="How often does your loop run if three steps are asked for?",
    rule="Count the turns of a loop, not its limits.",
)
training.misconception_by_edit(
    "mean_for_sum",
    "torch.tensor(0.0))",
    "torch.tensor(0.0)) / len(xs)",
    symptom="Losses are too small by the number of examples, and so are the steps.",
    question="Does the task ask for the sum or for the mean?",
    rule="They differ by a factor only, but so does the step that suits them.",
)
training.misconception_by_edit(
    "only_the_last_example",
    "total = sum(((model(x) - y) ** 2 for x, y in zip(xs, ys, strict=True)), torch.tensor(0.0))",
    "total = [(model(x) - y) ** 2 for x, y in zip(xs, ys)][-1]",
    symptom="Only one of the examples is learnt.",
    question="What is your loss when all examples have been looked at?",
    rule="The loss of a step belongs to all examples of the step together.",
)


@training.misconception(
    symptom="The first loss is right, the parameters have moved after each single example.",
    question="How many steps does your loop take for one look at all examples?",
    rule="Here a step sees all examples at once; the model stays where it is until they are added up.",
)
def step_after_each_example(model, xs, ys, lr, steps):
    losses = []
    for _ in range(steps):
        total = sum((model(x) - y) ** 2 for x, y in zip(xs, ys, strict=True)).item()
        for x, y in zip(xs, ys, strict=True):
            loss = (model(x) - y) ** 2
            for p in model.parameters():
                p.grad = None
            loss.backward()
            for p in model.parameters():
                p.data -= lr * p.grad
        losses.append(total)
    return losses


@training.misconception(
    symptom="Losses fall for a while and then the wrong way; all steps go in the first direction.",
    question="How often is a backward pass made in your loop?",
    rule="After each step the slope is another one. It has to be found anew.",
)
def one_gradient_for_all_steps(model, xs, ys, lr, steps):
    losses = []
    sum((model(x) - y) ** 2 for x, y in zip(xs, ys, strict=True)).backward()
    for _ in range(steps):
        losses.append(sum((model(x) - y) ** 2 for x, y in zip(xs, ys, strict=True)).item())
        for p in model.parameters():
            p.data -= lr * p.grad
    return losses


@training.misconception(
    symptom="The loss is the same in every step, though the parameters have moved.",
    question="When is the prediction computed whose loss you note?",
    rule="An expression does not follow its leaves. Every step needs a forward pass of its own.",
)
def forward_pass_made_once(model, xs, ys, lr, steps):
    loss = sum((model(x) - y) ** 2 for x, y in zip(xs, ys, strict=True))
    losses = []
    for _ in range(steps):
        for p in model.parameters():
            p.grad = None
        loss.backward(retain_graph=True)
        for p in model.parameters():
            p.data -= lr * p.grad
        losses.append(loss.item())
    return losses
