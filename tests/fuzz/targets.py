"""The targets, and where their inputs lie."""

from __future__ import annotations

from pathlib import Path

NAMES = ("wire", "manifest", "source", "records")
HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"  # where a fuzzer starts: a folder for each target
FINDINGS = HERE / "findings"  # inputs that broke a promise once
