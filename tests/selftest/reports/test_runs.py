"""Reports after a crash, of several workers and machines, of large runs, and comparisons."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from contracts.exchange import Case, Exchange, Response
from contracts.verdict import ExitStatus
from reports.reading import summarize
from reports.render import write_all
from reports.run_comparison import RUNS, compare, earlier_runs, load_report, previous
from tests.selftest import history_samples as samples

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400.0


def _report(directory: Path, **members: Any) -> dict[str, Any]:
    samples.write_history(directory, **members)
    write_all(summarize([directory]), directory)
    return load_report(directory)


def test_a_report_can_be_made_after_a_crash_and_says_that_the_run_did_not_finish(tmp_path: Path) -> None:
    history = samples.write_history(tmp_path, ended=False)
    whole = summarize([tmp_path]).requests
    content = history.read_bytes()
    last = content.rstrip(b"\n").rfind(b"\n")
    history.write_bytes(content[: content.rfind(b'{"type":"exchange"', 0, last) + 60])
    summary = summarize([tmp_path])
    assert summary.requests == whole - 1
    assert not summary.complete
    assert summary.status is ExitStatus.NO_VERDICT
    assert summary.sentence == "No verdict: the run was terminated."
    write_all(summary, tmp_path)
    assert "the run did not finish" in (tmp_path / "index.html").read_text()


def test_what_a_crashed_run_found_is_still_broken(tmp_path: Path) -> None:
    samples.write_history(tmp_path, ended=False, answers=samples.breaks_promises)
    summary = summarize([tmp_path])
    assert summary.status is ExitStatus.BROKEN
    assert "did not finish" in summary.sentence


@pytest.mark.parametrize("content", [b"", b'{"type":"ru'])
def test_a_history_that_was_cut_at_its_very_beginning_gives_no_verdict(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "history-main.ndjson").write_bytes(content)
    summary = summarize([tmp_path])
    write_all(summary, tmp_path)
    assert summary.status is ExitStatus.NO_VERDICT
    assert summary.requests == 0


def test_a_damaged_line_is_told_and_the_records_before_it_count(tmp_path: Path) -> None:
    history = samples.write_history(tmp_path)
    lines = history.read_bytes().split(b"\n")
    history.write_bytes(b"\n".join([*lines[:120], b'{"type":', *lines[120:]]))
    summary = summarize([tmp_path])
    assert summary.status is ExitStatus.NO_VERDICT
    assert "damaged" in summary.sentence
    assert [note.kind for note in summary.notes] == ["history"]
    assert 100 < summary.requests < 120


def test_the_histories_of_several_workers_are_one_report(tmp_path: Path) -> None:
    samples.write_history(tmp_path, worker="gw0", seed=1, count=120)
    samples.write_history(tmp_path, worker="gw1", seed=2, count=120, answers=samples.breaks_promises)
    summary = summarize([tmp_path])
    assert summary.environment.histories == 2
    assert summary.environment.ids == ("20261124T064409Z-mock",)
    assert summary.requests == 242
    assert summary.status is ExitStatus.BROKEN
    assert summary.cleanup is not None
    assert (summary.cleanup.created, summary.cleanup.kept_count) == (280, 2)


def test_machines_whose_workers_have_the_same_name_are_told_apart(tmp_path: Path) -> None:
    first, second = tmp_path / "shard-1", tmp_path / "shard-2"
    samples.write_history(first, shard="1/2", run="a", count=60, answers=samples.breaks_promises)
    samples.write_history(second, shard="2/2", run="b", count=60, seed=8)
    alone = [summarize([place]) for place in (first, second)]
    merged = summarize([first, second])
    assert merged.requests == sum(summary.requests for summary in alone)
    assert merged.environment.shards == ("1/2", "2/2")
    # What the second machine accepted is no reason for what failed on the first.
    clauses = [{finding.clause.id for finding in summary.findings} for summary in (merged, alone[0])]
    assert clauses[0] == clauses[1]
    positive = {row.clause.id: row.positive for row in merged.clauses}
    for row in alone[0].clauses:
        if not row.clause.id.endswith((".unique", ".constant")):
            other = next(r for r in alone[1].clauses if r.clause.id == row.clause.id)
            assert positive[row.clause.id] == row.positive + other.positive
    assert all(str(first) in finding.commands[0].text for finding in merged.findings)


def test_an_id_that_two_machines_got_is_found_in_the_merged_report(tmp_path: Path) -> None:
    for name in ("one", "two"):
        samples.write_history(tmp_path / name, run=name, seed=5, count=24)
    merged = summarize([tmp_path / "one", tmp_path / "two"])
    assert "response.201.id.unique" in {finding.clause.id for finding in merged.findings}


def test_one_crashed_machine_leaves_the_merged_run_without_a_verdict(tmp_path: Path) -> None:
    samples.write_history(tmp_path / "one", run="one", seed=5, count=24)
    samples.write_history(tmp_path / "two", run="two", seed=6, count=24, ended=False)
    assert summarize([tmp_path / "one", tmp_path / "two"]).status is ExitStatus.NO_VERDICT


def test_two_runs_are_compared(tmp_path: Path) -> None:
    def slow_and_half_mended(case: Case, expected: Any, correct: Response) -> Any:
        name = expected.body.get("displayName") if isinstance(expected.body, dict) else ""
        if isinstance(name, str) and name != name.strip():
            return correct
        if expected.violations and expected.violations[0].clause == "request.maxConcurrentJobs.type":
            return samples.breaks_promises(case, expected, Response(500, correct.headers, b"{}"))
        return samples.breaks_promises(case, expected, correct)

    before = _report(tmp_path / "1", answers=samples.breaks_promises, started=samples.STARTED - DAY)
    after = _report(tmp_path / "2", answers=slow_and_half_mended)
    for row in after["latency"]:
        row["p50"] *= 3 if row["kind"] == "created" else 1
    for clause in after["clauses"]:
        if clause["id"] == "state.reads_back":
            clause["state"] = "not exercised"
    comparison = compare(before, after)
    assert comparison.fixed == ("response.201.displayName.echo:changed",)
    assert "request.displayName.pattern:accepted" in comparison.still
    assert not set(comparison.new) & set(comparison.still)
    assert comparison.no_longer_exercised == ("state.reads_back",)
    assert [row.kind for row in comparison.slower] == ["created"]


def test_a_finding_whose_clause_was_not_exercised_since_is_not_called_fixed(tmp_path: Path) -> None:
    before = _report(tmp_path / "1", answers=samples.breaks_promises, started=samples.STARTED - DAY)
    after = _report(tmp_path / "2", count=0)
    comparison = compare(before, after)
    assert "request.displayName.pattern:accepted" in {finding["id"] for finding in before["findings"]}
    assert "request.displayName.pattern:accepted" not in comparison.fixed
    assert "request.displayName.pattern" in comparison.no_longer_exercised


def test_after_a_run_that_was_cut_short_nothing_is_called_fixed_or_no_longer_exercised(tmp_path: Path) -> None:
    before = _report(tmp_path / "1", answers=samples.breaks_promises, started=samples.STARTED - DAY)
    comparison = compare(before, _report(tmp_path / "2", count=24, ended=False))
    assert comparison.fixed == comparison.no_longer_exercised == ()
    assert "This run did not finish" in (tmp_path / "2" / "index.html").read_text()


def test_the_page_shows_what_changed_since_when_and_the_trend(tmp_path: Path) -> None:
    for day in range(4, 0, -1):
        answers = samples.answers_correctly if day == 4 else samples.breaks_promises
        report = _report(
            tmp_path / f"run-{9 - day}", answers=answers, started=samples.STARTED - day * DAY, run=f"run-{day}"
        )
    page = (tmp_path / "run-8" / "index.html").read_text()
    assert "Since the run before" in page
    assert "first seen in the run of 2026-11-21" in page
    assert "1 of 4 runs kept the contract" in page
    earlier = earlier_runs(tmp_path / "run-8", report)
    assert [run["run"]["ids"] for run in earlier] == [["run-4"], ["run-3"], ["run-2"]]


def test_a_trend_holds_the_last_runs_of_the_same_target_alone(tmp_path: Path) -> None:
    report = _report(tmp_path / "now", count=12)
    for number in range(RUNS + 5):
        other = json.loads(json.dumps(report))
        other["run"]["started"] = f"2026-10-{number // 24 + 1:02}T{number % 24:02}:00:00.000Z"
        if number % 2 and number > 30:
            other["run"]["target"] = {"name": "live", "base_url": "https://other.example"}
        folder = tmp_path / f"run-{number:02}"
        folder.mkdir()
        (folder / "report.json").write_text(json.dumps(other))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "report.json").write_text("{")
    (tmp_path / "latest").symlink_to(tmp_path / "run-01")
    earlier = earlier_runs(tmp_path / "now", report)
    assert len(earlier) == RUNS - 1
    assert {run["run"]["target"]["name"] for run in earlier} == {"mock"}
    assert earlier == sorted(earlier, key=lambda run: str(run["run"]["started"]))
    assert previous(earlier, report) == earlier[-1]


def test_only_a_run_with_the_same_profile_is_compared(tmp_path: Path) -> None:
    _report(tmp_path / "1", count=12, profile="nightly", started=samples.STARTED - DAY)
    report = _report(tmp_path / "2", count=12, profile="smoke")
    earlier = earlier_runs(tmp_path / "2", report)
    assert len(earlier) == 1
    assert previous(earlier, report) is None
    assert "Since the run before" not in (tmp_path / "2" / "index.html").read_text()


_MEASURE = """
import json, resource, sys, time
from pathlib import Path
from reports.reading import summarize
from reports.render import write_all
summary = summarize([Path(sys.argv[1])])
sizes = {path.name: path.stat().st_size for path in write_all(summary, Path(sys.argv[1]))}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
busy = time.process_time()
print(json.dumps({"busy": busy, "megabytes": peak, "requests": summary.requests, "sizes": sizes}))
"""


def _measured(directory: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(directory)], check=True, capture_output=True, text=True, timeout=300
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _multiplied(history: Path, times: int) -> None:
    """The exchanges of a history many times over, each with ids of its own."""
    head, *lines = history.read_text().splitlines()
    exchanges = [line for line in lines if line.startswith('{"type":"exchange"')]
    others = [line for line in lines if not line.startswith('{"type":"exchange"')]
    signatures = [line for line in others if line.startswith('{"type":"signature"')]
    rest = [line for line in others if not line.startswith('{"type":"signature"')]
    with history.open("w") as file:
        file.write("\n".join([head, *signatures]) + "\n")
        for turn in range(times):
            for number, line in enumerate(exchanges):
                record = json.loads(line)
                record["number"] = turn * len(exchanges) + number + 1
                record["started"] += turn * 3.0
                if "project" in record:
                    prefix = f"{turn:05}"
                    record["project"]["id"] = prefix + record["project"]["id"][5:]
                    record["project"]["plan"]["id"] = prefix + record["project"]["plan"]["id"][5:]
                file.write(json.dumps(record, separators=(",", ":")) + "\n")
        file.write("\n".join(rest) + "\n")


@pytest.mark.end_to_end
def test_ten_thousand_exchanges_become_all_formats_in_bounded_time_and_memory(tmp_path: Path) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    for folder, times in ((few, 14), (many, 42)):
        _multiplied(samples.write_history(folder, count=240, answers=samples.breaks_promises), times)
    less, measured = _measured(few), _measured(many)
    assert measured["requests"] > 10_000
    # Three times as many exchanges: whatever the machine, what takes their square would take nine times as long.
    assert measured["busy"] < 3 * less["busy"]
    assert measured["megabytes"] < less["megabytes"] + 60
    for name, size in measured["sizes"].items():
        assert size < 1.2 * less["sizes"][name] + 1_000, name


def test_a_small_run_is_reported_at_once(tmp_path: Path) -> None:
    samples.write_history(tmp_path, count=60)
    # The time of the processor, start of Python included: other work on the machine does not count.
    assert _measured(tmp_path)["busy"] < 1.2


def test_markdown_stays_below_its_limit_however_much_is_broken(tmp_path: Path) -> None:
    def many(writer: Any) -> None:
        case = Case(b'{"displayName":"' + "é".encode() * 3000 + b'"}', case_set="x" * 200)
        for number in range(120):
            exchange = Exchange(case, Response(200, (), b"x" * 500), started=time.time(), number=1000 + number)
            writer.finding(samples.finding("service.no_5xx", cause=f"cause {number}", received="y" * 3000), exchange)

    samples.write_history(tmp_path, count=24, extra=many)
    write_all(summarize([tmp_path]), tmp_path)
    text = (tmp_path / "summary.md").read_bytes()
    assert len(text) < 60_000
    assert b"more sections are in index.html" in text
    assert (tmp_path / "index.html").stat().st_size < 5_000_000
