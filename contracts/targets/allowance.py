"""How many requests a run may send, and how fast: one account for all its threads and workers."""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LAYOUT: Final = struct.Struct("<qdd")


class BudgetSpent(Exception):  # it is an ordinary end of a run, not an error
    """No request is left in the budget of the run."""


class OutOfTime(Exception):  # the same
    """The time of the run is over."""


@dataclass(slots=True)
class _Account:
    used: int = 0
    next_slot: float = 0.0
    paused_until: float = 0.0


class Allowance:
    """The account of a run.

    ``budget`` bounds the requests of every kind, cleanup included (None: no bound); ``rate`` bounds the
    requests a second (None: no bound); ``deadline`` is the ``time.time()`` after which nothing more is
    sent. With ``path`` the account is kept in a file that the workers share, else in memory.
    """

    def __init__(
        self,
        budget: int | None = None,
        rate: float | None = None,
        *,
        path: Path | None = None,
        deadline: float | None = None,
    ) -> None:
        self.budget = budget
        self.rate = rate
        self.deadline = deadline
        self._lock = threading.Lock()
        self._memory = _Account()
        self._file: int | None = None
        if path is not None:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def take(self, requests: int = 1) -> None:
        """Take requests out of the budget and wait for the pace; raises BudgetSpent or OutOfTime."""
        if self.deadline is not None and time.time() >= self.deadline:
            raise OutOfTime(
                f"the time of the run was over at {time.strftime('%H:%M:%S', time.localtime(self.deadline))}"
            )
        now = time.time()
        with self._account() as account:
            if self.budget is not None and account.used + requests > self.budget:
                raise BudgetSpent(f"the budget of {self.budget} requests is spent")
            account.used += requests
            start = max(now, account.paused_until)
            if self.rate is not None:
                start = max(start, account.next_slot)
                account.next_slot = start + 1.0 / self.rate
        if start > now:
            time.sleep(start - now)

    def pace(self) -> None:
        """Wait for the pace alone: the request was taken before."""
        now = time.time()
        with self._account() as account:
            start = max(now, account.paused_until)
            if self.rate is not None:
                start = max(start, account.next_slot)
                account.next_slot = start + 1.0 / self.rate
        if start > now:
            time.sleep(start - now)

    def give_back(self, requests: int = 1) -> None:
        """Return requests that were taken and not sent."""
        with self._account() as account:
            account.used -= requests

    def pause(self, seconds: float) -> None:
        """Let nobody send for ``seconds`` from now."""
        with self._account() as account:
            account.paused_until = max(account.paused_until, time.time() + seconds)

    def used(self) -> int:
        """Requests taken so far by all threads and workers."""
        with self._account() as account:
            return account.used

    def left(self) -> int | None:
        """Requests that may still be sent, None where there is no budget."""
        return None if self.budget is None else self.budget - self.used()

    def close(self) -> None:
        """Close the shared file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def _account(self) -> Iterator[_Account]:
        with self._lock:
            if self._file is None:
                yield self._memory
                return
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                raw = os.pread(self._file, _LAYOUT.size, 0)
                account = _Account(*_LAYOUT.unpack(raw)) if len(raw) == _LAYOUT.size else _Account()
                yield account
                os.pwrite(self._file, _LAYOUT.pack(account.used, account.next_slot, account.paused_until), 0)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)
