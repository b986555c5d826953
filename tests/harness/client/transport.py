"""One HTTP request over a kept-alive connection, within limits of time and memory for any response.

Built on the connection pools of requests' adapter, so that proxies, CA bundles and client certificates work as usual;
the rest of what requests does for each request is omitted. Redirects are never followed.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from contracts.exchange import STALE, Failure, Headers, Response
from tests.harness.client.content_coding import decoded
from tests.harness.client.failure_classification import SERVER_ERRORS
from tests.harness.client.failure_kinds import failure_of
from tests.harness.client.tracked_connections import OrderedHeaders, Progress, TrackedAdapter, in_use

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.response import BaseHTTPResponse

    from contracts.checks.context import Limits
    from tests.harness.client.keep_alive import KeepAlive
    from tests.harness.client.watchdog import Watchdog

CONNECT_TIMEOUT: Final = 10.0
#: Seconds after the time limit at which a connection is aborted.
GRACE: Final = 1.0
#: Seconds without a request after which a connection is not reused: the other side may close an idle one at any time
#: (RFC 9112, section 9.3.1), and a POST at that moment may be lost or repeated.
IDLE: Final = 0.5
_CHUNK: Final = 65_536
#: The maximum size of a response in bytes, and the allowance for each byte of the request: JSON may escape a character
#: in six bytes and show it twice; hundreds of levels may be indented.
_ANSWER, _ECHO = 2 * 1024 * 1024, 16
#: The maximum size of the response to a GET: the project of a large body is large, alone and in a list.
_SHOWN: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """The outcome of one request: a response or a failure, when it began, and how long it took in seconds.

    ``connection`` is the number of the connection that was used.
    """

    response: Response | None
    failure: Failure | None
    started: float
    elapsed: float
    connection: int


def _is_chunked(headers: Headers) -> bool:
    return any(name.lower() == "transfer-encoding" for name, _ in headers)


def _in_chunks(body: bytes) -> list[bytes]:
    """The body in two chunks, divided within a character of several bytes if it has one.

    A server may read the first chunk only, or decode each chunk by itself.
    """
    within = next((place for place, byte in enumerate(body) if 0x80 <= byte < 0xC0), len(body) // 2)
    return [body[:within], body[within:]]


class Connection:
    """One connection to one origin, used by one thread at a time; closed after each response if none is kept alive.

    ``client_cert`` is what requests calls ``cert``: a PEM file with certificate and key, or two files. With ``direct``
    the proxies of the environment are ignored.
    """

    def __init__(
        self,
        url: str,
        limits: Limits,
        watchdog: Watchdog,
        keep_alive: KeepAlive,
        client_cert: str | tuple[str, str] | None = None,
        *,
        direct: bool = False,
    ) -> None:
        self._limits = limits
        self._watchdog = watchdog
        self._keep_alive = keep_alive
        keep_alive.add(self)
        #: Held while a request is in flight.
        self._busy = threading.Lock()
        self._adapter = TrackedAdapter(pool_connections=1, pool_maxsize=1, max_retries=0)
        # The settings of a Session from the environment: proxies and a CA bundle.
        with requests.Session() as session:
            session.trust_env = not direct
            found = session.merge_environment_settings(url, {}, None, None, client_cert)
        self._settings: dict[str, Any] = {name: found[name] for name in ("verify", "cert", "proxies")}
        scheme, host, *_ = urlsplit(url)
        self._origin = f"{scheme}://{host}"
        self._pool: HTTPConnectionPool | None = None
        self._is_absolute = False
        self._progress = Progress()
        self._was_cut = False
        self._finished = time.perf_counter()

    @property
    def is_open(self) -> bool:
        """Whether the connection may be established."""
        return self._pool is not None

    def cut(self) -> None:
        """Abort the current request, from another thread."""
        self._was_cut = True
        sock = getattr(self._progress.connection, "sock", None)
        if sock is not None:
            with suppress(OSError):  # the other side was faster
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        self._pool = None
        self._adapter.close()

    def close_if_idle(self) -> None:
        """Close the connection unless a request is in flight, from any thread."""
        if self._busy.acquire(blocking=False):
            try:
                self.close()
            finally:
                self._busy.release()

    def send(self, method: str, url: str, headers: Headers, body: bytes | None) -> Reply:
        """Send one request to the connection's origin and read the response.

        Args:
            method: The HTTP method.
            url: The whole URL.
            headers: Every header to send, in order.
            body: The body; None for none.

        Returns:
            The response or the failure: failures of the other side raise nothing.
        """
        with self._busy:
            reply = self._send(method, url, headers, body)
            if not self._keep_alive.is_possible:
                self.close()
        return reply

    def _send(self, method: str, url: str, headers: Headers, body: bytes | None) -> Reply:
        if time.perf_counter() - self._finished > IDLE:
            self.close()
        progress, self._was_cut, response, failure = self._progress, False, None, None
        progress.begin()
        in_use.progress = progress
        limit = self._limits.seconds(body) + GRACE
        most = self._limits.response_bytes
        if method == "POST":
            sent = len(body or b"")
            most = min(max(most, 2 * sent), _ANSWER + _ECHO * sent)
        elif method == "GET":
            most = max(most, _SHOWN)
        self._watchdog.arm(self, limit)
        started, clock = time.time(), time.perf_counter()
        try:
            response = self._exchange(method, url, headers, body, limit, most)
        except (requests.RequestException, HTTPError, OSError, ValueError) as problem:
            failure = failure_of(problem, cut=self._was_cut, begun=progress.request_begun)
            if failure.kind in {"closed", "reset"} and getattr(progress.connection, "requests_sent", 0) > 1:
                failure = Failure(STALE, failure.detail)
        finally:
            elapsed = time.perf_counter() - clock
            self._watchdog.disarm(self)
            in_use.progress = None
        if failure is None and response is not None and response.cut:
            failure = Failure("too_large", f"more than {most:,} bytes")
        if failure is not None:
            self.close()
            if progress.head is not None and progress.head[0] in SERVER_ERRORS:
                response, failure = Response(*progress.head, b"", cut=True), None
        self._finished = clock + elapsed
        return Reply(response if failure is None else None, failure, started, elapsed, progress.number)

    def _exchange(
        self, method: str, url: str, headers: Headers, body: bytes | None, limit: float, most: int
    ) -> Response:
        if self._pool is None:
            self._pool, self._is_absolute = self._adapter.pool_for(self._origin, self._settings)
        raw = self._pool.urlopen(
            method,
            url if self._is_absolute else url.removeprefix(self._origin) or "/",
            _in_chunks(body) if body and _is_chunked(headers) else body,
            cast("Any", OrderedHeaders(headers)),
            retries=self._adapter.max_retries,
            redirect=False,
            assert_same_host=False,
            timeout=Timeout(connect=CONNECT_TIMEOUT, read=limit),
            preload_content=False,
            decode_content=False,
        )
        return self._answered(raw, most, limit)

    def _answered(self, raw: BaseHTTPResponse, most: int, limit: float) -> Response:
        headers: Headers = tuple(raw.headers.iteritems())
        body, whole = self._read(raw, most)
        if self._was_cut:
            raise TimeoutError(f"no complete response after {limit:g} s")
        if not whole:
            raw.close()
            return Response(raw.status, headers, body, cut=True)
        raw.release_conn()
        body, cut = decoded(body, headers, most)
        return Response(raw.status, headers, body, cut)

    @staticmethod
    def _read(raw: Any, most: int) -> tuple[bytes, bool]:
        chunks, size = [], 0
        while chunk := raw.read(_CHUNK, decode_content=False):
            chunks.append(chunk)
            size += len(chunk)
            if size > most:
                return b"".join(chunks)[:1024], False
        return b"".join(chunks), True
