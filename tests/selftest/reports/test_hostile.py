"""Texts of a service have no effect in any format: markup, scripts, links, terminal sequences, invisible characters."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from contracts.exchange import Case, Exchange, Failure, Response
from contracts.findings import Finding
from contracts.history_records import NotExercisedRecord
from reports.markdown import code
from reports.reading import summarize
from reports.render import write_all
from reports.terminal import github_annotations, terminal_summary
from reports.visible import hidden, inert, pieces
from tests.selftest import history_samples as samples

if TYPE_CHECKING:
    from pathlib import Path

    from reports.history import HistoryWriter

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"
    "\"' onmouseover=alert(4) </code></pre></style></script><!-- ]]> --> [x](javascript:alert(5)) ![i](http://evil.test/i.png)"
    " <a href='javascript:alert(6)'>x</a> `` ``` | \x1b[2J\x1b]0;owned\x07 \u202e\u2066rtl\u2069 \x00 \ud800 \u2028"
    " \r\n::error::forged"
    " {{ 7*7 }} {% raw %} &lt; %0A @everyone"
)


def hostile_run(directory: Path) -> None:
    """A run in which every text of a finding, a note and a response is hostile."""
    body = HOSTILE.encode("utf-8", "surrogatepass")

    def answers(_case: Case, _owed: object, correct: Response) -> Response | Failure:
        headers = (("content-type", "text/html"), ("x-hostile", HOSTILE), (HOSTILE, "name"))
        return Response(500, headers, body) if correct.status == 201 else correct

    def more(writer: HistoryWriter) -> None:
        case = Case(
            body, headers=(("Authorization", "Bearer {key}"), ("X-Hostile", HOSTILE)), case_set=HOSTILE, intent=HOSTILE
        )
        exchange = Exchange(case, None, Failure("reset", HOSTILE), started=samples.STARTED, worker="main", number=900)
        for clause in ("service.answers", "response.201.metadata.echo", "advisory.challenge"):
            finding = Finding(clause, f"cause {HOSTILE}", f"expected {HOSTILE}", f"received {HOSTILE}", f"/{HOSTILE}")
            writer.finding(finding, exchange)
        samples.note(writer, HOSTILE, HOSTILE)
        writer.record(NotExercisedRecord("state.overlap", HOSTILE))

    samples.write_history(
        directory,
        count=24,
        answers=answers,
        extra=more,
        reason=HOSTILE,
        target="live",
        command=HOSTILE,
        options={HOSTILE: HOSTILE},
        commit=HOSTILE,
    )


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile")
    hostile_run(place)
    write_all(summarize([place]), place)
    return place


class _Page(HTMLParser):
    """Collects what a browser would obey."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def test_the_page_holds_no_element_or_attribute_of_the_service(directory: Path) -> None:
    page = _Page()
    text = (directory / "index.html").read_text(encoding="utf-8")
    page.feed(text)
    assert page.tags.count("script") == 1
    assert page.tags.count("style") == 1
    assert not {"img", "iframe", "object", "base", "form"} & set(page.tags)
    assert [name for _, name, _ in page.attributes if name.startswith("on") or name == "style"] == []
    links = [value for _, name, value in page.attributes if name in {"href", "src", "action", "xlink:href"}]
    assert links
    assert all(link.startswith("#") or link == "data:," for link in links)
    assert "49" not in re.findall(r"\{\{ ?(\d+)", text)
    assert "{{ 7*7 }}" in text


def test_the_policy_of_the_page_allows_its_own_style_and_script_alone(directory: Path) -> None:
    page = _Page()
    page.feed((directory / "index.html").read_text(encoding="utf-8"))
    policy = next(
        value for tag, name, value in page.attributes if tag == "meta" and "default-src" in value and name == "content"
    )
    assert "default-src 'none'" in policy
    assert re.findall(r"(\w+-src) '(sha256)-", policy) == [("style-src", "sha256"), ("script-src", "sha256")]
    assert "unsafe" not in policy


def test_no_format_holds_a_character_that_cannot_be_seen(directory: Path) -> None:
    for path in directory.glob("*"):
        if path.suffix == ".ndjson":
            continue
        text = path.read_text(encoding="utf-8")
        assert [c for c in set(text) if c != "\n" and not c.isprintable()] == [], path.name


