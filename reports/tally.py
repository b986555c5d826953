"""Counts of a run, taken record by record in constant memory."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from contracts.exchange_record import ExchangeRecord

#: The relative width of a latency class: a quantile is accurate to two per cent.
_STEP: Final = math.log(1.02)
_FASTEST: Final = 1e-5
#: The maximum number of bars in the timeline.
_BARS: Final = 120
#: Upper bounds of the bars of a histogram, in seconds.
BOUNDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

#: Kinds of cases, in the order of reports.
KINDS: Final = ("created", "refused", "server error", "other response", "no response", "read", "deleted")


@dataclass(frozen=True, slots=True)
class Latency:
    """The latency of one kind of case, in seconds; ``histogram`` pairs an upper bound with a count."""

    kind: str
    count: int
    p50: float
    p90: float
    p99: float
    longest: float
    histogram: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """Responses by class within one bar of the timeline; ``at`` is in seconds after the first request."""

    at: float
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CaseSetCount:
    """One set of cases: how many were sent, and with which outcome."""

    name: str
    count: int
    created: int
    refused: int
    other: int


@dataclass(slots=True)
class _Durations:
    classes: Counter[int] = field(default_factory=Counter)
    longest: float = 0.0

    def add(self, seconds: float) -> None:
        self.classes[math.ceil(math.log(max(seconds, _FASTEST) / _FASTEST) / _STEP)] += 1
        self.longest = max(self.longest, seconds)

    def quantile(self, share: float) -> float:
        rank, seen = share * self.classes.total(), 0
        for number in sorted(self.classes):
            seen += self.classes[number]
            if seen >= rank:
                return min(_FASTEST * math.exp(number * _STEP), self.longest)
        return self.longest

    def summary(self, kind: str) -> Latency:
        bars: Counter[float] = Counter()
        for number, count in self.classes.items():
            seconds = _FASTEST * math.exp((number - 0.5) * _STEP)
            bars[next((bound for bound in BOUNDS if seconds <= bound), math.inf)] += count
        present = [bound for bound in (*BOUNDS, math.inf) if bars[bound]]
        shown = [b for b in (*BOUNDS, math.inf) if present[0] <= b <= present[-1]]
        return Latency(
            kind=kind,
            count=self.classes.total(),
            p50=self.quantile(0.5),
            p90=self.quantile(0.9),
            p99=self.quantile(0.99),
            longest=self.longest,
            histogram=tuple((bound, bars[bound]) for bound in shown),
        )


class Tally:
    """Counts exchanges by status, kind, case set and time."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.expected: Counter[str] = Counter()
        self.seconds = 0.0
        self._kinds: dict[str, _Durations] = {}
        self._case_sets: dict[str, Counter[str]] = {}
        self._bars: dict[int, Counter[str]] = {}
        self._width = 0.25
        self.first = math.inf
        self.last = 0.0

    def observe(self, record: ExchangeRecord) -> None:
        """Count one exchange."""
        status, expected = record.status, record.expected
        kind = kind_of(record.method, status)
        elapsed, started = record.elapsed, record.started
        self.statuses[str(status) if status else record.failure_kind or "no response"] += 1
        if expected:
            self.expected[expected] += 1
        self._kinds.setdefault(kind, _Durations()).add(elapsed)
        case_set = self._case_sets.setdefault(record.case_set or "other", Counter())
        case_set[kind if kind in {"created", "refused"} else "other"] += 1
        self.seconds += elapsed
        self.first, self.last = min(self.first, started), max(self.last, started + elapsed)
        self._bar(started, f"{status // 100}xx" if status else "none")

    def _bar(self, started: float, answer: str) -> None:
        self._bars.setdefault(int(started / self._width), Counter())[answer] += 1
        while int(self.last / self._width) - int(self.first / self._width) >= _BARS:
            self._width *= 2
            merged: dict[int, Counter[str]] = {}
            for number, counts in self._bars.items():
                merged.setdefault(number // 2, Counter()).update(counts)
            self._bars = merged

    def latencies(self) -> tuple[Latency, ...]:
        """How long each kind of case took."""
        return tuple(self._kinds[kind].summary(kind) for kind in KINDS if kind in self._kinds)

    def case_sets(self) -> tuple[CaseSetCount, ...]:
        """Every case set, the largest first."""
        rows = [
            CaseSetCount(name, counts.total(), counts["created"], counts["refused"], counts["other"])
            for name, counts in self._case_sets.items()
        ]
        return tuple(sorted(rows, key=lambda row: (-row.count, row.name)))

    @property
    def beginning(self) -> float:
        """The start of the first bar of the timeline, in seconds since the epoch."""
        return min(self._bars, default=0) * self._width

    def timeline(self) -> tuple[float, tuple[Moment, ...]]:
        """The width of a bar in seconds, and the bars from the first request to the last."""
        if not self._bars:
            return self._width, ()
        first, last = min(self._bars), max(self._bars)
        return self._width, tuple(
            Moment((number - first) * self._width, tuple(sorted(self._bars.get(number, Counter()).items())))
            for number in range(first, last + 1)
        )


def kind_of(method: str, status: int) -> str:
    """One of :data:`KINDS`."""
    if not status:
        return "no response"
    if status >= 500:  # RFC 9110, section 15.6
        return "server error"
    if method != "POST":
        return "deleted" if method == "DELETE" else "read"
    if status == 201:  # created
        return "created"
    return "refused" if status >= 400 else "other response"  # RFC 9110, section 15.5
