"""Draw reproducible text from a small grammar file: the common half of make_names.py and make_tales.py.

A grammar file has sections. `[colour]` opens the section `colour`; every further line is one choice.
Lines that start with # are remarks. Inside a choice, `<colour>` stands for any choice of that section,
`<Colour>` and `<COLOUR>` for the same with a capital first letter or all capitals, `|` for a new line.
"""

import random
import re
from collections.abc import Sequence
from pathlib import Path

_SYMBOL = re.compile(r"<([A-Za-z_]+)>")


def read_sections(path: Path) -> dict[str, list[str]]:
    """The sections of a grammar file, each a list of its lines."""
    sections: dict[str, list[str]] = {}
    name = ""
    for line in path.read_text(encoding="ascii").splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
            sections[name] = []
        elif line and not line.startswith("#"):
            sections[name].append(line)
    return sections


class Draw:
    """Choices from a seed. Only `Random.random` is used: its numbers are the same in every Python version."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._decks: dict[str, list[str]] = {}

    def below(self, n: int) -> int:
        """A whole number from 0 up to, not including, n."""
        return int(self._rng.random() * n)

    def one(self, items: Sequence[str]) -> str:
        """Any of the items, each equally likely."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[str]) -> list[str]:
        """The items in a new order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in items]

    def dealt(self, name: str, items: Sequence[str]) -> str:
        """The next of the items as from a shuffled deck: none comes twice before all have come once."""
        if not self._decks.get(name):
            self._decks[name] = self.shuffled(items)
        return self._decks[name].pop()


def expand(text: str, sections: dict[str, list[str]], known: dict[str, str], draw: Draw) -> str:
    """`text` with every symbol replaced: by its value in `known`, else by a choice of its section."""

    def replace(match: re.Match[str]) -> str:
        symbol = match[1]
        name = symbol.lower()
        value = known[name] if name in known else draw.dealt(name, sections[name])
        value = expand(value, sections, known, draw)
        if symbol == name:
            return value
        return value.upper() if len(symbol) > 1 and symbol.isupper() else value[0].upper() + value[1:]

    return _SYMBOL.sub(replace, text)
