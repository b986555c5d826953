"""Refusals whose message has two complaints: those of a wrong value that is refused beside another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.findings import REFUSED
from contracts.kinds.error_messages import words_of_message
from contracts.root_causes.root_cause import with_one

if TYPE_CHECKING:
    from contracts.root_causes.root_cause import RootCause


def with_joined_messages(root_causes: list[RootCause]) -> list[RootCause]:
    """The root causes, with refusals merged into those of the same clause with one of their complaints.

    The whole message of another root cause, of another clause, must be in these refusals, too: then both complaints
    are reported without them.
    """
    found = list(root_causes)
    said = {id(cause): _said(cause) for cause in root_causes if cause.cause == REFUSED}
    for cause in (cause for cause in root_causes if id(cause) in said):
        parts = [
            other
            for other in found
            if other is not cause and id(other) in said and _are_in(said[id(other)], said[id(cause)])
        ]
        same = [other for other in parts if other.clause == cause.clause]
        if len(same) == 1 and len(parts) > 1:
            found = with_one(found, [*same, cause], same[0])
    return found


def _said(cause: RootCause) -> list[str]:
    """The words of the messages of its smallest cases, with a space around each word."""
    exchanges = [cases.smallest[0][1] for cases in cause.cases]
    return [
        f" {words_of_message(exchange.response, exchange.sent_members)} " if exchange and exchange.response else ""
        for exchange in exchanges
    ]


def _are_in(ones: list[str], others: list[str]) -> bool:
    """Whether every one of the other messages has one of the first in it, and more."""
    return all(any(one.strip() and one in other and one != other for one in ones) for other in others)
