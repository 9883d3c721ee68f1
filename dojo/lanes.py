"""Grading on several cores: grader processes forked from this one, each with its own fork server.

Forked, so that graders and torch need not be loaded again and nothing but names and results is pickled.
Where there is no fork there is one lane; there the other cores are busy starting workers.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from dojo import servers
from dojo.course import Exercise
from dojo.seeds import Seed
from dojo.submission import Submission
from dojo.verdict import ExerciseResult

if TYPE_CHECKING:
    from dojo.engine import Engine, Stuck

_shared: Any = None  # in the parent: engine, servers and a queue of their numbers; in a lane: its engine


MOST = 8


def most(wanted: int | None = None) -> int:
    """How many lanes an engine has: as many as are wanted, by default as many as there are cores."""
    if not servers.can_fork():
        return 1
    return wanted or max(1, min(os.cpu_count() or 1, MOST))


@contextlib.contextmanager
def pool(engine: Engine, count: int) -> Iterator[ProcessPoolExecutor]:
    """`count` lanes, to which `attempt` can be submitted. They end with the block, however it ends."""
    global _shared
    context = get_context("fork")
    servers = [engine.clone_server() for _ in range(count)]
    queue = context.SimpleQueue()
    for number in range(count):
        queue.put(number)
    _shared = (engine, servers, queue)
    executor = ProcessPoolExecutor(count, mp_context=context, initializer=_enter_lane)
    try:
        with executor:
            try:
                yield executor
            except BaseException:
                # Ctrl-C, above all: leave at once, and leave no lane behind.
                executor.shutdown(wait=False, cancel_futures=True)
                for lane in active_children():
                    lane.kill()
                raise
    finally:
        for server in servers:
            server.close()


def engine() -> Engine:
    """In a lane: its engine."""
    own: Engine = _shared
    return own


def attempt(submission: Submission, exercise: Exercise, seed: Seed, stuck: Stuck) -> ExerciseResult:
    """In a lane: one attempt."""
    return engine().attempt(submission, exercise, seed, stuck)


def _enter_lane() -> None:
    """In a new lane: take one of the servers, and drop the others so that each ends with its lane."""
    global _shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    engine, servers, queue = _shared
    mine = queue.get()
    for number, server in enumerate(servers):
        if number != mine:
            server.close()
    engine.adopt(servers[mine])
    _shared = engine


def _end_with_the_parent() -> None:
    """In a lane: leave when the grader is gone. A killed one cannot say so, and nothing else would."""
    parent = parent_process()
    assert parent is not None
    # The last lane holds no other's end of this pipe, so it is the first to notice; then the one before it.
    wait([parent.sentinel])
    os._exit(1)
