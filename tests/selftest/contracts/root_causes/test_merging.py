"""Root causes that are merged because of what the service says, of one object, or of their number."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from contracts.deviations import Deviations
from contracts.exchange import Case, Exchange, Response
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


def test_a_value_that_is_changed_after_a_right_response_is_another_cause_than_values_that_responses_change() -> None:
    def found(shown: str) -> int:
        causes = RootCauses(Deviations.none())
        case, response = Case(b'{"team":"a"}'), Response(201, (), json.dumps({"team": shown}).encode())
        record = ExchangeRecord.of(Exchange(case, response, started=1.0, number=1))
        causes.add(Finding("response.201.team.echo", "changed", "a%", "a", "/team"), None)
        causes.add(Finding("state.reads_back", "team differs", "b", "a", "/team"), record)
        return len(merged(list(causes), {}, {}))

    assert found("a") == 2
    assert found("b") == 1


def test_a_refusal_with_the_messages_of_two_others_is_no_third() -> None:
    name, items, both = "teamName is too long", "items.0 must be a word", "teamName is too long; items.0 must be a word"

    def found(*seen: tuple[str, str]) -> list[tuple[str, int]]:
        causes = RootCauses(Deviations.none())
        for number, (clause, message) in enumerate(seen):
            response = Response(422, (), json.dumps({"detail": message}).encode())
            record = ExchangeRecord.of(Exchange(Case(b"{}"), response, started=1.0, number=number + 1))
            causes.add(Finding(clause, "refused", "e", "r", "", (message,)), record)
        # As division leaves them: one root cause for each message.
        parts = [replace(cause, cases=[cases]) for cause in causes for cases in cause.cases]
        return sorted((cause.clause, cause.count) for cause in merged(parts, {}, {}))

    of_name, of_items = ("request.teamName.type", name), ("request.items.type", items)
    joined = ("request.teamName.type", both)
    assert found(of_name, joined, of_items) == [("request.items.type", 1), ("request.teamName.type", 2)]
    # Without a finding of its own the second complaint would not be reported.
    assert len(found(of_name, joined)) == 2
    assert len(found(of_name, ("request.teamName.type", "teamName is empty"), of_items)) == 3


def test_members_of_one_object_that_all_have_the_same_wrong_type_are_one_root_cause() -> None:
    members: list[Seen] = [(f"response.201.counts.{name}.type", "string", {}) for name in "abcd"]
    assert len(merged(list(_root_causes(*members)), {}, {})) == 1
    assert len(merged(list(_root_causes(*members[:2])), {}, {})) == 2
    assert len(merged(list(_root_causes(*members, ("response.201.counts.e.type", "null", {}))), {}, {})) == 2
