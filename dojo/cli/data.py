"""`dojo data fetch` and `dojo data where`: the full data sets."""

from __future__ import annotations

import argparse
from pathlib import Path

from dojo.course import find_root


def run(args: argparse.Namespace) -> int:
    """Fetch data sets, or say which files are used. Returns what the loader says."""
    from dojo.fetch import fetch_main, where_main
    from dojo.views.console import make_console

    root, screen = find_root(Path.cwd()), make_console(args.plain)
    return fetch_main(root, args.names, screen) if args.what == "fetch" else where_main(root, screen)
