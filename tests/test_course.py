"""Each mistake in a manifest is one line with file and key."""

import re
from pathlib import Path

import made_up_course as made_up
import pytest

from dojo.course import Course, CourseError, find_root, load


def problems(root: Path, *changes: tuple[str, str]) -> list[str]:
    """What is said about the made-up manifest after some replacements in it."""
    made_up.make(root)
    manifest = made_up.MANIFEST
    for old, new in changes:
        assert old in manifest
        manifest = manifest.replace(old, new, 1)
    (root / "course.toml").write_text(manifest, encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        load(root)
    assert all("\n" not in line for line in caught.value.problems)
    return caught.value.problems


MISTAKES = {
    "unknown key": (
        ("points = 1", "points = 1\nminuts = 5"),
        "unit[u01_sums].exercise[double].minuts: there is no such key (did you mean minutes?).",
    ),
    "unknown key of a unit": (
        ('forbid = ["autograd"]', 'forbids = ["autograd"]'),
        "unit[u01_sums].forbids: there is no such key (did you mean forbid?).",
    ),
    "unknown table": (
        ("[[unit]]", "[default]\nseconds = 3.0\n[[unit]]"),
        "default: there is no such key (did you mean defaults?).",
    ),
    "unknown key with no neighbour": (
        ("points = 1", "points = 1\nzzz = 5"),
        "unit[u01_sums].exercise[double].zzz: there is no such key.",
    ),
    "missing key": (("minutes = 5\n", ""), "unit[u01_sums].exercise[double].minutes: is missing."),
    "missing key in a heading": (('key = "sums"\n', ""), "course.key: is missing."),
    "missing table": (('[course]\ntitle = "Sums"\nkey = "sums"\n', ""), "course: is missing."),
    "missing id": (
        ('id = "double"\n', ""),
        "unit[u01_sums].exercise[0].id: is missing.",
    ),
    "wrong type": (
        ("points = 1", 'points = "1"'),
        "unit[u01_sums].exercise[double].points: should be a valid integer, not '1'.",
    ),
    "a string for a list": (
        ('needs = ["double"]', 'needs = "double"'),
        "unit[u01_sums].exercise[triple].needs: should be a valid list, not 'double'.",
    ),
    "true for a number": (
        ("points = 1", "points = true"),
        "unit[u01_sums].exercise[double].points: should be a valid integer, not True.",
    ),
    "no points": (
        ("points = 1", "points = 0"),
        "unit[u01_sums].exercise[double].points: should be greater than or equal to 1, not 0.",
    ),
    "endless": (
        ("points = 1", "points = 1\nseconds = inf"),
        "unit[u01_sums].exercise[double].seconds: should be a finite number, not inf.",
    ),
    "unknown rule": (
        ('"autograd"', '"autogard"'),
        "unit[u01_sums].forbid[0]: there is no rule 'autogard' (did you mean autograd?); the rules are "
        "autograd, torch.nn, cross_entropy, softmax, batch_norm, attention, finite_differences.",
    ),
    "two hints": (
        ('"What is twice of it?", ', ""),
        "unit[u01_sums].exercise[double].hints: has 2 entries where 3 are wanted.",
    ),
    "no hints": (
        ('["Look at the number.", "What is twice of it?", "Two of a kind."]', "[]"),
        "unit[u01_sums].exercise[double].hints: has 0 entries where 3 are wanted.",
    ),
    "an empty hint": (
        ('"What is twice of it?"', '" "'),
        "unit[u01_sums].exercise[double].hints[1]: ' ' is not of the form that is wanted "
        "(text that is not empty).",
    ),
    "an id that is none": (
        ('id = "double"', 'id = "../double"'),
        "unit[u01_sums].exercise[../double].id: '../double' is not of the form that is wanted "
        "(letters, digits and _, with a letter first).",
    ),
    "a target that is none": (
        ('"sums:double"', '"sums.double"'),
        "unit[u01_sums].exercise[double].target: 'sums.double' is not of the form that is wanted "
        '("module:function").',
    ),
    "target lacking": (
        ('"sums:double"', '"sums:doubel"'),
        "unit[u01_sums].exercise[double].target: solutions/u01_sums/sums.py has no function or class "
        "'doubel' (did you mean double?).",
    ),
    "missing file": (
        ('"sums:triple"', '"summs:triple"'),
        "unit[u01_sums].exercise[triple].target: the file solutions/u01_sums/summs.py is missing.",
    ),
    "unknown prerequisite": (
        ('needs = ["double"]', 'needs = ["doubel"]'),
        "unit[u01_sums].exercise[triple].needs: there is no exercise 'doubel' (did you mean double?).",
    ),
    "a key with a line break": (
        ("points = 1", 'points = 1\n"\\u001b[2J\\n" = 5'),
        "unit[u01_sums].exercise[double].\\x1b[2J\\n: there is no such key.",
    ),
    "an id that is no text": (
        ('id = "double"', "id = [1, 2]"),
        "unit[u01_sums].exercise[0].id: should be a valid string, not (1, 2).",
    ),
    "a long id": (
        ('id = "double"', f'id = "{"d" * 61}"'),
        f"unit[u01_sums].exercise[{'d' * 60}].id: has more than 60 characters.",
    ),
    "a long text where a rule is wanted": (
        ('"autograd"', f'"{"x" * 500}"'),
        f"unit[u01_sums].forbid[0]: there is no rule '{'x' * 59}; the rules are autograd, torch.nn, "
        "cross_entropy, softmax, batch_norm, attention, finite_differences.",
    ),
    "cycle": (
        ("points = 1", 'points = 1\nneeds = ["triple"]'),
        "needs: these exercises need each other in a circle: double -> triple -> double.",
    ),
}


UNREADABLE = {
    "a key of many parts": ("a" + ".a" * 500 + " = 1", ": lists or tables are nested too deeply."),
    "an endless number": ("title = 0x" + "f" * 5000, ": holds a whole number of more than 64 bits."),
    "more than a megabyte": ("#" * ((1 << 20) + 1), ": has more than 1,048,576 characters."),
    "a place in a key": (
        '"a (at line 7, column 7)" = 1\n"a (at line 7, column 7)" = 2',
        ", line 2: cannot overwrite a value.",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_nobody_could_work_with_is_one_line(tmp_path: Path, name: str) -> None:
    text, expected = UNREADABLE[name]
    path = tmp_path / "course.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        load(tmp_path)
    assert caught.value.problems == [f"{path}{expected}"]


def test_a_solution_nested_too_deeply_is_one_line(tmp_path: Path) -> None:
    made_up.make(tmp_path)
    (tmp_path / "solutions/u01_sums/sums.py").write_text("x = " + "-" * 50_000 + "1", encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        load(tmp_path)
    (line,) = caught.value.problems
    assert "sums.py cannot be read" in line or "sums.py is not valid Python" in line


def test_a_circle_of_many_is_not_told_in_full(tmp_path: Path) -> None:
    head, _, exercise = made_up.MANIFEST.partition("[[unit.exercise]]")
    exercise = exercise.partition("[[unit.exercise]]")[0]
    for n in range(100):
        named = exercise.replace('id = "double"', f'id = "e{n}"\nneeds = ["e{(n + 1) % 100}"]')
        head += "[[unit.exercise]]" + named
    made_up.make(tmp_path)
    (tmp_path / "course.toml").write_text(head, encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        load(tmp_path)
    (line,) = caught.value.problems
    assert line.count("->") == 10 and line.endswith("-> and so on.")


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_with_file_and_key(tmp_path: Path, name: str) -> None:
    change, expected = MISTAKES[name]
    assert problems(tmp_path, change) == [f"{tmp_path / 'course.toml'}: {expected}"]


def test_a_duplicate_id_is_one_line(tmp_path: Path) -> None:
    found = problems(tmp_path, ('id = "triple"', 'id = "double"'), ('needs = ["double"]\n', ""))
    key = "unit[u01_sums].exercise[double].id"
    assert found == [f"{tmp_path / 'course.toml'}: {key}: 'double' is used 2 times."]


def test_an_exercise_may_not_be_called_like_its_unit(tmp_path: Path) -> None:
    found = problems(tmp_path, ('id = "triple"', 'id = "u01_sums"'))
    assert len(found) == 1
    assert "'u01_sums' is used 2 times" in found[0]


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, ("points = 1", "points = 0"), ("points = 2", "point = 2"))
    assert len(found) == 3  # 0 points, an unknown key, and so a missing one
    assert all(line.startswith(f"{tmp_path / 'course.toml'}: unit[u01_sums].exercise[") for line in found)


def test_a_missing_solution_is_named_once_for_all_its_exercises(tmp_path: Path) -> None:
    made_up.make(tmp_path)
    (tmp_path / "solutions/u01_sums/sums.py").unlink()
    with pytest.raises(CourseError) as caught:
        load(tmp_path)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("text", "said"), [(b"def f(:\n", "in line 1"), (b"x = 1\n\xff\n", ""), (b"x = '\0'\n", "")]
)
def test_a_solution_that_is_not_python_is_one_line(tmp_path: Path, text: bytes, said: str) -> None:
    made_up.make(tmp_path)
    (tmp_path / "solutions/u01_sums/sums.py").write_bytes(text)
    with pytest.raises(CourseError) as caught:
        load(tmp_path)
    (line,) = caught.value.problems
    assert "solutions/u01_sums/sums.py" in line
    assert "exercise[double].target" in line
    assert said in line


def test_bad_toml_names_file_and_line(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, ("points = 1", "points = = 1"))
    assert str(tmp_path / "course.toml") in line
    number = made_up.MANIFEST[: made_up.MANIFEST.index("points = 1")].count("\n") + 1
    assert re.search(rf"\b{number}\b", line)


def test_a_folder_without_a_course(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"no course\.toml here or in any folder above"):
        find_root(tmp_path)
    with pytest.raises(CourseError) as caught:
        load(tmp_path)
    assert len(caught.value.problems) == 1
    assert "course.toml" in caught.value.problems[0]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return made_up.make(tmp_path)


def test_the_root_is_found_from_below(course: Course) -> None:
    assert find_root(course.root / "exercises" / "u01_sums") == course.root


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ("double", ["double"]),
        ("sums:triple", ["triple"]),
        ("sums", ["double", "triple"]),
        ("u01_sums", ["double", "triple"]),
        ("u01_sums/sums", ["double", "triple"]),
        ("exercises/u01_sums/sums.py", ["double", "triple"]),
        ("exercises/u01_sums/", ["double", "triple"]),
        ("graders/u01_sums/test_sums.py", ["double", "triple"]),
        ("sums.py", ["double", "triple"]),
    ],
)
def test_what_a_word_names(course: Course, wanted: str, ids: list[str]) -> None:
    assert [e.id for e in course.find(wanted)] == ids


@pytest.mark.parametrize("wanted", ["duble", "other/double", "u02/sums.py", "", "."])
def test_a_word_that_names_nothing(course: Course, wanted: str) -> None:
    with pytest.raises(LookupError, match="There is no exercise, unit or module called"):
        course.find(wanted)


def test_a_slip_gets_a_suggestion(course: Course) -> None:
    with pytest.raises(LookupError, match="did you mean double"):
        course.find("duble")


def test_rules_and_limits(tmp_path: Path) -> None:
    manifest = made_up.MANIFEST.replace(
        "points = 2", 'points = 2\nforbid = ["softmax"]\nallow = ["autograd"]\nseconds = 3'
    )
    course = made_up.make(tmp_path, manifest=manifest)
    assert course.rules("double") == ("autograd",)
    assert course.rules("triple") == ("softmax",)
    assert course.limit("double", "seconds") == 30.0
    assert course.limit("triple", "seconds") == 3