def test_xml_and_json_are_well_formed(directory: Path) -> None:
    cases = ET.parse(directory / "junit.xml").getroot().iter("testcase")
    assert any(case.find("failure") is not None for case in cases)
    for name in ("report.json", "report.sarif", "ctrf.json", "findings.har"):
        assert json.loads((directory / name).read_text(encoding="ascii"))


def test_the_har_and_the_json_report_keep_the_exact_bytes(directory: Path) -> None:
    report = json.loads((directory / "report.json").read_text())
    finding = next(f for f in report["findings"] if f["clause"] == "service.answers")
    restored = Exchange.from_json(
        {n: v for n, v in finding["exchange"].items() if n not in {"expected", "violations", "why"}}
    )
    assert restored.case.body == HOSTILE.encode("utf-8", "surrogatepass")
    assert restored.case.header("X-Hostile") == HOSTILE


def test_the_terminal_gets_no_escape_of_the_service(directory: Path) -> None:
    summary = summarize([directory])
    plain = terminal_summary(summary, width=4000)
    assert all(line.isprintable() for line in plain.split("\n"))
    coloured = terminal_summary(summary, width=4000, colour=True)
    assert set(re.findall(r"\x1b[^m]*m", coloured)) <= {
        "\x1b[0m",
        "\x1b[1;31m",
        "\x1b[2m",
        "\x1b[31m",
        "\x1b[33m",
        "\x1b[1;33m",
    }


def test_a_workflow_gets_no_command_of_the_service(directory: Path) -> None:
    annotations = github_annotations(summarize([directory]), {"GITHUB_ACTIONS": "true"})
    lines = annotations.split("\n")
    assert len(lines) == len(summarize([directory]).findings)
    assert all(re.match(r"::error title=[^:,]+::", line) for line in lines)


def test_markdown_holds_hostile_text_in_code_spans_alone(directory: Path) -> None:
    text = (directory / "summary.md").read_text(encoding="utf-8")
    page = _Page()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    own = {"h2", "h3", "p", "code", "pre", "ol", "ul", "li", "em", "details", "summary", "strong"}
    assert set(page.tags) <= own | {"table", "thead", "tbody", "tr", "th", "td"}
    assert {name for _, name, _ in page.attributes} <= {"class", "style"}
    assert {value for _, name, value in page.attributes if name == "style"} <= {"text-align:right"}
    # GitHub makes links and mentions of bare words; in code it does not.
    outside = re.sub(
        r"(?s)<(code|pre)\b.*?</\1>", "", MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    )
    assert "alert(1)" in outside
    source = text.split("\n", 1)[0]
    assert "http://" not in source
    assert re.search(r"(?<!\\)@", source) is None


def test_the_key_is_in_no_format(tmp_path: Path) -> None:
    def repeats_the_key(_case: Case, _owed: object, correct: Response) -> Response:
        return Response(correct.status, (*correct.headers, ("x-key", samples.KEY)), correct.body + samples.KEY.encode())

    samples.write_history(tmp_path, answers=repeats_the_key, count=24)
    summary = summarize([tmp_path])
    write_all(summary, tmp_path)
    assert "service.token_not_repeated" in {finding.clause.id for finding in summary.findings}
    for path in tmp_path.iterdir():
        assert samples.KEY.encode() not in path.read_bytes(), path.name


@given(st.text())
def test_an_inert_text_is_printable_whatever_it_was(text: str) -> None:
    assert inert(text).isprintable()
    assert len(inert(text, 20)) <= 20


@given(st.text(st.characters(exclude_characters="\\")))
def test_the_pieces_of_a_text_are_the_text_with_escapes_for_what_is_hidden(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == inert(text)
    assert sum(bool(piece.name) for piece in pieces(text)) == sum(map(hidden, text))


@given(st.text(st.characters(categories=["L", "P", "N", "S", "Zs"]), min_size=1, max_size=80))
def test_no_text_ends_the_code_span_it_stands_in(text: str) -> None:
    span = code(text)
    if span == "(empty)":
        assert not text.strip()
        return
    fence = re.match("`+", span)
    assert fence is not None
    runs = re.findall("`+", span)
    assert runs.count(fence.group()) == 2
    assert runs[0] == runs[-1] == fence.group()
