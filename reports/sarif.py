"""SARIF 2.1.0: rules are clauses, results are findings (OASIS, Static Analysis Results Interchange Format)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from contracts.document import DEFAULT_DOCUMENT
from contracts.findings import Level
from reports.places import lines_of
from reports.summary import TOOL, TOOL_VERSION
from reports.wording import rfc3339

if TYPE_CHECKING:
    from reports.evidence import FindingReport
    from reports.run_comparison import Comparison
    from reports.summary import ClauseRow, Summary

_LEVELS: Final = {Level.DOCUMENTED: "error", Level.IMPLIED: "error", Level.ADVISORY: "note"}
#: The contract document, as a path in the repository.
DOCUMENT: Final = f"contracts/{DEFAULT_DOCUMENT.name}"


def sarif(summary: Summary, comparison: Comparison | None = None) -> str:
    """The log as ASCII JSON; known deviations are suppressed results."""
    findings = summary.all_findings
    places = lines_of([finding.clause.id for finding in findings])
    positions = {row.clause.id: number for number, row in enumerate(summary.clauses)}
    run = {
        "tool": {
            "driver": {
                "name": TOOL,
                "semanticVersion": TOOL_VERSION,
                "rules": [_rule(row) for row in summary.clauses],
            }
        },
        "automationDetails": {"id": f"create-project-contract/{summary.environment.target}/"},
        "invocations": [_invocation(summary)],
        "results": [_result(f, positions[f.clause.id], places[f.clause.id], comparison) for f in findings],
        "properties": {"verdict": summary.outcome, "requests": summary.requests},
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, ensure_ascii=True, indent=1) + "\n"


def _rule(row: ClauseRow) -> dict[str, Any]:
    clause = row.clause
    return {
        "id": clause.id,
        "shortDescription": {"text": clause.promise},
        "fullDescription": {"text": f"{clause.promise} {clause.source}: {clause.statement}"},
        "defaultConfiguration": {"level": _LEVELS[clause.level]},
        "properties": {
            "tags": ["contract", clause.level.value],
            "state": row.state,
            "positive": row.positive,
            "negative": row.negative,
        },
    }


def _invocation(summary: Summary) -> dict[str, Any]:
    where = summary.environment
    notifications = [{"level": "note", "message": {"text": f"{n.kind}: {n.text}"}} for n in summary.notes]
    if not summary.complete:
        notifications.insert(0, {"level": "error", "message": {"text": summary.sentence}})
    return {
        "executionSuccessful": summary.complete,
        "exitCode": int(summary.status),
        "startTimeUtc": rfc3339(where.started),
        "endTimeUtc": rfc3339(where.ended),
        "toolExecutionNotifications": notifications,
    }


def _result(finding: FindingReport, index: int, line: int, comparison: Comparison | None) -> dict[str, Any]:
    text = (
        f"{finding.clause.promise} Sent {finding.sent}; expected {finding.expected};"
        f" received {finding.received}; {finding.agreement}."
    )
    if finding.likely:
        text = f"{finding.likely[:1].upper()}{finding.likely[1:]}. {text}"
    if finding.advice:
        text = f"{text} {finding.advice[:1].upper()}{finding.advice[1:]}."
    result: dict[str, Any] = {
        "ruleId": finding.clause.id,
        "ruleIndex": index,
        "kind": "fail",
        "level": _LEVELS[finding.clause.level],
        "message": {"text": text},
        "occurrenceCount": finding.count,
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": DOCUMENT}, "region": {"startLine": line}},
                "logicalLocations": [{"fullyQualifiedName": finding.clause.id, "kind": "member"}],
            }
        ],
        "partialFingerprints": {"cause/v1": finding.fingerprint},
        "properties": {"id": finding.id, "cause": finding.cause, "where": finding.where},
    }
    if finding.known:
        why = f"{finding.known.reason} ({finding.known.owner}, until {finding.known.expires})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    elif comparison is not None:
        result["baselineState"] = "unchanged" if finding.id in comparison.still else "new"
    return result
