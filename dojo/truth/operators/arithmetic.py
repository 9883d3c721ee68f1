"""Slips in a formula: a term too few or too many, a sign, a power, a constant."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from dojo.truth.operators.build import altered, binary, called, literal, number, shifted
from dojo.truth.operators.sites import Replacement, Site

ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult, ast.Pow)
OTHER = {
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
SIGN = {ast.Add: ast.Sub, ast.Sub: ast.Add}


def dropped_term(at: Site) -> Iterator[Replacement]:
    """One side of a sum, a difference, a product or a quotient is gone."""
    match at.node:
        case ast.BinOp(left, ast.Sub(), right):
            yield left
            yield ast.UnaryOp(ast.USub(), right)
        case ast.BinOp(left, ast.Add() | ast.Mult() | ast.Div() | ast.MatMult(), right):
            yield left
            yield right


def duplicated_term(at: Site) -> Iterator[Replacement]:
    """A term or a factor counts twice."""
    match at.node:
        case ast.BinOp(left, ast.Add() as op, right):
            yield binary(at.node, op, right)
            yield binary(left, op, at.node)
        case ast.BinOp(_, (ast.Sub() | ast.Mult() | ast.Div()) as op, right):
            yield binary(at.node, op, right)


def swapped_operands(at: Site) -> Iterator[Replacement]:
    """The two sides have changed places, where that matters."""
    match at.node:
        case ast.BinOp(left, (ast.Sub() | ast.Div() | ast.MatMult() | ast.Pow() | ast.Mod()) as op, right):
            yield binary(right, op, left)
        case ast.BinOp(left, ast.FloorDiv() as op, right):
            yield binary(right, op, left)


def other_operation(at: Site) -> Iterator[Replacement]:
    """Times for divided by, and the like."""
    if isinstance(at.node, (ast.BinOp, ast.AugAssign)) and type(at.node.op) in OTHER:
        yield altered(at.node, op=OTHER[type(at.node.op)]())


def wrong_sign(at: Site) -> Iterator[Replacement]:
    """Plus for minus, a minus forgotten, or a whole result with the other sign."""
    node = at.node
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in SIGN:
        yield altered(node, op=SIGN[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and number(node) is None:
        yield node.operand
    elif isinstance(node, (ast.Return, ast.Assign)) and _is_formula(node.value):
        yield altered(node, value=ast.UnaryOp(ast.USub(), node.value))


def _is_formula(node: ast.expr | None) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ARITHMETIC)


def wrong_exponent(at: Site) -> Iterator[Replacement]:
    """A power forgotten, inverted, or off by one."""
    if isinstance(at.node, ast.BinOp) and isinstance(at.node.op, ast.Pow):
        yield at.node.left
        power = number(at.node.right)
        if power is not None:
            for other in (-power, shifted(power, 1), shifted(power, -1)):
                yield altered(at.node, right=literal(other))


def divisor_off_by_one(at: Site) -> Iterator[Replacement]:
    """Divided by n where n - 1 belongs, or the other way round."""
    match at.node:
        case ast.BinOp(_, ast.Div(), ast.BinOp(n, ast.Sub(), one)) if number(one) == 1:
            yield altered(at.node, right=n)
        case ast.BinOp(_, ast.Div(), n) if is_count(n):
            yield altered(at.node, right=binary(n, ast.Sub(), ast.Constant(1)))
            yield altered(at.node, right=binary(n, ast.Add(), ast.Constant(1)))
        case ast.keyword(arg="unbiased", value=ast.Constant(bool() as value)):
            yield altered(at.node, value=ast.Constant(not value))
        case ast.keyword(arg="correction", value=value) if number(value) in (0, 1):
            yield altered(at.node, value=ast.Constant(1 - int(number(value) or 0)))
        case ast.Call(keywords=given) if called(at.node) in ("var", "std"):
            if not {k.arg for k in given} & {"unbiased", "correction"}:
                yield altered(at.node, keywords=[*given, ast.keyword("correction", ast.Constant(0))])


def is_count(node: ast.expr) -> bool:
    """Whether an expression looks like a number of things: `len(x)`, `x.shape[0]`, `x.numel()`, `N`."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    single = isinstance(node, ast.Name) and (node.id in ("n", "m", "k") or node.id.isupper())
    return single or called(node) in ("len", "numel", "size")


def wrong_constant(at: Site) -> Iterator[Replacement]:
    """A number one too large or too small, or True for False."""
    node = at.node
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    value = number(node)
    if value is not None and not (isinstance(at.parent, ast.UnaryOp) and number(at.parent) is not None):
        yield literal(shifted(value, 1))
        yield literal(shifted(value, -1))
