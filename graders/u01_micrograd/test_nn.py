"""What is true of neurons, layers and a small network of numbers that record what happens to them."""

from itertools import pairwise

import torch

from dojo.grading import Draw, grades, remote_function

# Puts numbers into the parameters, in their order, runs forward and backward, and tells what can be seen. It
# knows PyTorch's scalars and the student's own.
RUN = remote_function("""
def run(model, weights, inputs, recorded, slopes):
    parameters, again = model.parameters(), model.parameters()
    names = "a list", "outputs", "gradients of the parameters", "gradients of the inputs"
    untried = dict.fromkeys(names, "not tried")
    odd = [type(p).__name__ for p in parameters if not hasattr(p, "data")]
    if odd or len(parameters) != len(weights):
        return {"parameters": ", ".join(odd) or len(parameters), **untried}
    if not all(p is q for p, q in zip(parameters, again)):
        return {"parameters": "other objects each time", **untried}
    for p, w in zip(parameters, weights):
        p.data = torch.full_like(p.data, w) if isinstance(p, torch.Tensor) else w
    if recorded and isinstance(parameters[0], torch.Tensor):
        inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    elif recorded:
        inputs = [type(parameters[0])(x) for x in inputs]
    model([0.25] * len(inputs))  # an answer to other inputs must not come back
    outputs = model(inputs)
    listed = isinstance(outputs, (list, tuple))
    outputs = list(outputs) if listed else [outputs]
    total = outputs[0] * slopes[0]
    for output, slope in zip(outputs[1:], slopes[1:]):
        total = total + output * slope
    total.backward()

    def gradients(scalars):
        return [0.0 if s.grad is None else float(s.grad) for s in scalars]

    return {
        "parameters": len(parameters),
        "a list": listed,
        "outputs": [float(output.data) for output in outputs],
        "gradients of the parameters": gradients(parameters),
        "gradients of the inputs": gradients(inputs) if recorded else [],
    }
""")


def network(draw: Draw, sizes: list[int]) -> dict:
    """Inputs and weights for layers of these sizes: nothing saturated, nothing zero, no two alike."""
    count = sum((n + 1) * m for n, m in pairwise(sizes))
    weights = (draw.uniform(count) * 0.8 + 0.1) * ((draw.uniform(count) < 0.5) * 2.0 - 1.0)
    inputs = [draw.pick((-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)) for _ in range(sizes[0])]
    slopes = [draw.pick((-2.0, -0.5, 1.5, 3.0)) for _ in range(sizes[-1])]
    recorded = draw.pick((False, True))
    return {"weights": weights.tolist(), "inputs": inputs, "recorded": recorded, "slopes": slopes}


def right_run(sizes: list[int], weights, inputs, recorded, slopes) -> dict:
    """The same with whole tensors."""
    flat = torch.tensor(weights, dtype=torch.float64, requires_grad=True)
    x = torch.tensor(inputs, dtype=torch.float64, requires_grad=True)
    h, at = x, 0
    for n, m in pairwise(sizes):
        block = flat[at : at + (n + 1) * m].view(
            m, n + 1
        )  # a row for each neuron: its weights, then its bias
        h, at = torch.tanh(block[:, :n] @ h + block[:, n]), at + block.numel()
    (h * torch.tensor(slopes, dtype=torch.float64)).sum().backward()
    return {
        "parameters": len(weights),
        "a list": sizes[-1] > 1,
        "outputs": h.tolist(),
        "gradients of the parameters": flat.grad.tolist(),
        "gradients of the inputs": x.grad.tolist() if recorded else [],
    }


# -- one neuron ------------------------------------------------------------------------------------------

