"""Telling the service from its surroundings: what is waited for, what is tried again, what ends a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from contracts.exchange import UNREACHED, Exchange
from contracts.oracle import Expectation, Verdict

#: Statuses with which a gateway speaks for a service that it does not reach (RFC 9110, section 15.6).
GATEWAY: Final = frozenset({502, 503, 504})
#: Statuses with which a service speaks of the account, not of the request.
ACCOUNT: Final = frozenset({401, 402, 403, 409})
#: Failures after which the service may or may not have worked on the request.
BROKEN_OFF: Final = frozenset({"closed", "reset", "timeout", "incomplete", "invalid", "too_large"})

_LONGEST_WAIT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds in all an unreachable service is waited for, and how often one request is repeated."""

    seconds: float = 30.0
    repeats: int = 4


def suspicious(exchange: Exchange, owed: Expectation, slow: float) -> str | None:
    """What about the exchange may be due to the surroundings: unreached, limited, gateway, account, broken, or None."""
    if exchange.failure is not None:
        return "unreached" if exchange.failure.kind in UNREACHED else "broken"
    status = exchange.response.status if exchange.response else 0
    if status == 429:  # noqa: PLR2004  # RFC 6585, section 4
        return "limited"
    if status in GATEWAY:
        return "gateway"
    if status in ACCOUNT and owed.verdict is Verdict.CREATE:
        return "account"
    return "broken" if exchange.elapsed > slow else None


def retry_after(exchange: Exchange, fallback: float, now: Callable[[], float] = time.time) -> float:
    """Seconds that the answer asks to wait: Retry-After as seconds or as a date (RFC 9110, section 10.2.3)."""
    value = exchange.response.header("Retry-After") if exchange.response else None
    if value is None:
        return fallback
    if value.strip().isdigit():
        return min(float(value), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return fallback
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - datetime.fromtimestamp(now(), UTC)).total_seconds()), _LONGEST_WAIT)
