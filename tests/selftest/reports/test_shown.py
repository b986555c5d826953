"""Marks, terminal output and numbers."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.clauses import catalogue
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Failure, Response
from contracts.exchange_record import ExchangeRecord
from reports.marking import pointer_span
from reports.reading import summarize
from reports.tally import Tally
from reports.terminal import github_annotations, print_summary, terminal_summary, wants_colour
from reports.visible import named
from reports.wording import duration, milliseconds
from tests.selftest import history_samples as samples

if TYPE_CHECKING:
    from reports.history import HistoryWriter
    from reports.summary import Summary

_NAMES = st.text(max_size=4)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)


def _places(value: Any, pointer: str = "") -> list[tuple[str, Any]]:
    found = []
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in children:
        place = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
        found += [(place, inner), *_places(inner, place)]
    return found


@given(_VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_every_pointer_leads_to_its_value(value: Any, indent: Any, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    for pointer, inner in _places(value):
        found = pointer_span(text, pointer)
        assert found is not None, pointer
        part = text[slice(*found)]
        shown = json.loads("{" + part + "}") if _is_member(value, pointer) else json.loads(part)
        assert inner == (next(iter(shown.values())) if _is_member(value, pointer) else shown)


def _is_member(value: Any, pointer: str) -> bool:
    *parents, _ = [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]
    for part in parents:
        value = value[part] if isinstance(value, dict) else value[int(part)]
    return isinstance(value, dict)


@given(st.text() | _VALUES.map(json.dumps), st.text(max_size=8).map("/".__add__))
def test_a_pointer_into_any_text_leads_somewhere_or_nowhere(text: str, pointer: str) -> None:
    found = pointer_span(text, pointer)
    assert found is None or 0 <= found[0] < found[1] <= len(text)


def test_of_a_repeated_member_the_last_is_marked() -> None:
    text = '{"a":1,"a":2}'
    assert pointer_span(text, "/a") == (7, 12)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    directory = tmp_path_factory.mktemp("broken")
    samples.write_history(directory, answers=samples.breaks_promises)
    return summarize([directory])


def test_the_summary_fits_24_rows_with_the_verdict_the_findings_and_what_to_do_next(broken: Summary) -> None:
    lines = terminal_summary(broken, width=80, rows=24).splitlines()
    first, *others = broken.findings
    # The path of the report comes behind, and the prompt.
    assert sum(-(-len(line) // 80) for line in lines) <= 22
    assert lines[:2] == [broken.sentence, broken.release]
    start = next(n for n, line in enumerate(lines) if line.startswith("1. "))
    assert f"  {first.clause.id}: {first.agreement}" in lines[start:]
    sent = next(n for n, line in enumerate(lines) if line.startswith("  sent "))
    assert [line.split()[0] for line in lines[sent : sent + 3]] == ["sent", "expected", "received"]
    assert first.sent[:40] in lines[sent]
    listed = [line for line in lines if line.split(". ")[0].isdecimal()][1:]
    assert len(listed) >= min(3, len(others))
    assert all(finding.clause.id in line for finding, line in zip(others, listed, strict=False))
    left = len(others) - len(listed)
    assert (f"  and {left} more findings: see the report" in lines) == (left > 0)
    assert lines[-1] == f"next: {first.commands[0].text}"
    assert first.commands[0].text.startswith("contract replay")
    assert any(line.startswith("not exercised (") for line in lines)


def test_a_large_terminal_is_filled_with_findings(tmp_path: Path) -> None:
    def many(writer: HistoryWriter) -> None:
        for number in range(40):
            writer.finding(samples.finding("service.no_5xx", cause=f"cause {number}"))

    samples.write_history(tmp_path, count=12, extra=many)
    summary = summarize([tmp_path])
    for rows in (24, 40):
        lines = terminal_summary(summary, width=80, rows=rows).splitlines()
        assert sum(-(-len(line) // 80) for line in lines) == rows - 2
    assert "more findings: see the report" in "".join(lines)


def test_a_screen_is_enough_when_everything_is_broken(tmp_path: Path) -> None:
    def everything(writer: HistoryWriter) -> None:
        for number, clause in enumerate(catalogue(load_contract())):
            writer.finding(samples.finding(clause, cause=f"cause {number}", received="z" * 500))
            samples.note(writer, "retries", f"note {number}")

    samples.write_history(tmp_path, count=12, extra=everything)
    lines = terminal_summary(summarize([tmp_path]), width=80, rows=24).splitlines()
    assert len(lines) <= 27


def test_colours_come_on_a_terminal_alone_and_are_never_cut(broken: Summary) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert wants_colour(Terminal(), {})
    assert not wants_colour(Terminal(), {"NO_COLOR": "1"})
    assert not wants_colour(Terminal(), {"TERM": "dumb"})
    assert not wants_colour(io.StringIO(), {})
    for line in terminal_summary(broken, width=60, colour=True).splitlines():
        assert line.count("\x1b") in {0, 2}
        assert not line.count("\x1b") or line.endswith("\x1b[0m")
    assert "\x1b" not in terminal_summary(broken, width=60)


def test_the_path_of_the_report_is_printed_last(broken: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    stream = io.StringIO()
    print_summary(broken, stream, Path("reports/runs/latest/index.html"))
    assert stream.getvalue().endswith("\nreport: reports/runs/latest/index.html\n")


def test_a_run_without_a_verdict_says_why_what_to_do_and_what_it_leaves(tmp_path: Path) -> None:
    def nothing_but_notes(writer: HistoryWriter) -> None:
        samples.note(writer, "observed", "of no use here")
        samples.note(writer, "cleanup", "to delete what is left: contract cleanup somewhere")

    samples.write_history(tmp_path, count=12, extra=nothing_but_notes, ended=False)
    lines = terminal_summary(summarize([tmp_path]), width=100).splitlines()
    assert lines[0].startswith("No verdict: ")
    assert "cleanup: to delete what is left: contract cleanup somewhere" in lines
    assert lines[-1] == "140 projects created, 139 deleted, 1 left on the service"
    assert len(lines) <= 6


def test_a_stream_that_knows_no_unicode_gets_the_summary_all_the_same(broken: Summary) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    print_summary(broken, stream)
    stream.flush()
    assert broken.sentence.encode() in raw.getvalue()


def test_annotations_are_made_in_a_workflow_alone(broken: Summary) -> None:
    assert github_annotations(broken, {}) == ""
    lines = github_annotations(broken, {"GITHUB_ACTIONS": "true"}).split("\n")
    assert len(lines) == len(broken.findings)
    assert lines[0].startswith(f"::error title={broken.findings[0].clause.id}::")


@given(st.lists(st.floats(0.0001, 20), min_size=1, max_size=200))
def test_quantiles_are_right_to_three_per_cent(values: list[float]) -> None:
    tally = Tally()
    for number, value in enumerate(values):
        exchange = Exchange(Case(None), Response(201, (), b""), started=1.0 + number, elapsed=value)
        tally.observe(ExchangeRecord({**ExchangeRecord.of(exchange).encoded, "elapsed": value}))
    (row,) = tally.latencies()
    exact = sorted(values)[max(0, -(-len(values) // 2) - 1)]
    assert exact * 0.97 <= row.p50 <= exact * 1.03
    assert row.longest == max(values)
    assert sum(count for _, count in row.histogram) == row.count == len(values)


@given(st.lists(st.floats(1.0e9, 1.0e9 + 1e6), min_size=1, max_size=50))
def test_the_timeline_holds_every_case_in_a_bounded_number_of_bars(starts: list[float]) -> None:
    tally = Tally()
    for start in starts:
        exchange = Exchange(Case(None), None, Failure("timeout", ""), started=start, elapsed=0.1)
        tally.observe(ExchangeRecord.of(exchange))
    width, bars = tally.timeline()
    assert 1 <= len(bars) <= 121
    assert sum(count for bar in bars for _, count in bar.counts) == len(starts)
    assert width * len(bars) >= max(starts) - min(starts)


def test_numbers_are_worded_for_people() -> None:
    assert [duration(s) for s in (0.84, 42.2, 200, 180, 7500)] == ["0.8 s", "42 s", "3 min 20 s", "3 min", "2 h 5 min"]
    assert [milliseconds(s) for s in (0.0046, 0.084, 1.2)] == ["4.6 ms", "84 ms", "1.20 s"]
    assert [named(c) for c in "\u202e\x00\ud800\x1b"] == [
        "U+202E RIGHT-TO-LEFT OVERRIDE", "U+0000 NULL", "U+D800 LONE SURROGATE", "U+001B ESCAPE",
    ]  # fmt: skip


def test_a_narrow_terminal_breaks_lines_and_keeps_the_verdict_and_the_ids_whole(broken: Summary) -> None:
    text = terminal_summary(broken, width=64)
    assert max(len(line) for line in text.splitlines() if not line.startswith("next: contract replay")) <= 64
    assert broken.sentence in text
    assert broken.findings[0].id in text
