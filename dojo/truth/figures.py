"""The figures: what the graders made of all that was put to them, for each exercise and for all together."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from dojo.course import Course
from dojo.grading import universal
from dojo.grading.grader import Grader
from dojo.grading.properties import narrower, properties
from dojo.truth.jobs import ALONE, CONTROL, EQUIVALENT, MUTANT, RIGHT, SEEDS, WRONG, Job
from dojo.truth.outcome import Outcome
from dojo.verdict import Verdict

BELIEVABLE = 1e-6
RULE, NO_NAME = "a rule", "no name"  # diagnoses that are no misconception


@dataclass
class Figures:
    """What came of one exercise. Every list holds what has to be looked at."""

    exercise: str
    unit: str
    made: int = 0
    killed: int = 0
    by: Counter[str] = field(default_factory=Counter)
    by_of_wrong: Counter[str] = field(default_factory=Counter)  # the same for the listed wrong versions
    texts: list[str] = field(default_factory=list)  # the properties, in the order in which they are checked
    idle: list[str] = field(default_factory=list)  # properties that killed nothing that came to them
    alone: dict[str, list[str]] = field(default_factory=dict)  # all properties that reject a version, by name
    equivalent: list[Job] = field(default_factory=list)
    verified: list[tuple[Job, Outcome]] = field(default_factory=list)  # those that were looked at closely
    survivors: list[tuple[Job, Outcome]] = field(default_factory=list)
    named: list[tuple[Job, Outcome]] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)  # of each mutant's counterexample
    matrix: dict[str, str] = field(default_factory=dict)  # misconception to diagnosis
    twins: set[tuple[str, str]] = field(default_factory=set)
    missed: list[str] = field(default_factory=list)  # misconceptions that pass
    right: int = 0
    rejected: list[tuple[Job, Outcome]] = field(default_factory=list)  # right answers that fail
    seeds: int = 0  # gradings of right answers under other seeds, and those of them that failed
    flakes: int = 0
    bound: float = (
        0.0  # how probable it is, at most, that a grading refuses a right answer, as its grader states
    )
    broken: list[tuple[Job, Outcome]] = field(default_factory=list)  # faults of the kit; a control that fails
    seconds: float = 0.0

    @property
    def only(self) -> Counter[str]:
        """How many versions each property rejects that no other one rejects."""
        return Counter(fails[0] for fails in self.alone.values() if len(fails) == 1)

    @property
    def misleading(self) -> list[tuple[Job, Outcome]]:
        """Mutants that are told of an idea which is not theirs: on other inputs the two differ."""
        return [(job, outcome) for job, outcome in self.named if outcome.differing]

    @property
    def within_bound(self) -> bool:
        """Whether the stated bound lets one expect so many flakes, all but once in a million times."""
        return self.flakes == 0 or at_least(self.flakes, self.bound * self.seeds) > BELIEVABLE

    @property
    def wrongly(self) -> int:
        """How many right answers are rejected, other seeds apart."""
        return sum(job.kind == RIGHT for job, _ in self.rejected)

    @property
    def diagonal(self) -> int:
        """How many misconceptions are called by their own name, or by that of a declared twin."""
        return sum(a == b or (a, b) in self.twins for a, b in self.matrix.items())

    @property
    def diagnosed(self) -> int:
        """How many misconceptions might have been: not those that break a rule, which is said instead."""
        return sum(diagnosis != RULE for diagnosis in self.matrix.values())

    def add(self, job: Job, outcome: Outcome, equivalent: bool) -> None:
        """Count one outcome. equivalent: whether it is listed as a right answer."""
        self.seconds += outcome.seconds
        if outcome.verdict == Verdict.KIT_ERROR.value:
            self.broken.append((job, outcome))
        elif job.kind == MUTANT:
            self._add_mutant(job, outcome, equivalent)
        elif job.kind == WRONG:
            ruled = outcome.verdict == Verdict.FORBIDDEN.value
            self.matrix[job.name] = RULE if ruled else outcome.misconception or NO_NAME
            self.missed += [job.name] if outcome.passed else []
            self.by_of_wrong[outcome.by] += not outcome.passed
        elif job.kind == RIGHT:
            self.right += 1
            self.rejected += [] if outcome.passed else [(job, outcome)]
        elif job.kind == SEEDS:
            self.seeds, self.flakes = self.seeds + outcome.tried, self.flakes + outcome.differing
            self.rejected += [] if outcome.passed else [(job, outcome)]
        elif job.kind == EQUIVALENT:
            self.verified.append((job, outcome))
        elif job.kind == ALONE:
            self.alone[job.name] = outcome.fails
        elif job.kind == CONTROL and not outcome.passed:
            self.broken.append((job, outcome))

    def _add_mutant(self, job: Job, outcome: Outcome, equivalent: bool) -> None:
        self.made += 1
        if outcome.passed:
            if equivalent:
                self.equivalent.append(job)
            else:
                self.survivors.append((job, outcome))
            return
        self.killed += 1
        self.by[outcome.by] += 1
        if outcome.entries is not None:
            self.entries.append(outcome.entries)
        if outcome.misconception is not None:
            self.named.append((job, outcome))


def figures(
    course: Course,
    graders: Mapping[str, Any],
    outcomes: Mapping[Job, Outcome],
    equivalent: set[tuple[str, str]],
) -> list[Figures]:
    """The figures of each exercise, in teaching order."""
    found: dict[str, Figures] = {}
    for job, outcome in outcomes.items():
        if job.exercise not in found:
            found[job.exercise] = _of(course, job.exercise)
        found[job.exercise].add(job, outcome, (job.exercise, job.name) in equivalent)
    for one in found.values():
        one.texts = property_texts(graders[one.exercise], course.rules(one.exercise))
        one.bound = graders[one.exercise].false_positive
        one.idle = [text for text in one.texts if not one.by[text] + one.by_of_wrong[text]]
    return [found[e.id] for e in course.exercises if e.id in found]


def _of(course: Course, exercise: str) -> Figures:
    twins = same_function(course.path("graders", exercise))
    return Figures(
        exercise, course.unit_of(exercise).id, twins={(a, b) for i, a, b in twins if i == exercise}
    )


def property_texts(grader: Grader, rules: tuple[str, ...]) -> list[str]:
    """All statements about an exercise, in the order in which they are checked."""
    texts = []
    for prop in properties(grader, rules):
        texts.append(prop.text)
        if prop.check is universal.equals_reference and grader.pure and grader.played_by is None:
            texts.append(universal.PURE)
        texts += [narrower(check) for check in prop.also]
    return list(dict.fromkeys(texts))


@cache
def same_function(path: Path) -> set[tuple[str, str, str]]:
    """Pairs of misconceptions that a grader file declares to be one function on all valid inputs (`SAME`)."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "SAME" for t in node.targets):
            return set(ast.literal_eval(node.value))
    return set()


def at_least(count: int, expected: float) -> float:
    """The probability that something rare happens `count` times or more (Poisson)."""
    fewer = sum(math.exp(-expected) * expected**n / math.factorial(n) for n in range(count))
    return max(0.0, 1.0 - fewer)


def quantile(values: Iterable[int], share: float) -> int:
    """The smallest of the values that so large a share of them does not exceed; 0 where there is none."""
    ordered = sorted(values)
    if not ordered:
        return 0
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
