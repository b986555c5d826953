"""When the cleanup beside the tests starts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.harness import cleanup_ahead
from tests.harness.cleanup_ahead import CleanupAhead
from tests.harness.settings.run_options import Offers, RunOptions


class _Cleanup:
    """A background cleanup that runs until the test ends it."""

    def __init__(self, _session: Any, identifiers: list[str], _verify: Any) -> None:
        self.identifiers = identifiers
        self.is_running, self.is_complete, self.is_ended = True, False, False

    def end(self) -> None:
        self.is_running, self.is_ended = False, True


class _Run:
    """A run with projects, and the cleanups that it started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
        self.projects: list[str] = []
        self.started: list[_Cleanup] = []
        monkeypatch.setattr(cleanup_ahead, "BackgroundCleanup", self._start)
        self.own = SimpleNamespace(deletable=lambda: list(self.projects), cleanup_fails="")
        profile = SimpleNamespace(deterministic=options.pop("deterministic", False))
        given = RunOptions(**({"offers": Offers(reads=True, lists=True, deletes=True)} | options))
        self.connection_limit = SimpleNamespace(is_known=False)
        session = SimpleNamespace(exhausted="", projects=self.own, connection_limit=self.connection_limit)
        driver: Any = SimpleNamespace(options=given, session=session, profile=profile)
        self.ahead = CleanupAhead(driver)

    def _start(self, *arguments: Any) -> _Cleanup:
        self.started.append(_Cleanup(*arguments))
        return self.started[-1]

    def create(self, number: int) -> None:
        self.projects += [f"p{len(self.projects) + index}" for index in range(number)]
        self.ahead.before_test()


def test_it_starts_when_enough_projects_remain_and_leaves_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _Run(monkeypatch)
    run.create(149)
    assert not run.started
    run.create(1)
    assert [cleanup.identifiers for cleanup in run.started] == [run.projects[:-1]]


def test_one_runs_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _Run(monkeypatch)
    run.create(200)
    run.create(200)
    assert len(run.started) == 1
    run.started[0].is_running, run.started[0].is_complete = False, True
    run.ahead.before_test()
    assert len(run.started) == 2
    run.ahead.end()
    assert run.started[1].is_ended


def test_after_one_that_left_projects_the_next_starts_with_twice_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _Run(monkeypatch)
    run.create(160)
    run.started[0].is_running = False
    run.create(40)
    run.create(199)
    assert len(run.started) == 1
    run.create(1)
    assert [len(cleanup.identifiers) for cleanup in run.started] == [159, 399]


@pytest.mark.parametrize(
    "option",
    [
        {"keep_projects": True},
        {"offers": Offers(reads=True, lists=True)},
        {"offers": Offers(reads=True, deletes=True)},
        {"offers": Offers(lists=True, deletes=True)},
        {"offers": Offers(reads=True, lists=True, deletes=True, deletion_delay=1.0)},
    ],
)
def test_it_needs_a_service_that_lists_and_deletes_and_a_run_that_may(
    monkeypatch: pytest.MonkeyPatch, option: dict[str, Any]
) -> None:
    run = _Run(monkeypatch, **option)
    run.create(1_000)
    assert not run.started


def test_it_does_not_start_when_deletions_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _Run(monkeypatch)
    run.own.cleanup_fails = "deletions fail (status 429)"
    run.create(1_000)
    assert not run.started


def test_it_does_not_start_when_the_service_limits_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _Run(monkeypatch)
    run.connection_limit.is_known = True
    run.create(1_000)
    assert not run.started


def test_deterministic_runs_do_one_thing_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _Run(monkeypatch, deterministic=True)
    run.create(1_000)
    assert not run.started
