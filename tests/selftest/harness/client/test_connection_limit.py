"""How many connections a service accepts, where it ends further ones."""

from __future__ import annotations

import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from contracts.checks.context import Limits
from contracts.exchange import Case, Exchange, Failure
from contracts.secrets import Secrets
from tests.harness.client import transport
from tests.harness.client.budget import RequestBudget
from tests.harness.client.connection_limit import ConnectionLimit
from tests.harness.client.in_flight import InFlight
from tests.harness.client.target import Target
from tests.selftest.live_runs import KEY, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

_ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"


class _Service:
    """Accepts some connections at once and ends others; answers each request on them."""

    def __init__(self, most: int, *, resets: bool = True) -> None:
        self._most, self._resets = most, resets
        self._open = self._refused = 0
        self.accepted = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            with self._lock:
                self._open += 1
                is_too_many = self._open > self._most or self._refused > 0
                self._refused = max(0, self._refused - 1)
            threading.Thread(
                target=self._refuse if is_too_many else self._serve, args=(connection,), daemon=True
            ).start()

    def _refuse(self, connection: socket.socket) -> None:
        if self._resets:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._end(connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            while connection.recv(65_536):
                time.sleep(0.02)
                connection.sendall(_ANSWER)
        except OSError:
            pass
        self._end(connection)

    def _end(self, connection: socket.socket) -> None:
        connection.close()
        with self._lock:
            self._open -= 1

    @property
    def open(self) -> int:
        """The connections that it counts, closed ones that it has not noticed among them."""
        with self._lock:
            return self._open

    def refuse_next(self, number: int) -> None:
        """Refuse some connections, and accept later ones again."""
        self._refused = number

    def close(self) -> None:
        self._listener.close()


@contextmanager
def _limit(service: _Service) -> Iterator[tuple[ConnectionLimit, InFlight, Target]]:
    target = Target(f"http://127.0.0.1:{service.port}", Secrets(KEY), Limits(), RequestBudget())
    in_flight = InFlight()
    try:
        yield ConnectionLimit(target, in_flight), in_flight, target
    finally:
        target.close()
        service.close()


def _ended(kind: str = "reset") -> Exchange:
    return Exchange(Case(b"{}"), None, Failure(kind, ""), time.time(), 0.01)


def _send(target: Target, number: int) -> list[Exchange]:
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(lambda _: target.send(Case(b"{}")), range(number)))


@pytest.mark.parametrize("resets", [True, False])
@pytest.mark.parametrize("most", [1, 2, 6])
def test_a_limit_is_learned_from_connections_on_which_nothing_is_sent(
    most: int, monkeypatch: pytest.MonkeyPatch, *, resets: bool
) -> None:
    monkeypatch.setattr(transport, "IDLE", 60.0)  # no connection is opened again on a busy machine
    service = _Service(most, resets=resets)
    with _limit(service) as (limit, in_flight, target):
        exchange = next(sent for sent in _send(target, 12) if sent.failure is not None)
        # On a busy machine the service may notice late that connections were closed.
        assert any(limit.explains(exchange) for _ in range(2))
        assert limit.is_known
        assert in_flight.most == max(1, most // 2)
        target.close_connections()
        wait_until(lambda: service.open == 0)  # it notices late that connections were closed
        with ThreadPoolExecutor(12) as pool:
            sends = [pool.submit(in_flight.send, lambda: target.send(Case(b"{}"))) for _ in range(40)]
        assert {send.result().status for send in sends} == {201}


def test_requests_that_began_before_the_limit_was_known_are_explained_by_it() -> None:
    service = _Service(4)
    with _limit(service) as (limit, _, target):
        failed = [sent for sent in _send(target, 12) if sent.failure is not None]
        assert all(map(limit.explains, failed))
        assert service.accepted < 12 + 20, "connections are counted once"


def test_a_service_that_ends_connections_at_requests_has_no_limit() -> None:
    service = _Service(1_000)
    with _limit(service) as (limit, in_flight, target):
        assert target.send(Case(b"{}")).status == 201
        assert not any(limit.explains(_ended()) for _ in range(10))
        assert service.accepted < 1 + 20, "connections are counted twice at most"
        assert in_flight.most == float("inf")


def test_a_connection_that_is_alone_is_not_one_too_many() -> None:
    service = _Service(1_000)
    with _limit(service) as (limit, _, _target):
        assert not limit.explains(_ended())
        assert service.accepted == 0


def test_other_failures_have_other_reasons() -> None:
    service = _Service(2)
    with _limit(service) as (limit, _, target):
        assert target.send(Case(b"{}")).status == 201
        assert not limit.explains(_ended("timeout"))
        assert not limit.explains(_ended("incomplete"))
        assert not limit.is_known


def test_a_service_that_restarts_has_no_limit() -> None:
    service = _Service(1_000)
    with _limit(service) as (limit, in_flight, target):
        assert target.send(Case(b"{}")).status == 201
        service.refuse_next(5)
        assert not limit.explains(_ended())
        assert in_flight.most == float("inf")


def test_too_few_open_files_limit_the_connections_too() -> None:
    service = _Service(1_000)
    with _limit(service) as (limit, in_flight, target):
        _send(target, 6)
        assert limit.explains(_ended("files"))
        assert in_flight.most <= 3
        assert target.keep_alive.open_connections == 0
        assert not limit.explains(_ended("files")), "none can be closed"
