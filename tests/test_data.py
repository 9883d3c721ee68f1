"""The corpora: the shipped files, the order of the loaders, the download (from a server on loopback)."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console

import dojo.download
from dojo.corpora import DataError, load_names, load_text, locate, matches, read_sources
from dojo.download import FetchError, fetch
from dojo.fetch import fetch_main, where_main
from dojo.toml import TomlError, read_toml

ROOT = Path(__file__).resolve().parent.parent
BODY = "".join(f"name{i}\n" for i in range(40_000)).encode()  # several blocks of the download
SHORT = b"one\ntwo\n"


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: some clients here hang up on purpose."""


class Server:
    """Files by path, and a way to misbehave: `mode` names it, `limit` is where it starts."""

    def __init__(self) -> None:
        self.files = {"/names.txt": BODY, "/text.txt": SHORT}
        self.mode = ""
        self.limit = len(BODY) // 2
        self.ranges: list[str | None] = []
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.http = QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range")
        self.ranges.append(asked)
        request.close_connection = True
        if self.mode.isdigit():
            request.send_error(int(self.mode))
            return
        body = self.files[request.path]
        start = (
            int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.mode != "no range" else 0
        )
        if start >= len(body):
            request.send_error(416)
            return
        request.send_response(206 if start else 200)
        if start:
            start = 0 if self.mode == "wrong range" else start
            request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if self.mode != "no length":
            request.send_header("Content-Length", str(len(body) - start))
        request.end_headers()
        if self.mode in ("cut", "stall"):
            request.wfile.write(body[start : self.limit])
            request.wfile.flush()
            if self.mode == "stall":
                self.release.wait(60)
        else:
            request.wfile.write(body[start:])


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOJO_DATA_DIR", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Server]:
    it = Server()
    thread = threading.Thread(target=it.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield it
    it.release.set()
    it.http.shutdown()
    it.http.server_close()


def table(name: str, url: str, body: bytes) -> str:
    return (
        f'[{name}]\ntitle = "t"\nshipped = "small_{name}.txt"\nfile = "{name}.txt"\n'
        f'url = "{url}/{name}.txt"\n'
        f'bytes = {len(body)}\nsha256 = "{hashlib.sha256(body).hexdigest()}"\n'
    )


@pytest.fixture
def course(tmp_path: Path, server: Server) -> Path:
    """The root of a course with small shipped files, whose full files are on the server."""
    root = tmp_path / "course"
    (root / "data").mkdir(parents=True)
    (root / "data" / "sources.toml").write_text(
        table("names", server.url, BODY) + table("text", server.url, SHORT)
    )
    (root / "data" / "small_names.txt").write_text("ada\nbo\n")
    (root / "data" / "small_text.txt").write_text("Once.\n")
    return root


def part_of(root: Path) -> Path:
    (root / "data" / "full").mkdir(exist_ok=True)
    return root / "data" / "full" / "names.txt.part"


def target_of(root: Path) -> Path:
    return root / "data" / "full" / "names.txt"


def bring(root: Path) -> bool:
    return fetch(read_sources(root)["names"], root / "data" / "full")


def run(command: Callable[..., int], *arguments: object) -> tuple[int, str]:
    """The exit code of a command and what it printed."""
    out = io.StringIO()
    return command(*arguments, Console(file=out, width=80)), out.getvalue()


# The shipped files


def test_shipped_names_look_like_names() -> None:
    text = (ROOT / "data" / "names.txt").read_bytes().decode("ascii")
    names = text.split("\n")[:-1]
    assert text.endswith("\n")
    assert len(names) >= 4000
    assert all(re.fullmatch("[a-z]{2,12}", name) for name in names)
    assert len(set(names)) == len(names)
    assert set("".join(names)) == set("abcdefghijklmnopqrstuvwxyz")
    assert all(re.search("[aeiouy]", name) for name in names)


def test_any_thousand_of_the_shipped_names_is_a_fair_sample() -> None:
    names = (ROOT / "data" / "names.txt").read_text().split()
    assert len({name[0] for name in names[:1000]}) > 20
    assert len({name[0] for name in names[-1000:]}) > 20


def test_shipped_tales_are_long_mixed_and_varied() -> None:
    data = (ROOT / "data" / "tales.txt").read_bytes()
    text = data.decode("ascii")
    assert 200_000 <= len(data) < 400_000
    assert set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,;:?!'\"()-0123456789\n") <= set(text)
    assert not set("<>|\r\t") & set(text)  # nothing of the grammar is left
    lines = Counter(line for line in text.splitlines() if len(line) > 40)
    assert len(lines) > 0.95 * sum(lines.values())
    assert not re.search(r"\b[Aa] [aeiou]", text)


@pytest.mark.parametrize("what", ["names", "tales"])
def test_generator_reproduces_the_shipped_file(what: str, tmp_path: Path) -> None:
    target = tmp_path / "again.txt"
    script = ROOT / "data" / f"make_{what}.py"
    subprocess.run([sys.executable, str(script), str(target)], check=True, capture_output=True, timeout=60)
    assert target.read_bytes() == (ROOT / "data" / f"{what}.txt").read_bytes()


def test_no_made_up_name_is_unwanted() -> None:
    import codecs

    parts = (ROOT / "data" / "name_parts.txt").read_text()
    unwanted = parts.split("[unwanted rot13]")[1].split("\n", 2)[2]
    bad = re.compile("|".join(codecs.decode(unwanted, "rot13").split()))
    real = set(parts.split("[real]")[1].split("[")[0].split())
    assert bad.search("xx" + codecs.decode("fuvg", "rot13"))
    made_up = [name for name in load_names(ROOT) if name not in real]
    assert len(made_up) > 4000
    assert not [name for name in made_up if bad.search(name)]


# Which file the loaders use


def test_the_course_names_its_sources_well() -> None:
    sources = read_sources(ROOT)
    assert list(sources) == ["names", "text"]
    assert [source.size for source in sources.values()] == [228_145, 1_115_394]
    for source in sources.values():
        assert re.fullmatch("[0-9a-f]{64}", source.sha256)
        assert source.url.startswith("https://")
        assert (ROOT / "data" / source.shipped).is_file()


def test_loaders_of_the_course_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "data")  # without a root: the nearest course above
    assert load_names() == load_names(ROOT)
    assert len(load_text()) >= 200_000
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="not inside a course"):
        load_names()