# How probable is it that right numbers are refused? None of 306 is beyond 0.8 on one of the two sides:
# 2 * 0.9^306 < 3e-14. Their mean is off by 0.25: at most 2 * exp(-306 * 0.25^2 * 3 / 2) < 1e-12, because a
# uniform number has lighter tails than a normal one of its variance, 1/3. Four pairs of 309 are equal, even
# if they have 24 bits only: (47586 / 2^24)^4 / 24 < 3e-12. One grading looks fewer than 20 times.
FALSE_POSITIVE = 1e-10
NEW = remote_function("""
def new(Neuron):
    neurons = [[float(p.data) for p in Neuron(50).parameters()] for _ in range(6)]
    numbers = [number for neuron in neurons for number in neuron]
    biases = [float(Neuron(1).parameters()[-1].data) for _ in range(3)]
    small, model = [], Neuron(2)
    for inputs in ([0.5], [0.5, 0.5, 0.5]):
        try:
            model(inputs)
            small.append("an answer")
        except (ValueError, AssertionError):
            small.append("an error")
    if not any(biases):
        found = "the biases are 0"
    elif len({*numbers, *biases}) < len(numbers) + len(biases) - 3:
        repeated = sum(len(neuron) - len(set(neuron)) for neuron in neurons)
        found = "some of one neuron are equal" if repeated > 3 else "some of two neurons are equal"
        if all(len(set(neuron)) < 3 for neuron in neurons):
            found = "all weights of a neuron are equal"
    elif min(numbers) < -1 or max(numbers) > 1:
        found = "some are beyond -1 or 1"
    elif abs(sum(numbers)) > 0.25 * len(numbers):
        found = "their mean is not 0"
    elif min(numbers) > -0.8 or max(numbers) < 0.8:
        found = "none is close to -1, or none to 1"
    else:
        found = "uniform"
    return {"306 new numbers": found, "1 and 3 inputs for a neuron with 2": small}
""")
NEW_ONES = {
    "306 new numbers": "uniform",
    "1 and 3 inputs for a neuron with 2": ["an error", "an error"],
}


LEFT_OUT = dict.fromkeys(NEW_ONES, "not tried")  # beside more than one input: hundreds of neurons take long


def neuron_case(draw: Draw) -> dict:
    return network(draw, [draw.sizes["I"], 1])


@grades(
    "neuron_forward",
    case_of=neuron_case,
    minimum={"I": 1},
    largest={"I": 4},
    every=True,
    examples=3,
    floor=1.0,
    false_positive=FALSE_POSITIVE,
)
def neuron(weights, inputs, recorded, slopes):
    new = NEW_ONES if len(inputs) == 1 else LEFT_OUT
    with torch.enable_grad():
        return right_run([len(inputs), 1], weights, inputs, recorded, slopes) | new


@neuron.play
def play_neuron(student, weights, inputs, recorded, slopes):
    model = student.Neuron(len(inputs))
    told = student.run(RUN, model, weights, inputs, recorded, slopes)
    tried = told["outputs"] != "not tried" and len(inputs) == 1
    return told | (student.run(NEW, student.Neuron) if tried else LEFT_OUT)


@neuron.alternative
class WithALoop:
    def __init__(self, nin):
        self.weights = []
        for _ in range(nin):
            self.weights.append(scalar(uniform()))
        self.bias = scalar(uniform())

    def __call__(self, x):
        assert len(x) == len(self.weights)
        total = self.bias
        for i in range(len(x)):
            total = total + x[i] * self.weights[i]
        return total.tanh()

    def parameters(self):
        return [*self.weights, self.bias]


@neuron.alternative
class OneListForAll:
    def __init__(self, nin):
        self.all = [
            torch.empty(1, dtype=torch.float64).uniform_(-1, 1).requires_grad_() for _ in range(nin + 1)
        ]

    def __call__(self, x):
        if len(x) + 1 != len(self.all):
            raise ValueError("another number of inputs")
        return torch.tanh(sum(p * v for p, v in zip(self.all, [*x, 1.0], strict=True)))

    def parameters(self):
        return self.all


@neuron.alternative
class WithPairs:
    def __init__(self, nin):
        numbers = torch.rand(nin + 1, dtype=torch.float64) * 2 - 1
        self.bias, *self.weights = [scalar(x) for x in numbers.tolist()]

    def __call__(self, x):
        act = self.bias * 1.0
        for w, xi in zip(self.weights, x, strict=True):
            act = w * xi + act
        e = (act * -2.0).exp()
        return (1 - e) / (1 + e)

    def parameters(self):
        return [*self.weights, self.bias]


neuron.misconception_by_edit(
    "bias_left_out",
    "zip(self.w, x, strict=True)), self.b)",
    "zip(self.w, x, strict=True)), 0.0 * self.b)",
    symptom="Outputs are off by what the bias should add, and the bias has no gradient.",
    question="At which number does your sum start?",
    rule="A neuron without a bias can only say zero to inputs that are all zero.",
)
neuron.misconception_by_edit(
    "tanh_of_each_product",
    "(w * xi for w",
    "((w * xi).tanh() for w",
    symptom="Outputs are off as soon as there is an input that is not small.",
    question="How often is tanh taken in one neuron, and of what?",
    rule="First everything is added up, and then the sum is squashed, once.",
)


