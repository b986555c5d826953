"""Slow responses are attributed to a pattern if other requests show that its texts are slow to match."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

import pytest

from contracts.exchange import Case, Exchange, Failure, Response
from contracts.exchange_record import ExchangeRecord
from contracts.expectation import Expectation, Expected
from contracts.findings import Finding
from contracts.history_records import ReattributedRecord
from contracts.judgement import Judgement
from contracts.root_causes.slow_texts import attribute_slow_responses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.history_records import HistoryRecord

FIELDS = ("mail", "name")
NUMBERS = count(1)
LONG = "a@" + 30 * "b."
PROMPT = [{"mail": f"m{number}@example.com", "name": "Ordinary"} for number in range(25)]


def _record(body: Mapping[str, object], cause: str = "") -> ExchangeRecord:
    number = next(NUMBERS)
    case = Case(json.dumps(body).encode())
    answer = (
        Exchange(case, None, Failure("timeout", "no response"), elapsed=6.0, number=number)
        if cause
        else Exchange(case, Response(201, (), b"{}"), elapsed=0.01, number=number)
    )
    findings = (Finding("service.time", cause, "within 5 s", "none"),) if cause else ()
    judgement = Judgement(Expectation(Expected.REJECTED), findings, (), (), ())
    return ExchangeRecord.of(answer, judgement, signature=1)


def _run(*late: Mapping[str, object], cause: str = "hang") -> list[HistoryRecord]:
    return [*map(_record, PROMPT), *(_record(body, cause) for body in late)]


def _blamed(records: list[HistoryRecord], known: frozenset[str] = frozenset()) -> list[str]:
    found = list(attribute_slow_responses(records, FIELDS, known))
    assert {(record.was.clause, record.finding.clause) for record in found} <= {
        ("service.time", "service.pattern_time")
    }
    return [record.finding.where for record in found]


def test_long_texts_that_all_take_too_long_are_to_blame() -> None:
    late = [{"mail": f"{LONG}{number}", "jobs": number} for number in range(4)]
    assert _blamed(_run(*late)) == 4 * ["/mail"]


@pytest.mark.parametrize(
    "late",
    [
        pytest.param([{"mail": f"{number}@b.co"} for number in range(4)], id="short texts"),
        pytest.param([{"mail": body["mail"]} for body in PROMPT[:4]], id="texts that were no trouble elsewhere"),
        pytest.param([*({"mail": f"{LONG}{n}"} for n in range(4)), {"jobs": 3}], id="one has no such text"),
        pytest.param([{"mail": f"{LONG}{number}"} for number in range(2)], id="too few"),
        pytest.param([{"name": 30 * "x", "mail": 7}, *({"mail": f"{LONG}{n}"} for n in range(3))], id="two fields"),
    ],
)
def test_no_text_is_to_blame_where_something_else_may_be(late: list[Mapping[str, object]]) -> None:
    assert _blamed(_run(*late)) == []


def test_responses_that_are_late_at_times_show_nothing() -> None:
    late: list[Mapping[str, object]] = [{"mail": f"{LONG}{number}"} for number in range(4)]
    assert _blamed(_run(*late, cause="hang at times")) == []


def test_a_service_that_answered_few_requests_shows_nothing() -> None:
    late: list[Mapping[str, object]] = [{"mail": f"{LONG}{number}"} for number in range(4)]
    assert _blamed(_run(*late)[-6:]) == []


def test_one_late_response_is_enough_where_the_field_is_known_and_none_is_counted_twice() -> None:
    records = _run({"mail": LONG}, {"mail": f"{LONG}x"})
    last = records[-1]
    assert isinstance(last, ExchangeRecord)
    was = last.findings[0]
    records.append(ReattributedRecord(last.number, was, was, last, last.worker))
    assert _blamed(records, frozenset({"mail"})) == ["/mail"]
