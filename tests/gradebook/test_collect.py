"""`nbgrader collect` takes files, and nothing that a student has put in their place since."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from classroom import UNIT, Classroom

STAMP = "2026-11-22 10:00:00.000000 UTC"


@pytest.fixture
def inbound(classroom: Classroom, tmp_path: Path) -> Iterator[Path]:
    """The folder of the exchange that students hand in to."""
    known = classroom.config
    classroom.config = config = classroom.load_config()
    config.Exchange.root = str(tmp_path / "exchange")
    config.ExchangeCollect.check_owner = False
    folder = tmp_path / "exchange" / config.CourseDirectory.course_id / "inbound"
    folder.mkdir(parents=True)
    yield folder
    classroom.config = known


def submit(inbound: Path, student: str) -> Path:
    """A folder as `nbgrader submit` leaves it."""
    folder = inbound / f"{student}+{UNIT}+{STAMP}+random"
    folder.mkdir()
    (folder / f"{UNIT}.ipynb").write_text(json.dumps({"cells": []}), encoding="utf-8")
    (folder / "timestamp.txt").write_text(STAMP, encoding="utf-8")
    return folder


def test_files_are_collected_and_links_are_not(classroom: Classroom, inbound: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.ipynb"
    secret.write_text("{}", encoding="utf-8")
    submit(inbound, "c-honest")
    (submit(inbound, "c-beside") / "more").symlink_to(tmp_path)
    linked = submit(inbound, "c-linked")
    (linked / f"{UNIT}.ipynb").unlink()
    (linked / f"{UNIT}.ipynb").symlink_to(secret)
    (linked / "data.txt").symlink_to(secret)
    submit(inbound, "c-elsewhere").rename(tmp_path / "mine")
    (inbound / f"c-elsewhere+{UNIT}+{STAMP}+random").symlink_to(tmp_path / "mine")
    piped = submit(inbound, "c-piped")
    os.mkfifo(piped / "pipe")
    (piped / "page.HTML").write_text("page", encoding="utf-8")
    result = classroom.api().collect(UNIT)
    assert result["success"], result
    found = {
        student: sorted(path.name for path in (classroom.root / "submitted" / student / UNIT).glob("*"))
        for student in ("c-honest", "c-beside", "c-linked", "c-elsewhere", "c-piped")
    }
    whole = ["timestamp.txt", f"{UNIT}.ipynb"]
    assert found == {
        "c-honest": whole,
        "c-beside": whole,
        "c-linked": ["timestamp.txt"],
        "c-elsewhere": [],
        "c-piped": whole,
    }
    warnings = [line for line in result["log"].splitlines() if "[WARNING]" in line]
    assert len(warnings) == 3
    assert "links or too large: data.txt, u01_cubes.ipynb" in "".join(warnings)


def test_what_is_too_large_stays_there(classroom: Classroom, inbound: Path) -> None:
    folder = submit(inbound, "c-large")
    for number in range(6):
        with (folder / f"{number}.bin").open("wb") as file:
            file.truncate(19_000_000)
    result = classroom.api().collect(UNIT)
    kept = classroom.root / "submitted" / "c-large" / UNIT
    assert sum(path.stat().st_size for path in kept.glob("*")) <= 100_000_000
    assert "left out" in result["log"]
