"""The dull wire: how values cross between grader and worker. Both sides use this file; nothing is pickled.

A message is two lengths, a JSON header and raw bytes. Scalars travel as JSON; tensors as dtype, shape and
the bytes that follow those of the tensor before; an object that stays in the worker as a numbered handle;
whatever else as an `Alien`, which says only what it was. The decoder checks every field and believes none of
them. It takes only what `encode` can say, and nothing costs it much more than what has arrived.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch

HEADER_LIMIT = 4 << 20  # bytes of JSON
PAYLOAD_LIMIT = 256 << 20  # bytes of tensors
DEPTH_LIMIT = 16
NODE_LIMIT = 20_000
TEXT_LIMIT = 1 << 20  # characters of one text
INT_LIMIT = 4096  # bits of one whole number
KEY_LIMIT = 64  # bits of a whole number as a key: longer ones can be chosen so that all have the same hash
HANDLE_LIMIT = 1 << 31
DIMENSION_LIMIT = 8
SIZE_LIMIT = 1 << 31  # of one dimension
_STEP = 8 << 20  # bytes by which a buffer grows at most
_LENGTHS = struct.Struct(">II")

_FLOATS = (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128)
_WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)
DTYPES: dict[str, torch.dtype] = {str(t).removeprefix("torch."): t for t in (*_FLOATS, *_WHOLE)}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_BOOLS = bytes([0]) + bytes([1]) * 255  # a bool that is neither 0 nor 1 would be equal to no other
# Captured before any student code runs, so that a patched torch cannot lie while an answer is encoded.
_Tensor = torch.Tensor
_frombuffer, _empty = torch.frombuffer, torch.empty
_detach, _contiguous = torch.Tensor.detach, torch.Tensor.contiguous
_as_strided = torch.Tensor.as_strided


class WireError(Exception):
    """A message that breaks the protocol."""


@dataclass(frozen=True)
class Handle:
    """An object that stays in the worker: its number there and the name of its type."""

    number: int
    type: str


@dataclass(frozen=True)
class Alien:
    """A value that may not cross: the name of its type, and why."""

    type: str
    why: str


@dataclass(frozen=True)
class Name:
    """A function or class of the student's module, as an argument."""

    name: str


@dataclass(frozen=True)
class Code:
    """A self-contained function sent as source text, for exercises that take a function.

    The grader calls it directly; the worker builds a function of its own from the same text.
    """

    name: str
    source: str

    def build(self) -> Callable[..., Any]:
        """The function that the text defines, in a fresh namespace that holds torch."""
        namespace: dict[str, Any] = {"torch": torch}
        exec(_compiled(self.source), namespace)
        return namespace[self.name]

    def __call__(self, *args: Any) -> Any:
        return self.build()(*args)


@lru_cache(maxsize=64)
def _compiled(source: str) -> Any:
    return compile(source, "<function from the grader>", "exec")


def encode(value: Any, keep: Callable[[Any], Handle | None] = lambda value: None) -> tuple[Any, bytearray]:
    """`value` as plain JSON data and the bytes of its tensors. `keep` may turn an object into a handle."""
    payload = bytearray()
    return _encode(value, payload, keep, 0, [NODE_LIMIT]), payload


def _encode(
    value: Any, payload: bytearray, keep: Callable[[Any], Handle | None], depth: int, budget: list[int]
) -> Any:
    kind = type(value)
    if kind in (Counter, OrderedDict, defaultdict):
        value, kind = dict(value), dict  # what is special about them is of no use to who reads the answer
    if kind.__module__ == "torch.return_types" and isinstance(value, tuple):
        value, kind = tuple(value), tuple
    if value is None or kind in (bool, int, float, str):
        return value if _is_small(value) else {"k": "alien", "type": kind.__name__, "why": "too large"}
    if kind in (list, tuple, dict, set, frozenset):
        entries = len(value) * (2 if kind is dict else 1)
        if depth >= DEPTH_LIMIT or entries > budget[0]:
            return {"k": "alien", "type": kind.__name__, "why": "nested too deeply or too large"}
        budget[0] -= entries
        return _encode_container(value, kind, lambda inner: _encode(inner, payload, keep, depth + 1, budget))
    if kind is _Tensor:
        return _encode_tensor(value, payload)
    if kind is Handle:
        return {"k": "handle", "n": value.number, "type": value.type}
    if kind is Alien:
        return {"k": "alien", "type": value.type, "why": value.why}
    if kind is Code:
        return {"k": "code", "name": value.name, "source": value.source}
    if kind is Name:
        return {"k": "name", "name": value.name}
    if kind.__module__ == "numpy" and getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        scalar = value.item()
        if type(scalar) in (bool, int, float, str):
            return _encode(scalar, payload, keep, depth, budget)
    handle = keep(value)
    if handle is not None:
        return {"k": "handle", "n": handle.number, "type": handle.type}
    why = "a tensor subclass" if isinstance(value, _Tensor) else "not plain data"
    return {"k": "alien", "type": str(kind.__name__)[:80], "why": why}


