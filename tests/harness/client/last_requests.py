"""The last request of each connection, on which a wrong response may depend."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from contracts.exchange import Case, Exchange

#: The maximum number of connections that are remembered.
_CONNECTIONS: Final = 64


class LastRequests:
    """The last request of each connection; thread-safe."""

    def __init__(self) -> None:
        self._last: dict[int, Case] = {}
        self._lock = threading.Lock()

    def note(self, exchange: Exchange) -> Case | None:
        """Store an exchange as the last of its connection; return the previous one, None if it is unknown."""
        with self._lock:
            before = self._last.pop(exchange.connection, None)
            self._last[exchange.connection] = exchange.case
            while len(self._last) > _CONNECTIONS:
                del self._last[next(iter(self._last))]
        return before
