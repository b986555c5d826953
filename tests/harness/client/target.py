"""A service under test: an origin, a key, connections, a budget; sends cases and hands back exchanges."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from contracts.exchange import STALE, Case, Exchange
from tests.harness.client.transport import Connection
from tests.harness.client.watchdog import Watchdog

if TYPE_CHECKING:
    from contracts.checks.context import Limits
    from contracts.secrets import Secrets
    from tests.harness.client.budget import RequestBudget

#: Kept-alive connections that end on their own before no connection is used twice any more.
_STALE_ENOUGH: Final = 3
#: Characters of a failure's detail that are kept.
_DETAIL: Final = 200


class NoVerdict(Exception):  # not an error: the run cannot say anything about the contract
    """The run can say nothing (more) about the contract; the message is one sentence for a person."""


class Target:
    """Sends requests to one service; safe to use from several threads, each with a connection of its own."""

    def __init__(
        self,
        base_url: str,
        secrets: Secrets,
        limits: Limits,
        request_budget: RequestBudget,
        worker: str = "main",
        *,
        client_cert: str | tuple[str, str] | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.secrets = secrets
        self.limits = limits
        self.request_budget = request_budget
        self.worker = worker
        self._client_cert = client_cert
        self._watchdog = Watchdog()
        self._numbers = itertools.count(1)
        self._connections: list[Connection] = []
        self._own = threading.local()
        self._lock = threading.Lock()
        self._stale = 0

    @property
    def host(self) -> str:
        """The host and port, for people."""
        return urlsplit(self.base_url).netloc

    def at(self, base_url: str) -> Target:
        """Another base URL of the same service, with connections of its own and the same budget."""
        return Target(
            base_url, self.secrets, self.limits, self.request_budget, self.worker, client_cert=self._client_cert
        )

    def next_number(self) -> int:
        """The number of the next exchange of this worker."""
        return next(self._numbers)

    def send(self, case: Case, *, number: int | None = None, repeat: int = 0) -> Exchange:
        """Send ``case`` once; the budget must have been asked before. Never raises for what comes back.

        The response is unchanged: it may hold the key, and whoever keeps it must redact it.
        """
        number = number or self.next_number()
        headers = tuple((name, self.secrets.resolve(value)) for name, value in case.sent_headers)
        try:
            reply = self._connection().send(case.method, self.base_url + case.path, headers, case.body)
        except Exception as problem:  # noqa: BLE001  # raised again
            # A mistake of the suite: its words and its frames may hold the key.
            text = self.secrets.redact_text(f"{type(problem).__name__}: {problem}")
            raise RuntimeError(f"a request could not be sent: {text}") from None
        failure = reply.failure
        if failure is not None and failure.kind == STALE:
            self._lost_one()
        if failure is not None:
            failure = replace(failure, detail=self.secrets.redact_text(failure.detail)[:_DETAIL])
        return Exchange(
            case=case,
            response=reply.response,
            failure=failure,
            started=reply.started,
            elapsed=reply.elapsed,
            worker=self.worker,
            number=number,
            repeat=repeat,
            connection=reply.connection,
        )

    def _lost_one(self) -> None:
        """Kept-alive connections end again and again: only fresh ones can tell whether the service drops requests."""
        with self._lock:
            self._stale += 1
            if self._stale >= _STALE_ENOUGH:
                for connection in self._connections:
                    connection.keeps_alive = False

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = Connection(
                self.base_url, self.limits, self._watchdog, self._client_cert
            )
            with self._lock:
                connection.keeps_alive = self._stale < _STALE_ENOUGH
                self._connections.append(connection)
        return connection

    def close_connections(self) -> None:
        """Close every connection, while nobody sends; the next request opens another one."""
        with self._lock:
            for connection in self._connections:
                connection.close()

    def close(self) -> None:
        """Close every connection for good."""
        self.close_connections()
        self._watchdog.stop()
