"""Final checks of a run: the service still answers as at the start, and refusals created no projects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from contracts.findings import Finding
from contracts.history_records import HistoryRecord, MemberCountsRecord, NoteRecord, decode
from reports.history import history_files
from strategies.cases.baseline_cases import minimal_case
from tests.harness.client.budget import BudgetSpent, OutOfTime
from tests.harness.state_checks.inventory import verify_inventory

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.member_counts import MemberCounts
    from reports.history import HistoryWriter
    from tests.harness.driver import Driver


#: The number of bytes at the end of a history that contain its last record.
_TAIL = 262_144


def run_final_checks(driver: Driver, folder: Path) -> None:
    """Check state.recovers (the simplest request is answered as at the start) and state.reads_back."""
    try:
        _still_well(driver)
        verify_inventory(driver, folder)
    except (BudgetSpent, OutOfTime) as end:
        driver.history.record(NoteRecord("budget", f"the final checks were skipped: {end}"))


def _still_well(driver: Driver) -> None:
    """Send the simplest request, unless the last one was accepted and had no findings."""
    driver.exercised("state.recovers", positive=1)
    last = driver.session.last
    if last is not None and last.is_created and not last.findings:
        return
    judged = driver.session.post(minimal_case(driver.contract, driver.names))
    expected = "the simplest request is answered as at the beginning"
    for finding in judged.findings:
        driver.reattribute(judged, finding, Finding("state.recovers", finding.cause, expected, finding.received))


def _last_record(path: Path) -> HistoryRecord | None:
    """The last record of a worker; None if the file does not end with one."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        lines = file.read().splitlines()
    try:
        return decode(json.loads(lines[-1])) if lines else None
    except (ValueError, TypeError, KeyError):
        return None


def note_member_counts(folder: Path, counts: MemberCounts, history: HistoryWriter) -> None:
    """Note in the history what the responses have beyond the page, and what of the page they never had."""
    for path in history_files(folder):
        record = _last_record(path)
        if isinstance(record, MemberCountsRecord):
            counts.merge(record.counts)
    for text in [*counts.undocumented(), *counts.unobserved()]:
        history.record(NoteRecord("observed", text))
