"""Mass assignment: members of the project that a service takes from elsewhere in the body (CWE-915).

A body may have an undocumented member with the name of one that the service sets itself, and an object in it may have
members with the names of any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts import lenient_json
from contracts.json_equality import same

if TYPE_CHECKING:
    from contracts.exchange_record import ExchangeRecord
    from contracts.root_causes.root_cause import RootCause


def is_mass_assignment(cause: RootCause, own: frozenset[str]) -> bool:
    """Whether every response of a root cause repeats a member of the body, or of an object in it, that it must not.

    Args:
        cause: The root cause.
        own: The members of the response that are not fields of a request.
    """
    return cause.clause.startswith(("response.201.", "state.")) and all(
        exchange is not None and _repeats(exchange, own) for cases in cause.cases for _, exchange in cases.smallest
    )


def _repeats(exchange: ExchangeRecord, own: frozenset[str]) -> bool:
    response = exchange.response
    # The history has only a part of responses without findings.
    shown = (lenient_json.object_of(response.body) if response else exchange.project) or {}
    sent = exchange.sent_members
    return _repeats_member(sent, shown, own) or any(
        _is_spread(value, sent, shown) for value in sent.values() if isinstance(value, dict)
    )


def _repeats_member(sent: dict[str, Any], shown: dict[str, Any], own: frozenset[str]) -> bool:
    return any(_is_taken(sent[name], shown[name]) for name in own & sent.keys() & shown.keys())


def _is_spread(inner: dict[str, Any], sent: dict[str, Any], shown: dict[str, Any]) -> bool:
    """Whether a member of an object in the body has replaced the one of the project with the same name.

    An empty or missing value is no evidence: the service may have left it out for another reason.
    """
    return any(
        bool(inner[name]) and same(inner[name], shown[name]) and not (name in sent and same(sent[name], shown[name]))
        for name in inner.keys() & shown.keys()
    )


def _is_taken(sent: Any, shown: Any) -> bool:
    if isinstance(sent, dict) and isinstance(shown, dict) and sent:
        return any(name in shown and same(value, shown[name]) for name, value in sent.items())
    return same(sent, shown)
