"""Fewer requests at once where a gateway fails under several."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from contracts.exchange import Case, Exchange, Response
from tests.harness.client.in_flight import InFlight

if TYPE_CHECKING:
    from contracts.exchange import Headers


class _Narrow:
    """Takes so many requests at once, and answers 503, or another status, while there are more."""

    def __init__(self, most: int, status: int = 503, headers: Headers = ()) -> None:
        self._most, self._inside, self._lock = most, 0, threading.Lock()
        self._status, self._headers = status, headers
        self.refused = self.widest = 0

    def __call__(self) -> Exchange:
        with self._lock:
            self._inside += 1
            self.widest = max(self.widest, self._inside)
            status = self._status if self._inside > self._most else 201
            self.refused += status == self._status
        time.sleep(0.002)
        with self._lock:
            self._inside -= 1
        return Exchange(Case(b"{}"), Response(status, self._headers, b""))


def _send(in_flight: InFlight, service: _Narrow, requests: int) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: in_flight.send(service), range(requests)))


@pytest.mark.parametrize("status", [503, 429])
def test_a_service_that_fails_under_concurrent_requests_soon_gets_as_many_as_it_can_handle(status: int) -> None:
    in_flight, service = InFlight(), _Narrow(3, status)
    _send(in_flight, service, 40)
    service.refused = service.widest = 0
    _send(in_flight, service, 600)
    assert service.refused < 10
    assert 2 <= service.widest <= 4
    assert in_flight.most == 3


def test_a_service_that_takes_all_is_not_bounded() -> None:
    in_flight, service = InFlight(), _Narrow(8)
    _send(in_flight, service, 200)
    assert service.widest > 4
    assert in_flight.most == float("inf")


def test_a_limit_of_a_rate_that_says_how_long_to_wait_bounds_nothing() -> None:
    in_flight, service = InFlight(), _Narrow(3, 429, (("Retry-After", "1"),))
    _send(in_flight, service, 40)
    assert service.refused
    assert in_flight.most == float("inf")


def test_a_failure_of_a_request_that_is_alone_bounds_nothing() -> None:
    in_flight, service = InFlight(), _Narrow(0)
    for _ in range(5):
        in_flight.send(service)
    assert in_flight.most == float("inf")
