"""A small course and a make-believe engine, for tests of the command line and of what it shows."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from dojo import __version__
from dojo.course import Course, load
from dojo.digest import course_digest
from dojo.isolation.levels import Proof
from dojo.verdict import Counterexample, ExerciseResult, Record, Shown, Verdict, Worst, total

GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("DOJO_UPDATE_GOLDEN") == "1"

MANIFEST = """\
[course]
title = "Small gradients"
key = "small"

[[unit]]
id = "u01_sums"
title = "Sums and products"
forbid = ["autograd"]
{sums}
[[unit]]
id = "u02_chains"
title = "Chains"
forbid = ["autograd", "torch.nn"]
{chains}"""

EXERCISE = """
[[unit.exercise]]
id = "{id}"
title = "{title}"
target = "{module}:{id}"
points = {points}
needs = {needs}
difficulty = {difficulty}
minutes = {minutes}
hints = ["Look at the shape of {id}.", "Which axis was summed?", "What was copied forward is summed back."]
"""

SUMS = [
    ("backward_sum", "The gradient of a sum", "sums", 1, [], 1, 5),
    ("backward_mean", "The gradient of a mean", "sums", 1, ["backward_sum"], 1, 5),
    ("backward_product", "The gradient of a product", "products", 2, [], 2, 10),
    ("backward_power", "The gradient of a power", "products", 2, ["backward_product"], 2, 10),
    ("backward_norm", "The gradient of a norm", "products", 3, ["backward_power"], 3, 20),
    ("backward_outer", "The gradient of an outer product", "products", 3, ["backward_product"], 4, 20),
]
CHAINS = [
    ("backward_tanh", "The gradient of tanh", "chains", 2, [], 2, 10),
    ("backward_two_layers", "Two layers at once", "chains", 5, ["backward_tanh", "backward_sum"], 5, 45),
]

FUNCTION = '''
def {id}(x: Float[Tensor, "N D"], dout: Float[Tensor, "N 1"], eps: float = 1e-5) -> Float[Tensor, "N D"]:
    """Return the gradient of `x`, given that of `out`.

    Use only the arguments. The result is a new tensor, and the arguments stay
    as they are.

    >>> {id}(torch.ones(1, 2), torch.ones(1, 1))
    tensor([[1., 1.]])
    """
{body}'''

STUB = "    raise NotImplementedError\n"
SOLVED = "    # BEGIN SOLUTION\n    return dout.expand_as(x).clone()\n    # END SOLUTION\n"

HANDOUT = """\
# A unit

### {id}
Draw the **two rows** first, and go back through both.

- What is `dout` multiplied with?

```python
x = torch.ones(2, 3)  ### not a heading
```

