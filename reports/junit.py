"""JUnit XML: one test case per clause, so that CI shows which promise is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reports.evidence import by_clause
from reports.wording import rfc3339

if TYPE_CHECKING:
    from reports.evidence import FindingReport
    from reports.summary import ClauseRow, Summary


def junit(summary: Summary) -> bytes:
    """The document.

    Broken clauses are failures, unknown ones errors; clauses that were not exercised, or only in part, are skipped.
    Without a verdict a further case, ``run``, is an error with the reason.
    """
    counts = _counts(summary)
    root = Element("testsuites", {"name": "contract of POST /v1/projects", **counts})
    suite = SubElement(
        root,
        "testsuite",
        {
            "name": f"POST /v1/projects at {summary.environment.target}",
            "timestamp": rfc3339(summary.environment.started).removesuffix("Z"),
            "hostname": summary.environment.base_url or "unknown",
            **counts,
        },
    )
    properties = SubElement(suite, "properties")
    for name, value in _properties(summary):
        SubElement(properties, "property", {"name": name, "value": value})
    findings = by_clause(summary.all_findings)
    for row in summary.clauses:
        _case(suite, row, findings.get(row.clause.id, []))
    if _is_stopped(summary):
        SubElement(_new_case(suite, "run", "run"), "error", {"message": summary.sentence, "type": "no verdict"})
    if summary.expired:
        message = f"expired: {', '.join(entry.name for entry in summary.expired)}"
        SubElement(_new_case(suite, "run", "deviations"), "failure", {"message": message, "type": "expired"})
    SubElement(suite, "system-out").text = summary.sentence
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _is_stopped(summary: Summary) -> bool:
    """Whether there is no verdict for a reason that is no clause's."""
    return summary.outcome == "no verdict" and not summary.states()["unknown"]


def _counts(summary: Summary) -> dict[str, str]:
    states, stopped, expired = summary.states(), _is_stopped(summary), bool(summary.expired)
    return {
        "tests": str(len(summary.clauses) + stopped + expired),
        "failures": str(states["broken"] + expired),
        "errors": str(states["unknown"] + stopped),
        "skipped": str(states["not exercised"] + states["partial"]),
        "time": f"{summary.environment.seconds:.3f}",
    }


def _properties(summary: Summary) -> list[tuple[str, str]]:
    where = summary.environment
    facts = [("verdict", summary.outcome), ("requests", str(summary.requests)), ("profile", where.profile)]
    facts += [("seed", where.seed), ("commit", where.commit), ("run", ", ".join(where.ids))]
    return [fact for fact in facts if fact[1]]


def _new_case(suite: Element, area: str, name: str) -> Element:
    return SubElement(suite, "testcase", {"classname": area, "name": name, "time": "0"})


def _case(suite: Element, row: ClauseRow, findings: list[FindingReport]) -> None:
    clause = row.clause
    case = _new_case(suite, f"contract.{clause.level.value}", clause.id)
    if row.state == "broken":
        first = findings[0]
        failure = SubElement(
            case, "failure", {"message": f"expected {first.expected}; received {first.received}", "type": clause.id}
        )
        failure.text = "\n\n".join(_told(finding) for finding in findings)
    elif row.state == "unknown":
        SubElement(case, "error", {"message": row.reason or "unknown", "type": "unknown"})
    elif row.state in {"not exercised", "partial"}:
        SubElement(case, "skipped", {"message": row.reason or "no case exercised this clause"})
    elif findings:
        SubElement(case, "system-out").text = "\n\n".join(_told(finding) for finding in findings)


def _told(finding: FindingReport) -> str:
    lines = [
        f"{finding.clause.promise} [{finding.clause.statement}]",
        f"sent {finding.sent}",
        f"expected {finding.expected}",
    ]
    lines += [finding.advice] if finding.advice else []
    lines += [f"received {finding.received}", finding.agreement, *(f"{c.label}:\n{c.text}" for c in finding.commands)]
    if finding.known:
        lines.insert(0, f"known deviation {finding.known.name}: {finding.known.reason}")
    return "\n".join(lines)
