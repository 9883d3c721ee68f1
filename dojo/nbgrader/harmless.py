"""A student's text made harmless for pages that instructors open: formgrader and feedback.

Both turn markdown into live HTML and let MathJax read what comes out. Whatever is foreign is therefore shown
as code, which neither of them looks into.
"""

from __future__ import annotations

import re

from dojo.text import clean, escaped

CELL_LIMIT = 20_000  # characters of one cell that are shown; colouring a megabyte takes a minute
# Where one of these stands, markdown or MathJax might see something in a sentence.
_SPEAKING = re.compile(r"[\\$<>&\[\]|~^]|:/|www\.|@", re.IGNORECASE)
_MARKS = re.compile(r"([`*!#]|(?<!\w)_|_(?!\w))")


def code(source: str) -> str:
    """The text of a code cell as it may be shown, cut where it is too long; half characters are spelt out."""
    kept = source[:CELL_LIMIT].encode("utf-8", "backslashreplace").decode("utf-8")
    kept = "".join(c if c in "\n\t" or c >= " " else escaped(c) for c in kept.replace("\r\n", "\n"))
    left = len(source) - CELL_LIMIT
    return kept + (f"\n# ... {left:,} more characters are not shown" if left > 0 else "")


def text(source: str) -> str:
    """A markdown or raw cell of a student's as markdown that shows it, to the letter, as code."""
    shown = code(source)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return f"{fence}text\n{shown}\n{fence}"


def sentence(words: str, limit: int = 600) -> str:
    """A sentence with foreign words for a comment, in one line of markdown that says it to the letter."""
    plain = clean(words, limit)
    if not _SPEAKING.search(plain):
        return _MARKS.sub(r"\\\1", plain)
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", plain)), default=0))
    return f"{ticks} {plain} {ticks}" if "`" in plain else f"`{plain}`"
