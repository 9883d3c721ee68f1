"""Exercises whose cases are played on the student's objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from dojo.course import load
from dojo.engine import Engine
from dojo.grading import registry
from dojo.grading.museum import alternative_source, wrong_source
from dojo.seeds import Seed
from dojo.submission import take
from dojo.verdict import ExerciseResult, Verdict

MANIFEST = """\
[course]
title = "Counters"
key = "counters"

[[unit]]
id = "u01"
title = "Counters"
forbid = ["autograd"]

[[unit.exercise]]
id = "counter"
title = "A counter"
target = "counters:Counter"
points = 1
difficulty = 1
minutes = 5
hints = ["Look at the number.", "What is it?", "It is a number."]
"""
SOLUTION = '''\
"""Counters."""


def step() -> int:
    """How far a counter goes."""
    return 1


class Counter:
    """Counts up."""

    def __init__(self, start: int) -> None:
        # BEGIN SOLUTION
        self.now = start
        # END SOLUTION

    def up(self, by: int) -> "Counter":
        """A counter that is further on."""
        # BEGIN SOLUTION
        return Counter(self.now + by * step())
        # END SOLUTION
'''
GRADER = """\
from dojo.grading import grades, integers_in


@grades("counter", start=integers_in(3, 9), by=integers_in(2, 5))
def counter(start, by):
    return {"before": start, "after": start + by, "again": start + by + 1}


@counter.play
def play(student, start, by):
    first = student.Counter(start)
    second = first.up(by)
    return {"before": first.now, "after": second.now, "again": second.up(1).now}


@counter.alternative
class WithDefault:
    def __init__(self, start=0):
        self.now = start

    def up(self, by):
        other = Counter()
        other.now = self.now + by
        return other


@counter.misconception(symptom="It moves.", question="Which one has moved?", rule="Make a new one.")
class MovesItself:
    def __init__(self, start):
        self.now = start

    def up(self, by):
        self.now += by
        return self


counter.misconception_by_edit(
    "goes_down", old="now + by", new="now - by", symptom="Down.", question="Which way is up?", rule="Up."
)


@counter.misconception(symptom="A number.", question="What can count on?", rule="Only a counter can.")
class HandsOutNumbers:
    def __init__(self, start):
        self.now = start

    def up(self, by):
        return self.now + by
"""


# The target is an argument of the grader's code, and the play needs a class that the target does not mention.
TWICE = """\
from dojo.grading import grades, integers_in, remote_function

APPLY = remote_function('''
def apply(function, kind, by):
    return [function(by), kind(by).now]
''')


@grades("counter", by=integers_in(2, 5), uses=("Counter",))
def counter(by):
    return {"both": [2 * by, by], "pairs": 1}


@counter.play
def play(student, by):
    first, second = student.Counter(by), student.Counter(by)
    pairs = student.run(remote_function("def f(a, b): return {(a, b)}"), first, second)
    alike = int(pairs == {(first, second)})
    return {"both": student.run(APPLY, student, student.Counter, by), "pairs": alike}


@counter.misconception(symptom="As it was.", question="Is that twice?", rule="Twice is two times.")
def once(by):
    return by
