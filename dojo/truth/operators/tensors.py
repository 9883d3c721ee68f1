"""Slips of tensor code: the wrong shape, reduction, dtype or memory."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dojo.truth.operators.axes import axis_of
from dojo.truth.operators.build import (
    MODULES,
    altered,
    called,
    keyword,
    method,
    receiver,
    renamed,
    subject,
    with_keyword,
)
from dojo.truth.operators.sites import Replacement, Site

INSTEAD = {
    "sum": ("mean", "amax"),
    "mean": ("sum", "amax"),
    "amax": ("amin", "mean"),
    "amin": ("amax",),
    "max": ("min",),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "any": ("all",),
    "all": ("any",),
    "prod": ("sum",),
    "std": ("var",),
    "var": ("std",),
    "cumsum": ("cumprod",),
    "cumprod": ("cumsum",),
    "tril": ("triu",),
    "triu": ("tril",),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
    "zeros": ("ones",),
    "ones": ("zeros",),
}
COPIES = frozenset("clone copy deepcopy list dict".split())
PLAIN = frozenset(
    "exp log log2 abs sqrt rsqrt square tanh relu gelu sigmoid clamp round float int item tolist reversed "
    "sorted set softmax log_softmax tril triu cumsum flip masked_fill unsqueeze squeeze reshape view "
    "flatten expand sign neg reciprocal logaddexp one_hot".split()
)
NUMBERS = ("item", "float", "tolist")  # a tensor works as well in a formula, but not as a result
DTYPES = {"float64": "float32", "float32": "float64", "double": "float", "float": "double", "long": "int32"}


def transposed(at: Site) -> Iterator[Replacement]:
    """A transpose forgotten, or one too many."""
    node = at.node
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield node.value
    elif isinstance(node, ast.Call) and called(node) in ("transpose", "t", "swapaxes", "permute"):
        inner = subject(node)
        if inner is not None:
            yield inner
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        for side in ("left", "right"):
            operand = getattr(node, side)
            if not isinstance(operand, ast.Attribute) or operand.attr not in ("T", "mT"):
                yield altered(node, **{side: ast.Attribute(operand, "mT", ast.Load())})


def einsum_transposed(at: Site) -> Iterator[Replacement]:
    """The result of an einsum with its axes the other way round."""
    if called(at.node) == "einsum" and isinstance(at.node, ast.Call) and at.node.args:
        match at.node.args[0]:
            case ast.Constant(str() as formula) if "->" in formula:
                inputs, _, output = formula.partition("->")
                turned = ast.Constant(f"{inputs}->{output[::-1]}")
                yield altered(at.node, args=[turned, *at.node.args[1:]])


def other_reduction(at: Site) -> Iterator[Replacement]:
    """Sum for mean, max for min, and the like."""
    if not isinstance(at.node, ast.Call):
        return
    for name in INSTEAD.get(called(at.node), ()):
        if isinstance(at.node.func, ast.Name):  # Python's own
            name = {"mean": "max", "amax": "max"}.get(name, name)
        elif name == "amax" and axis_of(at.node) is None:
            name = "max"
        yield renamed(at.node, name)


def missing_clone(at: Site) -> Iterator[Replacement]:
    """No copy is made."""
    if isinstance(at.node, ast.Call) and called(at.node) in COPIES and len(at.node.args) <= 1:
        inner = subject(at.node)
        if inner is not None:
            yield inner


def dropped_call(at: Site) -> Iterator[Replacement]:
    """A step forgotten: exp(x) is x."""
    if isinstance(at.node, ast.Call) and called(at.node) in PLAIN:
        inner = subject(at.node)
        matters = called(at.node) not in NUMBERS or isinstance(at.parent, (ast.Return, ast.Tuple, ast.Dict))
        if inner is not None and matters:
            yield inner


def detached(at: Site) -> Iterator[Replacement]:
    """Cut off from the graph, or not cut off."""
    node = at.node
    if called(node) in ("detach", "detach_") and isinstance(node, ast.Call):
        inner = subject(node)
        if inner is not None:
            yield inner
    elif isinstance(node, ast.Attribute) and node.attr == "data" and isinstance(node.value, ast.Attribute):
        yield node.value
    elif isinstance(node, ast.With) and any(called(i.context_expr) == "no_grad" for i in node.items):
        yield node.body
    elif _assigns_tensor(at) and isinstance(node, (ast.Return, ast.Assign)) and node.value is not None:
        yield altered(node, value=method(node.value, "detach"))


def _assigns_tensor(at: Site) -> bool:
    """Whether a statement computes something, in a function that hands back tensors."""
    value = getattr(at.node, "value", None)
    computes = isinstance(value, (ast.BinOp, ast.Call)) and called(value) not in ("detach", "len")
    return computes and "Tensor" in at.scope.returns


def other_dtype(at: Site) -> Iterator[Replacement]:
    """Another dtype, or the one that comes by itself."""
    node = at.node
    if isinstance(node, ast.Attribute) and node.attr in DTYPES and receiver_is_torch(node):
        yield altered(node, attr=DTYPES[node.attr])
    elif isinstance(node, ast.Return) and "Float[" in at.scope.returns and node.value is not None:
        if at.scope.returns.startswith("Float["):
            yield altered(node, value=method(node.value, "float"))
    elif isinstance(node, ast.Call):
        if called(node) in ("to", "double", "long", "type_as") and receiver(node) is not None:
            yield receiver(node) or node
        dtype = keyword(node, "dtype")
        if dtype is not None:
            yield with_keyword(node, dtype, None)


def receiver_is_torch(node: ast.Attribute) -> bool:
    """Whether this is a name of a module."""
    return isinstance(node.value, ast.Name) and node.value.id in MODULES
