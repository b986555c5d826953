"""Diagnoses of findings that need several responses: instants relative to the time of their requests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.deviations import Deviations
from contracts.diagnosis import diagnose, observed
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.root_causes.root_cause import RootCauses

if TYPE_CHECKING:
    from collections.abc import Callable

CONTRACT = load_contract()
START = datetime(2026, 11, 3, 9, 20, 31, tzinfo=UTC)


def _diagnosed(created: Callable[[datetime], datetime]) -> list[str]:
    """What is said of a service that has this instant as ``created``."""
    records, causes = [], RootCauses(Deviations.none())
    for number in range(1, 31):
        sent = START + timedelta(minutes=7 * number)
        shown = created(sent).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body: dict[str, Any] = {"id": "P" * 21, "displayName": f"a{number}", "created": shown}
        response = Response(201, (("Content-Type", "application/json"),), json.dumps(body).encode())
        case = Case(json.dumps({"displayName": f"a{number}"}).encode())
        encoded = Exchange(case, response, started=sent.timestamp(), number=number, worker="main").to_json()
        records.append(ExchangeRecord({**encoded, "expected": "created", "signature": 1}))
        causes.add(
            Finding("response.201.created.clock", "far", "the time of the request", shown, "/created"), records[-1]
        )
    return [found.sentence for found in diagnose(CONTRACT, list(causes), observed(records, 100))]


@pytest.mark.parametrize(
    ("created", "sentence"),
    [
        (lambda sent: sent - timedelta(hours=5.5), "created is about 6 hours before the time of the request"),
        (lambda sent: sent + timedelta(days=40), "created is about 40 days after the time of the request"),
        (lambda sent: sent.replace(hour=0, minute=0, second=0), 'created is "2026-11-'),  # all requests of one day
        (lambda sent: sent.replace(minute=0, second=0), "created is a whole hour"),
        (lambda _: START.replace(year=1970), 'created is "1970-'),
    ],
)
def test_a_clock_that_is_wrong_is_described(created: Callable[[datetime], datetime], sentence: str) -> None:
    (said,) = _diagnosed(created)
    assert said.startswith(sentence)


def test_a_clock_without_any_rule_is_not_described() -> None:
    assert _diagnosed(lambda sent: sent - timedelta(minutes=sent.minute**2)) == []
