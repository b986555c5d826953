"""Limits the requests under way if a gateway fails under several, or the service limits them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from tests.harness.client.concurrency_limit import ConcurrencyLimit
from tests.harness.client.failure_classification import GATEWAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.exchange import Exchange

#: Consecutive responses of the service itself after which one more request may be under way.
_STEADY: Final = 50
_LIMITED: Final = 429


class InFlight:
    """Limits the requests under way; thread-safe.

    There is no limit until a gateway responds (502, 503, 504 and the like), or the service with 429 and no time to
    wait, while several requests are under way. Then it is half of them, and grows later, but to fewer than failed.
    """

    def __init__(self) -> None:
        self._limit = ConcurrencyLimit(float("inf"), float("inf"), _STEADY)
        self._lock = threading.Lock()
        #: The number of failures that lowered the limit: requests sent before the latest one show nothing new.
        self._failures = 0

    @property
    def most(self) -> float:
        """The number of requests that may be under way; infinite if there is no limit."""
        return self._limit.width

    def send(self, send: Callable[[], Exchange]) -> Exchange:
        """Call ``send`` once there is room, and learn from the response."""
        with self._limit.one() as under_way:
            failures = self._failures
            exchange = send()
            if exchange.status in GATEWAY or _limits_concurrency(exchange):
                self._failed(max(under_way, self._limit.under_way), failures)
            else:
                self._limit.grow()
        return exchange

    def limit(self, width: int, widest: int) -> None:
        """Lower the limit to ``width``; it grows to ``widest`` at most."""
        self._limit.shrink(min(width, self._limit.width), widest)

    def _failed(self, under_way: int, failures: int) -> None:
        with self._lock:
            if under_way > 1 and failures == self._failures:
                self._failures += 1
                self._limit.shrink(under_way // 2, under_way - 1)


def _limits_concurrency(exchange: Exchange) -> bool:
    """Whether a response may be due to concurrent requests: a limit of a rate usually says how long to wait."""
    return exchange.status == _LIMITED and exchange.response is not None and not exchange.response.header("Retry-After")
