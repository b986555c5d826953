"""Pictures as inline SVG: no script, no style attribute, each with a title and a sentence that says the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from reports.tally import BOUNDS, CaseSetCount, Latency, Moment
from reports.wording import duration, kind, milliseconds, numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reports.run_comparison import TrendPoint
    from reports.summary import Summary

_WIDTH: Final = 480
#: Classes of responses as the stylesheet colours them.
CLASSES: Final = ("2xx", "4xx", "5xx", "3xx", "1xx", "none")
_NAMES: Final = {"2xx": "created or read", "4xx": "refused", "5xx": "server errors", "none": "no response"}
#: Sets of cases in the picture; its table has all of them.
_SETS: Final = 10
#: Seconds without a new request that are worth a word.
_PAUSE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its heading, a sentence for readers who do not see it, and the same as a table."""

    id: str
    title: str
    sentence: str
    svg: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: tuple[tuple[str, str], ...] = ()
    remark: str = ""


def charts(summary: Summary) -> list[Chart]:
    """The pictures that there is something to show in."""
    found = []
    if summary.statuses:
        found.append(_responses(summary.statuses))
    if summary.latencies:
        found.append(_latency(summary.latencies))
    if len(summary.timeline) > 1:
        found.append(_timeline(summary))
    if summary.case_sets:
        found.append(_case_sets(summary.case_sets))
    return found