"""


def test_functions_and_classes_are_arguments(tmp_path: Path) -> None:
    function = "def twice(by: int) -> int:\n    # BEGIN SOLUTION\n    return 2 * by\n    # END SOLUTION\n"
    for name, text in {
        "course.toml": MANIFEST.replace("counters:Counter", "counters:twice"),
        "solutions/u01/counters.py": f"{SOLUTION}\n\n{function}",
        "graders/u01/test_counters.py": TWICE,
    }.items():
        path = tmp_path / "course" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    engine = Engine(load(tmp_path / "course"), lanes=1)
    (tmp_path / "right").mkdir()
    (tmp_path / "wrong").mkdir()
    result = _grade(engine, f"{SOLUTION}\n\n{function}", tmp_path / "right")
    assert result.verdict is Verdict.PASSED, result.message
    result = _grade(engine, f"{SOLUTION}\n\n{function.replace('2 * by', 'by')}", tmp_path / "wrong")
    assert (result.verdict, result.misconception) == (Verdict.FAILED, "once"), result.message


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    root = tmp_path_factory.mktemp("counters")
    for name, text in {
        "course.toml": MANIFEST,
        "solutions/u01/counters.py": SOLUTION,
        "graders/u01/test_counters.py": GRADER,
    }.items():
        path = Path(root / name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Engine(load(root), lanes=1)


def _grade(engine: Engine, text: str, tmp_path: Path) -> ExerciseResult:
    (tmp_path / "u01").mkdir()
    (tmp_path / "u01" / "counters.py").write_text(text)
    submission = take(tmp_path, engine.course)
    return engine.grade(submission, engine.course.exercises, seed=Seed.numbered(1)).exercises[0]


@pytest.mark.parametrize("name", ["solution", "WithDefault"])
def test_right_classes_pass(engine: Engine, name: str, tmp_path: Path) -> None:
    grader = registry.load(engine.course)["counter"]
    text = SOLUTION if name == "solution" else alternative_source(grader, grader.alternatives[name])
    result = _grade(engine, text, tmp_path)
    assert result.verdict is Verdict.PASSED, result.message


@pytest.mark.parametrize("name", ["MovesItself", "goes_down", "HandsOutNumbers"])
def test_wrong_classes_fail_and_are_named(engine: Engine, name: str, tmp_path: Path) -> None:
    grader = registry.load(engine.course)["counter"]
    result = _grade(engine, wrong_source(grader, grader.misconceptions[name]), tmp_path)
    assert (result.verdict, result.misconception) == (Verdict.FAILED, name), result.message


def test_stub_is_not_started(engine: Engine, tmp_path: Path) -> None:
    from dojo.regions import stub_text

    result = _grade(engine, stub_text(SOLUTION, Path("counters.py")), tmp_path)
    assert result.verdict is Verdict.NOT_STARTED, result.message


def test_an_answer_that_is_no_counter_is_explained(engine: Engine, tmp_path: Path) -> None:
    result = _grade(engine, SOLUTION.replace("return Counter(", "return str("), tmp_path)
    assert result.verdict is Verdict.FAILED and "has no attribute 'now'" in result.message, result.message
    assert result.counterexample is not None and result.counterexample.inputs[0].name == "start"


def test_an_exception_remembers_the_case(engine: Engine, tmp_path: Path) -> None:
    result = _grade(engine, SOLUTION.replace("return Counter(", "return 1 / 0 * ("), tmp_path)
    assert result.verdict is Verdict.ERROR and "ZeroDivisionError" in result.message
    assert result.counterexample is not None


def test_the_watches_look_at_every_call(engine: Engine, tmp_path: Path) -> None:
    text = SOLUTION.replace('"""Counters."""', "import torch").replace(
        "return Counter(self", "x = torch.ones(2, requires_grad=True); (x * 2).sum(); return Counter(self"
    )
    result = _grade(engine, text, tmp_path)
    assert result.verdict is Verdict.FORBIDDEN, result.message


ODD = """

class Odd(float):
    def __eq__(self, other):
        return True
"""
HOSTILE = {
    "never ends": ("while True: pass", Verdict.TIMEOUT),
    "leaves": ("raise SystemExit", Verdict.CRASHED),
    "contains itself": ("loop = []; loop.append(loop); self.now = loop; return self", Verdict.FAILED),
    "is no plain number": ("self.now = Odd(); return self", Verdict.FAILED),
    "hands out thousands": ("self.now = [Counter(i) for i in range(30_000)]; return self", Verdict.FAILED),
    "calls itself": ("return self.up(by)", Verdict.ERROR),
    "answers with a set": ("self.now = {by}; return self", Verdict.FAILED),
    "answers with itself": ("self.now = self; return self", Verdict.FAILED),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_objects_get_no_credit(engine: Engine, what: str, tmp_path: Path) -> None:
    body, verdict = HOSTILE[what]
    text = SOLUTION.replace("return Counter(self.now + by * step())", body) + ODD
    result = _grade(engine, text, tmp_path)
    assert result.verdict is verdict and not result.points, (result.verdict, result.message)
