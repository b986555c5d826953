"""Charts over time: the requests of one run, and the last runs of a target."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from reports.svg import WIDTH, Chart, line, rect, svg, text
from reports.tally import Moment
from reports.wording import duration, milliseconds, numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.run_comparison import TrendPoint
    from reports.summary import Summary

#: Classes of responses in the stylesheet, from the axis upwards.
_CLASSES: Final = ("2xx", "4xx", "5xx", "3xx", "1xx", "none")
_NAMES: Final = {"2xx": "created or read", "4xx": "refused", "5xx": "server errors", "none": "no response"}
#: The minimum seconds without a new request that are mentioned.
_PAUSE: Final = 2.0


def timeline_chart(summary: Summary) -> Chart:
    """Requests over time, with the phases after the tests."""
    moments, width = _until_the_end(summary), summary.bar_seconds
    height, left = 130.0, 44
    largest = max((sum(count for _, count in moment.counts) for moment in moments), default=1) or 1
    step = (WIDTH - left - 8) / len(moments)
    parts = []
    for share in (0, 0.5, 1):
        y = 8 + height * (1 - share)
        parts += [
            line(left, y, WIDTH - 8, y, "grid"),
            text(left - 6, y + 4, f"{largest * share:,.0f}", "tick", "end"),
        ]
    for phase in summary.phases:
        x = left + step * phase.start / width
        parts.append(rect(x, 8, step * (phase.end - phase.start) / width, height, f"phase {phase.kind}"))
    totals: dict[str, int] = {}
    for number, moment in enumerate(moments):
        y, counts = 8 + height, dict(moment.counts)
        for name in _CLASSES:
            count = counts.get(name, 0)
            if count:
                tall = height * count / largest
                y -= tall
                parts.append(rect(left + step * number, y, step - min(1.0, step / 4), tall, f"c{name}"))
                totals[name] = totals.get(name, 0) + count
    last = moments[-1].at + width
    for share in (0, 0.5, 1):
        anchor = ("start", "middle", "end")[round(share * 2)]
        parts.append(text(left + (WIDTH - left - 8) * share, height + 26, duration(last * share), "tick", anchor))
    legend = tuple((f"c{name}", _NAMES.get(name, name)) for name in _CLASSES if name in totals)
    legend += tuple((f"phase {phase.kind}", phase.words) for phase in summary.phases)
    title = "Requests over time"
    words = ", ".join(f"{totals[name]:,} {_NAMES.get(name, name)}" for name in _CLASSES if name in totals)
    sentence = f"{words} within {duration(last)}; at most {largest:,} in {duration(width)}"
    remark = "; ".join(
        f"{phase.words}: {duration(phase.end - phase.start)}, from {duration(phase.start)} on"
        for phase in summary.phases
    )
    pause = _longest_pause(summary)
    if pause:
        remark = f"{remark}; " * bool(remark) + pause
    used = [name for name in _CLASSES if name in totals]
    rows = tuple(
        (duration(moment.at), *(f"{dict(moment.counts).get(name, 0):,}" for name in used))
        for moment in _thinned(moments)
    )
    rows += tuple((f"{duration(phase.start)}: {phase.words}", *("-" for _ in used)) for phase in summary.phases)
    drawn = svg("timeline", height + 32, title, sentence, parts)
    columns = ("after", *(_NAMES.get(n, n) for n in used))
    return Chart("timeline", title, sentence, drawn, columns, rows, legend, remark[:1].upper() + remark[1:])


def _until_the_end(summary: Summary) -> list[Moment]:
    """The bars up to the end of the last phase, which has no requests of tests."""
    moments, width = list(summary.timeline), summary.bar_seconds
    end = max((phase.end for phase in summary.phases), default=0.0)
    while moments[-1].at + width < end:
        moments.append(Moment(moments[-1].at + width, ()))
    return moments


def _longest_pause(summary: Summary) -> str:
    """The longest time without a new request of tests, in words; empty if it is short."""
    longest, start, end = 0.0, 0.0, 0.0
    for moment in summary.timeline:
        if moment.counts:
            start = moment.at + summary.bar_seconds
        elif moment.at + summary.bar_seconds - start > longest:
            end = moment.at + summary.bar_seconds
            longest = end - start
    if longest < max(_PAUSE, 2 * summary.bar_seconds):
        return ""
    return (
        f"no request was started from {duration(end - longest)} to {duration(end)}:"
        " the run waited for the service, or prepared requests"
    )


def trend_chart(points: Sequence[TrendPoint]) -> Chart:
    """The last runs of a target: verdict, findings and latency."""
    height, left = 90.0, 58
    largest = max(1, *(point.findings for point in points))
    slowest = max((point.median or 0) for point in points) or 1
    step = min((WIDTH - left - 8) / len(points), 60.0)
    parts = [text(left - 6, 16, f"{largest}", "tick", "end"), text(left - 6, 12 + height, "0", "tick", "end")]
    parts.append(text(left - 6, 25 + height, "verdict", "tick", "end"))
    parts.append(line(left, 8 + height, left + step * len(points), 8 + height, "grid"))
    medians = []
    for number, point in enumerate(points):
        x = left + step * number
        kind = {"kept": "kept", "broken": "broken"}.get(point.outcome, "unknown")
        tall = height * point.findings / largest
        if tall:
            parts.append(rect(x + 2, 8 + height - tall, step - 4, tall, "broken"))
        parts.append(rect(x + 2, 14 + height, step - 4, 12, kind))
        if point.median is not None:
            medians.append(f"{x + step / 2:.1f},{8 + height - 0.9 * height * point.median / slowest:.1f}")
    if len(medians) > 1:
        parts.append(f'<polyline class="median" points="{" ".join(medians)}"/>')
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
        svg("trend", height + 32, title, sentence, parts),
        ("run", "verdict", "profile", "findings", "requests", "median of creations"),
        rows,
        (
            ("broken", "findings, or the verdict broken"),
            ("kept", "the verdict kept"),
            ("median", f"median of creations, at most {milliseconds(slowest)}"),
        ),
    )


def _thinned(moments: Sequence[Moment], rows: int = 24) -> list[Moment]:
    """Neighbouring bars merged, to keep the table short."""
    size = math.ceil(len(moments) / rows)
    found = []
    for start in range(0, len(moments), size):
        counts: dict[str, int] = {}
        for moment in moments[start : start + size]:
            for name, count in moment.counts:
                counts[name] = counts.get(name, 0) + count
        found.append(Moment(moments[start].at, tuple(counts.items())))
    return found
