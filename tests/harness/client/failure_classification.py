"""Failure classification: what may be due to the network or a gateway, and how long to wait before a retry."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from contracts.exchange import STALE, UNREACHED, Exchange
from contracts.instants import http_date
from contracts.oracle import Expectation, Expected

if TYPE_CHECKING:
    from collections.abc import Callable

#: Statuses with which a gateway or proxy speaks for a service that it does not reach: RFC 9110, sections
#: 15.5.8 and 15.6; RFC 6585, section 6; and what a large content network made up for itself.
GATEWAY: Final = frozenset({407, 502, 503, 504, 511, *range(520, 528), 530})
#: Final, whatever becomes of the rest of the response.
SERVER_ERRORS: Final = range(500, 600)
#: Statuses with which a service speaks of the account, not of the request.
ACCOUNT: Final = frozenset({401, 402, 403, 409})
#: Seconds that are waited at least before a request is sent again.
_LEAST: Final = 0.1
#: Seconds that nobody means when a client is asked to wait: a day.
_NONSENSE: Final = 86_400.0
#: Failures that are the service's own: a response that is not complete HTTP.
GARBLED: Final = frozenset({"incomplete", "invalid", "undecodable", "too_large"})


def suspicious(exchange: Exchange, expected: Expectation | None, slow: float) -> str | None:
    """The kind of an exchange that may be due to the network, a gateway or the account; None if it is final.

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


def retry_after(exchange: Exchange, fallback: float, now: Callable[[], float] = time.time) -> float:
    """Seconds that the response asks to wait: Retry-After as seconds or as a date (RFC 9110, section 10.2.3).

    A date is by the clock of whoever answers, which the Date header shows; ``now`` is ours, if there is none.
    Who asks for no wait at all is given a little: requests that are refused at once are of no use to anybody.
    """
    value = exchange.response.header("Retry-After") if exchange.response else None
    if exchange.response is None or value is None:
        return fallback
    if value.strip().isascii() and value.strip().isdigit():
        asked = float(value)
    else:
        until, since = http_date(value), http_date(exchange.response.header("Date"))
        asked = until.timestamp() - (since.timestamp() if since else now()) if until else _NONSENSE
    return max(_LEAST, asked) if asked < _NONSENSE else fallback


def named(exchange: Exchange) -> str:
    """The kind of failure, or the status, in a word or two."""
    return exchange.failure.kind if exchange.failure else f"status {exchange.status}"
