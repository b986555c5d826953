"""A pytest plugin that measures the parts of a run by wrapping functions.

    pytest tests/contract -p tests.benchmark.stopwatch --stopwatch FILE --connections 1

Time counts for the innermost wrapped function, so that the parts add up. Threads are not measured: with one connection
everything but the deletions happens in the main thread.
"""

from __future__ import annotations

import functools
import json
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import is_hypothesis_test

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

#: The parts of a run, in the order of the table.
PARTS: Final = (
    "start-up and pytest",
    "waiting for sets",
    "random bodies",
    "tests",
    "sending",
    "judging",
    "recording",
    "cleanup",
    "reports",
)
_REST: Final = PARTS[0]


class Stopwatch:
    """Sums the seconds of each part, exclusively: time counts for the innermost running part."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = dict.fromkeys(PARTS, 0.0)
        self._clock = clock
        self._running = [_REST]
        self._since = clock()
        self._thread = threading.get_ident()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the time of the block for ``name``."""
        if threading.get_ident() != self._thread:
            yield
            return
        self._switch()
        self._running.append(name)
        try:
            yield
        finally:
            self._switch()
            self._running.pop()

    def read(self) -> dict[str, float]:
        """Seconds by part until now."""
        self._switch()
        return dict(self.seconds)

    def wrap(self, owner: Any, name: str, part: str) -> None:
        """Replace a function of a class or module by a measured one; raises AttributeError if it does not exist."""
        function = getattr(owner, name)

        @functools.wraps(function)
        def counted(*args: Any, **kwargs: Any) -> Any:
            with self.part(part):
                return function(*args, **kwargs)

        setattr(owner, name, counted)

    def _switch(self) -> None:
        now = self._clock()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now


class StopwatchPlugin:
    """Wraps the functions of the suite and writes the sums at the end."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._watch = Stopwatch()

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        """Wrap the functions, after the suite's modules are imported."""
        from contracts.judgement import Judge  # noqa: PLC0415  # pytest rewrites assertions of what comes later
        from reports.history import HistoryWriter  # noqa: PLC0415
        from tests.harness import run as test_run  # noqa: PLC0415
        from tests.harness.client.ledger import Ledger  # noqa: PLC0415
        from tests.harness.client.target import Target  # noqa: PLC0415
        from tests.harness.generation.case_prefetcher import CasePrefetcher  # noqa: PLC0415
        from tests.harness.pytest_plugin import reporting  # noqa: PLC0415

        for owner, names, part in (
            (Target, ("send",), "sending"),
            (Judge, ("expect", "judge"), "judging"),
            (HistoryWriter, ("exchange", "record"), "recording"),
            (Ledger, ("intend", "finish", "deleted"), "recording"),
            (CasePrefetcher, ("cases", "second_opinions"), "waiting for sets"),
            (test_run, ("clean_up_finally",), "cleanup"),
            (reporting, ("summarize", "write_all", "terminal_summary"), "reports"),
        ):
            for name in names:
                self._watch.wrap(owner, name, part)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Count the rest of a test: mostly drawing, for a Hypothesis test."""
        with self._watch.part("random bodies" if is_hypothesis_test(getattr(item, "obj", None)) else "tests"):
            return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Write the sums."""
        self._file.write_text(json.dumps(self._watch.read()), encoding="ascii")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the option that enables the stopwatch."""
    parser.addoption("--stopwatch", type=Path, help="write seconds by part of the run into this file (JSON)")


def pytest_configure(config: pytest.Config) -> None:
    """Register the stopwatch before anything of the suite is imported."""
    if config.getoption("--stopwatch"):
        config.pluginmanager.register(StopwatchPlugin(config.getoption("--stopwatch")), "stopwatch")