@neuron.misconception(
    symptom="Whatever the inputs are, the answer is the one to the first inputs of all.",
    question="What has changed since the number was computed that your neuron has kept?",
    rule="A network is called again and again, with other inputs and other weights. Compute anew each time.",
)
class AnswersOnceAndForAll:
    def __init__(self, nin):
        self.w = [scalar(uniform()) for _ in range(nin)]
        self.b = scalar(uniform())
        self.out = None

    def __call__(self, x):
        if len(x) != len(self.w):
            raise ValueError("another number of inputs")
        if self.out is None:
            self.out = sum((w * v for w, v in zip(self.w, x, strict=True)), self.b).tanh()
        return self.out

    def parameters(self):
        return [*self.w, self.b]


neuron.misconception_by_edit(
    "no_squashing",
    "return act.tanh()",
    "return act",
    symptom="Outputs are larger than 1.",
    question="What comes after the weighted sum?",
    rule="Without a bend in every neuron, a whole network is no more than one straight line.",
)
neuron.misconception_by_edit(
    "surplus_inputs_ignored",
    """\
        if len(x) != len(self.w):
            raise ValueError(f"A neuron with {len(self.w)} inputs was given {len(x)}.")
        act = sum((w * xi for w, xi in zip(self.w, x, strict=True)), self.b)
""",
    """\
        act = sum((w * xi for w, xi in zip(self.w, x)), self.b)
""",
    symptom="With too few or too many inputs, the neuron answers as if nothing were wrong.",
    question="What does zip do with two lists of different lengths?",
    rule="zip stops at the end of the shorter list without a word. Say so yourself.",
)
neuron.misconception_by_edit(
    "parameters_are_copies",
    "return [*self.w, self.b]",
    "return [p.detach().clone().requires_grad_() for p in [*self.w, self.b]]",
    symptom="Whoever changes what `parameters()` returns does not change the neuron.",
    question="Does your list hold the weights themselves, or others with the same numbers?",
    rule="Training changes parameters from outside. A copy that is trained helps nobody.",
)
neuron.misconception_by_edit(
    "parameters_are_plain_numbers",
    "return [*self.w, self.b]",
    "return [p.item() for p in [*self.w, self.b]]",
    symptom="`parameters()` lists numbers, which have neither data nor gradient.",
    question="What will a training step look for in each parameter?",
    rule="Hand out the objects that record, not what they hold.",
)
neuron.misconception_by_edit(
    "bias_first",
    "return [*self.w, self.b]",
    "return [self.b, *self.w]",
    symptom="The right numbers in another order: the bias is taken for the first weight.",
    question="In which order does the task list the parameters?",
    rule="A flat list has nothing but its order to say what is what.",
)
neuron.misconception_by_edit(
    "weights_in_a_list_of_their_own",
    "return [*self.w, self.b]",
    "return [self.w, self.b]",
    symptom="There are two parameters, whatever the number of inputs; one of them is a list.",
    question="Is your list flat?",
    rule="One level: every entry is one scalar.",
)
neuron.misconception_by_edit(
    "bias_is_no_parameter",
    "return [*self.w, self.b]",
    "return list(self.w)",
    symptom="One parameter is missing.",
    question="What else, besides the weights, is learnt?",
    rule="What is not listed is not trained.",
)
neuron.misconception_by_edit(
    "one_weight_for_all_inputs",
    "[scalar(uniform()) for _ in range(nin)]",
    "[scalar(uniform())] * nin",
    symptom="All weights are one object: they have the same number, and change together.",
    question="How many scalars does multiplying a list by a number make?",
    rule="A list that is multiplied repeats its entries; it does not make new ones.",
)
neuron.misconception_by_edit(
    "one_number_for_all_weights",
    "[scalar(uniform()) for _ in range(nin)]",
    "[scalar(number) for number in [uniform()] * nin]",
    symptom="All weights of a new neuron have the same number, though each is a scalar of its own.",
    question="How often is a random number drawn for one neuron?",
    rule="What is drawn once and used often is one draw. Draw where you use it.",
)
neuron.misconception_by_edit(
    "no_negative_weights",
    "[scalar(uniform()) for _ in range(nin)]",
    "[scalar(abs(uniform())) for _ in range(nin)]",
    symptom="New weights are all positive.",
    question="From where to where should the random numbers reach?",
    rule="Weights start on both sides of zero, or all neurons lean the same way.",
)
neuron.misconception_by_edit(
    "bell_shaped_weights",
    "[scalar(uniform()) for _ in range(nin)]",
    "[scalar(float(torch.randn(()))) for _ in range(nin)]",
    symptom="Some new weights are beyond -1 and 1.",
    question="Has a normal distribution an end on either side?",
    rule="Uniform and normal are different distributions. The task names one of them.",
)
neuron.misconception_by_edit(
    "bias_starts_at_zero",
    "self.b = scalar(uniform())",
    "self.b = scalar(0.0)",
    symptom="New biases are all zero.",
    question="What does the task say of the bias of a new neuron?",
    rule="Many networks start so, but here the bias is random like the weights.",
)
neuron.misconception_by_edit(
    "seeded_in_every_neuron",
    "        self.w = [",
    "        torch.manual_seed(0)\n        self.w = [",
    symptom="Every new neuron has the same numbers as the one before.",
    question="Where does the random generator start when the second neuron is made?",
    rule="A seed is for the whole experiment, and set once. Whoever sets it again rolls the same dice again.",
)
neuron.misconception_by_edit(
    "weights_that_record_nothing",
    "[scalar(uniform()) for _ in range(nin)]",
    "[torch.tensor(uniform()) for _ in range(nin)]",
    symptom="The weights have no gradient after a backward pass.",
    question="What made these numbers, and does it record what happens to them?",
    rule="A parameter has to ask for a gradient, or none is found for it.",
)


