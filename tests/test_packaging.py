"""constraints.txt pins all that the kit needs, directly or not, for any build of torch and from any index."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent


def pins() -> dict[str, Version]:
    """Package -> the version that constraints.txt gives for this Python."""
    found = {}
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            (only,) = requirement.specifier
            assert only.operator == "==", line
            if requirement.marker is None or requirement.marker.evaluate():
                assert requirement.name not in found, f"{requirement.name} is pinned twice"
                found[requirement.name] = Version(only.version)
    return found


def declared() -> list[Requirement]:
    """What pyproject.toml asks for, with the tools for tests, on this Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["dev"]]
    if sys.version_info >= (3, 11):  # nbgrader needs it
        lines += extras["nbgrader"]
    requirements = [Requirement(line) for line in lines]
    return [each for each in requirements if each.marker is None or each.marker.evaluate()]


def needed() -> set[str]:
    """The names of everything that is installed because of pyproject.toml, followed to the end."""
    todo: list[tuple[str, str]] = [pair for each in declared() for pair in _asked(each)]
    seen: set[tuple[str, str]] = set()
    while todo:
        name, extra = todo.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            # GPU libraries come with torch's larger builds, which name their versions themselves.
            if name == "torch" and requirement.name.startswith(("nvidia", "cuda", "triton")):
                continue
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                todo += _asked(requirement)
    return {name for name, _ in seen}


def _asked(requirement: Requirement) -> list[tuple[str, str]]:
    """A package without extras, and with each one that is asked for."""
    return [(canonicalize_name(requirement.name), extra) for extra in ("", *requirement.extras)]


def test_every_needed_package_is_pinned() -> None:
    try:
        names = needed()
    except metadata.PackageNotFoundError as error:
        pytest.skip(f"{error}: run this with make test, which installs the tools first")
    assert names - set(pins()) == set()


def test_pins_lie_in_the_declared_ranges() -> None:
    pinned = pins()
    outside = [str(each) for each in declared() if pinned[each.name] not in each.specifier]
    assert outside == []


def test_pins_carry_no_local_version_no_hash_and_no_address() -> None:
    text = (ROOT / "constraints.txt").read_text()
    assert not any(mark in text for mark in ("+", "://", "--"))
