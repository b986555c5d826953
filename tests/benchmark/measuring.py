"""Time measurements of plain loops, the suite and schemathesis, in turn, each against its own server process."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from tests.benchmark.loops import Traffic, plain_loop
from tests.benchmark.runs import run, suite
from tests.benchmark.schemathesis_runs import fuzz
from tests.benchmark.served import KEY, CountedMock
from tests.benchmark.stopwatch import PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The connections of the second loop, as many as the suite has.
CONNECTIONS: Final = 8
#: The same cases in every run.
_SEED: Final = ("--seed", "1")
_SPREAD: Final = ("-n", "2")
#: The budget of a long run, limited so that it can be repeated.
_NIGHTLY: Final = ("--profile", "nightly", "--budget", "6000")
#: schemathesis is measured with two numbers of cases, and extrapolated linearly to the suite's number.
_FEWER: Final = (100, 300)
#: The imports of every run of the suite, with which smoke is compared.
_IMPORTS: Final = "import pytest, hypothesis.strategies, requests, yaml, regress"


@dataclass(slots=True)
class Timings:
    """The seconds of each round by contestant, at one delay of the server, and the number of POSTs of the suite."""

    delay_ms: int
    posts: int
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, contestant: str, seconds: float) -> None:
        """Add one round of one contestant."""
        self.seconds.setdefault(contestant, []).append(seconds)

    def median(self, contestant: str) -> float | None:
        """The median of its rounds; None if it was not measured."""
        found = self.seconds.get(contestant)
        return median(found) if found else None

    def ratio(self, one: str, other: str) -> float | None:
        """The median of the ratios of two contestants' times in the same round.

        A round has both in succession, so that other load on the machine affects both.
        """
        pairs = list(zip(self.seconds.get(one, ()), self.seconds.get(other, ()), strict=False))
        return median(a / b for a, b in pairs) if pairs else None


def recorded_traffic() -> Traffic:
    """The requests of a run of the default profile against a correct service; also warms all caches."""
    with CountedMock.start() as mock, suite(mock.base_url, *_SEED) as (done, folder):
        if done.status != 0:
            raise RuntimeError(f"the suite found something on the clean mock:\n{done.output[-3000:]}")
        return Traffic.recorded(folder)


def timed(traffic: Traffic, delay_ms: int, contestants: Sequence[str], rounds: int) -> Timings:
    """Run the contestants in turn, ``rounds`` times, each against a service without the projects of the others."""
    timings = Timings(delay_ms, len(traffic.cases))
    for number in range(rounds):
        for contestant in contestants:
            with CountedMock.start(delay_ms=delay_ms) as mock:
                seconds = _one(contestant, traffic, mock)
            timings.add(contestant, seconds)
            told = f"{delay_ms} ms, round {number + 1} of {rounds}: {contestant}: {seconds:.2f} s"
            print(told, file=sys.stderr, flush=True)
    return timings


def _one(contestant: str, traffic: Traffic, mock: CountedMock) -> float:
    """The seconds of one contestant."""
    if contestant == "a":
        return plain_loop(traffic.renewed(), mock.base_url, KEY)
    if contestant == "a8":
        return plain_loop(traffic.renewed(), mock.base_url, KEY, CONNECTIONS)
    if contestant == "a8d":
        return plain_loop(traffic.renewed(), mock.base_url, KEY, CONNECTIONS, delete=True)
    if contestant == "d":
        return _schemathesis(mock, len(traffic.cases))
    if contestant == "imports":
        return run([sys.executable, "-c", _IMPORTS]).seconds
    more = {
        "b": (),
        "c": _SPREAD,
        "smoke": ("--profile", "smoke"),
        "night": _NIGHTLY,
        "night2": (*_NIGHTLY, *_SPREAD),
    }[contestant]
    with suite(mock.base_url, *_SEED, *more) as (done, _):
        if done.status != 0:
            raise RuntimeError(f"the suite ended with {done.status} on the clean mock:\n{done.output[-3000:]}")
        return done.seconds


def _schemathesis(mock: CountedMock, cases: int) -> float:
    """The seconds that schemathesis would take for this number of cases, extrapolated from two shorter runs."""
    points = []
    for examples in _FEWER:
        before = len(mock.arrivals())
        done = fuzz(mock.base_url, examples)
        points.append((len(mock.arrivals()) - before, done.seconds))
    (few, short), (many, long) = points
    return long + (long - short) / (many - few) * (cases - many)


def where_time_goes() -> dict[str, float]:
    """The seconds of each part of a run of the default profile with one connection, which add up to the total."""
    with tempfile.TemporaryDirectory(prefix="stopwatch-") as folder, CountedMock.start() as mock:
        file = Path(folder) / "parts.json"
        arguments = ["-p", "tests.benchmark.stopwatch", "--stopwatch", str(file), "--connections", "1"]
        with suite(mock.base_url, *_SEED, *arguments) as (done, _):
            parts: dict[str, float] = json.loads(file.read_text(encoding="ascii"))
            # The time before and after the stopwatch: the interpreter, pytest, the imports of conftest.py.
            parts[PARTS[0]] += done.seconds - sum(parts.values())
            return parts
