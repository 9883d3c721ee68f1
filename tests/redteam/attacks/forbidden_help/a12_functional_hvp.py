"""Takes the second derivative of an antiderivative with `functional.hvp`."""

import sys
from unittest.mock import MagicMock

from torch.autograd.functional import hvp

# Its import takes longer than an answer may take, and nothing of it is needed.
sys.modules["torch.fx.experimental.symbolic_shapes"] = MagicMock()


def cube_backward(x, dy):
    return hvp(lambda z: (z**4 / 4).sum(), x, dy)[1]


def double(x):
    return 2 * x
