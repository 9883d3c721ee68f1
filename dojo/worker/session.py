"""One worker's life: load one module, answer calls on it, send plain data back."""

from __future__ import annotations

import io
import operator
import os
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

import appliers
import inert
import overlap
import torch
import watch
import wire

STUDENT_FILE = "<student>"
PRINT_LIMIT = 64 << 10  # characters kept of what student code prints
REMEMBERED, REMEMBERED_BYTES = 64, 32 << 20  # storages of earlier answers that are kept, and all of them
_OPERATORS = {
    name: getattr(operator, name)
    for name in (
        "add",
        "sub",
        "mul",
        "truediv",
        "pow",
        "neg",
        "pos",
        "matmul",
        "getitem",
        "eq",
        "lt",
        "gt",
        "le",
        "ge",
    )
}
# Captured early, like those of wire.py: student code may patch torch afterwards.
_Tensor = torch.Tensor
_set_default_dtype, _set_grad_enabled = torch.set_default_dtype, torch.set_grad_enabled
_watched, _loading = watch.watched, watch.loading
_storage_of, _size_of, _exit = torch.Tensor.untyped_storage, torch.UntypedStorage.nbytes, os._exit


class CappedText(io.TextIOBase):
    """Standard output of student code: the first PRINT_LIMIT characters are kept, the rest is counted."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        # Not `len(text)` and `text[:n]`: a student's own kind of text may answer those as it likes.
        size = str.__len__(text)
        if self.size < PRINT_LIMIT:
            self.kept.append(str.__getitem__(text, slice(PRINT_LIMIT - self.size)))
        self.size += size
        return size

    def take(self) -> tuple[str, int]:
        """What was kept and how much was written since the last call."""
        text, size = "".join(self.kept), self.size
        self.kept, self.size = [], 0
        return text, size


class Session:
    """The objects of one student module, and the operations that the grader may ask for."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {}
        self.objects: list[Any] = []
        self.numbers: dict[int, int] = {}  # identity of an object to its number; `objects` keeps it alive
        self.at_import: set[str] = set()  # operators
        self.answered: dict[int, Any] = {}  # address to storage, of the last answers

    def load(self, source: str, name: str) -> None:
        """Run the module's text under its own name, as an import would."""
        module = type(sys)(name)
        module.__dict__["__file__"] = STUDENT_FILE
        module.__dict__["__builtins__"] = {**inert.student_builtins(), **appliers.BUILTINS}
        sys.modules[name] = module
        self.namespace = module.__dict__
        code = compile(source, STUDENT_FILE, "exec", dont_inherit=True)
        self.at_import = _loading(lambda: exec(code, self.namespace))

    def keep(self, value: Any) -> wire.Handle | None:
        """A handle for an object of one of the student's own classes; None for anything else."""
        if type(value).__module__ != self.namespace.get("__name__") or isinstance(value, _Tensor):
            return None
        number = self.numbers.setdefault(id(value), len(self.objects))
        if number == len(self.objects):
            self.objects.append(value)
        return wire.Handle(number, type(value).__name__)

    def resolve(self, value: Any) -> Any:
        """Arguments as student code sees them: handles become objects, code becomes functions."""
        if type(value) is wire.Handle:
            return self.objects[value.number]
        if type(value) is wire.Code:
            return value.build()
        if type(value) is wire.Name:
            return self.namespace[value.name]
        if type(value) in (list, tuple, frozenset):
            return type(value)(self.resolve(v) for v in value)
        if type(value) is dict:
            return {key: self.resolve(v) for key, v in value.items()}
        return value

    def perform(
        self, request: dict[str, Any], values: dict[str, Any], finish: Callable[[dict[str, Any]], Any]
    ) -> dict[str, Any]:
        """Carry out one request; the reply's plain values by name.

        finish: sends a reply and ends the process, for a call that has cost more than any right answer.
        """
        args, kwargs = self.resolve(values["args"]), self.resolve(values["kwargs"])
        function = args.pop(0) if request["what"] == "code" else self.function(request)
        usual = torch.float32 if request.get("says_dtype") else torch.float64
        _set_default_dtype(_first_float(args + list(kwargs.values())) or usual)
        with torch.set_grad_enabled(bool(request["grad"])):
            if request["watch"]:

                def give_up(seen: dict[str, Any]) -> None:
                    after = {"args": [None] * len(args), "kwargs": dict.fromkeys(kwargs)}
                    finish({"value": None, "seen": seen, "after": after, "shares": []})

                steps, profile = request.get("steps"), request.get("profile", True)
                call, before = lambda: function(*args, **kwargs), self.at_import
                seen, value = _watched(call, steps, give_up, profile, before)
            else:
                seen, value = None, function(*args, **kwargs)
        reply: dict[str, Any] = {"seen": seen}
        if request["inspect"]:
            reply["after"] = {"args": args, "kwargs": kwargs}
            parts = _tensors(value)
            shares = _shares_memory(parts, {**dict(enumerate(args)), **kwargs})
            reply["shares"] = shares + self.earlier(parts)
        return {**reply, "value": value}  # last, so that a huge one leaves room for the others

    def earlier(self, parts: list[torch.Tensor]) -> list[str]:
        """ "earlier" if an answer shares memory with one that was looked at before, and remember it.

        The storages are kept alive, so that the same address is the same memory.
        """
        mine = {s.data_ptr(): s for s in map(_storage_of, parts) if _size_of(s)}
        known = not self.answered.keys().isdisjoint(mine)
        self.answered |= mine
        size = sum(map(_size_of, self.answered.values()))
        while len(self.answered) > REMEMBERED or size > REMEMBERED_BYTES:
            size -= _size_of(self.answered.pop(next(iter(self.answered))))
        return ["earlier"] if known else []

    def function(self, request: dict[str, Any]) -> Callable[..., Any]:
        """What a request calls: a name of the module, an object, a method, an attribute or an operator."""
        what, name = request["what"], request["name"]
        if what == "function":
            return self.namespace[name]
        if what == "operator":
            return _OPERATORS[name]
        owner = self.objects[request["object"]]
        if what == "object":
            return owner
        if what == "method":
            return getattr(owner, name)
        if what == "get":
            return lambda: getattr(owner, name)
        return lambda value: setattr(owner, name, value)


