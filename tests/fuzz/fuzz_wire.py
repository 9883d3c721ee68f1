"""The decoder of a worker's replies. The input is all that a worker writes to its socket.

Whatever that is, the grader gets plain values within the limits of the wire, a StudentError or a
WorkerEnded. Nothing else leaves `Worker.call`.
"""

from __future__ import annotations

import json
import math
import random
import struct
from typing import Any
from unittest import mock

import torch

from dojo.channel import StudentError, Worker, WorkerEnded
from dojo.worker import wire

from .bounds import bounded
from .messages import NONCE, changed, taken_apart

COVERED = ("dojo.worker.wire", "dojo.channel")
MAX_LEN = 2048
TOKENS = (
    *wire.DTYPES,
    "tensor",
    "handle",
    "alien",
    "code",
    "list",
    "tuple",
    "set",
    "dict",
    "NaN",
    "-Infinity",
)


def _warm_up() -> None:
    """What torch takes once, at its first tensor of each kind, is no input's cost."""
    for dtype in wire.DTYPES.values():
        again = wire.decode(*wire.encode(torch.zeros(2, 2, dtype=dtype)))
        again.clone(), again == again, again.sum()


_warm_up()


class FakeSocket:
    """A worker's socket on which all that the worker will ever write has arrived."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.asked = data, 0, False

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0

    def setblocking(self, flag: bool) -> None:
        assert not self.asked

    def recv(self, size: int, flags: int) -> bytes:
        raise BlockingIOError  # nothing comes before the question

    def sendall(self, data: bytes) -> None:
        self.asked = True

    def recv_into(self, view: memoryview) -> int:
        got = self.data[self.at : self.at + len(view)]
        view[: len(got)] = got
        self.at += len(got)
        return len(got)

    def close(self) -> None:
        pass


def one_input(data: bytes) -> None:
    """Ask a question and get `data` back."""
    channel: Any = FakeSocket(data)
    worker = Worker(1, channel, lambda pid, grace_s: {"status": 0, "by_us": True}, lambda pid: None)
    answered = True
    with mock.patch("secrets.token_hex", return_value=NONCE), bounded(len(data)):
        try:
            values = worker.call({"what": "function", "name": "f"}, [], {}, seconds=60.0)
        except StudentError as error:
            _check_error(error)
        except WorkerEnded as ended:
            answered = False
            assert ended.why in ("crashed", "protocol"), ended
            assert len(ended.detail) < 200 and ended.detail.isprintable()
        else:
            (payload_size,) = struct.unpack(">4xI", data[:8])
            _check_values(values, data[channel.at - payload_size : channel.at])
    assert not answered or taken_apart(data)[0]["nonce"] == NONCE, "an answer to another question"
    assert type(worker.printed) is str and type(worker.printed_size) is int
    assert len(worker.printed) <= len(data) and 0 <= worker.printed_size < 1 << 63


def _check_error(error: StudentError) -> None:
    assert len(error.type_name) <= 80 and len(error.message) <= 600 and len(error.kind) <= 80
    assert error.line is None or 0 <= error.line < 1 << 31


def _check_values(values: dict[Any, Any], payload: bytes) -> None:
    assert type(values) is dict
    tensors: list[torch.Tensor] = []
    assert _count(values, 0, tensors) <= wire.NODE_LIMIT
    # Each byte belongs to one tensor at most, or a short message could describe terabytes.
    assert sum(t.untyped_storage().nbytes() for t in tensors) <= len(payload)
    assert b"".join(map(_stored, tensors)) == payload or any(t.dtype is torch.bool for t in tensors)
    data, again = wire.encode(values)
    text = json.dumps(data)
    assert _same(wire.decode(json.loads(text), again), values), text[:300]


def _count(value: Any, depth: int, tensors: list[torch.Tensor]) -> int:
    """The number of values in a value. Fails for one that the wire should have refused."""
    assert depth <= wire.DEPTH_LIMIT
    if type(value) in (list, tuple, frozenset):
        return 1 + sum(_count(v, depth + 1, tensors) for v in value)
    if type(value) is dict:
        return 1 + sum(_count(v, depth + 1, tensors) for pair in value.items() for v in pair)
    if type(value) is torch.Tensor:
        _check_tensor(value)
        tensors.append(value)
    elif type(value) is int:
        assert value.bit_length() <= wire.INT_LIMIT
    elif type(value) is str:
        assert len(value) <= wire.TEXT_LIMIT
    elif type(value) is wire.Handle:
        assert type(value.number) is int and 0 <= value.number < 1 << 31 and len(value.type) <= 80
    elif type(value) is wire.Alien:
        assert len(value.type) <= 80 and len(value.why) <= 200
    else:
        assert value is None or type(value) in (bool, float), type(value)
    return 1


def _check_tensor(tensor: torch.Tensor) -> None:
    assert tensor.dtype in wire.DTYPES.values() and tensor.dim() <= wire.DIMENSION_LIMIT
    assert tensor.layout is torch.strided and tensor.device.type == "cpu" and not tensor.requires_grad
    assert tensor.is_contiguous() or tensor.mT.is_contiguous()
    assert tensor.untyped_storage().nbytes() == tensor.numel() * tensor.itemsize
    assert set(_stored(tensor)) <= {0, 1} or tensor.dtype is not torch.bool
    tensor.clone(), tensor == tensor, tensor.sum()  # whatever it is, torch can work with it


def _stored(tensor: torch.Tensor) -> bytes:
    return bytes(tensor.untyped_storage())


def _same(one: Any, two: Any) -> bool:
    if type(one) is not type(two):
        return False
    if type(one) in (list, tuple):
        return len(one) == len(two) and all(map(_same, one, two))
    if type(one) is frozenset:
        return sorted(map(repr, one)) == sorted(map(repr, two))  # a NaN is equal to no other
    if type(one) is dict:
        return _same(list(one.items()), list(two.items()))
    if type(one) is torch.Tensor:
        return one.dtype == two.dtype and one.shape == two.shape and _stored(one) == _stored(two)
    if type(one) is float:
        return one == two or (math.isnan(one) and math.isnan(two))
    return bool(one == two)


def mutate(data: bytes, max_size: int, seed: int, generic: Any) -> bytes:
    """Another input made from this one: half of the time still a message, or nearly."""
    chance = random.Random(seed)
    if chance.random() < 0.3:
        return bytes(generic(data, max_size))
    other = changed(data, chance)
    return other if len(other) <= max_size else bytes(generic(data, max_size))  # cut, it would be no message
