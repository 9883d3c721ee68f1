"""Functions that an exercise takes as an argument, sent to the worker as text."""

from __future__ import annotations

import ast
import textwrap

from dojo.worker.wire import Code


def remote_function(source: str) -> Code:
    """The one function that `source` defines, callable here and, rebuilt from its text, in the worker.

    It may use `torch` and nothing else from outside: the text crosses the boundary, a closure does not.
    """
    text = textwrap.dedent(source).strip() + "\n"
    (definition,) = ast.parse(text).body
    assert isinstance(definition, ast.FunctionDef)
    return Code(definition.name, text)
