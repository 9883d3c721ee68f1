"""What is put to a grader: mutants, wrong versions and right ones, as modules that could be handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from dojo.course import Course, Exercise
from dojo.grading.grader import Grader
from dojo.grading.museum import alternative_source, wrong_source
from dojo.seeds import Seed
from dojo.submission import Submission
from dojo.truth.mutants import Mutant, mutants, plain
from dojo.truth.operators import OPERATORS
from dojo.truth.operators.tensors import detached

CONTROL, MUTANT, WRONG, RIGHT = "control", "mutant", "wrong", "right"
SEEDS, EQUIVALENT, ALONE = "seeds", "equivalent", "alone"
WATCHED = 4  # the seeds below are graded through workers, the others in the grader's own process,
CHUNK = 100  # so many in one job
BETWEEN, AND = "\0", ", "  # what stands between texts in a row, and between their names


@dataclass(frozen=True)
class Job:
    """One grading. `name` says which version it is, and `kind` of what kind:

    "control":    the reference as mutants are written, which has to pass
    "mutant":     the reference with a slip
    "wrong":      a misconception
    "right":      the reference or an alternative
    "seeds":      all right answers under the seeds from `first` up to but without `last`, their names and
                  texts in a row
    "equivalent": a mutant that is listed as a right answer, looked at closely
    "alone":      a mutant or a misconception, put to every property by itself
    """

    exercise: str
    kind: str
    name: str
    source: str
    seed: Seed
    mutant: Mutant | None = None
    first: int = 0
    last: int = 0

    def submission(self, course: Course) -> Submission:
        """The module as somebody would hand it in."""
        exercise = course.exercise(self.exercise)
        file = f"{course.unit_of(self.exercise).id}/{exercise.module}.py"
        digest = "sha256:" + hashlib.sha256(self.source.encode()).hexdigest()
        return Submission(self.name, Path(), {file: self.source.encode()}, digest, [])


def mutants_of(
    course: Course,
    exercise: Exercise,
    grader: Grader,
    sample: int | None = None,
    free: frozenset[str] = frozenset(),
) -> list[Mutant]:
    """The mutants of an exercise's reference; with `sample` at most so many, always the same ones.

    free: the helpers that are not mutated.
    """
    # Elsewhere inputs of a call ask for no gradient, so nothing could be cut off.
    plays = grader.played_by is not None and "autograd" not in course.rules(exercise.id)
    graph = plays or grader.differentiable
    operators = tuple(o for o in OPERATORS if graph or o is not detached)
    text = course.reference(exercise.id).read_text(encoding="utf-8")
    made = mutants(text, exercise.function, operators, free)
    if sample is None or len(made) <= sample:
        return made
    chosen = sorted(made, key=lambda m: hashlib.sha256(m.id.encode()).digest())[:sample]
    return [mutant for mutant in made if mutant in chosen]


def mutant_jobs(course: Course, exercise: Exercise, seed: Seed, made: Iterable[Mutant]) -> Iterator[Job]:
    """The control, and the mutants of an exercise."""
    text = course.reference(exercise.id).read_text(encoding="utf-8")
    yield Job(exercise.id, CONTROL, "reference", plain(text), seed)
    for mutant in made:
        yield Job(exercise.id, MUTANT, mutant.id, mutant.source, seed, mutant)


def wrong_jobs(exercise: Exercise, grader: Grader, seed: Seed) -> Iterator[Job]:
    """The misconceptions of an exercise."""
    for name, wrong in grader.misconceptions.items():
        yield Job(exercise.id, WRONG, name, wrong_source(grader, wrong), seed)


def right_answers(course: Course, exercise: Exercise, grader: Grader) -> dict[str, str]:
    """The texts of the reference and of the alternatives of an exercise, by name."""
    reference = course.reference(exercise.id).read_text(encoding="utf-8")
    alternatives = {name: alternative_source(grader, f) for name, f in grader.alternatives.items()}
    return {"reference": reference, **alternatives}


def right_jobs(course: Course, exercise: Exercise, grader: Grader, seeds: int) -> Iterator[Job]:
    """The reference and the alternatives of an exercise, under so many seeds."""
    answers = right_answers(course, exercise, grader)
    for name, source in answers.items():
        yield Job(exercise.id, RIGHT, name, source, Seed.numbered(0))
    names, together = AND.join(answers), BETWEEN.join(answers.values())
    for first, last in pairwise(sorted({1, *range(WATCHED, seeds, CHUNK), seeds})):
        yield Job(exercise.id, SEEDS, names, together, Seed.numbered(0), first=first, last=last)
