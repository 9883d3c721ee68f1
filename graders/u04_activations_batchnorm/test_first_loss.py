"""What is true of the first loss, and of the output layer that gives it."""

import math

import torch
from torch import Tensor

from dojo.grading import (
    Draw,
    close,
    grades,
    indices,
    integers_in,
    near_zero,
    one_of,
    open_ended,
    remote_function,
    require,
)

# --- expected_initial_loss --------------------------------------------------------------------------------


@grades(
    "expected_initial_loss",
    K=one_of(2, 3, 4, 10, 27, 65, 1000, 50257),
    loose=1e3,  # a float may have been computed in float32
)
def expected_initial_loss(K):
    return torch.nn.functional.cross_entropy(torch.zeros(1, K, dtype=torch.float64), torch.tensor([0])).item()


@expected_initial_loss.alternative
def surprise_of_one_class(K):
    return -math.log(1 / K)


@expected_initial_loss.alternative
def in_float32(K):
    return -torch.log(torch.tensor(1 / K, dtype=torch.float32)).item()


@expected_initial_loss.alternative
def from_equal_logits(K):
    logits = torch.zeros(K, dtype=torch.float64)
    return float(logits.exp().sum().log() - logits[0])


@expected_initial_loss.alternative
def mean_of_all_classes(K):
    probs = torch.full((K,), 1 / K, dtype=torch.float64)
    return -probs.log().mean()


@expected_initial_loss.misconception(
    symptom="Every result is the right number with a minus in front.",
    question="Can the loss of a network be below zero?",
    rule="A probability is at most one, so its logarithm is at most zero. The loss turns the sign around.",
)
def sign_dropped(K):
    return math.log(1 / K)


@expected_initial_loss.misconception(
    symptom="Every result is too large by the same factor, about 1.44.",
    question="In which unit do you measure: in bits?",
    rule="Cross entropy in deep learning uses the natural logarithm.",
)
def counts_bits(K):
    return math.log2(K)


@expected_initial_loss.misconception(
    symptom="Every result is less than half as large as it should be, by the same factor.",
    question="What is the base of your logarithm?",
    rule="Cross entropy in deep learning uses the natural logarithm.",
)
def base_ten(K):
    return math.log10(K)


@expected_initial_loss.misconception(
    symptom="The result falls towards zero with more classes.",
    question="Is that the probability of the true class, or the loss?",
    rule="A loss grows when the true class gets less probability.",
)
def probability_of_one_class(K):
    return 1 / K


@expected_initial_loss.misconception(
    symptom="The result comes close to 1 with many classes and never goes above.",
    question="Do you count errors, or measure how surprised the network is?",
    rule="A share of wrong answers is no negative log-likelihood.",
)
def share_of_errors(K):
    return 1 - 1 / K


@expected_initial_loss.misconception(
    symptom="The result is far too small, and falls with more classes.",
    question="Over how many classes is a loss averaged?",
    rule="Only the true class counts in the loss. Its surprise is not shared among the others.",
)
def weighed_with_its_probability(K):
    return -math.log(1 / K) / K


# --- confidently_wrong_demo -------------------------------------------------------------------------------


def scales_with_a_large_one(draw: Draw, shape):
    """Factors from 0.1 to 10, the last one large enough for exp to overflow."""
    values = 0.1 * 100 ** draw.uniform(*shape)
    values[-1] = 600 + 400 * draw.uniform(1)
    return draw.finish(values)


@grades("confidently_wrong_demo", scales=scales_with_a_large_one, y=indices("V"), examples=8)
def confidently_wrong_demo(logits, y, scales):
    V = logits.shape[1]
    losses = [torch.nn.functional.cross_entropy(scale * logits, y) for scale in scales]
    return torch.stack(losses) - math.log(V)


@confidently_wrong_demo.property("is zero for a network that gives all classes the same logit", examples=2)
def equal_logits_know_nothing(student, logits, y, scales):
    there = student(logits[:, :1].expand(logits.shape).clone(), y, scales)
    return near_zero(there, scale=float(scales.max() * logits.abs().max()))


