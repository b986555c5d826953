"""Decides whether connections are kept alive, as far as the service has shown that it can."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol
from weakref import WeakSet

from contracts.exchange import STALE

if TYPE_CHECKING:
    from contracts.exchange import Exchange

#: What readers of a report should know about a run whose connections were not kept alive.
CLOSED_EACH_TIME: Final = (
    "connections were closed after each response: the service closed them itself, or served one at a time"
)
#: The number of kept-alive connections closed by the service after which no connection is reused.
_STALE_ENOUGH: Final = 3
#: The number of responses that are remembered.
_REMEMBERED: Final = 64
#: Seconds after which a response may have waited for another connection.
_LONG: Final = 2.0


class Closable(Protocol):
    """A connection, which may be kept alive."""

    @property
    def is_open(self) -> bool:
        """Whether it may be established."""

    def close_if_idle(self) -> None:
        """Close it unless a request is in flight, from any thread."""


class KeepAlive:
    """Whether the connections to a service may carry more than one request each; thread-safe.

    They may until the service closes several of them, since only new ones show whether it drops requests, or until it
    seems to serve one connection at a time: such a service waits for the next request on a connection that is kept
    alive, and all others get no response.
    """

    def __init__(self) -> None:
        self.is_possible = True
        self._lock = threading.Lock()
        self._connections: WeakSet[Closable] = WeakSet()
        self._stale = 0
        #: The connections of the latest responses, with the times; and when the last request without one was given up.
        self._responses: deque[tuple[int, float]] = deque(maxlen=_REMEMBERED)
        self._last_timeout = 0.0

    def add(self, connection: Closable) -> None:
        """Add a connection, which is closed when none may be kept alive any more."""
        with self._lock:
            self._connections.add(connection)

    @property
    def open_connections(self) -> int:
        """The number of connections of this process to the service, idle ones included."""
        with self._lock:
            return sum(connection.is_open for connection in self._connections)

    def close_idle(self) -> None:
        """Close the connections without a request in flight."""
        with self._lock:
            for connection in self._connections:
                connection.close_if_idle()

    def note(self, exchange: Exchange) -> None:
        """Learn from a response or its failure."""
        kind = exchange.failure.kind if exchange.failure else ""
        if kind == STALE:
            self._stale += 1
            if self._stale >= _STALE_ENOUGH:
                self._give_up()
        may_have_waited = kind == "timeout" or (not kind and exchange.elapsed > _LONG)
        if self.is_possible and may_have_waited and self._was_left_waiting(exchange):
            self._give_up()
        if not kind:
            self._responses.append((exchange.connection, exchange.started + exchange.elapsed))

    def _was_left_waiting(self, exchange: Exchange) -> bool:
        """Whether requests of at most one connection had a response meanwhile, or several had none in time."""
        served = {connection for connection, at in tuple(self._responses) if at > exchange.started}
        is_one_of_several = False
        if exchange.failure is not None:
            is_one_of_several = exchange.started < self._last_timeout
            self._last_timeout = exchange.started + exchange.elapsed
        return is_one_of_several or len(served) <= 1

    def _give_up(self) -> None:
        if self.is_possible:
            self.is_possible = False
            self.close_idle()
