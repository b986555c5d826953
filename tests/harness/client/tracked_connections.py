"""urllib3 connections that record how far a request got, and so what may have reached the service."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from tests.harness.client.response_head import FinalResponse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.exchange import Headers

#: Numbers for new connections.
_NUMBERS: Final = itertools.count(1)


@dataclass(slots=True)
class Progress:
    """How far the latest request of one connection got.

    Attributes:
        connection: urllib3's connection that carried it.
        number: The number of that connection.
        request_begun: Whether any byte of the request may have been sent.
        head: Status and headers of the response, as far as they were read.
    """

    connection: Any = None
    number: int = 0
    request_begun: bool = False
    head: tuple[int, Headers] | None = None

    def begin(self) -> None:
        """Reset it for a new request."""
        self.request_begun, self.head = False, None


class _InUse(threading.local):
    progress: Progress | None = None


#: The progress that this thread's requests are recorded in.
in_use: Final = _InUse()


class _Response(FinalResponse):
    """Records its status and headers, which count even if the body cannot be read."""

    def begin(self, *args: Any, **kwargs: Any) -> None:
        headers: Headers = ()
        try:
            super().begin(*args, **kwargs)
            headers = tuple(self.headers.items())
        finally:
            # http.client sets the status before it reads the headers; until then it is a string.
            if in_use.progress is not None and isinstance(self.status, int):
                in_use.progress.head = (self.status, headers)


class _Tracked:
    """Records its progress, and sends the head and the body of a request together."""

    sock: Any
    requests_sent = 0
    _held: list[bytes] | None = None

    def connect(self) -> None:
        self.requests_sent = 0
        self._tell(request_begun=False)
        if in_use.progress is not None:
            in_use.progress.number = next(_NUMBERS)
        super().connect()  # type: ignore[misc]  # of HTTPConnection, the other base class
        self._tell(request_begun=True)

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()  # http.client would connect later, when the request counts as begun
        self.requests_sent += 1
        self._tell(request_begun=self.sock is not None)
        held: list[bytes] = []
        self._held = held
        try:
            super().request(*args, **kwargs)  # type: ignore[misc]
        finally:
            self._held = None
        self.send(b"".join(held))

    def send(self, data: Any) -> None:
        """Send, or buffer until the request is complete: that saves a packet and a system call."""
        if self._held is None:
            super().send(data)  # type: ignore[misc]
        else:
            self._held.append(data)

    def _tell(self, *, request_begun: bool) -> None:
        if in_use.progress is not None:
            in_use.progress.connection = self
            in_use.progress.request_begun |= request_begun


class OrderedHeaders:
    """The headers of a request in order, including repeated names: the part of a mapping that urllib3 uses."""

    def __init__(self, pairs: Headers) -> None:
        self._pairs = pairs

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._pairs)

    def items(self) -> Headers:
        """Every name with its value."""
        return self._pairs

    def copy(self) -> OrderedHeaders:
        """The same headers."""
        return OrderedHeaders(self._pairs)

    def update(self, more: Mapping[str, str]) -> None:
        """Add headers at the end."""
        self._pairs += tuple(more.items())


class _PlainConnection(_Tracked, HTTPConnection):
    response_class = _Response


class _SecureConnection(_Tracked, HTTPSConnection):
    response_class = _Response


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _PlainPool, "https": _SecurePool}


class TrackedAdapter(HTTPAdapter):
    """requests' adapter with connections that record their progress in :data:`in_use`."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Create pools of tracked connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Create pools of tracked connections to a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def pool_for(self, origin: str, settings: dict[str, Any]) -> tuple[HTTPConnectionPool, bool]:
        """The pool that requests would use; the methods of the adapter used here are documented for subclasses.

        Args:
            origin: Scheme, host and port.
            settings: ``verify``, ``cert`` and ``proxies``, as merged by a requests.Session.

        Returns:
            The pool, and whether it leads to a proxy that takes whole URLs.
        """
        request = requests.Request("GET", origin).prepare()
        pool = cast("HTTPConnectionPool", self.get_connection_with_tls_context(request, **settings))
        self.cert_verify(pool, origin, settings["verify"], settings["cert"])  # type: ignore[no-untyped-call]
        return pool, "://" in self.request_url(request, settings["proxies"])
