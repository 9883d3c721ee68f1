"""What the walls around answers cost: a worker, and a whole unit, at each level."""

from __future__ import annotations

import statistics
from pathlib import Path

import torch

from benchmarks.measure import MODEL_ANSWERS, Figure, dojo, seconds
from dojo.forkserver import ForkServer
from dojo.isolation.levels import LEVELS
from dojo.isolation.start import inhabitants

SOURCE = "def f(x, g):\n    return x * g\n"
CALL = {"what": "function", "name": "f", "inspect": False, "watch": False, "grad": False}
UNIT = "u05_backprop_ninja"
ROUNDS = 6  # levels take turns, so that a busy moment meets all of them


def cost_of_a_worker(server: ForkServer, count: int = 40) -> float:
    """Milliseconds of processor time to fork, use and reap one worker, the server's share included."""
    server.ready()
    x, g = torch.randn(2, 32, 27, dtype=torch.float64)
    used = []
    before = processor_seconds(server)
    for _ in range(count):
        with server.worker(memory_mib=1024, cpu_seconds=30) as one:
            one.load(SOURCE, "m", 5)
            one.call(CALL, [x, g], {}, 5)
            used.append(one.end()["cpu_s"])
    return 1000 * (statistics.mean(used) + (processor_seconds(server) - before) / count)


def processor_seconds(server: ForkServer) -> float:
    """What a server's own processes have used so far."""
    total = 0
    for pid in [server.pid, *inhabitants(server.pid)]:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / 100


def walls() -> list[Figure]:
    """The price of each level over `process`, for one worker and for the whole unit."""
    return [*_workers(), *_units()]


def _workers() -> list[Figure]:
    servers = {level: ForkServer(isolation=level) for level in LEVELS}
    costs: dict[str, list[float]] = {level: [] for level in LEVELS}
    for _ in range(ROUNDS):
        for level, server in servers.items():
            costs[level].append(cost_of_a_worker(server, 20))
    for server in servers.values():
        server.close()
    middle = {level: statistics.median(values) for level, values in costs.items()}
    figures = []
    for level in LEVELS[1:]:
        more = middle[level] - middle["process"]
        value = f"{more:+.1f} ms of CPU ({middle[level]:.1f} / {middle['process']:.1f})"
        figures.append(Figure(f"{level} over process, a worker", value, "25 ms", more <= 25))
    return figures


def _units() -> list[Figure]:
    times: dict[str, list[float]] = {level: [] for level in LEVELS}
    for _ in range(ROUNDS):
        for level in LEVELS:
            command = dojo("grade", UNIT, "--submission", str(MODEL_ANSWERS), "--isolation", level)
            times[level].append(seconds(command))
    middle = {level: statistics.median(values) for level, values in times.items()}
    figures = []
    for level in LEVELS[1:]:
        more = 100 * (middle[level] / middle["process"] - 1)
        value = f"{more:+.0f} % ({middle[level]:.2f} s / {middle['process']:.2f} s)"
        figures.append(Figure(f"{level} over process, the unit", value, "10 %", more <= 10))
    return figures