def _encode_container(value: Any, kind: type, encoded: Callable[[Any], Any]) -> Any:
    if kind is not dict:
        name = "set" if kind is frozenset else kind.__name__
        return {"k": name, "v": [encoded(inner) for inner in value]}
    if not all(map(_is_plain_key, value)):
        return {"k": "alien", "type": "dict", "why": "not all of its keys are plain data"}
    return {"k": "dict", "v": [[encoded(key), encoded(inner)] for key, inner in value.items()]}


def _encode_tensor(tensor: torch.Tensor, payload: bytearray) -> Any:
    if tensor.is_nested:
        return {"k": "alien", "type": "Tensor", "why": "a nested tensor"}
    if tensor.layout is not torch.strided or tensor.device.type != "cpu" or tensor.dtype not in _NAMES:
        return {
            "k": "alien",
            "type": "Tensor",
            "why": f"a {tensor.layout} tensor of {tensor.dtype} on {tensor.device}",
        }
    if tensor.dim() > DIMENSION_LIMIT:
        return {"k": "alien", "type": "Tensor", "why": f"it has {tensor.dim()} dimensions"}
    if not _fits(tensor.shape, tensor.dtype, PAYLOAD_LIMIT - len(payload)):
        return {"k": "alien", "type": "Tensor", "why": "too large"}
    plain = _detach(tensor).resolve_conj().resolve_neg()
    # The memory layout is part of a case (an answer may depend on it by mistake), so it crosses too.
    flipped = plain.dim() >= 2 and not plain.is_contiguous() and plain.mT.is_contiguous()
    stored = _contiguous(plain.mT if flipped else plain)
    flat = stored.reshape(-1)
    if flat.numel() == 1:  # which may have any stride, and is contiguous nevertheless
        flat = _as_strided(flat, (1,), (1,))
    raw = bytes(flat.view(torch.uint8).numpy()) if stored.numel() else b""
    start = len(payload)
    payload += raw
    graph = bool(tensor.requires_grad or tensor.grad_fn is not None)
    return {
        "k": "tensor",
        "d": _NAMES[tensor.dtype],
        "s": list(plain.shape),
        "at": start,
        "n": len(raw),
        "f": flipped,
        "g": graph,
    }


def _is_small(value: Any) -> bool:
    """Whether a scalar may cross."""
    if type(value) is int:
        return value.bit_length() <= INT_LIMIT
    return type(value) is not str or len(value) <= TEXT_LIMIT


def _is_plain_key(key: Any) -> bool:
    if type(key) is tuple:
        return all(map(_is_plain_key, key))
    if type(key) is int:
        return key.bit_length() <= KEY_LIMIT
    return type(key) in (str, float, bool, type(None)) and _is_small(key)


def _is_member(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_member, value))
    return type(value) in (Handle, Alien) or _is_plain_key(value)


def _fits(shape: Sequence[int], dtype: torch.dtype, room: int) -> bool:
    """Whether a tensor of this shape fits into `room` bytes; an empty one, as if it had no size of zero."""
    size = dtype.itemsize
    for n in shape:
        size *= max(n, 1)
    return size <= room and all(0 <= n <= SIZE_LIMIT for n in shape)


def decode(data: Any, payload: bytes | bytearray | memoryview, *, functions: bool = False) -> Any:
    """The value that `encode` described. Raises WireError for anything that breaks the format.

    A tensor that carried a graph in the worker comes back with the attribute `had_graph` set to True. Only
    the worker takes `functions`: the grader would run a stranger's text if it called one.
    """
    decoder = _Decoder(memoryview(payload), functions)
    value = decoder.value(data, 0)
    if decoder.at != len(payload):
        raise WireError("bytes that belong to no tensor")
    return value


