"""Text from student code is hostile: cut, and cleaned of everything that could steer a terminal."""

from __future__ import annotations

import unicodedata

_KEPT = frozenset("\n\t")


def clean(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, control, bidirectional and invisible characters replaced by `?`."""
    shown = "".join(
        c if c in _KEPT or unicodedata.category(c)[0] != "C" and c not in "\u2028\u2029" else "?"
        for c in text[:limit]
    )
    return shown + (f" … ({len(text) - limit:,} characters more)" if len(text) > limit else "")
