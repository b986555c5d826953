"""The summary as JSON: ``report.json``, with the schema ``reports/schemas/report-2.schema.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from reports.wording import rfc3339

if TYPE_CHECKING:
    from contracts.diagnosis import Diagnosis
    from contracts.exchange import Exchange
    from reports.evidence import Evidence, FindingReport
    from reports.summary import ClauseRow, Environment, Summary
    from reports.tally import Latency

SCHEMA: Final = "report-2.schema.json"
#: The maximum size of a body in the report; the history has the rest.
_BODY: Final = 65_536


def json_report(report: dict[str, Any]) -> str:
    """The text of ``report.json``, in ASCII, so that every reader can parse what a service sent."""
    return json.dumps(report, ensure_ascii=True, indent=1, allow_nan=False) + "\n"


def report_object(summary: Summary) -> dict[str, Any]:
    """The content of ``report.json``."""
    return {
        "$schema": SCHEMA,
        "version": 2,
        "verdict": {
            "outcome": summary.outcome,
            "status": int(summary.status),
            "sentence": summary.sentence,
            "complete": summary.complete,
        },
        "run": _run(summary.environment),
        "requests": _requests(summary),
        "latency": [_latency(row) for row in summary.latencies],
        "clauses": [_clause(row) for row in summary.clauses],
        "findings": [_finding(finding) for finding in summary.findings],
        "advice": [_finding(finding) for finding in summary.advice],
        "known": [_finding(finding) for finding in summary.known],
        "deviations": {
            "expired": [asdict(entry) for entry in summary.expired],
            "vanished": [asdict(entry) for entry in summary.vanished],
        },
        "notes": [asdict(note) for note in summary.notes],
        "cleanup": None
        if summary.cleanup is None
        else {**asdict(summary.cleanup), "kept": [list(p) for p in summary.cleanup.kept]},
    }


def _run(where: Environment) -> dict[str, Any]:
    return {
        "ids": list(where.ids),
        "target": {"name": where.target, "base_url": where.base_url},
        "profile": where.profile,
        "seed": where.seed,
        "run_ids": list(where.run_ids),
        "options": dict(where.options),
        "versions": dict(where.versions),
        "commit": where.commit,
        "dirty": where.dirty,
        "started": rfc3339(where.started),
        "ended": rfc3339(where.ended),
        "seconds": round(where.seconds, 3),
        "limits": dict(where.limits),
        "shards": list(where.shards),
        "commands": list(where.commands),
        "histories": where.histories,
    }


def _requests(summary: Summary) -> dict[str, Any]:
    return {
        "total": summary.requests,
        "expected": dict(summary.expected),
        "statuses": dict(summary.statuses),
        "case_sets": [asdict(case_set) for case_set in summary.case_sets],
        "timeline": {
            "bar_seconds": summary.bar_seconds,
            "bars": [{"at": moment.at, "counts": dict(moment.counts)} for moment in summary.timeline],
        },
    }


def _latency(row: Latency) -> dict[str, Any]:
    bars = [{"up_to": bound if bound < float("inf") else None, "count": count} for bound, count in row.histogram]
    seconds = {name: round(getattr(row, name), 6) for name in ("p50", "p90", "p99", "longest")}
    return {"kind": row.kind, "count": row.count, **seconds, "histogram": bars}


def _clause(row: ClauseRow) -> dict[str, Any]:
    return {
        **row.clause.to_json(),
        "state": row.state,
        "positive": row.positive,
        "negative": row.negative,
        "broken": row.broken,
        "known": row.known,
        "reason": row.reason,
    }


def _finding(finding: FindingReport) -> dict[str, Any]:
    return {
        "id": finding.id,
        "fingerprint": finding.fingerprint,
        "clause": finding.clause.id,
        "level": finding.clause.level.value,
        "cause": finding.cause,
        "diagnosis": _diagnosis(finding.diagnosis),
        "advice": finding.advice,
        "clauses": list(finding.clauses),
        "sent": finding.sent,
        "expected": finding.expected,
        "received": finding.received,
        "where": finding.where,
        "count": finding.count,
        "intermittent": finding.is_intermittent,
        "cases": finding.cases,
        "case_sets": dict(finding.case_sets),
        "first_seen": rfc3339(finding.first_seen),
        "known": asdict(finding.known) if finding.known else None,
        "commands": [asdict(command) for command in finding.commands],
        "exchange": _evidence(finding.evidence) if finding.evidence else None,
        "related": [_exchange(exchange) for exchange in finding.evidence.related] if finding.evidence else [],
    }


def _diagnosis(cause: Diagnosis | None) -> dict[str, Any] | None:
    if cause is None:
        return None
    counts = {name: getattr(cause, name) for name in ("speaks", "agrees", "failing")}
    return {"sentence": cause.sentence, **counts, "findings": list(cause.findings)}


def _exchange(exchange: Exchange) -> dict[str, Any]:
    record = bounded(exchange).to_json()
    record["case"]["headers"] = [list(pair) for pair in exchange.case.sent_headers]
    return {**record, "expected": "", "violations": [], "why": []}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    record = _exchange(evidence.exchange)
    record["expected"] = evidence.expected
    record["violations"] = [list(violation) for violation in evidence.violations]
    record["why"] = list(evidence.why)
    return record


def bounded(exchange: Exchange) -> Exchange:
    """The exchange with a body of at most 64 KiB; a longer one is truncated."""
    body = exchange.case.body
    if body is None or len(body) <= _BODY:
        return exchange
    return replace(exchange, case=exchange.case.with_body(body[:_BODY]))
