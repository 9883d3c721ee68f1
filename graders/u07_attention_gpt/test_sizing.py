"""What is true of the groups of an optimizer, and of the number of weights."""

import math

import torch
from torch import Tensor

from dojo.grading import Draw, grades, remote_function

# -- which weights decay --------------------------------------------------------------------------------


def parameters_of_a_model(draw: Draw) -> dict[str, object]:
    """Named tensors of none to four axes in a mixed order. The names mislead."""
    a, b, c = (draw.sizes[letter] for letter in "ABC")
    shapes = [(a, b), (b,), (a, b, c), (c,), (b, a), (), (c, a)]
    names = ["wte.weight", "ln.weight", "conv.weight", "fc.bias", "gain.bias", "scale", "head.weight"]
    order = draw.uniform(len(shapes)).argsort().tolist()
    parameters = {names[i]: draw.normal(*shapes[i]) for i in order}
    return {"parameters": parameters, "weight_decay": draw.pick([0.1, 0.01, 0.5])}


# Names say more than numbers in a report; and only beside the student's code can a copy be told.
_NAMED = remote_function("""
def named(make_groups, parameters, weight_decay):
    names = {id(parameter): name for name, parameter in parameters.items()}

    def name(entry):
        return names.get(id(entry), "a copy" if isinstance(entry, torch.Tensor) else "no tensor")

    groups = make_groups(parameters, weight_decay)
    if not isinstance(groups, (list, tuple)):
        return groups
    if not all(isinstance(group, dict) and isinstance(group.get("params"), list) for group in groups):
        return groups
    return [{**group, "params": [name(entry) for entry in group["params"]]} for group in groups]
""")


@grades(
    "weight_decay_groups",
    case_of=parameters_of_a_model,
    minimum={"A": 2, "B": 2, "C": 2},
    largest={"A": 4, "B": 4, "C": 4},
    examples=6,
)
def groups(parameters, weight_decay):
    decay = [name for name, p in parameters.items() if p.dim() > 1]
    rest = [name for name, p in parameters.items() if p.dim() <= 1]
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


@groups.play
def play_groups(student, parameters: dict[str, Tensor], weight_decay: float):
    return student.run(_NAMED, student, parameters, weight_decay)


@groups.alternative
def in_one_loop(parameters, weight_decay):
    decay, rest = [], []
    for _name, p in parameters.items():
        (rest if len(p.shape) < 2 else decay).append(p)
    return [dict(params=decay, weight_decay=weight_decay), dict(params=rest, weight_decay=0.0)]


@groups.alternative
def by_a_test(parameters, weight_decay):
    def group(wanted, rate):
        return {"params": [p for p in parameters.values() if (p.ndim >= 2) == wanted], "weight_decay": rate}

    return [group(True, weight_decay), group(False, 0.0)]


@groups.alternative
def by_names_first(parameters, weight_decay):
    matrices = {name for name in parameters if parameters[name].ndimension() > 1}
    return [
        {"weight_decay": weight_decay, "params": [p for n, p in parameters.items() if n in matrices]},
        {"weight_decay": 0.0, "params": [p for n, p in parameters.items() if n not in matrices]},
    ]


@groups.misconception(
    symptom="Gains of layer norms decay, and biases of many axes don't.",
    question="What does a layer norm call its gain?",
    rule="A layer norm's gain is called weight as well. What counts is the number of axes.",
)
def split_by_name(parameters, weight_decay):
    decay = [p for name, p in parameters.items() if "bias" not in name]
    rest = [p for name, p in parameters.items() if "bias" in name]
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


@groups.misconception(
    symptom="Tensors with three axes are in the wrong group.",
    question="Is a matrix the only tensor with more than one axis?",
    rule="Everything that multiplies many inputs decays, however many axes it is stored with.",
)
def matrices_only(parameters, weight_decay):
    decay = [p for p in parameters.values() if p.dim() == 2]
    rest = [p for p in parameters.values() if p.dim() != 2]
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


@groups.misconception(
    symptom="Matrices are in the group without decay.",
    question="From how many axes on does a tensor decay?",
    rule="Two axes are enough: matrices are what decay was made for.",
)
def more_than_two_axes(parameters, weight_decay):
    decay = [p for p in parameters.values() if p.dim() > 2]
    rest = [p for p in parameters.values() if p.dim() <= 2]
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


@groups.misconception(
    symptom="The two groups stand in each other's place.",
    question="Which group comes first?",
    rule="A vector of gains that decays is pulled to zero, and with it everything it multiplies.",
)
def groups_swapped(parameters, weight_decay):
    decay = [p for p in parameters.values() if p.dim() >= 2]
    rest = [p for p in parameters.values() if p.dim() < 2]
    return [{"params": rest, "weight_decay": weight_decay}, {"params": decay, "weight_decay": 0.0}]


