"""Deleting during a run: the ledger records it, and the first sign of trouble ends it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.judgement import Judge
from contracts.secrets import Secrets
from reports.history import HistoryWriter
from strategies.cases.baseline_cases import minimal_case
from strategies.unique_names import UniqueNames
from tests.harness.client.background_cleanup import BackgroundCleanup
from tests.harness.client.budget import RequestBudget
from tests.harness.client.cleanup import clean_up
from tests.harness.client.concurrent_calls import SendingThreads
from tests.harness.client.ledger import Ledger, read_ledgers
from tests.harness.client.own_projects import OwnProjects
from tests.harness.client.session import Session
from tests.harness.client.target import Target
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from contracts.exchange import Case

RUN_ID = "ctabcdefghjk"


class _Fresh:
    def control(self) -> Case:
        return minimal_case(load_contract(), UniqueNames(RUN_ID))

    def renewed(self, case: Case) -> Case:
        return case


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy for a moment is no service that hesitates."""
    monkeypatch.setattr("tests.harness.client.project_cleaner._SLOW", 1.0)


@pytest.fixture
def service() -> Iterator[str]:
    with MockProcess.start(key=KEY) as mock:
        yield mock.base_url


@contextmanager
def _session(base_url: str, folder: Path, budget: int | None = None) -> Iterator[Session]:
    secrets, limits, contract = Secrets(KEY), Limits(), load_contract()
    target = Target(base_url, secrets, limits, RequestBudget(budget))
    ledger = Ledger(folder, "main", secrets)
    ledger.run(RUN_ID, base_url)
    judge = Judge(contract, limits, secrets, RUN_ID)
    with HistoryWriter(folder, "main", secrets) as history:
        threads = SendingThreads(1, target.close_connections)
        projects = OwnProjects(target, ledger, keep=False)
        session = Session(target, judge, projects, history, threads=threads, fresh=_Fresh())
        try:
            yield session
        finally:
            session.close()


def _create(session: Session, number: int) -> list[str]:
    names = UniqueNames(RUN_ID)
    made = session.post_all([minimal_case(load_contract(), names) for _ in range(number)])
    return [judged.project_id for judged in made if judged.project_id]


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_early_deletions_use_the_reserved_budget_and_are_not_repeated_at_the_end(service: str, tmp_path: Path) -> None:
    with _session(service, tmp_path, budget=41) as session:
        created = _create(session, 20)
        before = session.request_budget.used()
        background = BackgroundCleanup(session, created[:15], lambda: None)
        _wait_until(lambda: len(session.projects.ledger.state.deleted) == 15)
        background.end()
        remaining = read_ledgers(tmp_path).remaining
        assert created[15:] == remaining[-5:]
        assert len(remaining) < 20
        assert session.request_budget.used() == before == 40
        session.request_budget.end()
        rest = clean_up(tmp_path, session.target, own=session.projects.ledger, prepaid=len(remaining))
    assert (rest.created, rest.deleted, rest.kept) == (20, 20, {})


@pytest.mark.parametrize("status", [429, 500, 503, 403])
def test_the_first_deletion_that_fails_is_the_last(service: str, tmp_path: Path, status: int) -> None:
    tries: list[str] = []

    def refused(seen: Seen) -> Writes | None:
        if seen.method != "DELETE":
            return None
        tries.append(seen.path)
        return json_answer(status, "{}")

    with UnrulyServer(service) as server, _session(server.base_url, tmp_path) as session:
        created = _create(session, 8)
        server.behave = refused
        background = BackgroundCleanup(session, created, lambda: None)
        _wait_until(lambda: not background.is_running)
        background.end()
        assert len(tries) == 1
        assert not background.is_complete
        assert session.projects.ledger.state.remaining == created


def test_a_deletion_that_takes_long_is_the_last(service: str, tmp_path: Path) -> None:
    seen_at: list[float] = []

    def slow(seen: Seen) -> None:
        if seen.method == "DELETE":
            seen_at.append(time.monotonic())
            if len(seen_at) > 3:
                time.sleep(2.0)

    with UnrulyServer(service) as server, _session(server.base_url, tmp_path) as session:
        created = _create(session, 12)
        server.behave = slow
        background = BackgroundCleanup(session, created, lambda: None)
        _wait_until(lambda: len(session.projects.ledger.state.deleted) == 4)
        time.sleep(0.3)
        background.end()
        assert len(seen_at) <= 4
        assert len(session.projects.ledger.state.remaining) == len(created) - len(seen_at)


def test_an_end_waits_for_deletions_in_flight_and_starts_none(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server, _session(server.base_url, tmp_path) as session:
        created = _create(session, 30)
        server.behave = lambda _: time.sleep(0.05)
        background = BackgroundCleanup(session, created, lambda: None)
        _wait_until(lambda: len(session.projects.ledger.state.deleted) > 1)
        background.end()
        remaining = session.projects.ledger.state.remaining
        time.sleep(0.2)
        assert session.projects.ledger.state.remaining == remaining
        assert 10 < len(remaining) < 30


@pytest.mark.parametrize("ends", [True, False])
def test_nothing_is_deleted_before_it_was_verified(service: str, tmp_path: Path, *, ends: bool) -> None:
    with _session(service, tmp_path) as session:
        created = _create(session, 5)
        is_verified = threading.Event()

        def verify() -> None:
            is_verified.wait(10)
            if not ends:
                raise LookupError("the list cannot be read")

        background = BackgroundCleanup(session, created, verify)
        time.sleep(0.1)
        threading.Timer(0.2, is_verified.set).start()
        background.end()
        assert is_verified.is_set()
        assert session.projects.ledger.state.remaining == created
        assert not session.projects.ledger.state.deleting, "the inventory at the end looks at them"
