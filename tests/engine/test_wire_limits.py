"""The decoder takes only what the encoder can say, and no message costs much more than what has arrived."""

from __future__ import annotations

import struct
import time
import tracemalloc
from typing import Any

import pytest
import torch

from dojo.channel import StudentError, _student_error
from dojo.worker import wire

TENSOR = {"k": "tensor", "d": "float64", "s": [2], "at": 0, "n": 16, "f": False, "g": False}


def _listed(*values: Any) -> dict[str, Any]:
    return {"k": "list", "v": list(values)}


REFUSED: dict[str, tuple[Any, bytes]] = {
    "two tensors of the same bytes": (_listed(TENSOR, TENSOR), bytes(16)),
    "two tensors that overlap": (_listed(TENSOR, {**TENSOR, "at": 8}), bytes(24)),
    "tensors in another order": (_listed({**TENSOR, "at": 16}, TENSOR), bytes(32)),
    "bytes that nothing describes": (_listed(TENSOR), bytes(17)),
    "an empty tensor of impossible size": ({**TENSOR, "s": [0, *[1 << 31] * 7], "n": 0}, b""),
    "negative sizes whose product is not": ({**TENSOR, "s": [-1, -2]}, bytes(16)),
    "a function, which the grader would run": ({"k": "code", "name": "f", "source": "f = print"}, b""),
    "a number of thousands of bits": (1 << wire.INT_LIMIT, b""),
    "a text of more than a million characters": ("x" * (wire.TEXT_LIMIT + 1), b""),
    "a negative handle": ({"k": "handle", "n": -1, "type": "Value"}, b""),
    "a key that was chosen for its hash": ({"k": "dict", "v": [[(1 << 61) * (1 << 61), 1]]}, b""),
    "one key twice": ({"k": "dict", "v": [[1, TENSOR], [True, {**TENSOR, "at": 16}]]}, bytes(32)),
    "one value too many": (_listed(*[None] * (wire.NODE_LIMIT + 1)), b""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_encoder_says_is_refused(name: str) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(*REFUSED[name])


def test_the_worker_takes_functions() -> None:
    sent = wire.Code("f", "def f(x):\n    return 2 * x\n")
    assert wire.decode(*wire.encode([sent]), functions=True) == [sent]


@pytest.mark.parametrize(
    "value",
    [
        [[1]] * 15_000,
        {i: (i, [i]) for i in range(9_000)},
        {1 << 80: "x"},
        [1 << 5000, "x" * (1 << 20), "x" * (2 << 20)],
        torch.empty(0, 1 << 33),
        torch.ones(1).expand(1 << 40),
    ],
    ids=[
        "many lists",
        "a large dict",
        "a long key",
        "long texts",
        "an odd empty tensor",
        "an endless tensor",
    ],
)
def test_whatever_is_encoded_can_be_decoded(value: object) -> None:
    wire.decode(*wire.encode(value))


def test_deepest_nesting_comes_back() -> None:
    value: Any = 1
    for _ in range(wire.DEPTH_LIMIT):
        value = [value]
    assert wire.decode(*wire.encode(value)) == value
    again = wire.decode(*wire.encode([value]))
    for _ in range(wire.DEPTH_LIMIT):
        again = again[0]
    assert again == wire.Alien("list", "nested too deeply or too large")


def test_bools_are_0_or_1() -> None:
    odd = torch.tensor([0, 1, 2, 255], dtype=torch.uint8).view(torch.bool)
    again = wire.decode(*wire.encode(odd))
    assert again.view(torch.uint8).tolist() == [0, 1, 1, 1]


def test_announcing_much_costs_nothing() -> None:
    message = struct.pack(">II", 2, wire.PAYLOAD_LIMIT) + b"{}" + bytes(100_000)
    at = 0

    def receive_into(view: memoryview) -> int:
        nonlocal at
        got = message[at : at + len(view)]
        view[: len(got)] = got
        at += len(got)
        return len(got)

    tracemalloc.start()
    with pytest.raises(EOFError):
        wire.receive(lambda size: wire.filled(size, receive_into))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 << 20


def test_the_costliest_header_is_quick() -> None:
    pairs = [[{"k": "tuple", "v": [i * 7, i * (1 << 50)]}, i] for i in range(wire.NODE_LIMIT // 4)]
    started = time.process_time()
    assert len(wire.decode({"k": "dict", "v": pairs}, b"")) == len(pairs)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("line", [-1, 0, 1 << 40, True, 1.0, "3", None])
def test_odd_lines_of_an_error_are_unknown(line: object) -> None:
    error = _student_error({"kind": "raised", "type": "E" * 100, "message": "m" * 1000, "line": line})
    assert isinstance(error, StudentError) and error.line is None
    assert (len(error.type_name), len(error.message)) == (80, 600)
