"""One engine for each level and each kind of course, shared by all attacks of a test process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from suite import neighbours
from victim import CANARY, Victim, build, hand_in

from dojo import importing, prepare
from dojo.engine import Engine
from dojo.seeds import Seed
from dojo.submission import take

Arena = tuple[Engine, Victim, dict[str, Any]]
collect_ignore = ["attacks"]  # some of them bring a conftest.py or tests of their own


@pytest.fixture(scope="session")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], Arena]]:
    """`arena(mode, level)`: an engine at that level, its course, and the neighbours' results without attack.

    Modes: "rules" (as in a real course), "watches" (allow list off), "walls" (no rules at all).
    """
    made: dict[tuple[bool, str | None], Arena] = {}
    os.environ["COURSE_KEY"] = f"{CANARY}-IN-THE-ENVIRONMENT"  # no worker may inherit it

    def get(mode: str, level: str | None) -> Arena:
        key = (mode != "walls", level)
        if key not in made:
            victim = build(tmp_path_factory.mktemp("victim"), rules=mode != "walls")
            engine = Engine(victim.course, lanes=1, isolation=level)
            folder = hand_in(victim, "honest", None, {})
            record = engine.grade(take(folder, victim.course), victim.course.exercises, seed=Seed.numbered(1))
            assert record.points == record.max_points == 4, record
            made[key] = (engine, victim, neighbours(record))
        return made[key]

    yield get
    os.environ.pop("COURSE_KEY", None)
    for engine, _, _ in made.values():
        engine.close()


@pytest.fixture
def allow_list_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if somebody had found a way past the allow list: what is behind it has to hold by itself."""
    for module in (prepare, importing):
        monkeypatch.setattr(module, "violations", lambda *ignored: [])
