"""What the attacks are let loose on: a course of two modules, its secrets, and people who handed in theirs.

`m.py` is the attacked module, `n.py` its neighbour. An attack replaces `m.py`, or brings a whole folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dojo.course import Course, load

IMPORTS = '["torch", "math", "jaxtyping", "typing", "itertools", "functools", "collections"]'
RULES = '["autograd", "torch.nn", "softmax", "cross_entropy", "batch_norm", "finite_differences"]'

_MANIFEST = """
[course]
title = "A course under attack"
key = "attacked"

[defaults]
import_seconds = 1.5
call_seconds = 1.5
seconds = 4.0
memory_mib = 256
imports = {imports}

[[unit]]
id = "u"
title = "Unit"
forbid = {forbid}
"""
_EXERCISE = """
[[unit.exercise]]
id = "{name}"
title = "{name}"
target = "{module}:{name}"
points = 1
difficulty = 1
minutes = 1
hints = ["a", "b", "c"]
"""
EXERCISES = {"cube_backward": "m", "double": "m", "halve": "n", "row_means": "n"}

MODULES = {
    "m": '''"""The attacked module."""

import torch
from jaxtyping import Float
from torch import Tensor


def cube_backward(x: Float[Tensor, "N M"], dy: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    """The gradient of x in y = x ** 3."""
    # BEGIN SOLUTION
    return 3 * x**2 * dy
    # END SOLUTION


def double(x: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    """Twice x."""
    # BEGIN SOLUTION
    return x + x
    # END SOLUTION
''',
    "n": '''"""The neighbour."""

import torch
from jaxtyping import Float
from torch import Tensor


def halve(x: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    """Half of x."""
    # BEGIN SOLUTION
    return x / 2
    # END SOLUTION


def row_means(x: Float[Tensor, "N M"]) -> Float[Tensor, "N 1"]:
    """The mean of each row."""
    # BEGIN SOLUTION
    return x.mean(1, keepdim=True)
    # END SOLUTION
''',
}
_GRADERS = {
    "m": '''"""Graders. CANARY-IN-THE-GRADERS"""

from dojo.grading import backward_of, grades


@backward_of("cube_backward", wrt="x", upstream="dy")
def cube(x):
    return x**3


@grades("double")
def twice(x):
    return 2 * x
''',
    "n": '''"""Graders. CANARY-IN-THE-GRADERS"""

from dojo.grading import grades


@grades("halve")
def half(x):
    return x / 2


@grades("row_means")
def means(x):
    return x.mean(1, keepdim=True)
''',
}
CANARY = "CANARY"  # begins every secret; no part of a record may hold it


@dataclass(frozen=True)
class Victim:
    """A course in `root/course`, a stranger's submission and a home folder beside it."""

    root: Path
    course: Course
    pristine: dict[str, tuple[Any, ...]] = field(default_factory=dict)  # what lay there before any attack

    @property
    def secret(self) -> Path:
        """A file that no submission may read."""
        return self.root / "home" / "secret.txt"

    def fingerprint(self) -> str:
        """A digest of every name, byte, right, date and note below `root`: what nobody may change."""
        digest = hashlib.sha256()
        for path in sorted(self.root.rglob("*")):
            if "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(self.root)!r} {_facts(path)!r}".encode())
        return digest.hexdigest()

    def repair(self) -> None:
        """Undo what an attack did to the course, the home or a stranger: the next one finds it all there."""
        for path in sorted(self.root.rglob("*"), reverse=True):
            name = str(path.relative_to(self.root))
            handed_in = name.startswith("submissions/") and not name.startswith("submissions/stranger")
            if "__pycache__" in path.parts or handed_in or self.pristine.get(name) == _facts(path):
                continue
            if path.is_dir() and not path.is_symlink() and name in self.pristine:
                os.chmod(path, 0o755)
            elif path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        for name, facts in self.pristine.items():
            path = self.root / name
            if facts[-1] is None:
                path.mkdir(exist_ok=True)
            elif not path.exists():
                path.write_bytes(facts[-1])
                os.utime(path, ns=(facts[2], facts[2]))


