"""Root causes that are merged because of what the service says, of one object, or of their number."""

from __future__ import annotations

import json
from typing import Any

from contracts.deviations import Deviations
from contracts.exchange import Case, Exchange
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.root_causes.merging import merged
from contracts.root_causes.root_cause import RootCauses

#: A clause, a cause, and a body.
Seen = tuple[str, str, dict[str, Any]]


def _root_causes(*seen: Seen, kinds: tuple[tuple[str, ...], ...] = ()) -> RootCauses:
    causes = RootCauses(Deviations.none())
    for number, (clause, cause, body) in enumerate(seen):
        case = Case(json.dumps(body).encode(), case_set="x")
        record = ExchangeRecord.of(Exchange(case, None, started=1.0, number=number + 1))
        causes.add(Finding(clause, cause, "e", "r", "", kinds[number] if kinds else ()), record)
    return causes


def test_a_failure_that_did_not_occur_again_is_one_of_those_that_did_if_these_are_many() -> None:
    often: Seen = ("service.answers", "closed", {})
    rarely: Seen = ("service.answers", "closed at times", {})
    assert [cause.cause for cause in merged(list(_root_causes(*[often] * 4, rarely)), {}, {})] == ["closed"]
    assert len(merged(list(_root_causes(*[often] * 3, rarely)), {}, {})) == 2
    assert len(merged(list(_root_causes(*[often] * 4, ("service.time", "hang at times", {}))), {}, {})) == 2


def test_a_refusal_in_whose_message_the_service_names_another_field_is_one_of_that_field() -> None:
    body = {"team": "a/b", "mail": "a@b.co"}
    seen: list[Seen] = [("request.team.type", "refused", body), ("request.mail.pattern", "refused", body)]

    def found(message: str) -> int:
        kinds = (("400 team has a slash",), (message,))
        return len(merged(list(_root_causes(*seen, kinds=kinds)), {}, {}))

    assert found("400 team has a slash") == 1
    assert found("400 mail has a slash") == found("400 a slash") == 2


def test_members_of_one_object_that_all_have_the_same_wrong_type_are_one_root_cause() -> None:
    members: list[Seen] = [(f"response.201.counts.{name}.type", "string", {}) for name in "abcd"]
    assert len(merged(list(_root_causes(*members)), {}, {})) == 1
    assert len(merged(list(_root_causes(*members[:2])), {}, {})) == 2
    assert len(merged(list(_root_causes(*members, ("response.201.counts.e.type", "null", {}))), {}, {})) == 2
