"""A default for a required field is one mistake, whether the field is missing, null or empty."""

from __future__ import annotations

import json
from typing import Any

from contracts.deviations import Deviations
from contracts.exchange import Case, Exchange, Response
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.root_causes.merging import merged
from contracts.root_causes.root_cause import RootCauses

Seen = tuple[str, dict[str, Any], Any]


def _number_of_causes(*seen: Seen) -> int:
    causes = RootCauses(Deviations.none())
    for number, (aspect, sent, shown) in enumerate(seen, 1):
        body = json.dumps({"id": "P" * 21, "displayName": shown}).encode()
        response = Response(201, (("Content-Type", "application/json"),), body)
        exchange = Exchange(Case(json.dumps(sent).encode(), case_set="x"), response, started=1.0, number=number)
        finding = Finding(f"request.displayName.{aspect}", "accepted", "e", "r", "/displayName")
        causes.add(finding, ExchangeRecord.of(exchange))
    counts = {f"request.displayName.{aspect}": (40, 1) for aspect, _, _ in seen}
    return len(merged(list(causes), counts, {}))


def test_one_default_for_a_missing_a_null_and_an_empty_field_is_one_root_cause() -> None:
    missing: Seen = ("required", {"externalId": "a"}, "Nameless")
    null: Seen = ("null", {"displayName": None}, "Nameless")
    empty: Seen = ("pattern", {"displayName": ""}, "Nameless")
    assert _number_of_causes(missing, null, empty) == 1


def test_values_that_are_kept_or_converted_are_other_root_causes() -> None:
    missing: Seen = ("required", {}, "Nameless")
    assert _number_of_causes(missing, ("pattern", {"displayName": "a.b"}, "a.b")) == 2
    assert _number_of_causes(missing, ("null", {"displayName": None}, "null")) == 2
    assert _number_of_causes(("required", {}, None), ("pattern", {"displayName": "/"}, None)) == 2
