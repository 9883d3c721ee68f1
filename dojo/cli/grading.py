"""Grading as the commands see it: which exercises of which submissions, watched, then remembered."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dojo.cli.common import past_of, select
from dojo.cli.errors import KIT, NOT_PASSED, PASSED, UsageError, say
from dojo.cli.isolation import check_hidden, insist, options
from dojo.cli.recording import alone, earlier, keep, records_folder, snapshot
from dojo.course import Course, Exercise
from dojo.history import History, Past
from dojo.isolation.levels import reaches
from dojo.submission import Submission, SubmissionError, discover, take
from dojo.text import escaped
from dojo.verdict import ExerciseResult, Record, Verdict, dump, remove_unfinished, write_atomically


@dataclass
class Job:
    """One command's work and what came of it. `own`: a self-check of exercises/."""

    course: Course
    exercises: list[Exercise]
    folders: list[Path]
    own: bool
    several: bool  # a folder of submissions
    seed: Any
    json: Path | None
    store: Path | None  # a folder that keeps the record of each submission
    history: History
    past: Past
    remembered: bool  # in the history: a self-check, in exercises/ or in a notebook
    records: list[Record] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)  # submission, sentence
    taken: int = 0  # so many records are from an earlier grading
    outdated: int = 0  # and so many could have been, had nothing changed since

    @property
    def code(self) -> int:
        """0 only if every exercise asked for has come back passed, in every submission."""
        verdicts = [result.verdict for record in self.records for result in record.exercises]
        if Verdict.KIT_ERROR in verdicts:
            return KIT
        asked = len(self.exercises) * len(self.folders)
        earned = len(verdicts) == asked > 0 and all(verdict is Verdict.PASSED for verdict in verdicts)
        return PASSED if earned else NOT_PASSED


def prepare(course: Course, names: list[str], args: argparse.Namespace) -> Job:
    """Check everything that can be wrong with the command before anything slow begins."""
    own = args.submission is None
    if not own:
        _refuse_course_of(Path(args.submission), course)
    check_hidden(args, course)
    exercises = select(course, names or _unit_of_notebook(args.submission, course))
    seed = _seed(course, args)
    target = _json_target(args.json)
    store = records_folder(args)
    folder = course.root / "exercises" if own else Path(args.submission)
    folders = [folder] if own else discover(folder, course)
    several = folders != [folder]
    remembered = own or (getattr(args, "remember", False) and not several)
    history, past = past_of(course) if remembered else (History(course.root), Past())
    return Job(course, exercises, folders, own, several, seed, target, store, history, past, remembered)


def _unit_of_notebook(submission: str | None, course: Course) -> list[str]:
    """The unit that a single notebook holds, as the word for it; nothing for a folder."""
    if submission is None or not Path(submission).is_file():
        return []
    return sorted({name.split("/")[0] for name in take(Path(submission), course).files})


def _refuse_course_of(submission: Path, course: Course) -> None:
    """A submission may bring a course of its own, whose graders would run here as if they were ours."""
    root = course.root.resolve()
    if submission.resolve() in (root, *root.parents):
        raise UsageError(
            f"The course.toml of {course.root} belongs to the submission itself: repeat the command in the "
            "folder of your own course, with --submission and the path of this one."
        )


def _seed(course: Course, args: argparse.Namespace) -> Any:
    from dojo.seeds import Seed

    if args.seed is not None:
        return Seed.numbered(args.seed)
    if args.key_file is None:
        return Seed.public(course.key)
    try:
        # The line break that an editor leaves at the end is not part of a key.
        key = Path(args.key_file).read_bytes().strip()
    except OSError as error:
        raise UsageError(f"The key file {args.key_file} cannot be read: {error.strerror}.") from None
    if not key:
        raise UsageError(f"The key file {args.key_file} is empty.")
    return Seed.secret(key)


