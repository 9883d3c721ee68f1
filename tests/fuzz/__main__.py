"""`python -m tests.fuzz [TARGET ...] [--seconds 60]`: look for inputs that break a target's promises.

Exit code 0: nothing was found. 1: something was found, and the input was kept. 2: it could not run.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .targets import CORPUS, FINDINGS, NAMES

ROOT = Path(__file__).resolve().parents[2]
GROWN = ROOT / ".fuzz"  # what earlier runs have collected on this machine; not in git
UNIT_SECONDS, MEMORY_MIB = 10, 2048  # where libFuzzer itself calls an input too slow or too large


def main(arguments: list[str]) -> int:
    """Fuzz each target for a while, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}; by default all")
    parser.add_argument("--seconds", type=int, default=60, help="how long, for each target")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    unknown = [name for name in options.targets if name not in NAMES]
    if unknown:
        print(f"There is no target called {unknown[0]!r}; there are {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    if importlib.util.find_spec("atheris") is None:
        print(
            "Fuzzing needs the package atheris, which there is for Linux on x86-64 and Python 3.11 or newer;"
            " everywhere else `pytest tests/test_fuzz_findings.py` runs the inputs that it found so far.",
            file=sys.stderr,
        )
        return 2
    if options.inside:
        fuzz(options.inside, options.seconds)
    return 1 if sum([not run(name, options.seconds) for name in options.targets or NAMES]) else 0


def run(name: str, seconds: int) -> bool:
    """Fuzz one target in a process of its own and say in a line what came of it. False for a finding."""
    (GROWN / "findings").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", __spec__.parent, "--inside", name, "--seconds", str(seconds)]
    log = GROWN / f"{name}.log"
    with log.open("w", encoding="utf-8") as output:
        code = subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT).returncode
    text = log.read_text(encoding="utf-8", errors="replace")
    executed, coverage = (_last(text, p) for p in (r"(?:executed_units:\s*|^#)(\d+)", r"cov: (\d+)"))
    print(f"{name}: {int(executed or 0):,} inputs, {coverage or 'no'} edges covered", end="")
    if code == 0 and executed and coverage:
        print(", nothing found.", flush=True)
        return True
    kept = _last(text, r"Test unit written to (\S+)")
    what = _last(text, r"\n *=== Uncaught Python exception: ===\n(.*)") or _last(text, r"ERROR: (.*)")
    where = f"The input is {kept}" if kept else "No input was kept"
    print(f", FOUND: {what or f'it ended with {code}'}\n  {where}; {log} tells more.", flush=True)
    return False


def _last(text: str, pattern: str) -> str | None:
    found = re.findall(pattern, text, re.MULTILINE)
    return found[-1] if found else None


def fuzz(name: str, seconds: int) -> None:
    """Hand this process over to libFuzzer, which ends it."""
    import atheris
    import numpy  # noqa: F401
    import pydantic  # noqa: F401
    import torch  # noqa: F401 (loaded before anything is instrumented: only our own code is of interest)

    module = f"{__spec__.parent}.fuzz_{name}"
    covered = _covered(name)
    with atheris.instrument_imports(include=covered):
        target: Any = importlib.import_module(module)
    grown = GROWN / "corpus" / name
    grown.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".dict", encoding="ascii") as words:
        words.writelines(f'"{_escaped(token)}"\n' for token in target.TOKENS)
        words.flush()
        options = [
            f"-max_total_time={seconds}",
            f"-max_len={target.MAX_LEN}",
            "-len_control=0",  # a message that grows a little is as good as a short one
            f"-timeout={UNIT_SECONDS}",
            f"-rss_limit_mb={MEMORY_MIB}",
            f"-dict={words.name}",
            f"-artifact_prefix={GROWN}/findings/{name}-",
            "-print_final_stats=1",
        ]
        places = (GROWN / "corpus" / name, CORPUS / name, FINDINGS / name)
        folders = [str(place) for place in places if place.is_dir()]
        mutator = {"custom_mutator": _mutator(target)} if hasattr(target, "mutate") else {}
        atheris.Setup([sys.argv[0], *options, *folders], target.one_input, **mutator)
        atheris.Fuzz()


def _mutator(target: Any) -> Any:
    import atheris

    return lambda data, max_size, seed: target.mutate(data, max_size, seed, atheris.Mutate)


def _covered(name: str) -> list[str]:
    """What a target wants to see covered, read from its text: it must not be imported before that."""
    text = (Path(__file__).parent / f"fuzz_{name}.py").read_text(encoding="utf-8")
    found = re.search(r"^COVERED = \((.*?)\)$", text, re.MULTILINE | re.DOTALL)
    assert found, name
    return re.findall(r'"([\w.]+)"', found[1])


def _escaped(token: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
