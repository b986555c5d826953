"""A service that lets members of an object in the body replace those of the project makes one mistake."""

from __future__ import annotations

import json
from typing import Any

from contracts.deviations import Deviations
from contracts.exchange import Case, Exchange, Response
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.root_causes.merging import merged
from contracts.root_causes.root_cause import RootCause, RootCauses

NAME, TYPE = "response.201.displayName.echo", "response.201.type.enum"
OWN = frozenset({"id", "type"})
Seen = tuple[str, dict[str, Any], dict[str, Any]]
SPREAD: list[Seen] = [
    (TYPE, {"displayName": "Mole", "metadata": {"type": "x"}}, {"displayName": "Mole", "type": "x"}),
    (NAME, {"displayName": "Mole", "metadata": {"displayName": "Pier"}}, {"displayName": "Pier", "type": "TEAM"}),
]


def _merged(*seen: Seen) -> list[RootCause]:
    causes = RootCauses(Deviations.none())
    for number, (clause, sent, shown) in enumerate(seen, 1):
        response = Response(201, (("Content-Type", "application/json"),), json.dumps(shown).encode())
        exchange = Exchange(Case(json.dumps(sent).encode(), case_set="x"), response, started=1.0, number=number)
        causes.add(Finding(clause, "changed", "e", "r"), ExchangeRecord.of(exchange))
    return merged(list(causes), {}, {}, OWN)


def test_members_that_an_object_in_the_body_replaces_are_one_root_cause_under_the_clearest_clause() -> None:
    (found,) = _merged(*SPREAD)
    assert (found.clause, set(found.clauses)) == (NAME, {NAME, TYPE})


def test_a_value_that_is_wrong_by_itself_is_another_root_cause() -> None:
    cut: Seen = (NAME, {"displayName": "Mole", "metadata": {"displayName": "Pier"}}, {"displayName": "Mo"})
    assert len(_merged(SPREAD[0], cut)) == 2


def test_a_value_that_the_body_has_in_both_places_and_one_that_is_empty_show_nothing() -> None:
    both: Seen = (NAME, {"displayName": "Mole", "metadata": {"displayName": "Mole"}}, {"displayName": "Mole"})
    empty: Seen = (NAME, {"displayName": "Mole", "metadata": {"displayName": ""}}, {"displayName": ""})
    assert len(_merged(SPREAD[0], both)) == len(_merged(SPREAD[0], empty)) == 2
