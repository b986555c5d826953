"""Findings are ordered by severity and described for readers, on a page of limited size."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from contracts.clause import Clause
from contracts.clauses import catalogue
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Failure, Response
from contracts.findings import Level
from contracts.history_records import PhaseRecord
from reports.evidence import Evidence
from reports.reading import summarize
from reports.render import write_all
from reports.severity import severity
from reports.tally import Moment
from reports.timeline_charts import timeline_chart
from reports.wording import basis, place
from tests.selftest import history_samples as samples

if TYPE_CHECKING:
    from pathlib import Path

    from reports.evidence import FindingReport
    from reports.history import HistoryWriter


@pytest.fixture(scope="module")
def finding(tmp_path_factory: pytest.TempPathFactory) -> FindingReport:
    folder = tmp_path_factory.mktemp("one")
    samples.write_history(folder, count=12, extra=lambda writer: writer.finding(samples.finding("service.no_5xx")))
    return summarize([folder]).findings[0]


def _like(finding: FindingReport, clause: str, expected: str, status: int, **members: object) -> FindingReport:
    response, failure = (Response(status, (), b""), None) if status else (None, Failure("timeout", ""))
    evidence = Evidence(Exchange(Case(b"{}"), response, failure), expected, (), (), None, None, ())
    of_clause = dataclasses.replace(finding.clause, id=clause)
    changed = dataclasses.replace(finding, id=clause, clause=of_clause, clauses=(clause,), evidence=evidence)
    return dataclasses.replace(changed, **members)  # type: ignore[arg-type]  # names of members


def test_what_hurts_most_comes_first(finding: FindingReport) -> None:
    ordered = [
        _like(finding, "service.answers", "created", 0, id="service.answers:timeout"),
        _like(finding, "service.no_5xx", "created", 500),
        _like(finding, "authorization.required", "rejected", 201),
        _like(finding, "response.201.externalId.echo", "created", 201),
        _like(finding, "request.metadata.null", "created", 400),
        _like(finding, "request.displayName.pattern", "rejected", 201, count=9),
        _like(finding, "request.externalId.type", "rejected", 201, count=2),
        _like(finding, "service.no_5xx", "rejected", 500),
        _like(finding, "response.201.updated.instant", "created", 201),
        _like(finding, "service.no_5xx", "created", 500, published="openapi.json 0.85"),
    ]
    assert [f.id for f in sorted(ordered[5:] + ordered[:5], key=severity)] == [f.id for f in ordered]


def test_a_title_names_the_member_once_and_the_kind_where_there_are_several(finding: FindingReport) -> None:
    clause = Clause("request.externalId.type", Level.DOCUMENTED, "externalId: every string is taken.", "", "page: Body")
    typed = dataclasses.replace(finding, clause=clause, where="/externalId", id=f"{clause.id}:accepted:a-list")
    assert typed.title == ("externalId", ": every string is taken.", "a list")
    assert finding.title[0] == ""
    assert _like(finding, "service.no_5xx", "created", 500, where="/plan/0/x~1y").title[0] == 'plan[0]["x/y"]'
    assert _like(finding, "service.no_5xx", "created", 503).outcome == "503"
    assert _like(finding, "service.answers", "created", 0).outcome == "timeout"


def test_places_and_reasons_are_worded_for_people() -> None:
    assert [place(where) for where in ("/plan/updated", "/ids/0", "Date", "")] == ["plan.updated", "ids[0]", "Date", ""]
    assert [place(f"/metadata/{name}") for name in ("", "p~1q.r", "größe")] == [
        'metadata[""]',
        'metadata["p/q.r"]',
        "metadata.größe",
    ]

    def reason(statement: str, source: str) -> tuple[str, str]:
        return basis(Clause("x", Level.IMPLIED, "", statement, source))

    assert reason("string", "page: Body") == ("The page says (Body):", "string")
    assert reason("id", "page: the example response")[0] == "The page shows this in its example response:"
    assert reason("RFC 3339", "implied") == ("Follows from RFC 3339, not on the page.", "")
    assert reason("no maintainer would defend the opposite", "implied")[0].startswith("Not on the page: ")


def test_the_timeline_says_what_a_run_did_behind_its_tests(tmp_path: Path) -> None:
    def ends(writer: HistoryWriter) -> None:
        writer.record(PhaseRecord("final_checks", samples.STARTED + 6))
        writer.record(PhaseRecord("cleanup", samples.STARTED + 7.5))

    history = samples.write_history(tmp_path, extra=ends, ended=False)
    with history.open("a") as file:
        file.write(json.dumps({"type": "end", "worker": "main", "reason": "", "ended": samples.STARTED + 10}) + "\n")
    summary = summarize([tmp_path])
    assert [(phase.kind, round(phase.end - phase.start, 2)) for phase in summary.phases] == [
        ("final_checks", 1.5),
        ("cleanup", 2.5),
    ]
    write_all(summary, tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert "Verifying what was created: 1.5 s, from 6.0 s on; deleting what was created: 2.5 s" in page
    assert "no request was started from" not in page


def test_a_long_pause_is_named_with_its_reasons(tmp_path: Path) -> None:
    samples.write_history(tmp_path, count=12)
    summary = summarize([tmp_path])
    bars = {0.0: (("2xx", 3),), 0.5: (), 1.0: (), 5.0: (), 9.5: (("4xx", 1),), 10.0: (("2xx", 1),)}
    timeline = tuple(Moment(number / 2, bars.get(number / 2, ())) for number in range(21))
    chart = timeline_chart(dataclasses.replace(summary, bar_seconds=0.5, timeline=timeline))
    assert chart.remark.startswith("No request was started from 0.5 s to 9.5 s: ")


def test_a_page_with_twelve_findings_is_small(tmp_path: Path) -> None:
    def twelve(writer: HistoryWriter) -> None:
        case = Case(json.dumps({"displayName": "x" * 20_000}).encode(), case_set="large")
        exchange = Exchange(case, Response(201, (), b"y" * 20_000), started=samples.STARTED, number=1_000)
        for clause in list(catalogue(load_contract()))[:12]:
            writer.finding(samples.finding(clause, received="y" * 3_000, where="/displayName"), exchange)

    samples.write_history(tmp_path, extra=twelve, answers=samples.breaks_promises)
    summary = summarize([tmp_path])
    write_all(summary, tmp_path)
    assert len(summary.findings) >= 12
    assert (tmp_path / "index.html").stat().st_size < 500_000