def test_order_is_given_then_fetched_then_shipped(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert locate("names", course).origin == "shipped"
    assert load_names(course) == ["ada", "bo"]
    assert load_text(course) == "Once.\n"
    bring(course)
    assert locate("names", course).origin == "fetched"
    assert load_names(course) == BODY.decode().split()
    folder = tmp_path / "given"
    folder.mkdir()
    monkeypatch.setenv("DOJO_DATA_DIR", str(folder))
    assert locate("names", course).origin == "fetched"  # the folder does not hold it
    (folder / "names.txt").write_bytes(BODY)
    corpus = locate("names", course)
    assert (corpus.origin, corpus.path) == ("DOJO_DATA_DIR", folder / "names.txt")
    assert locate("text", course).origin == "shipped"


def test_empty_variable_counts_as_unset(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_DATA_DIR", "")
    assert locate("names", course).origin == "shipped"


def test_given_folder_that_is_missing(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_DATA_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(
        DataError, match=r"^DOJO_DATA_DIR is .*nowhere, which is not a folder; .* unset it\.$"
    ):
        load_names(course)
    code, said = run(where_main, course)
    assert code == 3
    assert said.count("\n") == 1


@pytest.mark.parametrize("wrong", [SHORT, BODY[:-1] + b"!"], ids=["another size", "same size"])
def test_given_file_with_a_wrong_checksum(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: bytes
) -> None:
    (tmp_path / "names.txt").write_bytes(wrong)
    monkeypatch.setenv("DOJO_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError, match=r"names\.txt is not the full public file .* unset DOJO_DATA_DIR\.$"):
        load_names(course)


def test_spoiled_fetched_file_is_an_error_and_fetching_mends_it(course: Path) -> None:
    bring(course)
    target_of(course).write_bytes(BODY.replace(b"name7\n", b"name8\n"))
    with pytest.raises(DataError, match="`dojo data fetch names` to replace it"):
        load_names(course)
    assert bring(course) is True
    assert load_names(course) == BODY.decode().split()


def test_missing_shipped_file_and_unknown_name(course: Path) -> None:
    (course / "data" / "small_names.txt").unlink()
    with pytest.raises(DataError, match=r"small_names\.txt is missing"):
        load_names(course)
    with pytest.raises(DataError, match=r"no corpus called 'poems'; there are names, text\."):
        locate("poems", course)


def test_importing_the_loader_is_cheap() -> None:
    code = (
        "import sys, dojo.corpora;"
        "print([m for m in ('torch', 'numpy', 'rich', 'urllib.request', 'http.client') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("bytes = ", "byte = ", "[names] needs the key bytes, a whole number"),
        ('file = "names.txt"', 'file = "../names.txt"', "file of [names] should be a plain file name"),
        ('url = "http', 'url = "file', "url of [names] should start with https:// or http://"),
        ("[names]", "names = 3\n[more]", "names should be a table"),
        ('title = "t"', "title = ", "sources.toml, line 2, column 9: invalid value"),
    ],
)
def test_mistakes_in_the_sources(course: Path, old: str, new: str, problem: str) -> None:
    path = course / "data" / "sources.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=re.escape(problem)):
        load_names(course)
    code, said = run(fetch_main, course, [])
    assert code == 3
    assert problem in said


# The download


def test_fresh(course: Path, server: Server) -> None:
    seen: list[int] = []
    assert fetch(read_sources(course)["names"], course / "data" / "full", seen.append) is True
    assert target_of(course).read_bytes() == BODY
    assert not part_of(course).exists()
    assert server.ranges == [None]
    assert seen[0] == 0
    assert seen[-1] == len(BODY)
    assert seen == sorted(seen)
    assert len(seen) > 3


def test_already_there_asks_nobody(course: Path, server: Server) -> None:
    bring(course)
    assert bring(course) is False
    assert len(server.ranges) == 1


def test_interrupted_then_resumed(course: Path, server: Server) -> None:
    server.mode = "cut"
    with pytest.raises(
        FetchError, match=rf"ended after {server.limit:,} of {len(BODY):,} bytes; they are kept"
    ):
        bring(course)
    assert part_of(course).read_bytes() == BODY[: server.limit]
    assert not target_of(course).exists()
    server.mode = ""
    assert bring(course) is True
    assert server.ranges == [None, f"bytes={server.limit}-"]
    assert target_of(course).read_bytes() == BODY


@pytest.mark.parametrize("mode", ["no range", "wrong range", "no length"])
@pytest.mark.parametrize("have", [0, 1, len(BODY) // 2, len(BODY) - 1, len(BODY), len(BODY) + 1])
def test_any_leftover_and_any_server_end_in_the_right_file(
    course: Path, server: Server, mode: str, have: int
) -> None:
    part_of(course).write_bytes((BODY + b"?")[:have])
    server.mode = mode
    assert bring(course) is True
    assert target_of(course).read_bytes() == BODY
    assert not part_of(course).exists()


def test_complete_leftover_needs_no_server(course: Path, server: Server) -> None:
    part_of(course).write_bytes(BODY)
    assert bring(course) is True
    assert server.ranges == []


@pytest.mark.parametrize("code", ["404", "500"])
def test_http_error_keeps_what_is_there(course: Path, server: Server, code: str) -> None:
    part_of(course).write_bytes(BODY[:100])
    server.mode = code
    with pytest.raises(FetchError, match=rf"answered {code} \(.*\) for http://"):
        bring(course)
    assert part_of(course).read_bytes() == BODY[:100]


def test_range_not_satisfiable_starts_over(course: Path, server: Server) -> None:
    server.files["/names.txt"] = BODY[:50]  # what the server now has is shorter than what is here
    part_of(course).write_bytes(BODY[:100])
    with pytest.raises(FetchError, match="offers 50 bytes instead of"):
        bring(course)
    assert server.ranges == ["bytes=100-", None]
    assert part_of(course).read_bytes() == BODY[:100]


def test_wrong_checksum_is_dropped(course: Path, server: Server) -> None:
    server.files["/names.txt"] = BODY[:-1] + b"!"
    with pytest.raises(FetchError, match="wrong checksum, so it was dropped"):
        bring(course)
    assert list(part_of(course).parent.iterdir()) == []


def test_spoiled_leftover_is_dropped_and_the_next_try_is_fresh(course: Path, server: Server) -> None:
    part_of(course).write_bytes(b"x" * 100)
    with pytest.raises(FetchError, match="wrong checksum"):
        bring(course)
    assert bring(course) is True
    assert server.ranges == ["bytes=100-", None]


def test_endless_answer_is_cut(course: Path, server: Server) -> None:
    server.mode = "no length"
    server.files["/names.txt"] = BODY * 50
    seen: list[int] = []
    with pytest.raises(FetchError, match="wrong checksum"):
        fetch(read_sources(course)["names"], course / "data" / "full", seen.append)
    assert seen[-1] <= len(BODY) + dojo.download.BLOCK


def test_login_page_is_refused_before_it_replaces_anything(course: Path, server: Server) -> None:
    part_of(course).write_bytes(BODY[:100])
    server.mode = "no range"
    server.files["/names.txt"] = b"<html>Please log in</html>"
    with pytest.raises(FetchError, match=r"offers 26 bytes instead of .* login page"):
        bring(course)
    assert part_of(course).read_bytes() == BODY[:100]


def test_connection_refused(course: Path, server: Server) -> None:
    server.http.shutdown()
    server.http.server_close()
    with pytest.raises(
        FetchError, match=r"no connection to 127\.0\.0\.1:\d+ \(.*refused.*\); go online .*DOJO_DATA_DIR"
    ):
        bring(course)


def test_silent_server(course: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dojo.download, "TIMEOUT", 0.3)
    server.mode = "stall"
    with pytest.raises(FetchError, match=r"sent nothing for 0\.3 seconds; what has come is kept"):
        bring(course)
    assert part_of(course).read_bytes() == BODY[: server.limit]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_full_disk(course: Path) -> None:
    part_of(course).symlink_to("/dev/full")
    with pytest.raises(FetchError, match=r"^The disk is full: there is no room for .*names\.txt\.part"):
        bring(course)
    assert not target_of(course).exists()


def test_folder_without_rights(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refuse)  # real rights do not stop the superuser
    with pytest.raises(FetchError, match=r"cannot be written .* check the folder's rights"):
        bring(course)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("limit", [100, len(BODY) // 2])
def test_killed_in_the_middle_then_resumed(course: Path, server: Server, limit: int) -> None:
    server.mode = "stall"
    server.limit = limit
    code = (
        "import sys; from pathlib import Path; from rich.console import Console;"
        "from dojo.fetch import fetch_main;"
        "sys.exit(fetch_main(Path(sys.argv[1]), ['names'], Console()))"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(course)], cwd=ROOT, stdout=subprocess.DEVNULL)
    part = part_of(course)
    deadline = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size == server.limit):
        assert child.poll() is None and time.monotonic() < deadline, "the download did not come so far"
        time.sleep(0.01)
    child.kill()
    assert child.wait(30) == -signal.SIGKILL
    assert not target_of(course).exists()
    assert locate("names", course).origin == "shipped"
    server.mode = ""
    assert run(fetch_main, course, ["names"])[0] == 0
    assert server.ranges == [None, f"bytes={server.limit}-"]
    assert target_of(course).read_bytes() == BODY


# The commands


def test_fetch_command(course: Path) -> None:
    code, said = run(fetch_main, course, [])
    assert code == 0
    assert f"names: fetched, checksum right: {target_of(course)}\n" in said
    assert "text: fetched" in said
    code, said = run(fetch_main, course, ["text"])
    assert code == 0
    assert said.startswith("text: already there")
    assert "names: " not in said


def test_fetch_command_goes_on_after_a_failure(course: Path, server: Server) -> None:
    server.files["/names.txt"] = BODY[:-1] + b"!"
    code, said = run(fetch_main, course, [])
    assert code == 3
    assert "names: What came from" in said
    assert "text: fetched" in said


def test_fetch_command_with_an_unknown_name(course: Path, server: Server) -> None:
    code, said = run(fetch_main, course, ["names", "poems"])
    assert code == 2
    assert said == "There is no corpus called 'poems'; there are names, text.\n"
    assert server.ranges == []


def test_fetch_command_shows_a_bar_on_a_terminal(course: Path) -> None:
    out = io.StringIO()
    assert fetch_main(course, ["names"], Console(file=out, width=100, force_terminal=True)) == 0
    assert re.search(r"\d+(\.\d+)?/\d+(\.\d+)? kB", out.getvalue())


def test_fetch_command_stopped_by_the_user(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*args: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("dojo.fetch.fetch", stop)
    code, said = run(fetch_main, course, ["names"])
    assert code == 3
    assert "stopped; what has come is kept" in said


def test_fetch_command_says_when_the_variable_comes_first(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "names.txt").write_bytes(BODY)
    monkeypatch.setenv("DOJO_DATA_DIR", str(tmp_path))
    code, said = run(fetch_main, course, ["names"])
    assert code == 0
    assert f"DOJO_DATA_DIR is set and comes first: {tmp_path / 'names.txt'}" in said
    monkeypatch.setenv("DOJO_DATA_DIR", str(tmp_path / "nowhere"))
    code, said = run(fetch_main, course, ["names"])
    assert code == 0
    assert "But DOJO_DATA_DIR is" in said


def test_where_command(course: Path) -> None:
    bring(course)
    code, said = run(where_main, course)
    assert code == 0
    assert said.splitlines() == [
        f"names: fetched: {target_of(course)}",
        f"text: shipped: {course / 'data' / 'small_text.txt'}",
        "`dojo data fetch` brings the full public files.",
    ]
    assert matches(target_of(course), read_sources(course)["names"])


# TOML


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a = 1\nb = \n", r"a\.toml, line 2, column 5: invalid value\.$"),
        (b"a = 1\na = 2\n", r"a\.toml, line 2, column \d+: cannot overwrite a value\.$"),
        (b"a = 1\nb = [1,\n", r"a\.toml, line 2: invalid value\.$"),
        (b"a = 1\nb = '\xff'\n", r"a\.toml, line 2: this is not UTF-8"),
        (b"a = " + b"[" * 2_000, r"a\.toml(: .* nested too deeply|, line 1: invalid value)\.$"),
    ],
)
def test_mistakes_in_toml(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(TomlError, match=problem):
        read_toml(path)


def test_toml_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(TomlError, match=r"none\.toml: there is no such file\.$"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(TomlError, match="cannot be read"):
        read_toml(tmp_path)


def test_toml_with_a_mark_and_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 'x'\r\n")
    assert read_toml(path) == {"a": 1, "b": "x"}
