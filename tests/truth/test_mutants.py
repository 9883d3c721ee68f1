"""Which parts of a module are altered, and what mutants are called."""

from __future__ import annotations

import ast

import pytest

from dojo.truth.mutants import mutants, plain

MODULE = '''"""Words."""

import torch

SIZE = 3


def given(x):
    return x + 1


def other(x):
    """Another exercise."""
    # BEGIN SOLUTION
    return x - 1
    # END SOLUTION


def f(x, y):
    """Say 1 + 2."""
    if x < 0:
        raise ValueError(f"{x + 1} is too small")
    # BEGIN SOLUTION
    z = helper(x) + given(y)
    return z + other(x)  # a comment
    # END SOLUTION


# BEGIN SOLUTION
def helper(x: "1 + 2"):
    return 2 * deeper(x)


def deeper(x):
    return x - 7


def nobodys(x):
    return x - 9
# END SOLUTION


class K:
    def a(self):
        # BEGIN SOLUTION
        return self.x + 5
        # END SOLUTION

    def b(self):
        return 6 + 7
'''


def changed(target: str) -> set[str]:
    """The lines that are altered in some mutant."""
    return {
        line[1:].strip()
        for m in mutants(MODULE, target)
        for line in m.diff.split("\n")
        if line.startswith("-")
    }


def test_helpers_that_are_one_design_of_many_stay_as_they_are() -> None:
    helper = "# BEGIN SOLUTION\ndef part(x):\n    return x + 1\n# END SOLUTION\n\n\n"
    text = helper + "def f(x):\n    return part(x) * 2\n"
    everything = {m.line for m in mutants(text, "f")}
    assert 3 in everything and {m.line for m in mutants(text, "f", free=frozenset({"part"}))} == {8}


def test_only_what_a_student_writes_is_altered() -> None:
    own = {"z = helper(x) + given(y)", "return z + other(x)"}
    assert changed("f") == own | {"return 2 * deeper(x)", "return x - 7"}
    assert changed("other") == {"return x - 1"}
    assert changed("K") == {"return self.x + 5"}


def test_without_markers_all_of_the_function_is_altered() -> None:
    assert {m.operator for m in mutants("def f(a, b):\n    return a < b\n", "f")} >= {"comparison_boundary"}


def test_no_such_target_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        mutants(MODULE, "g")


def test_each_mutant_is_a_module_of_its_own_and_none_is_the_reference() -> None:
    found = mutants(MODULE, "f")
    trees = {ast.dump(ast.parse(m.source)) for m in found}
    assert len(trees) == len(found) == len({m.id for m in found})
    assert ast.dump(ast.parse(MODULE)) not in trees
    assert not any("SOLUTION" in m.source for m in found)
    assert all(compile(m.source, "m", "exec") for m in found)


def test_the_order_and_the_names_are_always_the_same() -> None:
    assert mutants(MODULE, "f") == mutants(MODULE, "f")


def test_a_name_stays_when_something_else_changes() -> None:
    before = {m.id: m.diff for m in mutants(MODULE, "helper")}
    later = MODULE.replace("SIZE = 3", "SIZE = 4").replace("# a comment", "").replace("x - 1", "x - 2")
    assert {m.id: m.diff for m in mutants(later, "helper")} == before


def test_the_same_change_in_two_places_has_two_names() -> None:
    text = "def f(a, b):\n    a = a + 1\n    b = a\n    a = a + 1\n    return a, b\n"
    names = [m.id for m in mutants(text, "f")]
    assert len(names) == len(set(names)) and any(name.endswith("-2") for name in names)


def test_a_mutant_says_where_and_what() -> None:
    (first, *_) = mutants(MODULE, "deeper")
    assert (first.operator, first.line) == ("dropped_term", 35)
    assert first.diff == " def deeper(x):\n-    return x - 7\n+    return x"


def test_plain_is_the_same_program_without_comments() -> None:
    assert ast.dump(ast.parse(plain(MODULE))) == ast.dump(ast.parse(MODULE))
    assert "comment" not in plain(MODULE)
