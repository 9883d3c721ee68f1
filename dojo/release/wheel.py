"""The wheel of an edition: the engine, with the course as data in dojo/edition/.

It is called backprop-dojo-student, not backprop-dojo: an index that has both must never replace an edition by
the bare engine, or an author's kit by an edition. Its version ends with the time of the last change, so that
`pip install -U` takes an edition that changed while the engine did not.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

from dojo import __version__
from dojo.cli.errors import UsageError
from dojo.release.files import write
from dojo.release.kit import pyproject
from dojo.release.material import Files
from dojo.toml import read_toml

OLDEST = 77  # the first setuptools that knows license = "MIT" and license-files
BUILD = "from setuptools import build_meta; print(build_meta.build_wheel('dist'))"
SECONDS = 120


def build(folder: Path, files: Files, packed: Files, changed: str) -> Path:
    """Build the wheel in `folder`/dist and return its path. Raises UsageError or OSError.

    files: those of the edition's folder, of which the engine is taken. packed: what goes into dojo/edition.
    changed: when the content last did, as in the ledger.
    """
    _require_setuptools()
    project = read_toml(folder / "pyproject.toml")
    version = f"{__version__}.post{changed}"
    tree = {name: content for name, content in files.items() if name.startswith("dojo/")}
    tree |= {f"dojo/edition/{name}": content for name, content in packed.items()}
    with tempfile.TemporaryDirectory(prefix="dojo-wheel-") as place:
        top = Path(place)
        head = {"LICENSE": files["LICENSE"], "README.md": packed["README.md"]}
        head["pyproject.toml"] = pyproject(project, version).encode()
        for name, content in (tree | head).items():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_bytes(content)
        built = top / "dist" / _setuptools(top, changed)
        _check(built, tree)
        target = folder / "dist" / built.name
        for old in (folder / "dist").glob("backprop_dojo_student-*.whl"):
            if old.name != built.name:
                old.unlink()
        write(target, built.read_bytes())
    return target


def _require_setuptools() -> None:
    found = importlib.util.find_spec("setuptools") is not None
    if not found or int(metadata.version("setuptools").split(".")[0]) < OLDEST:
        raise UsageError(
            f"To build a wheel, setuptools {OLDEST} or newer is needed: pip install 'setuptools>={OLDEST}' "
            "(or the kit's extra `release`). The edition's folder is finished without it."
        )


def _setuptools(top: Path, changed: str) -> str:
    """Run the build in a process of its own, which needs no network. Returns the wheel's name."""
    moment = datetime.strptime(changed, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    (top / "dist").mkdir()
    done = subprocess.run(
        [sys.executable, "-I", "-c", BUILD],
        cwd=top,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(int(moment.timestamp()))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UsageError(f"setuptools could not build the wheel: {last}")
    return done.stdout.strip().splitlines()[-1]


def _check(wheel: Path, tree: Files) -> None:
    """Everything that was to be packed is in there as it is."""
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
        wrong = [n for n, content in tree.items() if n not in inside or archive.read(n) != content]
    if wrong or inside != set(tree):
        name = (wrong or sorted(inside - set(tree)))[0]
        raise UsageError(
            f"The wheel that setuptools {metadata.version('setuptools')} built is wrong: {name}."
        )
