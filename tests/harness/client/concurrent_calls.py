"""Many calls in a few threads, with the results in the order of the calls."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")


class ConcurrentCalls(Generic[T]):
    """Calls that several threads share; ``answers`` and ``problems`` by the index of the call."""

    def __init__(self, asks: Sequence[Callable[[], T]]) -> None:
        self.answers: dict[int, T] = {}
        self.problems: dict[int, Exception] = {}
        self._asks = asks
        self._places = itertools.count()
        self._stopped = False

    def run(self, pool: ThreadPoolExecutor, threads: int) -> None:
        """Make the calls; returns when all are done, or when one has failed and those in flight are done."""
        running = [pool.submit(self._go_on) for _ in range(threads)]
        try:
            for future in running:
                future.result()
        finally:
            self._stopped = True

    def _go_on(self) -> None:
        while not self._stopped and (place := next(self._places)) < len(self._asks):
            try:
                self.answers[place] = self._asks[place]()
            except Exception as problem:  # noqa: BLE001  # for whoever waits
                self.problems[place] = problem
                self._stopped = True
