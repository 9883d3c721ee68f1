"""Find and load the course's corpora: the full public file where there is one, else the shipped one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "DOJO_DATA_DIR"
KEYS = {"title": str, "shipped": str, "file": str, "url": str, "bytes": int, "sha256": str}


class DataError(Exception):
    """A corpus cannot be used: one sentence that says why and what to do."""


@dataclass(frozen=True)
class Source:
    """One table of data/sources.toml. `size` (bytes) and `sha256` are those of the full file."""

    name: str
    title: str
    shipped: str
    file: str
    url: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Corpus:
    """The file that a loader reads, and where it comes from: "DOJO_DATA_DIR", "fetched" or "shipped"."""

    path: Path
    origin: str


def load_names(root: Path | None = None) -> list[str]:
    """The given names, lower-case a-z, in the order of the file. Raises DataError."""
    return _text("names", root).split()


def load_text(root: Path | None = None) -> str:
    """The long text for character models. Raises DataError."""
    return _text("text", root)


def locate(name: str, root: Path | None = None) -> Corpus:
    """The file of the corpus `name`: from DOJO_DATA_DIR, else fetched, else shipped. Raises DataError.

    `root` is the course's folder; without it, the nearest one at or above the working directory.
    A full file counts only with the right checksum; a wrong one is an error, never passed over.
    """
    root = root or _nearest_root()
    sources = read_sources(root)
    if name not in sources:
        raise DataError(f"There is no corpus called {name!r}; there are {', '.join(sources)}.")
    source = sources[name]
    given = _given_folder()
    if given and (given / source.file).exists():
        _check(given / source.file, source, f"put the right file there, or unset {VARIABLE}")
        return Corpus(given / source.file, VARIABLE)
    fetched = full_folder(root) / source.file
    if fetched.exists():
        _check(fetched, source, f"run `dojo data fetch {name}` to replace it")
        return Corpus(fetched, "fetched")
    shipped = root / "data" / source.shipped
    if not shipped.is_file():
        raise DataError(
            f"{shipped} is missing, though it belongs to the course; `git checkout data` restores it."
        )
    return Corpus(shipped, "shipped")


def full_folder(root: Path) -> Path:
    """Where `dojo data fetch` keeps the full files."""
    return root / "data" / "full"


def read_sources(root: Path) -> dict[str, Source]:
    """The corpora that data/sources.toml names. Raises DataError where that file is wrong."""
    from dojo.toml import TomlError, read_toml

    path = root / "data" / "sources.toml"
    try:
        tables = read_toml(path)
    except TomlError as error:
        raise DataError(str(error)) from None
    return {name: _source(path, name, table) for name, table in tables.items()}


def matches(path: Path, source: Source) -> bool:
    """Whether the file has the size and the sha256 of the full one."""
    import hashlib

    if not path.is_file() or path.stat().st_size != source.size:
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == source.sha256


def _source(path: Path, name: str, table: object) -> Source:
    if not isinstance(table, dict):
        raise DataError(f"{path}: {name} should be a table, [{name}].")
    for key, kind in KEYS.items():
        if not isinstance(table.get(key), kind):
            word = "a whole number" if kind is int else "a text"
            raise DataError(f"{path}: [{name}] needs the key {key}, {word}.")
    for key in ("file", "shipped"):
        if Path(table[key]).name != table[key]:
            raise DataError(f"{path}: {key} of [{name}] should be a plain file name.")
    if not table["url"].startswith(("https://", "http://")):
        raise DataError(f"{path}: url of [{name}] should start with https:// or http://.")
    fields = {key: table[key] for key in ("title", "shipped", "file", "url", "sha256")}
    return Source(name=name, size=table["bytes"], **fields)


def _given_folder() -> Path | None:
    """The folder in DOJO_DATA_DIR; None where the variable is empty or not set."""
    value = os.environ.get(VARIABLE, "")
    if not value:
        return None
    folder = Path(value).expanduser()
    if not folder.is_dir():
        raise DataError(f"{VARIABLE} is {value}, which is not a folder; correct it, or unset it.")
    return folder


def _check(path: Path, source: Source, advice: str) -> None:
    try:
        right = matches(path, source)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); {advice}.") from None
    if not right:
        size = f"{path.stat().st_size:,} bytes instead of {source.size:,}"
        wrong = size if path.stat().st_size != source.size else "another checksum"
        raise DataError(f"{path} is not the full public file (it has {wrong}); {advice}.")


def _nearest_root() -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "data" / "sources.toml").is_file():
            return folder
    raise DataError(f"{here} is not inside a course (no data/sources.toml); go to the course's folder first.")


def _text(name: str, root: Path | None) -> str:
    path = locate(name, root).path
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}).") from None
