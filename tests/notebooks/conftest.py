"""One small course with its notebook, and one kernel, for all tests of a file that need them."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))  # for its small course

import jupyter_support as jupyter
import small_notebook
from kernels import Kernel, kernel


@pytest.fixture(scope="module")
def environ() -> Iterator[dict[str, str]]:
    """What kernels and commands see: folders of their own, and a warm server, which ends with its folder.

    The path of that server's socket has to be short. The connection files of kernels go where this process
    says, hence its environment.
    """
    with (
        tempfile.TemporaryDirectory(prefix="dojo-t-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        (Path(folder) / "tmp").mkdir()
        made = jupyter.environment(
            Path(folder), XDG_RUNTIME_DIR=folder, TMPDIR=f"{folder}/tmp", DOJO_WARM="1"
        )
        made.pop("CI", None)
        for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
            patch.setenv(name, made[name])
        yield made


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the course."""
    return small_notebook.write_course(tmp_path_factory.mktemp("self-check"))


@pytest.fixture(scope="module")
def shared(environ: dict[str, str], root: Path) -> Iterator[Kernel]:
    """A kernel of the notebook `Lösung 1.ipynb` in the course."""
    with kernel(root, environ | {"JPY_SESSION_NAME": str(root / "Lösung 1.ipynb")}) as made:
        yield made
