"""Lists what each attack breaks where there are no walls: `python tests/redteam/duds.py [GROUP or NAME ...]`.

An attack that claims to do harm at level `process` and does none is a dud: it proves nothing about the walls.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2])]

from suite import attacks, let_loose, neighbours  # noqa: E402
from victim import build, hand_in  # noqa: E402

from dojo import importing, prepare  # noqa: E402
from dojo.engine import Engine  # noqa: E402
from dojo.seeds import Seed  # noqa: E402
from dojo.submission import take  # noqa: E402


def main() -> int:
    """Let the named attacks loose at level `process`; the number of duds."""
    wanted = set(sys.argv[1:])
    chosen = [
        a for a in attacks() if a.walls and not a.process_skip and (not wanted or wanted & {a.group, a.name})
    ]
    for module in (prepare, importing):
        module.violations = lambda *ignored: []  # type: ignore[attr-defined]
    duds = 0
    with tempfile.TemporaryDirectory() as folder:
        victim = build(Path(folder), rules=False)
        with Engine(victim.course, lanes=1, isolation="process") as engine:
            honest = take(hand_in(victim, "honest", None, {}), victim.course)
            baseline = neighbours(engine.grade(honest, victim.course.exercises, seed=Seed.numbered(1)))
            for attack in chosen:
                after = let_loose(attack, engine, victim, baseline)
                dud = bool(attack.process) and not after.broken
                surprise = (bool(after.broken) and not attack.process) or after.verdict != (
                    attack.walls_at_process or attack.walls
                )
                duds += dud
                sign = "DUD" if dud else "???" if surprise else "ok"
                name = f"{attack.group}/{attack.name}"
                print(
                    f"{sign:3}  {name:40} {after.verdict:12} {after.seconds:4.1f} s  {after.broken}",
                    flush=True,
                )
                if surprise:
                    print(f"     {after.message}")
    return duds


if __name__ == "__main__":
    sys.exit(main())
