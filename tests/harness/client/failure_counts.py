"""Requests that broke off, counted: how often, on how many occasions, and when that is enough to know."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from contracts.exchange import Exchange

#: Requests without a response in time, and without a whole one, after which the rest of a run is left out.
_HANGS, _BROKEN = 10, 100
#: Seconds within which connections that broke together broke for one reason.
_TOGETHER: Final = 0.25


class FailureCounts:
    """The account of one session; a kind is that of the failure, or ``slow``. Safe to use from several threads.

    ``confirmed`` counts the requests of a kind that broke off again.
    """

    def __init__(self) -> None:
        self.confirmed: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._occasions: Counter[str] = Counter()
        self._last = 0.0

    def confirm(self, kind: str) -> None:
        """Note that a request that broke off did so again."""
        with self._lock:
            self.confirmed[kind] += 1

    def count(self, kind: str, exchange: Exchange) -> tuple[int, str]:
        """On how many occasions requests of this kind have broken off, and why no more need be sent, or nothing.

        Those that broke off together count as one occasion.
        """
        broke = exchange.started + exchange.elapsed
        with self._lock:
            if not (exchange.started <= self._last and abs(broke - self._last) <= _TOGETHER):
                self._occasions[kind] += 1
            self._last = max(broke, self._last)
            self._counts[kind] += 1
            return self._occasions[kind], self._enough(kind)

    def _enough(self, kind: str) -> str:
        """Waiting is dear: where requests break off again and again while the service is well, the rest is left out."""
        hangs, broken = self._counts["timeout"], self._counts.total() - self._counts["slow"]
        # Until it is known that they did not all break off for one reason, each is looked into.
        if self._occasions[kind] < 2 and not self.confirmed[kind]:
            return ""
        if hangs > _HANGS:
            return f"{_HANGS} requests got no answer in time; the rest of the run was left out"
        return f"{_BROKEN} requests got no whole answer; the rest of the run was left out" if broken > _BROKEN else ""
