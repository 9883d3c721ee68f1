"""A seed draws the same cases whatever else is loaded, and failing ones are shrunk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import strategies

from dojo.grading.seeded import try_out

ROOT = Path(__file__).resolve().parents[2]
DRAW = """
import importlib, sys

sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    importlib.import_module(name)
from hypothesis import strategies
from dojo.grading.seeded import try_out

drawn = []
both = strategies.tuples(strategies.integers(0, 9999), strategies.floats(-10, 10))
for seed in range(20):
    try_out(drawn.append, both, seed, examples=20)
print(drawn)
"""


def drawn_beside(folder: Path, *modules: str) -> str:
    command = [sys.executable, "-c", DRAW, str(folder), *modules]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder, env=env).stdout


def test_what_is_loaded_makes_no_difference(tmp_path: Path) -> None:
    (tmp_path / "some_numbers.py").write_text(f"NUMBERS = {[*range(1000, 9000, 7)]}\nFLOATS = [1.25, 2.75]\n")
    alone = drawn_beside(tmp_path)
    assert alone.count("(") > 300
    assert drawn_beside(tmp_path, "some_numbers", "dojo.cli.main", "dojo.truth.run") == alone
    assert not (tmp_path / ".hypothesis" / "constants").exists()


@pytest.mark.parametrize(("shrink", "smallest"), [(True, True), (False, False)])
def test_failing_cases_are_shrunk_where_that_is_asked_for(shrink: bool, smallest: bool) -> None:
    failed: list[int] = []

    def check(number: int) -> None:
        if number > 1000:
            failed.append(number)
            raise ValueError

    with pytest.raises(ValueError):
        try_out(check, strategies.integers(0, 9999), 1, 50, shrink=shrink)
    assert (failed[-1] == 1001) is smallest