@groups.misconception(
    symptom="Both groups decay.",
    question="What is the difference between the two groups?",
    rule="An optimizer that isn't told otherwise treats all groups alike.",
)
def both_decay(parameters, weight_decay):
    decay = [p for p in parameters.values() if p.dim() >= 2]
    rest = [p for p in parameters.values() if p.dim() < 2]
    return [{"params": group, "weight_decay": weight_decay} for group in (decay, rest)]


@groups.misconception(
    symptom="The second group has no decay of its own.",
    question="Which decay does AdamW use where a group names none?",
    rule="The default of AdamW isn't zero. What should not decay has to say so.",
)
def second_group_left_to_the_default(parameters, weight_decay):
    decay = [p for p in parameters.values() if p.dim() >= 2]
    rest = [p for p in parameters.values() if p.dim() < 2]
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest}]


@groups.misconception(
    symptom="The lists hold names.",
    question="What does an optimizer change: names or tensors?",
    rule="The optimizer is given the tensors themselves.",
)
def names_in_place_of_tensors(parameters, weight_decay):
    decay = [name for name, p in parameters.items() if p.dim() >= 2]
    rest = [name for name, p in parameters.items() if p.dim() < 2]
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


@groups.misconception(
    symptom="Single numbers are in no group.",
    question="How many tensors are there, and how many are in your groups?",
    rule="What is in no group isn't trained.",
)
def scalars_forgotten(parameters, weight_decay):
    decay = [p for p in parameters.values() if p.dim() >= 2]
    rest = [p for p in parameters.values() if p.dim() == 1]
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


groups.misconception_by_edit(
    "copies_of_the_tensors",
    " decay = [p for p in parameters.values() if p.dim() >= 2]",
    " decay = [p.clone() for p in parameters.values() if p.dim() >= 2]",
    symptom="The first group holds copies.",
    question="Which tensors will the optimizer change, and which does the model use?",
    rule="An optimizer changes the very tensors that it is given. A copy learns, and nobody sees it.",
)


# -- how many weights -----------------------------------------------------------------------------------


def config(draw: Draw) -> dict[str, int]:
    """Sizes of a model, none of them equal to another."""
    n_head, n_layer = draw.sizes["H"], draw.sizes["L"]
    return {
        "vocab_size": draw.integer(50, 90),
        "n_embd": n_head * draw.integer(9, 12),
        "n_head": n_head,
        "n_layer": n_layer,
        "block_size": draw.integer(13, 17),
    }


@grades(
    "scale_config",
    case_of=config,
    minimum={"H": 2, "L": 2},
    largest={"H": 4, "L": 5},
    examples=6,
    parts={name: (name,) for name in ("embeddings", "attention", "feed_forward", "norms", "head", "total")},
)
def sizes(vocab_size, n_embd, n_head, n_layer, block_size):
    one = count_parameters(vocab_size, n_embd, n_head, block_size)
    parts = {name: n_layer * n if name in ("attention", "feed_forward") else n for name, n in one.items()}
    parts["norms"] += n_layer * 4 * n_embd
    return {**parts, "total": sum(parts.values())}


def count_parameters(vocab_size: int, n_embd: int, n_head: int, block_size: int) -> dict[str, int]:
    """The parameters of torch's own layers: those of one block, and those that are there once."""
    nn, size = torch.nn, n_embd // n_head
    layers = {
        "embeddings": [nn.Embedding(vocab_size, n_embd), nn.Embedding(block_size, n_embd)],
        "attention": [nn.Linear(n_embd, size, bias=False) for _ in range(3 * n_head)],
        "feed_forward": [nn.Linear(n_embd, 4 * n_embd), nn.Linear(4 * n_embd, n_embd)],
        "norms": [nn.LayerNorm(n_embd)],
        "head": [nn.Linear(n_embd, vocab_size)],
    }
    layers["attention"].append(nn.Linear(n_embd, n_embd))
    return {name: sum(p.numel() for m in group for p in m.parameters()) for name, group in layers.items()}


