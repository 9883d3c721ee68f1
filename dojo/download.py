"""Download a full public corpus: resumed where the last try stopped, kept only with the right checksum.

The bytes go to a `.part` file. It is given its name only after its checksum has been verified, so that a
kill at any moment leaves either no file or the right one.
"""

from __future__ import annotations

import errno
import http.client
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from dojo.corpora import VARIABLE, Source, matches

TIMEOUT = 30.0  # seconds without a single byte
BLOCK = 1 << 16


class FetchError(Exception):
    """A download failed: one sentence that says why and what to do."""


def fetch(source: Source, folder: Path, report: Callable[[int], None] = lambda done: None) -> bool:
    """Bring the full file of `source` into `folder`; False where it was there already. Raises FetchError.

    `report` is called with the number of bytes that are there, at the start and after every block.
    """
    target = folder / source.file
    part = folder / f"{source.file}.part"
    with _disk(part):
        if matches(target, source):
            return False
        folder.mkdir(parents=True, exist_ok=True)
        if not matches(part, source):  # it would, after a kill just before the rename
            _download(source, part, report)
        if not matches(part, source):
            part.unlink()
            raise FetchError(
                f"What came from {source.url} has a wrong checksum, so it was dropped; "
                "try again, and if that does not help, the public file has changed."
            )
        os.replace(part, target)
    return True


def _download(source: Source, part: Path, report: Callable[[int], None]) -> None:
    """Append to `part` what is missing, or write it anew where it cannot be continued."""
    have = part.stat().st_size if part.exists() else 0
    with _network(source):
        response, done = _connect(source.url, have)
    with response:
        _check_length(response, source, done)
        with part.open("ab" if done else "wb") as file:
            report(done)
            for block in _blocks(response, source):
                file.write(block)
                file.flush()  # a kill then loses nothing that has come
                done += len(block)
                report(done)
                if done > source.size:
                    break
            os.fsync(file.fileno())
    if done < source.size:
        raise FetchError(
            f"The connection to {_host(source)} ended after {done:,} of {source.size:,} bytes; "
            "they are kept, so run the same command again to go on."
        )


def _connect(url: str, start: int) -> tuple[http.client.HTTPResponse, int]:
    """The server's answer and the position at which it begins: `start`, or 0 if it cannot go on there."""
    if start:
        try:
            response = _open(url, {"Range": f"bytes={start}-"})
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise
        else:
            if response.status == http.HTTPStatus.OK:  # this server does not know ranges
                return response, 0
            if response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                return response, start
            response.close()
    return _open(url, {}), 0


def _open(url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers={"User-Agent": "backprop-dojo", **headers})
    response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)
    return response


def _check_length(response: http.client.HTTPResponse, source: Source, start: int) -> None:
    """Refuse an answer of another size before it replaces anything: a login page, a changed file."""
    length = response.headers.get("Content-Length")
    offered = start + int(length) if length and length.isdigit() else source.size
    if offered != source.size:
        raise FetchError(
            f"{_host(source)} offers {offered:,} bytes instead of {source.size:,}: the public file has "
            "changed, or a login page of your network stands in its place."
        )


def _blocks(response: http.client.HTTPResponse, source: Source) -> Iterator[bytes]:
    while True:
        with _network(source):
            block = response.read1(BLOCK)
        if not block:
            return
        yield block


@contextmanager
def _network(source: Source) -> Iterator[None]:
    """Turn whatever goes wrong on the way to the server into a FetchError."""
    host = _host(source)
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        gone = error.code in (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.GONE)
        advice = "data/sources.toml may need its new address" if gone else "try again later"
        raise FetchError(
            f"{host} answered {error.code} ({error.reason}) for {source.url}; {advice}."
        ) from None
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise FetchError(
                f"The certificate of {host} could not be verified ({reason.verify_message}); on macOS, run "
                "'Install Certificates.command' of your Python folder once."
            ) from None
        if isinstance(reason, TimeoutError):
            raise FetchError(
                f"{host} sent nothing for {TIMEOUT:g} seconds; what has come is kept, try again later."
            ) from None
        why = getattr(reason, "strerror", None) or reason
        raise FetchError(
            f"There is no connection to {host} ({why}); go online and run the same command again (what has "
            f"come is kept), or put {source.file} into a folder by hand and name that in {VARIABLE}."
        ) from None


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong with our own files into a FetchError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
            raise FetchError(
                f"The disk is full: there is no room for {path}; free some, then go on."
            ) from None
        raise FetchError(f"{path} cannot be written ({error.strerror}); check the folder's rights.") from None


def _host(source: Source) -> str:
    return urlsplit(source.url).netloc
