"""One engine for all tests of a process: starting it costs an import of torch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from small_course import build

from dojo.engine import Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(build(tmp_path_factory.mktemp("course")), lanes=1) as engine:
        yield engine
