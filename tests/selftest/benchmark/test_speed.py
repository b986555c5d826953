"""The benchmark of speed: the stopwatch, the recorded traffic, the ratios, their limits."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contracts.exchange import Case, Exchange, Response
from contracts.history_records import RunRecord
from contracts.secrets import Secrets
from reports.history import HistoryWriter
from tests.benchmark.loops import Traffic, plain_loop
from tests.benchmark.measuring import Timings
from tests.benchmark.runs import run
from tests.benchmark.served import KEY, CountedMock
from tests.benchmark.speed import LIMITS, Limit, broken_limits, shares_table, speed_table
from tests.benchmark.stopwatch import PARTS, Stopwatch
from tests.selftest.suite_runs import run_suite

if TYPE_CHECKING:
    from collections.abc import Iterator

RUN_ID = "ctabcdefgh"


class Clock:
    """A clock that stands until it is told to move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Work:
    """Something that takes time by the clock that it is given."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def sends(self) -> None:
        self.clock.now += 2

    def judges_and_sends(self) -> None:
        self.clock.now += 5
        self.sends()
        self.clock.now += 1


def test_each_moment_counts_for_the_innermost_part(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(Work, "sends", Work.sends)
    monkeypatch.setattr(Work, "judges_and_sends", Work.judges_and_sends)
    watch = Stopwatch(clock)
    watch.wrap(Work, "sends", "sending")
    watch.wrap(Work, "judges_and_sends", "judging")
    clock.now += 3
    Work(clock).judges_and_sends()
    clock.now += 4
    parts = watch.read()
    assert (parts["judging"], parts["sending"], parts[PARTS[0]]) == (6, 2, 7)
    assert sum(parts.values()) == clock.now


def test_a_function_that_is_gone_is_not_passed_over() -> None:
    with pytest.raises(AttributeError):
        Stopwatch().wrap(Work, "no_such_function", "sending")


# -- traffic -----------------------------------------------------------------------------------------------


def _recorded(folder: Path, *cases: Case) -> Traffic:
    with HistoryWriter(folder, "main", Secrets("")) as writer:
        writer.record(RunRecord(run_id=RUN_ID))
        for number, case in enumerate(cases):
            writer.exchange(Exchange(case, Response(201, (), b"{}"), number=number))
    return Traffic.recorded(folder)


def test_the_traffic_of_a_run_is_its_posts_byte_for_byte(tmp_path: Path) -> None:
    posts = [Case(b'{"displayName": "\xff"}'), Case(None), Case(b"", headers=(("Content-Type", "text/plain"),))]
    deleted = Case(None, method="DELETE", path="/v1/projects/x")
    assert _recorded(tmp_path, *posts, deleted).cases == tuple(posts)


def test_renewed_traffic_differs_in_the_mark_alone(tmp_path: Path) -> None:
    traffic = _recorded(tmp_path, Case(f'{{"displayName": "{RUN_ID}-17"}}'.encode()), Case(b"\xff"), Case(None))
    renewed = traffic.renewed()
    assert renewed.run_id != RUN_ID
    assert len(renewed.run_id) == len(RUN_ID)
    assert renewed.cases[0].body == f'{{"displayName": "{renewed.run_id}-17"}}'.encode()
    assert renewed.cases[1:] == traffic.cases[1:]


@pytest.fixture(scope="module")
def mock() -> Iterator[CountedMock]:
    with CountedMock.start() as started:
        yield started


@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("delete", [False, True], ids=["kept", "deleted"])
def test_a_plain_loop_sends_each_request_once(mock: CountedMock, connections: int, *, delete: bool) -> None:
    body = '{{"displayName": "{0}-{1}", "externalId": "{0}-{1}"}}'
    traffic = Traffic(tuple(Case(body.format(RUN_ID, number).encode()) for number in range(7)), RUN_ID).renewed()
    before = len(mock.arrivals())
    seconds = plain_loop(traffic, mock.base_url, KEY, connections, delete=delete)
    methods = [arrival.method for arrival in mock.arrivals()[before:]]
    assert methods == ["POST"] * 7 + ["DELETE"] * 7 * delete
    assert seconds > 0


# -- ratios ------------------------------------------------------------------------------------------------


def _timings(delay_ms: int, **seconds: list[float]) -> Timings:
    return Timings(delay_ms, 100, seconds)


def test_a_ratio_is_the_median_of_the_rounds_not_that_of_the_medians() -> None:
    timings = _timings(0, a=[1.0, 10.0, 2.0], b=[2.0, 30.0, 5.0])
    assert timings.ratio("b", "a") == 2.5
    assert timings.median("b") == 5.0
    assert timings.ratio("b", "c") is None


def test_a_machine_that_is_slow_all_through_breaks_no_limit() -> None:
    within = {0: {"a": 1.0, "b": 2.0, "d": 12.0, "imports": 1.0, "smoke": 3.0}, 20: {"a8": 2.0, "a8d": 2.0, "b": 2.2}}
    for slowness in (1.0, 7.0):
        measured = [
            _timings(delay, **{name: [seconds * slowness] for name, seconds in contestants.items()})
            for delay, contestants in within.items()
        ]
        assert broken_limits(measured) == []


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.what)
def test_a_ratio_beyond_its_bound_is_told(limit: Limit) -> None:
    worse = limit.bound * (0.9 if limit.at_least else 1.1)
    told = broken_limits([_timings(limit.delay_ms, **{limit.contestant: [worse], limit.to: [1.0]})])
    assert len(told) == 1
    assert limit.what in told[0]
    assert "BEYOND THE BOUND" in told[0]


def test_no_bound_is_stricter_than_its_aim() -> None:
    assert all(limit.bound <= limit.target if limit.at_least else limit.bound >= limit.target for limit in LIMITS)


def test_tables_hold_medians_ratios_and_shares() -> None:
    table = speed_table([_timings(0, a=[1.0], b=[2.5]), _timings(20, a8=[1.0], b=[1.5])])
    assert "| (b) this suite | 2.50 s | 1.50 s |" in table
    assert "| (b) / (a) | 2.50 | - |" in table
    shares = shares_table(dict.fromkeys(PARTS, 1.0) | {"sending": 12.0})
    assert "| sending | 12.00 s | 60% |" in shares


# -- memory ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system has no /proc")
def test_the_peak_of_a_process_and_of_each_that_it_starts_is_known() -> None:
    child = "import time; block = bytearray(40_000_000); time.sleep(0.6)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    done = run([sys.executable, "-c", parent], memory=True)
    assert done.status == 0
    assert len(done.peaks) == 2
    assert done.peaks[0] > 40_000_000 > done.peaks[1]


@pytest.mark.end_to_end
def test_the_stopwatch_finds_every_function_that_it_measures(tmp_path: Path) -> None:
    file = tmp_path / "parts.json"
    run = run_suite(tmp_path, "--profile", "smoke", "-p", "tests.benchmark.stopwatch", "--stopwatch", str(file))
    assert run.status == 0, run.output
    parts = json.loads(file.read_text(encoding="ascii"))
    assert set(parts) == set(PARTS)
    assert all(parts[name] > 0 for name in ("tests", "sending", "judging", "recording", "cleanup", "reports"))
