"""Write data/names.txt: real given names and made-up ones that look like names, the same list on every run.

    python data/make_names.py [FILE]

The parts stand in name_parts.txt. A made-up name is a start, sometimes a middle, and an end of one family.
It is kept if it sounds like a name: each pair of neighbouring letters occurs in the real ones.
"""

import codecs
import re
import sys
from collections import Counter
from pathlib import Path

from grammar import Draw, read_sections

HERE = Path(__file__).resolve().parent
COUNT = 6000
SEED = 2005
LENGTHS = range(3, 10)
ONE_IN = 3  # of the made-up names has a middle
# Hard to say: three vowels or four consonants in a row, a doubled consonant beside another, an echo.
CLUMSY = re.compile(
    r"[aeiou]{3}|aa|ii|uu|[aiou]y$|[^aeiouy]{4}|^[^aeiou]{3}|[^aeiouy]{3}$"
    r"|[^aeiouy]([^aeiouy])\1|([^aeiouy])\2[^aeiouy]|(..)\3"
)


def pairs(name: str) -> list[str]:
    """The neighbouring letters of a name; a full stop stands before and after it."""
    return [a + b for a, b in zip(f".{name}", f"{name}.", strict=True)]


def make_name(draw: Draw, parts: dict[str, list[str]], family: str) -> str:
    """One name of a family; it may sound clumsy."""
    starts, middles, ends = (
        " ".join(parts[f"{family} {kind}"]).split() for kind in ("starts", "middles", "ends")
    )
    middle = draw.one(middles) if draw.below(ONE_IN) == 0 else ""
    return draw.one(starts) + middle + draw.one(ends)


def all_names(count: int = COUNT, seed: int = SEED) -> list[str]:
    """`count` different names in a shuffled order, so that any slice of them is a fair sample."""
    parts = read_sections(HERE / "name_parts.txt")
    families = sorted(section.removesuffix(" starts") for section in parts if section.endswith(" starts"))
    unwanted = re.compile("|".join(codecs.decode(" ".join(parts["unwanted rot13"]), "rot13").split()))
    real = " ".join(parts["real"]).split()
    heard = Counter(pair for name in real for pair in pairs(name))
    draw = Draw(seed)
    names = dict.fromkeys(real)  # a dict keeps the order, a set would not
    while len(names) < count:
        name = make_name(draw, parts, families[len(names) % len(families)])
        sounds = min(heard[pair] for pair in pairs(name)) >= 2 and not CLUMSY.search(name)
        if sounds and len(name) in LENGTHS and not unwanted.search(name):
            names[name] = None
    return draw.shuffled(list(names))


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "names.txt"
    target.write_bytes("".join(f"{name}\n" for name in all_names()).encode("ascii"))
    print(f"{target}: {COUNT} names")
