"""What `course.toml` may say: its tables and keys, their types and limits."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

RuleName = Literal[
    "autograd", "torch.nn", "cross_entropy", "softmax", "batch_norm", "attention", "finite_differences"
]
RULE_NAMES: tuple[str, ...] = get_args(RuleName)
Credit = Literal["exercise", "property"]  # all or nothing, or a share of the points (see `dojo/credit.py`)

Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=60)]
Text = Annotated[str, Field(pattern=r"\S")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Heading(_Strict):
    """[course]: its title and the public key from which self-check seeds are made."""

    title: Text
    key: Text


class Defaults(_Strict):
    """[defaults]: limits in seconds and MiB, what earns points, and the modules that an answer may import."""

    import_seconds: float = Field(default=5.0, gt=0)
    call_seconds: float = Field(default=5.0, gt=0)
    seconds: float = Field(default=30.0, gt=0)
    memory_mib: int = Field(default=1024, gt=0)
    student_misconceptions: bool = (
        False  # whether students get the code of known wrong answers, and their hints
    )
    credit: Credit = "exercise"
    imports: tuple[Text, ...] = (
        "torch",
        "math",
        "jaxtyping",
        "typing",
        "itertools",
        "functools",
        "collections",
    )


class Exercise(_Strict):
    """[[unit.exercise]]: one function or class that a student writes."""

    id: Id
    title: Text
    target: str = Field(pattern=r"^[A-Za-z]\w*:[A-Za-z]\w*$", max_length=120)
    points: int = Field(ge=1)
    needs: tuple[Id, ...] = ()
    difficulty: int = Field(ge=1, le=5)
    minutes: int = Field(ge=1)
    hints: tuple[Text, ...] = Field(min_length=3, max_length=3)
    forbid: tuple[RuleName, ...] = ()
    allow: tuple[RuleName, ...] = ()
    import_seconds: float | None = Field(default=None, gt=0)
    call_seconds: float | None = Field(default=None, gt=0)
    seconds: float | None = Field(default=None, gt=0)
    memory_mib: int | None = Field(default=None, gt=0)
    credit: Credit | None = None

    @property
    def module(self) -> str:
        """The module's name inside the unit's folder."""
        return self.target.split(":")[0]

    @property
    def function(self) -> str:
        """The name of the function or class that is graded."""
        return self.target.split(":")[1]


class Unit(_Strict):
    """[[unit]]: one folder of the course, with the rules that hold in all of it."""

    id: Id
    title: Text
    forbid: tuple[RuleName, ...] = ()
    student_misconceptions: bool | None = None
    credit: Credit | None = None
    exercise: tuple[Exercise, ...] = Field(min_length=1)


class Manifest(_Strict):
    """The whole of `course.toml`."""

    course: Heading
    defaults: Defaults = Defaults()
    unit: tuple[Unit, ...] = Field(min_length=1)
