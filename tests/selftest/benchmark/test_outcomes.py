"""The benchmark's figures: shares, percentiles, the curve, the sample, false alarms, the page."""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from contracts.findings import Finding
from tests.benchmark.concurrency import in_parallel
from tests.benchmark.curve import detection_curve
from tests.benchmark.first_finding import Sighting, first_finding
from tests.benchmark.outcomes import FalseAlarms, Outcome, Scores, percentile, sample
from tests.benchmark.page import alarm_table, detection_table, made_by, rewrite
from tests.benchmark.runs import Run
from tests.benchmark.schemathesis_runs import Alarm, SchemathesisRun, alarms_in, is_sound
from tests.mock.registry import faults

if TYPE_CHECKING:
    from pathlib import Path

SCORES = Scores(
    "some tool",
    (
        Outcome("early", found=True, requests=10, seconds=1.0),
        Outcome("late", found=True, requests=400, seconds=3.0),
        Outcome("later", found=True, requests=2_000, seconds=9.0),
        Outcome("never", found=False, seconds=20.0),
    ),
)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.2, 1), (0.5, 3), (0.9, 5), (1.0, 5)], ids=lambda value: f"{value:g}"
)
def test_a_percentile_is_the_smallest_value_that_this_share_does_not_exceed(share: float, expected: float) -> None:
    assert percentile([5, 1, 3, 2, 4], share) == expected


def test_no_values_have_no_percentile() -> None:
    assert percentile([], 0.5) is None


def test_a_fault_that_was_not_found_counts_in_every_share() -> None:
    assert SCORES.share == 0.75
    assert [SCORES.within(bound) for bound in (9, 10, 500, 5_000)] == [0.0, 0.25, 0.5, 0.75]


def test_the_time_until_a_finding_is_that_of_the_faults_that_were_found() -> None:
    assert (SCORES.requests(0.5), SCORES.seconds(0.9)) == (400, 9.0)


def test_the_curve_rises_to_the_share_that_was_found() -> None:
    assert SCORES.curve() == [(10, 0.25), (400, 0.5), (2_000, 0.75)]


def test_scores_of_fewer_faults_keep_their_outcomes() -> None:
    assert SCORES.of(["never", "early"]).share == 0.5
    with pytest.raises(KeyError):
        SCORES.of(["another"])


def test_a_sample_is_reproducible_and_contains_each_smaller_one() -> None:
    names = list(faults())
    large, small = sample(names, 100), sample(sample(names, 100), 20)
    assert large == sample(names, 100)
    assert set(small) <= set(large)
    assert len(set(large)) == 100


def test_a_sample_holds_faults_of_every_group() -> None:
    catalogue = faults()
    case_sets = {catalogue[name].group for name in sample(list(catalogue), 175)}
    assert case_sets == {fault.group for fault in catalogue.values()}


def test_a_sample_larger_than_the_catalogue_is_the_catalogue() -> None:
    assert sample(["a", "b", "c"], 10) == ["a", "b", "c"]


# -- schemathesis ------------------------------------------------------------------------------------------


def _event(checks: dict[str, tuple[float, bytes]]) -> dict[str, Any]:
    """The event of a scenario in which each of the named checks failed on an exchange of its own."""
    return {
        "ScenarioFinished": {
            "recorder": {
                "checks": {name: [{"name": name, "status": "failure"}] for name in checks},
                "interactions": {
                    name: {
                        "timestamp": at,
                        "request": {
                            "headers": {"Content-Type": ["application/json"]},
                            "body": {"$base64": base64.b64encode(body).decode()},
                        },
                        "response": None,
                    }
                    for name, (at, body) in checks.items()
                },
            }
        }
    }


def test_failed_checks_and_errors_of_a_report_are_alarms() -> None:
    events = [
        {"EngineStarted": {"timestamp": 1.0}},
        _event({"not_a_server_error": (3.0, b"{}")}),
        {"NonFatalError": {"timestamp": 2.0}},
    ]
    alarms = list(alarms_in(events))
    assert [(alarm.at, alarm.check) for alarm in alarms] == [(3.0, "not_a_server_error"), (2.0, "NonFatalError")]
    assert (alarms[0].body, alarms[0].media_type) == (b"{}", "application/json")


@pytest.mark.parametrize(
    ("check", "body", "sound"),
    [
        ("positive_data_acceptance", b'{"displayName": "a"}', True),
        ("positive_data_acceptance", b'{"displayName": "a", "metadata": {"__proto__": 1}}', False),
        ("negative_data_rejection", b'{"displayName": "a.b"}', True),
        ("negative_data_rejection", b'{"displayName": "a", "unlisted": 1}', False),
        ("not_a_server_error", b'{"displayName": "a", "unlisted": 1}', True),
        ("unsupported_method", None, False),
        ("missing_required_header", b'{"displayName": "a"}', False),
    ],
)
def test_an_alarm_is_sound_if_the_page_promises_what_it_demands(check: str, body: bytes | None, *, sound: bool) -> None:
    assert is_sound(Alarm(1.0, check, body, "application/json")) is sound


