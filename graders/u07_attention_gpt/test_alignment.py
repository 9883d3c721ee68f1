"""What is true of a loss over preferred answers."""

import torch
from torch.nn.functional import logsigmoid

from dojo.grading import Draw, grades


def rewards(draw: Draw, shape: tuple[int, ...]) -> torch.Tensor:
    """Rewards of which some are hundreds apart, so that an exponential of their difference overflows."""
    return draw.normal(*shape) * draw.pick([1.0, 1.0, 500.0])


@grades("reward_pair_loss", better=rewards, worse=rewards, examples=8)
def pair_loss(better, worse):
    return -logsigmoid(better - worse).mean()


@pair_loss.alternative
def by_two_cases(better, worse):
    d = better - worse
    return torch.where(d > 0, torch.log1p(torch.exp(-d.abs())), -d + torch.log1p(torch.exp(-d.abs()))).mean()


@pair_loss.alternative
def by_softmax_over_the_pair(better, worse):
    return -torch.stack([better, worse]).log_softmax(dim=0)[0].mean()


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
