"""How long the service or a gateway asks to wait: the header Retry-After (RFC 9110, section 10.2.3)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from contracts.instants import http_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.exchange import Exchange

#: Minimum seconds before a request is repeated.
_LEAST: Final = 0.1
#: Longer waits are implausible: a day.
_NONSENSE: Final = 86_400.0
#: The maximum Retry-After of a gateway that is honoured, in seconds.
_LONGEST_WAIT: Final = 30.0
#: The same for a status that is the service's own, because it answers other requests meanwhile: for each response, and
#: for a run.
_OWN_WAIT, _OWN_WAITS = 1.0, 10.0


def retry_after(exchange: Exchange, fallback: float, now: Callable[[], float] = time.time) -> float:
    """Seconds to wait: Retry-After as seconds or as a date, else ``fallback``.

    A date is relative to the Date header, or to ``now`` if there is none. Zero is raised to a minimum, because requests
    that are refused immediately are useless.
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


class GatewayWaits:
    """The waits that gateway errors ask for, limited."""

    def __init__(self) -> None:
        self._left_for_own = _OWN_WAITS

    def seconds(self, exchange: Exchange, *, is_own: bool, agreed: int) -> float:
        """The seconds to wait before a gateway error is investigated; 0 without Retry-After.

        Args:
            exchange: The gateway error.
            is_own: Whether the status is known to be the service's own.
            agreed: The consecutive gateway errors before it, while the control request succeeded.
        """
        if exchange.response is None or exchange.response.header("Retry-After") is None:
            return 0.0
        asked = retry_after(exchange, 0.0)
        if not is_own:
            # After a successful control request the pauses of the retry policy apply.
            return 0.0 if agreed else min(asked, _LONGEST_WAIT)
        wait = min(asked, _OWN_WAIT, self._left_for_own)
        self._left_for_own -= wait
        return wait
