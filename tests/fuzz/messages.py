"""Messages of the wire for the fuzzer: put together, and changed so that most of them still hold together."""

from __future__ import annotations

import json
import random
import struct
from typing import Any

NONCE = "0" * 16
_LENGTHS = struct.Struct(">II")
_NUMBERS = (0, 1, -1, 2, 3, 8, 9, 16, 17, 255, 1 << 31, (1 << 31) + 1, 1 << 62, 1 << 63, 1 << 64, 10**1300)
_ODD: tuple[Any, ...] = (None, True, False, "", "x", "\ud800", 0.5, -0.0, 1e308, float("nan"), float("inf"))
_SIZES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "complex64": 8, "complex128": 16}
_SIZES |= {"int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1, "bool": 1}


def message(header: Any, payload: bytes = b"") -> bytes:
    """A message with right lengths."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(text), len(payload)) + text + payload


def taken_apart(data: bytes) -> tuple[Any, bytes]:
    """The header and payload of a message. Raises ValueError for bytes that are none."""
    if len(data) < _LENGTHS.size:
        raise ValueError
    size, _ = _LENGTHS.unpack_from(data)
    text = data[_LENGTHS.size : _LENGTHS.size + size]
    return json.loads(text), data[_LENGTHS.size + size :]


def tensor(chance: random.Random, at: int = 0) -> tuple[dict[str, Any], bytes]:
    """A tensor as the wire describes it, and its bytes."""
    name = chance.choice(list(_SIZES))
    shape = [chance.choice((0, 1, 1, 2, 2, 3)) for _ in range(chance.choice((0, 1, 1, 2, 2, 3, 8)))]
    count = 1
    for n in shape:
        count *= n
    raw = chance.randbytes(count * _SIZES[name])
    flag = chance.random() < 0.3, chance.random() < 0.3
    fields = {"k": "tensor", "d": name, "s": shape, "at": at, "n": len(raw), "f": flag[0], "g": flag[1]}
    return fields, raw


def value(chance: random.Random, depth: int = 0) -> Any:
    """Any value as the wire describes it, but for tensors."""
    kind = chance.choice("odd number list tuple set dict handle alien code name".split())
    few = range(chance.randrange(4) if depth < 4 else 0)
    if kind == "odd":
        return chance.choice(_ODD)
    if kind == "number":
        return chance.choice(_NUMBERS)
    if kind in ("list", "tuple", "set"):
        return {"k": kind, "v": [value(chance, depth + 1) for _ in few]}
    if kind == "dict":
        return {"k": kind, "v": [[value(chance, depth + 1), value(chance, depth + 1)] for _ in few]}
    if kind == "handle":
        return {"k": kind, "n": chance.choice(_NUMBERS), "type": "Value"}
    if kind == "alien":
        return {"k": kind, "type": "module", "why": "not plain data"}
    return {"k": kind, "name": "f", "source": "def f(x):\n    return x"}


def changed(data: bytes, chance: random.Random) -> bytes:
    """A message like `data` with one to three things changed in its header or payload."""
    try:
        header, payload = taken_apart(data)
    except (ValueError, RecursionError):
        header, payload = {"nonce": NONCE, "values": {"k": "dict", "v": []}}, b""
    for _ in range(chance.choice((1, 1, 2, 3))):
        header, payload = _change(header, payload, chance)
    try:
        text = message(header, payload)
    except RecursionError:
        return data
    if chance.random() < 0.05:
        text = (
            _LENGTHS.pack(chance.choice((0, 1, 1 << 22, 0xFFFFFFFF)), chance.choice((0, 1, 1 << 28)))
            + text[8:]
        )
    return text


def _change(header: Any, payload: bytes, chance: random.Random) -> tuple[Any, bytes]:
    what = chance.randrange(4)
    places = _places(header)
    if what == 0 and places:
        owner, key = chance.choice(places)
        owner[key], raw = tensor(chance, len(payload))
        return header, payload + raw
    if what == 1 and payload:
        at = chance.randrange(len(payload))
        return header, payload[:at] + chance.randbytes(1) + payload[at + chance.randrange(2) :]
    if what == 2 and places:
        owner, key = chance.choice(places)
        owner[key] = value(chance)
        return header, payload
    return changed_data(header, chance), payload


def changed_data(data: Any, chance: random.Random) -> Any:
    """Plain JSON data with one thing in it changed."""
    places = _places(data)
    if not places:
        return {"nonce": NONCE, "values": value(chance)}
    owner, key = chance.choice(places)
    what = chance.randrange(6)
    if what == 0:
        owner[key] = chance.choice(_ODD)
    elif what == 1:
        owner[key] = chance.choice(_NUMBERS)
    elif what == 2 and isinstance(owner, list) and len(owner) < 64:
        owner.insert(key, owner[key])  # the same thing twice
    elif what == 3:
        del owner[key]
    elif what == 4 and type(owner[key]) is int:
        owner[key] += chance.choice((-8, -1, 1, 8))
    else:
        owner[key] = {"k": chance.choice(("list", "tuple", "set")), "v": [owner[key]]}
    return data


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every place in a header that holds something, as the list or dict that it is in and the key there."""
    found: list[tuple[Any, Any]] = []
    waiting = [node]
    while waiting:
        here = waiting.pop()
        items = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        for key, inner in items:
            found.append((here, key))
            waiting.append(inner)
    return found
