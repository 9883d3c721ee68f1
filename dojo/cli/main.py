"""`dojo`: finds the command, runs it, and turns whatever happens into an exit code.

Before the first line is on the screen nothing slow is imported: no rich, no pydantic, no torch.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, NoReturn

GRADING = ("grade", "check")


def main(argv: list[str] | None = None, *, engine: Any = None) -> int:
    """Run one command and return its exit code. A warm server passes the engine that it has loaded."""
    argv = sys.argv[1:] if argv is None else argv
    try:
        if engine is None and argv and argv[0] in GRADING and os.environ.get("DOJO_WARM") != "0":
            from dojo.warm import try_warm

            code = try_warm(argv)
            if code is not None:
                return code
        code = _command(argv, engine)
        sys.stdout.flush()
        return code
    except SystemExit as leave:  # argparse has shown the help or the version
        return leave.code if isinstance(leave.code, int) else 0
    except BaseException as error:
        from dojo.cli.errors import explain

        return explain(error)


def _command(argv: list[str], engine: Any) -> int:
    from dojo.cli.parser import parse

    args = parse(argv)
    args.engine = engine
    name = args.command or "overview"
    if name in GRADING:
        _first_line(args.plain)
    module = importlib.import_module(f"dojo.cli.{name}")
    return int(module.run(args))


def _first_line(plain: bool) -> None:
    """The title at once, while the slow imports have yet to begin."""
    colour = sys.stdout.isatty() and not plain and not os.environ.get("NO_COLOR") and os.name != "nt"
    colour = colour and os.environ.get("TERM", "dumb") != "dumb"
    title = "\x1b[1mBackprop Dojo\x1b[0m" if colour else "Backprop Dojo"
    sys.stdout.write(f"{title}\n" if plain else f"\n  {title}\n\n")
    sys.stdout.flush()


def run() -> NoReturn:
    """The program. After a grading it leaves at once: tearing down torch takes a third of a cold run."""
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        pass
    if len(sys.argv) > 1 and sys.argv[1] in GRADING:
        os._exit(code)
    sys.exit(code)
