"""Which properties reject a version, each asked by itself: what is never the only one may not be needed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from dojo.channel import StudentError, WorkerEnded
from dojo.grading.asking import Falsified
from dojo.grading.cases import Parts
from dojo.grading.grader import Grader
from dojo.grading.properties import Check, Property, narrower, properties, run
from dojo.grading.student import Allowance, Student
from dojo.prepare import Attempt
from dojo.servers import Server


class _Refuted(BaseException):
    """A property does not hold. Not an Exception, so that no smaller case is looked for."""


def rejecting(attempt: Attempt, server: Server) -> list[str]:
    """The texts of the properties that do not hold for a version, each checked in a worker of its own."""
    allowance, found = Allowance(attempt.limits.seconds), []
    for prop in properties(attempt.grader, attempt.rules):
        checks = [(prop.text, prop.check, prop.examples)]
        checks += [(narrower(check), check, 1) for check in prop.also]
        for text, check, examples in checks:
            own = replace(prop, check=partial(_once, check), examples=examples, also=())
            if not _holds(attempt, server, own, allowance):
                found.append(text)
    return found


def _holds(attempt: Attempt, server: Server, prop: Property, allowance: Allowance) -> bool:
    with attempt.worker(server) as worker:
        try:
            student = attempt.load(worker, allowance)
            run(prop, attempt.grader, student, 1)
        except (_Refuted, StudentError, WorkerEnded):
            return False
    return True


def _once(check: Check, student: Student, grader: Grader, parts: Parts) -> None:
    try:
        check(student, grader, parts)
    except (Falsified, StudentError, WorkerEnded):
        raise _Refuted from None
