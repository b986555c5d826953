"""A limit of concurrent requests that grows while a service responds well and shrinks if it does not."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class ConcurrencyLimit:
    """Limits the requests under way; thread-safe.

    Args:
        width: The limit at first; may be infinite.
        widest: The limit never grows beyond this.
        steady: The number of consecutive good responses after which the limit grows by one.
    """

    def __init__(self, width: float, widest: float, steady: int) -> None:
        self._room = threading.Condition()
        self._width = width
        self._widest = widest
        self._steady = steady
        self._good = 0
        self._under_way = 0

    @property
    def width(self) -> float:
        """The number of requests that may be under way."""
        return self._width

    @property
    def under_way(self) -> int:
        """The number of requests under way."""
        return self._under_way

    @contextmanager
    def one(self) -> Iterator[int]:
        """Wait for room, and occupy it in the block; yields the number of requests under way then."""
        with self._room:
            self._room.wait_for(lambda: self._under_way < self._width)
            self._under_way += 1
            under_way = self._under_way
        try:
            yield under_way
        finally:
            with self._room:
                self._under_way -= 1
                self._room.notify()

    def grow(self) -> None:
        """Count a good response."""
        with self._room:
            self._good += 1
            if self._good >= self._steady and self._width < self._widest:
                self._width, self._good = self._width + 1, 0
                self._room.notify()

    def shrink(self, width: float, widest: float | None = None) -> None:
        """Lower the limit, and with ``widest`` what it may grow to."""
        with self._room:
            self._width, self._good = width, 0
            if widest is not None:
                self._widest = min(self._widest, widest)
