"""Whatever fuzzing has started from or found so far keeps the promises now, without a fuzzer."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from fuzz import bounds, fuzz_source
from fuzz.targets import CORPUS, FINDINGS, NAMES

from dojo import records, toml, validate
from dojo.verdict import Record
from dojo.worker import wire

INPUTS = [
    pytest.param(name, path, id=f"{name}-{path.name}")
    for name in NAMES
    for folder in (CORPUS, FINDINGS)
    for path in sorted((folder / name).glob("*"))
]


@pytest.fixture(autouse=True)
def _count_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "exact", True)


def target(name: str) -> Any:
    return importlib.import_module(f"fuzz.fuzz_{name}")


@pytest.mark.parametrize(("name", "path"), INPUTS)
def test_an_input_keeps_the_promises(name: str, path: Path) -> None:
    target(name).one_input(path.read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_every_target_has_inputs_to_start_from(name: str) -> None:
    seeds = [path.read_bytes() for path in (CORPUS / name).glob("*")]
    assert len(seeds) >= 3 and all(len(seed) <= target(name).MAX_LEN for seed in seeds)


def test_nothing_at_all_is_an_input() -> None:
    for name in NAMES:
        for data in (b"", b"\0", b"\xff" * 9, b"\n" * 100):
            target(name).one_input(data)


def _at_once(size: int, receive_into: Any) -> bytearray:
    data = bytearray(size)
    receive_into(memoryview(data))
    return data


class _Careless:
    """Reads a record without looking at what is in it."""

    def validate_json(self, text: bytes) -> Record:
        return Record(**json.loads(text))


# What is taken away, and an input with which the target has to notice: one that cannot fail is worth nothing.
BROKEN: dict[str, tuple[Path, Any, str, Any]] = {
    "memory that was only announced": (FINDINGS / "wire/announces_much", wire, "filled", _at_once),
    "sizes": (FINDINGS / "wire/empty_but_impossible", wire, "_fits", lambda *_: True),
    "bools": (FINDINGS / "wire/odd_bools", wire, "_BOOLS", bytes(range(256))),
    "keys": (FINDINGS / "manifest/escape_sequence_in_a_key", validate, "_shown", str),
    "parts of a key": (FINDINGS / "manifest/key_of_many_parts", toml, "_has_endless_key", lambda _: False),
    "what is kept": (CORPUS / "source/answer", fuzz_source, "keep_only", lambda text, *_: text),
    "verdicts": (CORPUS / "records/record", records, "_reader", _Careless),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_target_notices_what_is_broken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path, owner, attribute, broken = BROKEN[name]
    one_input = target(path.parent.name).one_input
    one_input(path.read_bytes())
    monkeypatch.setattr(owner, attribute, broken)
    with pytest.raises((AssertionError, RuntimeError, RecursionError, AttributeError)):
        one_input(path.read_bytes())