def _json_target(name: str | None) -> Path | None:
    if name is None:
        return None
    path = Path(name)
    if path.is_dir() or not path.parent.is_dir():
        problem = "is a folder" if path.is_dir() else f"cannot be written: there is no folder {path.parent}"
        raise UsageError(f"The file {name} for the result {problem}.")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"The file {name} for the result cannot be written: {path.parent} is read-only.")
    return path


@contextmanager
def started(course: Course, args: argparse.Namespace) -> Iterator[Any]:
    """A new engine, stopped at the end; a warm server's own stays as it is, and knows no hidden graders."""
    if args.engine is not None and getattr(args, "hidden", None) is None:
        yield args.engine
        return
    from dojo.engine import Engine

    with Engine(course, **options(args)) as cold:
        yield cold


def carry_out(
    job: Job, engine: Any, args: argparse.Namespace, watch: AbstractContextManager[Any] | None = None
) -> None:
    """Grade every submission behind the walls that are asked for, tell `watch` how it goes, remember
    self-checks, write the files asked for."""
    with alone(job):
        done = earlier(job, engine)
        with watch or nullcontext() as board:
            if len(done) < len(job.folders):
                engine.load(job.exercises)  # while the fork server starts
            insist(args, engine)
            weak = [folder for folder, r in done.items() if not reaches(r.isolation, engine.isolation)]
            for folder in weak:
                del done[folder]
            job.taken, job.outdated = len(done), job.outdated + len(weak)
            if board is not None:
                board.take(job.taken)
            for folder in job.folders:
                if folder in done:
                    job.records.append(done[folder])
                else:
                    _grade(job, engine, folder, board)
        if job.json is not None:
            _write(job)
    if job.remembered:
        with suppress(OSError):  # `add_attempt` has complained already
            job.history.sync()


def _grade(job: Job, engine: Any, folder: Path, board: Any) -> None:
    try:
        submission = snapshot(job, folder)
    except SubmissionError as error:
        if not job.several:
            raise
        job.unreadable.append((escaped(folder.name), str(error)))
        return
    tell = _listener(job, submission, board)
    record = engine.grade(submission, job.exercises, seed=job.seed, on_event=tell)
    _check_complete(job, record)
    keep(job, record)
    job.records.append(record)


def _listener(job: Job, submission: Submission, board: Any) -> Callable[[tuple[str, Any]], None]:
    complained = False
    if board is not None:
        board.begin(submission.name)

    def tell(event: tuple[str, Any]) -> None:
        nonlocal complained
        kind, what = event
        if board is not None:
            board.tell(kind, what)
        if kind == "done" and job.remembered and not complained:
            try:
                _remember(job, what, submission.digest)
            except OSError as error:
                complained = True
                say(f"The history {job.history.path} cannot be written ({error.strerror}); the rest goes on.")

    return tell


def _remember(job: Job, result: ExerciseResult, digest: str) -> None:
    untouched = result.verdict is Verdict.NOT_STARTED and job.past.state(result.id) == "not_started"
    if not untouched:  # or the file would grow by the whole course with each run
        job.history.add_attempt(result, digest, sync=False)


def _check_complete(job: Job, record: Record) -> None:
    if sorted(result.id for result in record.exercises) != sorted(exercise.id for exercise in job.exercises):
        raise RuntimeError("the engine's record does not hold exactly the exercises that were asked for")


def _write(job: Job) -> None:
    assert job.json is not None
    if job.several:
        data: dict[str, Any] = {"schema": 1, "submissions": [record.to_json() for record in job.records]}
        if job.unreadable:
            data["unreadable"] = [{"submission": name, "message": text} for name, text in job.unreadable]
    else:
        data = job.records[0].to_json()
    try:
        remove_unfinished(job.json)
        write_atomically(job.json, dump(data))
    except OSError as error:
        raise UsageError(f"The result could not be written to {job.json}: {error.strerror}.") from None


def stay_warm(args: argparse.Namespace, engine: Any) -> None:
    """After a cold run, leave the engine to the next one where that is wanted."""
    if args.engine is None and not options(args) and os.environ.get("DOJO_WARM") != "0":
        from dojo.warm import stay_warm as leave

        leave(engine)
