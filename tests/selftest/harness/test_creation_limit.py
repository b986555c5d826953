"""When a run creates no more projects: slow deletions, and deletions that fail during the run."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from contracts.exchange import Case, Exchange, Response
from tests.harness import creation_limit
from tests.harness.creation_limit import CreationLimit, limits_creation, most_to_delete
from tests.harness.settings.run_options import Offers, RunOptions
from tests.harness.trial_deletion import deletion_delay
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, live, suite
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, json_answer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def _options(**offers: Any) -> RunOptions:
    return RunOptions(offers=Offers(reads=True, lists=True, **{"deletes": True, **offers}))


def _took(seconds: float, status: int = 204, retry_after: str = "") -> Exchange:
    headers = (("Retry-After", retry_after),) if retry_after else ()
    return Exchange(Case(None, method="DELETE"), Response(status, headers, b""), elapsed=seconds)


class _Projects:
    """Projects of a run, none of which was deleted yet."""

    def __init__(self, number: int) -> None:
        self.remaining = [f"p{index}" for index in range(number)]
        self.cleanup_fails = ""
        self.since_deletion = number

    def deletable(self) -> list[str]:
        return list(self.remaining)

    def owns(self, identifier: str) -> bool:
        return identifier in self.remaining

    def cannot_be_deleted(self, reason: str) -> None:
        self.cleanup_fails = reason


class _Run:
    """A run with some projects of earlier tests and of the current one, and a clock that only its pauses advance."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        options: RunOptions,
        projects: int = 0,
        delay: float = 0.0,
        answers: Iterable[Exchange] = (),
    ) -> None:
        self.now = 0.0
        monkeypatch.setattr(creation_limit, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.projects = _Projects(projects)
        self.deleted: list[str] = []
        self.notes: list[Any] = []
        self._delay, self._answers = delay, iter(answers)
        self.options = options
        session = SimpleNamespace(
            projects=self.projects,
            threads=SimpleNamespace(fastest=0.01),
            request_budget=SimpleNamespace(pause=self._pause),
            delete=self._delete,
            ask=lambda _: _took(self._delay),
        )
        driver: Any = SimpleNamespace(
            options=options, session=session, history=SimpleNamespace(record=self.notes.append)
        )
        self.limit = CreationLimit(driver)
        self.limit.begin_test()

    def _pause(self, seconds: float) -> None:
        self.now += seconds

    def _delete(self, identifier: str) -> Exchange:
        self.deleted.append(identifier)
        answer = next(self._answers, _took(0.01))
        if answer.status == 204:
            self.projects.remaining.remove(identifier)
            self.projects.since_deletion = 0
        return answer

    def create(self, number: int) -> bool:
        """Create projects in the current test; return whether all may be created."""
        for _ in range(number):
            if not self.limit.allows():
                return False
            self.projects.remaining.append(f"q{len(self.projects.remaining)}")
            self.projects.since_deletion += 1
        return True


@pytest.mark.parametrize(("delay", "most"), [(0.0, None), (0.3, None), (0.5, 320), (2.5, 64), (8.0, 0)])
def test_the_slower_deletions_are_the_fewer_projects_wait_for_them(delay: float, most: int | None) -> None:
    assert most_to_delete(_options(deletion_delay=delay)) == most


def test_a_profile_with_few_projects_is_not_limited() -> None:
    options = RunOptions(profile="smoke", offers=Offers(deletes=True, deletion_delay=8.0))
    assert most_to_delete(options) is None


def test_the_announcement_says_what_limits_the_run() -> None:
    assert limits_creation(_options()) is None
    assert "by 8.0 s, so only requests that must be refused are sent beside" in str(
        limits_creation(_options(deletion_delay=8.0))
    )
    assert "sent once about 64 projects wait" in str(limits_creation(_options(deletion_delay=2.5)))
    without = limits_creation(_options(deletes=False, keeps="no DELETE"))
    assert without is not None
    assert without.cause == "no DELETE"
    assert "no DELETE, so beside the priority cases" in str(without)


def test_it_limits_the_projects_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    options = _options(deletion_delay=2.5)
    assert _Run(monkeypatch, options, 64, 2.5).limit.before_test() is None
    assert "2.5 s" in str(_Run(monkeypatch, options, 65, 2.5).limit.before_test())


def test_it_limits_them_within_a_test_too(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _Run(monkeypatch, _options(deletion_delay=2.5), 20, 2.5)
    assert not run.create(200)
    assert len(run.projects.remaining) == 64, "of 65 one was deleted to see how long it takes now"
    assert "2.5 s" in run.projects.cleanup_fails


def test_a_single_slow_deletion_does_not_limit_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _Run(monkeypatch, _options(deletion_delay=2.5), 65, 0.02)
    assert run.limit.before_test() is None
    assert run.deleted == ["p0"]


def test_deletions_that_fail_during_the_run_end_creation(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _Run(monkeypatch, _options(), 5)
    run.projects.cleanup_fails = "deletions fail (429)"
    assert "deletions fail (429), so only" in str(run.limit.before_test())
    run = _Run(monkeypatch, _options(deletes=False), 5)
    run.projects.cleanup_fails = "deletions fail (403)"
    assert run.limit.before_test() is None


def test_one_project_is_deleted_now_and_then_to_see_that_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _Run(monkeypatch, _options(), 30)
    assert run.create(120)
    assert run.deleted == ["p29", "p28"], "those of earlier tests"


def test_the_projects_of_the_current_test_are_not_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _Run(monkeypatch, _options())
    assert run.create(200)
    assert not run.deleted


@pytest.mark.parametrize("status", [403, 409, 500, 503, 429])
def test_deletions_that_keep_failing_end_creation_within_a_test(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    run = _Run(monkeypatch, _options(), 30, answers=[_took(0.01, status)] * 100)
    assert not run.create(500)
    assert len(run.projects.remaining) == 50
    assert run.projects.cleanup_fails == f"deletions fail (status {status})"
    assert len(run.notes) == 1
    assert run.now < (60.0 if status in {429, 503} else 10.0)


@pytest.mark.parametrize(
    "answers",
    [
        [_took(0.01, 423)] * 3,
        [_took(0.01, 500)] * 2,
        [_took(0.01, 429, "25")] * 2,
        [_took(0.01, 503)] * 9,
    ],
)
def test_deletions_that_fail_for_a_while_are_waited_for(
    monkeypatch: pytest.MonkeyPatch, answers: list[Exchange]
) -> None:
    run = _Run(monkeypatch, _options(), 30, answers=answers)
    assert run.create(60)
    assert not run.projects.cleanup_fails
    assert len(run.deleted) == len(answers) + 1


def test_a_service_that_is_slow_at_everything_delays_nothing() -> None:
    assert deletion_delay(2.0, _took(1.9), _took(0.1)) == 0.0
    assert deletion_delay(0.5, _took(0.6), _took(8.0)) == pytest.approx(7.6)
    assert deletion_delay(0.5, _took(2.5)) == pytest.approx(2.0)


@pytest.mark.end_to_end
@pytest.mark.parametrize("options", [("--profile", "gate"), ("--profile", "default", "-n", "2")])
def test_few_projects_are_left_when_deletions_begin_to_fail(tmp_path: Path, options: tuple[str, ...]) -> None:
    created = 0

    def behave(seen: Seen) -> Writes | None:
        nonlocal created
        created += seen.method == "POST" and seen.body is not None
        return json_answer(403, "{}") if seen.method == "DELETE" and created > 60 else None

    with MockProcess.start(key=KEY) as mock, UnrulyServer(mock.base_url) as server:
        server.behave = behave
        run = suite(tmp_path, *live(server.base_url, *options))
    assert "deletions fail (status 403), so only requests that must be refused" in " ".join(run.out.split())
    left = re.search(r"(\d+) left on the service", run.out)
    assert left, run.out
    assert int(left[1]) < 200
