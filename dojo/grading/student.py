"""The student's module as graders see it: calls that read like ordinary Python and happen in the worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from dojo.channel import Worker, WorkerEnded
from dojo.worker.wire import Alien, Code, Handle, Name

_CALLS = ("function", "object", "method", "operator")  # what a request can call of the student's
OUT_OF_TIME = "all calls together took longer than the exercise allows"


@dataclass(frozen=True)
class Observation:
    """One call in full. `after` holds the arguments as the call left them, `shares` the names of those whose
    memory the value shares, `seen` what the watches saw."""

    value: Any
    after: list[Any]
    shares: list[Any]
    seen: Any = None


@dataclass
class Allowance:
    """The seconds that student code may still take, in all workers of an exercise together.

    What the grader does in between, and the start of a worker, costs nothing of it.
    """

    left: float

    @contextmanager
    def spending(self, most: float) -> Iterator[float]:
        """Time what happens in the block, which may take the seconds that are given: `most`, or what is left.

        Raises WorkerEnded where nothing is left, and says so where that was what made it stop.
        """
        if self.left <= 0:
            raise WorkerEnded("timeout", OUT_OF_TIME)
        short, started = self.left < most, time.monotonic()
        try:
            yield min(self.left, most)
        except WorkerEnded as ended:
            if short and ended.why == "timeout":
                raise WorkerEnded("timeout", OUT_OF_TIME) from None
            raise
        finally:
            self.left -= time.monotonic() - started


class Student:
    """One worker with one loaded module; `function` is the exercise's target.

    `student(x)` calls the target, `student.name(x)` another function of the module. Every call has its own
    deadline, and all together have an allowance.
    """

    def __init__(
        self,
        worker: Worker,
        function: str,
        *,
        call_seconds: float,
        allowance: Allowance,
        grad: bool,
        says_dtype: bool = False,
    ) -> None:
        """says_dtype: whether the default dtype of calls without floats is torch's own, and not float64."""
        self._worker, self._function, self._grad, self._says_dtype = worker, function, grad, says_dtype
        self._call_seconds, self._allowance = call_seconds, allowance
        self._watch: dict[str, Any] | None = None
        self._seen: list[Any] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask({"what": "function", "name": self._function}, args, kwargs)["value"]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return _Named(self, name)

    def observe(self, *args: Any, watch: dict[str, Any] | None = None, **kwargs: Any) -> Observation:
        """Call the target and look at what the call did to its arguments.

        watch: watch it, with these settings. `steps`: Python's instructions are counted, and after so many
               the worker ends. `profile`: whether other threads are watched too.
        """
        target = {"what": "function", "name": self._function, "inspect": True, "watch": watch is not None}
        target |= watch or {}
        reply = self._ask(target, args, kwargs)
        after, shares = reply.get("after"), reply.get("shares")
        if (
            type(after) is not dict
            or type(after.get("args")) is not list
            or type(after.get("kwargs")) is not dict
            or len(after["args"]) != len(args)
            or after["kwargs"].keys() != kwargs.keys()
        ):
            raise WorkerEnded("protocol", "the arguments did not come back")
        # A function that the grader sent cannot come back, and cannot be changed either.
        sent, back = [*args, *kwargs.values()], [*after["args"], *after["kwargs"].values()]
        values = [
            s if isinstance(s, Code) and isinstance(b, Alien) else b for s, b in zip(sent, back, strict=True)
        ]
        return Observation(
            reply["value"], values, shares if type(shares) is list else ["?"], reply.get("seen")
        )

    def run(self, code: Code, *args: Any) -> Any:
        """Call a function of the grader's beside the student's objects: `code` is a `remote_function`.

        The student's own functions and classes may be arguments: `student` for the target, `student.name`.
        """
        return self._ask({"what": "code", "name": code.name}, (code, *args), {})["value"]

    @contextmanager
    def watched(self, watch: dict[str, Any]) -> Iterator[list[Any]]:
        """Watch all calls in the block; what the watches saw in each."""
        self._watch, self._seen = watch, []
        try:
            yield self._seen
        finally:
            self._watch = None

    @property
    def grad(self) -> bool:
        """Whether autograd records what the student's code computes."""
        return self._grad

    def printed(self) -> tuple[str, int]:
        """What the last call printed, cut, and how many characters it was."""
        return self._worker.printed, self._worker.printed_size

    def _ask(self, target: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        request = {"inspect": False, "watch": False, "grad": self._grad, **target}
        request |= {"says_dtype": True} if self._says_dtype else {}
        watch = self._watch is not None and target["what"] in _CALLS
        request |= {"watch": True, **(self._watch or {})} if watch else {}
        given = [_bare(a) for a in args], {k: _bare(v) for k, v in kwargs.items()}
        with self._allowance.spending(self._call_seconds) as seconds:
            reply = self._worker.call(request, *given, seconds)
        if "value" not in reply:
            raise WorkerEnded("protocol", "a reply without a value")
        if watch:
            self._seen.append(reply.get("seen"))
        reply["value"] = self._dress(reply["value"])
        return reply

    def _dress(self, value: Any) -> Any:
        if isinstance(value, Handle):
            return RemoteObject(self, value)
        if type(value) in (list, tuple, frozenset):
            return type(value)(self._dress(v) for v in value)
        if type(value) is dict:
            return {key: self._dress(v) for key, v in value.items()}
        return value


@dataclass(frozen=True)
class _Named:
    """A function or class of the student's module: to be called, or to be an argument of `run`."""

    _student: Student
    _name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._student._ask({"what": "function", "name": self._name}, args, kwargs)["value"]


class RemoteObject:
    """An object of one of the student's classes. It stays in the worker; this handle reads like it.

    Two handles are equal if they stand for the same object.
    """

    def __init__(self, student: Student, handle: Handle) -> None:
        self.__dict__["_student"], self.__dict__["_handle"] = student, handle

    def _do(self, what: str, name: str, *args: Any, **kwargs: Any) -> Any:
        target = {"what": what, "name": name, "object": self._handle.number}
        return self._student._ask(target, args, kwargs)["value"]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._do("object", "", *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = self._do("get", name)
        if isinstance(value, Alien) and value.type in ("method", "function"):
            return lambda *args, **kwargs: self._do("method", name, *args, **kwargs)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        self._do("set", name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemoteObject) and other._handle == self._handle

    def __hash__(self) -> int:
        return hash(self._handle)

    @property
    def type_name(self) -> str:
        """The name of its class."""
        return str(self._handle.type)


def _operator(name: str, swapped: bool = False) -> Callable[..., Any]:
    def apply(self: RemoteObject, *others: Any) -> Any:
        args = (*others, self) if swapped else (self, *others)
        return self._student._ask({"what": "operator", "name": name}, args, {})["value"]

    return apply


for _name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
    setattr(RemoteObject, f"__{_name}__", _operator(_name))
    setattr(RemoteObject, f"__r{_name}__", _operator(_name, swapped=True))
for _name in ("neg", "pos", "getitem", "lt", "gt", "le", "ge"):
    setattr(RemoteObject, f"__{_name}__", _operator(_name))


def _bare(value: Any) -> Any:
    if isinstance(value, RemoteObject):
        return value._handle
    if isinstance(value, Student):
        return Name(value._function)
    if isinstance(value, _Named):
        return Name(value._name)
    if type(value) in (list, tuple, frozenset):
        return type(value)(_bare(v) for v in value)
    return {key: _bare(v) for key, v in value.items()} if type(value) is dict else value
