"""uvicorn's HTTP protocol with access to the transport, and Node's response to invalid HTTP.

The only module that uses undocumented members of uvicorn, which `tests/selftest/mock/test_protocol.py` tests.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import struct
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CONNECTION = "mock.connection"
"""The member of an ASGI scope that holds the `MockProtocol` of the request."""


_numbers = itertools.count(1)


class MockProtocol(HttpToolsProtocol):
    """Serves HTTP/1.1 as uvicorn does; `lost` is set when the connection has ended, `number` counts connections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lost = asyncio.Event()
        self.number = next(_numbers)

    def connection_lost(self, exc: Exception | None) -> None:
        """Set `lost`."""
        self.lost.set()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Store this protocol in the scope of the request."""
        super().on_message_begin()
        self.scope[CONNECTION] = self  # type: ignore[literal-required]

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's signature
        """Respond to invalid HTTP as Node does."""
        body = {"error": "Bad Request", "message": "Client Error", "statusCode": 400}
        content = json.dumps(body).encode()
        head = f"HTTP/1.1 400 Bad Request\r\nContent-Length: {len(content)}\r\n"
        self.transport.write(head.encode() + b"Content-Type: application/json\r\n\r\n" + content)
        self.transport.close()

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        raw = self.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()
