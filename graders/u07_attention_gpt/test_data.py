"""What is true of tokens, of a split text and of batches drawn from it."""

import math
from itertools import pairwise

import torch
from jaxtyping import Int
from torch import Tensor

from dojo.grading import Draw, grades, remote_function

# -- tokens ---------------------------------------------------------------------------------------------

LETTERS = " \n!,.ABCMTZabcdefghklmnorstuwyz\u00e4\u00e9"


def texts(draw: Draw) -> dict[str, str]:
    """Three texts: one for the vocabulary (ten or more characters, some of them twice, in no order), one to
    be encoded with it, and one for another vocabulary."""
    order = torch.randperm(len(LETTERS), generator=draw.generator).tolist()
    chars = [LETTERS[i] for i in order[: draw.integer(10, 16)]]
    more = [draw.pick(chars) for _ in range(draw.integer(3, 8))]
    message = [draw.pick(chars) for _ in range(draw.integer(4, 9))]
    return {"text": "".join(chars + more), "message": "".join(message), "other": "".join(LETTERS[::2])}


@grades("char_vocab", case_of=texts, examples=6)
def char_vocab(text, message, other):
    chars = sorted(set(text))
    tokens = [chars.index(char) for char in message]
    return {
        "order of chars": "sorted",
        "chars": "".join(chars),
        "encode": tokens,
        "decode": message,
        "decode of all tokens": "".join(chars),
    }


def order_of(chars: list[str], text: str) -> str:
    """The order of a vocabulary, in words. That of a set is another one in every run, and so not told."""
    without_case = [char.lower() for char in chars]
    if chars == sorted(chars):
        return "sorted"
    if chars == list(dict.fromkeys(text)):
        return "as they occur in the text"
    if chars == sorted(chars, reverse=True):
        return "backwards"
    return "capitals among small letters" if without_case == sorted(without_case) else "none"


@char_vocab.play
def play_char_vocab(student, text: str, message: str, other: str):
    tokenizer = student(text)
    student(other)  # a second one must not disturb the first
    chars = list(tokenizer.chars)
    answer = {"order of chars": order_of(chars, text), "chars": "".join(sorted(chars))}
    names = ("encode", "decode", "decode of all tokens")
    if answer["order of chars"] != "sorted":
        return answer | dict.fromkeys(names)  # the rest would depend on their order
    tokens = [chars.index(char) for char in message]
    parts = (tokenizer.encode(message), tokenizer.decode(tokens), tokenizer.decode(list(range(len(chars)))))
    return answer | dict(zip(names, parts, strict=True))


@char_vocab.alternative
class TwoDictionaries:
    def __init__(self, text):
        self.chars = "".join(sorted(list(set(text))))
        self.stoi = {ch: i for i, ch in enumerate(self.chars)}
        self.itos = {i: ch for i, ch in enumerate(self.chars)}

    def encode(self, s):
        return [self.stoi[c] for c in s]

    def decode(self, ids):
        return "".join([self.itos[i] for i in ids])


@char_vocab.alternative
class SearchingEachTime:
    def __init__(self, text):
        self.chars = []
        for char in sorted(text):
            if char not in self.chars:
                self.chars.append(char)

    def encode(self, text):
        return list(map(self.chars.index, text))

    def decode(self, tokens):
        result = ""
        for token in tokens:
            result += self.chars[token]
        return result


@char_vocab.alternative
class Functions:
    def __init__(self, text):
        self.chars = sorted(dict.fromkeys(text))
        places = dict(zip(self.chars, range(len(self.chars)), strict=True))
        self.encode = lambda s: [places[c] for c in s]
        self.decode = lambda ids: "".join(self.chars[i] for i in ids)


@char_vocab.misconception(
    symptom="The characters are the right ones, in an order that may change from run to run.",
    question="In which order does a set hand out what it holds?",
    rule="A set has no order of its own. A model saved today must find the same tokens tomorrow.",
)
class UnsortedSet:
    def __init__(self, text):
        self.chars = list(set(text))

    def encode(self, text):
        return [self.chars.index(char) for char in text]

    def decode(self, tokens):
        return "".join(self.chars[token] for token in tokens)


