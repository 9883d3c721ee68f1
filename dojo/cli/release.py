"""`dojo release nbgrader` and `dojo release student`: what instructors hand out."""

from __future__ import annotations

import argparse
import importlib


def run(args: argparse.Namespace) -> int:
    """Build what was asked for. Returns the exit code."""
    return int(importlib.import_module(f"dojo.release.{args.what}").run(args))
