"""The parts of an exchange that the HTML page shows: truncated around the offending part, which is marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reports.marking import differing_spans
from reports.visible import Piece, inert, pieces, readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.evidence import Evidence, FindingReport

#: The number of characters of a body that are shown, around the offending part.
_SHOWN: Final = 1_600
#: The number of characters of *Sent* beside *Expected* and *Received*.
_BESIDE: Final = 300
_BODY_BESIDE: Final = 160


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a shown text: its pieces, and whether it is the offending part."""

    pieces: tuple[Piece, ...]
    marked: bool = False


Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One side of an exchange as the page shows it."""

    first: str
    headers: tuple[Parts, ...]
    body: Parts
    size: int


def sent(evidence: Evidence) -> Parts:
    """The offending header or body."""
    case, span = evidence.exchange.case, evidence.sent_span
    if isinstance(span, str):
        values = [f"{name}: {value}" for name, value in case.headers if name.lower() == span.lower()]
        body = _body(evidence.sent_text, None, _BODY_BESIDE) if evidence.sent_text else ()
        return (_part("; ".join(values) or f"no {span} header", marked=True), _part(" with the body "), *body)[
            : None if body else 1
        ]
    headers = tuple(_part(f"{name}: {value}; ", marked=True) for name, value in case.unusual_headers)
    if case.body is None:
        return (*headers, _part("no body"))
    return (*headers, *(_body(evidence.sent_text, span, _BESIDE) or (_part("an empty body"),)))


def compared(finding: FindingReport) -> tuple[Parts, Parts]:
    """*Expected* and *Received*, with the first difference marked in both."""
    found = differing_spans(finding.expected, finding.received)
    if found is None:
        return (_part(finding.expected),), (_part(finding.received, marked=True),)
    return _with_mark(finding.expected, found[0]), _with_mark(finding.received, found[1])


def request(evidence: Evidence) -> Shown:
    """The whole request."""
    case, span = evidence.exchange.case, evidence.sent_span
    return Shown(
        first=inert(f"{case.method} {case.path}"),
        headers=_headers(case.sent_headers, span),
        body=_body(evidence.sent_text, span, _SHOWN),
        size=len(case.body or b""),
    )


def response(evidence: Evidence) -> Shown:
    """The whole response, or why there is none."""
    received, failure = evidence.exchange.response, evidence.exchange.failure
    if received is None:
        why = f"no complete response: {failure.kind}, {failure.detail}" if failure else "no response"
        return Shown(inert(why), (), (), 0)
    span = evidence.received_span
    return Shown(
        str(received.status),
        _headers(received.headers, span),
        _body(readable(received.body), span, _SHOWN),
        len(received.body),
    )


def _headers(headers: Sequence[tuple[str, str]], span: str | tuple[int, int] | None) -> tuple[Parts, ...]:
    return tuple(
        (_part(f"{name}: {value}"[:_SHOWN], marked=isinstance(span, str) and name.lower() == span.lower()),)
        for name, value in headers
    )


def _with_mark(text: str, span: tuple[int, int]) -> Parts:
    start, end = span
    parts = (_part(text[:start]), _part(text[start:end], marked=True), _part(text[end:]))
    return tuple(part for part in parts if part.pieces)


def _body(text: str, span: str | tuple[int, int] | None, limit: int) -> Parts:
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
