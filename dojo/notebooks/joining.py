"""Cells of a notebook joined to the text of a module: what is given, and what its exercises need."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dojo.notebooks.cells import GIVEN
from dojo.notebooks.slicing import Part, needed, tells_the_compiler
from dojo.places import Place
from dojo.rules.source import keep_only

_DEFERRED = "from __future__ import annotations"


@dataclass(frozen=True)
class Piece:
    """A code cell that counts: the module whose section it stands in, its name or number, its statements."""

    module: str
    cell: str
    text: str
    tree: ast.Module
    parts: tuple[Part, ...]


class Sections:
    """What names mean in the sections of a notebook, one for each module.

    In one notebook two modules may use a name for different things. In a section it means what the section
    calls so, if it does, or else what the nearest section above calls so.
    """

    def __init__(self, modules: Sequence[str], pieces: Sequence[Piece]) -> None:
        self.own = {name: bound_by(piece for piece in pieces if piece.module == name) for name in modules}
        self._whose: dict[str, dict[str, str]] = {}  # by section and name, the section that is meant
        seen: dict[str, str] = {}
        for module, names in self.own.items():
            seen = seen | dict.fromkeys(names, module)
            self._whose[module] = seen

    def others_than(self, module: str, names: frozenset[str], section: str) -> frozenset[str]:
        """Those of a module's `names` that mean something else in a section."""
        whose = self._whose[section]
        return frozenset(name for name in names if whose.get(name, module) != module)


def bound_by(pieces: Iterable[Piece]) -> frozenset[str]:
    """The names that these cells bind."""
    return frozenset(name for piece in pieces for part in piece.parts for name in part.binds)


def assemble(
    start: Piece,
    others: Sequence[Piece],
    sections: Sections,
    targets: Sequence[str],
    elsewhere: frozenset[str],
) -> tuple[str, tuple[Place, ...]]:
    """The text of one module: all of `start`, then whatever its targets need of the others, in their
    order.

    A module's own cells come before those of other sections: what these call the same is not taken.
    elsewhere: targets that are taken from other sections all the same.
    """
    own = sections.own[start.module] - elsewhere
    foreign = {name: (own, sections.others_than(start.module, own, name)) for name in sections.own}
    foreign[start.module] = frozenset(), frozenset()
    usable = {part.node: part for part in start.parts}
    for piece in others:
        for part in piece.parts:
            if not tells_the_compiler(part.node):
                usable[part.node] = part.without(*foreign[piece.module])
    chosen = {part.node for part in needed(list(usable.values()), targets)} | {p.node for p in start.parts}
    lines = [_DEFERRED] if any(map(_defers_annotations, others)) else []
    places: list[Place] = []
    for piece in [start, *others]:
        kept = [part.node for part in piece.parts if part.node in chosen]
        if kept:
            text = piece.text if piece is start else keep_only(piece.text, piece.tree, kept)
            places.append(Place(len(lines) + 1, len(lines) + text.count("\n") + 1, piece.cell))
            lines += [*text.split("\n"), "", ""]
    return "\n".join(lines).rstrip() + "\n", tuple(places)


def _defers_annotations(piece: Piece) -> bool:
    """Whether a student's cell asks for it, and so for all cells that are run after it."""
    return not piece.cell.endswith(GIVEN) and any(tells_the_compiler(part.node) for part in piece.parts)
