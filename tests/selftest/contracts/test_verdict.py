"""The last request of a run is a finding about recovery only if nothing failed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contracts.clauses import catalogue
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.exchange_record import ExchangeRecord
from contracts.expectation import Expectation, Expected, Violation
from contracts.findings import ACCEPTED, Finding
from contracts.history_records import EndRecord, ReattributedRecord, RunRecord, SignatureRecord, Target
from contracts.judgement import Judgement
from contracts.verdict import ExitStatus
from contracts.verdict_builder import build_verdict

if TYPE_CHECKING:
    from contracts.history_records import HistoryRecord

SEEN = Finding("service.no_5xx", "500 pool exhausted", "201", "500")
AT_END = Finding("state.recovers", SEEN.cause, "as at the beginning", "500")


def _exchange(number: int, *findings: Finding) -> ExchangeRecord:
    exchange = Exchange(Case(b"{}"), Response(500, (), b""), started=float(number), elapsed=0.01, number=number)
    judgement = Judgement(Expectation(Expected.CREATED), findings, (), (), ())
    return ExchangeRecord.of(exchange, judgement, signature=1)


def _run(*exchanges: ExchangeRecord) -> list[HistoryRecord]:
    last = exchanges[-1]
    return [
        RunRecord(target=Target("live", "http://x"), clauses=tuple(catalogue(load_contract()).values()), worker="main"),
        SignatureRecord(1, (), (), "main"),
        *exchanges,
        ReattributedRecord(last.number, SEEN, AT_END, last, "main"),
        EndRecord("", worker="main"),
    ]


def test_what_only_the_last_request_shows_is_that_the_service_has_suffered() -> None:
    verdict = build_verdict(_run(_exchange(1), _exchange(2, SEEN)))
    assert verdict.status is ExitStatus.BROKEN
    assert [key.clause for key in verdict.broken] == ["state.recovers"]


def test_what_was_seen_before_is_told_once() -> None:
    verdict = build_verdict(_run(_exchange(1, SEEN), _exchange(2, SEEN)))
    assert [(key.clause, key.count) for key in verdict.broken] == [("service.no_5xx", 2)]


def _with_key(number: int, status: int, form: str) -> ExchangeRecord:
    """A request with a wrong key, and whether it was let in."""
    kinds = (form, "made of the key")
    wrong = Violation("authorization.required", "Authorization", "a wrong key", kinds)
    found = Finding(wrong.clause, ACCEPTED, "a 4xx", "201", wrong.where, kinds)
    exchange = Exchange(Case(b"{}"), Response(status, (), b""), started=float(number), elapsed=0.01, number=number)
    findings = (found,) if status == 201 else ()
    return ExchangeRecord.of(
        exchange, Judgement(Expectation(Expected.REJECTED, (wrong,)), findings, (), (), ()), signature=1
    )


@pytest.mark.parametrize(("status", "kinds"), [(401, {"lower", "swapped"}), (400, {""}), (422, {""})])
def test_a_refusal_of_the_body_does_not_show_that_a_key_was_refused(status: int, kinds: set[str]) -> None:
    numbers = iter(range(1, 20))
    records = [_with_key(next(numbers), 201, form) for form in ("lower", "swapped") for _ in range(4)]
    records += [_with_key(next(numbers), status, "upper")]
    assert {cause.kind for cause in build_verdict(_run(*records)[:-2]).broken} == kinds
