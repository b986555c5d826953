"""What the last request of a run shows: told as a service that has suffered only where nothing showed it before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.clauses import catalogue
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.history_records import EndRecord, ReattributedRecord, RunRecord, SignatureRecord, Target
from contracts.judgement import Judgement
from contracts.oracle import Expectation, Expected
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
