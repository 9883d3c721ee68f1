"""Graders as students get them: no right answers, wrong ones only where allowed, and all else as written."""

from __future__ import annotations

import pytest

from dojo.release.strip import StripError, public_text

HEAD = '''\
"""What is true of doubling."""

import math
from itertools import pairwise

from dojo.grading import close, grades, near_zero

# Large enough that a slip shows.
SIZES = (2, 3)
'''
KEPT = """

@grades("double", minimum={"N": SIZES[0]})
def double(x):
    return forward(x)  # as everybody would


def forward(x):
    return x + x


@double.property("is even")
def even(answer):
    return near_zero(answer % 2)
"""
MUSEUM = '''

# The formula is math.fsum([x, x]), and here is why.


# It also works like this.
@double.alternative
def by_fsum(x):
    return math.fsum(doubled(x))
    # the list is short


FACTOR = 2


def doubled(x):
    """Only alternatives use this."""
    return [FACTOR * x / 2 for _ in pairwise([1, 2, 3])]


def edit(name: str, new: str) -> None:
    double.misconception_by_edit(name, "x + x", new, symptom="", question="", rule="")


edit("no_x", "x")
edit(
    "squared",
    "x * x",
)
'''
WRONG = """

# People forget.
@double.misconception(symptom="Small.", question="How often?", rule="Twice.")
def once(x):
    return helped(x)


def helped(x):
    return close and x
"""
TAIL = """

@double.property("is linear")
def linear(student, x):
    return close(student(2 * x), 2 * student(x))
"""


def strip(text: str, misconceptions: bool = False) -> str:
    return public_text(text, "graders/u/test_m.py", misconceptions=misconceptions)


def test_the_museum_goes_with_all_that_only_it_needs() -> None:
    head = HEAD.replace("import math\nfrom itertools import pairwise\n\n", "")
    assert strip(HEAD + KEPT + MUSEUM + WRONG + TAIL) == head + KEPT + TAIL


def test_misconceptions_stay_where_they_are_allowed_and_edits_never_do() -> None:
    head = HEAD.replace("import math\nfrom itertools import pairwise\n\n", "")
    assert strip(HEAD + KEPT + MUSEUM + WRONG + TAIL, misconceptions=True) == head + KEPT + WRONG + TAIL


def test_a_file_without_a_museum_stays_as_it_is() -> None:
    text = HEAD.replace("import math\nfrom itertools import pairwise\n\n", "") + KEPT + TAIL
    assert strip(text) == text
    assert strip(text.replace("\n", "\r\n")) == text


def test_a_long_import_that_shrinks_is_written_as_a_formatter_would() -> None:
    names = [f"a_rather_long_name_{i}" for i in range(6)]
    text = f"from dojo.grading import (\n    {', '.join([*names, 'grades'])},\n)\n"
    text += "\n\n@grades('double')\ndef double(x):\n    return x\n"
    text += f"\n\n@double.alternative\ndef other(x):\n    return {names[0]}\n"
    text += f"\n\nUSED = ({', '.join(names[1:])})\n\n\ndouble.property(USED)\n"
    stripped = strip(text)
    assert "from dojo.grading import (\n    a_rather_long_name_1,\n" in stripped
    assert names[0] not in stripped


def test_constants_that_nothing_reads_stay_and_functions_that_nothing_calls_go() -> None:
    text = 'pytest_plugins = ["x"]\n\n\ndef an_answer(x):\n    return 2 * x\n'
    assert strip(text) == 'pytest_plugins = ["x"]\n'


def test_a_local_name_is_not_the_function_of_that_name() -> None:
    kept = '@grades("d")\ndef d(x):\n    other = x + x\n    return other\n'
    assert strip(f"{kept}\n\n@d.alternative\ndef other(x):\n    return 2 * x\n") == kept


def test_graders_that_are_assigned_stay() -> None:
    text = 'free = open_ended("free", file=__file__)\n\n\n@free.alternative\ndef a(x):\n    return x\n'
    assert strip(text) == 'free = open_ended("free", file=__file__)\n'


def test_a_decorator_over_several_lines_goes_whole() -> None:
    museum = "@(\n    # why not\n    d.alternative\n)\ndef a(x):\n    return x\n"
    assert (
        strip(f'@grades("d")\ndef d(x):\n    return x\n\n\n{museum}')
        == '@grades("d")\ndef d(x):\n    return x\n'
    )


MISTAKES = {
    "what stays uses an answer": (
        '@grades("d")\ndef d(x):\n    return best(x)\n\n\n@d.alternative\ndef best(x):\n    return 2 * x\n',
        "graders/u/test_m.py:2: what is used here, best, goes with the answers of the museum",
    ),
    "both at once": (
        '@grades("d")\ndef d(x):\n    return x\n\n\nfor f in (d.alternative, d.property("p")):\n    f(d)\n',
        "graders/u/test_m.py:6: this statement registers an answer and a property: write two of it.",
    ),
    "no Python": ("def (:\n", "graders/u/test_m.py:1: cannot be cut into statements: invalid syntax."),
    "two on a line": (
        "a = 1; b = 2\n",
        "graders/u/test_m.py:1: cannot be cut into statements: two statements share a line.",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_cannot_be_told_apart_is_one_line(name: str) -> None:
    text, expected = MISTAKES[name]
    with pytest.raises(StripError) as caught:
        strip(text)
    assert str(caught.value).startswith(expected)
    assert "\n" not in str(caught.value)
