"""One request over a connection: interim responses are skipped, but not without limit."""

from __future__ import annotations

import gzip
import json
import socket
from typing import TYPE_CHECKING

import pytest

from contracts.checks.context import Limits
from contracts.exchange import STALE, UNREACHED, Case, Exchange
from contracts.secrets import Secrets
from contracts.verdict import ExitStatus
from tests.harness.client import transport
from tests.harness.client.budget import RequestBudget
from tests.harness.client.target import Target
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, priority_run
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, answer, close, endless, hang, raw, reset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nLink: </b.js>; rel=preload\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
UNHEARD_OF = b"HTTP/1.1 199\r\nX: y\r\n\r\n"
GET = Case(None, method="GET")


def _after(interim: bytes, final: Writes) -> Writes:
    """Interim answers, and the final one behind them."""

    def write(connection: socket.socket) -> bool:
        connection.sendall(interim)
        return final(connection)

    return write


def _sent(server: UnrulyServer, *cases: Case, response_time: float = 5.0) -> list[Exchange]:
    target = Target(server.base_url, Secrets(KEY), Limits(response_time=response_time), RequestBudget())
    try:
        return [target.send(case) for case in cases]
    finally:
        target.close()


@pytest.mark.parametrize(
    "interim",
    [HINTS, PROCESSING, CONTINUE, UNHEARD_OF, HINTS * 3, CONTINUE + PROCESSING + HINTS, PROCESSING + CONTINUE + HINTS],
    ids=["103", "102", "100", "199", "three times", "100, 102, 103", "102, 100, 103"],
)
def test_the_final_response_follows_interim_ones(interim: bytes) -> None:
    with UnrulyServer("", lambda _: _after(interim, answer(201, b"made", [("X-Final", "yes")]))) as server:
        first, second = _sent(server, Case(b"{}"), GET)
        for exchange in (first, second):
            assert exchange.failure is None
            assert exchange.response is not None
            assert (exchange.status, exchange.response.body) == (201, b"made")
            assert exchange.response.header("X-Final") == "yes"
            assert exchange.response.header("Link") is None
        assert [seen.connection for seen in server.requests] == [1, 1], "the connection goes on"


def test_a_response_without_a_body_after_an_interim_one_leaves_no_bytes() -> None:
    with UnrulyServer("", lambda seen: _after(HINTS, answer(204 if seen.number == 1 else 200, b""))) as server:
        assert [exchange.status for exchange in _sent(server, GET, GET)] == [204, 200]


@pytest.mark.parametrize("interim", [HINTS, PROCESSING])
def test_interim_answers_without_a_final_one_are_no_answer(interim: bytes) -> None:
    with UnrulyServer("", lambda _: raw(interim)) as server:
        (exchange,) = _sent(server, GET)
        assert exchange.response is None
        assert exchange.failure is not None
        assert exchange.failure.kind in {"closed", "incomplete", "invalid"}


@pytest.mark.end_to_end
@pytest.mark.parametrize("pause", [0.0, 0.05])
def test_interim_answers_without_end_are_cut_off_in_time(pause: float) -> None:
    with UnrulyServer("", lambda _: endless(HINTS, PROCESSING, pause)) as server:
        (exchange,) = _sent(server, GET, response_time=0.5)
        assert exchange.failure is not None
        assert exchange.failure.kind == "timeout"
        assert exchange.elapsed < 5


def test_a_switch_of_protocols_is_not_waited_for() -> None:
    # Nobody asked for it: what comes behind is another protocol, or nothing.
    switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    with UnrulyServer("", lambda _: raw(switching)) as server:
        (exchange,) = _sent(server, GET)
        assert exchange.status == 101


def test_a_run_against_a_service_that_hints_early_finds_nothing(tmp_path: Path) -> None:
    with MockProcess.start(key=KEY, variant="early_hints") as mock:
        run = priority_run(mock.base_url, tmp_path)
        assert (run.status, run.findings) == (ExitStatus.KEPT, set()), run.sentence
        assert run.summary.cleanup is not None
        assert run.summary.cleanup.kept_count == 0


