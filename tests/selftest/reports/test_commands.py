"""The commands of a finding send the same bytes and are understood by a shell."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.checks.context import Limits
from contracts.exchange import Case, Exchange, Response
from contracts.secrets import WRONG_KEYS, Secrets
from reports.commands import LONGEST, curl, curl_in_order, has_unique_id, of_project, python, replay
from reports.reading import summarize
from tests.harness.client.budget import RequestBudget
from tests.harness.client.target import Target
from tests.harness.command_line import main
from tests.selftest import history_samples as samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reports.history import HistoryWriter

KEY = "sk-Aa0'\"$`\\ z%" + "x" * 9
needs_curl = pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="curl or bash is missing")


class Recorder:
    """A server that keeps the bytes of the last request and answers 201."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/api"
        self.head = b""
        self.body = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as file:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += file.readline()
                length = next((int(v) for n, v in _headers(head) if n == b"content-length"), 0)
                self.head, self.body = head, file.read(length)
                connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=5)


def _headers(head: bytes) -> list[tuple[bytes, bytes]]:
    lines = [line for line in head.split(b"\r\n")[1:] if line]
    return [(name.lower(), value.removeprefix(b" ")) for name, _, value in (line.partition(b":") for line in lines)]


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    server = Recorder()
    yield server
    server.close()


def _run(command: str) -> None:
    environment = {**os.environ, "ACTIVEPIECES_API_KEY": KEY}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()


@needs_curl
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60) | st.text(max_size=40).map(str.encode) | st.just(b"-%s\\n'@\x00"))
def test_curl_sends_the_very_bytes_of_the_body(recorder: Recorder, body: bytes) -> None:
    _run(curl(Case(body), recorder.url, "false"))
    assert recorder.body == body
    assert recorder.head.startswith(b"POST /api/v1/projects HTTP/1.1\r\n")


@needs_curl
@pytest.mark.parametrize("template", WRONG_KEYS)
def test_curl_makes_every_wrong_key_from_the_right_one(recorder: Recorder, template: str) -> None:
    _run(curl(Case(b"{}", headers=(("Authorization", f"Bearer {template}"),)), recorder.url, "false"))
    assert dict(_headers(recorder.head))[b"authorization"] == f"Bearer {WRONG_KEYS[template](KEY)}".encode()


@needs_curl
def test_curl_sends_the_headers_of_the_case_and_no_media_type_of_its_own(recorder: Recorder) -> None:
    headers = (
        ("Authorization", "Bearer {key}"),
        ("X-Empty", ""),
        ("X-Latin", "na\u00efve 'quoted' \"twice\" $HOME `id` \\"),
        ("X-Both", "\u00ff {key} \u00fe"),
    )
    _run(curl(Case(b"{}", headers=headers), recorder.url, "false"))
    sent = dict(_headers(recorder.head))
    assert sent[b"authorization"].decode() == f"Bearer {KEY}"
    assert sent[b"x-empty"] == b""
    assert sent[b"x-both"].endswith(b"\xfe")
    assert b"content-type" not in sent


UNIQUE = Case(b'{"displayName":"it\'s","externalId":"ctabcdefghij-17","x":"\xc3\xa9\x01"}')


