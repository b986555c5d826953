"""Records of a history can be read back, including those of other versions."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from contracts.clauses import catalogue
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Failure, Response
from contracts.exchange_record import ExchangeRecord
from contracts.expectation import Expectation, Expected, Violation
from contracts.findings import Finding
from contracts.history_records import (
    CleanupRecord,
    EndRecord,
    ExercisedRecord,
    FindingRecord,
    HistoryRecord,
    KeptProject,
    MemberCountsRecord,
    NoteRecord,
    NotExercisedRecord,
    NotToBlameRecord,
    PhaseRecord,
    PublishedRecord,
    ReattributedRecord,
    RepeatedRecord,
    RunRecord,
    SignatureRecord,
    Target,
    decode,
    encode,
)
from contracts.judgement import Judgement

FINDING = Finding("request.color.pattern", "accepted", "a 4xx", "201", "/color", ("a dot",))
CASE = Case(b'{"color":"\xff"}', case_set="words", id="bytes")
EXCHANGE = Exchange(CASE, Response(201, (("Date", "now"),), b"{}"), None, 5.25, 0.125, "main", 7, 3, 2)
JUDGEMENT = Judgement(
    Expectation(Expected.REJECTED, (Violation("request.color.pattern", "/color", "dot", ("a dot",)),), ("lenient",)),
    (FINDING,),
    ("a",),
    ("b",),
    ("check: KeyError",),
    {"id": "P", "plan": {"id": "Q", "name": "free"}, "type": "TEAM"},
    {"metadata": {}},
)
JUDGED = ExchangeRecord.of(EXCHANGE, JUDGEMENT, 4)
RECORDS: list[HistoryRecord] = [
    RunRecord(
        id="r",
        target=Target("live", "http://x"),
        seed=3,
        dirty=True,
        started=1.5,
        shard="1/2",
        worker="main",
        clauses=tuple(catalogue(load_contract()).values())[:2],
    ),
    SignatureRecord(4, ("a",), ("b", "c"), "main"),
    JUDGED,
    FindingRecord(FINDING, 2.5, JUDGED, "main"),
    ReattributedRecord(7, FINDING, FINDING, JUDGED, "main"),
    NotToBlameRecord("c", "500 at /x", "500", "main"),
    RepeatedRecord("c", "500", fails=False, worker="main"),
    ExercisedRecord("c", 2, 0, "main"),
    NotExercisedRecord("c", "no time", "main"),
    NoteRecord("suite", "text", {"source": "x"}, "main"),
    PhaseRecord("cleanup", 3.5, "main"),
    CleanupRecord(3, 2, (KeptProject("P", "404"),), 1, "main"),
    MemberCountsRecord({"responses": 3}, "main"),
    PublishedRecord("file", {"type": "object"}, {}, "main"),
    EndRecord("interrupted", 9.5, "main"),
]


def test_there_is_a_sample_of_each_type() -> None:
    assert {type(record) for record in RECORDS} == set(get_args(HistoryRecord))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.type)
def test_a_record_is_read_as_it_was_written(record: HistoryRecord) -> None:
    assert decode(json.loads(json.dumps(encode(record, "main")))) == record


def test_the_members_of_a_judged_exchange() -> None:
    record = decode(json.loads(json.dumps(JUDGED.encoded)))
    assert isinstance(record, ExchangeRecord)
    assert (record.exchange, record.case, record.response) == (EXCHANGE, CASE, EXCHANGE.response)
    assert (record.place, record.connection, record.started, record.elapsed) == (("main", 7), 2, 5.25, 0.125)
    assert (record.method, record.path, record.status, record.case_set) == ("POST", CASE.path, 201, "words")
    assert (record.expected, record.signature) == ("rejected", 4)
    assert (record.violations, record.why) == (JUDGEMENT.expectation.violations, ("lenient",))
    assert (record.findings, record.crashed) == ((FINDING,), JUDGEMENT.crashed)
    assert record.project == {"id": "P", "platformId": None, "created": None, "updated": None, "plan": {"id": "Q"}}
    assert (record.unasked, record.date) == ({"metadata": {}}, "now")


def test_the_members_of_an_exchange_without_response_that_was_not_judged() -> None:
    record = ExchangeRecord.of(Exchange(Case(None, method="GET", path="/x"), None, Failure("reset", "gone"), number=1))
    assert (record.status, record.response, record.failure_kind) == (0, None, "reset")
    assert (record.expected, record.signature, record.findings, record.project) == ("", None, (), None)
    assert (record.method, record.path, record.body_text, record.size) == ("GET", "/x", "", 0)


def test_a_reduced_record_has_what_the_checks_of_the_history_need_and_keeps_its_size() -> None:
    long = Exchange(Case(b"x" * 900, case_set="words"), EXCHANGE.response, number=1, worker="gw1")
    whole = ExchangeRecord.of(long, JUDGEMENT, 4)
    reduced = whole.reduced()
    assert (whole.is_reduced, reduced.is_reduced) == (False, True)
    for name in ("place", "size", "case_set", "project", "unasked", "date", "why", "signature", "started", "elapsed"):
        assert getattr(reduced, name) == getattr(whole, name), name
    assert (reduced.status, len(reduced.body_text)) == (0, 400)


def test_what_another_version_wrote_beyond_that_is_passed_over() -> None:
    assert decode({"type": "aura", "worker": "main"}) is None
    assert decode({"type": "note", "worker": "main", "kind": "k", "text": "t", "hue": 3}) == NoteRecord(
        "k", "t", None, "main"
    )