char_vocab.misconception_by_edit(
    "in_order_of_appearance",
    old="sorted(set(text))",
    new="list(dict.fromkeys(text))",
    symptom="The characters are the right ones, in the order in which the text has them.",
    question="Which token would a character get if the text began with another sentence?",
    rule="An order that depends on the characters alone can be found again without the text.",
)
char_vocab.misconception_by_edit(
    "sorted_without_regard_to_case",
    old="sorted(set(text))",
    new="sorted(sorted(set(text)), key=str.lower)",
    symptom="The characters are the right ones, with each capital beside its small letter.",
    question="By what did you sort: by the characters, or by something made of them?",
    rule="Where nothing else is said, characters are sorted as Python sorts them.",
)
char_vocab.misconception_by_edit(
    "every_character_of_the_text",
    old="sorted(set(text))",
    new="sorted(text)",
    symptom="The vocabulary is longer than it should be, and some characters are in it more than once.",
    question="How many tokens does one character have?",
    rule="A vocabulary lists what there is, and not how often.",
)
char_vocab.misconception_by_edit(
    "counted_from_one",
    old="enumerate(self.chars)}",
    new="enumerate(self.chars, 1)}",
    symptom="All tokens are too large by one.",
    question="Which row of a table belongs to the first character?",
    rule="Tokens are used as indices, so they begin where indices begin.",
)
char_vocab.misconception_by_edit(
    "code_points",
    old="[self._tokens[char] for char in text]",
    new="[ord(char) for char in text]",
    symptom="The tokens are much larger than the vocabulary.",
    question="What is the largest token that a table with one row for each character can look up?",
    rule="A token is a place in this vocabulary, and not the number of the character in all writing.",
)
char_vocab.misconception_by_edit(
    "encoded_to_a_tensor",
    old="return [self._tokens[char] for char in text]",
    new="return torch.tensor([self._tokens[char] for char in text])",
    symptom="The tokens are right, but they come as a tensor.",
    question="What does the annotation of encode say that it returns?",
    rule="A tokenizer knows nothing of models: plain numbers go in and out, and the caller makes a tensor.",
)
char_vocab.misconception_by_edit(
    "decoded_to_a_list",
    old='"".join(self.chars[token] for token in tokens)',
    new="[self.chars[token] for token in tokens]",
    symptom="What is decoded is a list of characters.",
    question="What was it before it was encoded?",
    rule="Decoding undoes encoding: a text comes out as a text.",
)
char_vocab.misconception_by_edit(
    "joined_with_spaces",
    old='"".join(self',
    new='" ".join(self',
    symptom="What is decoded has a space after each character.",
    question="What stands before the dot of your join?",
    rule="Spaces are characters of the text like any other, and have a token of their own.",
)


@char_vocab.misconception(
    symptom="The first tokenizer answers with the vocabulary of the second.",
    question="To whom do your tables belong: to one tokenizer, or to all of them?",
    rule="What stands in the class is shared. What belongs to one object is set on self.",
)
class SharedTables:
    chars = ()

    def __init__(self, text):
        SharedTables.chars = sorted(set(text))

    def encode(self, text):
        return [self.chars.index(char) for char in text]

    def decode(self, tokens):
        return "".join(self.chars[token] for token in tokens)


# -- train and validation -------------------------------------------------------------------------------


