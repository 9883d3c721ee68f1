"""What holds for all tests: no warm server stays behind, what `--sample` leaves out, and what runs first."""

from __future__ import annotations

import os
import signal
import zlib
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent

os.environ["DOJO_WARM"] = "0"
# A shell's background job ignores Ctrl-C, and so would all that the tests start and end in that way.
signal.signal(signal.SIGINT, signal.default_int_handler)
collect_ignore = ["submissions"]  # a student's module may be called like a test

# Of what `--sample` runs one in so many, and which. Each attack meets the strongest level and all rules in
# every run, and a quarter of them a weaker level or the naive grader that shows that it is no dud. Right and
# wrong answers are what `dojo course truth` has all of, and many more.
SAMPLED = {
    "test_walls[process]": (12, 0),
    "test_walls[confined]": (12, 1),
    "test_works_elsewhere": (12, 2),
    "test_gets_full_marks_elsewhere": (12, 2),
    "test_does_harm_elsewhere": (12, 2),
    "test_helps": (12, 2),
    "test_answers_beside_the_right_one_fail": (12, 3),
    "test_alternative_passes": (2, 0),
    "test_misconception_is_rejected_and_named": (2, 0),
}

# Long ones begin first, or the last of them would keep one process busy while the others have nothing to do.
LONG = (
    "test_kill.py",
    "gradebook",
    "notebooks",
    "test_platforms.py",
    "course/test_submissions.py",
    "course",
    "engine/test_spawn.py",
)
MOST_PROCESSES = 4


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: one more than there are cores, for many a test waits for a time limit."""
    return min((os.cpu_count() or 1) + 1, MOST_PROCESSES)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`--dist loadgroup`: what shares something slow runs in one process. (xdist's own cannot tell from the
    names of pytest 9.2 which tests have its mark.)"""
    if config.getoption("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return Groups(config, log)


def group(nodeid: str) -> str:
    """What a test belongs to: a server, a kernel, a class, an exercise, or nothing but itself."""
    path, _, test = nodeid.removeprefix("tests/").partition("::")
    first = test.partition("[")[2].rstrip("]").split("-")[0]  # the exercise, or the user who runs it all
    if path == "gradebook/test_cycle.py":
        return f"{path} {first}"
    if path.startswith("gradebook/"):
        return "gradebook"
    if path in ("notebooks/test_lab.py", "notebooks/test_kernel.py"):
        return path
    return f"course {first}" if path.startswith("course/") and first else nodeid


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "a part of the attacks at weaker levels, and right and wrong answers: SAMPLED in tests/conftest.py"
    parser.addoption("--sample", action="store_true", help=text)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--sample"):
        out = [item for item in items if _left_out(item)]
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    places = [place for place, name in enumerate(LONG) if item.path.is_relative_to(HERE / name)]
    return min(places, default=len(LONG))


def _left_out(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    if call is None:
        return False
    level = call.params.get("level")
    name = f"{item.originalname}[{level}]" if level else item.originalname  # type: ignore[attr-defined]
    attack = call.params.get("attack", call.params.get("name", call.id))
    if name not in SAMPLED:
        return False
    parts, chosen = SAMPLED[name]
    return zlib.crc32(getattr(attack, "name", str(attack)).encode()) % parts != chosen
