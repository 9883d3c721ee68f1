"""`python -m benchmarks [NAME…]`: measure and print, beside each target. The long ones have to be named."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from benchmarks import figures, notebooks, walls
from benchmarks.measure import Figure

ALL: dict[str, Callable[[], list[Figure]]] = {
    "check": lambda: [figures.check_cold()],
    "warm": lambda: [figures.check_warm()],
    "grade": figures.grade_cold,
    "worker": figures.worker,
    "walls": walls.walls,
    "draw": lambda: figures.drawn_example(figures.opened()),
    "memory": lambda: [figures.memory(figures.opened())],
    "records": lambda: [figures.same_records(figures.opened())],
    "release": notebooks.release,
    "nbgrader": notebooks.grading,
    "seeds": lambda: [figures.seeds(figures.opened())],
}


LONG = ("nbgrader", "seeds")  # ten minutes, and twenty


def main(names: list[str]) -> int:
    """Measure what is named, or all but the long ones. 1 if a target is missed, 2 for an unknown name."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"There is no benchmark called {unknown[0]!r}; there are {', '.join(ALL)}.", file=sys.stderr)
        return 2
    console = Console(highlight=False)
    table = Table("figure", "measured", "target", "", title="`x` means times `import torch` in the same run")
    missed = 0
    for name in names or [n for n in ALL if n not in LONG]:
        console.print(f"measuring {name} …", style="dim")
        for figure in ALL[name]():
            missed += figure.holds is False
            mark = {True: "[green]holds[/]", False: "[red]missed[/]", None: ""}[figure.holds]
            table.add_row(figure.name, figure.value, figure.target, mark)
    console.print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
