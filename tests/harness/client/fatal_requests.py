"""Requests that bring the service down: requests with the same properties are not sent again."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from contracts.kinds.bodies import ANYWHERE, kinds_of_field, kinds_of_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts.exchange import Case, Exchange
    from contracts.expectation import Expectation
    from contracts.judgement import Judgement

#: The maximum number of answered requests that are kept until a request is known to be fatal.
_REMEMBERED: Final = 500
#: The maximum length of a header's value in a kind.
_SHOWN: Final = 80


class FatalRequests:
    """Learns from the requests that the service did not survive, and from those that it answered.

    Thread-safe. A request is suspected if it has everything that the fatal ones have in common and no answered request
    has. Others are sent, so that the suspicion becomes more specific.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._suspects: set[str] | None = None
        self._times = 0
        self._answered: deque[tuple[Case, Expectation]] = deque(maxlen=_REMEMBERED)

    @property
    def times(self) -> int:
        """The number of requests at which the service went down."""
        return self._times

    @property
    def are_known(self) -> bool:
        """Whether the service ever went down at a request."""
        return self._suspects is not None

    def add(self, case: Case, expected: Expectation) -> None:
        """Record a request at which the service went down twice."""
        with self._lock:
            self._times += 1
            first = self._suspects is None
            kinds = set(_kinds(case, expected))
            self._suspects = kinds if self._suspects is None else self._suspects & kinds
            for answered in self._answered if first else ():
                self._suspects.difference_update(_kinds(*answered))
            self._answered.clear()

    def note_answered(self, case: Case, expected: Expectation) -> None:
        """Record a request that was answered."""
        with self._lock:
            if self._suspects is None:
                self._answered.append((case, expected))
            else:
                self._suspects.difference_update(_kinds(case, expected))

    def suspicion(self, case: Case, expected: Expectation) -> str:
        """The property of a request that brings the service down; empty if it may be sent."""
        with self._lock:
            if not self._suspects or not self._suspects.issubset(_kinds(case, expected)):
                return ""
            # Properties that are not about one field are the most informative.
            return min(self._suspects, key=lambda kind: (not kind.startswith(ANYWHERE), kind)).removeprefix(ANYWHERE)


class Outage:
    """Requests that failed at the same time, and that are investigated.

    If one of them is fatal, the others failed because of it, and show nothing.
    """

    def __init__(self, fatal: FatalRequests, record: Callable[[Exchange, Judgement | None], None]) -> None:
        self._fatal = fatal
        self._record = record
        self._lock = threading.Lock()
        self._looked_into = 0
        self._before = 0
        self._broken: list[tuple[Exchange, Judgement]] = []

    def __enter__(self) -> None:
        """Begin to investigate a request."""
        with self._lock:
            if not self._looked_into:
                self._before = self._fatal.times
            self._looked_into += 1

    def broke(self, exchange: Exchange, judgement: Judgement) -> None:
        """Record a request that failed and passed when it was repeated."""
        with self._lock:
            self._broken.append((exchange, judgement))

    def __exit__(self, *_: object) -> None:
        """End it; after the last one, the failures are recorded."""
        with self._lock:
            self._looked_into -= 1
            broken = [] if self._looked_into else self._broken
            self._broken = self._broken if self._looked_into else []
            is_explained = self._fatal.times > self._before
        for exchange, judgement in broken:
            self._record(exchange, None if is_explained else judgement)


def _kinds(case: Case, expected: Expectation) -> Iterator[str]:
    yield from kinds_of_request(expected.body, case.body or b"")
    if isinstance(expected.body, dict):
        for name, value in expected.body.items():
            yield from kinds_of_field(name, value)
    yield from (f"the header {name.lower()}: {value[:_SHOWN]}" for name, value in case.headers)