@confidently_wrong_demo.property("is the same where logits and scales all change their signs", examples=2)
def both_signs(student, logits, y, scales):
    largest = float(scales.max() * logits.abs().max())
    return near_zero(student(-logits, y, -scales) - student(logits, y, scales), scale=largest)


@confidently_wrong_demo.alternative
def scale_by_scale(logits, y, scales):
    N, V = logits.shape
    result = torch.zeros_like(scales)
    for i, scale in enumerate(scales):
        for row, label in zip(scale * logits, y, strict=True):
            row = row - row.max()
            result[i] += (row.exp().sum().log() - row[label]) / N
    return result - math.log(V)


@confidently_wrong_demo.alternative
def by_one_hot(logits, y, scales):
    V = logits.shape[1]
    mask = torch.eye(V, dtype=logits.dtype)[y]
    logprobs = torch.log_softmax(scales.reshape(-1, 1, 1) * logits, dim=-1)
    return -(logprobs * mask).sum(-1).mean(-1) - math.log(V)


@confidently_wrong_demo.alternative
def by_gather(logits, y, scales):
    excess = []
    for scale in scales.tolist():
        z = logits * scale
        z = z - z.gather(1, y[:, None])
        excess.append(torch.logsumexp(z, 1).mean() - torch.log(torch.tensor(float(len(z[0])))))
    return torch.stack(excess).to(logits.dtype)


@confidently_wrong_demo.misconception(
    symptom="Large scales give NaN or infinity.",
    question="How large is the exponential of a thousand?",
    rule="Softmax doesn't change when a row is shifted. Take something off before the exponential.",
)
def exponential_overflows(logits, y, scales):
    counts = (scales[:, None, None] * logits).exp()
    probs = counts / counts.sum(2, keepdim=True)
    return -probs[:, torch.arange(len(y)), y].log().mean(1) - math.log(logits.shape[1])


@confidently_wrong_demo.misconception(
    symptom="All results are too large by the same number.",
    question="With which loss is the result to be compared?",
    rule="The answer is a difference: how much worse than knowing nothing.",
)
def nothing_taken_off(logits, y, scales):
    logprobs = (scales[:, None, None] * logits).log_softmax(2)
    return -logprobs[:, torch.arange(len(y)), y].mean(1)


@confidently_wrong_demo.misconception(
    symptom="All results are off by the same number. Where N equals V they are right.",
    question="Between how many classes does the network choose?",
    rule="Who knows nothing is surprised according to the number of classes, not of examples.",
)
def counts_examples_as_classes(logits, y, scales):
    logprobs = (scales[:, None, None] * logits).log_softmax(2)
    return -logprobs[:, torch.arange(len(y)), y].mean(1) - math.log(len(y))


@confidently_wrong_demo.misconception(
    symptom="Equal logits don't give zero, and the results grow in exact proportion to the scales.",
    question="What do you multiply by the scale: the logits or the loss?",
    rule="A scale on the logits changes the probabilities. A scale on the loss only changes its unit.",
)
def loss_is_scaled(logits, y, scales):
    loss = -logits.log_softmax(1)[torch.arange(len(y)), y].mean()
    return scales * loss - math.log(logits.shape[1])


@confidently_wrong_demo.misconception(
    symptom="The results don't change when you change the labels.",
    question="Which probability of each row does the loss look at?",
    rule="The loss reads one entry of each row: that of the true class.",
)
def mean_over_all_classes(logits, y, scales):
    return -(scales[:, None, None] * logits).log_softmax(2).mean((1, 2)) - math.log(logits.shape[1])


