"""The request budget: how many requests a run may send, and how fast, for all threads and workers."""

from __future__ import annotations

import fcntl
import os
import random
import struct
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LAYOUT: Final = struct.Struct("<qqdd?")
#: The factor by which a run stays below its rate: requests may arrive later than they were sent.
_SLACK: Final = 1.02


class BudgetSpent(Exception):  # it is an ordinary end of a run, not an error
    """The budget of the run has no requests left."""


class OutOfTime(Exception):  # the same
    """The time of the run is over, or the run is ending."""


@dataclass(slots=True)
class _Usage:
    used: int = 0
    sent: int = 0
    next_slot: float = 0.0
    paused_until: float = 0.0
    ended: bool = False


class _Exempt(threading.local):
    """The time (monotonic seconds) until which all threads but this one pause."""

    until = 0.0


class RequestBudget:
    """The requests that a run may send.

    ``budget`` limits the requests of all kinds, including cleanup (None: no limit); ``rate`` limits the requests a
    second (None: no limit); after ``deadline`` (``time.time()``) nothing more is sent. With ``path`` the usage is in a
    file that the workers share, else in memory. ``parent`` is the process that cleans up after this one: without it
    nothing more is sent.
    """

    def __init__(
        self,
        budget: int | None = None,
        rate: float | None = None,
        *,
        path: Path | None = None,
        deadline: float | None = None,
        parent: int | None = None,
    ) -> None:
        self.budget = budget
        self.rate = rate
        self.deadline = deadline
        self._parent = parent
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._exempt = _Exempt()
        self._memory = _Usage()
        self._file: int | None = None
        if path is not None:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def take(self, requests: int = 1) -> None:
        """Take ``requests`` from the budget, one of which is sent now, and wait for the rate.

        Raises BudgetSpent, or OutOfTime.
        """
        self._reserve(requests)
        try:
            self._wait_for_slot(hurried=True)
        except OutOfTime:
            self.give_back(requests)
            raise

    def reserve(self, requests: int) -> None:
        """Take ``requests`` from the budget for :meth:`send_reserved`; raises BudgetSpent."""
        self._reserve(requests)

    def send_reserved(self) -> None:
        """Wait for the rate, for a reserved request. Also after the end of the run's time, to clean up."""
        self._wait_for_slot(hurried=False)

    def give_back(self, requests: int = 1) -> None:
        """Return requests that were taken and not sent."""
        with self._usage() as usage:
            usage.used -= requests

    def pause(self, seconds: float) -> None:
        """Pause all requests for ``seconds`` from now."""
        with self._usage() as usage:
            usage.paused_until = max(usage.paused_until, time.monotonic() + seconds)

    def paused(self) -> float:
        """The rest of the current pause in seconds."""
        with self._usage() as usage:
            return max(0.0, usage.paused_until - time.monotonic())

    @contextmanager
    def alone(self, seconds: float) -> Iterator[None]:
        """Let this thread send while all others pause, after ``seconds`` for responses to their requests.

        They pause for as long again. A longer pause, such as one that the service requested, also applies to this
        thread. If another worker calls this too, the order is random.
        """
        quiet = seconds * random.uniform(1.0, 2.0)  # noqa: S311  # so that two workers do not keep step
        self.pause(quiet + seconds)
        self._exempt.until = time.monotonic() + quiet + seconds
        self._ended.wait(quiet)
        try:
            yield
        finally:
            self._exempt.until = 0.0

    def end(self) -> None:
        """Refuse all further requests, in all workers; reserved ones may still be sent, without waiting."""
        self._ended.set()
        with self._usage() as usage:
            usage.ended, usage.paused_until = True, 0.0

    def used(self) -> int:
        """Requests taken so far by all threads and workers, sent or reserved."""
        with self._usage() as usage:
            return usage.used

    def sent(self) -> int:
        """Requests sent so far by all threads and workers."""
        with self._usage() as usage:
            return usage.sent

    def close(self) -> None:
        """Close the shared file; its last content can still be read."""
        with self._usage() as usage:
            self._memory = usage
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _reserve(self, requests: int) -> None:
        with self._usage() as usage:
            if self.budget is not None and usage.used + requests > self.budget:
                raise BudgetSpent(f"the budget of {self.budget} requests is spent")
            usage.used += requests

    def _wait_for_slot(self, *, hurried: bool) -> None:
        """Return when a request may be sent."""
        while True:
            with self._usage() as usage:
                # The monotonic clock of the machine, which all processes share.
                now = time.monotonic()
                if hurried:
                    self._check_time(usage)
                paused_until = usage.paused_until if usage.paused_until > self._exempt.until else 0.0
                start = max(paused_until, usage.next_slot)
                if now >= start:
                    usage.sent += 1
                    if self.rate is not None:
                        usage.next_slot = now + _SLACK / self.rate
                    return
            # In short steps, to notice the end of the run.
            if hurried:
                self._ended.wait(min(start - now, 0.5))
            else:
                time.sleep(min(start - now, 0.5))

    def _check_time(self, usage: _Usage) -> None:
        if usage.ended or self._ended.is_set():
            raise OutOfTime("the run is being ended")
        if self._parent is not None and os.getppid() != self._parent:
            raise OutOfTime("the process that began the run is gone")
        if self.deadline is not None and time.time() >= self.deadline:
            clock = time.strftime("%H:%M:%S", time.localtime(self.deadline))
            raise OutOfTime(f"the time of the run was over at {clock}")

    @contextmanager
    def _usage(self) -> Iterator[_Usage]:
        with self._lock:
            if self._file is None:
                yield self._memory
                return
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                raw = os.pread(self._file, _LAYOUT.size, 0)
                usage = _Usage(*_LAYOUT.unpack(raw)) if len(raw) == _LAYOUT.size else _Usage()
                yield usage
                record = (usage.used, usage.sent, usage.next_slot, usage.paused_until, usage.ended)
                os.pwrite(self._file, _LAYOUT.pack(*record), 0)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)
