"""The digest of everything of ours that a verdict depends on, so that a record says by what it was graded."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dojo.course import MANIFEST
from dojo.editions import reference_tree
from dojo.hidden import files as hidden_files

ENGINE = Path(__file__).parent


def course_digest(root: Path, hidden: Path | None = None) -> str:
    """ "sha256:..." of the manifest, the solutions, the graders and the engine, by content.

    hidden: a folder of hidden graders, which belong to it with all that lies there.

    An edition has stubs in place of solutions, and another digest than the course that it was made from.

    The same course has the same digest wherever it lies: names are relative, and line breaks are taken as
    they are in the repository, because git may write them in Windows' way.
    """
    files = {MANIFEST: root / MANIFEST}
    tree = reference_tree(root)
    for name, folder in (
        (tree, root / tree),
        ("graders", root / "graders"),
        ("dojo", ENGINE),
    ):
        for path in folder.rglob("*.py"):
            if path.is_file():
                files[f"{name}/{path.relative_to(folder).as_posix()}"] = path
    if hidden is not None:
        files |= {f"hidden/{name}": path for name, path in hidden_files(hidden).items()}
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return "sha256:" + digest.hexdigest()
