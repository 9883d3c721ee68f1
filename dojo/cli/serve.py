"""`dojo serve`: keep torch loaded, so that checks start at once."""

from __future__ import annotations

import argparse

from dojo.cli.common import open_course


def run(args: argparse.Namespace) -> int:
    """Serve until stopped. Returns the server's exit code."""
    from dojo.warm import serve

    return serve(open_course())
