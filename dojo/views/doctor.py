"""The report of `dojo doctor`: the levels, which was proven, what stands in the way of the next."""

from __future__ import annotations

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dojo.isolation.levels import LEVELS, WORDS, Proof, reaches
from dojo.text import clean
from dojo.views.look import Look


def report(proof: Proof, advice: list[str], look: Look, *, verbose: bool = False) -> list[RenderableType]:
    """One line for each level, the one that was proven, and one sentence for each thing that is missing."""
    table = Table.grid(padding=(0, 2))
    for level in LEVELS:
        reached = reaches(proof.level, level)
        mark = look.mark("passed" if reached else "failed")
        table.add_row(mark, Text(level, "strong" if reached else ""), Text(WORDS[level], "muted"))
    parts: list[RenderableType] = [Text("How answers are kept apart from you", "accent.bold"), Text(), table]
    parts += [Text(), _tried(proof), *[Text(f"{look.dot} {clean(line, 400)}", "tried") for line in advice]]
    if verbose or not reaches(proof.level, "confined"):
        parts += [Text(), _acts(proof, look)]
    return [Padding(part, (0, 0, 0, 2)) for part in parts]


def _tried(proof: Proof) -> Text:
    if not proof.acts:
        return Text("Nothing was tried: on this system there are no walls around answers.")
    vain = sum(act.refused for act in proof.acts)
    tried = (
        f"A submission of ours has just tried {len(proof.acts)} forbidden things, {vain} in vain. Proven: "
    )
    return Text.assemble(tried, (proof.level, "strong"), ".")


def _acts(proof: Proof, look: Look) -> Table:
    table = Table.grid(padding=(0, 2))
    for act in proof.acts:
        mark = look.mark("passed" if act.refused else "failed")
        detail = clean(act.detail, 60) if act.refused else "went through"
        table.add_row(mark, Text(act.level, "muted"), Text(act.name.replace("_", " ")), Text(detail, "muted"))
    return table
