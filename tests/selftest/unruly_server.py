"""A server on a real socket that behaves as a test wants: correctly, wrongly, late, or not at all."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from io import BufferedIOBase

#: Seconds after which any answer of this server ends.
_LONGEST = 30.0


#: Writes a response, and says whether the connection goes on.
Writes = Callable[[socket.socket], bool]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived: its place from 1, when, on which connection, and its bytes."""

    number: int
    at: float
    connection: int
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def creates(self) -> bool:
        return self.method == "POST"


class UnrulyServer:
    """Forwards to ``upstream`` what ``behave`` has no response of its own to; remembers every request.

    ``behave`` takes a request and gives a response, or None. Each connection has a thread of its own.
    """

    def __init__(
        self,
        upstream: str = "",
        behave: Callable[[Seen], Writes | None] = lambda _: None,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.behave = behave
        self.requests: list[Seen] = []
        self._upstream = urlsplit(upstream)
        self._tls = tls
        self._lock = threading.Lock()
        self._connections: dict[int, socket.socket] = {}
        self._opened = 0
        self._listener: socket.socket | None = None
        self.port = 0
        self.listen()

    @property
    def base_url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/api"

    @property
    def creations(self) -> list[Seen]:
        return [seen for seen in self.requests if seen.creates]

    @property
    def is_quiet(self) -> bool:
        """Whether no client is connected, so that nothing is on its way to the service behind either."""
        with self._lock:
            return not self._connections

    # -- listening ----------------------------------------------------------------------------------------

    def listen(self) -> None:
        """Accept connections, on the same port as before."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def refuse(self) -> None:
        """Stop listening and end every connection: what comes is refused."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            self._listener.close()
            self._listener = None
        self.cut()

    def refuse_for(self, seconds: float) -> None:
        """Refuse for a while."""
        self.refuse()
        timer = threading.Timer(seconds, self.listen)
        timer.daemon = True
        timer.start()

    def cut(self) -> None:
        """Reset every open connection at once."""
        with self._lock:
            open_now = list(self._connections.values())
        for connection in open_now:
            _reset(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.refuse()

    # -- serving ------------------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # refuse() closed it
            with self._lock:
                self._opened += 1
                number = self._opened
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(_LONGEST)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with self._lock:
                self._connections[number] = connection
            with connection.makefile("rb") as stream:
                while (seen := self._read(stream, number)) is not None:
                    answer = self.behave(seen) or self._forwarded(seen)
                    if not answer(connection):
                        break
        except (OSError, ValueError, http.client.HTTPException):
            return  # the client has gone, or a test ended
        finally:
            with self._lock:
                self._connections.pop(number, None)
            connection.close()

    def _read(self, stream: IO[bytes], connection: int) -> Seen | None:
        line = stream.readline()
        if not line.strip():
            return None
        method, path, _ = line.decode("latin-1").split(" ", 2)
        headers = []
        while (line := stream.readline()) not in {b"\r\n", b"\n", b""}:
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name, value.strip()))
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        in_chunks = any(name.lower() == "transfer-encoding" for name, _ in headers)
        body = read_chunks(stream) if in_chunks else stream.read(length)
        with self._lock:
            seen = Seen(len(self.requests) + 1, time.time(), connection, method, path, tuple(headers), body)
            self.requests.append(seen)
        return seen

    def _forwarded(self, seen: Seen) -> Writes:
        return relayed(self.forward(seen))

    def forward(self, seen: Seen) -> tuple[int, list[tuple[str, str]], bytes]:
        """What the service behind answers."""
        path = urlsplit(seen.path).path + (f"?{urlsplit(seen.path).query}" if "?" in seen.path else "")
        upstream = http.client.HTTPConnection(str(self._upstream.hostname), self._upstream.port, timeout=_LONGEST)
        try:
            upstream.putrequest(seen.method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in seen.headers:
                if name.lower() != "connection":
                    upstream.putheader(name, value.encode("latin-1"))
            in_chunks = any(name.lower() == "transfer-encoding" for name, _ in seen.headers)
            upstream.endheaders(seen.body or None, encode_chunked=in_chunks)
            response = upstream.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            upstream.close()


# -- answers ------------------------------------------------------------------------------------------------


def read_chunks(stream: IO[bytes] | BufferedIOBase) -> bytes:
    """A body in chunks (RFC 9112, section 7.1), put together."""
    body = b""
    while size := int(stream.readline(), 16):
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return body


def answer(status: int, body: bytes | str = b"", headers: Iterable[tuple[str, str]] = ()) -> Writes:
    """A whole response."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers)]
    if status != 204:
        lines.append(f"Content-Length: {len(data)}")
    head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"

    def write(connection: socket.socket) -> bool:
        connection.sendall(head + data)
        return True

    return write


def relayed(forwarded: tuple[int, list[tuple[str, str]], bytes]) -> Writes:
    """What the service behind has answered."""
    status, headers, body = forwarded
    return answer(status, body, [(n, v) for n, v in headers if n.lower() not in {"content-length", "connection"}])


def json_answer(status: int, body: str, headers: Iterable[tuple[str, str]] = ()) -> Writes:
    """A whole response of JSON."""
    return answer(status, body, [("Content-Type", "application/json"), *headers])


def raw(data: bytes) -> Writes:
    """These bytes, and the end of the connection."""

    def write(connection: socket.socket) -> bool:
        connection.sendall(data)
        return False

    return write


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> Writes:
    """``head``, then ``piece`` again and again until the client has had enough."""

    def write(connection: socket.socket) -> bool:
        connection.sendall(head)
        end = time.monotonic() + _LONGEST
        while time.monotonic() < end:
            connection.sendall(piece)
            if pause:
                time.sleep(pause)
        return False

    return write


def reset() -> Writes:
    """No answer: the connection is reset."""

    def write(connection: socket.socket) -> bool:
        _reset(connection)
        return False

    return write


def close() -> Writes:
    """No answer: the connection is closed."""
    return lambda _: False


def hang(seconds: float = _LONGEST) -> Writes:
    """No answer for so long."""

    def write(connection: socket.socket) -> bool:
        connection.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            connection.recv(1, socket.MSG_PEEK) if not isinstance(connection, ssl.SSLSocket) else time.sleep(seconds)
        return False

    return write


def _reset(connection: socket.socket) -> None:
    """Make the end of the connection a reset, and bring it about: its thread reads no more."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.socket.shutdown(connection, socket.SHUT_RD)
