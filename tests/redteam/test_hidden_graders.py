"""A folder of hidden graders under attack: behind walls nobody reads it, and no record tells of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import suite
from suite import Attack, attacks, let_loose, neighbours, strings
from victim import CANARY, Victim, _facts, build, hand_in

from dojo.engine import Engine
from dojo.hidden import MESSAGE
from dojo.isolation.users import NOBODY
from dojo.seeds import Seed
from dojo.submission import Submission, take
from dojo.verdict import Record, dump

HIDDEN = f'''"""{CANARY}-IN-THE-HIDDEN-GRADERS"""

import torch
from dojo.grading import also


@also("double").property("{CANARY}-IN-THE-TEXT", examples=2)
def canary(student):
    x = torch.full((2, 3), 98765.25, dtype=torch.float64)
    return bool((student(x) == 197530.5).all())
'''
SECRETS = (CANARY, "98765", "197530", "canary")
READERS = [
    attack
    for attack in attacks()
    if attack.group == "disclosure"
    and attack.path.is_file()
    and attack.walls
    and ("@SECRET@" in attack.path.read_text() or "@COURSE@" in attack.path.read_text())
]
World = tuple[Engine, Victim, dict[str, Any]]

# What a student writes who has found out where the folder lies, and is past the allow list.
BURGLAR = """
import builtins
import io
import gc
import os
import sys

FOUND = []
for folder in ("@HIDDEN@", "@HIDDEN@/u", os.path.dirname("@HIDDEN@")):
    try:
        FOUND.append(os.listdir(folder))
    except OSError:
        pass
for name in ("@HIDDEN@/u/test_m.py", "@HIDDEN@/u/__pycache__/test_m.cpython-%d%d.pyc" % sys.version_info[:2]):
    for way in (lambda: io.open(name, "rb").read(), lambda: os.read(os.open(name, os.O_RDONLY), 4096)):
        try:
            FOUND.append(way())
        except OSError:
            pass
    try:
        os.symlink(name, "here")
        FOUND.append(io.open("here", "rb").read())
    except OSError:
        pass
FOUND += [m for m in sys.modules if "hidden" in m]
FOUND += [str(o.__class__) for o in gc.get_objects() if "Statement'" in str(o.__class__)]


def double(x):
    print(FOUND)
    if FOUND:
        raise ValueError(FOUND)
    return 2 * x
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bool, str], World]]:
    """`world(rules, level)`: an engine with hidden graders, its course, and the neighbours' results."""
    made: dict[tuple[bool, str, str], World] = {}

    def get(rules: bool, level: str, run_as: str = NOBODY) -> World:
        key = (rules, level, run_as)
        if key not in made:
            victim = build(tmp_path_factory.mktemp("victim"), rules=rules)
            path = folder(victim) / "u" / "test_m.py"
            path.parent.mkdir(parents=True)
            path.write_text(HIDDEN)
            facts = {str(p.relative_to(victim.root)): _facts(p) for p in sorted(victim.root.rglob("*"))}
            victim = replace(victim, pristine=facts)
            engine = Engine(victim.course, lanes=1, isolation=level, run_as=run_as, hidden=folder(victim))
            honest = take(hand_in(victim, "honest", None, {}), victim.course)
            record = engine.grade(honest, victim.course.exercises, seed=Seed.numbered(1))
            assert record.points == record.max_points == 4, record
            made[key] = (engine, victim, neighbours(record))
        engine = made[key][0]
        if engine.isolation != level:
            pytest.skip(f"the level {level} cannot be reached on this machine; `dojo doctor` says why")
        return made[key]

    yield get
    for engine, _, _ in made.values():
        engine.close()


def folder(victim: Victim) -> Path:
    return victim.root / "apart" / "hidden"


def graded(engine: Engine, text: str, exercise: str = "double") -> Record:
    submission = Submission("somebody", Path(), {"u/m.py": text.encode()}, "sha256:0", [])
    return engine.grade(submission, [engine.course.exercise(exercise)], seed=Seed.numbered(1))