# -- layers and networks ---------------------------------------------------------------------------------

# Right pieces in the place of the student's own, so that what is built of them can be checked by itself.
PIECES = remote_function("""
def pieces(owner, layers):
    class Neuron:
        def __init__(self, nin):
            numbers = torch.rand(nin + 1, dtype=torch.float64) * 2 - 1
            self.scalars = [x.requires_grad_() for x in numbers.unbind()]

        def __call__(self, x):
            if len(x) + 1 != len(self.scalars):
                raise ValueError(f"A neuron with {len(self.scalars) - 1} inputs was given {len(x)}.")
            return sum((w * v for w, v in zip(self.scalars, x)), self.scalars[-1]).tanh()

        def parameters(self):
            return list(self.scalars)

    class Layer:
        def __init__(self, nin, nout):
            self.neurons = [Neuron(nin) for _ in range(nout)]

        def __call__(self, x):
            outputs = [neuron(x) for neuron in self.neurons]
            return outputs[0] if len(outputs) == 1 else outputs

        def parameters(self):
            return [p for neuron in self.neurons for p in neuron.parameters()]

    for name in ("__init__", "__call__", "parameters"):
        names = getattr(getattr(owner, name, None), "__globals__", None)
        if names is not None:
            names["Neuron"] = Neuron
            if layers:
                names["Layer"] = Layer
""")


def layer_case(draw: Draw) -> dict:
    sizes = [draw.sizes["I"], draw.sizes["O"]]
    return {"nin": sizes[0], "nout": sizes[1], **network(draw, sizes)}


@grades(
    "layer_forward",
    case_of=layer_case,
    minimum={"I": 2, "O": 1},
    largest={"I": 4, "O": 3},
    every=True,
    examples=3,
    floor=1.0,
)
def layer(nin, nout, weights, inputs, recorded, slopes):
    with torch.enable_grad():
        return right_run([nin, nout], weights, inputs, recorded, slopes)


@layer.play
def play_layer(student, nin, nout, weights, inputs, recorded, slopes):
    student.run(PIECES, student.Layer, False)
    return student.run(RUN, student.Layer(nin, nout), weights, inputs, recorded, slopes)


@layer.alternative
class LayerWithLoops:
    def __init__(self, nin, nout):
        self.neurons = []
        while len(self.neurons) < nout:
            self.neurons.append(Neuron(nin))

    def __call__(self, x):
        out = []
        for n in self.neurons:
            out.append(n(x))
        if len(out) > 1:
            return out
        return out[0]

    def parameters(self):
        found = []
        for n in self.neurons:
            found.extend(n.parameters())
        return found


