"""`dojo data fetch` and `dojo data where`: the full public corpora, and which files the loaders use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dojo.corpora import VARIABLE, DataError, Source, full_folder, locate, read_sources
from dojo.download import FetchError, fetch

if TYPE_CHECKING:
    from rich.console import Console

DONE, USAGE, FAILED = 0, 2, 3


def fetch_main(root: Path, names: list[str], console: Console) -> int:
    """`dojo data fetch [NAME...]`: all corpora, or those named. Returns the exit code."""
    try:
        sources = read_sources(root)
    except DataError as error:
        _say(console, str(error))
        return FAILED
    unknown = [name for name in names if name not in sources]
    if unknown:
        _say(console, f"There is no corpus called {unknown[0]!r}; there are {', '.join(sources)}.")
        return USAGE
    codes = [_fetch_one(root, sources[name], console) for name in dict.fromkeys(names or sources)]
    return max(codes)


def _fetch_one(root: Path, source: Source, console: Console) -> int:
    target = full_folder(root) / source.file
    try:
        came = _with_bar(source, target.parent, console)
    except FetchError as error:
        _say(console, f"{source.name}: {error}")
        return FAILED
    except KeyboardInterrupt:
        _say(
            console, f"{source.name}: stopped; what has come is kept, so run the same command again to go on."
        )
        return FAILED
    _say(console, f"{source.name}: {'fetched, checksum right' if came else 'already there'}: {target}")
    try:
        used = locate(source.name, root).path
    except DataError as error:
        _say(console, f"But {error}")
    else:
        if used != target:
            _say(console, f"But {VARIABLE} is set and comes first: {used}")
    return DONE


def _with_bar(source: Source, folder: Path, console: Console) -> bool:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(source.name, total=source.size)
        return fetch(source, folder, lambda done: progress.update(task, completed=done))


def where_main(root: Path, console: Console) -> int:
    """`dojo data where`: which file each loader uses, and why. Returns the exit code."""
    try:
        found = {name: locate(name, root) for name in read_sources(root)}
    except DataError as error:
        _say(console, str(error))
        return FAILED
    for name, corpus in found.items():
        _say(console, f"{name}: {corpus.origin}: {corpus.path}")
    if any(corpus.origin == "shipped" for corpus in found.values()):
        _say(console, "`dojo data fetch` brings the full public files.")
    return DONE


def _say(console: Console, sentence: str) -> None:
    # Plain: a path may hold brackets, and a wrapped path cannot be copied.
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
