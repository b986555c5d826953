"""Requests at which the service goes down: what they have in common is not sent again."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from contracts.request_kinds import ANYWHERE, kinds_of_field, kinds_of_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts.exchange import Case, Exchange
    from contracts.expectation import Expectation
    from contracts.judgement import Judgement

#: Answered requests that are kept until it is known whether any request is fatal.
_REMEMBERED: Final = 500
#: Characters of a header's value that a kind shows.
_SHOWN: Final = 80


class FatalRequests:
    """Learns from the requests that the service did not survive, and from those that it answered.

    Safe to use from several threads. One that has everything that these have in common and no answered request has is
    taken for fatal too; what lacks some of it is sent, so that the suspicion narrows.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._suspects: set[str] | None = None
        self._times = 0
        self._answered: deque[tuple[Case, Expectation]] = deque(maxlen=_REMEMBERED)

    @property
    def times(self) -> int:
        """At how many requests the service went down."""
        return self._times

    @property
    def are_known(self) -> bool:
        """Whether the service was seen to go down at any request."""
        return self._suspects is not None

    def add(self, case: Case, expected: Expectation) -> None:
        """Note a request at which the service went down twice."""
        with self._lock:
            self._times += 1
            first = self._suspects is None
            kinds = set(_kinds(case, expected))
            self._suspects = kinds if self._suspects is None else self._suspects & kinds
            for answered in self._answered if first else ():
                self._suspects.difference_update(_kinds(*answered))
            self._answered.clear()

    def note_answered(self, case: Case, expected: Expectation) -> None:
        """Note a request that was answered."""
        with self._lock:
            if self._suspects is None:
                self._answered.append((case, expected))
            else:
                self._suspects.difference_update(_kinds(case, expected))

    def suspicion(self, case: Case, expected: Expectation) -> str:
        """What a request has that the service goes down at; empty where it may be sent."""
        with self._lock:
            if not self._suspects or not self._suspects.issubset(_kinds(case, expected)):
                return ""
            # What is not about one field says most.
            return min(self._suspects, key=lambda kind: (not kind.startswith(ANYWHERE), kind)).removeprefix(ANYWHERE)


class Outage:
    """Requests that broke off together, entered while any of them is looked into.

    Where one of them proves to be fatal the others broke off because of it, and show nothing.
    """

    def __init__(self, fatal: FatalRequests, record: Callable[[Exchange, Judgement | None], None]) -> None:
        self._fatal = fatal
        self._record = record
        self._lock = threading.Lock()
        self._looked_into = 0
        self._before = 0
        self._broken: list[tuple[Exchange, Judgement]] = []

    def __enter__(self) -> None:
        """Begin to look into a request."""
        with self._lock:
            if not self._looked_into:
                self._before = self._fatal.times
            self._looked_into += 1

    def broke(self, exchange: Exchange, judgement: Judgement) -> None:
        """Note a request that broke off and passed when it was sent again."""
        with self._lock:
            self._broken.append((exchange, judgement))

    def __exit__(self, *_: object) -> None:
        """End it; after the last one, what broke off is recorded."""
        with self._lock:
            self._looked_into -= 1
            broken = [] if self._looked_into else self._broken
            self._broken = self._broken if self._looked_into else []
            is_explained = self._fatal.times > self._before
        for exchange, judgement in broken:
            self._record(exchange, None if is_explained else judgement)


def _kinds(case: Case, expected: Expectation) -> Iterator[str]:
    yield from kinds_of_request(expected.body, len(case.body or b""))
    if isinstance(expected.body, dict):
        for name, value in expected.body.items():
            yield from kinds_of_field(name, value)
    yield from (f"the header {name.lower()}: {value[:_SHOWN]}" for name, value in case.headers)
