"""The report as one HTML page: no network, no script but its own, everything from the service inert."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from reports import wording
from reports.charts import charts
from reports.clause_groups import clause_groups
from reports.summary import STATES, Summary
from reports.visible import Piece, inert, pieces, readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.evidence import Evidence, FindingReport
    from reports.run_comparison import Comparison, TrendPoint

_TEMPLATES: Final = Path(__file__).with_name("templates")
#: Characters of a body that the page shows, around the offending part.
_SHOWN: Final = 1_600
#: Runs that the head of the page shows beside this one.
_LAST_RUNS: Final = 12
_ON_THE_MOCK: Final = "This run tested the mock: it says nothing about a service."
_RELEASE: Final = {
    "kept": "Nothing this run saw stands in the way of a release.",
    "broken": "Do not release: fix these findings or record them as known deviations.",
    "no verdict": "This run cannot say whether the service may be released: remove the cause and run it again.",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a shown text: its pieces, and whether it is the offending part."""

    pieces: tuple[Piece, ...]
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One side of an exchange as the page shows it."""

    first: str
    headers: tuple[tuple[Part, ...], ...]
    body: tuple[Part, ...]
    size: int


def html(summary: Summary, comparison: Comparison | None = None, points: Sequence[TrendPoint] = ()) -> str:
    """The page as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  # 50 ms that other formats need not wait

    loader = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = (_TEMPLATES.joinpath(name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    loader.filters |= {
        "duration": wording.duration,
        "instant": wording.instant,
        "milliseconds": wording.milliseconds,
        "inert": inert,
    }
    since = dict(comparison.since) if comparison else {}
    return loader.get_template("report.html.j2").render(
        summary=summary,
        where=summary.environment,
        release=_ON_THE_MOCK if summary.environment.target == "mock" else _RELEASE[summary.outcome],
        states=[(state, summary.states()[state]) for state in STATES],
        groups=clause_groups(summary.clauses),
        points=list(points)[-_LAST_RUNS:] if len(points) > 1 else [],
        findings=[_shown_finding(finding, since) for finding in summary.findings],
        known=[_shown_finding(finding, since) for finding in summary.known],
        tolerated=[_shown_finding(finding, since) for finding in summary.advice],
        shared=[cause for cause in summary.causes if len(cause.findings) > 1],
        comparison=comparison,
        charts=charts(summary, points),
        style=style,
        script=script,
        policy=_policy(style, script),
    )


def _policy(style: str, script: str) -> str:
    """A content security policy that lets this page's own style and script run, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _shown_finding(finding: FindingReport, since: dict[str, str]) -> dict[str, Any]:
    evidence = finding.evidence
    return {
        "report": finding,
        "sent": () if evidence is None else _sent_only(evidence),
        "request": None if evidence is None else _request(evidence),
        "answer": None if evidence is None else _answer(evidence),
        "together": () if evidence is None else evidence.together,
        "since": since.get(finding.id, ""),
    }


def _sent_only(evidence: Evidence) -> tuple[Part, ...]:
    """The header or the body that offends."""
    case, span = evidence.exchange.case, evidence.sent_span
    if isinstance(span, str):
        values = [f"{name}: {value}" for name, value in case.headers if name.lower() == span.lower()]
        body = () if not evidence.sent_text else (_part(" with the body "), *_body(evidence.sent_text, None, 200))
        return (_part("; ".join(values) or f"no {span} header", marked=True), *body)
    headers = tuple(_part(f"{name}: {value}; ", marked=True) for name, value in case.unusual_headers)
    if case.body is None:
        return (*headers, _part("no body"))
    return (*headers, *(_body(evidence.sent_text, span, 400) or (_part("an empty body"),)))


def _request(evidence: Evidence) -> Shown:
    case, span = evidence.exchange.case, evidence.sent_span
    return Shown(
        first=inert(f"{case.method} {case.path}"),
        headers=_headers(case.sent_headers, span),
        body=_body(evidence.sent_text, span, _SHOWN),
        size=len(case.body or b""),
    )


def _answer(evidence: Evidence) -> Shown:
    response, failure = evidence.exchange.response, evidence.exchange.failure
    if response is None:
        why = f"no whole answer: {failure.kind}, {failure.detail}" if failure else "no answer"
        return Shown(inert(why), (), (), 0)
    span = evidence.received_span
    return Shown(
        str(response.status),
        _headers(response.headers, span),
        _body(readable(response.body), span, _SHOWN),
        len(response.body),
    )


def _headers(headers: Sequence[tuple[str, str]], span: str | tuple[int, int] | None) -> tuple[tuple[Part, ...], ...]:
    return tuple(
        (_part(f"{name}: {value}"[:_SHOWN], marked=isinstance(span, str) and name.lower() == span.lower()),)
        for name, value in headers
    )


def _body(text: str, span: str | tuple[int, int] | None, limit: int) -> tuple[Part, ...]:
    start, end = span if isinstance(span, tuple) else (0, 0)
    margin = max(limit - (end - start), limit // 4) // 2
    left, right = (0, limit) if end == 0 else (max(0, start - margin), end + margin)
    if right > len(text):
        left = max(0, left - (right - len(text)))
    inner = text[start:end]
    if len(inner) > limit:
        inner = f"{inner[: limit // 2]} … {len(inner) - limit:,} more characters … {inner[-limit // 2 :]}"
    before = (f"… {left:,} characters … " if left else "") + text[left:start]
    after = text[end:right] + (f" … {len(text) - right:,} more characters" if right < len(text) else "")
    parts = (_part(before), _part(inner, marked=True), _part(after))
    return tuple(part for part in parts if part.pieces)


def _part(text: str, *, marked: bool = False) -> Part:
    return Part(tuple(pieces(text)), marked)
