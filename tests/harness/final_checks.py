"""Final checks of a run: the service still answers as at the start, and refusals created no projects."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.history_records import (
    FindingRecord,
    HistoryRecord,
    NoteRecord,
    ObservationsRecord,
    decode,
)
from reports.history import history_files, read_history
from strategies.cases.baseline_cases import minimal_case
from tests.harness.client.budget import BudgetSpent, OutOfTime
from tests.harness.client.judged import is_created
from tests.harness.inventory import verify_inventory

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.observations import Observations
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
    if last is not None and is_created(last) and not last.findings:
        return
    judged = driver.session.post(minimal_case(driver.contract, driver.names))
    expected = "the simplest request is answered as at the beginning"
    for finding in judged.findings:
        driver.reattribute(judged, finding, Finding("state.recovers", finding.cause, expected, finding.received))


def judge_untracked(folder: Path, run_id: str, history: HistoryWriter, untracked: list[dict[str, Any]]) -> None:
    """Check state.rejected_creates_nothing and state.creates_one by the names of untracked projects.

    Untracked projects are those that no response named.
    """
    if not untracked:
        return
    history.flush()
    wanted = {_name_in(json.dumps(project, ensure_ascii=False), run_id): project for project in untracked}
    answers: dict[str, list[ExchangeRecord]] = {}
    for record in read_history(*history_files(folder)):
        if isinstance(record, ExchangeRecord) and (name := _name_in(record.body_text, run_id)) in wanted and name:
            answers.setdefault(name, []).append(record)
    uses = {name: {_answered(record): record for record in records} for name, records in answers.items()}
    repeats = any(received.keys() == {"created"} for received in uses.values())
    for name, received in uses.items():
        identifier = wanted[name].get("id")
        if "unclear" in received or any((record.project or {}).get("id") == identifier for record in answers[name]):
            continue
        # If one use of a name was refused and another accepted, there is one project too many. Names that were only
        # accepted show which of the two created it.
        answered = "created" if "created" in received and (repeats or "refused" not in received) else "refused"
        (clause, cause), record = _UNTRACKED[answered], received[answered]
        expected = f"no project beyond those that responses named (this one: {record.status})"
        finding = Finding(clause, cause, expected, f"the list shows the project {wanted[name].get('id')}")
        history.record(FindingRecord(finding, record.started, record))


#: The clause and the cause of an untracked project, by the response to its request.
_UNTRACKED: Final = {
    "refused": ("state.rejected_creates_nothing", "created"),
    "created": ("state.creates_one", "another one"),
}


def _answered(record: ExchangeRecord) -> str:
    """The outcome of a request that may create a project: ``refused``, ``created`` or ``unclear``."""
    if 400 <= record.status < 500 and record.expected:
        return "refused"
    is_created = record.status == 201 and isinstance((record.project or {}).get("id"), str)
    return "created" if is_created else "unclear"


def _name_in(text: str, run_id: str) -> str | None:
    found = re.search(rf"{run_id}-\d+", text)
    return found.group() if found else None


def _last_record(path: Path) -> HistoryRecord | None:
    """The last record of a worker; None if the file does not end with one."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        lines = file.read().splitlines()
    try:
        return decode(json.loads(lines[-1])) if lines else None
    except (ValueError, TypeError, KeyError):
        return None


def note_observations(folder: Path, observations: Observations, history: HistoryWriter) -> None:
    """Note in the history what the responses have beyond the page, and what of the page they never had."""
    for path in history_files(folder):
        record = _last_record(path)
        if isinstance(record, ObservationsRecord):
            observations.merge(record.counts)
    for text in [*observations.undocumented(), *observations.unobserved()]:
        history.record(NoteRecord("observed", text))
