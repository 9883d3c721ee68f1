"""One line with file and key for each thing that is wrong in a course.toml."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from dojo.editions import reference_tree
from dojo.manifest import RULE_NAMES, Defaults, Exercise, Heading, Manifest, Unit
from dojo.regions import definitions
from dojo.text import clean

_SUGGESTIONS = 20  # looking for the nearest name takes time, and nobody reads more of them


class CourseError(Exception):
    """The course itself is wrong: one line for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def validate(data: dict[str, Any], path: Path) -> Manifest:
    """The manifest that was read from `path`. Raises CourseError with every mistake, one line each.

    Keys, types and values come first; ids, prerequisites and files are looked at once those are right.
    """
    try:
        manifest = Manifest.model_validate(_tuples(data))
    except ValidationError as error:
        found = [problem for problem in error.errors() if not _is_echo(problem)]
        raise CourseError([f"{path}: {_line(data, problem)}" for problem in found]) from None
    problems = [
        f"{path}: {line}" for line in _ids(manifest) + _needs(manifest) + _files(manifest, path.parent)
    ]
    if problems:
        raise CourseError(problems)
    return manifest


def _tuples(value: Any) -> Any:
    # The strict mode takes no list for a tuple, and should go on to take no "3" for a 3.
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _is_echo(problem: Any) -> bool:
    # A list is called too short where its entries are wrong: those have lines of their own.
    return problem["type"] == "too_short" and len(problem["input"]) >= problem["ctx"]["min_length"]


def _line(data: dict[str, Any], problem: Any) -> str:
    """One mistake as `key: what is wrong`, with ids in place of numbers where the manifest has them."""
    where, here = "", data
    for step in problem["loc"]:
        found = isinstance(here, dict) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        )
        here = (here.get(step) if isinstance(here, dict) else here[step]) if found else None  # type: ignore
        named = isinstance(here, dict) and isinstance(step, int) and isinstance(here.get("id"), str)
        name = here["id"] if named else None
        shown = _shown(name or step)
        where += f"[{shown}]" if isinstance(step, int) else f".{shown}"
    return f"{where[1:]}: {_sentence(problem)}"


def _sentence(problem: Any) -> str:
    kind, last, got = problem["type"], problem["loc"][-1], problem["input"]
    if kind == "missing":
        return "is missing."
    if kind == "extra_forbidden":
        return f"there is no such key{_nearest(str(last), _keys(problem['loc']))}."
    if kind == "literal_error" and last == "credit":
        return f'should be "exercise" or "property", not {got!r:.60}.'
    if kind == "literal_error":
        advice = _nearest(str(got), RULE_NAMES)
        return f"there is no rule {got!r:.60}{advice}; the rules are {', '.join(RULE_NAMES)}."
    if kind == "string_pattern_mismatch":
        form = {"id": "letters, digits and _, with a letter first", "target": '"module:function"'}
        wanted = form.get(str(last), "text that is not empty")
        return f"{got!r:.60} is not of the form that is wanted ({wanted})."
    if kind == "string_too_long":
        return f"has more than {problem['ctx']['max_length']} characters."
    if kind in ("too_short", "too_long"):
        size = problem["ctx"].get("min_length") or problem["ctx"].get("max_length")
        return f"has {problem['ctx']['actual_length']} entries where {size} are wanted."
    wanted = problem["msg"].replace("Input should be ", "").replace("tuple", "list")
    return f"should be {wanted}, not {got!r:.60}."


def _shown(step: object) -> str:
    """A key or an id as it is, or as Python would write it where it holds what should not be printed."""
    return repr(str(step))[1:-1][:60]


def _keys(loc: tuple[Any, ...]) -> Iterable[str]:
    """The keys that are known in the table where an unknown one stands."""
    tables: dict[str, type[BaseModel]] = {
        "course": Heading,
        "defaults": Defaults,
        "unit": Unit,
        "exercise": Exercise,
    }
    names = [step for step in loc[:-1] if step in tables]
    table = tables[names[-1]] if names else Manifest
    return list(table.model_fields)


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _ids(manifest: Manifest) -> list[str]:
    places: dict[str, list[str]] = {}
    for unit in manifest.unit:
        places.setdefault(unit.id, []).append(f"unit[{unit.id}].id")
        for exercise in unit.exercise:
            places.setdefault(exercise.id, []).append(f"unit[{unit.id}].exercise[{exercise.id}].id")
    return [f"{at[-1]}: {name!r} is used {len(at)} times." for name, at in places.items() if len(at) > 1]


def _needs(manifest: Manifest) -> list[str]:
    needs = {e.id: e.needs for u in manifest.unit for e in u.exercise}
    problems: list[str] = []
    for unit in manifest.unit:
        for exercise in unit.exercise:
            key = f"unit[{unit.id}].exercise[{exercise.id}].needs"
            unknown = [need for need in exercise.needs if need not in needs]
            for name in unknown:
                advice = _nearest(name, needs) if len(problems) < _SUGGESTIONS else ""
                problems.append(f"{key}: there is no exercise {name!r}{advice}.")
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = error.args[1] if len(error.args[1]) <= 10 else [*error.args[1][:10], "and so on"]
        problems.append(f"needs: these exercises need each other in a circle: {' -> '.join(circle)}.")
    return problems


def _files(manifest: Manifest, root: Path) -> list[str]:
    """Every target is in its solution, or where there are none in its stub. A file that cannot be read is
    named once, not for each exercise."""
    problems: list[str] = []
    names: dict[Path, list[str] | None] = {}
    tree = reference_tree(root)
    for unit in manifest.unit:
        for exercise in unit.exercise:
            key = f"unit[{unit.id}].exercise[{exercise.id}].target"
            path = Path(tree, unit.id, f"{exercise.module}.py")
            if path not in names:
                names[path] = None
                try:
                    names[path] = list(definitions((root / path).read_bytes()))
                except FileNotFoundError:
                    problems.append(f"{key}: the file {path} is missing.")
                except SyntaxError as error:
                    why = clean(error.msg, 200)
                    problems.append(f"{key}: {path} is not valid Python in line {error.lineno}: {why}.")
                except OSError as error:
                    problems.append(f"{key}: {path} cannot be read: {error.strerror}.")
                except (ValueError, RecursionError, MemoryError) as error:
                    why = clean(error, 200) or "it is nested too deeply"
                    problems.append(f"{key}: {path} cannot be read: {why}.")
            known = names[path]
            if known is not None and exercise.function not in known:
                advice = _nearest(exercise.function, known) if len(problems) < _SUGGESTIONS else ""
                problems.append(f"{key}: {path} has no function or class {exercise.function!r}{advice}.")
    return problems
