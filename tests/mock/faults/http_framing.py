"""Responses that are not HTTP, or not complete."""

from __future__ import annotations

import http
from typing import TYPE_CHECKING

from tests.mock.mistakes import its_turn, when
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_CLAUSE = "service.answers"
_MEBIBYTE = b" " * (1 << 20)


def _head(call: Call, *, length: int | None = None, extra: bytes = b"") -> bytes:
    """Status line and headers of the response, with another length, or in chunks if there is none."""
    lines = [b"HTTP/1.1 %d %s" % (call.status, http.HTTPStatus(call.status).phrase.encode())]
    lines += [b"%s: %s" % pair for pair in call.answer_headers if pair[0] != b"content-length"]
    lines.append(b"transfer-encoding: chunked" if length is None else b"content-length: %d" % length)
    return b"\r\n".join(lines) + b"\r\n" + extra + b"\r\n"


async def _close_with(call: Call, data: bytes) -> None:
    call.sent = True
    call.connection.write(data)
    await call.connection.close()


async def _reset_with(call: Call, data: bytes) -> None:
    call.sent = True
    call.connection.write(data)
    await call.connection.abort()


@fault("sending", breaks=_CLAUSE)
async def closes_without_an_answer(call: Call) -> None:
    """Closes the connection in place of a response."""
    if call.created:
        await _close_with(call, b"")


@fault("sending", breaks=_CLAUSE)
async def resets_the_connection(call: Call) -> None:
    """Resets the connection in place of a response."""
    if call.created:
        await _reset_with(call, b"")


@fault("sending", breaks=_CLAUSE, intermittent=True)
async def closes_without_an_answer_now_and_then(call: Call) -> None:
    """Closes the connection in place of some answers."""
    if call.created and its_turn(call):
        await _close_with(call, b"")


