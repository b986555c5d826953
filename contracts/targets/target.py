"""A service under test: an origin, a key, connections, a budget; sends cases and hands back exchanges."""

from __future__ import annotations

import itertools
import threading
from typing import Final
from urllib.parse import urlsplit

from contracts.checks.context import Limits
from contracts.exchange import Case, Exchange
from contracts.secrets import Secrets
from contracts.targets.allowance import Allowance
from contracts.targets.transport import Line, Watchdog

AGENT: Final = "create-project-contract-suite/1"
_ALWAYS: Final = {"User-Agent": AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}
#: Failures of a reused connection that the other side may have closed at its leisure.
_STALE: Final = frozenset({"closed", "reset"})
#: Seconds without a request after which it may do so.
_IDLE: Final = 1.0


class NoVerdict(Exception):  # noqa: N818  # it is an answer: nothing can be said about the contract
    """The run can say nothing (more) about the contract; the message is one sentence for a person."""


class Target:
    """Sends requests to one service; safe to use from several threads, each with a connection of its own."""

    def __init__(
        self, base_url: str, secrets: Secrets, limits: Limits, allowance: Allowance, worker: str = "main"
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.secrets = secrets
        self.limits = limits
        self.allowance = allowance
        self.worker = worker
        self._watchdog = Watchdog()
        self._numbers = itertools.count(1)
        self._lines: list[Line] = []
        self._own = threading.local()
        self._lock = threading.Lock()

    @property
    def host(self) -> str:
        """The host and port, for people."""
        return urlsplit(self.base_url).netloc

    def next_number(self) -> int:
        """The number of the next exchange of this worker."""
        return next(self._numbers)

    def send(self, case: Case, *, number: int | None = None, repeat: int = 0) -> Exchange:
        """Send ``case`` once; the budget must have been asked before. Never raises for what comes back."""
        number = number or self.next_number()
        headers = {**_ALWAYS, **{name: self.secrets.resolve(value) for name, value in case.headers}}
        line = self._line()
        url = self.base_url + case.path
        reply = line.send(case.method, url, headers, case.body)
        if reply.failure is not None and reply.failure.kind in _STALE and reply.idle > _IDLE:
            reply = line.send(case.method, url, headers, case.body)
        return Exchange(
            case=case,
            response=reply.response,
            failure=reply.failure,
            started=reply.started,
            elapsed=reply.elapsed,
            worker=self.worker,
            number=number,
            repeat=repeat,
        )

    def _line(self) -> Line:
        line: Line | None = getattr(self._own, "line", None)
        if line is None:
            line = self._own.line = Line(self.base_url, self.limits, self._watchdog)
            with self._lock:
                self._lines.append(line)
        return line

    def close(self) -> None:
        """Close every connection."""
        for line in self._lines:
            line.close()
        self._watchdog.stop()
