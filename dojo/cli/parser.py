"""The command line's grammar. Imports nothing but argparse, so that a wrong word is answered at once."""

from __future__ import annotations

import argparse
import difflib
from typing import NoReturn

from dojo.cli.errors import UsageError

COMMANDS = {
    "check": "check one exercise and show what is wrong in full",
    "grade": "check everything, a unit or a few exercises, as a table",
    "list": "all exercises and how far you are",
    "show": "what an exercise asks for",
    "hint": "one more hint",
    "plot": "a picture of what your own code computes",
    "reset": "put back an exercise as it was handed out",
    "data": "fetch the full data sets, or see which are used",
    "doctor": "how safely answers run on this machine, and what is missing",
    "serve": "keep torch loaded in the background, so that checks start at once",
    "init": "lay out a folder to work in, or bring one up to date",
    "release": "for instructors: notebooks for nbgrader, or an edition for students",
    "stubs": "for authors: write exercises/ anew from solutions/",
    "course": "for authors: check that the course is consistent and its graders tell right from wrong",
}
EXERCISE = "an exercise's id, module:function, a unit, a module or a file"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        text = message[:1].upper() + message[1:]
        raise UsageError(f"{text}. `{self.prog} --help` shows how it is used.")


def parse(argv: list[str]) -> argparse.Namespace:
    """The arguments; `command` is None for bare `dojo`. Raises UsageError, or SystemExit for --help."""
    words = [word for word in argv if not word.startswith("-")]
    if words and not argv[0].startswith("-") and words[0] not in COMMANDS:
        near = difflib.get_close_matches(words[0], COMMANDS, n=1)
        advice = f"Did you mean `dojo {near[0]}`?" if near else f"`dojo check {words[0]}` checks an exercise."
        raise UsageError(f"There is no command {words[0]!r}. {advice} `dojo --help` shows all commands.")
    return _build().parse_args(argv)


def _build() -> argparse.ArgumentParser:
    from dojo import __version__

    parser = _Parser(
        prog="dojo",
        description="Exercises in backpropagation that check themselves and say which idea is wrong.",
        epilog="Without a command: where you are and what is next. "
        "Exit codes: 0 all passed, 1 something has not, 2 usage or course error, 3 the kit itself failed.",
    )
    parser.add_argument("--version", action="version", version=f"dojo {__version__}")
    _plain(parser)
    subs = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    made: dict[str, argparse.ArgumentParser] = {}
    for name, text in COMMANDS.items():
        made[name] = subs.add_parser(name, help=text, description=text[:1].upper() + text[1:] + ".")
        _plain(made[name], argparse.SUPPRESS)
    _of_grading(made)
    _of_reading(made)
    _of_instructors(made)
    _of_authors(made)
    return parser


def _of_grading(made: dict[str, argparse.ArgumentParser]) -> None:
    made["check"].add_argument(
        "name", nargs="?", metavar="EX", help=EXERCISE + "; without one, the next exercise"
    )
    # For `dojo.notebook`, whose submission is the notebook that a student is working on.
    made["check"].add_argument("--remember", action="store_true", help=argparse.SUPPRESS)
    made["grade"].add_argument("names", nargs="*", metavar="UNIT|EX", help=EXERCISE + "; without any, all")
    made["grade"].add_argument(
        "--records",
        metavar="DIR",
        help="keep a record of each submission in this folder, written as it is graded: "
        "the same command goes on from there",
    )
    made["grade"].add_argument(
        "--hidden",
        metavar="DIR",
        help="official grading: check the properties in this folder too, of which students are told nothing",
    )
    for name in ("check", "grade"):
        _grading(made[name])
        _walls(made[name])
    made["doctor"].add_argument("--verbose", action="store_true", help="list everything that was tried")


def _of_reading(made: dict[str, argparse.ArgumentParser]) -> None:
    made["list"].add_argument("names", nargs="*", metavar="UNIT", help="only these units")
    for name in ("show", "hint"):
        made[name].add_argument(
            "name", nargs="?", metavar="EX", help="its id; without one, the last that you tried"
        )
    made["plot"].add_argument("name", nargs="?", metavar="NAME", help="a plot; without one, the list of them")
    made["plot"].add_argument("--output", metavar="FILE", help="where to save it, instead of plots/NAME.png")
    made["plot"].add_argument("--submission", metavar="DIR", help="whose code, instead of exercises/")
    _walls(made["plot"])
    made["reset"].add_argument("name", metavar="EX", help=EXERCISE)
    made["reset"].add_argument("--module", action="store_true", help="the whole file, not only this exercise")
    made["data"].add_argument("what", choices=["fetch", "where"])
    made["data"].add_argument("names", nargs="*", metavar="NAME", help="only these data sets")


