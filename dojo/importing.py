"""Modules that do not survive their own import, found out once instead of once for each exercise.

A module that hangs takes its whole import limit; with twenty exercises in it, its student would wait for
minutes and the rest of the class with them.
"""

from __future__ import annotations

from collections.abc import Iterable

from dojo.channel import StudentError, WorkerEnded
from dojo.course import Course, Exercise
from dojo.rules.reading import part, violations
from dojo.rules.source import SourceError
from dojo.servers import Server
from dojo.submission import Submission


def stuck_modules(
    course: Course, submission: Submission, exercises: Iterable[Exercise], server: Server
) -> dict[str, WorkerEnded]:
    """How each module that never finishes its import ends, by "unit/module.py".

    Looks only at modules of which several exercises are to be graded. What runs on import is the same for
    all of them, so the outcome of one try is that of each.
    """
    counts: dict[str, list[Exercise]] = {}
    for exercise in exercises:
        counts.setdefault(f"{course.unit_of(exercise.id).id}/{exercise.module}.py", []).append(exercise)
    stuck: dict[str, WorkerEnded] = {}
    for name, sharing in counts.items():
        # Of a notebook nothing runs but what an exercise needs, so there is no one import of all.
        if len(sharing) > 1 and name in submission.files and name not in submission.places:
            ended = _try_import(course, submission.files[name], sharing, server)
            if ended is not None:
                stuck[name] = ended
    return stuck


def _try_import(
    course: Course, content: bytes, sharing: list[Exercise], server: Server
) -> WorkerEnded | None:
    try:
        source, imports = part(content, "").source, course.defaults.imports
        exercise = next(
            (e for e in sharing if not violations(content, "", course.rules(e.id), imports)), None
        )
    except SourceError:
        return None
    if exercise is None:
        return None  # what breaks a rule does not run at all, not even to see how long it takes
    seconds, memory = (course.limit(exercise.id, name) for name in ("import_seconds", "memory_mib"))
    with server.worker(memory_mib=memory, cpu_seconds=seconds) as worker:
        try:
            worker.load(source, exercise.module, seconds)
        except StudentError:
            return None  # quick to find out again, and each exercise says where
        except WorkerEnded as ended:
            ended.while_importing = True
            return ended
    return None