@confidently_wrong_demo.misconception(
    symptom="More examples give larger results, and equal logits don't give zero.",
    question="Is the loss of a batch the sum or the mean of the losses of its examples?",
    rule="Compare like with like: the loss of one example with the mean over examples.",
)
def sum_over_examples(logits, y, scales):
    logprobs = (scales[:, None, None] * logits).log_softmax(2)
    return -logprobs[:, torch.arange(len(y)), y].sum(1) - math.log(logits.shape[1])


@confidently_wrong_demo.misconception(
    symptom="The probabilities of a row don't sum to 1.",
    question="Along which axis do the classes lie after the scales got an axis of their own?",
    rule="A softmax is over the classes of one example, never over the examples.",
)
def softmax_over_examples(logits, y, scales):
    logprobs = (scales[:, None, None] * logits).log_softmax(1)
    return -logprobs[:, torch.arange(len(y)), y].mean(1) - math.log(logits.shape[1])


@confidently_wrong_demo.misconception(
    symptom="Equal logits give 1 where 0 is asked for.",
    question="How much above, or how many times as much?",
    rule="The lost nats are a difference of two losses.",
)
def ratio_of_losses(logits, y, scales):
    logprobs = (scales[:, None, None] * logits).log_softmax(2)
    return -logprobs[:, torch.arange(len(y)), y].mean(1) / math.log(logits.shape[1])


@confidently_wrong_demo.misconception(
    symptom="The results have the wrong sign.",
    question="Is a network that is worse than one that knows nothing above or below it?",
    rule="A loss that is larger is worse. Above means larger.",
)
def gain_over_nothing(logits, y, scales):
    logprobs = (scales[:, None, None] * logits).log_softmax(2)
    return math.log(logits.shape[1]) + logprobs[:, torch.arange(len(y)), y].mean(1)


# --- init_output_layer ------------------------------------------------------------------------------------

# The probability is that of `output_weights_drawn`, below; everything else is far less likely.
init_output_layer = open_ended(
    "init_output_layer",
    file=__file__,
    says_dtype=True,
    false_positive=1e-9,
    minimum={"H": 10, "V": 5},
    largest={"H": 400, "V": 60},
    seed=integers_in(0, 9999),
    case_of=lambda draw: {
        "H": draw.pick([40, 64, 100, 200, 400]),
        "V": draw.pick([5, 10, 27, 60]),
        "seed": draw.integer(0, 9999),
    },
)


@init_output_layer.property("is a pair of float64 tensors of the shapes (H, V) and (V,)")
def form_of_output_layer(answer, H, V):
    require(type(answer) in (tuple, list) and len(answer) == 2, "a pair is asked for")
    for part, name, shape in zip(answer, ("W2", "b2"), ((H, V), (V,)), strict=True):
        require_tensor(part, name, shape)
    return True


def require_tensor(part, name, shape):
    require(isinstance(part, Tensor), f"{name} is no tensor")
    require(tuple(part.shape) == shape, f"{name} has shape {tuple(part.shape)}, not {shape}")
    require(part.dtype == torch.float64, f"{name} is not float64")
    require(bool(part.isfinite().all()), f"{name} holds NaN or infinity")


# The loss is averaged over all labels, so that chance plays no part in it but through W2: it lies above ln V
# by about half the variance of a row of logits. W2 with a standard deviation of 0.01 gives 0.008 at H = 400,
# and 0.05 would take squares of its H * V >= 200 normal numbers that are six times as large as they are on
# average: by the bound of Laurent and Massart (2000) for chi-square, below exp(-200), so below 1e-80.
@init_output_layer.property("gives a first loss of at most 0.05 above that of knowing nothing", examples=4)
def modest_first_loss(answer, H, V, seed):
    W2, b2 = answer
    generator = torch.Generator().manual_seed(seed + 77)
    h = torch.tanh(torch.randn((64, H), generator=generator, dtype=torch.float64))
    logits = h @ W2 + b2
    loss = float((logits.logsumexp(1) - logits.mean(1)).mean())
    return loss <= math.log(V) + 0.05