@dataclass(frozen=True)
class Planted:
    """What git cannot keep, or a copy would stumble over: put into a submission before it is handed in."""

    links: dict[str, str] = field(default_factory=dict)  # name: what it points to
    fifos: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)  # name: text
    sparse: dict[str, int] = field(default_factory=dict)  # name: bytes that it seems to have
    folders: tuple[str, ...] = ()

    def put(self, folder: Path) -> None:
        """Make them, in place of what is there."""
        for name in (*self.links, *self.fifos, *self.files, *self.sparse, *self.folders):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if name in self.links:
                path.symlink_to(self.links[name])
            elif name in self.fifos:
                os.mkfifo(path)
            elif name in self.files:
                path.write_text(self.files[name])
            elif name in self.folders:
                path.mkdir()
            else:
                with path.open("wb") as file:
                    file.truncate(self.sparse[name])


def _facts(path: Path) -> tuple[Any, ...]:
    """Rights, owner, date, links, notes and bytes of a file; of a folder only its rights and owner."""
    status = path.lstat()
    notes = os.listxattr(path, follow_symlinks=False) if hasattr(os, "listxattr") else []
    owner = (status.st_uid, status.st_gid)
    if path.is_symlink() or not path.is_file():
        return (status.st_mode, owner, 0, 0, notes, None)
    content = path.read_bytes() if status.st_size < 1 << 20 else str(status.st_size).encode()
    return (status.st_mode, owner, status.st_mtime_ns, status.st_nlink, notes, content)


def build(root: Path, *, rules: bool) -> Victim:
    """Lay out the course and everything around it."""
    course = root / "course"
    manifest = _MANIFEST.format(imports=IMPORTS, forbid=RULES if rules else "[]")
    manifest += "".join(_EXERCISE.format(name=name, module=module) for name, module in EXERCISES.items())
    files = {"course.toml": manifest}
    for name in MODULES:
        files[f"solutions/u/{name}.py"] = f"# {CANARY}-IN-THE-SOLUTIONS\n" + MODULES[name]
        files[f"graders/u/test_{name}.py"] = _GRADERS[name]
    for name, text in files.items():
        path = course / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name, text in {
        "home/secret.txt": f"{CANARY}-AT-HOME\n",
        "home/gradebook.db": f"{CANARY}-GRADEBOOK\n",
        "submissions/stranger/u/m.py": f"# {CANARY}-OF-A-STRANGER\n" + MODULES["m"],
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    pristine = {str(path.relative_to(root)): _facts(path) for path in sorted(root.rglob("*"))}
    return Victim(root, load(course), pristine)


def hand_in(
    victim: Victim,
    name: str,
    attack: Path | None,
    fill: dict[str, str],
    planted: Planted | None = None,
) -> Path:
    """Write a submission: the model answers, with the attacked module or the attack's whole folder over it.

    Words such as @SECRET@ in an attack are filled in: what a determined student could find out beforehand.
    """
    victim.repair()
    folder = victim.root / "submissions" / name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "u").mkdir(parents=True)
    for module, text in MODULES.items():
        (folder / "u" / f"{module}.py").write_text(text)
    if attack is None:
        return folder
    if attack.is_dir():
        shutil.copytree(attack, folder, dirs_exist_ok=True, symlinks=True)
    else:
        shutil.copy(attack, folder / "u" / "m.py")
    for path in folder.rglob("*.py"):
        if path.is_file() and not path.is_symlink():
            path.write_bytes(_filled(path.read_bytes(), fill))
    if planted is not None:
        links = {name: _filled(target.encode(), fill).decode() for name, target in planted.links.items()}
        files = {name: _filled(text.encode(), fill).decode() for name, text in planted.files.items()}
        replace(planted, links=links, files=files).put(folder)
    return folder


def _filled(text: bytes, fill: dict[str, str]) -> bytes:
    for word, value in fill.items():
        text = text.replace(f"@{word}@".encode(), value.encode())
    return text
