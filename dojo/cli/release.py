"""`dojo release nbgrader` and `dojo release student`: what instructors hand out."""

from __future__ import annotations

import argparse
import importlib

from dojo.cli.common import authors_only


def run(args: argparse.Namespace) -> int:
    """Build what was asked for. Returns the exit code."""
    authors_only(f"dojo release {args.what}")
    return int(importlib.import_module(f"dojo.release.{args.what}").run(args))