@layer.alternative
class LayerWithoutNeurons:
    def __init__(self, nin, nout):
        self.rows = [[scalar(uniform()) for _ in range(nin + 1)] for _ in range(nout)]

    def __call__(self, x):
        if any(len(row) != len(x) + 1 for row in self.rows):
            raise ValueError("another number of inputs")
        out = [sum(w * v for w, v in zip(row, [*x, 1.0], strict=True)).tanh() for row in self.rows]
        return out if len(out) > 1 else out[0]

    def parameters(self):
        return [p for row in self.rows for p in row]


@layer.alternative
class LayerByNumber:
    def __init__(self, nin, nout):
        self.by_number = {i: Neuron(nin) for i in range(nout)}

    def __call__(self, x):
        first, *others = map(lambda i: self.by_number[i](list(x)), sorted(self.by_number))
        return [first, *others] if others else first

    def parameters(self):
        return [p for i in sorted(self.by_number) for p in self.by_number[i].parameters()]


layer.misconception_by_edit(
    "the_same_neuron_again_and_again",
    "[Neuron(nin) for _ in range(nout)]",
    "[Neuron(nin)] * nout",
    symptom="All outputs of a layer are equal.",
    question="How many neurons does multiplying a list by a number make?",
    rule="Independent neurons are independent objects, each made by a call of its own.",
)
layer.misconception_by_edit(
    "always_a_list",
    "return outs[0] if len(outs) == 1 else outs",
    "return outs",
    symptom="A layer of one neuron returns a list with one entry.",
    question="What would a loss do with a list?",
    rule="The task asks for the bare output where there is only one.",
)
layer.misconception_by_edit(
    "only_the_first_output",
    "return outs[0] if len(outs) == 1 else outs",
    "return outs[0]",
    symptom="One output, however many neurons there are.",
    question="What becomes of the outputs of the other neurons?",
    rule="A layer says what all of its neurons say.",
)
layer.misconception_by_edit(
    "one_neuron_after_the_other",
    "outs = [neuron(x) for neuron in self.neurons]",
    """\
outs = []
        for neuron in self.neurons:
            outs.append(neuron(x))
            x = [*x[1:], outs[-1]]""",
    symptom="The first output is right, the others are not.",
    question="What does the second neuron of a layer look at?",
    rule="Neurons of one layer don't see each other, only the same inputs.",
)
layer.misconception_by_edit(
    "inputs_and_outputs_swapped",
    "[Neuron(nin) for _ in range(nout)]",
    "[Neuron(nout) for _ in range(nin)]",
    symptom="There are as many neurons as there should be inputs.",
    question="How many neurons has a layer of `nout` outputs, and how many weights has each?",
    rule="The outputs count the neurons, the inputs count the weights of each.",
)
layer.misconception_by_edit(
    "list_of_lists",
    "[p for neuron in self.neurons for p in neuron.parameters()]",
    "[neuron.parameters() for neuron in self.neurons]",
    symptom="`parameters()` lists a list for each neuron.",
    question="What is the difference between appending a list and extending by it?",
    rule="One flat list: whoever trains does not want to know how it was built.",
)
layer.misconception_by_edit(
    "parameters_of_the_first_neuron_only",
    "for neuron in self.neurons for p in",
    "for neuron in self.neurons[:1] for p in",
    symptom="Most parameters are missing.",
    question="How many parameters have all neurons of the layer together?",
    rule="What is not listed is not trained.",
)
layer.misconception_by_edit(
    "all_weights_then_all_biases",
    "return [p for neuron in self.neurons for p in neuron.parameters()]",
    """\
found = [n.parameters() for n in self.neurons]
        return [w for p in found for w in p[:-1]] + [p[-1] for p in found]""",
    symptom="The right parameters in another order.",
    question="Where does the bias of the first neuron stand in your list?",
    rule="A flat list has nothing but its order to say what is what.",
)


MAKE = remote_function("def make(MLP, nin, nouts):\n    return MLP(nin, nouts), nouts")


# Small ones first, for the first that fails is shown. Neighbours differ, so that no size passes for another.
SIZES = ((2, 1), (3, 2, 1), (2, 3, 2), (2, 3, 2, 1), (4, 2, 3, 2))


def mlp_case(draw: Draw) -> dict:
    nin, *nouts = SIZES[draw.sizes["K"]]
    return {"nin": nin, "nouts": nouts, **network(draw, [nin, *nouts])}


