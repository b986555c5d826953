"""The same responses with other HTTP framing."""

from __future__ import annotations

import asyncio
import gzip
import http
from typing import TYPE_CHECKING

from tests.mock.registry import variant, variant_setup

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.service import Service


@variant("sending")
async def slower(_call: Call) -> None:
    """Takes 60 ms for every response."""
    await asyncio.sleep(0.06)


@variant("sending")
async def http_1_0(call: Call) -> None:
    """Speaks HTTP/1.0: no length, one response a connection."""
    call.sent = True
    lines = [b"HTTP/1.0 %d %s" % (call.status, http.HTTPStatus(call.status).phrase.encode())]
    lines += [b"%s: %s" % pair for pair in call.answer_headers if pair[0] != b"content-length"]
    payload = b"" if call.method == "HEAD" else call.payload
    call.connection.write(b"\r\n".join(lines) + b"\r\n\r\n" + payload)
    await call.connection.close()


@variant("serialised")
def chunked(call: Call) -> None:
    """Sends every body in chunks."""
    call.answer_header(b"content-length", None)


@variant("sending")
def early_hints(call: Call) -> None:
    """Sends 103 Early Hints, and 102 Processing before a creation's answer, in front of each response."""
    call.connection.write(b"HTTP/1.1 103 Early Hints\r\nlink: </assets/index.css>; rel=preload; as=style\r\n\r\n")
    if call.route == "create":
        call.connection.write(b"HTTP/1.1 102 Processing\r\n\r\n")


@variant_setup
def no_date_header(service: Service) -> None:
    """Sends no Date header."""
    service.send_date = False


@variant("serialised")
def gzip_when_accepted(call: Call) -> None:
    """Compresses answers where the client accepts gzip."""
    if b"gzip" in (call.header(b"accept-encoding") or b"") and call.payload:
        call.replace_payload(gzip.compress(call.payload, 1))
        call.answer_header(b"content-encoding", b"gzip")
        call.answer_header(b"vary", b"accept-encoding")


@variant("serialised")
def closes_every_connection(call: Call) -> None:
    """Closes the connection after every response, and says so."""
    call.answer_header(b"connection", b"close")
