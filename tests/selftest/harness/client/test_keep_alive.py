"""When connections are closed after each response."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from contracts.checks.context import Limits
from contracts.exchange import STALE, Case, Exchange, Failure, Response
from contracts.secrets import Secrets
from tests.harness.client.budget import RequestBudget
from tests.harness.client.keep_alive import KeepAlive
from tests.harness.client.target import Target
from tests.selftest.live_runs import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator


def _answered(connection: int, started: float, elapsed: float = 0.1) -> Exchange:
    return Exchange(Case(b"{}"), Response(201, (), b"{}"), None, started, elapsed, "main", 1, connection=connection)


def _failed(kind: str, started: float, elapsed: float = 6.0) -> Exchange:
    return Exchange(Case(b"{}"), None, Failure(kind, ""), started, elapsed, "main", 1, connection=99)


_SEVERAL_SERVED = [_answered(connection, 101.0 + connection) for connection in (1, 2, 3)]
_ONE_SERVED = [_answered(1, 101.0 + index) for index in range(4)]


@pytest.mark.parametrize(
    ("exchanges", "is_possible"),
    [
        ([_failed("timeout", 100)], False),
        ([*_ONE_SERVED, _failed("timeout", 100)], False),
        ([*_SEVERAL_SERVED, _failed("timeout", 100)], True),
        ([*_SEVERAL_SERVED, _failed("timeout", 100), _failed("timeout", 104)], False),
        ([*_SEVERAL_SERVED, _failed("timeout", 90), _failed("timeout", 100)], True),
        ([*_ONE_SERVED, _answered(2, 100, 5.5)], False),
        ([*_SEVERAL_SERVED, _answered(4, 100, 5.5)], True),
        ([*_ONE_SERVED, _answered(2, 100, 1.5)], True),
        ([_failed(STALE, 100, 0.1), _failed(STALE, 200, 0.1)], True),
        ([_failed(STALE, 100, 0.1), _failed(STALE, 200, 0.1), _failed(STALE, 300, 0.1)], False),
        ([_failed("reset", 100), _failed("reset", 101), _failed("reset", 102)], True),
    ],
)
def test_connections_are_kept_alive_unless_the_service_serves_one_at_a_time_or_closes_them(
    exchanges: list[Exchange], *, is_possible: bool
) -> None:
    keep_alive = KeepAlive()
    for exchange in exchanges:
        keep_alive.note(exchange)
    assert keep_alive.is_possible == is_possible


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _server_of_one_connection() -> Iterator[str]:
    """It waits for the next request on a connection, and for no other connection, until the client closes it."""
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_service_of_one_connection_is_tested_over_several() -> None:
    with _server_of_one_connection() as base_url:
        target = Target(base_url, Secrets(KEY), Limits(response_time=0.5), RequestBudget(None))
        others = [target.at(base_url) for _ in range(3)]
        try:
            assert target.send(Case(b"{}")).status == 201
            kept_waiting = others[0].send(Case(b"{}"))
            assert kept_waiting.failure is not None
            assert kept_waiting.failure.kind == "timeout"
            after = [one.send(Case(b"{}")).status for one in (*others, target, *others, target)]
        finally:
            for one in (target, *others):
                one.close()
    assert after == [201] * 8