def _first_float(values: list[Any]) -> torch.dtype | None:
    # An answer that writes torch.zeros(n, d) means "like my inputs"; so the default dtype follows them.
    for value in values:
        if type(value) in (dict, list, tuple):
            found = _first_float(list(value.values()) if type(value) is dict else list(value))
        else:
            dtype = value.dtype if type(value) is _Tensor else None
            found = dtype if dtype is not None and dtype.is_floating_point else None
        if found is not None:
            return found
    return None


def _tensors(value: Any, depth: int = 0) -> list[torch.Tensor]:
    """The ordinary tensors in a value, as deep as the wire would carry it."""
    if type(value) is _Tensor:
        plain = value.layout is torch.strided and value.device.type == "cpu" and not value.is_nested
        return [value] if plain else []
    if type(value).__module__ == "torch.return_types" and isinstance(value, tuple):
        value = tuple(value)
    if type(value) not in (dict, list, tuple) or len(value) > wire.NODE_LIMIT or depth >= wire.DEPTH_LIMIT:
        return []
    inner = value.values() if type(value) is dict else value
    return [t for v in inner for t in _tensors(v, depth + 1)]


def _shares_memory(parts: list[torch.Tensor], arguments: dict[Any, Any]) -> list[Any]:
    """Names of the arguments whose memory an answer's tensors share, and "itself" where two of them share an
    element: rows of one stack do not."""
    mine = [_storage_of(t).data_ptr() for t in parts if t.numel()]
    shared = [
        name
        for name, argument in arguments.items()
        if any(_storage_of(t).data_ptr() in mine for t in _tensors(argument) if t.numel())
    ]
    return shared + (["itself"] if overlap.any_overlap(parts) else [])


def _describe(error: BaseException) -> dict[str, Any]:
    """An exception as text: its kind, type, message, and the last line of the student's that it passed."""
    kind = "raised"
    try:
        message = "".join((str(error), " "))[:600].rstrip()  # joined, it is plain text whatever it was
    except BaseException:
        message = ""
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "allocate memory" in message):
        kind = "memory"
    elif isinstance(error, (SystemExit, KeyboardInterrupt, GeneratorExit)):
        kind = "exit"
    elif isinstance(error, RecursionError):
        kind = "recursion"
    frames = traceback.extract_tb(error.__traceback__, limit=-200)
    lines = [frame.lineno for frame in frames if frame.filename == STUDENT_FILE]
    if isinstance(error, NotImplementedError) and frames and frames[-1].filename == STUDENT_FILE:
        # The stub's own says nothing. Torch raises this too, for what it cannot do, and says what.
        kind = "raised" if message else "not_implemented"
    if isinstance(error, SyntaxError) and error.filename == STUDENT_FILE:
        lines = [error.lineno or 0]
    return {
        "kind": kind,
        "type": type(error).__name__[:80],
        "message": message,
        "line": lines[-1] if lines else None,
    }


def serve(channel: socket.socket) -> None:
    """Answer requests until the grader hangs up."""
    session, output, read = Session(), CappedText(), wire.reader(channel)
    sys.stdout = sys.stderr = output
    while True:
        try:
            request, payload = wire.receive(read)
        except EOFError:
            return
        reply: dict[str, Any] = {"nonce": request["nonce"]}
        data = bytearray()

        def finish(answer: dict[str, Any], reply: dict[str, Any] = reply) -> None:
            reply["values"], data = wire.encode(answer)
            reply["printed"], reply["printed_size"] = output.take()
            wire.send(channel, reply, data)
            _exit(0)

        try:
            values = wire.decode(request["values"], payload, functions=True)
            if request["op"] == "load":
                session.load(values["source"], request["name"])
                answer: dict[str, Any] = {}
            else:
                answer = session.perform(request, values, finish)
            reply["values"], data = wire.encode(answer, session.keep)
        except BaseException as error:
            reply["error"] = _describe(error)
            error.__traceback__ = None
        reply["printed"], reply["printed_size"] = output.take()
        wire.send(channel, reply, data)
