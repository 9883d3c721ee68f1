"""`dojo grade --records DIR`: what an earlier grading has finished is taken, and not graded again."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dojo import records
from dojo.cli.errors import UsageError, say
from dojo.submission import Submission, SubmissionError, take
from dojo.text import escaped
from dojo.verdict import Record

if TYPE_CHECKING:
    from dojo.cli.grading import Job


def records_folder(args: argparse.Namespace) -> Path | None:
    """The folder that `--records` names, or None. Raises UsageError where it cannot serve."""
    name = getattr(args, "records", None)
    if name is None:
        return None
    if args.submission is None:
        raise UsageError("--records goes with --submission: it keeps the results of what was handed in.")
    folder = Path(name)
    place = folder.resolve()
    if not (folder if folder.exists() else place.parent).is_dir():
        problem = "is no folder" if folder.exists() else f"cannot be made: there is no folder {place.parent}"
        raise UsageError(f"The folder {name} for records {problem}.")
    if not os.access(folder if folder.exists() else place.parent, os.W_OK):
        raise UsageError(f"The folder {name} for records cannot be written to.")
    if Path(args.submission).resolve() in (place, *place.parents):
        raise UsageError(
            f"The folder {name} for records lies in {args.submission}: keep what was handed in apart."
        )
    if args.json is not None and Path(args.json).resolve().parent == place:
        raise UsageError(
            f"The file {args.json} would lie among the records in {name}: give it another place."
        )
    return folder


@contextmanager
def alone(job: Job) -> Iterator[None]:
    """While the block runs, no other grading writes to the job's records. Raises RecordsError."""
    if job.store is None:
        yield
        return
    with records.locked(job.store) as held:
        if not held:
            say(f"{job.store} cannot be locked: see to it that no other grading writes there meanwhile.")
        yield


def snapshot(job: Job, folder: Path) -> Submission:
    """What is in a submission's folder now. Raises SubmissionError."""
    try:
        submission = take(folder, job.course)
    except OSError as error:
        raise SubmissionError(f"{error.filename or folder} cannot be read: {error.strerror}.") from None
    # In a class, the name under which the folder is listed: where a link leads need not be unique.
    return replace(submission, name=escaped(folder.name)) if job.several else submission


def earlier(job: Job, engine: Any) -> dict[Path, Record]:
    """The records that need not be made again, by the folder of their submission; their level is not seen to.

    Raises RecordsError where something else lies in the place of a record.
    """
    found: dict[Path, Record] = {}
    if job.store is None:
        return found
    wanted = records.Wanted(engine.course_digest, job.seed.id, [exercise.id for exercise in job.exercises])
    for folder in job.folders:
        try:
            submission = snapshot(job, folder)
        except SubmissionError:
            continue  # whoever grades it will say so
        record = records.read(job.store, submission.name)
        if record is not None and wanted.fits(record, submission):
            found[folder] = record
        job.outdated += folder not in found and records.path_of(job.store, submission.name).exists()
    return found


def keep(job: Job, record: Record) -> None:
    """Write the record of a submission that has just been graded. Raises RecordsError or UsageError."""
    if job.store is None:
        return
    try:
        records.write(job.store, record)
    except OSError as error:
        raise UsageError(
            f"The record of {record.submission} could not be written: {error.strerror}."
        ) from None