def _run_python(text: str, url: str) -> None:
    environment = {**os.environ, "ACTIVEPIECES_API_KEY": "sk-plain"}
    done = subprocess.run(
        [sys.executable, "-c", text.replace("BASE", url)],
        env=environment,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert b"201" in done.stdout, done.stderr.decode()


@needs_curl
def test_a_unique_external_id_is_new_each_time_and_the_rest_the_same(recorder: Recorder) -> None:
    assert UNIQUE.body is not None
    assert has_unique_id(UNIQUE)
    readable = replace(UNIQUE, body=UNIQUE.body[:-6] + b'z"}')
    sends: list[Callable[[], None]] = [
        lambda: _run(curl(UNIQUE, recorder.url, "false", fresh=True)),
        lambda: _run(curl(readable, recorder.url, "false", fresh=True)),
        lambda: _run_python(python(replace(UNIQUE, method="PUT"), "BASE", fresh=True), recorder.url),
    ]
    bodies = []
    for send in sends:
        send()
        bodies.append(recorder.body)
    assert len({re.findall(b"ctabcdefghij-([0-9]+)", body)[0] for body in bodies} | {b"17"}) == 4
    rest = [re.sub(b"ctabcdefghij-[0-9]+", b"ctabcdefghij-17", body) for body in bodies]
    assert rest == [UNIQUE.body, readable.body, UNIQUE.body]
    for body in (b'{"externalId":"mine"}', b'{"externalId":"a-1","externalId":"a-2"}', b"[]", None):
        assert not has_unique_id(Case(body))


def test_python_sends_what_curl_sends_and_nothing_that_it_would_change(recorder: Recorder) -> None:
    headers = (("Authorization", "Bearer {key}"), ("Content-Type", "application/json"), ("X-Quote", "'\"\\"))
    _run_python(python(Case(b"\xff'\"", headers, method="PUT"), "BASE"), recorder.url)
    sent = dict(_headers(recorder.head))
    assert (recorder.body, sent[b"authorization"], sent[b"x-quote"]) == (b"\xff'\"", b"Bearer sk-plain", b"'\"\\")
    for unsendable in (("X-A", "\u00e9"), ("authorization", "b"), ("X-A", "{key twice}")):
        assert python(Case(b"{}", (*headers, unsendable)), "BASE") == ""


@needs_curl
def test_curl_sends_requests_in_order_on_one_connection() -> None:
    names = ("first", "Gr\u00f6\u00dfe '%\\")
    bodies = [json.dumps({"displayName": name}, ensure_ascii=False).encode() for name in names]
    received: list[tuple[int, bytes]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            received.append((self.client_address[1], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _run(curl_in_order([Case(body) for body in bodies], f"http://127.0.0.1:{server.server_port}", "false"))
        server.shutdown()
    assert [body for _, body in received] == bodies
    assert len({port for port, _ in received}) == 1


@needs_curl
def test_the_deletion_needs_an_id_and_sends_it(recorder: Recorder) -> None:
    _run(f"ID=abc; {of_project('DELETE', recorder.url)}")
    assert recorder.head.startswith(b"DELETE /api/v1/projects/abc HTTP/1.1")
    with pytest.raises(AssertionError, match="the id in the response"):
        _run(of_project("DELETE", recorder.url))


REQUESTS = {
    "a body": Case(b'{"displayName":"x"}'),
    "two keys": Case(b"{}", (("Authorization", "Bearer x"), ("X-A", "1"), ("authorization", "Bearer {key}"))),
    "headers of its own": Case(b"[]", (("accept", "text/html"), ("X-A", "1"), ("x-a", "2"), ("User-Agent", "me"))),
    "a compressed response": Case(b"{}", (("Accept-Encoding", "gzip"), ("Content-Type", "application/json"))),
    "a large body": Case(b"x" * 3_000),
    "no body": Case(None),
    "another method": Case(None, (("Authorization", "Bearer {key}"),), method="DELETE", path="/v1/projects/a"),
}


@needs_curl
@pytest.mark.parametrize("name", REQUESTS)
def test_the_evidence_and_curl_have_the_headers_that_the_suite_sends_in_their_order(
    recorder: Recorder, name: str
) -> None:
    case, secrets = REQUESTS[name], Secrets(KEY)
    target = Target(recorder.url, secrets, Limits(), RequestBudget())
    assert target.send(case).status == 201
    target.close()
    sent = [pair for pair in _headers(recorder.head) if pair[0] != b"host"]
    shown = [(header.lower(), secrets.resolve(value)) for header, value in case.sent_headers]
    assert shown == [(header.decode(), value.decode()) for header, value in sent]
    _run(curl(case, recorder.url, "false"))
    assert [pair for pair in _headers(recorder.head) if pair[0] != b"host"] == sent


def test_every_report_shows_the_headers_that_were_sent(tmp_path: Path) -> None:
    samples.write_history(tmp_path, answers=samples.breaks_promises)
    main(["report", str(tmp_path)])
    evidence = summarize([tmp_path]).findings[0].evidence
    assert evidence is not None
    expected = list(evidence.exchange.case.sent_headers)
    assert ("Accept-Encoding", "identity") in expected
    (entry, *_) = json.loads((tmp_path / "findings.har").read_text())["log"]["entries"]
    in_har = [(header["name"], header["value"]) for header in entry["request"]["headers"]]
    assert in_har == [("Host", urlsplit(entry["request"]["url"]).netloc), *expected]
    (finding, *_) = json.loads((tmp_path / "report.json").read_text())["findings"]
    assert [tuple(pair) for pair in finding["exchange"]["case"]["headers"]] == expected
    assert "User-Agent" in (tmp_path / "index.html").read_text()


@needs_curl
def test_a_post_without_a_body_is_sent_without_one(recorder: Recorder) -> None:
    _run(curl(Case(None), recorder.url, "false"))
    sent = _headers(recorder.head)
    assert dict(sent)[b"content-length"] == b"0"
    assert dict(sent)[b"content-type"] == b"application/json"


@needs_curl
def test_a_long_body_is_fed_from_the_history(recorder: Recorder, tmp_path: Path) -> None:
    def long_names(writer: HistoryWriter) -> None:
        case = Case(b'{"displayName":"' + b"\xff" * LONGEST + b'"}')
        exchange = Exchange(case, Response(500, (), b""), started=samples.STARTED, number=900)
        writer.finding(samples.finding("service.no_5xx"), exchange)

    samples.write_history(tmp_path, count=12, extra=long_names)
    finding = summarize([tmp_path]).findings[0]
    command = next(c.text for c in finding.commands if c.label.startswith("Send")).replace(
        "contract body", f"{sys.executable} contract_command.py body"
    )
    assert len(command) < 1_000
    _run(command.replace("http://127.0.0.1:8081/api", recorder.url))
    assert finding.evidence is not None
    assert recorder.body == finding.evidence.exchange.case.body


def test_a_live_finding_is_repeated_against_the_same_service() -> None:
    command = replay("a:b", "reports/runs/x y", "live", "https://h/api", {})
    assert command == "contract replay a:b --run 'reports/runs/x y' --target live --base-url https://h/api"


def test_a_finding_of_the_mock_is_repeated_with_the_same_fault_and_contract(tmp_path: Path) -> None:
    options = {"fault": "accepts_x", "variant": None, "contract": "other.yaml", "corpus": ["a", "b"], "rate": None}
    samples.write_history(tmp_path, answers=samples.breaks_promises, options=options)
    again, mock, *_ = summarize([tmp_path]).findings[0].commands
    assert again.text.endswith("--target mock --contract other.yaml --fault accepts_x")
    assert mock.text == "contract mock --contract other.yaml --fault accepts_x"
