"""The README of an edition and of a workspace, as students read it."""

from __future__ import annotations

from dojo.course import Course
from dojo.text import plural

IGNORED = """\
# environments, caches, your own history, kept copies, pictures and downloads
.venv/
.venv.lock
.venv.discarded/
build/
dist/
*.egg-info/
__pycache__/
*.py[cod]
.hypothesis/
.pytest_cache/
.ipynb_checkpoints/
.dojo/
*.bak
/plots/
data/full/
*.part
"""

WITH_MAKE = """\
You need Python 3.10 or newer and make. In this folder:

    make grade

The first run builds an environment in `.venv`, which takes some minutes, most of them to download torch;
later runs start at once. On Linux, `make grade TORCH_INDEX=https://download.pytorch.org/whl/cpu` takes
the small build of torch instead of the one with gigabytes of GPU libraries. `dojo` below is
`.venv/bin/dojo`, or use make: `make check EX={first}`.

Without make: `python3 -m venv .venv`, then `.venv/bin/pip install -c constraints.txt -e .`

To keep this folder as it is and work in another one: `dojo init FOLDER`.

**The course was updated?** Bring this folder up to date as you got it, for instance with `git pull`; what it
needs is then installed by itself. In a folder that `dojo init` has made, run that command again: it never
touches a file that you have edited.
"""

WITH_PIP = """\
This folder was laid out by `dojo init`, which comes with the course. Work in it, and keep it: your
history is in `.dojo/` here.

**The course was updated?** Install its new version, then run `dojo init .` here. Files that you have
edited are never touched: where the course has a newer stub for one, it is laid beside it, as
`NAME.new.py`. What you have not edited is brought up to date, and what you have deleted comes back.
"""

README = """\
# {title}

{count} in {units}. You fill in small functions; the kit checks them on inputs that it draws anew, and
when one is wrong it shows the smallest input on which it is wrong. It never shows the formula.

## Start

{start}
Then read the handout of the first unit, `exercises/{unit}/README.md`, write your first function, and
check it:

    dojo check {first}

## Commands

| command | what it does |
|---|---|
| `dojo` | where you are and what is next |
| `dojo list` | all exercises and how far you are |
| `dojo show NAME` | what an exercise asks for |
| `dojo check NAME` | checks one exercise and shows what is wrong |
| `dojo hint NAME` | one more hint each time |
| `dojo grade` | checks everything, as a table |
| `dojo reset NAME` | puts one stub back and keeps a copy of your file |
| `dojo plot NAME` | a picture of what your own code computes |
| `dojo data fetch` | the full data sets of the lectures; no exercise needs them |
| `dojo doctor` | how safely answers run on this machine |

Nothing here needs a network, but to install it and to fetch data, and nothing is sent anywhere.

## What is in here

| path | what it holds |
|---|---|
| `exercises/` | what you edit: one folder a unit, with its handout |
| `stubs/` | the same files as they were handed out; `dojo reset` takes them from there |
| `graders/` | how answers are checked |
| `data/` | small texts and lists of names |
| `course.toml` | the exercises, their points, rules and hints |

There are no solutions in here{wrong}. A check has to know the right answer, though: `graders/` computes
it, as a rule by letting PyTorch differentiate the forward step, now and then with a few lines that a
solution could have as well. You may read them; you will learn more if you don't before you have an answer
of your own. Official grading draws other inputs, from a key that is not in here.
"""


def readme(course: Course, *, make: bool) -> str:
    """The README for students. make: of an edition's folder, which has a Makefile; else of a workspace."""
    first = course.exercises[0].id
    allowed = any(course.shows_misconceptions(unit) for unit in course.units)
    return README.format(
        title=course.title,
        count=plural(len(course.exercises), "exercise"),
        units=plural(len(course.units), "unit"),
        start=(WITH_MAKE if make else WITH_PIP).format(first=first),
        unit=course.units[0].id,
        first=first,
        wrong=", only some well-known wrong answers with their hints" if allowed else "",
    )
