"""A finding that takes several requests shows them, in order."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from contracts.deviations import Deviations
from contracts.exchange import Case, Exchange, Response
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.root_causes.root_cause import RootCause, RootCauses
from reports.evidence import one_line
from reports.related_requests import related_requests

KEY, NO_KEY = (("Authorization", "Bearer {key}"),), (("Content-Type", "application/json"),)


def _exchange(number: int, body: dict[str, Any] | None, **members: Any) -> ExchangeRecord:
    text = None if body is None else json.dumps(body).encode()
    case = Case(text, headers=members.pop("headers", KEY))
    if "path" in members:
        case = replace(case, method="GET", path=members.pop("path"))
    project = members.pop("project", None)
    record = ExchangeRecord.of(Exchange(case, None, started=float(number), elapsed=0.1, number=number, **members))
    return ExchangeRecord(record.encoded | ({"project": project} if project else {}))


def _cause(clause: str, exchange: ExchangeRecord) -> RootCause:
    causes = RootCauses(Deviations.none())
    causes.add(Finding(clause, "x", "e", "r"), exchange)
    (cause,) = causes
    return cause


def _numbers(clause: str, shown: int, history: list[ExchangeRecord]) -> list[int]:
    exchange = next(record for record in history if record.number == shown)
    found = related_requests([_cause(clause, exchange)], history)
    return [other.number for other in found.get(("main", shown), ())]


HISTORY = [
    _exchange(1, {"displayName": "a", "externalId": "one"}, project={"id": "A" * 21}, connection=1),
    _exchange(2, {"displayName": "b"}, project={"id": "B" * 21}, connection=1),
    _exchange(3, {"displayName": "a", "externalId": "one"}, connection=2, headers=NO_KEY),
    _exchange(4, None, path=f"/v1/projects/{'B' * 21}", connection=2),
    _exchange(5, {"displayName": "c"}, project={"id": "B" * 21}, connection=2, headers=NO_KEY),
]


@pytest.mark.parametrize(
    ("clause", "shown", "others"),
    [
        ("state.external_id_reuse", 3, [1]),
        ("state.reads_back", 2, [4, 5]),
        ("response.201.id.unique", 5, [2, 4]),
        ("service.connections", 5, [4]),
        ("service.connections", 3, []),
        ("request.displayName.pattern", 3, []),
    ],
)
def test_the_requests_about_the_same_project_and_before_it_on_the_connection(
    clause: str, shown: int, others: list[int]
) -> None:
    assert _numbers(clause, shown, HISTORY) == others


def test_of_a_connection_the_last_request_with_the_key_counts_too() -> None:
    history = [
        _exchange(1, {"displayName": "a"}, connection=7),
        _exchange(2, {"displayName": "b"}, connection=7, headers=NO_KEY),
        _exchange(3, {"displayName": "c"}, connection=7, headers=NO_KEY),
        _exchange(4, {"displayName": "d"}, connection=7),
    ]
    assert _numbers("service.connections", 3, history) == [1, 2]


def test_the_outcome_of_a_request_stands_before_texts_that_may_be_cut() -> None:
    body = json.dumps({"displayName": "x" * 900}).encode()
    line = one_line(Exchange(Case(body, headers=()), Response(201, (), b'{"id":"1"}')))
    assert line.startswith("POST /v1/projects (without the right key): 201; {")
