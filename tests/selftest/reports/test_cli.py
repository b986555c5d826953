"""The commands for saved runs: report, compare, trend and accept."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contracts.deviations import Deviations
from contracts.verdict import ExitStatus
from reports.reading import summarize
from tests.harness.command_line import main
from tests.selftest import history_samples as samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from reports.history import HistoryWriter


def test_render_makes_the_report_again_and_its_status_is_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples.write_history(tmp_path, answers=samples.breaks_promises, ended=False)
    assert main(["report", str(tmp_path)]) == ExitStatus.BROKEN
    printed = capsys.readouterr().out
    assert printed.rstrip().endswith(f"report: {tmp_path / 'index.html'}")
    assert (tmp_path / "index.html").is_file()


def test_render_merges_shards_into_one_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = [str(tmp_path / name) for name in ("a", "b")]
    for number, place in enumerate(places):
        samples.write_history(Path(place), run=place[-1], seed=number, count=24)
    assert main(["report", *places]) == ExitStatus.USAGE
    assert "--output" in capsys.readouterr().err
    assert main(["report", *places, "--output", str(tmp_path / "merged")]) == ExitStatus.KEPT
    assert (tmp_path / "merged" / "report.json").is_file()


@pytest.mark.parametrize(
    "arguments",
    [["report", "nowhere"], ["compare", "nowhere", "nowhere"], ["trend", "nowhere"], ["accept", "nowhere"]],
)
def test_a_place_without_a_run_is_a_usage_error_in_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == ExitStatus.USAGE
    assert "nowhere" in capsys.readouterr().err


def test_compare_tells_new_findings_by_its_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept, broken = str(tmp_path / "kept"), str(tmp_path / "broken")
    samples.write_history(Path(kept), started=samples.STARTED - 100)
    samples.write_history(Path(broken), answers=samples.breaks_promises)
    main(["report", kept])
    main(["report", broken])
    capsys.readouterr()
    assert main(["compare", kept, broken]) == ExitStatus.BROKEN
    found = len(json.loads(Path(broken, "report.json").read_text())["findings"])
    assert f"New: {found}" in capsys.readouterr().out
    assert main(["compare", broken, kept]) == ExitStatus.KEPT
    assert f"Fixed: {found}" in capsys.readouterr().out
    assert main(["trend", str(tmp_path)]) == ExitStatus.KEPT
    assert capsys.readouterr().out.count(" findings ") == 2


def test_the_proposed_deviations_cover_the_findings_they_were_made_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples.write_history(tmp_path / "run", answers=samples.breaks_promises)
    assert main(["accept", str(tmp_path / "run"), "--owner", "team", "--days", "30"]) == ExitStatus.KEPT
    text = capsys.readouterr().out
    assert len(tomllib.loads(text)["deviation"]) == len(summarize([tmp_path / "run"]).findings)
    file = tmp_path / "deviations.toml"
    file.write_text(text)
    summary = summarize([tmp_path / "run"], deviations=Deviations.load(file))
    assert summary.status is ExitStatus.KEPT
    assert {finding.known.owner for finding in summary.known if finding.known} == {"team"}
    assert summary.vanished == ()


def test_an_entry_accepts_a_cause_and_no_other_one_of_the_same_clause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def accepting(*kinds: str) -> Callable[[HistoryWriter], None]:
        def more(writer: HistoryWriter) -> None:
            for kind in kinds * 4:
                writer.finding(replace(samples.finding("request.displayName.pattern", cause="accepted"), kinds=(kind,)))

        return more

    samples.write_history(tmp_path / "before", count=12, extra=accepting('"/"'))
    assert main(["accept", str(tmp_path / "before")]) == ExitStatus.KEPT
    file = tmp_path / "deviations.toml"
    file.write_text(capsys.readouterr().out)
    samples.write_history(tmp_path / "after", count=12, extra=accepting('"/"', '"."'))
    summary = summarize([tmp_path / "after"], deviations=Deviations.load(file))
    assert summary.status is ExitStatus.BROKEN
    assert [(finding.kinds, finding.count) for finding in summary.findings] == [(('"."',), 4)]
    assert [(finding.kinds, finding.count) for finding in summary.known] == [(('"/"',), 4)]


def test_hostile_findings_become_entries_that_toml_can_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = 'x"\\\n"""\x00\x1b[2J\ud800 # [[deviation]]'

    def more(writer: HistoryWriter) -> None:
        writer.finding(samples.finding("service.no_5xx", cause="one", expected=odd, received=odd, where=f"/{odd}"))
        for where in ("/a/0", "/a/1"):
            writer.finding(samples.finding("service.no_5xx", cause="One", expected=odd, received=odd, where=where))

    samples.write_history(tmp_path, count=12, extra=more)
    main(["accept", str(tmp_path)])
    entries = tomllib.loads(capsys.readouterr().out)["deviation"]
    assert len({entry["name"] for entry in entries}) == len(entries) == 2
    assert ["where" in entry for entry in entries] == [False, False]
