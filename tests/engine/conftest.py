"""One engine of each kind for all tests of a process: starting it costs an import of torch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from small_course import MANIFEST, build

from dojo.engine import Engine

IMPORTS = '["torch", "math", "jaxtyping", "typing", "itertools", "functools", "collections"]'


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(build(tmp_path_factory.mktemp("course")), lanes=1) as engine:
        yield engine


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """With the imports and rules of a real course."""
    root = tmp_path_factory.mktemp("strict")
    (old,) = [line for line in MANIFEST.splitlines() if line.startswith("imports")]
    manifest = MANIFEST.replace(old, f"imports = {IMPORTS}").replace(
        '["autograd", ', '["autograd", "torch.nn", '
    )
    with Engine(build(root, manifest), lanes=1) as engine:
        yield engine
