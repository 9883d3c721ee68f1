"""A unit's handout in pieces: what comes before an exercise, and its own paragraph."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt


@dataclass(frozen=True)
class Handout:
    """Markdown texts: `intro` before all exercises, `sections` that open before an exercise by its id,
    `texts` of the exercises themselves with their headings, and `end` after the last of them."""

    intro: str
    sections: dict[str, str]
    texts: dict[str, str]
    end: str


def split(text: str, ids: Collection[str]) -> Handout:
    """The handout in `text`, in which the headings that are one of `ids` open an exercise."""
    lines = text.split("\n")
    heads = [(0, 1, ""), *(head for head in _headings(text) if head[0] > 0)]
    ends = [*(line for line, _, _ in heads[1:]), len(lines)]
    intro: list[str] = []
    sections: dict[str, str] = {}
    texts: dict[str, str] = {}
    before: list[str] = []  # since the last exercise
    inside = ""  # the exercise whose text goes on
    for (start, level, name), end in zip(heads, ends, strict=True):
        block = _trimmed("\n".join(lines[start:end]))
        if name in ids:
            if not texts:  # what opens the first section is the last heading before its first exercise
                last = max(len(before) - 1, 1)
                intro, before = before[:last], before[last:]
            if before:
                sections[name] = "\n\n".join(before)
            texts[name], before, inside = block, [], name
        elif inside and level > 3:
            texts[inside] += "\n\n" + block
        else:
            before.append(block)
            inside = ""
    if not texts:
        intro, before = before, []
    return Handout("\n\n".join(intro).strip(), sections, texts, "\n\n".join(before))


def _headings(text: str) -> list[tuple[int, int, str]]:
    """Line from 0, level and text of each heading; what looks like one inside a code block is none."""
    return [
        (token.map[0], int(token.tag[1:]), inline.content.strip("` "))
        for token, inline in pairwise(MarkdownIt().parse(text))
        if token.type == "heading_open" and token.map and not token.level
    ]


def _trimmed(text: str) -> str:
    """Without the rules (---) between sections, which separate nothing once each text is a cell."""
    kept = text.strip()
    while kept.endswith("\n---") or kept == "---":
        kept = kept[:-3].rstrip()
    return kept
