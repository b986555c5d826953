"""Many calls in a few threads, with the results in the order of the calls."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from tests.harness.client.budget import BudgetSpent, OutOfTime

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

#: Seconds of this process per request: one connection for each such period of the service's response time is useful.
_OWN: Final = 0.0006


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
        # Not with Future.result: an interrupt may leave its lock locked, and the thread would wait for it for ever.
        ended = SimpleQueue[None]()
        for _ in range(threads):
            pool.submit(self._go_on, ended)
        try:
            for _ in range(threads):
                ended.get()
        finally:
            self._stopped = True

    def _go_on(self, ended: SimpleQueue[None]) -> None:
        while not self._stopped and (place := next(self._places)) < len(self._asks):
            try:
                self.answers[place] = self._asks[place]()
            except Exception as problem:  # noqa: BLE001  # for whoever waits
                self.problems[place] = problem
                self._stopped = True
        ended.put(None)


class SendingThreads:
    """The threads of a session.

    Args:
        most: The number of threads that are used if a call does not ask for more.
        fits_pace: Whether fewer are used for a service with short response times.
        close_connections: Closes the connections of threads that have ended; a service may limit them.
    """

    def __init__(self, most: int, close_connections: Callable[[], None], *, fits_pace: bool = False) -> None:
        self._most = most
        self._fits_pace = fits_pace
        self._close_connections = close_connections
        #: The shortest response time of a creation so far, in seconds.
        self.fastest = 60.0
        self._pool: ThreadPoolExecutor | None = None
        self._pool_size = 0

    @property
    def useful(self) -> int:
        """The number of threads to use, depending on the response time of the service."""
        return min(self._most, 1 + int(self.fastest / _OWN)) if self._fits_pace else self._most

    def observe(self, elapsed: float) -> None:
        """Learn from the response time of a creation."""
        self.fastest = min(self.fastest, elapsed)

    def call(self, asks: Sequence[Callable[[], T]], threads: int | None = None) -> tuple[list[T], str]:
        """Call functions that send requests.

        Returns:
            The results in the order of the functions, and why some are missing: the end of the budget or the time.
        """
        width = min(threads or self.useful, len(asks))
        if width < 2:
            return _called_in_turn(asks)
        if self._pool is None or width > self._pool_size:  # tests of concurrency need more threads than usual
            self.end()
            self._pool_size = max(self._most, width)
            self._pool = ThreadPoolExecutor(self._pool_size, thread_name_prefix="connection")
        calls = ConcurrentCalls(asks)
        calls.run(self._pool, width)
        ended = ""
        for _, problem in sorted(calls.problems.items()):
            if not isinstance(problem, BudgetSpent | OutOfTime):
                raise problem
            ended = str(problem)
        return [calls.answers[place] for place in sorted(calls.answers)], ended

    def end(self) -> None:
        """Let calls in flight end; waiting ones are not made."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool, self._pool_size = None, 0
            self._close_connections()


def _called_in_turn(asks: Sequence[Callable[[], T]]) -> tuple[list[T], str]:
    answers, ended = [], ""
    for ask in asks:
        try:
            answers.append(ask())
        except (BudgetSpent, OutOfTime) as end:
            ended = str(end)
    return answers, ended