### another
Not shown.
"""


def make(root: Path) -> Course:
    """Write the course into `root` and load it."""
    tables = {}
    for unit, rows in (("u01_sums", SUMS), ("u02_chains", CHAINS)):
        keys = ("id", "title", "module", "points", "needs", "difficulty", "minutes")
        made = [dict(zip(keys, row, strict=True)) for row in rows]
        tables[unit] = "".join(EXERCISE.format(**exercise) for exercise in made).replace("'", '"')
        for tree in ("exercises", "solutions", "graders"):
            (root / tree / unit).mkdir(parents=True, exist_ok=True)
        for module in {exercise["module"] for exercise in made}:
            names = [exercise["id"] for exercise in made if exercise["module"] == module]
            for tree, body in (("exercises", STUB), ("solutions", SOLVED)):
                functions = "\n".join(FUNCTION.format(id=name, body=body) for name in names)
                text = '"""A module."""\n\nimport torch\n' + functions
                (root / tree / unit / f"{module}.py").write_text(text, encoding="utf-8")
        handout = HANDOUT.format(id=made[0]["id"])
        (root / "exercises" / unit / "README.md").write_text(handout, encoding="utf-8")
    manifest = MANIFEST.format(sums=tables["u01_sums"], chains=tables["u02_chains"])
    (root / "course.toml").write_text(manifest, encoding="utf-8")
    return load(root)


def result(course: Course, name: str, verdict: Verdict, message: str = "", **more: Any) -> ExerciseResult:
    """A result of an exercise of the course."""
    points = course.exercise(name).points
    message = message or ("All of it holds." if verdict is Verdict.PASSED else "Something is wrong.")
    earned = points if verdict is Verdict.PASSED else 0
    return ExerciseResult(name, course.unit_of(name).id, verdict, earned, points, message, **more)


def record(
    results: list[ExerciseResult], name: str = "exercises", notices: list[str] | None = None
) -> Record:
    """A record of these results."""
    points, most = total(results)
    digest = "sha256:" + "0123456789abcdef" * 4
    course = "sha256:" + "fedcba9876543210" * 4
    return Record(
        name, "process", "public:small", digest, course, __version__, points, most, results, notices or []
    )


def tensor(values: Any, shape: list[int], name: str | None = None, **more: Any) -> Shown:
    """A float64 tensor as the record shows it."""
    return Shown("tensor", values, shape, "float64", name, **more)


def wrong_sum() -> Counterexample:
    """Two of three entries are wrong."""
    return Counterexample(
        inputs=[
            tensor([[1.0, 2.0], [3.0, 1.0], [1.0, 1.0]], [3, 2], "counts"),
            tensor([[1.0, -1.0], [0.0, 2.0], [-1.0, 1.0]], [3, 2], "dprobs"),
        ],
        expected=tensor([[-1.0], [2.0], [0.0]], [3, 1]),
        actual=tensor([[1.0], [2.0], [0.5]], [3, 1]),
        worst=Worst([0, 0], -1.0, 1.0),
        entries=3,
        wrong_entries=2,
        wrong_mask=[[True], [False], [True]],
        tolerance="An entry is right within 1e-9 of the largest expected one: a thousand roundings.",
    )


class FakeEngine:
    """Says of each exercise what `verdicts` says; `grade` may be replaced."""

    verdicts: ClassVar[dict[str, Callable[[Course], ExerciseResult] | Verdict]] = {}
    opened = 0
    closed = 0
    seeds: ClassVar[list[Any]] = []
    failure: BaseException | None = None
    isolation = "confined"
    user = 65534

    def __init__(self, course: Course, **options: Any) -> None:
        self.course = course
        self.course_digest = course_digest(course.root)
        type(self).opened += 1

    def __enter__(self) -> FakeEngine:
        return self

    def __exit__(self, *exception: object) -> None:
        type(self).closed += 1

    @property
    def proof(self) -> Proof:
        """As if a probe had just proven the level."""
        return Proof(self.isolation, (), self.user)

    def load(self, exercises: object = None) -> None:
        """Nothing to load."""

    def grade(self, submission: Any, exercises: list[Any], *, seed: Any, on_event: Any) -> Record:
        """The results that were prepared, in the order asked for."""
        type(self).seeds.append(seed)
        results = []
        for exercise in exercises:
            on_event(("start", exercise.id))
            if self.failure is not None:
                raise self.failure
            said = self.verdicts.get(exercise.id, Verdict.NOT_STARTED)
            done = result(self.course, exercise.id, said) if isinstance(said, Verdict) else said(self.course)
            results.append(done)
            on_event(("done", done))
        made = record(results, submission.name, submission.notices)
        return replace(
            made, isolation=self.isolation, seed=seed.id, digest=submission.digest, course=self.course_digest
        )


class KitFailure(Exception):
    """Stands for the engine's."""


def install() -> type[FakeEngine]:
    """Put the make-believe engine in the place of the real one. Returns a fresh class of it."""
    module = types.ModuleType("dojo.engine")
    fresh = type("Fake", (FakeEngine,), {"verdicts": {}, "seeds": [], "opened": 0, "closed": 0})
    module.Engine, module.KitFailure = fresh, KitFailure  # type: ignore[attr-defined]
    sys.modules["dojo.engine"] = module
    return fresh


def golden(name: str, text: str) -> None:
    """Compare with the file of that name; DOJO_UPDATE_GOLDEN=1 writes it instead."""
    path = GOLDEN / name
    if UPDATE:
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path} is missing; DOJO_UPDATE_GOLDEN=1 pytest writes it."
    assert text == path.read_text(encoding="utf-8"), (
        f"{path} differs; DOJO_UPDATE_GOLDEN=1 pytest updates it."
    )
