"""The engine: a fork server, the graders, and a record for each submission."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context
from typing import Any

from dojo import __version__
from dojo.course import Course, Exercise
from dojo.forkserver import ForkServer, ServerDied, WorkerEnded
from dojo.seeds import Seed
from dojo.submission import Submission
from dojo.verdict import ExerciseResult, Record, Verdict, total

Event = tuple[str, Any]  # ("start", exercise id) or ("done", ExerciseResult)
Stuck = dict[str, WorkerEnded]  # modules that do not survive their import
ISOLATION = "process"


class KitFailure(Exception):
    """The kit itself failed; no verdict depends on it."""


class Engine:
    """Grades submissions of one course. Construct it early: the fork server begins to import torch."""

    isolation = ISOLATION

    def __init__(self, course: Course, *, lanes: int | None = None) -> None:
        self.course = course
        self.lanes = lanes or max(1, min(os.cpu_count() or 1, 8))
        self._server: ForkServer | None = ForkServer()
        self._graders: dict[str, Any] = {}

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the fork server and all its workers."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def detach(self) -> None:
        """Leave the fork server to the copy of this process that a fork has made."""
        if self._server is not None:
            self._server.detach()
            self._server = None

    def clone_server(self) -> ForkServer:
        """A second fork server, for a process that will grade beside this one."""
        return self._living_server().clone()

    def adopt(self, server: ForkServer) -> None:
        """In a fork: use this server and drop the one shared with the parent."""
        self.detach()
        self._server = server

    def warm_up(self) -> None:
        """Load everything and grade one model answer, so that every first time is over."""
        from dojo.submission import take

        self.load()
        first = self.course.exercises[:1]
        self.grade(
            take(self.course.root / "solutions", self.course), first, seed=Seed.public(self.course.key)
        )

    def load(self, exercises: list[Exercise] | None = None) -> None:
        """Import torch, hypothesis and the graders of these exercises (default: all). The slow part."""
        gc.disable()  # the import makes millions of objects and no garbage
        try:
            import torch

            from dojo.grading import registry

            torch.set_num_threads(1)
            wanted = self.course.exercises if exercises is None else exercises
            missing = [e for e in wanted if e.id not in self._graders]
            self._graders |= registry.load(self.course, missing)
        finally:
            gc.freeze()
            gc.enable()

    def grade(
        self,
        submission: Submission,
        exercises: list[Exercise],
        *,
        seed: Seed,
        on_event: Callable[[Event], None] = lambda event: None,
    ) -> Record:
        """Grade these exercises of a submission; the record lists them in the given order."""
        self.load(exercises)
        stuck = self._stuck(submission, exercises)
        if self.lanes > 1 and len(exercises) > 3:
            results = self._in_lanes(submission, exercises, seed, stuck, on_event)
        else:
            results = self._one_by_one(submission, exercises, seed, stuck, on_event)
        points, max_points = total(results)
        return Record(
            submission=submission.name,
            isolation=self.isolation,
            seed=seed.id,
            digest=submission.digest,
            engine=__version__,
            points=points,
            max_points=max_points,
            exercises=results,
            notices=submission.notices,
        )

    def _one_by_one(
        self,
        submission: Submission,
        exercises: list[Exercise],
        seed: Seed,
        stuck: Stuck,
        on_event: Callable[[Event], None],
    ) -> list[ExerciseResult]:
        results = []
        for exercise in exercises:
            on_event(("start", exercise.id))
            results.append(self._attempt(submission, exercise, seed, stuck))
            on_event(("done", results[-1]))
        return results

    def _stuck(self, submission: Submission, exercises: list[Exercise]) -> Stuck:
        from dojo.importing import stuck_modules

        try:
            return stuck_modules(self.course, submission, exercises, self._living_server())
        except ServerDied:
            self._drop_server()
            return {}

    def _attempt(
        self, submission: Submission, exercise: Exercise, seed: Seed, stuck: Stuck
    ) -> ExerciseResult:
        """One attempt. A submission that takes the fork server down has crashed; the next gets a new one."""
        from dojo.attempt import grade_exercise

        grader = self._graders[exercise.id]
        for _ in range(2):
            try:
                server = self._living_server()
                return grade_exercise(self.course, grader, submission, exercise, server, seed, stuck)
            except ServerDied:
                self._drop_server()
        unit = self.course.unit_of(exercise.id).id
        message = "Your code ended the process that runs it, twice; nothing was graded."
        return ExerciseResult(exercise.id, unit, Verdict.CRASHED, 0, exercise.points, message)

    def _living_server(self) -> ForkServer:
        if self._server is None:
            self._server = ForkServer()
        return self._server

    def _drop_server(self) -> None:
        if self._server is not None:
            self._server.abandon()
            self._server = None

    # -- lanes: one grader process and one server each, so that both cores work -------------------------

    def _in_lanes(
        self,
        submission: Submission,
        exercises: list[Exercise],
        seed: Seed,
        stuck: Stuck,
        on_event: Callable[[Event], None],
    ) -> list[ExerciseResult]:
        done: dict[str, ExerciseResult] = {}
        try:
            with self._pool() as pool:
                # All lanes are forked here, before anything is drawn on the screen.
                waiting = [pool.submit(_lane_attempt, submission, e, seed, stuck) for e in exercises]
                upcoming = iter(exercises)
                for exercise in itertools.islice(upcoming, self.lanes):
                    on_event(("start", exercise.id))
                for future in as_completed(waiting):
                    result = future.result()
                    done[result.id] = result
                    on_event(("done", result))
                    for exercise in itertools.islice(upcoming, 1):
                        on_event(("start", exercise.id))
        except BrokenProcessPool:
            # Somebody's code killed a lane. The rest is graded here, one by one.
            left = [e for e in exercises if e.id not in done]
            done |= {r.id: r for r in self._one_by_one(submission, left, seed, stuck, on_event)}
        return [done[exercise.id] for exercise in exercises]

    @contextlib.contextmanager
    def _pool(self) -> Iterator[ProcessPoolExecutor]:
        """Grader processes forked from this one, each with its own clone of the fork server."""
        context = get_context("fork")
        servers = [self._living_server().clone() for _ in range(self.lanes)]
        queue = context.SimpleQueue()
        for number in range(self.lanes):
            queue.put(number)
        global _lane
        _lane = (self, servers, queue)
        pool = ProcessPoolExecutor(self.lanes, mp_context=context, initializer=_enter_lane)
        try:
            with pool:
                try:
                    yield pool
                except BaseException:
                    # Ctrl-C, above all: leave at once, and leave no lane behind.
                    pool.shutdown(wait=False, cancel_futures=True)
                    for lane in active_children():
                        lane.kill()
                    raise
        finally:
            for server in servers:
                server.close()


_lane: Any = None  # set before the lanes are forked, so that nothing has to be pickled


def _enter_lane() -> None:
    """In a lane: take one of the servers, and drop the others so that each ends with its lane."""
    global _lane
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    engine, servers, queue = _lane
    mine = queue.get()
    for number, server in enumerate(servers):
        if number != mine:
            server.close()
    engine.adopt(servers[mine])
    _lane = engine


def _lane_attempt(submission: Submission, exercise: Exercise, seed: Seed, stuck: Stuck) -> ExerciseResult:
    return _lane._attempt(submission, exercise, seed, stuck)


__all__ = ["Engine", "Event", "KitFailure"]
