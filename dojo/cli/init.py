"""`dojo init DIR`: a folder to work in."""

from __future__ import annotations

import argparse


def run(args: argparse.Namespace) -> int:
    """Lay out the folder, or bring it up to date. Returns 0."""
    from dojo.release import init

    return init.run(args)
