"""Every attack, at every level: no credit, the right word, nobody else touched, nothing left behind."""

from __future__ import annotations

from typing import Any

import pytest
from suite import Attack, attacks, let_loose

ALL = attacks()
LEVELS = ("process", "confined", "sandbox")


def _named(chosen: list[Attack]) -> list[Any]:
    return [pytest.param(attack, id=f"{attack.group}-{attack.name}") for attack in chosen]


def _check(attack: Attack, arena: Any, mode: str, level: str | None, expected: str) -> None:
    engine, victim, baseline = arena(mode, level)
    if level is not None and engine.isolation != level:
        pytest.skip(f"the level {level} cannot be reached on this machine; `dojo doctor` says why")
    after = let_loose(attack, engine, victim, baseline)
    if attack.starts and level == "process" and engine.proof.user != 0:
        expected = "error"
    # Where there are no walls a right answer can be stolen; nowhere does a wrong one pass.
    stolen = mode == "walls" and level == "process" and attack.walls_at_process == "passed"
    assert expected != "passed" or attack.passes or stolen, "an attack must not be expected to pass"
    assert after.verdict == expected, after.message
    if not (level == "process" and attack.process):
        assert not after.broken, (after.broken, after.message)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("attack", _named([a for a in ALL if a.walls]))
@pytest.mark.usefixtures("allow_list_off")
def test_walls(attack: Attack, level: str, arena: Any) -> None:
    """Without any rule: what the boundary and the operating system make of it."""
    if attack.process_skip and level == "process":
        pytest.skip("too dangerous for this machine without walls")
    special = attack.walls_at_process if level == "process" else None
    _check(attack, arena, "walls", level, special or attack.walls or "")


@pytest.mark.parametrize("attack", _named([a for a in ALL if a.watches]))
@pytest.mark.usefixtures("allow_list_off")
def test_watches(attack: Attack, arena: Any) -> None:
    """Past the allow list: what the watches and the work budget make of it."""
    _check(attack, arena, "watches", "process", attack.watches or "")


@pytest.mark.parametrize("attack", _named([a for a in ALL if a.rules]))
def test_rules(attack: Attack, arena: Any) -> None:
    """As in a real course, with everything on."""
    _check(attack, arena, "rules", None, attack.rules or "")


def test_groups_have_controls() -> None:
    for group in {attack.group for attack in ALL}:
        controls = {a.name: a for a in ALL if a.group == group and a.name.startswith("control_")}
        assert {"control_right", "control_wrong"} <= set(controls), group
        assert controls["control_right"].passes and not controls["control_wrong"].passes
