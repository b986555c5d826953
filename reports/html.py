"""The report as one HTML page: no network, no foreign script, all texts of the service inert."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from reports import exchange_view, wording
from reports.charts import charts
from reports.clause_groups import clause_groups
from reports.summary import STATES, Summary
from reports.timeline_charts import trend_chart
from reports.visible import inert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from reports.evidence import FindingReport
    from reports.run_comparison import Comparison, TrendPoint

_TEMPLATES: Final = Path(__file__).with_name("templates")
#: The number of runs at the top of the page, including this one.
_LAST_RUNS: Final = 12


def html(summary: Summary, comparison: Comparison | None = None, points: Sequence[TrendPoint] = ()) -> str:
    """The page as text."""
    style, script = (_TEMPLATES.joinpath(name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return _template().render(
        summary=summary,
        where=summary.environment,
        states=[(state, summary.states()[state]) for state in STATES if summary.states()[state]],
        groups=clause_groups(summary.clauses),
        points=list(points)[-_LAST_RUNS:] if len(points) > 1 else [],
        findings=[_shown_finding(finding, comparison) for finding in summary.findings],
        numbered=_numbered(summary.findings),
        known=[_shown_finding(finding, comparison) for finding in summary.known],
        tolerated=[_shown_finding(finding, comparison) for finding in summary.advice],
        comparison=comparison,
        trend=trend_chart(points) if len(points) > 1 else None,
        charts=charts(summary),
        style=style,
        script=script,
        policy=_policy(style, script),
    )


def _template() -> Template:
    """The template of the page, with its filters."""
    # takes 50 ms, which other formats do not need
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    from reports.compiled_templates import compiled_templates  # noqa: PLC0415

    loader = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        bytecode_cache=compiled_templates(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    loader.filters |= {
        "basis": wording.basis,
        "duration": wording.duration,
        "instant": wording.instant,
        "inert": inert,
        "milliseconds": wording.milliseconds,
        "numbers": wording.numbers,
        "parts": wording.parts,
        "state": wording.state,
    }
    return loader.get_template("report.html.j2")


def _policy(style: str, script: str) -> str:
    """A content security policy that allows only this page's own style and script."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _numbered(findings: Sequence[FindingReport]) -> dict[str, list[tuple[int, str]]]:
    """For each clause the findings that break it: their numbers on the page, and their ids."""
    found: dict[str, list[tuple[int, str]]] = {}
    for number, finding in enumerate(findings, 1):
        for clause in finding.clauses:
            found.setdefault(clause, []).append((number, finding.id))
    return found


def _shown_finding(finding: FindingReport, comparison: Comparison | None) -> dict[str, Any]:
    evidence = finding.evidence
    expected, received = exchange_view.compared(finding)
    return {
        "report": finding,
        "sent": () if evidence is None else exchange_view.sent(evidence),
        "expected": expected,
        "received": received,
        "request": None if evidence is None else exchange_view.request(evidence),
        "response": None if evidence is None else exchange_view.response(evidence),
        "together": () if evidence is None else evidence.together,
        "since": dict(comparison.since).get(finding.id, "") if comparison else "",
        "is_new": comparison is not None and finding.id in comparison.new,
    }
