"""Small helpers to measure commands: medians of several runs, each beside the same reference."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODEL_ANSWERS = ROOT / "tests" / "submissions" / "model_answers"


@dataclass(frozen=True)
class Figure:
    """One measured figure beside its target. `holds` is None where there is no target."""

    name: str
    value: str
    target: str
    holds: bool | None


def seconds(command: list[str], *, warm: bool = False) -> float:
    """Wall seconds of one command in the project's folder, its output thrown away."""
    environment = {**os.environ, "DOJO_WARM": "1" if warm else "0"}
    environment.pop("CI", None)  # in CI no command leaves a warm server behind
    started = time.perf_counter()
    subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    return time.perf_counter() - started


def ratio(command: list[str], runs: int = 5) -> tuple[float, float, float]:
    """Median of command / `import torch`, taken pair by pair; and the medians of both in seconds."""
    reference = [sys.executable, "-c", "import torch"]
    seconds(reference)  # fill the disk cache
    pairs = [(seconds(command), seconds(reference)) for _ in range(runs)]
    ours, theirs = zip(*pairs, strict=True)
    return statistics.median(a / b for a, b in pairs), statistics.median(ours), statistics.median(theirs)


def dojo(*words: str) -> list[str]:
    """A dojo command of this checkout."""
    return [sys.executable, "-m", "dojo", *words]


def peak_mib() -> float:
    """The largest resident size so far of this process and of any that it has waited for."""
    scale = 1024 if sys.platform == "linux" else 1024 * 1024
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(usage) / scale
