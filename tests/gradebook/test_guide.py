"""docs/instructors.md names commands, settings and files that there are. `guide.py` runs its commands."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
import jupyter_support as jupyter
from guide import GUIDE, blocks, script

from dojo.cli.parser import parse

TEXT = GUIDE.read_text(encoding="utf-8")
TYPED = [line.strip() for line in re.findall(r"^(?:    )?(?:dojo|nbgrader) .+$", TEXT, re.MULTILINE)]
COMMANDS = sorted({*TYPED, *re.findall(r"`((?:dojo|nbgrader) [^`]+)`", TEXT)})


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("dojo ")])
def test_the_kit_knows_what_the_guide_says(line: str) -> None:
    parse(shlex.split(line)[1:])


@jupyter.needs_nbgrader
def test_nbgrader_knows_what_the_guide_says() -> None:
    from nbgrader.apps.nbgraderapp import NbGraderApp

    named = {shlex.split(line)[1] for line in COMMANDS if line.startswith("nbgrader ")} - {"0.9.6"}
    assert len(named) > 10
    assert named <= set(NbGraderApp.subcommands)


@jupyter.needs_nbgrader
def test_the_settings_are_there() -> None:
    from dojo.nbgrader.checks import Checks

    named = set(re.findall(r"c\.Checks\.(\w+)", TEXT))
    assert named and named <= set(Checks.class_own_traits())


def test_what_it_links_to_is_there() -> None:
    for link in re.findall(r"\]\(([\w./]+)", TEXT):
        assert link.startswith("http") or (GUIDE.parent / link).is_file(), link


def test_its_blocks_make_one_script() -> None:
    assert len(blocks(TEXT)) >= 12
    assert "pip install" in script(TEXT, install=True)
    assert "pip install" not in script(TEXT, install=False)
