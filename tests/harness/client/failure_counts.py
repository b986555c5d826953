"""Counts broken requests, and decides when there are enough to stop."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.exchange import Exchange

#: The number of timeouts, and of incomplete responses, after which the rest of a run is skipped.
_HANGS, _BROKEN = 10, 100
#: Connections that break within this many seconds have one cause, and requests without a response that were in flight
#: together: their clients may have had to repeat the connection attempt, after a second (RFC 6298, section 2).
_TOGETHER, _WAITING_TOGETHER = 0.25, 1.5


class FailureCounts:
    """The failure counts of one session, by kind of failure or ``slow``; thread-safe.

    ``confirmed`` counts the requests of a kind that failed again when repeated.
    """

    def __init__(self) -> None:
        self.confirmed: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._occasions: Counter[str] = Counter()
        #: When the first request of the latest incident failed.
        self._first = 0.0

    def confirm(self, kind: str) -> None:
        """Count a broken request that failed again when repeated."""
        with self._lock:
            self.confirmed[kind] += 1

    def count(self, kind: str, exchange: Exchange) -> tuple[int, str]:
        """The number of incidents of this kind, and the reason to stop sending, or nothing.

        Failures at the same time count as one incident.
        """
        broke = exchange.started + exchange.elapsed
        with self._lock:
            together = _WAITING_TOGETHER if kind == "timeout" else _TOGETHER
            if not (exchange.started <= self._first and abs(broke - self._first) <= together):
                self._occasions[kind] += 1
                self._first = broke
            self._counts[kind] += 1
            return self._occasions[kind], self._enough(kind)

    def _enough(self, kind: str) -> str:
        """Stop after repeated failures while the service is otherwise healthy."""
        hangs, broken = self._counts["timeout"], self._counts.total() - self._counts["slow"]
        # Until they are known to have several causes, each is investigated.
        if self._occasions[kind] < 2 and not self.confirmed[kind]:
            return ""
        if hangs > _HANGS:
            return f"{_HANGS} requests got no response in time; the rest of the run was skipped"
        return (
            f"{_BROKEN} requests got no complete response; the rest of the run was skipped" if broken > _BROKEN else ""
        )
