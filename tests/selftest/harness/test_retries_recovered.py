"""Temporary failures during a run are waited for: nothing is left behind, and no finding is reported."""

from __future__ import annotations

import json
import math
import threading
import time
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from contracts.checks.context import Limits
from contracts.exchange import Case
from contracts.secrets import Secrets
from contracts.verdict import ExitStatus
from tests.harness.client import transport
from tests.harness.client.budget import RequestBudget
from tests.harness.client.target import Target
from tests.selftest.live_runs import KEY, Run, priority_run
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, answer, close, json_answer, relayed, reset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.end_to_end


def _left(server: UnrulyServer, run: Run) -> list[str]:
    """What the service still has of a run."""
    (run_id,) = run.summary.environment.run_ids
    seen = Seen(0, 0.0, 0, "GET", "/api/v1/projects?limit=100", (("Authorization", f"Bearer {KEY}"),), b"")
    return [str(project) for project in json.loads(server.forward(seen)[2])["data"] if run_id in str(project)]


def _once(after: int, happen: Callable[[Seen], Writes | None]) -> Callable[[Seen], Writes | None]:
    """Something that happens once, to the first creation behind request ``after``."""
    lock, done = threading.Lock(), list[Seen]()

    def behave(seen: Seen) -> Writes | None:
        with lock:
            if done or seen.number <= after or not seen.creates:
                return None
            done.append(seen)
        return happen(seen)

    return behave


def test_a_service_that_restarts_is_waited_for(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:

        def restart(_: Seen) -> Writes | None:
            server.refuse_for(1.0)
            return close()

        server.behave = _once(20, restart)
        run = priority_run(server.base_url, tmp_path)
        assert (run.status, run.findings) == (ExitStatus.KEPT, set())
        assert "after: refused" in run.notes
        assert not _left(server, run)


@pytest.mark.parametrize(("status", "as_date"), [(429, False), (429, True), (503, False)])
def test_a_service_that_limits_requests_is_given_the_time_it_asks_for(
    service: str, tmp_path: Path, status: int, *, as_date: bool
) -> None:
    limited: list[float] = []

    def limit(_: Seen) -> Writes | None:
        limited.append(time.time())
        # A date has no fraction of a second.
        value = formatdate(math.ceil(limited[0]) + 2, usegmt=True) if as_date else "2"
        return json_answer(status, '{"message":"slow down"}', [("Retry-After", value)])

    with UnrulyServer(service, _once(20, limit)) as server:
        run = priority_run(server.base_url, tmp_path)
        after = [seen.at - limited[0] for seen in server.requests if seen.at > limited[0]]
        assert (run.status, run.findings) == (ExitStatus.KEPT, set())
        # Those in flight may be late on a busy machine.
        assert not [seconds for seconds in after if 1.2 < seconds < 2.0], "nobody may send before the time is over"
        assert max(after) >= 2.0, "the rest of the run"
        assert not _left(server, run)


def test_429_to_wrong_keys_alone_is_how_they_are_refused(service: str, tmp_path: Path) -> None:
    def behave(seen: Seen) -> Writes | None:
        known = seen.header("Authorization") in {None, f"Bearer {KEY}"}
        return None if known else json_answer(429, "{}", [("Retry-After", "1")])

    with UnrulyServer(service, behave) as server:
        run = priority_run(server.base_url, tmp_path)
        assert (run.status, run.findings) == (ExitStatus.KEPT, set()), run.sentence
        assert "after: status 429" in run.notes
        assert not _left(server, run)


@pytest.mark.parametrize("status", [502, 503, 504, 522])
def test_a_gateway_that_loses_its_service_for_a_while_is_no_finding(service: str, tmp_path: Path, status: int) -> None:
    back: list[float] = []

    def behave(seen: Seen) -> Writes | None:
        if seen.number > 20 and not back:
            back.append(time.time() + 1.0)
        return answer(status, "<h1>Bad gateway</h1>") if back and time.time() < back[0] else None

    with UnrulyServer(service, behave) as server:
        run = priority_run(server.base_url, tmp_path)
        assert (run.status, run.findings) == (ExitStatus.KEPT, set())
        assert f"status {status}" in run.notes


def test_a_gateway_that_fails_every_second_request_is_no_finding(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service, lambda seen: answer(502) if seen.number > 12 and seen.number % 2 else None) as server:
        run = priority_run(server.base_url, tmp_path, cases=8, connections=1)
        assert run.findings == set()
        assert run.status is ExitStatus.KEPT


def test_one_connection_that_is_reset_is_no_finding(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service, _once(20, lambda _: reset())) as server:
        run = priority_run(server.base_url, tmp_path)
        assert (run.status, run.findings) == (ExitStatus.KEPT, set())
        assert "repeated after: stale" in run.notes or "repeated after: reset" in run.notes


def test_connections_that_are_all_cut_at_once_are_no_finding(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        gate = threading.Barrier(4, server.cut, timeout=60)

        def behave(seen: Seen) -> Writes | None:
            if 20 <= seen.number < 24:
                gate.wait()
            return None

        server.behave = behave
        run = priority_run(server.base_url, tmp_path, connections=4, response_time=60.0)
        assert not gate.broken, "four requests were under way"
        assert run.findings == set(), run.sentence
        assert run.status is ExitStatus.KEPT
        assert not _left(server, run)


def test_a_creation_whose_answer_is_lost_is_no_duplicate_and_is_deleted(service: str, tmp_path: Path) -> None:
    stored: list[int] = []
    with UnrulyServer(service) as server:

        def behave(seen: Seen) -> Writes | None:
            # One that the service has stored: its repetition meets an externalId in use.
            if seen.creates and seen.number > 20 and b"externalId" in seen.body and not stored:
                found = server.forward(seen)
                if found[0] != 201:
                    return relayed(found)
                stored.append(found[0])
                return close()
            return None

        server.behave = behave
        run = priority_run(server.base_url, tmp_path, connections=1)
        assert stored
        assert run.findings == set(), run.sentence
        assert run.status is ExitStatus.KEPT
        assert not _left(server, run)
        cleaned = run.summary.cleanup
        assert cleaned is not None
        assert cleaned.created == cleaned.deleted


def test_a_connection_that_was_idle_is_not_used_again(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "IDLE", 1.5)  # longer than a busy machine takes for a request
    with UnrulyServer(service) as server:
        target = Target(server.base_url, Secrets(KEY), Limits(), RequestBudget())
        case = Case(None, method="GET")
        for pause in (0.0, 0.0, 1.6):
            time.sleep(pause)
            assert target.send(case).response is not None
        target.close()
        assert [seen.connection for seen in server.requests] == [1, 1, 2]
