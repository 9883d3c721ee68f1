"""One engine over the real course for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dojo.course import Course, load
from dojo.engine import Engine

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def course() -> Course:
    return load(ROOT)


@pytest.fixture(scope="session")
def engine(course: Course) -> Iterator[Engine]:
    with Engine(course, lanes=1) as engine:
        engine.load()
        yield engine
