"""The engine: a fork server, the graders, and a record for each submission."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

from dojo import __version__, lanes, servers
from dojo.channel import WorkerEnded
from dojo.course import Course, Exercise
from dojo.digest import course_digest
from dojo.editions import reference_tree
from dojo.forkserver import ServerDied
from dojo.hidden import place
from dojo.isolation.levels import Proof, reaches
from dojo.isolation.probe import prove
from dojo.isolation.users import NOBODY
from dojo.lanes import most
from dojo.seeds import Seed
from dojo.submission import Submission
from dojo.verdict import ExerciseResult, Record, Verdict, total

Event = tuple[str, Any]  # ("start", exercise id) or ("done", ExerciseResult)
Stuck = dict[str, WorkerEnded]  # modules that do not survive their import


class KitFailure(Exception):
    """The kit itself failed; no verdict depends on it."""


class Engine:
    """Grades submissions of one course. Construct it early: the fork server begins to import torch."""

    def __init__(
        self,
        course: Course,
        *,
        lanes: int | None = None,
        isolation: str | None = None,
        run_as: str = NOBODY,
        hidden: Path | None = None,
    ) -> None:
        """lanes: on how many cores to grade. isolation: the level to try for; None for the strongest.

        run_as: the user as whom student code runs where this process is root.
        hidden: a folder of hidden graders (see `dojo/hidden.py`). Raises HiddenError where it cannot be one.
        """
        self.course = course
        self.hidden = None if hidden is None else place(hidden, course)
        self.lanes = most(lanes)
        self._wanted = {"isolation": isolation, "run_as": run_as}
        self._proven: str | None = None
        self._server: servers.Server | None = self._start()
        self._graders: dict[str, Any] = {}
        self.course_digest = course_digest(course.root, self.hidden)  # while torch is being imported

    def _start(self) -> servers.Server:
        return servers.start(**self._wanted)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the fork server and all its workers."""
        if self._server is not None:
            self._server.close()
            self._server = None

    @property
    def server_pid(self) -> int:
        """The process id of the fork server, or of the sandbox around it."""
        return self._living_server().pid

    @property
    def proof(self) -> Proof:
        """What the probe submission could not do in a worker of the server that is used now."""
        proof = self._living_server().proof
        assert proof is not None
        return proof

    @property
    def isolation(self) -> str:
        """The level of isolation that has been proven."""
        return self.proof.level

    @property
    def no_walls(self) -> str | None:
        """Why workers have no walls around them, where they should."""
        return self._living_server().no_walls

    def server(self) -> servers.Server:
        """The server that workers come from, proven. Raises KitFailure where none starts."""
        return self._living_server()

    def detach(self) -> None:
        """Leave the fork server to the copy of this process that a fork has made."""
        if self._server is not None:
            self._server.detach()
            self._server = None

    def clone_server(self) -> servers.Server:
        """A second fork server, for a process that will grade beside this one."""
        return self._living_server().clone()

    def adopt(self, server: servers.Server) -> None:
        """In a fork: use this server and drop the one shared with the parent."""
        self.detach()
        self._server = server

    def grader(self, exercise_id: str) -> Any:
        """The grader of an exercise that has been loaded. KeyError for any other."""
        return self._graders[exercise_id]

    def warm_up(self) -> None:
        """Load everything and grade one answer, so that every first time is over."""
        from dojo.submission import take

        self.load()
        root = self.course.root
        answer = take(root / reference_tree(root), self.course)
        # Where there is only a stub, a wrong answer warms as well; a stub is not run at all.
        files = {
            n: text.replace(b"raise NotImplementedError", b"return None") for n, text in answer.files.items()
        }
        self.grade(replace(answer, files=files), self.course.exercises[:1], seed=Seed.public(self.course.key))

    def load(self, exercises: list[Exercise] | None = None) -> None:
        """Import torch, hypothesis and the graders of these exercises (default: all). The slow part."""
        gc.disable()  # the import makes millions of objects and no garbage
        try:
            import torch

            from dojo import attempt
            from dojo.grading import hidden, registry
            from dojo.worker.walls import hide

            torch.set_num_threads(1)
            hide()  # from other processes of this user, where an answer might run
            wanted = self.course.exercises if exercises is None else exercises
            missing = [e for e in wanted if e.id not in self._graders]
            more = hidden.read(self.hidden, self.course) if self.hidden is not None and missing else None
            self._graders |= registry.load(self.course, missing, more)
            attempt.warm_up()  # here once, rather than in every lane
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
            course=self.course_digest,
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
        from dojo.grading.progress import listening

        results = []
        for exercise in exercises:
            on_event(("start", exercise.id))
            with listening(lambda share, text: on_event(("progress", (share, text)))):
                results.append(self.attempt(submission, exercise, seed, stuck))
            on_event(("done", results[-1]))
        return results

    def _stuck(self, submission: Submission, exercises: list[Exercise]) -> Stuck:
        from dojo.importing import stuck_modules

        try:
            return stuck_modules(self.course, submission, exercises, self._living_server())
        except ServerDied:
            self._drop_server()
            return {}

    def attempt(self, submission: Submission, exercise: Exercise, seed: Seed, stuck: Stuck) -> ExerciseResult:
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

    def _living_server(self) -> servers.Server:
        """The fork server, ready. Raises KitFailure where not even a new one starts."""
        if self._server is None:
            self._server = self._start()
        server = self._server
        try:
            server.ready()
            if server.proof is None:
                server.proof = prove(server, self.course.root, self.hidden)
        except ServerDied as death:
            raise KitFailure(f"the process that runs answers did not start: {death}") from None
        level = server.proof.level
        if self._proven is not None and not reaches(level, self._proven):
            raise KitFailure(f"the walls around answers sank from {self._proven} to {level} on the way")
        self._proven = level
        return server

    def _drop_server(self) -> None:
        if self._server is not None:
            self._server.abandon()
            self._server = None

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
            with lanes.pool(self, self.lanes) as pool:
                # All lanes are forked here, before anything is drawn on the screen.
                waiting = [pool.submit(lanes.attempt, submission, e, seed, stuck) for e in exercises]
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


__all__ = ["Engine", "Event", "KitFailure"]