class _Decoder:
    """The bytes of a message, and how much of them and of its budget is used up."""

    def __init__(self, payload: memoryview, functions: bool) -> None:
        self.payload, self.functions = payload, functions
        self.at, self.left = 0, NODE_LIMIT

    def value(self, data: Any, depth: int) -> Any:
        if data is None or type(data) in (bool, int, float, str):
            if not _is_small(data):
                raise WireError("a number or a text that is too large")
            return data
        if type(data) is not dict or type(data.get("k")) is not str:
            raise WireError("a value without a kind")
        kind = data["k"]
        if kind in ("list", "tuple"):
            values = [self.value(v, depth + 1) for v in self.entries(data, depth, 1)]
            return values if kind == "list" else tuple(values)
        if kind == "dict":
            return self.pairs(self.entries(data, depth, 2), depth)
        if kind == "set":
            return self.members(self.entries(data, depth, 1), depth)
        if kind == "tensor":
            return self.tensor(data)
        if kind == "handle":
            return Handle(_index(data, "n", HANDLE_LIMIT), _typed(data, "type", str)[:80])
        if kind == "alien":
            return Alien(_typed(data, "type", str)[:80], _typed(data, "why", str)[:200])
        if kind == "code" and self.functions:
            return Code(_typed(data, "name", str), _typed(data, "source", str))
        if kind == "name" and self.functions:
            return Name(_typed(data, "name", str))
        raise WireError("a value of an unknown kind")

    def entries(self, data: dict[str, Any], depth: int, values: int) -> list[Any]:
        """What a list, tuple or dict holds: so many values in each entry, all of them still affordable."""
        entries: list[Any] = _typed(data, "v", list)
        self.left -= values * len(entries)
        if depth >= DEPTH_LIMIT or self.left < 0:
            raise WireError("nested too deeply or too large")
        return entries

    def members(self, members: list[Any], depth: int) -> frozenset[Any]:
        values = [self.value(member, depth + 1) for member in members]
        if not all(map(_is_member, values)):
            raise WireError("a set with a member that is not plain")
        return frozenset(values)

    def pairs(self, pairs: list[Any], depth: int) -> dict[Any, Any]:
        if any(type(pair) is not list or len(pair) != 2 for pair in pairs):
            raise WireError("a dict with a broken pair")
        keys = [self.value(key, depth + 1) for key, _ in pairs]
        if not all(map(_is_plain_key, keys)):
            raise WireError("a dict with a key that is not plain")
        found = {key: self.value(value, depth + 1) for key, (_, value) in zip(keys, pairs, strict=True)}
        if len(found) < len(pairs):
            raise WireError("a dict with the same key twice")
        return found

    def tensor(self, data: dict[str, Any]) -> torch.Tensor:
        name, shape = _typed(data, "d", str), _typed(data, "s", list)
        if name not in DTYPES or len(shape) > DIMENSION_LIMIT or any(type(n) is not int for n in shape):
            raise WireError("a tensor with an impossible dtype or shape")
        dtype, start, size = DTYPES[name], _typed(data, "at", int), _typed(data, "n", int)
        count = math.prod(shape)
        # One after the other: were two tensors to share bytes, a short message could describe terabytes.
        end = self.at + count * dtype.itemsize
        if (start, size) != (self.at, end - self.at) or end > len(self.payload):
            raise WireError("a tensor whose bytes do not fit its shape")
        if not _fits(shape, dtype, PAYLOAD_LIMIT):
            raise WireError("a tensor with an impossible shape")
        raw, self.at = bytearray(self.payload[start:end]), end
        flipped = _typed(data, "f", bool) and len(shape) >= 2
        stored = [*shape[:-2], shape[-1], shape[-2]] if flipped else shape
        if count == 0:
            tensor = _empty(stored, dtype=dtype)
        else:
            raw = raw.translate(_BOOLS) if dtype is torch.bool else raw
            tensor = _frombuffer(raw, dtype=dtype).reshape(stored)
        tensor = tensor.mT if flipped else tensor
        if _typed(data, "g", bool):
            tensor.had_graph = True  # type: ignore[attr-defined]
        return tensor


def _typed(data: dict[str, Any], key: str, wanted: type) -> Any:
    value = data.get(key)
    if type(value) is not wanted:
        raise WireError(f"the field {key!r} is not a {wanted.__name__}")
    return value


def _index(data: dict[str, Any], key: str, limit: int) -> int:
    value: int = _typed(data, key, int)
    if not 0 <= value < limit:
        raise WireError(f"the field {key!r} is out of range")
    return value


def send(channel: socket.socket, header: dict[str, Any], payload: bytes | bytearray = b"") -> None:
    """Send one message. Raises OSError where the other side is gone."""
    text = json.dumps(header, separators=(",", ":")).encode()
    channel.sendall(_LENGTHS.pack(len(text), len(payload)) + text + payload)


def receive(read: Callable[[int], bytes | bytearray]) -> tuple[dict[str, Any], bytes | bytearray]:
    """Read one message with `read(n)`, which returns exactly n bytes. Raises WireError for a broken one."""
    header_size, payload_size = _LENGTHS.unpack(read(_LENGTHS.size))
    if header_size > HEADER_LIMIT or payload_size > PAYLOAD_LIMIT:
        raise WireError("a message larger than the limit")
    text = read(header_size)
    try:
        header = json.loads(bytes(text))
    except (ValueError, RecursionError):
        raise WireError("a header that is not JSON") from None
    if type(header) is not dict:
        raise WireError("a header that is not an object")
    return header, read(payload_size)


def reader(channel: socket.socket) -> Callable[[int], bytearray]:
    """A `read` for `receive` on a blocking socket. Raises EOFError at its end."""
    return lambda size: filled(size, channel.recv_into)


def filled(size: int, receive_into: Callable[[memoryview], int]) -> bytearray:
    """Exactly `size` bytes. Memory grows with what arrives, so that to announce a lot costs nobody anything.

    Raises EOFError where there are no more, and what `receive_into` raises.
    """
    data = bytearray()
    while len(data) < size:
        have = len(data)
        data += bytes(min(size - have, max(have, 1 << 16), _STEP))
        _fill(memoryview(data)[have:], receive_into)
    return data


def _fill(view: memoryview, receive_into: Callable[[memoryview], int]) -> None:
    while view:
        got = receive_into(view)
        if not got:
            raise EOFError
        view = view[got:]
