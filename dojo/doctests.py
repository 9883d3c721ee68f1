"""The worked examples in a solution's docstrings, run: what students read there is true."""

from __future__ import annotations

import doctest
import importlib.util
import sys
from pathlib import Path
from typing import Any

_OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


class _Lines(doctest.DocTestRunner):
    """A runner that collects one line for each example that fails."""

    def __init__(self) -> None:
        super().__init__(verbose=False, optionflags=_OPTIONS)
        self.lines: list[str] = []

    def note(self, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        line = (test.lineno or 0) + example.lineno + 1
        shown, wanted = " ".join(got.split()), " ".join(example.want.split())
        source = " ".join(example.source.split())
        function = test.name.split(".", 1)[-1]
        self.lines.append(
            f"{line}: {function}: `{source}` gives {shown or 'nothing'}, not {wanted or 'nothing'}."
        )

    def report_start(self, out: Any, test: doctest.DocTest, example: doctest.Example) -> None:
        pass

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        self.note(test, example, got)

    def report_unexpected_exception(
        self, out: Any, test: doctest.DocTest, example: doctest.Example, exc_info: Any
    ) -> None:
        self.note(test, example, f"{exc_info[0].__name__}: {exc_info[1]}")


def failing_examples(path: Path) -> list[str]:
    """One line, `number: function: what is wrong`, for each example in a trusted module that isn't true."""
    name = f"_doctests_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None, "a path to a .py file has a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and the like look their module up
    runner = _Lines()
    try:
        spec.loader.exec_module(module)
        for test in doctest.DocTestFinder(exclude_empty=True).find(module, name):
            runner.run(test, clear_globs=False, out=lambda text: None)
    except Exception as error:  # whatever the module does on import
        return [f"1: cannot be imported: {type(error).__name__}: {error}"]
    finally:
        del sys.modules[name]
    return runner.lines