def different_tokens(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Different whole numbers in no order, so that each says where it was."""
    return torch.randperm(3 * shape[0], generator=draw.generator)[: shape[0]]


@grades(
    "split_train_val", data=different_tokens, minimum={"M": 11}, largest={"M": 49}, may_alias=True, examples=8
)
def split_train_val(data):
    train = torch.stack([token for i, token in enumerate(data) if 10 * (i + 1) <= 9 * len(data)])
    return train, data[len(train) :]


@split_train_val.alternative
def as_in_the_lecture(data):
    n = int(0.9 * len(data))
    train_data = data[:n]
    val_data = data[n:]
    return train_data, val_data


@split_train_val.alternative
def by_torch_split(data):
    n = data.shape[0] * 9 // 10
    return torch.split(data, [n, data.shape[0] - n])


@split_train_val.alternative
def by_copies(data):
    n = (9 * data.numel() - 9 * data.numel() % 10) // 10
    return [data[:n].clone(), data[n - len(data) :].clone()]


@split_train_val.misconception(
    symptom="The two parts have the right lengths, but the order of the text is lost.",
    question="Which neighbours of a held-out character were trained on?",
    rule="Pieces of a text overlap. Only a part that lies apart from the rest can be a fair test.",
)
def shuffled_first(data):
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(1337))
    n = int(0.9 * len(data))
    return data[order[:n]], data[order[n:]]


@split_train_val.misconception(
    symptom="The held-out tokens are spread over the whole text.",
    question="Which neighbours of a held-out character were trained on?",
    rule="Pieces of a text overlap. Only a part that lies apart from the rest can be a fair test.",
)
def every_tenth_held_out(data):
    held_out = torch.arange(len(data)) % 10 == 9
    return data[~held_out], data[held_out]


@split_train_val.misconception(
    symptom="The parts have the right lengths, but it is the start of the text that is held out.",
    question="Which end of the text is kept for validation?",
    rule="Here it is the end. Two people compare their losses only on the same held-out text.",
)
def start_held_out(data):
    n = len(data) - int(0.9 * len(data))
    return data[n:], data[:n]


@split_train_val.misconception(
    symptom="The two parts stand in each other's place.",
    question="Which of the two results is to be trained on?",
    rule="Parts of the same kind change places without a word. Name them before you return them.",
)
def parts_swapped(data):
    n = int(0.9 * len(data))
    return data[n:], data[:n]


@split_train_val.misconception(
    symptom="The first part is one too long for some lengths of the text.",
    question="What is nine tenths of 19, and which whole number did you take?",
    rule="The task says which way to round. An int() and a // round down.",
)
def rounded_up(data):
    n = math.ceil(9 * len(data) / 10)
    return data[:n], data[n:]


@split_train_val.misconception(
    symptom="One token is in neither of the parts.",
    question="Where does the second part begin if the first ends before n?",
    rule="The end of a slice is left out, so the next one begins with the same number.",
)
def one_token_lost(data):
    n = int(0.9 * len(data))
    return data[:n], data[n + 1 :]


@split_train_val.misconception(
    symptom="The last token of the first part is the first of the second.",
    question="May a token that was trained on be part of the test?",
    rule="The end of a slice is left out, so the next one begins with the same number.",
)
def one_token_in_both(data):
    n = int(0.9 * len(data))
    return data[:n], data[n - 1 :]


# -- the examples in a chunk ----------------------------------------------------------------------------


def some_tokens(draw: Draw, shape: tuple[int, ...]) -> list[int]:
    """Three to eight whole numbers, each of them once."""
    return torch.randperm(60, generator=draw.generator)[: draw.integer(3, 8)].tolist()


@grades("chunk_examples", chunk=some_tokens, examples=6)
def chunk_examples(chunk):
    examples, context = [], []
    for here, following in pairwise(chunk):
        context = [*context, here]
        examples.append((context, following))
    return examples


@chunk_examples.alternative
def as_in_the_lecture_with_x_and_y(chunk):
    x, y = chunk[:-1], chunk[1:]
    return [(x[: t + 1], y[t]) for t in range(len(x))]


@chunk_examples.alternative
def growing_a_copy(chunk):
    result, context = [], []
    for token in chunk:
        if context:
            result.append((list(context), token))
        context.append(token)
    return result


@chunk_examples.alternative
def from_the_end(chunk):
    result = []
    while len(chunk) > 1:
        result.insert(0, [chunk[:-1], chunk[-1]])
        chunk = chunk[:-1]
    return result


@chunk_examples.misconception(
    symptom="Each target is the last token of its own context.",
    question="What would a model learn that is asked for a token which it is shown?",
    rule="The target is the token behind the context, and never a part of it.",
)
def target_is_shown(chunk):
    return [(chunk[: t + 1], chunk[t]) for t in range(len(chunk) - 1)]


@chunk_examples.misconception(
    symptom="One token between each context and its target is skipped.",
    question="Which token comes right after the last one of the context?",
    rule="The end of a slice is left out, so the target has the index of the slice's end.",
)
def one_too_far(chunk):
    return [(chunk[:t], chunk[t + 1]) for t in range(1, len(chunk) - 1)]


@chunk_examples.misconception(
    symptom="There is an example too many, with an empty context.",
    question="From what is the first token of a chunk predicted?",
    rule="A chunk of n tokens holds n - 1 examples: the first token is only ever a context.",
)
def empty_context(chunk):
    return [(chunk[:t], chunk[t]) for t in range(len(chunk))]


@chunk_examples.misconception(
    symptom="The last example is missing.",
    question="Is the last token of the chunk the target of any of your examples?",
    rule="A chunk of n tokens holds n - 1 examples: the last token is only ever a target.",
)
def last_one_missing(chunk):
    return [(chunk[:t], chunk[t]) for t in range(1, len(chunk) - 1)]


@chunk_examples.misconception(
    symptom="All contexts have one token.",
    question="Where does the context of a later example begin?",
    rule="Every context begins at the start of the chunk, so that the model meets all lengths.",
)
def only_the_last_token(chunk):
    return [([chunk[t - 1]], chunk[t]) for t in range(1, len(chunk))]


@chunk_examples.misconception(
    symptom="All contexts are the same list, the longest one.",
    question="How many lists did you make, and how many times did you append one of them?",
    rule="A list that grows later has grown everywhere it is held. Give each example a copy.",
)
def one_list_for_all(chunk):
    result, context = [], []
    for t in range(1, len(chunk)):
        context.append(chunk[t - 1])
        result.append((context, chunk[t]))
    return result


@chunk_examples.misconception(
    symptom="The examples are right, the longest context first.",
    question="In which order should the examples come?",
    rule="The shortest context comes first, as the characters come when one reads.",
)
def longest_first(chunk):
    return [(chunk[:t], chunk[t]) for t in range(len(chunk) - 1, 0, -1)]


# -- batches --------------------------------------------------------------------------------------------

TOKENS = 60
ROWS = 500  # of a large batch: with five places to start at, each is drawn about 100 times
MANY = 10_000  # of the batch that shows how even the places are

BATCHES = remote_function("""
def batches(get_batch, data, B, T, rows, seed):
    torch.default_generator.manual_seed(seed + 1)  # a batch from the global generator is recognised
    before = torch.get_rng_state()
    first, second = (torch.Generator().manual_seed(seed) for _ in range(2))
    small, again = get_batch(data, B, T, first), get_batch(data, B, T, second)
    large, following = get_batch(data, rows, T, first), get_batch(data, rows, T, first)
    return [small, again, large, following, torch.equal(before, torch.get_rng_state())]
""")


def a_text(draw: Draw) -> dict[str, object]:
    """A text with room for three to five places to start at."""
    T, B = draw.integer(3, 6), draw.integer(2, 4)
    data = torch.randperm(TOKENS, generator=draw.generator)[: T + draw.integer(3, 5)]
    return {"data": data, "B": B, "T": T, "seed": draw.integer(0, 9999)}


# What is true of batches of every size and seed, and is told by a large one.
ALWAYS = {
    "each row of x is a piece of the data": True,
    "how far y is ahead of x": [1],
    "same generator, same batch": True,
    "next call, other batch": True,
    "all places are about equally likely": True,
    "each row starts one place after the row before": False,
    "random numbers from elsewhere": False,
}
FORM = ("shapes of x and y", "rows of a larger batch", "places at which a row starts")


# Each of at most five places is drawn about 100 times or more. By Chernoff's bound one of them is drawn less
# than a third as often with a probability below exp(-500 * 0.0706) = 5e-16, and more than three times as
# often with a much smaller one; a grading has fewer than 100 cases. And the property below, which is tried
# once, looks at no more than 20 shares in 10,000 rows: each is so far off that n KL(share, fair share) > 30
# with a probability below 2 exp(-30) = 1.9e-13.
PLACES_ARE_UNFAIR = 1e-11


@grades("get_batch", case_of=a_text, examples=6, false_positive=PLACES_ARE_UNFAIR)
def get_batch(data, B, T, seed):
    form = ([[B, T], [B, T]], ROWS, list(range(len(data) - T)))
    return dict(zip(FORM, form, strict=True)) | ALWAYS


@get_batch.play
def play_get_batch(student, data: Int[Tensor, "M"], B: int, T: int, seed: int):
    small, again, large, following, untouched = student.run(BATCHES, student, data, B, T, ROWS, seed)
    x, y = large
    form = ([list(part.shape) for part in small], len(x), None)
    answer = dict(zip(FORM, form, strict=True)) | dict.fromkeys(ALWAYS)
    if list(x.shape) != [ROWS, T] or list(y.shape) != [ROWS, T]:
        return answer
    place_of = torch.zeros(TOKENS, dtype=torch.int64)
    place_of[data] = torch.arange(len(data))
    in_x, in_y = place_of[x], place_of[y]
    starts = in_x[:, 0]
    places = len(data) - T
    counts, fair = starts.bincount(minlength=places), ROWS / places
    return answer | {
        "places at which a row starts": starts.unique().tolist(),
        "each row of x is a piece of the data": bool((in_x.diff(dim=1) == 1).all()),
        "how far y is ahead of x": (in_y - in_x).unique().tolist(),
        "same generator, same batch": torch.equal(small[0], again[0]),
        "next call, other batch": not torch.equal(x, following[0]),
        "all places are about equally likely": bool((counts > fair / 3).all() and (counts < 3 * fair).all()),
        "each row starts one place after the row before": bool((starts.diff() % places == 1).all()),
        "random numbers from elsewhere": not untouched,
    }


LARGE_BATCH = remote_function("""
def large_batch(get_batch, data, T, rows, seed):
    return get_batch(data, rows, T, torch.Generator().manual_seed(seed))[0]
""")


def even(outcomes: Tensor, kinds: int) -> bool:
    """Whether independent draws of equally likely outcomes, counted from 0, may well be like this."""
    share, fair = outcomes.bincount(minlength=kinds).double() / len(outcomes), 1 / kinds
    gap = torch.xlogy(share, share / fair) + torch.xlogy(1 - share, (1 - share) / (1 - fair))
    return bool((len(outcomes) * gap <= 30).all())


@get_batch.property("starts everywhere equally often, and in each row wherever the others start", examples=1)
def fair_and_independent(student, data, T, seed):
    x = student.run(LARGE_BATCH, student, data, T, MANY, seed)
    place_of, places = torch.zeros(TOKENS, dtype=torch.int64), len(data) - T
    place_of[data] = torch.arange(len(data))
    starts = place_of[x[:, 0]]
    # How far apart two rows start, that stand side by side or half a batch apart: no row is in two pairs.
    neighbours, halves = starts[1::2] - starts[::2], starts[MANY // 2 :] - starts[: MANY // 2]
    return all(even(part % places, places) for part in (starts, neighbours, halves))


@get_batch.alternative
def stacked_slices(data, B, T, gen):
    ix = torch.randint(len(data) - T, (B,), generator=gen)
    x = torch.stack([data[i : i + T] for i in ix])
    y = torch.stack([data[i + 1 : i + T + 1] for i in ix])
    return x, y


@get_batch.alternative
def by_unfolding(data, B, T, gen):
    windows = data.unfold(0, T + 1, 1)
    chosen = windows[torch.randint(0, windows.shape[0], [B], generator=gen)]
    return chosen[:, :-1], chosen[:, 1:]


@get_batch.alternative
def by_rand(data, B, T, gen):
    starts = (torch.rand(B, generator=gen) * (len(data) - T)).long()
    rows = [(data[s : s + T], data[s + 1 : s + 1 + T]) for s in starts.tolist()]
    return [torch.stack(part) for part in zip(*rows, strict=True)]


@get_batch.alternative
def row_by_row(data, B, T, gen):
    x = torch.zeros(B, T, dtype=data.dtype)
    y = torch.zeros(B, T, dtype=data.dtype)
    for b in range(B):
        start = torch.randint(len(data) - T, (1,), generator=gen).item()
        x[b] = data[start : start + T]
        y[b] = data[start + 1 : start + T + 1]
    return x, y


@get_batch.alternative
def by_multinomial(data, B, T, gen):
    starts = torch.multinomial(torch.ones(len(data) - T), B, replacement=True, generator=gen)
    places = starts.view(-1, 1) + torch.arange(T).view(1, -1)
    return torch.take(data, places), torch.take(data, places + 1)


@get_batch.misconception(
    symptom="The targets are the inputs.",
    question="What would a model learn that is asked for the token which it is shown?",
    rule="Each target is the token after, so the targets are the same text, moved by one.",
)
def y_is_x(data, B, T, gen):
    ix = torch.randint(len(data) - T, (B,), generator=gen)
    x = torch.stack([data[i : i + T] for i in ix])
    return x, x.clone()


get_batch.misconception_by_edit(
    "moved_by_two",
    old="return data[places], data[places + 1]",
    new="return data[places], data[(places + 2).clamp(max=len(data) - 1)]",
    symptom="The targets skip a token.",
    question="By how much is the text of the targets moved?",
    rule="Each target is the very next token.",
)
get_batch.misconception_by_edit(
    "last_start_left_out",
    old="len(data) - T,",
    new="len(data) - T - 1,",
    symptom="The last token of the data is never a target.",
    question="Is the upper end of randint drawn too, or is it left out?",
    rule="Write the last place at which there is room, then see whether your range reaches it.",
)


@get_batch.misconception(
    symptom="Now and then it fails: one of the rows is shorter than the others.",
    question="What is the last place at which there is still room for T tokens and one more?",
    rule="The targets end one token after the inputs, so the last place is one earlier than it seems.",
)
def no_room_for_the_targets(data, B, T, gen):
    ix = torch.randint(len(data) - T + 1, (B,), generator=gen)
    x = torch.stack([data[i : i + T] for i in ix])
    y = torch.stack([data[i + 1 : i + T + 1] for i in ix])
    return x, y


@get_batch.misconception(
    symptom="It fails often: some of the rows are shorter than the others.",
    question="What is the last place at which there is still room for T tokens and one more?",
    rule="A slice beyond the end is silently shorter. Take places only where there is room.",
)
def any_place(data, B, T, gen):
    ix = torch.randint(len(data), (B,), generator=gen)
    x = torch.stack([data[i : i + T] for i in ix])
    y = torch.stack([data[i + 1 : i + T + 1] for i in ix])
    return x, y


# Both of these fail with the same error on every large batch.
SAME = {("get_batch", "any_place", "no_room_for_the_targets")}

get_batch.misconception_by_edit(
    "same_place_for_all_rows",
    old="torch.randint(len(data) - T, (B,), generator=gen)",
    new="torch.randint(len(data) - T, (1,), generator=gen).repeat(B)",
    symptom="All rows of a batch are the same.",
    question="How many places did you draw?",
    rule="A batch is of use only if its rows are different: draw a place for each of them.",
)
get_batch.misconception_by_edit(
    "global_generator",
    old=", generator=gen)",
    new=")",
    symptom="The same generator gives other batches when you ask again.",
    question="Where do your random numbers come from, if nobody says where from?",
    rule="Without a generator torch uses one that everybody shares. Then no run can be repeated alone.",
)
get_batch.misconception_by_edit(
    "seeded_anew_each_time",
    old="generator=gen)",
    new="generator=torch.Generator().manual_seed(1337))",
    symptom="Every call gives the same batch.",
    question="Who decides when the random numbers start anew: the caller or the function?",
    rule="A generator goes on where it stopped. A function that seeds draws the same numbers forever.",
)
get_batch.misconception_by_edit(
    "pieces_without_overlap",
    old="torch.randint(len(data) - T, (B,), generator=gen)",
    new="T * torch.randint(max((len(data) - 1) // T, 1), (B,), generator=gen)",
    symptom="Rows start at multiples of T only.",
    question="How many places are there to start at, and how many of them do you use?",
    rule="Every place with enough room is a place to start at. Otherwise some contexts are never seen.",
)
get_batch.misconception_by_edit(
    "rows_in_order",
    old="torch.randint(len(data) - T, (B,), generator=gen)",
    new="torch.arange(B) % (len(data) - T)",
    symptom="There is nothing random in the batches.",
    question="What does your code do with the generator?",
    rule="Random places make each batch a fair sample of the text.",
)


@get_batch.misconception(
    symptom="The shapes are (T, B) where (B, T) is asked for.",
    question="Along which axis did you stack?",
    rule="The batch comes first, time second.",
)
def time_first(data, B, T, gen):
    ix = torch.randint(len(data) - T, (B,), generator=gen)
    x = torch.stack([data[i : i + T] for i in ix], dim=1)
    y = torch.stack([data[i + 1 : i + T + 1] for i in ix], dim=1)
    return x, y
