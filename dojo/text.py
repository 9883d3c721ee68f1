"""Foreign text made safe to print: output, messages and file names are hostile until they pass here."""

from __future__ import annotations

import re
import unicodedata

# Whole escape sequences go, so that coloured output leaves its words and not the remains of its codes.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, clearing
    r"|(?:\x1b[\]P^_X]|[\x9d\x90\x9e\x9f\x98])[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)"  # OSC and its kin
    r"|\x1b[ -/]*[0-~]"
)
# Letters that print as nothing although Unicode calls them letters.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_MARKS_IN_A_ROW = 2  # combining marks on one letter; more would climb over the lines above


def clean(text: object, limit: int = 400, lines: int = 1) -> str:
    """`text` without control, bidi, zero width and private characters, in at most `lines` lines.

    What goes beyond `limit` characters is cut and counted. With one line, line breaks become spaces.
    """
    raw = text if isinstance(text, str) else str(text)
    cut = len(raw) > limit * 8  # do not work through megabytes that will never be shown
    kept = _visible(_ESCAPES.sub("", raw[: limit * 8].replace("\r\n", "\n")))
    if lines == 1:
        kept = " ".join(kept.split())
    else:
        rows = [row.rstrip() for row in kept.strip("\n").split("\n")]
        if len(rows) > lines:
            rows = [*rows[:lines], f"... {len(rows) - lines} more lines"]
        kept = "\n".join(rows)
    if len(kept) > limit:
        return kept[:limit].rstrip() + f" ... {len(kept) - limit} more characters"
    return kept + (" ... cut" if cut else "")


def escaped(text: str, limit: int = 200) -> str:
    r"""`text` with what cannot be seen written out, as in `\u202e`, so that different texts look different.

    For names and values of somebody else's that a record holds. What goes beyond `limit` characters is cut
    and counted.
    """
    kept = text[:limit]
    if not kept.isprintable():
        kept = "".join(c if c.isprintable() and c != "\\" else _spelt_out(c) for c in kept)
    return kept + (f" ... {len(text) - limit} more characters" if len(text) > limit else "")


def _spelt_out(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _visible(text: str) -> str:
    out: list[str] = []
    marks = 0
    for char in text:
        if char == "\n" or " " <= char <= "~":
            out.append(char)
            marks = 0
            continue
        if char == "\t":
            out.append("    ")
            continue
        category = unicodedata.category(char)
        if category in ("Zs", "Zl", "Zp"):
            out.append(" ")
        elif category[0] == "C" or char in _BLANK:
            continue  # control, format (bidi, zero width, tags), surrogate, private, unassigned
        elif category in ("Mn", "Me"):
            marks += 1
            if marks <= _MARKS_IN_A_ROW:
                out.append(char)
            continue
        else:
            out.append(char)
        marks = 0
    return "".join(out)


def shorten(text: str, width: int, ellipsis: str) -> str:
    """`text` in at most `width` columns, cut at a word where that loses little."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return text
    room = width - len(ellipsis)
    if room <= 0:
        return ellipsis[: max(width, 0)]
    cut = set_cell_size(text, room).rstrip()
    at_word = cut.rsplit(" ", 1)[0].rstrip()
    return (at_word if len(at_word) >= room * 0.7 else cut).rstrip(" ,;:.") + ellipsis


def plural(count: int, word: str) -> str:
    """`1 point`, `3 points`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
