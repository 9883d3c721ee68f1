"""Stubs are made from solutions, formatted, complete and without a trace of the answer."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import made_up_course as made_up
import pytest

from dojo.course import load
from dojo.stubs import StubError, is_untouched, stub_files, stub_text, write_stubs

ROOT = Path(__file__).parent.parent


def is_formatted(text: str) -> bool:
    """Whether ruff would leave the text as it is."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    done = subprocess.run(
        [ruff, "format", "--isolated", "--line-length", "110", "-"],
        input=text,
        text=True,
        capture_output=True,
    )
    return done.stdout == text


def test_a_stub_has_docstring_signature_start_and_raise() -> None:
    stub = stub_text(made_up.SOLUTION, "sums.py", ["double", "triple"])
    assert stub == made_up.STUB
    assert is_formatted(made_up.SOLUTION)
    assert is_formatted(stub)


PARTS = {
    "constant": "# BEGIN SOLUTION\nSECRET = 41\n# END SOLUTION\n",
    "function": "# BEGIN SOLUTION\ndef secret(x: int) -> int:\n    return x\n\n\n# END SOLUTION\n",
    "start": "# STUB: START = 0\n# BEGIN SOLUTION\nSTART = 41\n# END SOLUTION\n",
    "given": "GIVEN = 3\n",
    "import": "import math\n",
    "exercise": (
        'def f(x: int) -> int:\n    """Docstring."""\n'
        "    # BEGIN SOLUTION\n    return x\n    # END SOLUTION\n"
    ),
    "bare": "def g(x):\n    # BEGIN SOLUTION\n    return x\n    # END SOLUTION\n",
    "class": (
        'class A:\n    """Docstring."""\n\n    size = 3\n\n    def f(self) -> int:\n'
        "        # STUB: y = self.size\n        # BEGIN SOLUTION\n        return 3\n"
        "        # END SOLUTION\n\n    def given(self):\n        return 4\n"
    ),
}


@pytest.mark.parametrize("last", PARTS)
@pytest.mark.parametrize("middle", PARTS)
@pytest.mark.parametrize("first", ["import", "exercise", "constant"])
def test_any_order_of_parts_comes_out_formatted(first: str, middle: str, last: str) -> None:
    solution = '"""A module."""\n\n' + "\n\n".join(PARTS[name] for name in (first, middle, last))
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or pytest.skip("ruff is not installed")
    command = [ruff, "format", "--isolated", "--line-length", "110", "-"]
    solution = subprocess.run(command, input=solution, text=True, capture_output=True, check=True).stdout
    stub = stub_text(solution, "x.py")
    assert is_formatted(stub)
    assert "SOLUTION" not in stub
    assert "STUB" not in stub
    assert "secret" not in stub.lower()
    assert ("raise NotImplementedError" in stub) == bool(
        {first, middle, last} & {"exercise", "bare", "class"}
    )


def test_a_region_inside_a_block_keeps_the_frame_around_it() -> None:
    solution = (
        "def f(xs):\n    total = 0\n    for x in xs:\n        # BEGIN SOLUTION\n        total += x\n"
        "        # END SOLUTION\n    return total\n"
    )
    frame = "def f(xs):\n    total = 0\n    for x in xs:\n{}    return total\n"
    stub = stub_text(solution, "x.py", ["f"])
    assert stub == frame.format("        raise NotImplementedError\n")


def test_two_regions_and_line_endings_of_another_system() -> None:
    stub = stub_text(made_up.SOLUTION.replace("\n", "\r\n"), "sums.py")
    assert stub == made_up.STUB