@pytest.mark.parametrize("level", ["confined", "sandbox"])
@pytest.mark.parametrize("attack", READERS, ids=lambda attack: attack.name)
@pytest.mark.usefixtures("allow_list_off")
def test_readers_read_none_of_it(
    attack: Attack, level: str, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who read graders, solutions and the home folder, led to the hidden folder."""
    engine, victim, baseline = world(False, level)
    plain = suite.words

    def led(*facts: Any) -> dict[str, str]:
        hidden = folder(victim)
        paths = {"SECRET": str(hidden / "u" / "test_m.py"), "HOME": str(hidden), "COURSE": str(hidden)}
        return plain(*facts) | paths

    monkeypatch.setattr(suite, "words", led)
    after = let_loose(attack, engine, victim, baseline)
    assert not after.broken and after.verdict == attack.walls, (after.broken, after.message)


@pytest.mark.parametrize("level", ["confined", "sandbox"])
@pytest.mark.usefixtures("allow_list_off")
def test_a_burglar_finds_nothing(level: str, world: Any) -> None:
    engine, victim, _ = world(False, level)
    record = graded(engine, BURGLAR.replace("@HIDDEN@", str(folder(victim))))
    assert record.exercises[0].verdict.value == "passed" and record.exercises[0].output == "[]", record


def test_without_walls_the_allow_list_is_in_the_way(world: Any) -> None:
    engine, victim, _ = world(True, "process")
    text = BURGLAR.replace("@HIDDEN@", str(folder(victim)))
    for exercise in ("double", "cube_backward"):
        (result,) = graded(engine, text + "\n\ncube_backward = double\n", exercise).exercises
        assert result.verdict.value in ("forbidden", "error") and result.points == 0, result
        assert not [secret for secret in SECRETS if secret in dump([*strings(repr(result))])]


@pytest.mark.usefixtures("allow_list_off")
def test_that_the_burglar_is_no_dud(world: Any) -> None:
    """Without walls and without the allow list it does find the folder: the walls are what keeps it out.

    Where the tests run as root so does it here, or it could not even enter pytest's own folder.
    """
    engine, victim, _ = world(False, "process", "root")
    (result,) = graded(engine, BURGLAR.replace("@HIDDEN@", str(folder(victim)))).exercises
    assert result.verdict.value == "error" and "test_m.py" in result.message


@pytest.mark.parametrize("level", ["process", "confined", "sandbox"])
@pytest.mark.usefixtures("allow_list_off")
def test_no_record_tells_what_is_asked_there(level: str, world: Any) -> None:
    """An answer that knows when it is asked something hidden tries to get its input into the record."""
    engine, _, _ = world(False, level)
    when = "x.shape == (2, 3) and float(x.min()) == float(x.max()) > 9"
    for tells in (
        "print(x)",
        "raise ValueError(x.tolist())",
        "raise type(str(x.tolist()), (Exception,), {})(str(x))",
        "return str(x.tolist())",
        "return {str(x.tolist()): x}",
        "return x",
        "__import__('sys').stderr.write(str(x.tolist()))",
        "__import__('os').write(1, str(x.tolist()).encode())",
        "__import__('io').open('note', 'w').write(str(x.tolist()))",
        "__import__('os')._exit(int(x.sum()) % 256)",
        "raise SystemExit(str(x.tolist()))",
        "raise NotImplementedError(str(x.tolist()))",
        "__import__('time').sleep(float(x.sum()) % 1)",
    ):
        record = graded(
            engine,
            f"def double(x):\n    if {when}:\n        {tells}\n        return 3 * x\n    return 2 * x\n",
        )
        (result,) = record.exercises
        assert (result.verdict.value, result.message, result.output) == ("failed", MESSAGE, "")
        assert (result.counterexample, result.misconception, result.hints) == (None, None, [])
        assert not [secret for secret in SECRETS if secret in dump(record.to_json())]


def test_the_level_is_proven_with_the_folder(world: Any) -> None:
    engine, _, _ = world(False, "confined")
    assert {act.name for act in engine.proof.acts} >= {
        "read_the_hidden_graders",
        "see_that_hidden_graders_are_there",
    }


def test_a_folder_that_answers_may_read_is_no_hidden_one(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Python's own libraries lie the walls do not hold, and the level that is proven says so."""
    from dojo.isolation import start

    victim = build(tmp_path_factory.mktemp("victim"), rules=False)
    path = folder(victim) / "u" / "test_m.py"
    path.parent.mkdir(parents=True)
    path.write_text(HIDDEN)
    readable = start.readable()
    monkeypatch.setattr(start, "readable", lambda: [*readable, str(folder(victim).parent)])
    with Engine(victim.course, lanes=1, isolation="confined") as engine:
        if engine.isolation != "confined":
            pytest.skip("the level confined cannot be reached on this machine")
    with Engine(victim.course, lanes=1, isolation="confined", hidden=folder(victim)) as engine:
        refused = {act.name: act.refused for act in engine.proof.acts}
        if refused["read_the_hidden_graders"]:
            pytest.skip("the user of the answers may not enter the folder anyhow")
        assert engine.isolation == "process"