@fault("received", breaks="service.connections")
async def takes_an_unread_body_for_the_next_request(call: Call) -> None:
    """Refuses a request by its head, leaves its body unread, and takes that for the next request."""
    unread = call.service.memory.setdefault("unread", set())
    if call.connection.number in unread:
        await _close_with(call, b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    elif call.header(b"authorization") is None and call.body:
        unread.add(call.connection.number)


@fault("received", breaks=_CLAUSE)
async def resets_the_connection_for_large_bodies(call: Call) -> None:
    """Resets the connection where the body has more than 8 KiB."""
    if len(call.body) > 8192:
        await _reset_with(call, b"")


@fault("parsed", breaks=_CLAUSE)
async def closes_after_malformed_json(call: Call) -> None:
    """Closes the connection without a response where the body is no JSON."""
    if call.refusal is not None and "JSON" in str(call.refusal.body.get("code")):
        await _close_with(call, b"")


@fault("parsed", breaks=_CLAUSE)
async def closes_after_bytes_that_are_not_utf_8(call: Call) -> None:
    """Closes the connection without a response where the body is not UTF-8: its worker has died."""
    if call.refusal is not None and call.refusal.body.get("code") == "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
        await _close_with(call, b"")


@fault("storing", breaks=_CLAUSE)
async def closes_after_many_containers(call: Call) -> None:
    """Closes the connection without a response where the body has more than 150 objects and lists."""
    if call.body.count(b"{") + call.body.count(b"[") > 150:
        await _close_with(call, b"")


@fault("authorized", breaks=_CLAUSE)
async def closes_without_authorization(call: Call) -> None:
    """Closes the connection without a response if there is no Authorization header."""
    if call.header(b"authorization") is None:
        await _close_with(call, b"")


@fault("sending", breaks=_CLAUSE)
async def truncates_the_body(call: Call) -> None:
    """Closes the connection in the middle of the body."""
    if call.created:
        await _close_with(call, _head(call, length=len(call.payload)) + call.payload[: len(call.payload) // 2])


@fault("sending", breaks=_CLAUSE, intermittent=True)
async def truncates_the_body_now_and_then(call: Call) -> None:
    """Closes the connection in the middle of some bodies."""
    if call.created and its_turn(call):
        await _close_with(call, _head(call, length=len(call.payload)) + call.payload[: len(call.payload) // 2])


@fault("sending", breaks=_CLAUSE)
async def truncates_the_body_with_metadata(call: Call) -> None:
    """Closes the connection in the middle of a body with metadata."""
    if call.created and "metadata" in call.project:
        await _close_with(call, _head(call, length=len(call.payload)) + call.payload[:100])


@fault("sending", breaks=_CLAUSE)
async def truncates_the_head(call: Call) -> None:
    """Closes the connection in the middle of the headers."""
    if call.created:
        await _close_with(call, _head(call, length=len(call.payload))[:40])


@fault("sending", breaks=_CLAUSE)
async def leaves_out_the_last_chunk(call: Call) -> None:
    """Sends the body in chunks and closes before the last one."""
    if call.created:
        await _close_with(call, _head(call) + b"%x\r\n%s\r\n" % (len(call.payload), call.payload))


@fault("sending", breaks=_CLAUSE)
async def writes_chunk_sizes_that_are_no_numbers(call: Call) -> None:
    """Sends chunks whose sizes are no hexadecimal numbers."""
    if call.created:
        await _close_with(call, _head(call) + b"size=%d\r\n%s\r\n0\r\n\r\n" % (len(call.payload), call.payload))


@fault("sending", breaks=_CLAUSE)
async def writes_a_status_line_of_another_protocol(call: Call) -> None:
    """Answers as a mail server does."""
    if call.created:
        await _close_with(call, b"220 mail.example.com ESMTP ready\r\n")


@fault("sending", breaks=_CLAUSE)
async def writes_a_status_that_is_no_number(call: Call) -> None:
    """Writes Created where the status belongs."""
    if call.created:
        head = _head(call, length=len(call.payload)).replace(b"201 Created", b"Created", 1)
        await _close_with(call, head + call.payload)


@fault("sending", breaks=_CLAUSE)
async def writes_the_body_without_a_head(call: Call) -> None:
    """Writes the JSON without status line and headers."""
    if call.created:
        await _close_with(call, call.payload)


@fault("sending", breaks=_CLAUSE, intermittent=True)
async def writes_random_bytes_now_and_then(call: Call) -> None:
    """Writes bytes of a TLS alert in place of some answers."""
    if call.created and its_turn(call):
        await _close_with(call, b"\x15\x03\x01\x00\x02\x02\x50" * 3)


@fault("sending", breaks=_CLAUSE)
async def answers_100_and_no_more(call: Call) -> None:
    """Answers 100 and closes the connection."""
    if call.created:
        await _close_with(call, b"HTTP/1.1 100 Continue\r\n\r\n")


async def _pour_without_end(call: Call) -> None:
    call.sent = True
    call.connection.write(_head(call) + b"%x\r\n%s\r\n" % (len(call.payload), call.payload))
    while call.connection.open:
        await call.connection.pour(b"100000\r\n%s\r\n" % _MEBIBYTE)
    await call.connection.gone()


fault("sending", breaks=_CLAUSE).each(
    never_ends_its_answer=when(lambda call: call.created, _pour_without_end),
    never_ends_an_answer_with_metadata=when(
        lambda call: call.created and "metadata" in call.project, _pour_without_end
    ),
)


@fault("sending", breaks=_CLAUSE)
async def answers_a_gigabyte(call: Call) -> None:
    """Sends a gigabyte of white space after the JSON."""
    if call.created:
        call.sent = True
        call.connection.write(_head(call, length=len(call.payload) + (1 << 30)) + call.payload)
        for _ in range(1 << 10):
            await call.connection.pour(_MEBIBYTE)
        await call.connection.close()


@fault("sending", breaks=_CLAUSE)
async def answers_a_header_of_megabytes(call: Call) -> None:
    """Sends a header of four mebibytes."""
    if call.created:
        extra = b"x-trace: " + b"a" * (4 << 20) + b"\r\n"
        await _close_with(call, _head(call, length=len(call.payload), extra=extra) + call.payload)


@fault("sending", breaks=_CLAUSE)
async def answers_thousands_of_headers(call: Call) -> None:
    """Sends five thousand headers."""
    if call.created:
        extra = b"".join(b"x-trace-%d: 1\r\n" % number for number in range(5000))
        await _close_with(call, _head(call, length=len(call.payload), extra=extra) + call.payload)


@fault("serialised", breaks=_CLAUSE)
def says_gzip_without_compressing(call: Call) -> None:
    """Announces gzip and sends the JSON as it is."""
    if call.created:
        call.answer_header(b"content-encoding", b"gzip")


def _redirect(call: Call, status: int, target: str) -> None:
    call.status = status
    call.answer_header(b"location", target.encode())
    call.answer_header(b"content-type", None)
    call.replace_payload(b"")


@fault("serialised", breaks=_CLAUSE)
def redirects_to_itself(call: Call) -> None:
    """Redirects a creation to the address it was sent to, with 307."""
    if call.created:
        _redirect(call, 307, call.path)


@fault("serialised", breaks=_CLAUSE)
def redirects_to_the_project(call: Call) -> None:
    """Redirects to the created project, with 303."""
    if call.created:
        _redirect(call, 303, f"{call.path}/{call.project['id']}")


@fault("serialised", breaks=_CLAUSE)
def redirects_to_another_host(call: Call) -> None:
    """Redirects a creation to a port where nothing listens, with 308."""
    if call.created:
        _redirect(call, 308, "http://127.0.0.1:9/api/v1/projects")


@fault("serialised", breaks=_CLAUSE)
def redirects_to_a_login_page(call: Call) -> None:
    """Redirects to a login page where the key is missing or wrong, with 302."""
    if call.route == "create" and call.status in (401, 403):
        _redirect(call, 302, "/sign-in")
