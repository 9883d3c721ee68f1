"""Each attack on verdicts, secrets and model answers works where a naive grader runs it: none is a dud."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("looks at processes as Linux shows them", allow_module_level=True)

import os

from runners import HUNG_SECONDS, SECONDS, by_pytest, by_script, by_unittest, outcome
from suite import WORKED, Attack, _left_files, _listener, attacks, words
from victim import CANARY, Victim, build, hand_in

SCRIPT = (
    "v03",
    "v09_patch_builtins",
    "v21",
    "v25_hooks",
    "f02_referrers",
)  # what these fool is no test runner
UNITTEST = ("v10_patch_unittest", "v30_mends")
# The start of a name: what the attack does to a naive grader; one of these words is enough.
DOES = {
    "v01": "passed",
    "v02": "passed",
    "v03": "passed",
    "v04": "passed",
    "v05": "passed",
    "v06": "hung",
    "v07": "skipped",
    "v08": "fewer",
    "v09": "green passed",
    "v10": "green passed",
    "v11": "green",
    "v12_ini": "fewer",
    "v13": "green",
    "v15_shadow_in_scratch": "passed",
    "v16_rewrite_globals": "green",
    "v17_late": "files",
    "v17_watching": "green",
    "v17_read_only": "changed",
    "v18": "claims",
    "v19": "fewer",
    "v20_floods": "text",
    "v21": "silent",
    "v22": "green",
    "v23": "claims",
    "v24": "green",
    "v25_hooks": "passed",
    "v25": "passed",
    "v26": "green",
    "v27": "green",
    "v29": "secret claims",
    "v30_mends": "passed",
    "d01": "secret",
    "d02_source_of_callers": "secret quotes",
    "d02_source_of_modules": "secret",
    "d04_fails": "quotes",
    "d05": "inputs",
    "d06": "secret",
    "d09": "secret",
    "d11_exit": "fewer",
    "f01": "green",
    "f02_referrers": "passed",
    "f02": "green",
    "f03": "green",
    "f04_installed": "secret",
    "f04": "green",
    "f06": "secret",
    "f07": "secret",
    "f08_chameleon": "green",
    "f10": "heard",
    "f11_reads": "secret",
    "f11": "green",
    "f12": "green",
    "f13": "secret",
}
ELSEWHERE = {
    "v12_course": "misleads only whoever takes the course from the submission's folder",
    "v14": "works at the start of another interpreter; test_beyond_submissions_a.py starts some",
    "v15_shadow_modules": "the same: here the real modules are loaded already",
    "v16_rewrite_the_session": "made for our worker",
    "v19_function_is_no_function": "counts on graders that forgive errors of their own",
    "v20_blames": "made for our worker: it was the way out of `forbidden` that it looks for",
    "v20_ends": "ends its parent, which would be this test run",
    "v28": "made for our channel",
    "v30_poses": "counts on graders that find modules by their names",
    "v31": "counts on graders that have a practice mode",
    "d03": "needs a notebook",
    "d04_shows": "counts on graders that show their own errors",
    "d07": "looks for caches that may or may not be there",
    "d10": "looks for hashes, which this course has none of",
    "d11_timing": "the time it takes is the message",
    "f05": "needs an allocator that gives memory back unchanged, as those of graphics cards do",
    "f08_poses": "made for our worker",
    "f09": "made for our channel",
}
CHOSEN = [a for a in attacks() if a.group in ("verdict", "disclosure", "theft") and not a.passes]


def _first(table: dict[str, str], name: str) -> str | None:
    return next((what for start, what in table.items() if name.startswith(start)), None)


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    os.environ["COURSE_KEY"] = f"{CANARY}-IN-THE-ENVIRONMENT"
    yield build(tmp_path_factory.mktemp("victim"), rules=False)
    os.environ.pop("COURSE_KEY", None)


@pytest.mark.parametrize(
    "attack", [pytest.param(a, id=a.name) for a in CHOSEN if not _first(ELSEWHERE, a.name) and a.rows]
)
def test_works_elsewhere(attack: Attack, victim: Victim) -> None:
    wanted = (_first(DOES, attack.name) or "").split()
    found = _let_loose(attack, victim, HUNG_SECONDS if "hung" in wanted else SECONDS)
    assert found & set(wanted), found


def _let_loose(attack: Attack, victim: Victim, seconds: float) -> set[str]:
    grade = by_script if attack.name.startswith(SCRIPT) else by_pytest
    grade = by_unittest if attack.name.startswith(UNITTEST) else grade
    wait_s = {"v17_late_child": 0.7, "v17_watching_child": 3.2}.get(attack.name, 0.0)
    with _listener() as (port, address, heard):
        folder = hand_in(victim, "attacker", attack.path, words(victim, port, address))
        home = _content(victim.secret.parent)
        found, text = outcome(grade, folder, wait_s, seconds)
        signs = {
            "secret": CANARY in text or WORKED in text,
            "claims": "passed" in text.replace("passed in", "") or "1000" in text,
            "quotes": "expected = reference" in text or "cube_backward(x, dy)" in text,
            "inputs": "[[" in text,
            "files": bool(_left_files()),
            "heard": bool(heard),
            "changed": _content(victim.secret.parent) != home,
        }
    return found | {word for word, true in signs.items() if true}


def _content(folder: Path) -> list[tuple[str, int, bytes]]:
    return [(path.name, path.stat().st_mode, path.read_bytes()) for path in sorted(folder.iterdir())]


def test_every_attack_is_looked_at() -> None:
    lost = [a.name for a in CHOSEN if a.rows and not _first(DOES, a.name) and not _first(ELSEWHERE, a.name)]
    assert not lost


def test_naive_graders_are_graders(victim: Victim) -> None:
    """They pass the right answer and fail the wrong one: it is not that they pass everything."""
    right, wrong = (a for a in attacks() if a.group == "verdict" and a.name.startswith("control_"))
    for grade in (by_pytest, by_unittest, by_script):
        good, _ = outcome(grade, hand_in(victim, "attacker", right.path, {}))
        bad, text = outcome(grade, hand_in(victim, "attacker", wrong.path, {}))
        assert bad == set() and text, (grade.__name__, bad, text)
        assert good - {"silent"} == {"green" if grade is by_pytest else "passed"}, (grade.__name__, good)
