"""Failure classification: what may be due to the network or a gateway, and how long to wait before a retry."""

from __future__ import annotations

import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from contracts.exchange import STALE, UNREACHED, Exchange
from contracts.oracle import Expectation, Expected

if TYPE_CHECKING:
    from collections.abc import Callable

#: Statuses with which a gateway or proxy speaks for a service that it does not reach: RFC 9110, sections
#: 15.5.8 and 15.6; RFC 6585, section 6; and what a large content network made up for itself.
GATEWAY: Final = frozenset({407, 502, 503, 504, 511, *range(520, 528), 530})
#: Statuses with which a service speaks of the account, not of the request.
ACCOUNT: Final = frozenset({401, 402, 403, 409})
#: Seconds that are waited at least before a request is sent again.
_LEAST: Final = 0.1
#: Failures that are the service's own: something came, and it was no whole HTTP answer.
GARBLED: Final = frozenset({"incomplete", "invalid", "too_large"})


def suspicious(exchange: Exchange, expected: Expectation | None, slow: float) -> str | None:
    """What about an exchange may be due to the surroundings: unreached, stale, limited, gateway, account, broken, None.

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
    if status in ({401, 403} if expected is None else ACCOUNT if expected.expected is Expected.CREATED else ()):
        return "account"
    return "broken" if exchange.elapsed > slow else None


def retry_after(exchange: Exchange, fallback: float, now: Callable[[], float] = time.time) -> float:
    """Seconds that the answer asks to wait: Retry-After as seconds or as a date (RFC 9110, section 10.2.3).

    A date is by the clock of whoever answers, which the Date header shows; ``now`` is ours, where there is none.
    Who asks for no wait at all is given a little: requests that are refused at once are of no use to anybody.
    """
    value = exchange.response.header("Retry-After") if exchange.response else None
    if exchange.response is None or value is None:
        return fallback
    if value.strip().isascii() and value.strip().isdigit():
        return max(_LEAST, float(value))
    until = _instant(value)
    if until is None:
        return fallback
    return max(_LEAST, until - (_instant(exchange.response.header("Date") or "") or now()))


def _instant(date: str) -> float | None:
    """Seconds since the epoch of a date as HTTP writes it; None where it is none."""
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).timestamp()


def named(exchange: Exchange) -> str:
    """The kind of failure, or the status, in a word or two."""
    return exchange.failure.kind if exchange.failure else f"status {exchange.status}"
