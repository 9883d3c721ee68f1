"""Right answers under many seeds: does a grader ever reject one?

The properties, cases and walls are those of a grading, but a worker is asked about many seeds, one after the
other: most of what a grading costs is starting its workers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dojo.channel import StudentError, WorkerEnded
from dojo.grading.asking import Falsified
from dojo.grading.properties import Property, properties, run
from dojo.grading.student import Allowance
from dojo.prepare import Attempt
from dojo.seeds import Seed
from dojo.servers import Server

SECONDS = 3600.0  # for all seeds of a chunk together


@dataclass
class Flakes:
    """The seeds under which a right answer was rejected, and what it was told the first time."""

    seeds: set[int]
    message: str = ""

    def add(self, seed: int, message: str) -> None:
        """Note a rejection."""
        self.message = self.message or f"seed {seed}: {message}"
        self.seeds.add(seed)


def flakes(attempt: Attempt, server: Server, first: int, last: int) -> Flakes:
    """Check every property of an exercise under the seeds from `first` up to but without `last`."""
    found = Flakes(set())
    patient = replace(attempt, limits=replace(attempt.limits, seconds=SECONDS))
    for prop in properties(attempt.grader, attempt.rules):
        left = list(range(first, last))
        while left:
            left = _under_seeds(prop, patient, server, left, found)
    return found


def _under_seeds(
    prop: Property, attempt: Attempt, server: Server, seeds: list[int], found: Flakes
) -> list[int]:
    """Ask one worker; the seeds that are left where it did not survive one."""
    with attempt.worker(server) as worker:
        student = attempt.load(worker, Allowance(SECONDS))
        for place, number in enumerate(seeds):
            drawn = Seed.numbered(number).number(attempt.exercise.id, prop.name)
            try:
                run(prop, attempt.grader, student, drawn)
            except (Falsified, StudentError) as failure:
                found.add(number, f"{prop.text}: {failure}")
            except WorkerEnded as ended:
                found.add(number, f"{prop.text}: {ended.why}")
                return seeds[place + 1 :]
    return []
