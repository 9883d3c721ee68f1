"""The gradings: the same grader that students meet, through the same engine and worker, on all cores."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, TimeoutError, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

from dojo import lanes
from dojo.engine import Engine, KitFailure
from dojo.grading.museum import wrong_source
from dojo.grading.universal import RULES
from dojo.prepare import Attempt, prepare
from dojo.truth.alike import differing
from dojo.truth.alone import rejecting
from dojo.truth.flakes import flakes
from dojo.truth.jobs import ALONE, AND, BETWEEN, EQUIVALENT, MUTANT, SEEDS, WATCHED, Job
from dojo.truth.keys import key_of
from dojo.truth.mutants import plain
from dojo.truth.outcome import Outcome, Store, outcome_of
from dojo.verdict import ExerciseResult, Verdict

GLANCE = 200  # random inputs on which a survivor is compared with the reference,
SHORTER_GLANCE = 40  # and one with a name with the misconception
SECONDS = 4.0  # either takes at most about so long,
CLOSELY = 10_000  # one that is listed as equivalent, when that is verified,
LONGEST = 3600.0  # seconds at most: where an answer trains a model, each input takes a tenth of one
TRIES = 3  # so often lanes may be killed before it is the kit that failed

Tell = Callable[[Job, Outcome, bool], None]  # what came of a job, and whether it is from an earlier run


def run(
    engine: Engine,
    jobs: Iterable[Job],
    store: Store,
    tell: Tell = lambda job, outcome, known: None,
    most: float = math.inf,
) -> dict[Job, Outcome]:
    """Have all jobs graded. What the store knows is taken from there, and everything else put into it.

    most: the seconds after which no further job is begun, so that some may be missing in what is returned.

    A fault of the kit is not kept, so that the next run tries again. Raises KitFailure, OSError.
    """
    done: dict[Job, Outcome] = {}
    waiting: dict[Job, str] = {}
    for job in jobs:
        key = key_of(job, engine.course)
        known = store.read(job.exercise, key)
        if known is None:
            waiting[job] = key
        else:
            done[job] = known
            tell(job, known, True)

    def keep(job: Job, outcome: Outcome) -> None:
        done[job] = outcome
        if outcome.verdict != Verdict.KIT_ERROR.value:
            store.write(job.exercise, waiting[job], outcome)
        tell(job, outcome, False)

    if waiting:
        engine.server()  # proven before it is cloned
    end = time.monotonic() + most
    if engine.lanes > 1 and len(waiting) > 1:
        _in_lanes(engine, list(waiting), keep, end)
    else:
        for job in waiting:
            if time.monotonic() < end:
                keep(job, examine(engine, job))
    return done


def _in_lanes(engine: Engine, jobs: list[Job], keep: Callable[[Job, Outcome], None], end: float) -> None:
    for _ in range(TRIES):
        left = {job: None for job in jobs}
        try:
            with lanes.pool(engine, engine.lanes) as pool:
                futures: dict[Future[Outcome], Job] = {pool.submit(_in_a_lane, job): job for job in jobs}
                for future in _completed(futures, end):
                    keep(futures[future], _result_of(futures[future], future))
                    del left[futures[future]]
                return
        except BrokenProcessPool:
            jobs = list(left)
    raise KitFailure(f"grader processes were killed {TRIES} times")


def _result_of(job: Job, future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except (BrokenProcessPool, KitFailure):
        raise
    except Exception as error:  # a grader file that was edited meanwhile, for instance
        what = f"{type(error).__name__}: {error}".rstrip(": ")
        raise KitFailure(f"{job.exercise}, {job.kind} {job.name}: {what}; start the command again") from error


def _completed(futures: Iterable[Future[Outcome]], end: float) -> Iterator[Future[Outcome]]:
    """Each that completes; what has not begun at that time is called off."""
    waiting = set(futures)
    try:
        for future in as_completed(waiting, None if end == math.inf else max(0.0, end - time.monotonic())):
            waiting.discard(future)
            yield future
    except TimeoutError:
        yield from as_completed([future for future in waiting if not future.cancel()])


def _in_a_lane(job: Job) -> Outcome:
    return examine(lanes.engine(), job)


def examine(engine: Engine, job: Job) -> Outcome:
    """Grade one version. A mutant that passes or gets a name is compared with what it is taken for."""
    if job.kind == EQUIVALENT:
        return _verified(engine, job)
    if job.kind == SEEDS:
        return _under_seeds(engine, job)
    if job.kind == ALONE:
        return _to_each_property(engine, job)
    exercise = engine.course.exercise(job.exercise)
    result = engine.attempt(job.submission(engine.course), exercise, job.seed, {})
    if job.kind != MUTANT:
        return outcome_of(result)
    grader = engine.grader(job.exercise)
    if result.verdict is Verdict.PASSED:
        text = engine.course.reference(job.exercise).read_text(encoding="utf-8")
        return outcome_of(result, *compared(engine, job, plain(text), GLANCE, most=SECONDS))
    if result.misconception is not None:
        text = wrong_source(grader, grader.misconceptions[result.misconception])
        return outcome_of(result, *compared(engine, job, text, SHORTER_GLANCE, memory=False, most=SECONDS))
    return outcome_of(result)


def _under_seeds(engine: Engine, job: Job) -> Outcome:
    """How often right answers are rejected: `differing` of `tried` pairs of an answer and a seed."""
    started, ready = time.monotonic(), {}
    for name, source in zip(job.name.split(AND), job.source.split(BETWEEN), strict=True):
        attempt = attempt_of(engine, job, source)
        if not isinstance(attempt, Attempt):
            return outcome_of(attempt)
        ready[name] = attempt
    found = flakes(ready, engine.server(), job.first, job.last, inside=job.first >= WATCHED)
    verdict = Verdict.FAILED.value if found.pairs else Verdict.PASSED.value
    seconds, tried = round(time.monotonic() - started, 3), len(ready) * (job.last - job.first)
    return Outcome(verdict, None, None, None, found.message, seconds, [], tried, len(found.pairs))


def _to_each_property(engine: Engine, job: Job) -> Outcome:
    """Which properties reject a version. What breaks a rule in its text is put to none."""
    attempt, started = attempt_of(engine, job, job.source), time.monotonic()
    if not isinstance(attempt, Attempt):
        return replace(outcome_of(attempt), fails=[RULES])
    fails = rejecting(attempt, engine.server())
    verdict = Verdict.FAILED.value if fails else Verdict.PASSED.value
    seconds = round(time.monotonic() - started, 3)
    return Outcome(verdict, None, None, None, "", seconds, fails=fails)


def _verified(engine: Engine, job: Job) -> Outcome:
    """Whether a mutant that is listed as a right answer stays one, looked at closely.

    It is compared with the reference; where an exercise has many right answers, it is graded under other
    seeds, until as many checks have been made as there would have been inputs. The message says what it was
    told first, if it was refused.
    """
    grader = engine.grader(job.exercise)
    exercise = engine.course.exercise(job.exercise)
    result = engine.attempt(job.submission(engine.course), exercise, job.seed, {})
    if result.verdict is not Verdict.PASSED:
        return outcome_of(result)
    if grader.forward is not None or grader.oracle is not None:
        text = engine.course.reference(job.exercise).read_text(encoding="utf-8")
        tried, unlike = compared(engine, job, plain(text), CLOSELY, most=LONGEST, inside=True)
        return replace(outcome_of(result, tried, unlike), message="")
    attempt = attempt_of(engine, job, job.source)
    assert isinstance(attempt, Attempt), "it has just passed"
    gradings = math.ceil(CLOSELY / max(result.checks, 1))
    found = flakes({job.name: attempt}, engine.server(), 1, 1 + gradings, inside=True)
    return replace(outcome_of(result, gradings * result.checks, len(found.pairs)), message=found.message)


def compared(
    engine: Engine,
    job: Job,
    text: str,
    count: int,
    *,
    memory: bool = True,
    most: float = float("inf"),
    inside: bool = False,
) -> tuple[int, int]:
    """On how many random inputs a version was compared with this text, and on how many the two differ.

    inside: in this process, which is for a version that has passed.

    (0, 0) where one of them is against the rules, so that it cannot be run.
    """
    attempts = [attempt_of(engine, job, source) for source in (job.source, text)]
    first, second = attempts
    if not isinstance(first, Attempt) or not isinstance(second, Attempt):
        return 0, 0
    return differing(first, second, engine.server(), count, memory=memory, most=most, inside=inside)


def attempt_of(engine: Engine, job: Job, source: str) -> Attempt | ExerciseResult:
    """A text ready to run in the place of a job's own."""
    course, exercise = engine.course, engine.course.exercise(job.exercise)
    submission = Job(job.exercise, job.kind, job.name, source, job.seed).submission(course)
    return prepare(course, engine.grader(job.exercise), submission, exercise)