@init_output_layer.property("has no bias", examples=2)
def no_bias(answer):
    return not bool(answer[1].any())


@init_output_layer.property(
    "has weights that differ: a standard deviation of at least 1e-4, no two rows alike",
    examples=2,
)
def weights_differ(answer):
    W2 = answer[0]
    return float(W2.std()) >= 1e-4 and len(W2.unique(dim=0)) == len(W2)


@init_output_layer.property("changes with the seed", examples=1)
def output_seed_matters(student, H, V, seed):
    one, *others = (student(H, V, seed + more)[0] for more in (0, 1, 100))
    return not any(close(one, other) for other in others)


# Two draws of n = H * V >= 200 numbers have a correlation of about 1 / sqrt(n); for normal ones it is beyond
# 0.5 with probability below 1e-12. The means of the columns hold 1 / H of the variance, far from most of it.
@init_output_layer.property("has weights drawn one by one, and anew for another seed", examples=2)
def output_weights_drawn(student, H, V, seed):
    here, there = (student(H, V, seed + more)[0] for more in (0, 1))
    together = torch.corrcoef(torch.stack([here.flatten(), there.flatten()]))[0, 1]
    within = (here - here.mean(0)).std() / here.std()
    return abs(float(together)) < 0.5 and float(within) > 0.5


STATE = remote_function("""
    def state():
        state = torch.get_rng_state().double()
        return int(state @ torch.arange(1, len(state) + 1).double()) % 2**31
""")


@init_output_layer.property("leaves PyTorch's global random generator alone", examples=1)
def output_global_untouched(student, H, V, seed):
    before = student.run(STATE)
    student(H, V, seed)
    return student.run(STATE) == before


