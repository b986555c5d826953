"""Mass assignment: members of the project that a service takes from the body without a documented field (CWE-915)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts import lenient_json
from contracts.json_equality import same

if TYPE_CHECKING:
    from contracts.exchange_record import ExchangeRecord
    from contracts.root_causes.root_cause import RootCause


def is_mass_assignment(cause: RootCause, own: frozenset[str]) -> bool:
    """Whether every response of a root cause repeats a member of the body that the service itself must set.

    Args:
        cause: The root cause.
        own: The members of the response that are not fields of a request.
    """
    return cause.clause.startswith(("response.201.", "state.")) and all(
        exchange is not None and _repeats_member(exchange, own)
        for cases in cause.cases
        for _, exchange in cases.smallest
    )


def _repeats_member(exchange: ExchangeRecord, own: frozenset[str]) -> bool:
    response = exchange.response
    # The history has only a part of responses without findings.
    shown = (lenient_json.object_of(response.body) if response else exchange.project) or {}
    sent = exchange.sent_members
    return any(_is_taken(sent[name], shown[name]) for name in own & sent.keys() & shown.keys())


def _is_taken(sent: Any, shown: Any) -> bool:
    if isinstance(sent, dict) and isinstance(shown, dict) and sent:
        return any(name in shown and same(value, shown[name]) for name, value in sent.items())
    return same(sent, shown)
