"""Values that count as nothing and are accepted in several fields are one mistake of one kind of check."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.deviations import Deviations
from contracts.exchange import Case, Exchange
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.kinds.changes import kinds_of_change
from contracts.root_causes.merging import merged
from contracts.root_causes.root_cause import RootCauses

Seen = tuple[str, str, Any]
FALSE: list[Seen] = [
    ("alertReceiverEmail", "pattern", ""),
    ("alertReceiverEmail", "type", 0),
    ("maxConcurrentJobs", "type", False),
    ("maxConcurrentJobs", "type", ""),
    ("metadata", "null", None),
    ("metadata", "type", 0),
]


EMPTY: list[Seen] = [("alertReceiverEmail", "pattern", ""), ("metadata", "type", ""), ("maxConcurrentJobs", "type", "")]


def _number_of_causes(*seen: Seen) -> int:
    causes = RootCauses(Deviations.none())
    for number, (field, aspect, value) in enumerate(seen, 1):
        case = Case(json.dumps({"displayName": "Depot", field: value}).encode(), case_set="x")
        record = ExchangeRecord.of(Exchange(case, None, started=1.0, number=number))
        finding = Finding(f"request.{field}.{aspect}", "accepted", "e", "r", f"/{field}")
        if aspect == "echo":
            kinds = kinds_of_change(value, None)
            finding = Finding(f"response.201.{field}.echo", "changed", "e", "r", f"/{field}", kinds)
        causes.add(finding, record)
    counts = {f"request.{field}.{aspect}": (50, 1) for field, aspect, _ in seen}
    return len(merged(list(causes), counts, {}))


def test_false_values_in_several_fields_are_one_root_cause() -> None:
    assert _number_of_causes(*FALSE) == 1


@pytest.mark.parametrize("other", [("externalId", "type", 12), ("metadata", "type", [1])])
def test_another_value_is_another_root_cause(other: Seen) -> None:
    assert _number_of_causes(*FALSE[:5], other) > 1


def test_one_value_that_is_removed_from_every_body_is_one_root_cause() -> None:
    assert _number_of_causes(*EMPTY, ("externalId", "echo", "")) == 1
    assert _number_of_causes(*EMPTY, ("externalId", "echo", "x")) == 2
    assert _number_of_causes(*((name, "type", zero) for name, zero in (("a", 0), ("b", 0.0), ("c", -0.0)))) == 1
    assert _number_of_causes(*EMPTY[:2], ("externalId", "echo", "")) == 3


def test_two_fields_or_nulls_alone_are_several_root_causes() -> None:
    assert _number_of_causes(*FALSE[:4]) == 3  # two under one clause
    assert _number_of_causes(*FALSE[::2]) == 3  # one value in each field
    assert _number_of_causes(*((name, "null", None) for name in ("a", "b", "c"))) == 3
