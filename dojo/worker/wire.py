"""The dull wire: how values cross between grader and worker. Both sides use this file; nothing is pickled.

A message is two lengths, a JSON header and raw bytes. Scalars travel as JSON; tensors as dtype, shape and
a slice of the bytes; an object that stays in the worker as a numbered handle; whatever else as an `Alien`,
which says only what it was. The decoder checks every field and believes none of them.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

HEADER_LIMIT = 4 << 20  # bytes of JSON
PAYLOAD_LIMIT = 256 << 20  # bytes of tensors
DEPTH_LIMIT = 16
NODE_LIMIT = 20_000
DIMENSION_LIMIT = 8
_LENGTHS = struct.Struct(">II")

_FLOATS = (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128)
_WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)
DTYPES: dict[str, torch.dtype] = {str(t).removeprefix("torch."): t for t in (*_FLOATS, *_WHOLE)}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
# Captured before any student code runs, so that a patched torch cannot lie while an answer is encoded.
_Tensor = torch.Tensor
_frombuffer, _empty = torch.frombuffer, torch.empty
_detach, _contiguous = torch.Tensor.detach, torch.Tensor.contiguous


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
class Code:
    """A self-contained function sent as source text, for exercises that take a function.

    The grader calls it directly; the worker builds a function of its own from the same text.
    """

    name: str
    source: str

    def build(self) -> Callable[..., Any]:
        """The function that the text defines, in a fresh namespace that holds torch."""
        namespace: dict[str, Any] = {"torch": torch}
        exec(compile(self.source, "<function from the grader>", "exec"), namespace)
        return namespace[self.name]

    def __call__(self, *args: Any) -> Any:
        return self.build()(*args)


def encode(value: Any, keep: Callable[[Any], Handle | None] = lambda value: None) -> tuple[Any, bytearray]:
    """`value` as plain JSON data and the bytes of its tensors. `keep` may turn an object into a handle."""
    payload = bytearray()
    budget = [NODE_LIMIT]
    return _encode(value, payload, keep, 0, budget), payload


def _encode(
    value: Any, payload: bytearray, keep: Callable[[Any], Handle | None], depth: int, budget: list[int]
) -> Any:
    budget[0] -= 1
    if depth > DEPTH_LIMIT or budget[0] < 0:
        return {"k": "alien", "type": type(value).__name__[:80], "why": "nested too deeply or too large"}
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        if (kind is int and value.bit_length() > 4096) or (kind is str and len(value) > 1 << 20):
            return {"k": "alien", "type": kind.__name__, "why": "too large"}
        return value
    if kind in (list, tuple, dict) and len(value) > budget[0]:
        return {"k": "alien", "type": kind.__name__, "why": "too large"}
    if kind in (list, tuple):
        return {"k": kind.__name__, "v": [_encode(v, payload, keep, depth + 1, budget) for v in value]}
    if kind is dict and not all(map(_is_plain_key, value)):
        return {"k": "alien", "type": "dict", "why": "not all of its keys are plain data"}
    if kind is dict:
        pairs = [
            [_encode(k, payload, keep, depth + 1, budget), _encode(v, payload, keep, depth + 1, budget)]
            for k, v in value.items()
        ]
        return {"k": "dict", "v": pairs}
    if kind is _Tensor:
        return _encode_tensor(value, payload)
    if kind is Handle:
        return {"k": "handle", "n": value.number, "type": value.type}
    if kind is Alien:
        return {"k": "alien", "type": value.type, "why": value.why}
    if kind is Code:
        return {"k": "code", "name": value.name, "source": value.source}
    if kind.__module__ == "numpy" and getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return _encode(value.item(), payload, keep, depth + 1, budget)
    handle = keep(value)
    if handle is not None:
        return {"k": "handle", "n": handle.number, "type": handle.type}
    why = "a tensor subclass" if isinstance(value, _Tensor) else "not plain data"
    return {"k": "alien", "type": str(kind.__name__)[:80], "why": why}


def _encode_tensor(tensor: torch.Tensor, payload: bytearray) -> Any:
    if tensor.layout is not torch.strided or tensor.device.type != "cpu" or tensor.dtype not in _NAMES:
        return {
            "k": "alien",
            "type": "Tensor",
            "why": f"a {tensor.layout} tensor of {tensor.dtype} on {tensor.device}",
        }
    if tensor.dim() > DIMENSION_LIMIT:
        return {"k": "alien", "type": "Tensor", "why": f"it has {tensor.dim()} dimensions"}
    plain = _detach(tensor).resolve_conj().resolve_neg()
    # The memory layout is part of a case (an answer may depend on it by mistake), so it crosses too.
    flipped = plain.dim() >= 2 and not plain.is_contiguous() and plain.mT.is_contiguous()
    stored = _contiguous(plain.mT if flipped else plain)
    raw = bytes(stored.reshape(-1).view(torch.uint8).numpy()) if stored.numel() else b""
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


def decode(data: Any, payload: bytes | bytearray | memoryview) -> Any:
    """The value that `encode` described. Raises WireError for anything that breaks the format.

    A tensor that carried a graph in the worker comes back with the attribute `had_graph` set to True.
    """
    return _decode(data, memoryview(payload), 0, [NODE_LIMIT])


def _decode(data: Any, payload: memoryview, depth: int, budget: list[int]) -> Any:
    budget[0] -= 1
    if depth > DEPTH_LIMIT + 1 or budget[0] < 0:
        raise WireError("nested too deeply")
    if data is None or type(data) in (bool, int, float, str):
        return data
    if type(data) is not dict or type(data.get("k")) is not str:
        raise WireError("a value without a kind")
    kind = data["k"]
    if kind in ("list", "tuple"):
        values = [_decode(v, payload, depth + 1, budget) for v in _typed(data, "v", list)]
        return values if kind == "list" else tuple(values)
    if kind == "dict":
        pairs = _typed(data, "v", list)
        if any(type(pair) is not list or len(pair) != 2 for pair in pairs):
            raise WireError("a dict with a broken pair")
        keys = [_decode(key, payload, depth + 1, budget) for key, _ in pairs]
        if not all(map(_is_plain_key, keys)):
            raise WireError("a dict with a key that is not plain")
        return {
            key: _decode(value, payload, depth + 1, budget)
            for key, (_, value) in zip(keys, pairs, strict=True)
        }
    if kind == "tensor":
        return _decode_tensor(data, payload)
    if kind == "handle":
        return Handle(_typed(data, "n", int), _typed(data, "type", str)[:80])
    if kind == "alien":
        return Alien(_typed(data, "type", str)[:80], _typed(data, "why", str)[:200])
    if kind == "code":
        return Code(_typed(data, "name", str), _typed(data, "source", str))
    raise WireError("a value of an unknown kind")


def _is_plain_key(key: Any) -> bool:
    if type(key) is tuple:
        return all(map(_is_plain_key, key))
    return type(key) in (str, int, float, bool, type(None))


def _typed(data: dict[str, Any], key: str, wanted: type) -> Any:
    value = data.get(key)
    if type(value) is not wanted:
        raise WireError(f"the field {key!r} is not a {wanted.__name__}")
    return value


def _decode_tensor(data: dict[str, Any], payload: memoryview) -> torch.Tensor:
    name, shape = _typed(data, "d", str), _typed(data, "s", list)
    start, size = _typed(data, "at", int), _typed(data, "n", int)
    if (
        name not in DTYPES
        or len(shape) > DIMENSION_LIMIT
        or any(type(n) is not int or not 0 <= n <= 1 << 31 for n in shape)
    ):
        raise WireError("a tensor with an impossible dtype or shape")
    dtype = DTYPES[name]
    count = 1
    for n in shape:
        count *= n
    if count * dtype.itemsize != size or not 0 <= start <= start + size <= len(payload):
        raise WireError("a tensor whose bytes do not fit its shape")
    flipped = _typed(data, "f", bool) and len(shape) >= 2
    stored = [*shape[:-2], shape[-1], shape[-2]] if flipped else shape
    if count == 0:
        tensor = _empty(stored, dtype=dtype)
    else:
        tensor = _frombuffer(bytearray(payload[start : start + size]), dtype=dtype).reshape(stored)
    tensor = tensor.mT if flipped else tensor
    if _typed(data, "g", bool):
        tensor.had_graph = True  # type: ignore[attr-defined]
    return tensor


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

    def read(size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            got = channel.recv_into(view)
            if not got:
                raise EOFError
            view = view[got:]
        return data

    return read