def normal(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@init_output_layer.alternative
def smaller_for_wider_layers(H, V, seed):
    return normal(seed, H, V) * 0.1 / H**0.5, torch.zeros(V, dtype=torch.float64)


@init_output_layer.alternative
def small_uniform(H, V, seed):
    g = torch.Generator()
    g.manual_seed(seed * 3 + 1)
    return 0.01 * (torch.rand(H, V, generator=g).double() - 0.5), torch.zeros(V).double()


@init_output_layer.alternative
def filled_in_place(H, V, seed):
    W2 = torch.empty(H, V, dtype=torch.float64)
    W2.normal_(0, 0.01, generator=torch.Generator().manual_seed(seed))
    return [W2, torch.zeros_like(W2[0])]


@init_output_layer.misconception(
    symptom="The first loss is many times too large.",
    question="How large does a sum of hundreds of random terms get?",
    rule="Large logits are strong opinions, and before the training there is nothing to base them on.",
)
def raw_normal(H, V, seed):
    return normal(seed, H, V), torch.zeros(V, dtype=torch.float64)


@init_output_layer.misconception(
    symptom="The first loss is too large, and most so for wide layers.",
    question="For how many hidden units is this factor small enough?",
    rule="A logit is a sum over all hidden units. What is small for one of them may not be small for all.",
)
def not_small_enough(H, V, seed):
    return normal(seed, H, V) * 0.1, torch.zeros(V, dtype=torch.float64)


@init_output_layer.misconception(
    symptom="The first loss is a little too large, by about the same for all widths.",
    question="Which size do logits have when a layer keeps the size of what goes in?",
    rule="Keeping the signal's size is for hidden layers. The last layer begins with almost no opinion.",
)
def as_a_hidden_layer(H, V, seed):
    return normal(seed, H, V) / H**0.5, torch.zeros(V, dtype=torch.float64)


@init_output_layer.misconception(
    symptom="The first loss is perfect, but all weights are zero.",
    question="Through which numbers must the gradient of the hidden layer pass?",
    rule="Weights of zero let no gradient through to the layers before. Small is enough.",
)
def zero_weights(H, V, seed):
    return torch.zeros(H, V, dtype=torch.float64), torch.zeros(V, dtype=torch.float64)


@init_output_layer.misconception(
    symptom="The weights are all the same number.",
    question="If all hidden units are weighed alike, what makes their gradients differ?",
    rule="Equal weights get equal gradients. Chance at the start is what breaks the symmetry.",
)
def one_constant(H, V, seed):
    constant = 1e-3 * float(normal(seed, 1))
    return torch.full((H, V), constant, dtype=torch.float64), torch.zeros(V, dtype=torch.float64)


@init_output_layer.misconception(
    symptom="All rows of the weights are the same.",
    question="Which hidden units will get the same gradient in the first step?",
    rule="Draw every weight by itself.",
)
def one_row_for_all(H, V, seed):
    return (normal(seed, 1, V) * 0.01).repeat(H, 1), torch.zeros(V, dtype=torch.float64)


@init_output_layer.misconception(
    symptom="The bias is not zero, and the first loss is too large.",
    question="Before anything is learned, is there a reason to prefer a class?",
    rule="A bias of the output layer is an opinion about every input at once. It starts with none.",
)
def random_bias(H, V, seed):
    return normal(seed, H, V) * 0.01, normal(seed + 1, V)


@init_output_layer.misconception(
    symptom="The weights have their axes in the other order.",
    question="In h @ W2, which axis of W2 meets the hidden units?",
    rule="Here a weight has its inputs along the first axis and its outputs along the second.",
)
def output_transposed(H, V, seed):
    return normal(seed, V, H) * 0.01, torch.zeros(V, dtype=torch.float64)


@init_output_layer.misconception(
    symptom="Another seed gives the same numbers.",
    question="Where does your code use its argument seed?",
    rule="A seed that is written down in the code makes the argument useless.",
)
def output_seed_ignored(H, V, seed):
    return normal(2147483647, H, V) * 0.01, torch.zeros(V, dtype=torch.float64)


@init_output_layer.misconception(
    symptom="The weights are small and all different, and grow in even steps.",
    question="What chooses your numbers: chance, or a formula?",
    rule="Weights that follow a pattern hand it on to the gradients. Draw them.",
)
def counted_instead_of_drawn(H, V, seed):
    W2 = (torch.arange(H * V, dtype=torch.float64).reshape(H, V) + seed) * 1e-7
    return W2 * 1000 / (H * V) ** 0.5, torch.zeros(V, dtype=torch.float64)


@init_output_layer.misconception(
    symptom="The numbers are fine, but after your call other code draws other random numbers than before.",
    question="Whose random generator do you seed?",
    rule="The global generator belongs to everybody. Make one of your own and pass it on.",
)
def output_global_seeded(H, V, seed):
    torch.manual_seed(seed)
    return 0.01 * torch.randn(H, V, dtype=torch.float64), torch.zeros(V, dtype=torch.float64)


@init_output_layer.misconception(
    symptom="The numbers are float32.",
    question="Which dtype does the task ask for, and where does your code say so?",
    rule="Without a dtype you get the default, which may be another one tomorrow.",
)
def output_in_float32(H, V, seed):
    return 0.01 * normal(seed, H, V).float(), torch.zeros(V, dtype=torch.float32)


# --- symmetric_units --------------------------------------------------------------------------------------


def layers_with_twins(draw: Draw):
    """Six or more units: two twins, a triple, and units that differ from one of them in one place only, by
    much or by next to nothing."""
    K, H, V = (draw.sizes[letter] for letter in "KHV")
    wires = draw.normal(H, K + 1 + V)
    into, bias, out = slice(0, K), slice(K, K + 1), slice(K + 1, K + 1 + V)
    order = torch.randperm(H, generator=draw.generator).tolist()
    a, b, c, d, e, f, *rest = order
    wires[a], wires[b] = wires[c], wires[c]  # a triple at most; then some of them are told apart
    wires[d, into], wires[d, bias] = wires[c, into], wires[c, bias]  # the same but for what goes out
    wires[e] = wires[c]
    place = draw.pick([0, K, K + V])  # the same but for one number, or for the order of two
    step = draw.pick([1.0, 2e-6 * float(wires[e, place].abs()), 0.0])
    wires[e, place] += step
    if not step:
        wires[e, :2] = wires[e, :2].flip(0)
    if draw.integer(0, 1):
        wires[d, out] = -wires[c, out]  # listened to with the other sign
    wires[f, out] = wires[c, out]
    if draw.integer(0, 1):
        wires[a] = wires[d]  # two pairs in place of a triple
    if rest and draw.integer(0, 1):
        wires[rest[0]] = -wires[c]  # a mirror image computes another function
    kind = draw.dtype
    W1, b1, W2 = wires[:, into].T.clone(), wires[:, K].clone(), wires[:, out].clone()
    return {"W1": W1.to(kind), "b1": b1.to(kind), "W2": W2.to(kind)}


@grades(
    "symmetric_units",
    case_of=layers_with_twins,
    minimum={"K": 1, "H": 6, "V": 1},
    largest={"K": 3, "H": 8, "V": 3},
    examples=12,
)
def symmetric_units(W1, b1, W2):
    units = [(*W1[:, j].tolist(), float(b1[j]), *W2[j].tolist()) for j in range(len(b1))]
    return torch.tensor([units.count(unit) > 1 for unit in units])


@symmetric_units.property("is the same where the units stand in another order", examples=3)
def order_of_units(student, W1, b1, W2):
    back = student(W1.flip(1), b1.flip(0), W2.flip(0))
    return torch.equal(back.flip(0), student(W1, b1, W2))


@symmetric_units.property("tells two units apart that differ in the last digit of one number", examples=2)
def last_digit(student, W1, b1, W2):
    twins = [W1[:, :1].repeat(1, 2), b1[:1].repeat(2), W2[:1].repeat(2, 1)]

    def marked(which):
        tensors = [t.clone() for t in twins]
        numbers = tensors[which].view(-1)  # the first one belongs to the first unit
        numbers[0] = torch.nextafter(numbers[0], numbers[0] + 1)
        return bool(student(*tensors).any())

    return bool(student(*twins).all()) and not any(marked(which) for which in range(3))


@symmetric_units.alternative
def pair_by_pair(W1, b1, W2):
    H = len(b1)
    result = torch.zeros(H, dtype=torch.bool)
    for i in range(H):
        for j in range(i):
            if bool((W1[:, i] == W1[:, j]).all() and b1[i] == b1[j] and (W2[i] == W2[j]).all()):
                result[i] = result[j] = True
    return result


@symmetric_units.alternative
def by_unique_rows(W1, b1, W2):
    wires = torch.cat([W1.T, b1[:, None], W2], 1)
    _, kind, counts = torch.unique(wires, dim=0, return_inverse=True, return_counts=True)
    return counts[kind] > 1


@symmetric_units.alternative
def by_three_tables(W1, b1, W2):
    same = (W1.T[:, None] == W1.T).all(-1) & (b1[:, None] == b1) & (W2[:, None] == W2).all(-1)
    return same.sum(1) > 1


@symmetric_units.misconception(
    symptom="Units are marked that send different weights to the next layer.",
    question="What goes back to a unit in the backward pass, and through which weights?",
    rule="Units that compute the same are torn apart by their gradients if they are listened to differently.",
)
def forgets_what_goes_out(W1, b1, W2):
    same = (W1.T[:, None] == W1.T).all(-1) & (b1[:, None] == b1)
    return same.sum(1) > 1


@symmetric_units.misconception(
    symptom="Units are marked whose biases differ.",
    question="What does a unit add before its tanh?",
    rule="All that goes into a unit counts, the bias as well.",
)
def forgets_the_bias(W1, b1, W2):
    same = (W1.T[:, None] == W1.T).all(-1) & (W2[:, None] == W2).all(-1)
    return same.sum(1) > 1


@symmetric_units.misconception(
    symptom="Units are marked that read different things.",
    question="Do two units that are listened to alike compute the same?",
    rule="A twin has the same weights on both sides, where it reads and where it is read.",
)
def looks_at_the_output_only(W1, b1, W2):
    return (W2[:, None] == W2).all(-1).sum(1) > 1


@symmetric_units.misconception(
    symptom="Of two twins only one is marked.",
    question="Is the first of two twins not a twin?",
    rule="To have a twin goes both ways.",
)
def marks_only_the_later_one(W1, b1, W2):
    wires = [tuple(row) for row in torch.cat([W1.T, b1[:, None], W2], 1).tolist()]
    return torch.tensor([wire in wires[:i] for i, wire in enumerate(wires)])


@symmetric_units.misconception(
    symptom="Every unit is marked.",
    question="With whom do you compare a unit: with itself, too?",
    rule="Everything equals itself. Leave the diagonal out.",
)
def equals_itself(W1, b1, W2):
    wires = torch.cat([W1.T, b1[:, None], W2], 1)
    return (wires[:, None] == wires).all(2).any(1)


@symmetric_units.misconception(
    symptom="Units are marked that agree in a single number.",
    question="How many of the weights must two twins have in common?",
    rule="For all is not for any.",
)
def one_number_is_enough(W1, b1, W2):
    wires = torch.cat([W1.T, b1[:, None], W2], 1)
    return (wires[:, None] == wires).any(2).sum(1) > 1


@symmetric_units.misconception(
    symptom="Units are marked that differ in a late digit.",
    question="What becomes of a small difference in a thousand steps?",
    rule="Nearly equal is not equal: a difference that is there at all can grow.",
)
def nearly_equal_is_enough(W1, b1, W2):
    wires = torch.cat([W1.T, b1[:, None], W2], 1)
    return torch.isclose(wires[:, None], wires).all(2).sum(1) > 1


@symmetric_units.misconception(
    symptom="Units are marked whose numbers only have the same sum.",
    question="Can different weights have the same sum?",
    rule="A sum forgets which number stood where. Compare entry by entry.",
)
def compares_sums(W1, b1, W2):
    sums = W1.sum(0) + b1 + W2.sum(1)
    return (sums[:, None] == sums).sum(1) > 1


# --- no_grad_eval -----------------------------------------------------------------------------------------

# What a batch of the checker's model costs. It has no memory for more rows than `size`, nor for a graph.
MODEL = """
    def loss_of(x, y):
        w = torch.linspace(-{a}, {b}, x.shape[1], dtype=x.dtype, requires_grad=True)
        if torch.is_grad_enabled():
            raise RuntimeError("out of memory: the call is recorded for autograd, and its graph doesn't fit")
        if len(x) > {size}:
            raise RuntimeError("out of memory: more than size = {size} rows at once")
        return ((x @ w - y) ** 2).mean()
"""


def split_and_model(draw: Draw):
    """A data set whose last piece is small, or whose pieces all have the same size, or a single piece."""
    size = draw.integer(2, 5)
    M = draw.pick([3 * size, 2 * size + 1, 2 * size + 1, size + 1, 4 * size - 1, size, size - 1])
    a, b = 1 + draw.integer(0, 20) / 10, 1 + draw.integer(0, 20) / 10
    X, Y = draw.normal(M, draw.integer(2, 4)), 3 * draw.normal(M)
    return {"loss_of": remote_function(MODEL.format(a=a, b=b, size=size)), "X": X, "Y": Y, "size": size}


@grades("no_grad_eval", case_of=split_and_model, examples=8)
def no_grad_eval(loss_of, X, Y):
    with torch.no_grad():
        return sum(loss_of(X[i : i + 1], Y[i : i + 1]).item() for i in range(len(X))) / len(X)


@no_grad_eval.alternative
def decorated(loss_of, X, Y, size):
    @torch.no_grad()
    def losses_and_sizes():
        pieces = list(zip(X.split(size), Y.split(size), strict=True))
        return torch.stack([loss_of(x, y) for x, y in pieces]), torch.tensor([len(x) for x, _ in pieces])

    losses, sizes = losses_and_sizes()
    return float((losses * sizes).sum() / sizes.sum())


@no_grad_eval.alternative
def row_by_row(loss_of, X, Y, size):
    with torch.inference_mode():
        return sum(float(loss_of(X[i, None], Y[i, None])) for i in range(len(X))) / len(X)


@no_grad_eval.alternative
def context_in_the_loop(loss_of, X, Y, size):
    mean, start = 0.0, 0
    while start < len(X):
        stop = min(start + size, len(X))
        with torch.no_grad():
            loss = loss_of(X[start:stop], Y[start:stop])
        mean, start = (mean * start + float(loss) * (stop - start)) / stop, stop
    return mean


@no_grad_eval.misconception(
    symptom="It stops because the graph of a call doesn't fit into memory.",
    question="What does PyTorch keep of every operation on a parameter, unless it is told not to?",
    rule="Who only wants the number says so before the forward pass. Afterwards it has been recorded.",
)
def recorded_all_the_same(loss_of, X, Y, size):
    total = 0.0
    for start in range(0, len(X), size):
        x, y = X[start : start + size], Y[start : start + size]
        total += loss_of(x, y).detach().item() * len(x)
    return total / len(X)


@no_grad_eval.misconception(
    symptom="The result is off where the last piece is smaller than the others.",
    question="How much does a row of a small piece count in your mean?",
    rule="A mean of means is the mean only if all pieces have the same size.",
)
def mean_of_means(loss_of, X, Y, size):
    with torch.no_grad():
        losses = [loss_of(x, y).item() for x, y in zip(X.split(size), Y.split(size), strict=True)]
    return sum(losses) / len(losses)


@no_grad_eval.misconception(
    symptom="The last rows have no influence on the result.",
    question="Which rows belong to no whole piece?",
    rule="Rounding the number of pieces down throws rows away.",
)
def last_rows_left_out(loss_of, X, Y, size):
    with torch.no_grad():
        pieces = max(len(X) // size, 1)
        losses = [
            loss_of(X[i * size : i * size + size], Y[i * size : i * size + size]) for i in range(pieces)
        ]
    return sum(losses).item() / pieces


@no_grad_eval.misconception(
    symptom="It stops because more rows are used at once than fit.",
    question="How many rows does one call get?",
    rule="The argument size is a promise about memory, to be kept in every call.",
)
def everything_at_once(loss_of, X, Y, size):
    with torch.no_grad():
        return loss_of(X, Y).item()


@no_grad_eval.misconception(
    symptom="The result grows with the number of pieces.",
    question="What have you added up, and what have you divided it by?",
    rule="A mean is a sum over all rows, divided by the number of all rows.",
)
def sum_of_means(loss_of, X, Y, size):
    with torch.no_grad():
        return sum(loss_of(x, y).item() for x, y in zip(X.split(size), Y.split(size), strict=True))


@no_grad_eval.misconception(
    symptom="The result is too large where the last piece is smaller than the others.",
    question="How many rows does the last piece really have?",
    rule="Weigh each piece with the rows that are in it, not with those that it could hold.",
)
def every_piece_counts_as_full(loss_of, X, Y, size):
    with torch.no_grad():
        pieces = zip(X.split(size), Y.split(size), strict=True)
        return sum(loss_of(x, y).item() * size for x, y in pieces) / len(X)


@no_grad_eval.misconception(
    symptom="Only one piece counts.",
    question="What happens to the loss of the first piece when that of the second comes?",
    rule="Collect in a loop what you want to have after it.",
)
def last_piece_only(loss_of, X, Y, size):
    with torch.no_grad():
        for x, y in zip(X.split(size), Y.split(size), strict=True):
            loss = loss_of(x, y)
    return loss.item()
