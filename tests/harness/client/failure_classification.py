"""Failure classification: what may be caused by the network, a gateway or the account."""

from __future__ import annotations

from typing import Final

from contracts.exchange import STALE, UNREACHED, Exchange
from contracts.expectation import Expectation, Expected

#: Statuses of a gateway or proxy that cannot reach the service: RFC 9110, sections 15.5.8 and 15.6; RFC 6585, section
#: 6; and non-standard ones of a large content network.
GATEWAY: Final = frozenset({407, 502, 503, 504, 511, *range(520, 528), 530})
#: Statuses that are final even if the rest of the response is missing.
SERVER_ERRORS: Final = range(500, 600)
#: Statuses about the account, not the request.
ACCOUNT: Final = frozenset({401, 402, 403, 409})
#: Failures of the service itself: a response that is not complete HTTP.
GARBLED: Final = frozenset({"incomplete", "invalid", "undecodable", "too_large"})


def suspicious(exchange: Exchange, expected: Expectation | None, slow: float) -> str | None:
    """The kind of an exchange that may be caused by the network, a gateway or the account; None if it is final.

    Kinds: unreached, stale, limited, gateway, account, broken; ``late`` is an error of the server (final) whose
    response was not complete in time.

    ``expected`` is None for a request that the page does not document.
    """
    if exchange.failure is not None:
        kind = exchange.failure.kind
        return "unreached" if kind in UNREACHED else "stale" if kind == STALE else "broken"
    status = exchange.status
    if status == 429:  # RFC 6585, section 4
        return "limited"
    if status in GATEWAY:
        return "gateway"
    if status in SERVER_ERRORS:
        return "late" if exchange.elapsed > slow else None
    if status in ({401, 403} if expected is None else ACCOUNT if expected.expected is Expected.CREATED else ()):
        return "account"
    return "broken" if exchange.elapsed > slow else None


def named(exchange: Exchange) -> str:
    """The kind of failure, or the status, in a word or two."""
    return exchange.failure.kind if exchange.failure else f"status {exchange.status}"
