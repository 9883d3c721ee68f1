"""Each piece of forbidden help helps where nothing forbids it: none of these attacks is a dud."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from suite import Attack, attacks
from victim import build, hand_in

from dojo.course import load
from dojo.engine import Engine
from dojo.seeds import Seed
from dojo.submission import take

DUDS = {
    "control_wrong": "wrong on purpose",
    "a18_distributed_autograd": "needs a network of workers",
    "a28_cffi": "rarely installed",
    "a28_extension": "needs a C++ compiler",
    "a28_own_library": "its library is never taken in",
    "a29_autograd_package": "rarely installed",
    "a29_jax": "rarely installed",
    "a29_tensorflow": "rarely installed",
    "a29_tinygrad": "rarely installed",
    "a33_spsa": "an estimate is never right enough",
    "a42_rot13": "never even parsed",
    "a42_utf7": "never even parsed",
    "a43_neighbour_file": "its second file is never taken in",
}
GROUP = [a for a in attacks() if a.group == "forbidden_help"]


@pytest.fixture(scope="module")
def verdict_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Attack], tuple[str, str]]]:
    """Grades an attack with neither rules nor walls, and with time enough to import what it likes."""
    victim = build(tmp_path_factory.mktemp("workshop"), rules=False)
    manifest = victim.course.root / "course.toml"
    text = re.sub(r"seconds = [\d.]+", "seconds = 60.0", manifest.read_text())
    manifest.write_text(text.replace("memory_mib = 256", "memory_mib = 1024"))
    course = load(victim.course.root)
    with Engine(course, lanes=1, isolation="process", run_as="root") as engine:  # who may start processes

        def grade(attack: Attack) -> tuple[str, str]:
            submission = take(hand_in(victim, "helped", attack.path, {}), course)
            exercise = next(e for e in course.exercises if e.id == attack.exercise)
            result = engine.grade(submission, [exercise], seed=Seed.numbered(1)).exercises[0]
            return result.verdict.value, result.message

        yield grade


@pytest.mark.parametrize("attack", [pytest.param(a, id=a.name) for a in GROUP if a.name not in DUDS])
@pytest.mark.usefixtures("allow_list_off")
def test_helps(attack: Attack, verdict_of: Callable[[Attack], tuple[str, str]]) -> None:
    """With no rule in the way it earns the points."""
    if attack.starts and os.geteuid() != 0:
        pytest.skip("an ordinary user's worker starts no threads and no processes")
    verdict, message = verdict_of(attack)
    assert verdict == "passed", message


def test_every_dud_is_there() -> None:
    assert {a.name for a in GROUP} >= DUDS.keys()
