"""What holds for all tests: no command leaves a warm server behind, and what `--sample` leaves out."""

from __future__ import annotations

import os
import zlib

import pytest

os.environ["DOJO_WARM"] = "0"
collect_ignore = ["submissions"]  # a student's module may be called like a test

# What `--sample` runs a third of, in thirds that differ: each attack meets the strongest level and all rules
# in every run, and either one of the weaker levels or the naive grader that shows that it is no dud.
SAMPLED = {
    "test_walls[process]": 0,
    "test_walls[confined]": 1,
    "test_works_elsewhere": 2,
    "test_gets_full_marks_elsewhere": 2,
    "test_does_harm_elsewhere": 2,
    "test_helps": 2,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "of the attacks in tests/redteam, a third at each weaker level and a third of the naive graders"
    parser.addoption("--sample", action="store_true", help=text)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--sample"):
        return
    out = [item for item in items if _left_out(item)]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in set(out)]


def _left_out(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    if call is None:
        return False
    level = call.params.get("level")
    name = f"{item.originalname}[{level}]" if level else item.originalname  # type: ignore[attr-defined]
    attack = call.params.get("attack", call.params.get("name"))
    return name in SAMPLED and zlib.crc32(getattr(attack, "name", str(attack)).encode()) % 3 != SAMPLED[name]
