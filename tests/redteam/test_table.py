"""The table in docs/security.md says what the suite tests, and the suite is what the issue asks for."""

from __future__ import annotations

from pathlib import Path

from suite import ATTACKS, attacks
from table import GROUPS, PAGE, page_with_table

LEAST = 120  # attacks


def test_the_page_has_the_table_of_today() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page_with_table(text) == text, "run python tests/redteam/table.py"


def test_every_attack_is_there_and_every_file_is_an_attack() -> None:
    found = attacks()
    assert len([a for a in found if not a.passes and not a.name.startswith("control_")]) >= LEAST
    assert {attack.group for attack in found} == set(GROUPS)
    assert [a for a in found if not a.path.exists()] == []
    known = {attack.path for attack in found}
    assert [path for path in _top_files(ATTACKS) if path not in known] == []


def _top_files(folder: Path) -> list[Path]:
    inside = [path for group in folder.iterdir() if group.is_dir() for path in group.iterdir()]
    return [path for path in inside if path.name not in ("attacks.toml", "__pycache__")]


def test_every_attack_is_tested_somewhere() -> None:
    idle = [a for a in attacks() if not (a.walls or a.watches or a.rules)]
    assert idle == []
