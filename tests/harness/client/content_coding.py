"""Decompression of a response within a limit of memory."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from urllib3.exceptions import DecodeError

if TYPE_CHECKING:
    from contracts.exchange import Headers

#: The first bytes of every member of a gzip body.
_GZIP: Final = b"\x1f\x8b"


def decoded(body: bytes, headers: Headers, limit: int) -> tuple[bytes, bool]:
    """Decode a body.

    Args:
        body: The body as received.
        headers: The headers of its response.
        limit: Bytes that the decoded body may have.

    Returns:
        The body, and whether it was longer than ``limit``, in which case it is only a part.

    Raises:
        DecodeError: The coding was not asked for, or the body is not in it.
    """
    coding = next((value for name, value in headers if name.lower() == "content-encoding"), "").strip().lower()
    if not body or coding in {"", "identity"}:
        return body, False
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise DecodeError(f"Content-Encoding {coding!r} was not asked for")
    try:
        return _expanded(body, 47, limit)
    except zlib.error as problem:
        if coding != "deflate":
            raise DecodeError(f"Content-Encoding {coding}: {problem}") from None
    try:
        return _expanded(body, -15, limit)  # many servers send deflate without zlib's header
    except zlib.error as problem:
        raise DecodeError(f"Content-Encoding {coding}: {problem}") from None


def _expanded(body: bytes, wbits: int, limit: int) -> tuple[bytes, bool]:
    plain = b""
    while body:
        expander = zlib.decompressobj(wbits=wbits)
        plain += expander.decompress(body, limit - len(plain))
        if expander.unconsumed_tail or len(plain) >= limit:
            return plain[:1024], True
        if not expander.eof:
            raise zlib.error("the compressed body ends before its end")
        # A gzip body may have several members (RFC 1952, section 2.2).
        body = expander.unused_data if expander.unused_data.startswith(_GZIP) else b""
    return plain, False
