"""Partial credit: what an answer earns that did not pass, where `course.toml` says `credit = "property"`.

Points are `points * held / properties`, rounded down to hundredths. What counts as a property here:

- one that no trivial answer has: None, zeros, ones, equal shares, an input (`dojo/grading/trivial.py`);
- one that the answer in question lacks, so that an answer that did not pass never has all;
- all that are not shown, together as one.

Nothing at all is earned by an answer that is not started, cannot be imported, breaks a rule, hangs, crashes
or asks for too much memory, in whatever property that is seen; by one whose very first property fails for its
kind or shape; and by one that is right at first and wrong when it is watched, for it may answer small inputs
by means that are forbidden. With the first such failure the grading of the exercise ends, so that an answer
that hangs costs the time of one call and not of one for each property.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from dojo.explain import Failure
from dojo.grading.asking import Falsified
from dojo.grading.properties import Property
from dojo.grading.trivial import grouped, tells
from dojo.grading.universal import RULES
from dojo.points import share
from dojo.prepare import Attempt
from dojo.verdict import ExerciseResult, Verdict

_GOES_ON = (Verdict.FAILED, Verdict.ERROR)


@dataclass
class Tally:
    """What has come of the properties of an exercise so far."""

    attempt: Attempt
    todo: list[Property]
    failed: list[tuple[Property, Failure, ExerciseResult]] = field(default_factory=list)
    spoilt: bool = False  # nothing can be earned any more
    over: bool = False  # what is left cannot change the points

    def add(self, prop: Property, failure: Failure, result: ExerciseResult) -> None:
        """Note a failure, and what it amounts to."""
        # In what way it fails what is not shown must not show in its points.
        self.spoilt = not prop.hidden and self._spoils(prop, failure, result)
        self.over = self.spoilt or prop.hidden
        self.failed.append((prop, failure, result))

    def _spoils(self, prop: Property, failure: Failure, result: ExerciseResult) -> bool:
        importing = not isinstance(failure, Falsified) and failure.while_importing
        if result.verdict not in _GOES_ON or importing:
            return True
        if prop is self.todo[0]:
            return isinstance(failure, Falsified) and failure.mismatch.kind in ("kind", "shape")
        return prop.text is RULES and all(other is not self.todo[0] for other, _, _ in self.failed)

    def credited(self, result: ExerciseResult) -> ExerciseResult:
        """The result with its points, and with how many of the properties that count hold."""
        groups = grouped(self.todo)
        if result.verdict is Verdict.PASSED:
            return replace(result, held=len(groups), properties=len(groups))
        if self.spoilt:
            return replace(result, held=0, properties=len(groups))
        failed = [prop for prop, _, _ in self.failed]
        every = range(len(groups))
        lacking = {n for n in every if any(prop in failed for prop in groups[n])}
        grader, rules = self.attempt.grader, self.attempt.rules
        held = sum(n not in lacking and tells(grader, rules, n) for n in every)
        of = held + len(lacking)
        return replace(result, points=share(result.max_points, held, of), held=held, properties=of)
