"""Learns how many connections at once a service accepts, where it ends further ones instead of letting them wait."""

from __future__ import annotations

import select
import socket
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from contracts.exchange import Exchange
    from tests.harness.client.in_flight import InFlight
    from tests.harness.client.target import Target

#: The failures of a request whose connection was ended before a response, or not established.
_ENDED: Final = frozenset({"closed", "reset", "refused"})
#: The failure of a request for which this process could not open a connection.
_FILES: Final = "files"
#: Seconds for the responses to the other requests before connections are counted.
_QUIET: Final = 0.4
#: Seconds until the service has noticed that connections were closed; after which a connection that nothing was sent on
#: counts as accepted; and until one must be established.
_CLOSED, _ACCEPTED, _ESTABLISHED = 0.2, 0.3, 3.0
#: The minimum and maximum number of connections that are opened to count the accepted ones.
_FEWEST, _MOST = 8, 40
#: How often connections are counted in a run: without a limit, and with one, which other clients use too.
_WITHOUT, _WITH = 2, 20


class ConnectionLimit:
    """The number of connections that a service accepts; thread-safe.

    A connection that is ended before a response may be one too many, or a failure at its request. Connections on which
    nothing is sent show which it is: a service with a limit ends some of them too.

    Args:
        target: The service.
        in_flight: Limits the requests under way, each of which needs a connection.
    """

    def __init__(self, target: Target, in_flight: InFlight) -> None:
        self._target = target
        self._in_flight = in_flight
        self._lock = threading.Lock()
        self._counted = 0
        #: The time when the limit was last determined; requests that began before it may have exceeded it.
        self._learned = 0.0

    @property
    def is_known(self) -> bool:
        """Whether there is a limit."""
        return self._learned > 0

    def explains(self, exchange: Exchange) -> bool:
        """Whether a request had no response because its connection was one too many: it may be repeated now.

        Too many for the service, or for this process, which may open a few files only. Sends nothing, but opens
        connections.
        """
        kind = exchange.failure.kind if exchange.failure else ""
        if kind not in _ENDED and kind != _FILES:
            return False
        with self._lock:
            if exchange.started <= self._learned:
                return True
            others = self._target.keep_alive.open_connections
            if kind == _FILES:
                return others > 0 and self._learn(others)
            if self._counted >= (_WITH if self.is_known else _WITHOUT) or not (others or self.is_known):
                return False
            self._counted += 1
            opened = min(max(_FEWEST, others + 2), _MOST)
            with self._target.request_budget.alone(_QUIET):
                self._target.keep_alive.close_idle()
                time.sleep(_CLOSED)
                accepted = _accepted(self._target.base_url, opened)
            if accepted is None or accepted >= opened:
                return False
            return self._learn(accepted)

    def _learn(self, accepted: int) -> bool:
        """Limit the requests under way; some connections remain for the cleanup and for other workers."""
        self._in_flight.limit(max(1, accepted // 2), max(1, accepted - 1))
        self._target.keep_alive.close_idle()
        self._learned = time.time()
        return True


def _accepted(base_url: str, number: int) -> int | None:
    """How many of some connections the service accepts; None unless it is the first of them, at least one."""
    parts = urlsplit(base_url)
    address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    with ExitStack() as opened:
        connections: list[socket.socket | None] = []
        for _ in range(number):
            try:
                connections.append(opened.enter_context(socket.create_connection(address, _ESTABLISHED)))
            except ConnectionError:
                connections.append(None)
            except OSError:  # too many open files, or no route without a proxy
                return None
        time.sleep(_ACCEPTED)
        # Nothing was sent: a connection that can be read was ended.
        ended = select.select([connection for connection in connections if connection], [], [], 0)[0]
        accepted = [connection is not None and connection not in ended for connection in connections]
    # A service that restarts ends the first ones, and may accept the others.
    return sum(accepted) if accepted[0] and accepted == sorted(accepted, reverse=True) else None
