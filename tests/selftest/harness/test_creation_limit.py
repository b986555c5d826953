"""When a run creates no more projects: slow deletions, and deletions that fail during the run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from contracts.exchange import Case, Exchange, Response
from tests.harness.creation_limit import limits_creation, most_to_delete, why_no_more
from tests.harness.settings.run_options import Offers, RunOptions
from tests.harness.trial_deletion import deletion_delay


def _options(**offers: Any) -> RunOptions:
    return RunOptions(offers=Offers(reads=True, lists=True, **{"deletes": True, **offers}))


def _took(seconds: float) -> Exchange:
    return Exchange(Case(None, method="DELETE"), Response(204, (), b""), elapsed=seconds)


class _Session:
    """A session with projects whose deletions take some time."""

    def __init__(self, projects: int, delay: float, fails: str = "") -> None:
        ids = [f"p{index}" for index in range(projects)]
        self.projects = SimpleNamespace(deletable=lambda: ids, cleanup_fails=fails)
        self.threads = SimpleNamespace(fastest=0.01)
        self.deleted: list[str] = []
        self._delay = delay

    def delete(self, identifier: str) -> Exchange:
        self.deleted.append(identifier)
        return _took(0.01)

    def ask(self, path: str) -> Exchange:
        assert path.endswith(self.deleted[-1])
        return _took(self._delay)


def _why(options: RunOptions, session: _Session) -> str:
    driver: Any = SimpleNamespace(options=options, session=session)
    return why_no_more(driver)


@pytest.mark.parametrize(("delay", "most"), [(0.0, None), (0.3, None), (0.5, 320), (2.5, 64), (8.0, 0)])
def test_the_slower_deletions_are_the_fewer_projects_wait_for_them(delay: float, most: int | None) -> None:
    assert most_to_delete(_options(deletion_delay=delay)) == most


def test_a_profile_with_few_projects_is_not_limited() -> None:
    options = RunOptions(profile="smoke", offers=Offers(deletes=True, deletion_delay=8.0))
    assert most_to_delete(options) is None


def test_the_announcement_says_what_limits_the_run() -> None:
    assert limits_creation(_options()) == ""
    assert "by 8.0 s, so only requests that must be refused are sent beside" in limits_creation(
        _options(deletion_delay=8.0)
    )
    assert "sent once about 64 projects wait" in limits_creation(_options(deletion_delay=2.5))
    assert "no DELETE, so beside the priority cases" in limits_creation(_options(deletes=False, keeps="no DELETE"))


def test_it_limits_the_projects_that_wait() -> None:
    options = _options(deletion_delay=2.5)
    assert _why(options, _Session(64, 2.5)) == ""
    assert "2.5 s" in _why(options, _Session(65, 2.5))


def test_a_single_slow_deletion_does_not_limit_the_run() -> None:
    session = _Session(65, 0.02)
    assert _why(_options(deletion_delay=2.5), session) == ""
    assert session.deleted == ["p0"]


def test_deletions_that_fail_during_the_run_end_creation() -> None:
    assert "deletions fail (429), so only" in _why(_options(), _Session(5, 0.0, fails="deletions fail (429)"))
    assert _why(_options(deletes=False), _Session(5, 0.0, fails="deletions fail (403)")) == ""


def test_a_service_that_is_slow_at_everything_delays_nothing() -> None:
    assert deletion_delay(2.0, _took(1.9), _took(0.1)) == 0.0
    assert deletion_delay(0.5, _took(0.6), _took(8.0)) == pytest.approx(7.6)
    assert deletion_delay(0.5, _took(2.5)) == pytest.approx(2.0)
