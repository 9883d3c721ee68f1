"""The console of a command: width, colours and signs, chosen once from what the terminal can do."""

from __future__ import annotations

import codecs
import os
import sys
from typing import Any, TextIO

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.theme import Theme

from dojo.views.look import Look

MAX_WIDTH = 100  # longer lines are no easier to read
MIN_WIDTH = 36
ACCENT = "color(99)"  # a violet that keeps its contrast on black and on white

THEME = Theme(
    {
        # The frame is dim, and what stands in it must not be: hence "not dim".
        "accent": f"not dim {ACCENT}",
        "accent.bold": f"bold not dim {ACCENT}",
        "frame": "dim",
        "muted": "dim",
        "passed": "not dim green",
        "failed": "not dim red",
        "tried": "not dim yellow",
        "wrong": "bold not dim red",
        "right": "bold not dim green",
        "strong": "bold not dim",
        "markdown.code": "bold",
        "markdown.code_block": "none",
        "markdown.h1": "bold",
        "markdown.h2": "bold",
        "markdown.h3": "bold",
        "markdown.h4": "bold",
        "markdown.item.bullet": ACCENT,
        "markdown.item.number": ACCENT,
        "markdown.block_quote": "dim",
        "markdown.link": ACCENT,
        "markdown.link_url": "dim",
    }
)

_ASCII = {
    "\u2026": ".",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u00b7": "-",
    "\u00d7": "x",
    "\u2192": "->",
}
_ASCII |= {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2264": "<=",
    "\u2265": ">=",
    "\u00a0": " ",
}
_ASCII |= {
    "\u2022": "*",
    "\u2500": "-",
    "\u2501": "-",
    "\u2502": "|",
    "\u258c": "|",
    "\u2248": "~",
    "\u2260": "!=",
}


class Screen(Console):
    """A rich console with its look. It prints no markup, no emoji codes and no links: only `Text`."""

    look: Look

    def show(self, *parts: RenderableType) -> None:
        """Print each part on lines of its own; without trailing spaces where the output is no terminal."""
        if not parts:
            return
        if self.is_terminal:
            self.print(*parts, sep="\n")
            return
        with self.capture() as kept:
            self.print(*parts, sep="\n")
        self.file.write("".join(line.rstrip() + "\n" for line in kept.get().split("\n")[:-1]))


def make_console(plain: bool = False, file: TextIO | None = None, **options: Any) -> Screen:
    """The console of a command: 80 columns where there is no terminal, no colour where none is wanted."""
    stream = file or sys.stdout
    _replace_unprintable(stream)
    if not stream.isatty() and "width" not in options:
        columns = os.environ.get("COLUMNS", "")
        options["width"] = int(columns) if columns.isdigit() and int(columns) else 80
    if plain:
        options |= {"color_system": None, "no_color": True, "force_terminal": False}
    options["force_jupyter"] = False  # in a kernel rich would show what is printed, wherever it is printed to
    screen = Screen(file=file, theme=THEME, markup=False, highlight=False, emoji=False, **options)
    width = max(MIN_WIDTH, min(screen.width, MAX_WIDTH))
    screen.look = Look(width, plain=plain, ascii=plain or not _prints_boxes(stream))
    return screen


def _prints_boxes(stream: TextIO) -> bool:
    try:
        "\u2500\u2501\u2502\u256d\u256e\u256f\u2570\u2713\u2717\u25cf\u25cb\u25d0\u00b7\u2026\u00d7".encode(
            stream.encoding or "ascii"
        )
    except (UnicodeEncodeError, LookupError, AttributeError):
        return False
    return True


def _lookalike(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_ascii, error.object[error.start : error.end])), error.end


def _ascii(char: str) -> str:
    return _ASCII.get(char, "?" * cell_len(char))  # as wide as it was, so that the boxes stay straight


codecs.register_error("dojo", _lookalike)


def _replace_unprintable(stream: TextIO) -> None:
    # A message may hold a sign that this terminal's encoding lacks; that must not end the program.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None and getattr(stream, "errors", "strict") in ("strict", "surrogateescape"):
        reconfigure(errors="dojo")
