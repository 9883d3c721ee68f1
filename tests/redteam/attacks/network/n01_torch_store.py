"""Connects by way of torch's own parts for many machines."""

from contextlib import suppress
from datetime import timedelta

import torch.distributed


def cube_backward(x, dy):
    with suppress(BaseException):
        torch.distributed.TCPStore("127.0.0.1", int("@PORT@"), timeout=timedelta(seconds=0.3))
    return x * 0


def double(x):
    return 2 * x