@grades(
    "mlp_forward",
    case_of=mlp_case,
    minimum={"K": 0},
    largest={"K": len(SIZES) - 1},
    every=True,
    examples=2,
    floor=1.0,
)
def mlp(nin, nouts, weights, inputs, recorded, slopes):
    with torch.enable_grad():
        return right_run([nin, *nouts], weights, inputs, recorded, slopes) | {"nouts afterwards": nouts}


@mlp.play
def play_mlp(student, nin, nouts, weights, inputs, recorded, slopes):
    student.run(PIECES, student.MLP, True)
    model, after = student.run(MAKE, student.MLP, nin, nouts)
    told = student.run(RUN, model, weights, inputs, recorded, slopes)
    return told | {"nouts afterwards": after}


@mlp.alternative
class MlpByPairs:
    def __init__(self, nin, nouts):
        self.layers = [Layer(a, b) for a, b in zip([nin, *nouts], nouts, strict=False)]

    def __call__(self, x):
        values = x
        for layer in self.layers:
            values = layer(values if isinstance(values, list) else [values])
        return values

    def parameters(self):
        return [p for i in range(len(self.layers)) for p in self.layers[i].parameters()]


@mlp.alternative
class MlpStepByStep:
    def __init__(self, nin, nouts):
        self.layers = []
        width = nin
        for nout in nouts:
            self.layers.append(Layer(width, nout))
            width = nout

    def __call__(self, x):
        first, *others = self.layers
        out = first(x)
        for layer in others:
            out = layer(out)
        return out

    def parameters(self):
        found = []
        for layer in self.layers:
            found += layer.parameters()
        return found


@mlp.alternative
class MlpFromTheBack:
    def __init__(self, nin, nouts):
        *inner, nout = nouts
        width = inner[-1] if inner else nin
        self.before = type(self)(nin, inner) if inner else None
        self.last = Layer(width, nout)

    def __call__(self, x):
        return self.last(self.before(x) if self.before else x)

    def parameters(self):
        return (self.before.parameters() if self.before else []) + self.last.parameters()


mlp.misconception_by_edit(
    "list_of_the_caller_prolonged",
    "sizes = [nin, *nouts]",
    "nouts.insert(0, nin)\n        sizes, nouts = nouts, nouts[1:]",
    symptom="The network is right, but the list of the caller holds one more number.",
    question="Whose list do you put the first size into?",
    rule="An argument belongs to the caller. Make a new list.",
)
mlp.misconception_by_edit(
    "one_layer_short",
    "for i in range(len(nouts))]",
    "for i in range(len(nouts) - 1)]",
    symptom="The last layer is missing.",
    question="How many layers has a network with three sizes behind its inputs?",
    rule="One layer for each pair of neighbours, the inputs counted in.",
)
mlp.misconception_by_edit(
    "every_layer_sees_the_inputs",
    "            x = layer(x)\n        return x",
    "            out = layer(x)\n        return out",
    symptom="Every layer behind the first is given the wrong number of inputs.",
    question="What does the second layer look at?",
    rule="What one layer puts out is what the next one takes in.",
)
mlp.misconception_by_edit(
    "first_size_forgotten",
    "sizes = [nin, *nouts]",
    "sizes = [*nouts, nouts[-1]]",
    symptom="The first layer expects another number of inputs than there are.",
    question="Which size stands before the first layer?",
    rule="The inputs count as the size in front.",
)
mlp.misconception_by_edit(
    "last_layer_only_is_trained",
    "for layer in self.layers for p in",
    "for layer in self.layers[-1:] for p in",
    symptom="The parameters of all layers but the last are missing.",
    question="How many parameters has the lecture's network, and how many do you list?",
    rule="What is not listed is not trained.",
)
mlp.misconception_by_edit(
    "list_of_lists",
    "[p for layer in self.layers for p in layer.parameters()]",
    "[layer.parameters() for layer in self.layers]",
    symptom="`parameters()` lists a list for each layer.",
    question="What is the difference between appending a list and extending by it?",
    rule="One flat list: whoever trains does not want to know how it was built.",
)
mlp.misconception_by_edit(
    "layers_from_the_back",
    "return [p for layer in self.layers for p in",
    "return [p for layer in reversed(self.layers) for p in",
    symptom="The right parameters in another order.",
    question="Which layer's parameters come first?",
    rule="A flat list has nothing but its order to say what is what.",
)
