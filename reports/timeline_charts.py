"""Charts over time: the requests of one run, and the last runs of a target."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

from reports.svg import WIDTH, Chart, line, rect, svg, text
from reports.tally import Moment
from reports.wording import duration, milliseconds, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.run_comparison import TrendPoint
    from reports.summary import Phase, Summary

#: Classes of responses in the stylesheet, from the axis upwards.
_CLASSES: Final = ("2xx", "4xx", "5xx", "3xx", "1xx", "none")
_NAMES: Final = {"2xx": "created or read", "4xx": "refused", "5xx": "server errors", "none": "no response"}
#: The height of the bars of the timeline, and of the trend.
_HEIGHT: Final = 130.0
_TREND_HEIGHT: Final = 90.0
#: The minimum seconds without a new request that are mentioned.
_PAUSE: Final = 2.0


def timeline_chart(summary: Summary) -> Chart:
    """Requests over time, with the phases after the tests."""
    moments, width = _until_the_end(summary), summary.bar_seconds
    largest = max((sum(count for _, count in moment.counts) for moment in moments), default=1) or 1
    totals = Counter[str]()
    for moment in moments:
        totals.update(dict(moment.counts))
    used = [name for name in _CLASSES if totals[name]]
    last = moments[-1].at + width
    words = ", ".join(f"{totals[name]:,} {_name(name)}" for name in used)
    title, sentence = "Requests over time", f"{words} within {duration(last)}; at most {largest:,} in {duration(width)}"
    remark = "; ".join(
        f"{phase.words}: {duration(phase.end - phase.start)}, from {duration(phase.start)} on"
        for phase in summary.phases
    )
    pause = _longest_pause(summary)
    if pause:
        remark = f"{remark}; " * bool(remark) + pause
    rows = tuple(
        (duration(moment.at), *(f"{dict(moment.counts).get(name, 0):,}" for name in used))
        for moment in _thinned(moments)
    )
    rows += tuple((f"{duration(phase.start)}: {phase.words}", *("-" for _ in used)) for phase in summary.phases)
    legend = tuple((f"c{name}", _name(name)) for name in used)
    legend += tuple((f"phase {phase.kind}", phase.words) for phase in summary.phases)
    drawn = svg("timeline", _HEIGHT + 32, title, sentence, _drawn_timeline(moments, summary.phases, width, largest))
    columns = ("after", *map(_name, used))
    return Chart("timeline", title, sentence, drawn, columns, rows, legend, remark[:1].upper() + remark[1:])


def _name(responses: str) -> str:
    """The name of a class of responses for readers."""
    return _NAMES.get(responses, responses)


def _drawn_timeline(moments: Sequence[Moment], phases: Sequence[Phase], width: float, largest: int) -> Iterator[str]:
    """The scales, the phases as backgrounds, and a stacked bar for each moment."""
    left, bottom = 44, 8 + _HEIGHT
    room = WIDTH - left - 8
    step = room / len(moments)
    for share in (0, 0.5, 1):
        y = bottom - _HEIGHT * share
        yield line(left, y, WIDTH - 8, y, "grid")
        yield text(left - 6, y + 4, f"{largest * share:,.0f}", "tick", "end")
    for phase in phases:
        x = left + step * phase.start / width
        yield rect(x, 8, step * (phase.end - phase.start) / width, _HEIGHT, f"phase {phase.kind}")
    for number, moment in enumerate(moments):
        y, counts = bottom, dict(moment.counts)
        for name in filter(counts.get, _CLASSES):
            tall = _HEIGHT * counts[name] / largest
            y -= tall
            yield rect(left + step * number, y, step - min(1.0, step / 4), tall, f"c{name}")
    for share, anchor in ((0, "start"), (0.5, "middle"), (1, "end")):
        seconds = (moments[-1].at + width) * share
        yield text(left + room * share, _HEIGHT + 26, duration(seconds), "tick", anchor)


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
    slowest = max((point.median or 0) for point in points) or 1
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
        svg("trend", _TREND_HEIGHT + 32, title, sentence, _drawn_trend(points, slowest)),
        ("run", "verdict", "profile", "findings", "requests", "median of creations"),
        rows,
        (
            ("broken", "findings, or the verdict broken"),
            ("kept", "the verdict kept"),
            ("median", f"median of creations, at most {milliseconds(slowest)}"),
        ),
    )


def _drawn_trend(points: Sequence[TrendPoint], slowest: float) -> Iterator[str]:
    """The scale, for each run a bar of its findings above its verdict, and a line of the medians."""
    left, bottom = 58, 8 + _TREND_HEIGHT
    largest = max(1, *(point.findings for point in points))
    step = min((WIDTH - left - 8) / len(points), 60.0)
    yield text(left - 6, 16, f"{largest}", "tick", "end")
    yield text(left - 6, bottom + 4, "0", "tick", "end")
    yield text(left - 6, bottom + 17, "verdict", "tick", "end")
    yield line(left, bottom, left + step * len(points), bottom, "grid")
    medians = []
    for number, point in enumerate(points):
        x = left + step * number
        kind = {"kept": "kept", "broken": "broken"}.get(point.outcome, "unknown")
        tall = _TREND_HEIGHT * point.findings / largest
        if tall:
            yield rect(x + 2, bottom - tall, step - 4, tall, "broken")
        yield rect(x + 2, bottom + 6, step - 4, 12, kind)
        if point.median is not None:
            medians.append(f"{x + step / 2:.1f},{bottom - 0.9 * _TREND_HEIGHT * point.median / slowest:.1f}")
    if len(medians) > 1:
        yield f'<polyline class="median" points="{" ".join(medians)}"/>'


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
