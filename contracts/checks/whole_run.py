"""Checks that need many exchanges: repeated ids, a platform that changes, a clock that does not advance."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from statistics import linear_regression, median
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contracts.checks.project import ID_FORMAT, member
from contracts.checks.quoting import shown
from contracts.findings import Finding
from contracts.instants import http_date, instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

#: Seconds by which the database's clock may differ from that of the Date header.
SKEW: Final = 300.0
#: Seconds by which the clock behind ``created`` may drift from the client's within a run: a service may have several
#: machines with slightly different clocks.
WANDER: Final = 10.0
#: The number of instants, and the seconds between the first and the last, that are required to judge a clock; and the
#: minimum speed of a clock that advances.
_MANY, _SPAN, _PACE = 30, 1.5, 0.1
#: Members for which a service may have a default if they are not sent. The default must be constant.
DEFAULTED: Final = ("metadata", "maxConcurrentJobs")

_UNIQUE: Final = (("id", "response.201.id.unique"), ("plan.id", "response.201.plan.id.unique"))
#: Different defaults that are remembered for a member; two already break the promise.
_VALUES: Final = 3

Place = tuple[str, int]


class _Reading(NamedTuple):
    """An instant: the time of sending, the distance of the instant from it, and the response time, in seconds."""

    started: float
    offset: float
    elapsed: float
    place: Place


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding of the history, and the exchange (worker and number) that shows it."""

    finding: Finding
    place: Place


