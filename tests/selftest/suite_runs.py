"""The suite as users start it: a process of its own, with its output and files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from contracts.exchange import unpack_bytes
from reports.history import history_files, read_json
from tests.mock.process import MockProcess
from tests.selftest.unruly_server import read_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
KEY = "sk-Selftest0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"


@dataclass(slots=True)
class Ran:
    """One run that has ended."""

    status: int
    output: str
    folder: Path

    def records(self, kind: str | None = None) -> list[dict[str, Any]]:
        records = read_json(*history_files(self.folder))
        return [record for record in records if kind in {None, record["type"]}]

    def bodies(self) -> list[str]:
        """What was sent to the collection, in the order of the numbers."""
        posts = [record for record in self.records("exchange") if record["case"].get("method", "POST") == "POST"]
        posts.sort(key=lambda post: (post["worker"], post["number"]))
        return [repr((post["case"]["headers"], unpack_bytes("body", post["case"]))) for post in posts]


def run_suite(reports: Path, *arguments: str, env: dict[str, str] | None = None, seconds: float = 600.0) -> Ran:
    """Run ``pytest tests/contract`` and return when it has ended; its reports go below ``reports``."""
    command = [sys.executable, "-m", "pytest", "tests/contract", "--reports", str(reports), *arguments]
    if "live" not in arguments:
        command.append("--allow-mock")
    if "--examples" not in arguments:
        command += ["--examples", str(reports / "examples")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    before = {*reports.glob("2*/")}
    done = subprocess.run(
        command, cwd=ROOT, env=kept | (env or {}), capture_output=True, text=True, timeout=seconds, check=False
    )
    made = sorted({*reports.glob("2*/")} - before)
    return Ran(done.returncode, done.stdout + done.stderr, made[0] if made else reports / "latest")


def run_command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``contract`` as a user would."""
    command = [sys.executable, str(ROOT / "contract_command.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def without_names(bodies: list[str], run_id: str) -> list[str]:
    """The bodies with the same word for every unique name of a run, those in UTF-16 and UTF-32 too."""
    return [re.sub(rf"{run_id}-[0-9]+", "NAME", body.replace("\\x00", "")) for body in bodies]


@dataclass(slots=True)
class Watched:
    """A mock behind a server that writes down what reaches it: method, path and body, in order of arrival."""

    mock: MockProcess
    seen: list[tuple[str, str, bytes]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    @classmethod
    def start(cls, **options: Any) -> Self:
        watched = cls(MockProcess.start(key=KEY, **options))
        watched._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(watched))
        watched._server.daemon_threads = True
        threading.Thread(target=watched._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return watched

    @property
    def base_url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}{urlsplit(self.mock.base_url).path}"

    def posts(self) -> list[bytes]:
        return [body for method, _, body in self.seen if method == "POST"]

    def remaining(self) -> int:
        """How many team projects the mock has: its owner has one of another type."""
        split = urlsplit(self.mock.base_url)
        connection = HTTPConnection(split.netloc, timeout=10)
        connection.request("GET", f"{split.path}/v1/projects?limit=1000", headers={"Authorization": f"Bearer {KEY}"})
        try:
            return connection.getresponse().read().count(b'"type":"TEAM"')
        finally:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
        self.mock.stop()


def _handler(watched: Watched) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16
        disable_nagle_algorithm = True

        def pass_on(self) -> None:
            in_chunks = self.headers.get("Transfer-Encoding") == "chunked"
            length = int(self.headers.get("Content-Length") or 0)
            body = read_chunks(self.rfile) if in_chunks else self.rfile.read(length)
            with lock:
                watched.seen.append((self.command, self.path, body))
            connection = HTTPConnection(urlsplit(watched.mock.base_url).netloc, timeout=30)
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders(body, encode_chunked=in_chunks)
            answer = connection.getresponse()
            content = answer.read()
            self.send_response_only(answer.status)
            for name, value in _passed_on(answer.getheaders()):
                self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            connection.close()

        do_GET = do_POST = do_DELETE = pass_on  # noqa: N815  # the names of the library

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    return Handler


def _passed_on(headers: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What belongs to the response, not to its connection."""
    for name, value in headers:
        if name.lower() not in {"content-length", "transfer-encoding", "connection", "keep-alive"}:
            yield name, value
