"""Kinds that all failing requests have, in one field or anywhere, and no accepted request has."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from contracts.deviations import Deviations
from contracts.exchange import Case, Exchange
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.json_text import ABSENT
from contracts.kinds.bodies import kinds_of_case, kinds_of_failing, kinds_of_field
from contracts.root_causes.division import parts_by_kind
from contracts.root_causes.merging import merged
from contracts.root_causes.root_cause import RootCause, RootCauses


def _accepted(*bodies: dict[str, Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for body in bodies:
        found.update(kinds_of_case(Case(json.dumps(body).encode())))
    return found


def _failures(*failing: tuple[str, dict[str, Any]]) -> list[RootCause]:
    """Server errors that tell nothing, each put down to a field."""
    causes = RootCauses(Deviations.none())
    for number, (name, body) in enumerate(failing):
        case = Case(json.dumps(body).encode())
        kinds = kinds_of_failing(case, body, name)
        finding = Finding("service.no_5xx", f"500 at /{name}", "201", "500", f"/{name}", kinds)
        causes.add(finding, ExchangeRecord.of(Exchange(case, None, number=number)))
    return list(causes)


PLAIN = _accepted({"name": "Plain", "tags": ["plain", "ünder"]}, {"name": "naïve 東京", "jobs": 5, "tags": []})


def test_failures_of_several_fields_with_one_reason_are_one() -> None:
    # A table in utf8mb3.
    failing = _failures(("name", {"name": "🎉 a"}), ("tags", {"name": "a", "tags": ["🚀"]}), ("name", {"name": "𠮷"}))
    (one,) = merged(failing, {}, PLAIN)
    assert one.identifier() == "service.no_5xx:500:any-request-with-a-character-beyond-U+FFFF"
    assert one.count == 3


@pytest.mark.parametrize("style", [True, False])
def test_a_parser_that_knows_one_spelling_fails_for_one_reason(*, style: bool) -> None:
    """A parser that knows no escapes such as \\u0041, and one that reads ASCII alone."""
    spelt: list[dict[str, Any]] = [{"name": "Ärger"}, {"tags": ["日本"], "name": "a"}, {"jobs": {"ö": 1}, "name": "b"}]
    causes = RootCauses(Deviations.none())
    for number, body in enumerate(spelt):
        case = Case(json.dumps(body, ensure_ascii=style).encode())
        clause, kinds = f"request.{next(iter(body))}.type", kinds_of_failing(case, body, next(iter(body)))
        exchange = ExchangeRecord.of(Exchange(case, None, number=number))
        causes.add(Finding(clause, "refused", "201", "400", "", kinds), exchange)
    accepted: Counter[str] = Counter()
    for body in [*spelt, {"name": 'plain "text"'}]:
        accepted.update(kinds_of_case(Case(json.dumps(body, ensure_ascii=not style).encode())))
    (one,) = merged(list(causes), {}, accepted)
    assert one.kind == f"any request with {'a Unicode escape' if style else 'a byte beyond ASCII'}"


def test_failures_stay_apart_where_a_request_with_the_reason_was_accepted() -> None:
    failing = _failures(("name", {"name": "🎉 a"}), ("tags", {"name": "a", "tags": ["🚀"]}))
    assert len(merged(failing, {}, PLAIN + _accepted({"name": "Plain", "other": "🎉"}))) == 2


def test_two_reasons_in_one_field_are_two_mistakes() -> None:
    accepted = _accepted(
        {"name": "b" * 199}, {"name": "Plain"}, {"name": "a", "other": "🎉"}, {"name": "ü 東京"}, {"other": "c" * 300}
    )
    long = [("name", {"name": "x" * length}) for length in (201, 255, 300)]
    (cause,) = _failures(*long, *(("name", {"name": text}) for text in ("🎉", "a 🎉", "🚀")))
    assert [(part.kind, part.count) for part in parts_by_kind(cause, accepted)] == [
        ("in name: a character beyond U+FFFF", 3),
        ("in name: more than 200 characters", 3),
    ]


def test_a_failure_with_one_reason_has_no_reason_in_its_name() -> None:
    (cause,) = _failures(("jobs", {"name": "a", "jobs": 2**40}), ("jobs", {"name": "a", "jobs": 2**31}))
    (same,) = parts_by_kind(cause, PLAIN)
    assert same.identifier() == "service.no_5xx:500-at-/jobs"


@pytest.mark.parametrize("value", [10**400, -(10**400), float("inf"), 1e308, -0.0, "\ud800", [[]], {}, None, True])
def test_every_value_has_kinds(value: Any) -> None:
    assert f"in jobs: {'any value'}" in set(kinds_of_field("jobs", value))


def test_bodies_that_are_no_json_fail_for_one_reason() -> None:
    causes = RootCauses(Deviations.none())
    for number, (body, place) in enumerate([(b"{", " at request.body.json"), (b"", " at request.body.required")]):
        case = Case(body)
        finding = Finding("service.no_5xx", f"500{place}", "4xx", "500", "", kinds_of_failing(case, ABSENT, ""))
        causes.add(finding, ExchangeRecord.of(Exchange(case, None, number=number)))
    (one,) = merged(list(causes), {}, PLAIN)
    assert one.identifier() == "service.no_5xx:500:any-request-with-a-body-that-is-no-JSON-text"