def test_some_requests_get_interim_answers(tmp_path: Path) -> None:
    with MockProcess.start(key=KEY) as mock, UnrulyServer(mock.base_url) as server:

        def behave(seen: Seen) -> Writes | None:
            if seen.number % 3:
                return None
            status, headers, body = server.forward(seen)
            kept = [(name, value) for name, value in headers if name.lower() not in {"content-length", "connection"}]
            return _after(CONTINUE + HINTS, answer(status, body, kept))

        server.behave = behave
        run = priority_run(server.base_url, tmp_path)
        assert (run.status, run.findings) == (ExitStatus.KEPT, set()), run.sentence


# -- heads ----------------------------------------------------------------------------------------------------


def _exchanged(body: bytes, coding: str) -> Exchange:
    headers = [("Content-Type", "application/json"), ("Content-Encoding", coding)]
    with UnrulyServer("", lambda _: answer(201, body, headers)) as server:
        return _sent(server, GET)[0]


def test_a_gzip_body_may_have_several_members() -> None:
    received = _exchanged(gzip.compress(b'{"id":') + gzip.compress(b'"a"}'), "gzip").response
    assert received is not None
    assert received.body == b'{"id":"a"}'


def test_a_gzip_body_without_the_end_of_its_last_member_is_incomplete() -> None:
    cut = gzip.compress(b'{"id":"a"}') + gzip.compress(b"   ")[:12]
    assert _exchanged(cut, "gzip").failure is not None


_ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
BROKEN_ERRORS: dict[str, Callable[[], Writes]] = {
    "cut": lambda: raw(_ERROR + b"Content-Length: 900\r\n\r\n{}"),
    "two lengths": lambda: raw(_ERROR + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}"),
    "an unknown coding": lambda: raw(_ERROR + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}"),
    "too large": lambda: endless(_ERROR + b"Content-Length: 9999999999\r\n\r\n", b"x" * 65_536),
    "silent behind its head": lambda: endless(_ERROR + b"Content-Length: 5\r\n\r\n", b"", 0.2),
    "silent within its head": lambda: endless(_ERROR, b"", 0.2),
    "thousands of headers": lambda: raw(_ERROR + b"X-A: a\r\n" * 5_000 + b"\r\n"),
    "a chunk of negative length": lambda: raw(_ERROR + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n"),
}


@pytest.mark.parametrize("name", BROKEN_ERRORS)
def test_a_server_error_counts_even_if_its_body_is_incomplete(name: str) -> None:
    with UnrulyServer("", lambda _: BROKEN_ERRORS[name]()) as server:
        exchange = _sent(server, Case(b"{}"), response_time=0.5)[0]
        assert (exchange.failure, exchange.status) == (None, 500)
        assert exchange.response is not None
        assert exchange.response.cut


@pytest.mark.parametrize("name", ["cut", "silent behind its head"])
def test_one_server_error_is_a_finding_even_if_its_body_is_incomplete(tmp_path: Path, name: str) -> None:
    with MockProcess.start(key=KEY) as mock, UnrulyServer(mock.base_url) as server:
        server.behave = lambda seen: BROKEN_ERRORS[name]() if seen.creates and len(server.creations) == 9 else None
        run = priority_run(server.base_url, tmp_path, cases=20, response_time=0.5)
    assert run.status is ExitStatus.BROKEN, run.sentence
    assert {finding.partition(":")[0] for finding in run.findings} == {"service.no_5xx"}


def test_an_error_of_the_server_to_a_control_request_is_a_finding(tmp_path: Path) -> None:
    # The suite sends the simplest request by itself after a valid request gets 409.
    answers = {5: answer(409, b"{}", [("Content-Type", "application/json")]), 6: BROKEN_ERRORS["cut"]()}
    with MockProcess.start(key=KEY) as mock, UnrulyServer(mock.base_url) as server:
        server.behave = lambda seen: answers.get(len(server.creations)) if seen.creates else None
        run = priority_run(server.base_url, tmp_path, cases=12, connections=1)
    assert run.status is ExitStatus.BROKEN, run.sentence
    assert any(finding.startswith("service.no_5xx:500") for finding in run.findings)


@pytest.mark.end_to_end
def test_a_service_that_never_ends_its_errors_is_not_waited_for_all_the_time(tmp_path: Path) -> None:
    with MockProcess.start(key=KEY) as mock, UnrulyServer(mock.base_url) as server:
        hangs = BROKEN_ERRORS["silent behind its head"]
        server.behave = lambda seen: hangs() if seen.creates and b"metadata" in seen.body else None
        run = priority_run(server.base_url, tmp_path, cases=100, response_time=0.1, connections=8)
    assert run.status is ExitStatus.BROKEN, run.sentence
    assert "got no response in time" in run.sentence


def test_a_chunk_of_negative_length_is_not_read_for_ever() -> None:
    head = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"
    with UnrulyServer("", lambda _: endless(head, b"x" * 65_536)) as server:
        exchange = _sent(server, Case(b"{}"))[0]
        assert exchange.failure is not None
        assert exchange.elapsed < 4


@pytest.mark.parametrize(
    ("variable", "value"), [("REQUESTS_CA_BUNDLE", "/nonexistent/ca.pem"), ("HTTPS_PROXY", "ftp://127.0.0.1:9")]
)
def test_a_failure_before_the_request_is_not_the_services_fault(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    target = Target("https://127.0.0.1:9/api", Secrets(KEY), Limits(), RequestBudget())
    failure = target.send(GET).failure
    assert failure is not None
    assert failure.kind in UNREACHED


@pytest.mark.parametrize("url", ["http://a..b/api", "http://127.0.0.1:99999/api"])
def test_a_host_that_is_none_is_not_reached(url: str) -> None:
    failure = Target(url, Secrets(KEY), Limits(), RequestBudget()).send(GET).failure
    assert failure is not None
    assert failure.kind in UNREACHED


def _failure(url: str) -> str:
    failure = Target(url, Secrets(KEY), Limits(response_time=0.3), RequestBudget()).send(GET).failure
    assert failure is not None
    return f"{failure.kind}: {failure.detail}"


def test_failures_are_described_without_objects_of_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CONNECT_TIMEOUT", 0.3)
    with UnrulyServer("", lambda _: hang()) as server:
        assert _failure(server.base_url) == "timeout: no complete response within the limit"
    with socket.socket() as full:  # its queue takes one connection, which nobody accepts
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = "{}:{}".format(*full.getsockname())
        with socket.create_connection(full.getsockname()):
            assert _failure(f"http://{address}").startswith("refused: Connection to 127.0.0.1 timed out")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    said = _failure("http://service.test/api")
    assert said.startswith("proxy: Unable to connect to proxy: Failed to establish a new connection")


@pytest.mark.end_to_end
def test_a_service_that_hangs_in_mid_run_is_told_in_plain_sentences(tmp_path: Path) -> None:
    with MockProcess.start(key=KEY) as mock, UnrulyServer(mock.base_url) as server:
        server.behave = lambda seen: hang() if seen.number > 15 else None
        run = priority_run(server.base_url, tmp_path, patience=1.0, response_time=0.3)
    assert run.status is ExitStatus.NO_VERDICT
    assert (
        "the service stopped answering during the run (no complete response within the limit), when it had"
        in run.sentence
    )
    assert "projects left: the service stopped answering (no complete response within the limit)" in run.notes
    assert "Pool(" not in run.notes


@pytest.mark.parametrize("breaks", [close, reset])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_only_a_connection_that_carried_an_answer_before_is_one_that_was_kept_too_long(
    breaks: Callable[[], Writes], place: int
) -> None:
    with UnrulyServer("", lambda seen: breaks() if seen.number == place else answer(201, b"made")) as server:
        *before, last = _sent(server, *[Case(b"{}")] * place)
        assert [exchange.status for exchange in before] == [201] * (place - 1)
        assert {exchange.connection for exchange in before} <= {last.connection}
        assert last.failure is not None
        assert (last.failure.kind == STALE) == (place > 1), last.failure


@pytest.mark.parametrize("text", ["Größe", "plain", "€"])
def test_a_body_in_chunks_is_sent_in_two_of_them(text: str) -> None:
    whole = json.dumps({"displayName": text}, ensure_ascii=False).encode()
    first, second = transport._in_chunks(whole)
    assert first + second == whole
    assert first
    assert second
    if not text.isascii():  # divided within a character
        with pytest.raises(UnicodeDecodeError):
            first.decode()
