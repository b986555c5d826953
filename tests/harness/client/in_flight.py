"""Limits the concurrent requests after a gateway has failed under load."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tests.harness.client.failure_classification import GATEWAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts.exchange import Exchange

#: Consecutive responses without a gateway error after which the limit is raised by one.
_STEADY: Final = 50


class InFlight:
    """Limits the requests in flight; thread-safe.

    There is no limit until a gateway error (502, 503, 504 and similar) while several requests are in flight. Then the
    limit is half of them; it grows again later, but stays below the number that failed.
    """

    def __init__(self) -> None:
        self._room = threading.Condition()
        self._under_way = 0
        self._most: float = float("inf")
        self._ceiling: float = float("inf")
        self._steady = 0
        #: The number of failures when the limit was set: requests sent before the last one do not count again.
        self._failures = 0

    @property
    def most(self) -> float:
        """The maximum number of requests in flight; infinite without a limit."""
        return self._most

    def send(self, send: Callable[[], Exchange]) -> Exchange:
        """Call ``send`` when the limit allows it, and take its response into account."""
        with self._one() as (others, failures):
            exchange = send()
            self._note(exchange, others, failures)
        return exchange

    @contextmanager
    def _one(self) -> Iterator[tuple[int, int]]:
        with self._room:
            self._room.wait_for(lambda: self._under_way < self._most)
            self._under_way += 1
            sent_with = self._under_way, self._failures
        try:
            yield sent_with
        finally:
            with self._room:
                self._under_way -= 1
                self._room.notify()

    def _note(self, exchange: Exchange, under_way: int, failures: int) -> None:
        with self._room:
            under_way = max(under_way, self._under_way)
            if exchange.status not in GATEWAY:
                self._steady += 1
                if self._steady >= _STEADY and self._most < self._ceiling:
                    self._most, self._steady = self._most + 1, 0
                    self._room.notify()
            elif under_way > 1 and failures == self._failures:
                self._failures += 1
                self._most, self._ceiling, self._steady = under_way // 2, min(self._ceiling, under_way - 1), 0