def _svg(name: str, height: float, title: str, sentence: str, parts: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(sentence)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _rect(x: float, y: float, width: float, height: float, kind: str) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{height:.1f}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, kind: str = "label", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _class_of(status: str) -> str:
    return f"{status[0]}xx" if status.isdecimal() else "none"


def _responses(statuses: Sequence[tuple[str, int]]) -> Chart:
    total = sum(count for _, count in statuses)
    largest = max(count for _, count in statuses)
    parts, y, left, room = [], 4.0, 72, _WIDTH - 72 - 110
    for status, count in statuses:
        parts.append(_text(left - 10, y + 15, status, "label", "end"))
        width = room * count / largest
        parts.append(_rect(left, y, width, 20, f"c{_class_of(status)}"))
        parts.append(_text(left + max(width, 0.5) + 8, y + 15, f"{count:,} ({_share(count, total)})"))
        y += 28
    sentence = "; ".join(f"{status}: {count:,} ({_share(count, total)})" for status, count in statuses)
    rows = tuple((status, f"{count:,}", _share(count, total)) for status, count in statuses)
    title = "Responses by status"
    svg = _svg("responses", y, title, sentence, parts)
    return Chart(
        "responses",
        title,
        sentence,
        svg,
        ("status", "responses", "share"),
        rows,
        remark="To requests of tests. The deletions at the end of the run are not counted here.",
    )


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %" if total else "0 %"


def _latency(rows: Sequence[Latency]) -> Chart:
    low = math.floor(math.log10(max(min(row.p50 for row in rows) / 2, 1e-4)))
    high = math.ceil(math.log10(max(10.0 ** (low + 1), *(row.longest for row in rows))))
    left, room = 116, _WIDTH - 116 - 28

    def at(seconds: float) -> float:
        share = (math.log10(max(seconds, 10.0**low)) - low) / (high - low)
        return left + room * min(max(share, 0.0), 1.0)

    parts, bottom = [], 46.0 * len(rows) + 8
    for power in range(low, high + 1):
        x = at(10.0**power)
        parts += [_line(x, 4, x, bottom, "grid"), _text(x, bottom + 16, _tick(10.0**power), "tick", "middle")]
    for number, row in enumerate(rows):
        y = 46.0 * number + 8
        parts.append(_text(left - 10, y + 19, kind(row.kind), "label", "end"))
        parts.append(_text(left - 10, y + 33, f"{row.count:,}", "tick", "end"))
        parts += _histogram(row, at, y, 34)
        parts.append(_line(at(row.p99), y + 2, at(row.p99), y + 36, "p99"))
        parts.append(_line(at(row.p50), y, at(row.p50), y + 36, "p50"))
    sentence = "; ".join(
        f"{kind(row.kind)}: half within {milliseconds(row.p50)}, 99 % within {milliseconds(row.p99)},"
        f" longest {milliseconds(row.longest)}"
        for row in rows
    )
    title = "Latency by kind of request"
    table = tuple((kind(r.kind), f"{r.count:,}", *map(milliseconds, (r.p50, r.p90, r.p99, r.longest))) for r in rows)
    return Chart(
        "latency",
        title,
        sentence,
        _svg("latency", bottom + 24, title, sentence, parts),
        ("kind", "requests", "median", "90 %", "99 %", "longest"),
        table,
        (("p50", "median"), ("p99", "99 %"), ("bars", "number of requests")),
    )


def _tick(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"


def _histogram(row: Latency, at: Callable[[float], float], y: float, height: float) -> list[str]:
    largest = max(count for _, count in row.histogram)
    below = dict(zip((*BOUNDS, math.inf), (BOUNDS[0] / 2, *BOUNDS), strict=True))
    parts = []
    for bound, count in row.histogram:
        lower = below[bound]
        upper = bound if math.isfinite(bound) else lower * 2
        tall = height * count / largest
        if count:
            parts.append(_rect(at(lower) + 0.5, y + height - tall, at(upper) - at(lower) - 1, tall, "bars"))
    return parts


def _timeline(summary: Summary) -> Chart:
    moments, width = _until_the_end(summary), summary.bar_seconds
    height, left = 130.0, 44
    largest = max((sum(count for _, count in moment.counts) for moment in moments), default=1) or 1
    step = (_WIDTH - left - 8) / len(moments)
    parts = []
    for share in (0, 0.5, 1):
        y = 8 + height * (1 - share)
        parts += [
            _line(left, y, _WIDTH - 8, y, "grid"),
            _text(left - 6, y + 4, f"{largest * share:,.0f}", "tick", "end"),
        ]
    for phase in summary.phases:
        x = left + step * phase.start / width
        parts.append(_rect(x, 8, step * (phase.end - phase.start) / width, height, f"phase {phase.kind}"))
    totals: dict[str, int] = {}
    for number, moment in enumerate(moments):
        y, counts = 8 + height, dict(moment.counts)
        for name in CLASSES:
            count = counts.get(name, 0)
            if count:
                tall = height * count / largest
                y -= tall
                parts.append(_rect(left + step * number, y, step - min(1.0, step / 4), tall, f"c{name}"))
                totals[name] = totals.get(name, 0) + count
    last = moments[-1].at + width
    for share in (0, 0.5, 1):
        anchor = ("start", "middle", "end")[round(share * 2)]
        parts.append(_text(left + (_WIDTH - left - 8) * share, height + 26, duration(last * share), "tick", anchor))
    legend = tuple((f"c{name}", _NAMES.get(name, name)) for name in CLASSES if name in totals)
    legend += tuple((f"phase {phase.kind}", phase.words) for phase in summary.phases)
    title = "Requests over time"
    words = ", ".join(f"{totals[name]:,} {_NAMES.get(name, name)}" for name in CLASSES if name in totals)
    sentence = f"{words} within {duration(last)}; at most {largest:,} in {duration(width)}"
    remark = "; ".join(
        f"{phase.words}: {duration(phase.end - phase.start)}, from {duration(phase.start)} on"
        for phase in summary.phases
    )
    pause = _longest_pause(summary)
    if pause:
        remark = f"{remark}; " * bool(remark) + pause
    used = [name for name in CLASSES if name in totals]
    rows = tuple(
        (duration(moment.at), *(f"{dict(moment.counts).get(name, 0):,}" for name in used))
        for moment in _thinned(moments)
    )
    rows += tuple((f"{duration(phase.start)}: {phase.words}", *("-" for _ in used)) for phase in summary.phases)
    svg = _svg("timeline", height + 32, title, sentence, parts)
    columns = ("after", *(_NAMES.get(n, n) for n in used))
    return Chart("timeline", title, sentence, svg, columns, rows, legend, remark[:1].upper() + remark[1:])


def _until_the_end(summary: Summary) -> list[Moment]:
    """The bars up to the end of the last phase: the end of a run has no requests of tests."""
    moments, width = list(summary.timeline), summary.bar_seconds
    end = max((phase.end for phase in summary.phases), default=0.0)
    while moments[-1].at + width < end:
        moments.append(Moment(moments[-1].at + width, ()))
    return moments


def _longest_pause(summary: Summary) -> str:
    """The longest time in which tests started no request, in words; empty where none is worth a word."""
    longest, start, end = 0.0, 0.0, 0.0
    for moment in summary.timeline:
        if moment.counts:
            start = moment.at + summary.bar_seconds
        elif moment.at + summary.bar_seconds - start > longest:
            end = moment.at + summary.bar_seconds
            longest = end - start
    if longest < max(_PAUSE, 2 * summary.bar_seconds):
        return ""
    return f"no request was started from {duration(end - longest)} to {duration(end)}: the run waited for the service"


def _case_sets(sets: Sequence[CaseSetCount]) -> Chart:
    parts, y, largest = [], 0.0, max(row.count for row in sets)
    for row in sets[:_SETS]:
        parts += [_text(0, y + 13, row.name, "tick"), _text(_WIDTH, y + 13, f"{row.count:,}", "tick", "end")]
        x = 0.0
        for count, name in ((row.created, "2xx"), (row.refused, "4xx"), (row.other, "none")):
            if count:
                width = _WIDTH * count / largest
                parts.append(_rect(x, y + 17, width, 6, f"c{name}"))
                x += width
        y += 28
    title = "What was sent, by set of cases"
    sentence = (
        f"{numbers(len(sets), 'set')} of cases; the largest is {sets[0].name} with {numbers(sets[0].count, 'case')}"
    )
    rows = tuple((row.name, f"{row.count:,}", f"{row.created:,}", f"{row.refused:,}", f"{row.other:,}") for row in sets)
    legend = (("c2xx", "created"), ("c4xx", "refused"), ("cnone", "other"))
    remark = f"The {_SETS} largest of {len(sets)} sets; the table has all of them." if len(sets) > _SETS else ""
    svg = _svg("case-sets", y, title, sentence, parts)
    return Chart(
        "case-sets",
        title,
        sentence,
        svg,
        ("set of cases", "cases", "created", "refused", "other"),
        rows,
        legend,
        remark,
    )


def _thinned(moments: Sequence[Moment], rows: int = 24) -> list[Moment]:
    """Neighbouring bars added up, so that the table stays short."""
    size = math.ceil(len(moments) / rows)
    found = []
    for start in range(0, len(moments), size):
        counts: dict[str, int] = {}
        for moment in moments[start : start + size]:
            for name, count in moment.counts:
                counts[name] = counts.get(name, 0) + count
        found.append(Moment(moments[start].at, tuple(counts.items())))
    return found


def trend_chart(points: Sequence[TrendPoint]) -> Chart:
    """The last runs of a target: verdict, findings and latency."""
    height, left = 90.0, 58
    largest = max(1, *(point.findings for point in points))
    slowest = max((point.median or 0) for point in points) or 1
    step = min((_WIDTH - left - 8) / len(points), 60.0)
    parts = [_text(left - 6, 16, f"{largest}", "tick", "end"), _text(left - 6, 12 + height, "0", "tick", "end")]
    parts.append(_text(left - 6, 25 + height, "verdict", "tick", "end"))
    parts.append(_line(left, 8 + height, left + step * len(points), 8 + height, "grid"))
    line = []
    for number, point in enumerate(points):
        x = left + step * number
        kind = {"kept": "kept", "broken": "broken"}.get(point.outcome, "unknown")
        tall = height * point.findings / largest
        if tall:
            parts.append(_rect(x + 2, 8 + height - tall, step - 4, tall, "broken"))
        parts.append(_rect(x + 2, 14 + height, step - 4, 12, kind))
        if point.median is not None:
            line.append(f"{x + step / 2:.1f},{8 + height - 0.9 * height * point.median / slowest:.1f}")
    if len(line) > 1:
        parts.append(f'<polyline class="median" points="{" ".join(line)}"/>')
    kept = sum(point.outcome == "kept" for point in points)
    title = "The last runs of this target"
    sentence = (
        f"{kept} of {numbers(len(points), 'run')} kept the contract; the newest has "
        f"{numbers(points[-1].findings, 'finding')}"
    )
    rows = tuple(
        (
            point.id,
            point.outcome,
            point.profile,
            str(point.findings),
            f"{point.requests:,}",
            milliseconds(point.median) if point.median is not None else "-",
        )
        for point in reversed(points)
    )
    return Chart(
        "trend",
        title,
        sentence,
        _svg("trend", height + 32, title, sentence, parts),
        ("run", "verdict", "profile", "findings", "requests", "median of creations"),
        rows,
        (
            ("broken", "findings, or the verdict broken"),
            ("kept", "the verdict kept"),
            ("median", f"median of creations, at most {milliseconds(slowest)}"),
        ),
    )