def _of_instructors(made: dict[str, argparse.ArgumentParser]) -> None:
    made["init"].add_argument("folder", metavar="DIR", help="a new folder, or one that `dojo init` has made")
    kinds = made["release"].add_subparsers(dest="what", metavar="WHAT", parser_class=_Parser, required=True)
    text = "notebooks with solutions and points, ready for `nbgrader generate_assignment`"
    nbgrader = kinds.add_parser("nbgrader", help=text, description=f"{text[:1].upper()}{text[1:]}.")
    nbgrader.add_argument("names", nargs="*", metavar="UNIT", help="only these units; without any, all")
    nbgrader.add_argument(
        "--output",
        metavar="DIR",
        default="nbgrader-course",
        help="the folder of the nbgrader course (nbgrader-course/)",
    )
    text = "what a student's machine or hub needs to check answers: no solutions"
    student = kinds.add_parser("student", help=text, description=f"{text[:1].upper()}{text[1:]}.")
    student.add_argument("folder", metavar="DIR", help="a new folder, or one that this command has made")
    student.add_argument("--wheel", action="store_true", help="also build a wheel of it, in DIR/dist")
    for parser in (nbgrader, student):
        _plain(parser, argparse.SUPPRESS)


def _of_authors(made: dict[str, argparse.ArgumentParser]) -> None:
    made["stubs"].add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a stub is out of step"
    )
    kinds = made["course"].add_subparsers(dest="what", metavar="WHAT", parser_class=_Parser, required=True)
    text = "manifest, stubs, solutions, handouts and graders agree"
    check = kinds.add_parser("check", help=text, description=f"{text[:1].upper()}{text[1:]}.")
    text = "what the graders make of thousands of wrong answers and of the right ones"
    truth = kinds.add_parser("truth", help=text, description=f"{text[:1].upper()}{text[1:]}.")
    for parser in (check, truth):
        _plain(parser, argparse.SUPPRESS)
    truth.add_argument("names", nargs="*", metavar="UNIT|EX", help=EXERCISE + "; without any, all")
    truth.add_argument("--json", metavar="FILE", help="also write everything to a file")
    truth.add_argument("--html", metavar="FILE", help="also write a page with all survivors and hints")
    for option, default, text in (
        ("--sample", None, "at most N mutants of each exercise, always the same ones"),
        ("--seeds", 1, "grade right answers under N seeds (1)"),
        ("--jobs", None, "how many at once (default: one more than there are cores)"),
    ):
        truth.add_argument(option, metavar="N", type=int, default=default, help=text)
    truth.add_argument(
        "--touched", metavar="REF", help="no sample where anything has changed since this commit"
    )
    text = "begin nothing after so many minutes; what was touched comes last"
    truth.add_argument("--minutes", type=float, metavar="N", help=text)
    truth.add_argument(
        "--mutants",
        action="store_true",
        help="only mutants; of what was touched the wrong and the right answers too",
    )
    text = "try each mutant that is listed as equivalent on 10,000 inputs"
    truth.add_argument("--verify", action="store_true", help=text)
    text = "put the figures between the marks of a Markdown file, as in the README"
    truth.add_argument("--summary", metavar="FILE", help=text)
    text = "put each wrong answer to every property by itself: what rejects nothing alone?"
    truth.add_argument("--alone", action="store_true", help=text)
    truth.add_argument("--output", metavar="DIR", help="where outcomes are kept, instead of .dojo/truth")


def _walls(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--isolation",
        choices=("process", "confined", "sandbox"),
        help="insist on this level of isolation; without it, the strongest that this machine has",
    )
    parser.add_argument(
        "--run-as", metavar="USER", help="where you are root: run answers as this user (default: nobody)"
    )
    parser.add_argument("--as-root", action="store_true", help="official grading: run answers even as root")


def _plain(parser: argparse.ArgumentParser, default: object = False) -> None:
    parser.add_argument(
        "--plain",
        action="store_true",
        default=default,
        help="no colour, no boxes: for logs and screen readers",
    )


def _grading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--submission",
        metavar="DIR",
        help="grade this folder, or each submission in it, instead of exercises/",
    )
    parser.add_argument("--json", metavar="FILE", help="also write the result to a file")
    seed = parser.add_mutually_exclusive_group()
    seed.add_argument("--seed", metavar="N", type=int, help="draw other examples")
    seed.add_argument(
        "--key-file", metavar="FILE", help="draw the examples of official grading from a secret key"
    )
    parser.add_argument("--verbose", action="store_true", help="also show margins, seed and digest")
