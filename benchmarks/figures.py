"""The figures, each from one function that measures it."""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from benchmarks.measure import MODEL_ANSWERS, ROOT, Figure, dojo, peak_mib, ratio, seconds
from benchmarks.walls import CALL, SOURCE, UNIT, cost_of_a_worker
from dojo.course import Course, load
from dojo.engine import Engine
from dojo.forkserver import ForkServer
from dojo.seeds import Seed
from dojo.submission import take
from dojo.verdict import Verdict

if TYPE_CHECKING:
    from dojo.grading.cases import Parts
    from dojo.grading.grader import Grader

EXERCISE = "cross_entropy_dlogits"
SOME = 130  # exercises, spread evenly over the course: the number that the limit was set for


def check_cold() -> Figure:
    """`dojo check EX`, nothing warm."""
    times, ours, torch_alone = ratio(dojo("check", EXERCISE, "--submission", str(MODEL_ANSWERS)))
    return Figure(
        "dojo check EX, cold", f"{times:.2f} x ({ours:.2f} s / {torch_alone:.2f} s)", "1.4 x", times <= 1.4
    )


def check_warm() -> Figure:
    """`dojo check EX` with the server that the last command left behind."""
    command = dojo("check", EXERCISE, "--submission", str(MODEL_ANSWERS))
    seconds(command, warm=True)
    time.sleep(3)  # the server loads the other graders
    middle = statistics.median(seconds(command, warm=True) for _ in range(7))
    return Figure("dojo check EX, warm", f"{middle:.2f} s", "0.3 s", middle <= 0.3)


def grade_cold() -> list[Figure]:
    """`dojo grade` with model answers, nothing warm: a unit, so many exercises from all units, the course."""
    exercises = opened().exercises
    whole, some = len(exercises), min(SOME, len(exercises))
    chosen = [e.id for n, e in enumerate(exercises) if n * some // whole != (n - 1) * some // whole]
    figures = []
    for name, names, most in (
        ("one unit", [UNIT], 4),
        (f"{some} exercises", chosen, 8),
        (f"all {whole} exercises", [], None),
    ):
        times, ours, torch_alone = ratio(dojo("grade", *names, "--submission", str(MODEL_ANSWERS)), runs=3)
        value = f"{times:.2f} x ({ours:.2f} s / {torch_alone:.2f} s)"
        target, holds = (f"{most} x", times <= most) if most else ("", None)
        figures.append(Figure(f"dojo grade, cold, {name}", value, target, holds))
    return figures


def worker() -> list[Figure]:
    """What a worker costs: forking, loading, one call and reaping; and a hundred calls of one."""
    server = ForkServer()
    each = cost_of_a_worker(server)
    x, g = torch.randn(2, 32, 27, dtype=torch.float64)
    calls = []
    for _ in range(5):
        with server.worker(memory_mib=1024, cpu_seconds=30) as one:
            one.load(SOURCE, "m", 5)
            one.call(CALL, [x, g], {}, 5)
            started = time.perf_counter()
            for _ in range(100):
                one.call(CALL, [x, g], {}, 5)
            calls.append(1000 * (time.perf_counter() - started))
    server.close()
    hundred = statistics.median(calls)
    return [
        Figure("fork, use and reap a worker", f"{each:.1f} ms of CPU", "25 ms", each <= 25),
        Figure("100 calls on 32x27 float64", f"{hundred:.1f} ms", "50 ms", hundred <= 50),
    ]


def drawn_example(course: Course) -> list[Figure]:
    """Drawing a case, over all exercises, hypothesis' own work included; and its right answer on top."""
    from dojo.grading import registry
    from dojo.grading.cases import case_with_answer, question

    graders = list(registry.load(course).values())
    gc.freeze()  # as the engine does
    drawn = statistics.mean(_milliseconds(grader, question) for grader in graders)
    answered = statistics.mean(_milliseconds(grader, case_with_answer) for grader in graders)
    return [
        Figure("a drawn example", f"{drawn:.2f} ms of CPU", "1.5 ms", drawn <= 1.5),
        Figure("… with its right answer", f"{answered:.2f} ms of CPU", "", None),
    ]


def _milliseconds(grader: Grader, make: Callable[[Grader, Parts], object]) -> float:
    """Processor time of one example of a property that does nothing but `make`."""
    from dojo.grading.cases import strategy
    from dojo.grading.seeded import try_out

    counted = 0

    def holds(parts: Parts) -> None:
        nonlocal counted
        counted += 1
        make(grader, parts)

    try_out(holds, strategy(grader), seed=1, examples=50)  # the first time costs more
    counted, started = 0, time.process_time()
    try_out(holds, strategy(grader), seed=1, examples=50)
    return 1000 * (time.process_time() - started) / max(counted, 1)


def same_records(course: Course, times: int = 20) -> Figure:
    """The same submission graded again and again: byte-identical records, apart from durations."""
    submission = take(ROOT / "tests" / "submissions" / "realistic", course)
    chosen = [exercise for exercise in course.exercises if course.unit_of(exercise.id).id == UNIT]
    texts = set()
    with Engine(course) as engine:
        for _ in range(times):
            record = engine.grade(submission, chosen, seed=Seed.public(course.key))
            plain = replace(record, exercises=[replace(e, duration_s=0.0) for e in record.exercises])
            texts.add(json.dumps(plain.to_json()))
    return Figure(f"different records in {times} gradings", str(len(texts)), "1", len(texts) == 1)


def seeds(course: Course, count: int = 200) -> Figure:
    """The model answers under many seeds: not one failure."""
    submission = take(ROOT / "solutions", course)
    failed = 0
    with Engine(course) as engine:
        for number in range(count):
            record = engine.grade(submission, course.exercises, seed=Seed.numbered(number))
            wrong = [e for e in record.exercises if e.verdict is not Verdict.PASSED]
            failed += len(wrong)
            for result in wrong:
                print(f"seed {number}: {result.id}: {result.message}", flush=True)
            if number % 20 == 19:
                print(f"{number + 1} seeds, {failed} failures", flush=True)
    return Figure(f"failures of model answers, {count} seeds", str(failed), "0", not failed)


def memory(course: Course) -> Figure:
    """The largest grader process while the whole course is graded."""
    with Engine(course) as engine:
        engine.grade(take(MODEL_ANSWERS, course), course.exercises, seed=Seed.public(course.key))
    peak = peak_mib()
    return Figure("largest grader process", f"{peak:.0f} MiB", "1024 MiB", peak <= 1024)


def opened() -> Course:
    """The course of this checkout."""
    return load(ROOT)
