"""Under which key an outcome is kept: a digest of everything that it depends on, and of nothing else.

So a run that was killed goes on, an exercise that is as it was costs nothing, and a change of one grader
grades the versions of one exercise anew.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from functools import cache, lru_cache
from pathlib import Path

import hypothesis
import torch

from dojo.course import Course, Exercise
from dojo.regions import Definition
from dojo.rules.source import needed_by, parse
from dojo.truth.jobs import BETWEEN, Job

SCHEMA = 5  # rises when an outcome comes to say something else
ENGINE = Path(__file__).parent.parent
# Parts of the kit that no verdict depends on. Mutants are part of the key as they are.
APART = ("views", "cli", "notebooks", "nbgrader", "release", "plots", "truth")
LIMITS = ("import_seconds", "call_seconds", "seconds", "memory_mib")


def key_of(job: Job, course: Course) -> str:
    """The key of one grading."""
    exercise = course.exercise(job.exercise)
    grader = _graded_by(course, exercise)
    if job.mutant is not None:  # what it is made from is in `grader`, and to parse thousands takes its time
        own = job.mutant.diff
    else:
        own = BETWEEN.join(_needed(text, exercise.function) for text in job.source.split(BETWEEN))
    seeds = f"{job.first} {job.last}"
    parts = (str(SCHEMA), engine_digest(), grader, job.kind, job.name, job.seed.id, seeds, own)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@cache
def engine_digest() -> str:
    """A digest of the engine and of what it stands on."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {torch.__version__} {hypothesis.__version__}".encode())
    for path in sorted(ENGINE.rglob("*.py")):
        name = path.relative_to(ENGINE)
        if name.parts[0] not in APART:
            digest.update(f"{name.as_posix()}\0".encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


@lru_cache(maxsize=1024)
def _graded_by(course: Course, exercise: Exercise) -> str:
    """A digest of the grader, the reference, the rules and the limits of an exercise."""
    grader = course.path("graders", exercise.id).read_text(encoding="utf-8")
    reference = course.reference(exercise.id).read_text(encoding="utf-8")
    limits = [course.limit(exercise.id, name) for name in LIMITS]
    settings = (limits, course.rules(exercise.id), course.defaults.imports, course.credit(exercise.id))
    parts = (repr(settings), grader_text(grader, exercise.id), _needed(reference, exercise.function))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def grader_text(text: str, exercise_id: str) -> str:
    """What a grader file says about one exercise: its grader, what is attached to that, what those need."""
    tree = parse(text)
    own = [node for node in tree.body if _is_grader_of(node, exercise_id)]
    names = {name for node in own for name in _binds(node)}
    attached = [node for node in tree.body if _attached_to(node) & names]
    wanted = {*own, *attached}
    waiting = list(wanted)
    while waiting:
        needed = {n.id for n in ast.walk(waiting.pop()) if isinstance(n, ast.Name)}
        for node in tree.body:
            if node not in wanted and _binds(node) & needed:
                wanted.add(node)
                waiting.append(node)
    return "\n".join(ast.unparse(node) for node in tree.body if node in wanted)


def _is_grader_of(node: ast.stmt, exercise_id: str) -> bool:
    makers = node.decorator_list if isinstance(node, Definition) else []
    if isinstance(node, ast.Assign):
        makers = [node.value]
    calls = [maker for maker in makers if isinstance(maker, ast.Call) and maker.args]
    return any(getattr(call.args[0], "value", None) == exercise_id for call in calls)


def _attached_to(node: ast.stmt) -> set[str]:
    """The graders that a statement adds something to."""
    makers: list[ast.expr] = []
    if isinstance(node, Definition):
        makers = node.decorator_list
    elif isinstance(node, (ast.Expr, ast.For)):
        return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return {n.id for maker in makers for n in ast.walk(maker) if isinstance(n, ast.Name)}


def _binds(node: ast.stmt) -> set[str]:
    if isinstance(node, Definition):
        return {node.name}
    imported = node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else []
    aliases = {alias.asname or alias.name.partition(".")[0] for alias in imported}
    stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return aliases | stored


@lru_cache(maxsize=4096)
def _needed(source: str, function: str) -> str:
    """What a function needs of its module, however that is laid out. What no module is stands for itself."""
    try:
        return "\n".join(ast.unparse(node) for node in needed_by(parse(source), function))
    except Exception:
        return source
