"""Compares runs by their ``report.json``: two runs, or a trend."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

REPORT: Final = "report.json"
#: The number of runs in a trend, and of folders that are searched for them.
RUNS: Final = 30
_LOOKED_AT: Final = 300
#: A kind of case is slower if its median grew by this factor and by this many seconds.
_FACTOR: Final = 1.5
_SECONDS: Final = 0.005
_CASES: Final = 20

Report = dict[str, Any]


class ReportError(ValueError):
    """There is no readable ``report.json``; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Slower:
    """A kind of case whose median grew; in seconds."""

    kind: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between an earlier run and a later one; findings and clauses by id.

    ``since`` pairs a finding with the start of the first of the consecutive runs that have it.
    """

    before: str
    after: str
    before_sentence: str
    new: tuple[str, ...]
    still: tuple[str, ...]
    fixed: tuple[str, ...]
    accepted: tuple[str, ...]
    no_longer_exercised: tuple[str, ...]
    slower: tuple[Slower, ...]
    since: tuple[tuple[str, str], ...] = ()

    def groups(self) -> list[tuple[str, list[str]]]:
        """Headings with their items, the worst first."""
        slower = [f"{row.kind} (median {row.before * 1000:.1f} → {row.after * 1000:.1f} ms)" for row in self.slower]
        return [
            ("New", list(self.new)),
            ("Still broken", list(self.still)),
            ("Fixed", list(self.fixed)),
            ("Accepted since", list(self.accepted)),
            ("No longer exercised", list(self.no_longer_exercised)),
            ("Slower", slower),
        ]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One run of a trend; ``median`` is that of creations, in seconds, None if there was none."""

    id: str
    started: str
    outcome: str
    profile: str
    findings: int
    requests: int
    median: float | None


def load_report(place: Path) -> Report:
    """The report in ``place``, a run's folder or a ``report.json``; raises ReportError."""
    path = place / REPORT if place.is_dir() else place
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ReportError(
            f"cannot read {path}: {problem}; expected a report (make it with: contract report FOLDER)"
        ) from None
    if not isinstance(content, dict) or content.get("version") != 2 or "findings" not in content:
        raise ReportError(f"{path} is no report of version 2")
    return content


def compare(before: Report, after: Report, earlier: Sequence[Report] = ()) -> Comparison:
    """What changed from ``before`` to ``after``, by root cause.

    A finding is fixed only if its clause was exercised since. After a run that was cut short nothing is reported as
    fixed or no longer exercised.

    ``earlier`` are all earlier runs, the oldest first.
    """
    old, new = _by_cause(before, "findings"), _by_cause(after, "findings")
    accepted = _by_cause(after, "known")
    states = {clause["id"]: clause["state"] for clause in after["clauses"]}
    idle = {"not exercised", "unknown"}
    gone = [finding for cause, finding in old.items() if cause not in new and cause not in accepted]
    is_whole = after["verdict"]["complete"]
    was_seen = [clause["id"] for clause in before["clauses"] if clause["state"] not in idle]
    return Comparison(
        before=_name(before),
        after=_name(after),
        before_sentence=before["verdict"]["sentence"],
        new=tuple(finding["id"] for cause, finding in new.items() if cause not in old),
        still=tuple(finding["id"] for cause, finding in new.items() if cause in old),
        fixed=tuple(finding["id"] for finding in gone if is_whole and states.get(finding["clause"]) not in idle),
        accepted=tuple(finding["id"] for cause, finding in accepted.items() if cause in old and cause not in new),
        no_longer_exercised=tuple(
            name for name in was_seen if is_whole and states.get(name, "not exercised") == "not exercised"
        ),
        slower=tuple(_slower(before, after)),
        since=tuple((finding["id"], _since(cause, earlier)) for cause, finding in new.items() if cause in old)
        if earlier
        else (),
    )


def _since(cause: str, earlier: Sequence[Report]) -> str:
    """The first of the consecutive runs that have the finding, ignoring those that could not show it."""
    first = ""
    for report in reversed(earlier):
        if cause in _by_cause(report, "findings"):
            first = report["run"]["started"][:16].replace("T", " ") + " UTC"
        elif report["verdict"]["complete"]:
            break
    return first


def _by_cause(report: Report, group: str) -> dict[str, Report]:
    """The findings by fingerprint."""
    return {finding.get("fingerprint", finding["id"]): finding for finding in report[group]}


def _name(report: Report) -> str:
    return ", ".join(report["run"]["ids"]) or report["run"]["started"]


def _slower(before: Report, after: Report) -> Iterator[Slower]:
    old = {row["kind"]: row for row in before["latency"]}
    for row in after["latency"]:
        earlier = old.get(row["kind"])
        if earlier is None or min(row["count"], earlier["count"]) < _CASES:
            continue
        if row["p50"] > earlier["p50"] * _FACTOR and row["p50"] - earlier["p50"] > _SECONDS:
            yield Slower(row["kind"], earlier["p50"], row["p50"])


def identity(report: Report) -> tuple[str, ...]:
    """What runs of the same target have in common; a mock is the same on every port."""
    run = report["run"]
    name = run["target"]["name"]
    return (name, run["options"].get("fault", "") if name == "mock" else run["target"]["base_url"])


def earlier_runs(directory: Path, report: Report) -> list[Report]:
    """Reports of earlier runs of the same target beside ``directory``, the oldest first, RUNS - 1 at most."""
    same = (
        other
        for other in find_reports(directory.resolve().parent, leave_out=directory.resolve())
        if identity(other) == identity(report) and other["run"]["started"] < report["run"]["started"]
    )
    return sorted(islice(same, RUNS - 1), key=lambda other: str(other["run"]["started"]))


def find_reports(runs: Path, leave_out: Path | None = None) -> Iterator[Report]:
    """The reports of the runs in the folder ``runs``, the newest name first; other folders are ignored."""
    if not runs.is_dir():
        return
    folders = sorted((place for place in runs.iterdir() if place.is_dir() and not place.is_symlink()), reverse=True)
    for folder in folders[:_LOOKED_AT]:
        if folder == leave_out or not (folder / REPORT).is_file():
            continue
        try:
            yield load_report(folder)
        except ReportError:
            continue  # of another version, or incomplete


def previous(earlier: list[Report], report: Report) -> Report | None:
    """The last earlier run with the same profile; only such runs are comparable."""
    profile = report["run"]["profile"]
    return next((other for other in reversed(earlier) if other["run"]["profile"] == profile), None)


def trend(reports: list[Report]) -> tuple[TrendPoint, ...]:
    """One point for each run, in the given order."""
    return tuple(
        TrendPoint(
            id=_name(report),
            started=report["run"]["started"],
            outcome=report["verdict"]["outcome"],
            profile=report["run"]["profile"],
            findings=len(report["findings"]),
            requests=report["requests"]["total"],
            median=next((row["p50"] for row in report["latency"] if row["kind"] == "created"), None),
        )
        for report in reports
    )
