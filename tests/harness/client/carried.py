"""What each connection carried last: a request may be answered wrongly for what came before it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from contracts.exchange import Case, Exchange

#: Connections of which it is known what they carried last.
_CONNECTIONS: Final = 64


class Carried:
    """The last request of each connection; safe to use from several threads."""

    def __init__(self) -> None:
        self._last: dict[int, Case] = {}
        self._lock = threading.Lock()

    def note(self, exchange: Exchange) -> Case | None:
        """Remember an exchange as the last of its connection; what that carried before, None if nothing is known."""
        with self._lock:
            before = self._last.pop(exchange.connection, None)
            self._last[exchange.connection] = exchange.case
            while len(self._last) > _CONNECTIONS:
                del self._last[next(iter(self._last))]
        return before
