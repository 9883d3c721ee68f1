"""The reader of earlier records. The input is the file that lies where a submission's record would.

Whatever that is, it is a record that can be shown and written again without a change, none, or a
RecordsError that leaves the file alone.
"""

from __future__ import annotations

import atexit
import json
import random
import shutil
import tempfile
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from dojo.isolation.levels import LEVELS
from dojo.records import RecordsError, path_of, read
from dojo.verdict import Counterexample, ExerciseResult, Record, Shown, Verdict, Worst, dump, total

from .bounds import bounded
from .messages import changed_data

COVERED = ("dojo.records", "dojo.verdict")
MAX_LEN = 4096
NAME = "anna"
TOKENS = (
    *(
        field.name
        for kind in (Record, ExerciseResult, Counterexample, Worst, Shown)
        for field in fields(kind)
    ),
    *(
        *(verdict.value for verdict in Verdict),
        *LEVELS,
        NAME,
        "null",
        "true",
        "NaN",
        "-Infinity",
        '"inf"',
        "1e999",
    ),
)


def one_input(data: bytes) -> None:
    """Read this file as the record of a submission."""
    path = path_of(_folder(), NAME)
    path.write_bytes(data)
    with bounded(len(data)):
        try:
            record = read(path.parent, NAME)
        except RecordsError as error:
            assert str(error).startswith(str(path)) and str(error).endswith(".") and "\n" not in str(error)
            record = None
        if record is not None:
            assert record.submission == NAME and record.isolation in LEVELS
            assert all(type(result.verdict) is Verdict for result in record.exercises)
            total(record.exercises)
            text = dump(record.to_json())
            path.write_text(text, encoding="utf-8")
            again = read(path.parent, NAME)
            assert again is not None and dump(again.to_json()) == text
    assert [path] == list(path.parent.iterdir()), "it left something behind"


def mutate(data: bytes, max_size: int, seed: int, generic: Any) -> bytes:
    """Another input made from this one: most of the time still JSON."""
    chance = random.Random(seed)
    try:
        if chance.random() < 0.3:
            raise ValueError
        other = json.dumps(changed_data(json.loads(data), chance)).encode()
        return other if len(other) <= max_size else bytes(generic(data, max_size))
    except (ValueError, RecursionError):
        return bytes(generic(data, max_size))


@cache
def _folder() -> Path:
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="dojo-fuzz-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
