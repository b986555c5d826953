"""A service under test: origin, key, connections, budget; sends cases and returns exchanges."""

from __future__ import annotations

import itertools
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from contracts.exchange import Case, Exchange
from tests.harness.client.keep_alive import KeepAlive
from tests.harness.client.transport import Connection
from tests.harness.client.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.checks.context import Limits
    from contracts.secrets import Secrets
    from tests.harness.client.budget import RequestBudget

#: The maximum number of characters of a failure's detail.
_DETAIL: Final = 200


class NoVerdict(Exception):  # not an error: the run cannot say anything about the contract
    """No (further) verdict about the contract is possible; the message is one sentence for readers."""


class Target:
    """Sends requests to one service; thread-safe.

    A request takes the connection that was used last of those without a request in flight, so that few become idle: a
    new one takes time. With ``direct`` the proxies of the environment are ignored: they do not lead to this machine.
    """

    def __init__(
        self,
        base_url: str,
        secrets: Secrets,
        limits: Limits,
        request_budget: RequestBudget,
        worker: str = "main",
        *,
        client_cert: str | tuple[str, str] | None = None,
        keep_alive: KeepAlive | None = None,
        direct: bool = False,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.secrets = secrets
        self.limits = limits
        self.request_budget = request_budget
        self.worker = worker
        self.keep_alive = keep_alive or KeepAlive()
        self._client_cert = client_cert
        self._direct = direct
        self._watchdog = Watchdog()
        self._numbers = itertools.count(1)
        self._connections: list[Connection] = []
        #: Those without a request in flight, the one used last at the end.
        self._free: list[Connection] = []
        self._lock = threading.Lock()

    @property
    def host(self) -> str:
        """The host and port, for readers."""
        return urlsplit(self.base_url).netloc

    def at(self, base_url: str) -> Target:
        """Another base URL of the same service, with its own connections and the same budget."""
        return Target(
            base_url,
            self.secrets,
            self.limits,
            self.request_budget,
            self.worker,
            client_cert=self._client_cert,
            keep_alive=self.keep_alive,
            direct=self._direct,
        )

    def next_number(self) -> int:
        """The number of the next exchange of this worker."""
        return next(self._numbers)

    def send(self, case: Case, *, number: int | None = None, repeat: int = 0) -> Exchange:
        """Send ``case`` once, within the budget that was taken before. Never raises for failures of the service.

        The response is unchanged: it may contain the key, and must be redacted before it is stored.
        """
        number = number or self.next_number()
        headers = tuple((name, self.secrets.resolve(value)) for name, value in case.sent_headers)
        try:
            with self._connection() as connection:
                reply = connection.send(case.method, self.base_url + case.path, headers, case.body)
        except Exception as problem:  # noqa: BLE001  # raised again
            # An error of the suite: its message and its frames may contain the key.
            text = self.secrets.redact_text(f"{type(problem).__name__}: {problem}")
            raise RuntimeError(f"a request could not be sent: {text}") from None
        failure = reply.failure
        if failure is not None:
            failure = replace(failure, detail=self.secrets.redact_text(failure.detail)[:_DETAIL])
        exchange = Exchange(
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
        self.keep_alive.note(exchange)
        return exchange

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with self._lock:
            connection = self._free.pop() if self._free else None
        if connection is None:
            connection = Connection(
                self.base_url, self.limits, self._watchdog, self.keep_alive, self._client_cert, direct=self._direct
            )
            with self._lock:
                self._connections.append(connection)
        try:
            yield connection
        finally:
            with self._lock:
                # A closed one is used after those that are open.
                self._free.insert(len(self._free) if connection.is_open else 0, connection)

    def close_connections(self) -> None:
        """Close all connections, while no request is in flight; the next request opens a new one."""
        with self._lock:
            for connection in self._connections:
                connection.close()

    def close(self) -> None:
        """Close all connections for good."""
        self.close_connections()
        self._watchdog.stop()
