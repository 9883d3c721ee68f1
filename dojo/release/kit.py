"""What an edition holds besides the course: the engine, and what builds an environment for it with `make`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from dojo.cli.errors import UsageError
from dojo.release.material import Files
from dojo.toml import read_toml

NAME = "backprop-dojo-student"
ENGINE = Path(__file__).parent.parent
TARGETS = ("help", "grade", "check", "list", "hint", "show", "reset", "plot", "env", "clean", "distclean")
AS_THEY_ARE = (
    "constraints.txt",
    "LICENSE",
    ".gitattributes",
    "scripts/bootstrap.sh",
    "scripts/bootstrap.py",
    "scripts/processes.py",
)


def kit(root: Path) -> Files:
    """The engine and its set-up, from the course in `root` or from where the engine itself stands.

    Raises UsageError where neither is a copy of the repository, or OSError.
    """
    home = next(
        (place for place in (root, ENGINE.parent) if (place / "scripts/bootstrap.py").is_file()), None
    )
    if home is None:
        raise UsageError(
            f"Neither {root} nor {ENGINE.parent} has scripts/ and a Makefile, which belong to an edition: "
            "run this with the kit installed from its repository (pip install -e)."
        )
    project = read_toml(home / "pyproject.toml")
    files = {name: (home / name).read_bytes() for name in AS_THEY_ARE}
    files["Makefile"] = _makefile((home / "Makefile").read_text(encoding="utf-8")).encode()
    files["pyproject.toml"] = pyproject(project, version=None).encode()
    return files | engine()


def engine() -> Files:
    """The package itself, without any course that it may hold."""
    found: Files = {}
    for path in sorted(ENGINE.rglob("*")):
        inside = path.relative_to(ENGINE)
        hidden = any(part.startswith((".", "__pycache__")) for part in inside.parts)
        foreign = hidden or inside.parts[0] == "edition" or path.suffix in (".pyc", ".bak")
        if path.is_file() and not foreign:
            found[f"dojo/{inside.as_posix()}"] = path.read_bytes()
    return found


def _makefile(text: str) -> str:
    """The Makefile with the targets that students use, and nothing about the others."""
    blocks = []
    for block in text.split("\n\n"):
        target = re.match(r"(\w+):", block)
        if target is None or target[1] in TARGETS:
            blocks.append(block)
    lines = "\n\n".join(blocks).rstrip().split("\n")
    phony = ".PHONY: " + " ".join(TARGETS)
    kept = [phony if line.startswith(".PHONY:") else line for line in lines if not _is_foreign(line)]
    return "\n".join(kept) + "\n"


def _is_foreign(line: str) -> bool:
    """Whether a line of the head explains a variable that no target of students reads."""
    variable = re.match(r"#   ([A-Z_]+) ", line)
    return variable is not None and variable[1] not in ("PYTHON", "TORCH_INDEX", "EX")


def pyproject(kit_project: dict[str, Any], version: str | None) -> str:
    """pyproject.toml of an edition, made from the kit's. version: of a wheel, which brings the course along;
    None for the folder, whose version is the engine's."""
    project, tool = kit_project["project"], kit_project["tool"]["setuptools"]
    data = [
        *tool["package-data"]["dojo"],
        *(["edition/**", "edition/**/.*", "edition/.*"] if version else []),
    ]
    fixed = {"version": version} if version else {"dynamic": ["version"]}
    tables: dict[str, dict[str, Any]] = {
        "build-system": kit_project["build-system"],
        "project": {
            "name": NAME,
            **fixed,
            "description": "Exercises in backpropagation that check themselves: the edition for students",
            "readme": "README.md",
            **{key: project[key] for key in ("license", "license-files", "authors", "requires-python")},
            "dependencies": project["dependencies"],
        },
        "project.scripts": project["scripts"],
        "tool.setuptools": {"include-package-data": False},
        "tool.setuptools.packages.find": {"include": ["dojo", "dojo.*"], "namespaces": False},
        "tool.setuptools.package-data": {"dojo": data},
    }
    if version is None:
        tables["tool.setuptools.dynamic"] = {"version": {"attr": tool["dynamic"]["version"]["attr"]}}
    return "\n\n".join(_table(name, content) for name, content in tables.items()) + "\n"


def _table(name: str, content: dict[str, Any]) -> str:
    return "\n".join([f"[{name}]", *(f"{key} = {_value(value)}" for key, value in content.items())])


def _value(value: Any) -> str:
    """A value as TOML, whose texts, lists and truth values are written like JSON's."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