class WholeRunChecks:
    """Collects the projects of a run, in any order, and reports at the end what is inconsistent.

    Memory grows by a few hundred bytes for each project.
    """

    def __init__(self) -> None:
        self._ids: dict[str, dict[str, Place]] = {"id": {}, "plan.id": {}}
        #: For each id the mark of the project that was first shown with it.
        self._known: dict[str, int] = {}
        self._repeats: set[Place] = set()
        self._reused: set[Place] = set()
        self._platforms: Counter[str] = Counter()
        self._platform_at: dict[str, Place] = {}
        self._clocks: dict[str, dict[str, list[_Reading]]] = {}
        self._with_date: Counter[str] = Counter()
        self._defaults: dict[str, dict[str, Place]] = {}
        self._found: list[Seen] = []

    def observe_unasked(self, values: dict[str, Any], place: Place) -> None:
        """Add the values that a 201 response has for members that were not sent; after its project."""
        for name, value in () if place in self._repeats else values.items():
            seen = self._defaults.setdefault(name, {})
            if len(seen) < _VALUES:
                seen.setdefault(json.dumps(value, sort_keys=True), place)

    def observe(
        self,
        project: dict[str, Any],
        date: str | None,
        started: float,
        elapsed: float,
        place: Place,
        *,
        may_repeat: bool = False,
    ) -> None:
        """Add the project of one 201 response with the Date header of that response.

        ``may_repeat`` means that the response may show an earlier project: a second use of an externalId may update it.
        """
        mark = _mark(project)
        if may_repeat and mark is not None and self._known.get(project["id"]) == mark:
            self._reused.add(place)
        if not may_repeat:
            self._note_ids(project, place, mark)
        if place in self._repeats:
            return
        platform = project.get("platformId")
        if isinstance(platform, str) and ID_FORMAT.fullmatch(platform):
            self._platforms[platform] += 1
            self._platform_at.setdefault(platform, place)
        for name in ("created", "updated"):
            value = project.get(name)
            moment = instant(value) if isinstance(value, str) else None
            if moment is None:
                continue
            if name == "updated" and value == project.get("created"):
                # The same instant as ``created``, which is checked: a second finding would repeat the first.
                self._with_date[name] += http_date(date) is not None
            else:
                self._clock(name, moment, date, started, elapsed, place)

    def repeats(self) -> set[Place]:
        """The exchanges whose response shows the project of an earlier request, if any response must not."""
        return self._repeats | self._reused if self._repeats else set()

    def _note_ids(self, project: dict[str, Any], place: Place, mark: int | None) -> None:
        """Note the ids of a project, and whether it is an earlier one."""
        for path, clause in _UNIQUE:
            value = member(project, path)
            if not isinstance(value, str) or not value:
                continue
            first = self._ids[path].setdefault(value, place)
            if first != place:
                self._add(clause, "repeated", "an id that no other project has", f"{value} again", f"/{path}", place)
            if path == "id" and mark is not None and self._known.setdefault(value, mark) == mark and first != place:
                self._repeats.add(place)  # with the plan of the earlier project, too
                return

    def _clock(
        self, name: str, moment: datetime, date: str | None, started: float, elapsed: float, place: Place
    ) -> None:
        per_worker = self._clocks.setdefault(name, {}).setdefault(place[0], [])
        per_worker.append(_Reading(started, moment.timestamp() - started, elapsed, place))
        own = http_date(date)
        if own is None:
            return
        self._with_date[name] += 1
        apart = moment.timestamp() - own.timestamp()
        if abs(apart) > SKEW + elapsed:
            received = f"{shown(moment.isoformat())}, {abs(apart):,.0f} s {'ahead' if apart > 0 else 'behind'}"
            self._add(
                f"response.201.{name}.clock",
                "far",
                f"close to the Date header of the response, {own.isoformat()}",
                received,
                f"/{name}",
                place,
            )

    def exercised(self) -> Iterator[tuple[str, int]]:
        """The clauses of the history with the number of projects that could have broken them."""
        for path, clause in _UNIQUE:
            yield clause, max(0, len(self._ids[path]) - 1)
        yield "response.201.platformId.constant", max(0, sum(self._platforms.values()) - 1)
        for name in ("created", "updated"):
            yield f"response.201.{name}.clock", self._with_date[name]

    def findings(self) -> Iterator[Seen]:
        """All findings; call it after the last project."""
        yield from self._found
        if len(self._platforms) > 1:
            (usual, _), *others = self._platforms.most_common()
            for platform, count in others:
                yield Seen(
                    Finding(
                        "response.201.platformId.constant",
                        "changed",
                        f"the platform of the key, {usual}",
                        f"{platform} in {count} responses",
                        "/platformId",
                    ),
                    self._platform_at[platform],
                )
        for name, values in self._defaults.items():
            if len(values) > 1:
                received = " or ".join(shown(json.loads(text)) for text in values)
                expected = f"one default for {name}, where none is sent"
                place = list(values.values())[1]
                finding = Finding("response.201.answers_own_request", "default changes", expected, received, f"/{name}")
                yield Seen(finding, place)
        far = {(seen.finding.clause, seen.place) for seen in self._found}
        for name, workers in self._clocks.items():
            for readings in workers.values():
                yield from (s for s in _remaining(name, readings) if (s.finding.clause, s.place) not in far)

    def _add(self, clause: str, cause: str, expected: str, received: str, where: str, place: Place) -> None:
        self._found.append(Seen(Finding(clause, cause, expected, received, where.replace(".", "/")), place))


def _mark(project: dict[str, Any]) -> int | None:
    """A hash of what identifies a project, its id and what the service adds to it; None if that is incomplete."""
    marks = (project.get("id"), project.get("created"), member(project, "plan.id"))
    return hash(marks) if all(isinstance(text, str) and text for text in marks) else None


def _remaining(name: str, readings: list[_Reading]) -> Iterator[Seen]:
    """Instants that do not move with the client's clock, however the two differ."""
    clause, where = f"response.201.{name}.clock", f"/{name}"
    usual = median(reading.offset for reading in readings)
    for reading in readings:
        # The instant lies between request and response; a service may write whole seconds.
        if not -WANDER <= reading.offset - usual <= WANDER + reading.elapsed:
            received = f"{reading.offset - usual:+.1f} s compared with the other responses of the run"
            yield Seen(Finding(clause, "stands", "the time of the request", received, where), reading.place)
    sent = [reading.started for reading in readings]
    span = max(sent) - min(sent)
    if len(readings) >= _MANY and span >= _SPAN:
        # Over all of them, because several machines with different clocks may answer alternately.
        pace = linear_regression(sent, [reading.started + reading.offset for reading in readings]).slope
        if abs(pace) < _PACE:
            received = f"{pace * span:.2f} s between the first request and the last, {span:.1f} s later"
            yield Seen(Finding(clause, "stands", "the time of the request", received, where), readings[-1].place)
