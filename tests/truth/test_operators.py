"""Each mutation operator on texts so small that all its mutants can be written down."""

from __future__ import annotations

import ast
import re

import pytest

from dojo.truth.mutants import mutants
from dojo.truth.operators import OPERATORS

BY_NAME = {operator.__name__: operator for operator in OPERATORS}
HEAD = "def f(a: Float[Tensor, 'N M'], b: Float[Tensor, 'N M'], n: int) -> Float[Tensor, 'N M']:\n    "


def made(operator: str, body: str, head: str = HEAD) -> list[str]:
    """The bodies of all mutants of a function with this body, one line each."""
    text = head + body.replace("\n", "\n    ") + "\n"
    found = mutants(text, "f", (BY_NAME[operator],))
    assert all(m.operator == operator and m.id.startswith(f"{operator}-") for m in found)
    return [_body(m.source) for m in found]


def _body(source: str) -> str:
    (function,) = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
    text = " ; ".join(" ".join(ast.unparse(statement).split()) for statement in function.body)
    return re.sub(r"\*\* \((-[\d.]+)\)", r"** \1", text)  # so do some versions of Python write it


CASES = {
    "dropped_term": [
        ("return a + b", ["return a", "return b"]),
        ("return a - b", ["return a", "return -b"]),
        ("return a * b / n", ["return a * b", "return n", "return a / n", "return b / n"]),
    ],
    "duplicated_term": [
        ("return a + b", ["return a + b + b", "return a + (a + b)"]),
        ("return a * b", ["return a * b * b"]),
    ],
    "swapped_operands": [("return a - b", ["return b - a"]), ("return a + b", []), ("return a * b", [])],
    "divisor_off_by_one": [
        ("return a / (n - 1)", ["return a / n"]),
        ("return a / len(b)", ["return a / (len(b) - 1)", "return a / (len(b) + 1)"]),
        ("return a.var(0, unbiased=False)", ["return a.var(0, unbiased=True)"]),
        ("return a.var(0, correction=1)", ["return a.var(0, correction=0)"]),
        ("return a.var(0)", ["return a.var(0, correction=0)"]),
        ("return a / b", []),
    ],
    "other_operation": [
        ("return a * b", ["return a / b"]),
        ("return a @ b", ["return a * b"]),
        ("a *= n\nreturn a", ["a /= n ; return a"]),
    ],
    "wrong_sign": [
        ("return a + b", ["return -(a + b)", "return a - b"]),
        ("return -a", ["return a"]),
        ("b -= a\nreturn b", ["b += a ; return b"]),
        ("return -1", []),
    ],
    "wrong_exponent": [
        ("return a ** -0.5", ["return a", "return a ** 0.5", "return a ** -1.5"]),
        ("return a ** 2", ["return a", "return a ** -2", "return a ** 3", "return a ** 1"]),
    ],
    "transposed": [
        ("return a.T", ["return a"]),
        ("return a.transpose(0, 1)", ["return a"]),
        ("return a.T @ b", ["return a.T @ b.mT", "return a @ b"]),
    ],
    "einsum_transposed": [
        ("return torch.einsum('ij,jk->ik', a, b)", ["return torch.einsum('ij,jk->ki', a, b)"])
    ],
    "changed_axis": [
        ("return a.sum(0)", ["return a.sum(1)"]),
        ("return torch.cat([a, b], dim=1)", ["return torch.cat([a, b], dim=0)"]),
        ("return a.mean(-1)", ["return a.mean(-2)", "return a.mean(0)"]),
        ("return a.sum(dim=(0, 1))", ["return a.sum(dim=(1,))", "return a.sum(dim=(0,))"]),
        ("return a.exp()", []),
    ],
    "dropped_axis": [
        ("return a.sum(0)", ["return a.sum()"]),
        ("return a.mean(dim=1, keepdim=True)", ["return a.mean()"]),
        ("return torch.cat([a], dim=1)", []),
    ],
    "flipped_keepdim": [
        ("return a.sum(0)", ["return a.sum(0, keepdim=True)"]),
        ("return a.sum(0, keepdim=True)", ["return a.sum(0, keepdim=False)"]),
        ("return a.sum()", []),
    ],
    "other_reduction": [
        ("return a.sum()", ["return a.mean()", "return a.max()"]),
        ("return a.mean(0)", ["return a.sum(0)", "return a.amax(0)"]),
        ("return max(n, 1)", ["return min(n, 1)"]),
        ("return torch.tril(a)", ["return torch.triu(a)"]),
    ],
    "missing_clone": [
        ("return a.clone()", ["return a"]),
        ("return torch.clone(a)", ["return a"]),
        ("return list(a)", ["return a"]),
    ],
    "dropped_call": [
        ("return a.exp()", ["return a"]),
        ("return torch.tanh(a)", ["return a"]),
        ("return a.item()", ["return a"]),
        ("return 2 * a.item()", []),
        ("return a.sum()", []),
    ],
    "detached": [
        ("return a.detach()", ["return a"]),
        ("b.grad.data\nreturn a", ["b.grad ; return a"]),
        ("with torch.no_grad():\n    b = n\nreturn a", ["b = n ; return a"]),
        ("return a * b", ["return (a * b).detach()"]),
    ],
    "other_dtype": [
        (
            "b = torch.zeros(n, dtype=torch.float64)\nreturn b",
            [
                "b = torch.zeros(n) ; return b",
                "b = torch.zeros(n, dtype=torch.float32) ; return b",
                "b = torch.zeros(n, dtype=torch.float64) ; return b.float()",
            ],
        ),
        ("b = a.to(b)\nreturn b", ["b = a ; return b", "b = a.to(b) ; return b.float()"]),
    ],
    "comparison_boundary": [("return a < n", ["return a <= n"]), ("return a == n", [])],
    "opposite_comparison": [("return a < n", ["return a >= n"]), ("return not n", ["return n"])],
    "dropped_condition": [
        ("return n and a", ["return n or a", "return a", "return n"]),
        ("return [x for x in a if x]", ["return [x for x in a]"]),
    ],
    "dropped_branch": [
        ("if n:\n    return a\nreturn b", ["return a ; return b", "pass ; return b"]),
        ("return a if n else b", ["return a", "return b"]),
    ],
    "set_for_added": [("b += a\nreturn b", ["b = a ; return b"])],
    "dropped_step": [
        ("b += a\nreturn b", ["pass ; return b"]),
        ("b[0] = a\nreturn b", ["pass ; return b"]),
        ("b = b * a\nreturn b", ["pass ; return b"]),
        ("b = a\nreturn b", []),
        ("a.zero_()\nreturn a", ["pass ; return a"]),
    ],
    "early_return": [
        ("b = a\nb = b * n\nreturn b", ["b = a ; return b ; b = b * n ; return b"]),
        (
            "for i in a:\n    b += i\nreturn n",
            ["for i in a: b += i break ; return n", "for i in a: b += i return b ; return n"],
        ),
    ],
    "slice_off_by_one": [
        ("return a[1:]", ["return a[2:]", "return a[0:]", "return a[:]"]),
        ("return a[:n]", ["return a[:n + 1]", "return a[:n - 1]", "return a[:]"]),
        ("return range(n)", ["return range(1, n)", "return range(n + 1)", "return range(n - 1)"]),
        ("return range(1, n)", ["return range(2, n)", "return range(1, n + 1)", "return range(1, n - 1)"]),
    ],
    "wrong_constant": [
        ("return 2 * a", ["return 3 * a", "return 1 * a"]),
        ("return a - 0.5", ["return a - 1.5", "return a - -0.5"]),
        ("return a[-1]", ["return a[0]", "return a[-2]"]),
        ("return a.sum(keepdim=True)", ["return a.sum(keepdim=False)"]),
    ],
    "swapped_arguments": [
        ("return g(a, b, n)", ["return g(b, a, n)", "return g(a, n, b)"]),
        ("return torch.maximum(a, b)", []),
        ("return g(*a, b)", []),
    ],
    "swapped_results": [
        ("return a, b", ["return (b, a)"]),
        ("a, b = b, n\nreturn a", ["a, b = (n, b) ; return a"]),
    ],
    "same_kind_of_variable": [
        ("return a * n", ["return b * n"]),
        ("return len(a)", []),
        ("return a.shape", []),
        ("return a.sum()", ["return b.sum()"]),
    ],
    "neighbouring_variable": [
        ("c = a\nd = b\nreturn c", ["c = a ; d = c ; return c", "c = a ; d = b ; return d"]),
        ("return g(a)", []),
    ],
    "neighbouring_attribute": [
        ("return a.data * a.grad", ["return a.grad * a.grad", "return a.data * a.data"])
    ],
    "other_text": [
        (
            "return {'x': 'n', 'y': 'm'}",
            [
                "return {'y': 'n', 'y': 'm'}",
                "return {'x': 'n', 'x': 'm'}",
                "return {'x': 'm', 'y': 'm'}",
                "return {'x': 'n', 'y': 'n'}",
            ],
        )
    ],
}


@pytest.mark.parametrize(
    ("operator", "body", "expected"), [(name, *case) for name, cases in CASES.items() for case in cases]
)
def test_what_an_operator_makes(operator: str, body: str, expected: list[str]) -> None:
    assert made(operator, body) == expected


def test_defaults_are_altered_in_the_signature() -> None:
    head = "def f(a, eps=1e-5, *, n=3, full=True, name='x'):\n    "
    found = mutants(head + "return a\n", "f", (BY_NAME["wrong_default"],))
    signatures = [m.source.split("\n")[0] for m in found]
    assert signatures == [
        "def f(a, eps=0.0001, *, n=3, full=True, name='x'):",
        "def f(a, eps=1e-05, *, n=4, full=True, name='x'):",
        "def f(a, eps=1e-05, *, n=3, full=False, name='x'):",
    ]


def test_every_operator_has_a_case() -> None:
    assert set(CASES) | {"wrong_default"} == set(BY_NAME)