def test_the_finding_of_a_run_is_its_first_sound_alarm() -> None:
    false = Alarm(1.0, "unsupported_method")
    true = Alarm(2.0, "not_a_server_error", b"{}", "application/json")
    ended = Run(status=1, started=0.0, seconds=3.0, output="")
    assert SchemathesisRun(ended, (false, true)).finding is true
    assert SchemathesisRun(ended, (false,)).finding is None


# -- this suite --------------------------------------------------------------------------------------------


def _history(folder: Path, *lines: str) -> Path:
    (folder / "history-main.ndjson").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def _finding(clause: str) -> dict[str, Any]:
    return Finding(clause, "some cause", "this", "that").to_json()


def _exchange(started: float, *clauses: str) -> str:
    findings = {"findings": [_finding(clause) for clause in clauses]} if clauses else {}
    return json.dumps({"type": "exchange", "started": started, "elapsed": 0.5, **findings})


_CLEAN = _exchange(1.0)
_ADVICE = _exchange(2.0, "advisory.challenge")
_BROKEN = _exchange(3.0, "service.no_5xx")
_LATER = json.dumps({"type": "finding", "started": 2.7, "finding": _finding("state.reads_back")})


def test_the_first_finding_is_the_first_broken_promise_that_is_no_advice(tmp_path: Path) -> None:
    assert first_finding(_history(tmp_path, _CLEAN, _ADVICE, _BROKEN)) == Sighting(3, 3.5)


def test_a_finding_that_rests_on_several_answers_has_a_time_of_its_own(tmp_path: Path) -> None:
    assert first_finding(_history(tmp_path, _CLEAN, _LATER, _BROKEN)) == Sighting(1, 2.7)


def test_a_finding_without_a_record_counts_at_the_end(tmp_path: Path) -> None:
    assert first_finding(_history(tmp_path, _CLEAN, _ADVICE)) == Sighting(2, 2.5)


def _created(started: int, identifier: str) -> str:
    project = {"id": identifier * 21, "platformId": "P" * 21}
    record = {"type": "exchange", "worker": "main", "started": started, "elapsed": 0.5, "project": project}
    return json.dumps(record)


def test_a_finding_of_several_projects_counts_from_the_one_that_completes_it(tmp_path: Path) -> None:
    lines = [_created(1, "A"), _created(2, "B"), _CLEAN, _created(4, "A"), _created(5, "C"), _created(6, "A"), _BROKEN]
    assert first_finding(_history(tmp_path, *lines)) == Sighting(4, 4.5)


# -- the page ----------------------------------------------------------------------------------------------


def test_the_curve_has_a_description() -> None:
    drawing = ET.fromstring(detection_curve([SCORES, Scores("another <tool>", SCORES.outcomes[3:])]))
    texts = ["".join(element.itertext()) for element in drawing.iter()]
    assert any("some tool found 3 of 4 faults" in text for text in texts)
    assert "another <tool>: 0%" in texts


def test_the_tables_of_detection_and_false_alarms_hold_every_tool() -> None:
    detection = detection_table([SCORES])
    assert "| some tool | 3 of 4 | 75% |" in detection
    assert "| 400 | 2,000 | 3.0 | 9.0 |" in detection
    assert "| loud | 3 | 1 of 2 |" in alarm_table([FalseAlarms("loud", 2, {"a service": 3})])


def test_a_part_of_the_page_is_rewritten_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "benchmark.md"
    page.write_text("before\n<!-- a -->\nold\n<!-- end of a -->\nafter\n", encoding="utf-8")
    rewrite("a", "new \\1", page)
    assert page.read_text(encoding="utf-8") == "before\n<!-- a -->\nnew \\1\n<!-- end of a -->\nafter\n"
    with pytest.raises(ValueError, match="expected <!-- b -->"):
        rewrite("b", "new", page)


def test_a_table_says_how_and_when_it_was_made() -> None:
    assert made_by("python -m x", datetime(2026, 2, 1, tzinfo=UTC)) == "Made by `python -m x` on 2026-02-01."


def test_faults_that_wait_hold_up_no_other_one() -> None:
    waits = next(fault.name for fault in faults().values() if fault.breaks.startswith("service."))
    others = [fault.name for fault in faults().values() if not fault.breaks.startswith("service.")][:3]
    done = threading.Event()

    def work(name: str) -> str:
        if name == waits:
            assert done.wait(10), "the others wait for the one that waits"
        elif name == others[-1]:
            done.set()
        return name

    names = [waits, *others]
    assert list(in_parallel(work, names, ThreadPoolExecutor, 1)) == names
