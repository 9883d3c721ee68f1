"""What is true of a loss over preferred answers."""

import torch
from torch.nn.functional import logsigmoid

from dojo.grading import Draw, grades


def winners(draw: Draw, shape: tuple[int, ...]) -> torch.Tensor:
    """Rewards of which two are a thousand off, up and down, so that an exponential of a difference overflows.
    With the first one there is always a pair that a gradient can be seen of."""
    rewards = draw.normal(*shape)
    if len(rewards) > 2:
        rewards[-2] += 1000.0
        rewards[-1] -= 1000.0
    return rewards


def losers(draw: Draw, shape: tuple[int, ...]) -> torch.Tensor:
    """Rewards of which none is that of a winner: there, a sum of two cases would have no slope."""
    return draw.normal(*shape) + 0.25


@grades(
    "reward_pair_loss",
    better=winners,
    worse=losers,
    minimum={"N": 3},
    one="N",
    examples=10,
    differentiable=True,
)
def pair_loss(better, worse):
    return -logsigmoid(better - worse).mean()


@pair_loss.alternative
def by_two_cases(better, worse):
    d = better - worse
    return torch.where(d > 0, torch.log1p(torch.exp(-d.abs())), -d + torch.log1p(torch.exp(-d.abs()))).mean()


@pair_loss.alternative
def by_softmax_over_the_pair(better, worse):
    return -torch.stack([better, worse]).log_softmax(dim=0)[0].mean()


@pair_loss.alternative
def pair_by_pair(better, worse):
    loss = torch.zeros((), dtype=better.dtype)
    for a, b in zip(better, worse, strict=True):
        loss = (
            loss + torch.log1p(torch.exp(b - a)) if a > b else loss + (b - a) + torch.log1p(torch.exp(a - b))
        )
    return loss / len(better)


@pair_loss.misconception(
    symptom="Rewards a few hundred apart give infinity.",
    question="How large is the sigmoid of -1000 in float64, and what is its logarithm?",
    rule="A logarithm of an exponential is computed in one step, never through a number that underflows.",
)
def sigmoid_then_log(better, worse):
    return -torch.sigmoid(better - worse).log().mean()


@pair_loss.misconception(
    symptom="The loss falls when the model prefers the wrong answers.",
    question="Which of the two rewards should be the larger one?",
    rule="The difference has a direction: from the answer that lost to the one that won.",
)
def winner_and_loser_swapped(better, worse):
    d = worse - better
    return torch.logaddexp(torch.zeros_like(d), -d).mean()


@pair_loss.misconception(
    symptom="The loss grows with the number of pairs.",
    question="Would the loss of the same pairs, each listed twice, be another one?",
    rule="A loss that is compared between batches of different sizes is an average.",
)
def summed_over_pairs(better, worse):
    d = better - worse
    return torch.logaddexp(torch.zeros_like(d), -d).sum()


@pair_loss.misconception(
    symptom="A single pair is right and several are not.",
    question="Is each pair judged by itself before anything is averaged?",
    rule="A mean and a curved function cannot change places.",
)
def averaged_before_the_sigmoid(better, worse):
    d = (better - worse).mean()
    return torch.logaddexp(torch.zeros_like(d), -d)
