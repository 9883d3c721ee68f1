"""A whole run: what is put to the graders, what comes of it, and whether the list of equivalents holds."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from dojo.course import Exercise
from dojo.engine import Engine
from dojo.seeds import Seed
from dojo.truth import equivalent
from dojo.truth.figures import Figures, figures
from dojo.truth.jobs import (
    ALONE,
    EQUIVALENT,
    MUTANT,
    WRONG,
    Job,
    mutant_jobs,
    mutants_of,
    right_jobs,
    wrong_jobs,
)
from dojo.truth.outcome import Outcome, Store
from dojo.truth.overall import lines
from dojo.truth.run import Tell, run


@dataclass(frozen=True)
class Plan:
    """What a run is to do.

    sample:  at most so many mutants of each exercise, but of those in `touched`; None for all.
    mutants: no wrong versions and no right ones besides, but of those in `touched`.
    seconds: begin nothing after so many; what was touched comes last.
    alone:   put every mutant and every wrong version to each property by itself, too.
    """

    exercises: list[Exercise]
    seed: Seed
    sample: int | None = None
    seeds: int = 1
    verify: bool = False
    touched: frozenset[str] = frozenset()
    mutants: bool = False
    alone: bool = False
    seconds: float = math.inf

    def sample_of(self, exercise: Exercise) -> int | None:
        """At most how many mutants of an exercise there are to be; None for all."""
        return None if exercise.id in self.touched else self.sample


@dataclass
class Truth:
    """What came of a run: the figures of each exercise, one line for each problem besides, and how many
    versions were not graded for lack of time."""

    found: list[Figures]
    problems: list[str] = field(default_factory=list)
    left_out: int = 0

    @property
    def holds(self) -> bool:
        """Whether all figures are reached and nothing is left to look at."""
        clean = not any(f.survivors or f.broken for f in self.found)
        return clean and not self.problems and all(line.holds for line in lines(self.found))


def planned(engine: Engine, plan: Plan, lists: equivalent.Lists) -> list[Job]:
    """Everything that is to be graded. Loads the graders."""
    engine.load(plan.exercises)
    course = engine.course
    jobs: list[Job] = []
    for exercise in plan.exercises:
        grader, free = engine.grader(exercise.id), lists.free_in(exercise.id)
        made = mutants_of(course, exercise, grader, plan.sample_of(exercise), free)
        jobs += mutant_jobs(course, exercise, plan.seed, made)
        if not plan.mutants or exercise.id in plan.touched:
            jobs += wrong_jobs(exercise, grader, plan.seed)
            jobs += right_jobs(course, exercise, grader, plan.seeds)
    if plan.seconds < math.inf:  # what is sampled comes first, then everything else in a fixed order by lot
        jobs.sort(key=lambda job: _lot(job) if plan.sample_of(course.exercise(job.exercise)) is None else "")
    wrong = [job for job in jobs if job.kind in (MUTANT, WRONG)]
    return jobs + [replace(job, kind=ALONE) for job in wrong if plan.alone]


def _lot(job: Job) -> str:
    return hashlib.sha256(f"{job.exercise} {job.name}".encode()).hexdigest()


def carry_out(engine: Engine, plan: Plan, folder: Path, tell: Callable[[int], Tell]) -> Truth:
    """Grade everything and sum it up. `tell` is given the number of jobs and returns what is told of each.

    Raises TruthError for a list of equivalents that cannot be used, KitFailure, OSError.
    """
    course, store = engine.course, Store(folder)
    lists = equivalent.read(course)
    jobs = planned(engine, plan, lists)
    listed = set(equivalent.pairs(lists.equivalent))
    more = [j for j in jobs if plan.verify and j.kind == MUTANT and (j.exercise, j.name) in listed]
    close = [replace(job, kind=EQUIVALENT) for job in more]
    jobs += close
    outcomes = run(engine, jobs, store, tell(len(jobs)), plan.seconds)
    store.tidy()
    problems = _problems(plan, lists.equivalent, jobs, outcomes)
    known = {exercise.id: engine.grader(exercise.id) for exercise in plan.exercises}
    return Truth(figures(course, known, outcomes, listed), problems, len(jobs) - len(outcomes))


def _problems(
    plan: Plan, entries: list[equivalent.Entry], jobs: list[Job], outcomes: dict[Job, Outcome]
) -> list[str]:
    """What the list of equivalents says that is not so."""
    whole = {exercise.id for exercise in plan.exercises if plan.sample_of(exercise) is None}
    made: dict[str, set[str]] = {}  # of exercises of which all mutants were made
    for job in jobs:
        if job.kind == MUTANT and job.exercise in whole:
            made.setdefault(job.exercise, set()).add(job.name)
    killed = set()
    unlike = []
    for job, outcome in outcomes.items():
        if job.kind == MUTANT and not outcome.passed:
            killed.add((job.exercise, job.name))
        elif job.kind == EQUIVALENT and outcome.differing:
            on = f"on {outcome.differing} of {outcome.tried} random inputs it is something else"
            told = f" ({outcome.message})" if outcome.message else ""
            unlike.append(f"{equivalent.FILE}: {job.exercise}: {job.name}: {on}{told}.")
    return equivalent.stale(entries, made, killed) + unlike
