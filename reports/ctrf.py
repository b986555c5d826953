"""CTRF, the Common Test Report Format: one test per clause (ctrf.io, version 0)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from reports.evidence import by_clause
from reports.summary import TOOL, TOOL_VERSION

if TYPE_CHECKING:
    from reports.evidence import FindingReport
    from reports.summary import ClauseRow, Summary

_STATUSES: Final = {
    "kept": "passed",
    "known": "passed",
    "advice": "passed",
    "broken": "failed",
    "unknown": "other",
    "not exercised": "skipped",
    "partial": "other",
}


def ctrf(summary: Summary) -> str:
    """The report as ASCII JSON; a clause that is unknown or exercised in part has the status ``other``."""
    findings = by_clause(summary.findings)
    tests = [_test(row, findings.get(row.clause.id, [])) for row in summary.clauses]
    where = summary.environment
    counts = {
        status: sum(test["status"] == status for test in tests) for status in ("passed", "failed", "skipped", "other")
    }
    results = {
        "tool": {"name": TOOL, "version": TOOL_VERSION},
        "summary": {
            "tests": len(tests),
            **counts,
            "pending": 0,
            "start": int(where.started * 1000),
            "stop": int(where.ended * 1000),
            "extra": {"verdict": summary.outcome, "sentence": summary.sentence},
        },
        "tests": tests,
        "environment": {"commit": where.commit, "testEnvironment": where.target, "extra": {"baseUrl": where.base_url}},
    }
    report = {"reportFormat": "CTRF", "specVersion": "0.0.0", "results": results}
    return json.dumps(report, ensure_ascii=True, indent=1) + "\n"


def _test(row: ClauseRow, findings: list[FindingReport]) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": row.clause.id,
        "status": _STATUSES[row.state],
        "duration": 0,
        "suite": [row.clause.level.value],
        "rawStatus": row.state,
        "extra": {"promise": row.clause.promise, "positive": row.positive, "negative": row.negative},
    }
    if findings:
        first = findings[0]
        test["message"] = f"expected {first.expected}; received {first.received}"
        test["trace"] = "\n\n".join(
            f"{f.id}\nsent {f.sent}\nexpected {f.expected}\nreceived {f.received}\n{f.agreement}" for f in findings
        )
    elif row.reason:
        test["message"] = row.reason
    return test
