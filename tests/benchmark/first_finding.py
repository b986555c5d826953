"""When a run of the suite had received enough to report a broken promise."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.checks.whole_run import WholeRunChecks
from contracts.exchange_record import ExchangeRecord
from contracts.expectation import SENT_BEFORE
from contracts.history_records import FindingRecord
from reports.history import history_files, read_history

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from contracts.findings import Finding


@dataclass(frozen=True, slots=True)
class Sighting:
    """The requests sent until the response with the finding was complete, and its time (since the epoch)."""

    requests: int
    at: float


def first_finding(folder: Path) -> Sighting | None:
    """When the first documented or implied promise was broken in a run; its end if that is unknown.

    A finding of several projects counts from the last of those that it needs: a run that ended there would report it.
    None of a run without responses.
    """
    last: Sighting | None = None
    sent = 0
    created: list[tuple[Sighting, ExchangeRecord]] = []
    for record in read_history(*history_files(folder)):
        if isinstance(record, ExchangeRecord):
            sent += 1
            last = Sighting(sent, record.started + record.elapsed)
            if record.project is not None:
                created.append((last, record))
            if _is_sighted(*record.findings):
                break
        elif isinstance(record, FindingRecord) and _is_sighted(record.finding):
            last = Sighting(sent, record.started)
            break
    if last is None or not _together_broken(created):
        return last
    enough = bisect_left(range(len(created)), x=True, key=lambda index: _together_broken(created[: index + 1]))
    return created[enough][0]


def _is_sighted(*findings: Finding) -> bool:
    return any(not finding.clause.startswith("advisory") for finding in findings)


def _together_broken(created: Sequence[tuple[Sighting, ExchangeRecord]]) -> bool:
    """Whether projects together have a finding that none of them has alone."""
    checks = WholeRunChecks()
    for sighting, record in created:
        place = (record.worker, sighting.requests)
        reused = record.why == (SENT_BEFORE,)
        checks.observe(record.project or {}, record.date, record.started, record.elapsed, place, may_repeat=reused)
        checks.observe_unasked(record.unasked, place)
    return any(True for _ in checks.findings())
