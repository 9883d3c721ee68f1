"""A course as plain data: where its files are, what its exercises are called, which limits hold."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from dojo.editions import edition_root, is_edition, reference_tree, unfinished
from dojo.manifest import RULE_NAMES, Defaults, Exercise, Heading, Manifest, Unit
from dojo.toml import read_toml
from dojo.validate import CourseError, validate

__all__ = [
    "MANIFEST",
    "RULE_NAMES",
    "Course",
    "CourseError",
    "Defaults",
    "Exercise",
    "Heading",
    "Unit",
    "edition_root",
    "find_root",
    "load",
]

MANIFEST = "course.toml"


class Course:
    """A valid course: its folder, and its units and exercises in teaching order."""

    def __init__(self, root: Path, manifest: Manifest) -> None:
        self.root = root
        self.title = manifest.course.title
        self.key = manifest.course.key
        self.defaults = manifest.defaults
        self.units = manifest.unit
        self._by_id = {e.id: (u, e) for u in manifest.unit for e in u.exercise}

    @property
    def exercises(self) -> list[Exercise]:
        """All exercises, in the order of the manifest."""
        return [exercise for unit in self.units for exercise in unit.exercise]

    def exercise(self, exercise_id: str) -> Exercise:
        """The exercise with this id. KeyError where there is none."""
        return self._by_id[exercise_id][1]

    def unit_of(self, exercise_id: str) -> Unit:
        """The unit that holds this exercise."""
        return self._by_id[exercise_id][0]

    def rules(self, exercise_id: str) -> tuple[str, ...]:
        """What may not be used in an exercise: the unit's rules and its own, less what it allows."""
        unit, exercise = self._by_id[exercise_id]
        return tuple(r for r in dict.fromkeys(unit.forbid + exercise.forbid) if r not in exercise.allow)

    def limit(self, exercise_id: str, name: str) -> Any:
        """A limit of an exercise (`seconds`, `call_seconds`, `import_seconds`, `memory_mib`)."""
        own = getattr(self.exercise(exercise_id), name)
        return getattr(self.defaults, name) if own is None else own

    def credit(self, exercise_id: str) -> str:
        """What earns points in an exercise: "exercise" or "property". The narrower table wins."""
        unit, exercise = self._by_id[exercise_id]
        return exercise.credit or unit.credit or self.defaults.credit

    def shows_misconceptions(self, unit: Unit) -> bool:
        """Whether the edition for students keeps the misconceptions of a unit."""
        own = unit.student_misconceptions
        return self.defaults.student_misconceptions if own is None else own

    def path(self, tree: str, exercise_id: str) -> Path:
        """The file of an exercise in `exercises`, `solutions`, `stubs` or `graders`."""
        module = self.exercise(exercise_id).module
        name = f"test_{module}.py" if tree == "graders" else f"{module}.py"
        return self.root / tree / self.unit_of(exercise_id).id / name

    def reference(self, exercise_id: str) -> Path:
        """The file that says what an exercise takes: its solution, or in an edition its stub."""
        return self.path(reference_tree(self.root), exercise_id)

    @property
    def is_edition(self) -> bool:
        """Whether this is a course without solutions, as students get it."""
        return is_edition(self.root)

    def find(self, wanted: str) -> list[Exercise]:
        """The exercises that a word names: an id, a unit, `module:function`, a module or a file path.

        Raises LookupError with a sentence and suggestions where it names nothing.
        """
        if wanted in self._by_id:
            return [self.exercise(wanted)]
        path = Path(wanted)
        is_path = path.suffix == ".py" or len(path.parts) > 1
        word, folder = (path.stem.removeprefix("test_"), path.parent.name) if is_path else (wanted, "")
        found = [
            exercise
            for unit in self.units
            for exercise in unit.exercise
            if word in (unit.id, exercise.target, exercise.module)
            and folder in ("", unit.id, "exercises", "solutions", "stubs", "graders")
        ]
        if found:
            return found
        names = list(self._by_id) + [u.id for u in self.units] + [e.module for e in self.exercises]
        near = difflib.get_close_matches(path.stem, dict.fromkeys(names), n=3, cutoff=0.5)
        advice = f"did you mean {' or '.join(near)}?" if near else "`dojo list` shows all names."
        raise LookupError(f"There is no exercise, unit or module called {wanted!r}: {advice}")


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` that holds a course.toml. CourseError where there is none."""
    for folder in [start, *start.parents]:
        if (folder / MANIFEST).is_file():
            return folder
    raise CourseError(
        [f"{start}: no {MANIFEST} here or in any folder above; go to the folder of the course first."]
    )


def load(root: Path) -> Course:
    """Read and validate the manifest of the course in `root`. Raises CourseError with every mistake."""
    if (why := unfinished(root)) is not None:
        raise CourseError([why])
    path = root / MANIFEST
    try:
        data = read_toml(path)
    except (OSError, ValueError) as error:
        raise CourseError([str(error)]) from None
    return Course(root, validate(data, path))
