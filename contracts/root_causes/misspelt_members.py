"""Members whose names are matched in any case: ``displayname`` is taken for ``displayName``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.findings import ACCEPTED
from contracts.json_equality import same

if TYPE_CHECKING:
    from contracts.exchange_record import ExchangeRecord
    from contracts.root_causes.root_cause import RootCause


def takes_misspelt_members(cause: RootCause) -> bool:
    """Whether every response of a root cause shows the value of a member whose name is spelt in another case."""
    may_be = cause.clause.endswith(".echo") or (cause.clause.endswith(".required") and cause.cause == ACCEPTED)
    return may_be and all(
        exchange is not None and _takes_one(exchange) for cases in cause.cases for _, exchange in cases.smallest
    )


def _takes_one(exchange: ExchangeRecord) -> bool:
    sent, shown = exchange.sent_members, exchange.shown_members
    return any(_is_taken(name, value, sent, shown) for name, value in sent.items())


def _is_taken(misspelt: str, value: Any, sent: dict[str, Any], shown: dict[str, Any]) -> bool:
    """Whether a member of the response has the value of a misspelt one, and not its own."""
    return any(
        name != misspelt
        and name.casefold() == misspelt.casefold()
        and same(value, shown[name])
        and not (name in sent and same(sent[name], shown[name]))
        for name in shown
    )
