"""Known deviations do not fail a run until they expire; other findings still do."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from contracts.deviations import DeviationError, Deviations
from contracts.exchange import Case, Exchange
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from tests.selftest.suite_runs import Ran, run_command, run_suite

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.end_to_end

FAULT = ("--fault", "accepts_dot_in_display_name")
ENTRY: dict[str, Any] = {
    "name": "dots",
    "clause": "request.displayName.pattern",
    "cases": "a dot in a name",
    "reason": "old names have them",
    "link": "https://tracker.example/1",
    "owner": "team-platform",
    "expires": dt.date(2027, 6, 30),
}


def _toml(*entries: dict[str, Any]) -> str:
    lines = []
    for entry in entries:
        lines.append("[[deviation]]")
        for name, value in entry.items():
            lines.append(f"{name} = {value.isoformat() if isinstance(value, dt.date) else json.dumps(value)}")
    return "\n".join(lines) + "\n"


def _run(tmp_path: Path, *entries: dict[str, Any], arguments: tuple[str, ...] = FAULT) -> tuple[Ran, dict[str, Any]]:
    """A short run with these entries known, and its report."""
    file = tmp_path / "known.toml"
    file.write_text(_toml(*entries))
    ran = run_suite(tmp_path / "runs", "--deviations", str(file), "-k", "priority", *arguments)
    report: dict[str, Any] = json.loads((ran.folder / "report.json").read_text())
    return ran, report


def _far() -> dt.date:
    return dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=30)


def test_a_finding_that_matches_is_reported_as_known_and_does_not_fail_the_run(tmp_path: Path) -> None:
    ran, report = _run(tmp_path, ENTRY | {"expires": _far()})
    assert ran.status == 0, ran.output
    assert [finding["known"]["name"] for finding in report["known"]] == ["dots"]
    assert report["findings"] == []
    assert "dots" in ran.output
    assert " failed" not in ran.output


def test_an_expired_entry_fails_the_run(tmp_path: Path) -> None:
    ran, report = _run(tmp_path, ENTRY | {"expires": dt.date(2026, 1, 31)})
    assert ran.status == 1, ran.output
    assert [entry["name"] for entry in report["deviations"]["expired"]] == ["dots"]
    assert "expired" in ran.output


def test_an_entry_is_good_on_its_last_day(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(_toml(ENTRY))
    assert Deviations.load(file, dt.date(2027, 6, 30)).expired() == []
    assert [entry.name for entry in Deviations.load(file, dt.date(2027, 7, 1)).expired()] == ["dots"]


@pytest.fixture(scope="module")
def nothing_broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, list[str]]:
    """A run against a correct service with three entries, and the names of those it points out."""
    entries = (
        ENTRY | {"expires": _far()},
        ENTRY | {"name": "slow", "clause": "service.pattern_time", "expires": _far()},
        ENTRY | {"name": "gone", "clause": "request.gone.type", "expires": _far()},
    )
    ran, report = _run(tmp_path_factory.mktemp("correct"), *entries, arguments=())
    return ran, [entry["name"] for entry in report["deviations"]["vanished"]]


def test_an_entry_that_no_longer_occurs_is_pointed_out(nothing_broken: tuple[Ran, list[str]]) -> None:
    ran, vanished = nothing_broken
    assert ran.status == 0, ran.output
    assert "dots" in vanished
    assert "remove it" in ran.output


def test_an_entry_whose_clause_was_not_exercised_is_not_said_to_have_vanished(
    nothing_broken: tuple[Ran, list[str]],
) -> None:
    assert "slow" not in nothing_broken[1]


def test_an_entry_for_a_clause_that_is_no_more_has_vanished(nothing_broken: tuple[Ran, list[str]]) -> None:
    assert "gone" in nothing_broken[1]


def test_a_new_finding_next_to_a_known_one_on_the_same_clause_still_fails(tmp_path: Path) -> None:
    only_in_front = ENTRY | {"sent": r'"displayName" *: *"\.', "expires": _far()}
    ran, report = _run(tmp_path, only_in_front)
    assert ran.status == 1, ran.output
    assert [finding["clause"] for finding in report["findings"]] == ["request.displayName.pattern"]
    assert [finding["known"]["name"] for finding in report["known"]] == ["dots"]


def test_a_known_deviation_does_not_keep_exploration_from_what_is_new(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(_toml(ENTRY | {"sent": r'"displayName" *: *"[^"]*a', "expires": _far()}))
    chosen = ("-k", "near_miss and displayName", "--seed", "3")
    ran = run_suite(tmp_path / "runs", "--deviations", str(file), *FAULT, *chosen)
    report = json.loads((ran.folder / "report.json").read_text())
    assert ran.status == 1, ran.output
    assert "1 failed" in ran.output  # Hypothesis found and shrank the new one
    sent = json.loads(report["findings"][0]["sent"])
    assert "a" not in sent["displayName"]
    assert len(sent["displayName"]) <= 2


def test_the_command_proposes_entries_that_make_the_next_run_pass(tmp_path: Path) -> None:
    ran, _ = _run(tmp_path)
    assert ran.status == 1
    proposed = run_command("accept", ran.folder, "--owner", "team-a", "--link", "https://x.example/1")
    assert proposed.returncode == 0, proposed.stderr
    file = tmp_path / "accepted.toml"
    file.write_text(proposed.stdout)
    again = run_suite(tmp_path / "runs", "--deviations", str(file), "-k", "priority", *FAULT)
    assert again.status == 0, again.output


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({name: value for name, value in ENTRY.items() if name != "owner"}, "lacks ['owner']"),
        (ENTRY | {"because": "so"}, "unknown members ['because']"),
        (ENTRY | {"expires": "soon"}, "expected a date such as"),
        (ENTRY | {"sent": "("}, "sent is not a regular expression"),
        (ENTRY | {"also": "request.displayName.type"}, "expected a list of texts"),
    ],
)
def test_an_entry_that_is_not_complete_is_wrong_usage(tmp_path: Path, entry: dict[str, Any], words: str) -> None:
    file = tmp_path / "known.toml"
    file.write_text(_toml(entry))
    with pytest.raises(DeviationError) as problem:
        Deviations.load(file)
    assert words in str(problem.value)


def test_an_unusable_file_of_deviations_ends_the_run_before_anything_is_sent(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(_toml(ENTRY, ENTRY))
    ran = run_suite(tmp_path / "runs", "--deviations", str(file))
    assert ran.status == 4
    assert "two deviations are named 'dots'" in ran.output


def test_every_condition_of_an_entry_must_hold() -> None:
    finding = Finding("request.displayName.pattern", "accepted", "a 4xx", "201 {}", "/displayName", ("a dot",))
    exchange = ExchangeRecord.of(Exchange(Case(b'{"displayName":"a.b"}'), None))

    def known(**conditions: str | tuple[str, ...]) -> bool:
        path_entry = {**ENTRY, **conditions}
        deviations = Deviations([_deviation(path_entry)], dt.date(2026, 11, 24))
        return deviations.match(finding, exchange) is not None

    assert known()
    assert known(cause="accepted", where="/displayName", sent=r"a\.b", received="^201")
    assert not known(clause="request.displayName.type")
    assert known(clause="request.displayName.type", also=("request.displayName.pattern",))
    assert known(kinds=("a slash", "a dot"))
    assert not known(kinds=("a slash",))
    assert not known(cause="refused")
    assert not known(where="/externalId")
    assert not known(sent="a/b")
    assert not known(received="500")


def _deviation(entry: dict[str, Any]) -> Any:
    from contracts.deviations import Deviation  # noqa: PLC0415  # the one place that makes one by hand

    return Deviation(**entry)
