"""A worker's folder goes away, whatever student code has put there."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import dojo

# The worker's modules are no package: they run from their own folder.
_spec = importlib.util.spec_from_file_location(
    "scratch", Path(dojo.__file__).parent / "worker" / "scratch.py"
)
assert _spec is not None and _spec.loader is not None
scratch = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(scratch)


def test_a_tree_deeper_than_any_path(tmp_path: Path) -> None:
    folder = tmp_path / "deep"
    folder.mkdir()
    dig = "import os\nfor _ in range(2500):\n    os.mkdir('d'); open('f', 'w').close(); os.chdir('d')"
    subprocess.run([sys.executable, "-I", "-c", dig], cwd=folder, check=True)
    scratch.remove(str(folder))
    assert not folder.exists()


def test_links_pipes_and_folders_without_rights(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    folder = tmp_path / "scratch"
    closed = folder / "a" / ("b" * 200) / "c"
    closed.mkdir(parents=True)
    (closed / "file").touch()
    (folder / "link").symlink_to(outside)
    (closed / "link").symlink_to(outside / "kept")
    os.mkfifo(folder / "pipe")
    for path in (closed, closed.parent, folder / "a", folder):
        path.chmod(0)
    scratch.remove(str(folder))
    assert not folder.exists() and (outside / "kept").exists()


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "scratch"
    home.mkdir(mode=0o500)
    folder.symlink_to(home)
    scratch.remove(str(folder))
    assert not folder.is_symlink() and home.stat().st_mode & 0o777 == 0o500


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    scratch.remove(str(tmp_path / "nothing"))
