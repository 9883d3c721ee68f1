"""What was laid in a folder, so that the next time an edited file is told from one that is as we left it.

It is `.edition.json` of an edition, and of every folder that `dojo init` has made. What is about to be laid
is written down first: after a kill, the files that have come already are known as ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dojo.editions import MARK
from dojo.release.files import digest, read, write

EDITION, WORKSPACE = "edition", "workspace"


@dataclass
class Ledger:
    """kind: of the folder. changed: when its content last did, as a version says it. laid: the digests of all
    that was ever laid under a name. coming: of what is being laid, now and by runs that were killed; empty
    once all of it is there."""

    kind: str
    changed: str = ""
    laid: dict[str, list[str]] = field(default_factory=dict)
    coming: dict[str, list[str]] = field(default_factory=dict)

    def knows(self, name: str, content: bytes) -> bool:
        """Whether a file is as we have laid it at some time."""
        return digest(content) in [*self.laid.get(name, ()), *self.coming.get(name, ())]

    def has_laid(self, name: str, content: bytes) -> bool:
        """Whether exactly this was handed out under this name by a run that came to its end."""
        return digest(content) in self.laid.get(name, ())

    def begin(self, root: Path, files: Mapping[str, bytes]) -> None:
        """Write down what is about to be laid. Raises OSError."""
        _add(self.coming, {name: [digest(content)] for name, content in files.items()})
        self._write(root)

    def forget(self, name: str) -> None:
        """A file that the course no longer has is nobody's business from here on."""
        self.laid.pop(name, None)
        self.coming.pop(name, None)

    def finish(self, root: Path) -> None:
        """Write down that all of it is there. Raises OSError."""
        _add(self.laid, self.coming)
        self.coming = {}
        self._write(root)

    def _write(self, root: Path) -> None:
        write(root / MARK, (json.dumps({"schema": 1, **asdict(self)}, indent=1) + "\n").encode("ascii"))


def load(root: Path) -> Ledger | None:
    """The ledger of a folder, or None where it has none that can be read. Raises OSError."""
    try:
        data = json.loads(read(root / MARK) or b"")
        kind, changed, laid, coming = (data[key] for key in ("kind", "changed", "laid", "coming"))
        return Ledger(str(kind), str(changed), _add({}, laid), _add({}, coming))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _add(to: dict[str, list[str]], more: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Every digest of `more` in `to` too, once."""
    for name, digests in more.items():
        known = to.setdefault(str(name), [])
        known += [text for text in map(str, digests) if text not in known]
    return to
