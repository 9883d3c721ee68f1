"""Write data/tales.txt: small stories, plays, letters, verses and riddles, the same text on every run.

    python data/make_tales.py [FILE]

The grammar stands in tales_parts.txt. Who and where stay the same within one document.
"""

import re
import sys
from pathlib import Path

from grammar import Draw, expand, read_sections

HERE = Path(__file__).resolve().parent
SIZE = 300_000  # bytes, at least
SEED = 1605
STEADY = ("friend", "town", "othertown", "boss", "pet", "prize")  # drawn once for a document, as is the hero
SAYS = ("said", "answered", "replied", "muttered", "whispered", "sighed", "growled")
PRONOUNS = {"she": ("she", "her", "her", "herself"), "he": ("he", "him", "his", "himself")}


def tidy(text: str) -> str:
    """Line breaks for `|`, "an" before a vowel, plurals in -es, a comma before "said"."""
    text = re.sub(r"\b([Aa])(?= [aeiouAEIOU])", r"\1n", text)
    text = re.sub(r"(x|sh|ch)s\b", r"\1es", text).replace("gooses", "geese").replace("ferrymans", "ferrymen")
    text = re.sub(rf'(?<!\.)\."(?= ({"|".join(SAYS)}) )', ',"', text)
    return re.sub(r" *\| *", "\n", text)


def document(draw: Draw, sections: dict[str, list[str]]) -> str:
    """One story, play, letter, verse, riddle, list or diary."""
    hero = draw.one(list(PRONOUNS))
    known = dict(zip(("she", "him", "her", "self"), PRONOUNS[hero], strict=True))
    known["hero"] = draw.dealt(hero, sections[hero])
    for symbol in STEADY:
        known[symbol] = expand(f"<{symbol}>", sections, {}, draw)
    return tidy(expand("<document>", sections, known, draw))


def all_tales(size: int = SIZE, seed: int = SEED) -> str:
    """Documents, two empty lines between them, until the text has `size` bytes."""
    sections = read_sections(HERE / "tales_parts.txt")
    draw = Draw(seed)
    text = ""
    while len(text) < size:
        text += document(draw, sections) + "\n\n\n"
    return text.rstrip() + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "tales.txt"
    text = all_tales()
    target.write_bytes(text.encode("ascii"))
    print(f"{target}: {len(text)} bytes")
