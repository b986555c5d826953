"""The charts of one run: responses, latency, requests over time, sets of cases."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from reports.svg import WIDTH, Chart, line, rect, svg, text
from reports.tally import BOUNDS, CaseSetCount, Latency
from reports.timeline_charts import timeline_chart
from reports.wording import kind, milliseconds, numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reports.summary import Summary

#: The maximum number of sets in the chart; its table has all of them.
_SETS: Final = 10


def charts(summary: Summary) -> list[Chart]:
    """The charts for which there are data."""
    found = []
    if summary.statuses:
        found.append(_responses(summary.statuses))
    if summary.latencies:
        found.append(_latency(summary.latencies))
    if len(summary.timeline) > 1:
        found.append(timeline_chart(summary))
    if summary.case_sets:
        found.append(_case_sets(summary.case_sets))
    return found


def _class_of(status: str) -> str:
    return f"{status[0]}xx" if status.isdecimal() else "none"


def _responses(statuses: Sequence[tuple[str, int]]) -> Chart:
    total = sum(count for _, count in statuses)
    largest = max(count for _, count in statuses)
    parts, y, left, room = [], 4.0, 72, WIDTH - 72 - 110
    for status, count in statuses:
        parts.append(text(left - 10, y + 15, status, "label", "end"))
        width = room * count / largest
        parts.append(rect(left, y, width, 20, f"c{_class_of(status)}"))
        parts.append(text(left + max(width, 0.5) + 8, y + 15, f"{count:,} ({_share(count, total)})"))
        y += 28
    sentence = "; ".join(f"{status}: {count:,} ({_share(count, total)})" for status, count in statuses)
    rows = tuple((status, f"{count:,}", _share(count, total)) for status, count in statuses)
    title = "Responses by status"
    drawn = svg("responses", y, title, sentence, parts)
    return Chart(
        "responses",
        title,
        sentence,
        drawn,
        ("status", "responses", "share"),
        rows,
        remark="To requests of tests. The deletions at the end of the run are not counted here.",
    )


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %" if total else "0 %"


def _latency(rows: Sequence[Latency]) -> Chart:
    low = math.floor(math.log10(max(min(row.p50 for row in rows) / 2, 1e-4)))
    high = math.ceil(math.log10(max(10.0 ** (low + 1), *(row.longest for row in rows))))
    left, room = 116, WIDTH - 116 - 28

    def at(seconds: float) -> float:
        share = (math.log10(max(seconds, 10.0**low)) - low) / (high - low)
        return left + room * min(max(share, 0.0), 1.0)

    parts, bottom = [], 46.0 * len(rows) + 8
    for power in range(low, high + 1):
        x = at(10.0**power)
        parts += [line(x, 4, x, bottom, "grid"), text(x, bottom + 16, _tick(10.0**power), "tick", "middle")]
    for number, row in enumerate(rows):
        y = 46.0 * number + 8
        parts.append(text(left - 10, y + 19, kind(row.kind), "label", "end"))
        parts.append(text(left - 10, y + 33, f"{row.count:,}", "tick", "end"))
        parts += _histogram(row, at, y, 34)
        parts.append(line(at(row.p99), y + 2, at(row.p99), y + 36, "p99"))
        parts.append(line(at(row.p50), y, at(row.p50), y + 36, "p50"))
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
        svg("latency", bottom + 24, title, sentence, parts),
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
            parts.append(rect(at(lower) + 0.5, y + height - tall, at(upper) - at(lower) - 1, tall, "bars"))
    return parts


def _case_sets(sets: Sequence[CaseSetCount]) -> Chart:
    parts, y, largest = [], 0.0, max(row.count for row in sets)
    for row in sets[:_SETS]:
        parts += [text(0, y + 13, row.name, "tick"), text(WIDTH, y + 13, f"{row.count:,}", "tick", "end")]
        x = 0.0
        for count, name in ((row.created, "2xx"), (row.refused, "4xx"), (row.other, "none")):
            if count:
                width = WIDTH * count / largest
                parts.append(rect(x, y + 17, width, 6, f"c{name}"))
                x += width
        y += 28
    title = "What was sent, by set of cases"
    sentence = (
        f"{numbers(len(sets), 'set')} of cases; the largest is {sets[0].name} with {numbers(sets[0].count, 'case')}"
    )
    rows = tuple((row.name, f"{row.count:,}", f"{row.created:,}", f"{row.refused:,}", f"{row.other:,}") for row in sets)
    legend = (("c2xx", "created"), ("c4xx", "refused"), ("cnone", "other"))
    remark = f"The {_SETS} largest of {len(sets)} sets; the table has all of them." if len(sets) > _SETS else ""
    drawn = svg("case-sets", y, title, sentence, parts)
    return Chart(
        "case-sets",
        title,
        sentence,
        drawn,
        ("set of cases", "cases", "created", "refused", "other"),
        rows,
        legend,
        remark,
    )