@sizes.alternative
def by_matrices_and_vectors(vocab_size, n_embd, n_head, n_layer, block_size):
    C = n_embd
    answer = {
        "embeddings": (vocab_size + block_size) * C,
        "attention": n_layer * (n_head * 3 * (C // n_head) * C + C**2 + C),
        "feed_forward": n_layer * (8 * C**2 + 5 * C),
        "norms": n_layer * 4 * C + 2 * C,
        "head": vocab_size * (C + 1),
    }
    answer["total"] = sum(answer.values())
    return answer


@sizes.alternative
def by_making_the_layers(vocab_size, n_embd, n_head, n_layer, block_size):
    def linear(n, m, bias=True):
        return torch.nn.Linear(n, m, bias=bias).state_dict()

    def count(*states):
        return sum(tensor.numel() for state in states for tensor in state.values())

    norm = count(torch.nn.LayerNorm(n_embd).state_dict())
    heads = 3 * [linear(n_embd, n_embd, bias=False)]
    answer = {
        "embeddings": count(linear(vocab_size + block_size, n_embd, bias=False)),
        "attention": n_layer * count(*heads, linear(n_embd, n_embd)),
        "feed_forward": n_layer * count(linear(n_embd, 4 * n_embd), linear(4 * n_embd, n_embd)),
        "norms": norm + n_layer * 2 * norm,
        "head": count(linear(n_embd, vocab_size)),
    }
    return {**answer, "total": sum(answer.values())}


@sizes.alternative
def by_shapes(vocab_size, n_embd, n_head, n_layer, block_size):
    C, size = n_embd, n_embd // n_head
    block = {
        "attention": n_head * [(size, C), (size, C), (size, C)] + [(C, C), (C,)],
        "feed_forward": [(4 * C, C), (4 * C,), (C, 4 * C), (C,)],
        "norms": 4 * [(C,)],
    }
    shapes = {name: n_layer * of_one for name, of_one in block.items()}
    shapes["norms"] += [(C,), (C,)]
    shapes["embeddings"] = [(vocab_size, C), (block_size, C)]
    shapes["head"] = [(vocab_size, C), (vocab_size,)]
    shapes["total"] = [shape for listed in list(shapes.values()) for shape in listed]
    return {name: sum(map(math.prod, listed)) for name, listed in shapes.items()}


sizes.misconception_by_edit(
    "masks_counted",
    "(3 * C * C + C * C + C)",
    "(3 * C * C + C * C + C + n_head * block_size * block_size)",
    symptom="The attention has too many parameters, and more so for longer blocks.",
    question="Is the mask of a head trained?",
    rule="A buffer is part of the module and no parameter.",
)
sizes.misconception_by_edit(
    "heads_not_narrower",
    "(3 * C * C + C * C + C)",
    "(3 * n_head * C * C + C * C + C)",
    symptom="The attention has too many parameters, and more so with more heads.",
    question="How wide is one head?",
    rule="The heads share the width of the embedding: their number costs nothing.",
)
sizes.misconception_by_edit(
    "head_biases_counted",
    "(3 * C * C + C * C + C)",
    "(3 * C * C + 3 * C + C * C + C)",
    symptom="The attention has a few parameters too many.",
    question="Which of the four layers have a bias?",
    rule="Key, query and value are plain products; only the projection has a bias.",
)
sizes.misconception_by_edit(
    "projection_forgotten",
    "(3 * C * C + C * C + C)",
    "3 * C * C",
    symptom="The attention has too few parameters.",
    question="What happens to the heads after they are joined?",
    rule="After joining there is one more layer.",
)
sizes.misconception_by_edit(
    "no_biases_in_feed_forward",
    "(C * 4 * C + 4 * C + 4 * C * C + C)",
    "8 * C * C",
    symptom="The feed-forward part has a few parameters too few.",
    question="Which of its layers have a bias?",
    rule="A linear layer has a bias where nothing else is said.",
)
sizes.misconception_by_edit(
    "hidden_layer_not_wider",
    "(C * 4 * C + 4 * C + 4 * C * C + C)",
    "(2 * C * C + 2 * C)",
    symptom="The feed-forward part has too few parameters.",
    question="How wide is its hidden layer?",
    rule="Most weights of a transformer sit in the wide hidden layers.",
)
sizes.misconception_by_edit(
    "last_norm_forgotten",
    "(2 * n_layer + 1)",
    "(2 * n_layer)",
    symptom="One layer norm is missing.",
    question="Which norm belongs to no block?",
    rule="With pre-norm blocks one more norm stands before the vocabulary head.",
)
sizes.misconception_by_edit(
    "one_norm_for_each_block",
    "(2 * n_layer + 1)",
    "(n_layer + 1)",
    symptom="There are too few layer norms.",
    question="How many parts does a block have?",
    rule="Each part of a block has a norm of its own.",
)
sizes.misconception_by_edit(
    "norm_without_bias",
    "(2 * n_layer + 1) * 2 * C",
    "(2 * n_layer + 1) * C",
    symptom="The norms have half as many parameters as they should.",
    question="What are the two things that a layer norm learns?",
    rule="A gain and a bias for each channel.",
)
sizes.misconception_by_edit(
    "position_table_forgotten",
    "vocab_size * C + block_size * C",
    "vocab_size * C",
    symptom="The embeddings have too few parameters.",
    question="What else is looked up besides the token?",
    rule="The place of a token has a table, too.",
)
sizes.misconception_by_edit(
    "head_tied_to_the_table",
    "C * vocab_size + vocab_size,",
    "vocab_size,",
    symptom="The head has too few parameters.",
    question="Does the last layer of this unit have a matrix of its own?",
    rule="Later models share one matrix between first and last layer. This one doesn't.",
)
sizes.misconception_by_edit(
    "head_without_bias",
    "C * vocab_size + vocab_size,",
    "C * vocab_size,",
    symptom="The head has a few parameters too few.",
    question="Does the last layer have a bias?",
    rule="A linear layer has a bias where nothing else is said.",
)
sizes.misconception_by_edit(
    "one_block_only",
    '"attention": n_layer * (3',
    '"attention": (3',
    symptom="The attention is counted once.",
    question="How many blocks are there?",
    rule="What belongs to a block is there as often as the block.",
)
