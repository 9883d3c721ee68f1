"""A unit's handout in pieces: what comes before an exercise, and its own paragraph."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt


@dataclass(frozen=True)
class Handout:
    """Markdown texts: `intro` before the first section with an exercise, `sections` before an exercise by its
    id, `texts` of the exercises themselves, each with its heading."""

    intro: str
    sections: dict[str, str]
    texts: dict[str, str]


def split(text: str, ids: Collection[str]) -> Handout:
    """The handout in `text`, whose exercises are the headings that are one of `ids`."""
    lines = text.split("\n")
    heads = [(line, level, name) for line, level, name in _headings(text) if level > 1]
    ends = [line for line, _, _ in heads[1:]] + [len(lines)]
    intro = "\n".join(lines[: heads[0][0]] if heads else lines)
    sections: dict[str, str] = {}
    texts: dict[str, str] = {}
    before: list[str] = []
    current: str | None = None
    for (start, level, name), end in zip(heads, ends, strict=True):
        block = "\n".join(lines[start:end])
        if name in ids:
            current = name
            texts[name] = _trimmed(block)
            if before:
                sections[name] = _trimmed("\n\n".join(before))
                before = []
        elif current is not None and level > 3:
            texts[current] += "\n\n" + _trimmed(block)  # a heading inside an exercise's own text
        elif texts or _opens_section(heads, start, ids):
            before.append(_trimmed(block))
            current = None
        else:
            intro += "\n" + block
    return Handout(_trimmed(intro), sections, texts)


def _headings(text: str) -> list[tuple[int, int, str]]:
    """Line from 0, level and text of each heading; what looks like one inside a code block is none."""
    tokens = MarkdownIt().parse(text)
    return [
        (token.map[0], int(token.tag[1:]), inline.content.strip("` "))
        for token, inline in pairwise(tokens)
        if token.type == "heading_open" and token.map and not token.level
    ]


def _opens_section(heads: list[tuple[int, int, str]], start: int, ids: Collection[str]) -> bool:
    """Whether the heading in line `start` is the last one before the first exercise."""
    names = [name for line, _, name in heads if line > start]
    return bool(names) and names[0] in ids


def _trimmed(text: str) -> str:
    """Without the rules (---) between sections, which separate nothing once each text is a cell."""
    kept = text.strip()
    while kept.endswith("\n---") or kept == "---":
        kept = kept[:-3].rstrip()
    return kept