MISTAKES = {
    "nested": (
        "def f():\n    # BEGIN SOLUTION\n    # BEGIN SOLUTION\n    pass\n    # END SOLUTION\n",
        "x.py:3: BEGIN SOLUTION inside the region that line 2 opens.",
    ),
    "unclosed": (
        "def f():\n    # BEGIN SOLUTION\n    pass\n",
        "x.py:2: BEGIN SOLUTION without an END SOLUTION after it.",
    ),
    "end alone": (
        "def f():\n    pass\n    # END SOLUTION\n",
        "x.py:3: END SOLUTION without a BEGIN SOLUTION before it.",
    ),
    "indentation": (
        "def f():\n    # BEGIN SOLUTION\n    pass\n# END SOLUTION\n",
        "x.py:4: END SOLUTION is not indented like BEGIN in line 2.",
    ),
    "no region": (
        "def f():\n    return 3\n\n\ndef g():\n    # BEGIN SOLUTION\n    pass\n    # END SOLUTION\n",
        "x.py:1: f is an exercise but has no BEGIN SOLUTION and END SOLUTION.",
    ),
    "region only behind it": (
        "def f():\n    return 3\n\n\n# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n",
        "x.py:1: f is an exercise but has no BEGIN SOLUTION and END SOLUTION.",
    ),
    "misspelt marker": (
        "def f():\n    # BEGIN SOLUTION\n    pass\n    # END SOLUTION\n    # begin solution\n",
        "x.py:5: '# begin solution' is misspelt or not where a marker may stand.",
    ),
    "a start in the wrong place": (
        "def f():\n    # STUB: x = 1\n\n    # BEGIN SOLUTION\n    pass\n    # END SOLUTION\n",
        "x.py:2: '# STUB: x = 1' is misspelt or not where a marker may stand.",
    ),
    "an empty start": (
        "def f():\n    # STUB:\n    # BEGIN SOLUTION\n    pass\n    # END SOLUTION\n",
        "x.py:2: '# STUB:' is misspelt or not where a marker may stand.",
    ),
    "the answer in the docstring": (
        'def f(a, b):\n    """It is a.sum(0) @ b."""\n    # BEGIN SOLUTION\n    return a.sum(0) @ b\n'
        "    # END SOLUTION\n",
        "x.py:2: this line would give away line 4 of the solution.",
    ),
    "the answer in another function": (
        "def f(a, b):\n    # BEGIN SOLUTION\n    c = a.sum(0) @ b\n    return c\n    # END SOLUTION\n\n\n"
        "def g(a, b):\n    c = a.sum(0) @ b  # as above\n    return c\n",
        "x.py:9: this line would give away line 3 of the solution.",
    ),
    "a region in a class": (
        "class f:\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n",
        "x.py:1: put the regions of f inside its methods.",
    ),
    "not Python": ("def f(:\n", "x.py:1: not valid Python: invalid syntax."),
    "no stub": (
        "def f(x):\n    y = (\n        # BEGIN SOLUTION\n        x\n        # END SOLUTION\n    )\n",
        "x.py:3: the stub would not be valid Python here: invalid syntax.",
    ),
    "no target": ("x = 1\n", "x.py:1: the manifest lists 'f', but no function or class here has that name."),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_solution_is_one_line(name: str) -> None:
    solution, expected = MISTAKES[name]
    with pytest.raises(StubError) as caught:
        stub_text(solution, "x.py", ["f"])
    assert str(caught.value) == expected


def test_the_start_may_repeat_a_line_of_the_solution() -> None:
    solution = (
        "def f(params):\n    # STUB: a, b = tuple(params)\n    # BEGIN SOLUTION\n    a, b = tuple(params)\n"
        "    return a\n    # END SOLUTION\n"
    )
    assert "a, b = tuple(params)" in stub_text(solution, "x.py", ["f"])


def test_writing_and_checking(tmp_path: Path) -> None:
    course = made_up.make(tmp_path, stub=None)
    name = Path("exercises/u01_sums/sums.py")
    assert write_stubs(course, check=True) == [f"{name}: is missing; `dojo stubs` writes it."]
    assert not (tmp_path / name).exists()
    assert write_stubs(course, check=False) == [f"{name}: written."]
    assert (tmp_path / name).read_text() == made_up.STUB
    assert write_stubs(course, check=True) == write_stubs(course, check=False) == []
    assert made_up.copies(course) == []


def test_a_file_that_differs_is_copied_before_it_is_written(tmp_path: Path) -> None:
    course = made_up.make(tmp_path, stub="my work\n")
    (line,) = write_stubs(course, check=True)
    assert "differs" in line
    assert made_up.student_file(course).read_text() == "my work\n"
    (line,) = write_stubs(course, check=False)
    (copy,) = made_up.copies(course)
    assert copy.name in line
    assert copy.read_text() == "my work\n"
    assert made_up.student_file(course).read_text() == made_up.STUB


def test_other_line_endings_are_no_difference(tmp_path: Path) -> None:
    course = made_up.make(tmp_path)
    made_up.student_file(course).write_bytes(made_up.STUB.replace("\n", "\r\n").encode())
    assert write_stubs(course, check=False) == []


def test_no_stub_is_written_if_one_cannot_be_made(tmp_path: Path) -> None:
    course = made_up.make(
        tmp_path, stub="my work\n", solution=made_up.SOLUTION.replace("    # END SOLUTION\n", "")
    )
    with pytest.raises(StubError, match=r"solutions/u01_sums/sums\.py:\d+: BEGIN SOLUTION inside"):
        write_stubs(course, check=False)
    assert made_up.student_file(course).read_text() == "my work\n"


@pytest.mark.parametrize(
    ("student", "untouched"),
    [
        (made_up.STUB, True),
        ("\ufeff" + made_up.STUB, True),
        (made_up.STUB.replace('"""Twice x.', '"""My own words.'), True),
        (made_up.STUB.replace("    raise", "    # what now\n\n    raise", 1), True),
        (made_up.STUB.replace("import math\n", ""), True),
        (made_up.STUB.replace("y = x", "y = 3 * x"), True),  # that is triple
        (made_up.STUB.replace("    raise NotImplementedError\n", "    return 2 * x\n", 1), False),
        (made_up.STUB.replace("    raise", "    x = 1\n    raise", 1), False),
        (made_up.STUB.replace("def double", "def duble"), False),
        (made_up.STUB + "\n\ndef double(x):\n    return 2 * x\n", False),
        (made_up.STUB + "\n\ndef (", False),
        ("\0", False),
        ("", False),
        ("(" * 5000, False),
    ],
)
def test_an_untouched_stub_is_recognised(student: str, untouched: bool) -> None:
    assert is_untouched(student, made_up.STUB, "double") is untouched


def test_the_committed_stubs_are_in_step() -> None:
    assert write_stubs(load(ROOT), check=True) == []


def test_the_committed_stubs_are_formatted_and_hold_no_answer() -> None:
    course = load(ROOT)
    for path in stub_files(course):
        text = path.read_text(encoding="utf-8")
        assert is_formatted(text), path
        names = {e.function for e in course.exercises if course.path("exercises", e.id) == path}
        for node in ast.parse(text).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in names:
                assert "raise NotImplementedError" in ast.unparse(node), (path, node.name)
