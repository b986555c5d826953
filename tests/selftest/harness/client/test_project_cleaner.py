"""Deleting the projects of a run from an overloaded service."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from contracts.checks.context import Limits
from contracts.secrets import Secrets
from tests.harness.client.budget import RequestBudget
from tests.harness.client.project_cleaner import ProjectCleaner
from tests.harness.client.target import Target
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, json_answer, relayed

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def service() -> Iterator[str]:
    with MockProcess.start(key=KEY) as mock:
        yield mock.base_url


def _created(base_url: str, number: int) -> list[str]:
    """The ids of so many new projects."""
    address = urlsplit(base_url)
    connection = http.client.HTTPConnection(address.netloc, timeout=10)
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    ids = []
    for index in range(number):
        connection.request("POST", f"{address.path}/v1/projects", json.dumps({"displayName": f"p{index}"}), headers)
        ids.append(json.loads(connection.getresponse().read())["id"])
    connection.close()
    return ids


def test_deletions_one_at_a_time_use_one_connection(service: str) -> None:
    def slow(seen: Seen) -> None:
        if seen.method == "DELETE":
            time.sleep(0.3 if seen.number % 3 else 0.0)  # a slow response keeps the others waiting

    with UnrulyServer(service) as server, _sweeper(server) as cleaner:
        identifiers = _created(server.base_url, 12)
        server.behave = slow
        assert not cleaner.delete(identifiers, lambda _: None)
        assert len({seen.connection for seen in server.requests if seen.method == "DELETE"}) == 1


def test_a_slow_new_connection_is_no_slow_deletion(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A machine that is busy for a moment is no service that hesitates.
    monkeypatch.setattr("tests.harness.client.project_cleaner._SLOW", 1.0)
    seen_before: set[int] = set()

    def slow_at_first(seen: Seen) -> None:
        # Of two connections the second one is slow while the first one has deletions left.
        time.sleep(0.1 if seen.connection in seen_before else 1.2)
        seen_before.add(seen.connection)

    with UnrulyServer(service) as server:
        identifiers = _created(server.base_url, 26)
        server.behave = slow_at_first
        target = Target(server.base_url, Secrets(KEY), Limits(), RequestBudget())
        cleaner = ProjectCleaner(target, prepaid=26, patience=20.0, gives_way=True)
        remaining = cleaner.delete(identifiers, lambda _: None)
        target.close()
    assert not remaining


class _Narrow:
    """Answers so many requests at a time; the others are refused with ``status``, for 15 seconds at most."""

    def __init__(self, server: UnrulyServer, most: int, status: int) -> None:
        self._server, self._most, self._status = server, most, status
        self._until = time.monotonic() + 15
        self._lock = threading.Lock()
        self._inside = 0
        self.refused = 0
        self.widths: list[int] = []

    def __call__(self, seen: Seen) -> Writes:
        with self._lock:
            self._inside += 1
            self.widths.append(self._inside)
            is_refused = self._inside > self._most and time.monotonic() < self._until
            self.refused += is_refused
        time.sleep(0.02)
        found = None if is_refused else self._server.forward(seen)
        with self._lock:
            self._inside -= 1
        return json_answer(self._status, "{}") if found is None else relayed(found)


@contextmanager
def _sweeper(server: UnrulyServer, patience: float = 20.0) -> Iterator[ProjectCleaner]:
    target = Target(server.base_url, Secrets(KEY), Limits(), RequestBudget())
    try:
        yield ProjectCleaner(target, prepaid=10_000, patience=patience)
    finally:
        target.close()


@pytest.mark.end_to_end
@pytest.mark.parametrize("status", [409, 429, 500, 503])
@pytest.mark.parametrize("most", [1, 2])
def test_a_service_with_too_many_concurrent_deletions_gets_fewer(service: str, status: int, most: int) -> None:
    identifiers = _created(service, 60)
    gone: list[str] = []
    with UnrulyServer(service) as server, _sweeper(server) as cleaner:
        server.behave = narrow = _Narrow(server, most, status)
        assert cleaner.delete(identifiers, gone.append) == {}
    assert sorted(gone) == sorted(identifiers)
    assert narrow.widths[0] == 1, "it began with one"
    assert narrow.refused < len(identifiers) / 4, "what waits does not come back at once, again and again"
    assert len(_created(service, 1)) == 1


def test_deletions_in_flight_grow_to_four_and_no_further(service: str) -> None:
    identifiers = _created(service, 80)
    with UnrulyServer(service) as server, _sweeper(server) as cleaner:
        server.behave = narrow = _Narrow(server, 100, 503)
        assert cleaner.delete(identifiers, lambda _: None) == {}
    assert max(narrow.widths[:8]) == 1
    assert max(narrow.widths) <= 4


@pytest.mark.end_to_end
def test_a_service_that_becomes_slow_gets_one_deletion_at_a_time(service: str) -> None:
    identifiers = _created(service, 60)
    with UnrulyServer(service) as server, _sweeper(server) as cleaner:
        narrow = _Narrow(server, 100, 503)

        def slower(seen: Seen) -> Writes:
            if len(narrow.widths) > 40:
                time.sleep(0.3)
            return narrow(seen)

        server.behave = slower
        assert cleaner.delete(identifiers, lambda _: None) == {}
    assert max(narrow.widths[-10:]) == 1


def test_one_connection_always_remains(service: str) -> None:
    identifiers = _created(service, 5)
    until = time.monotonic() + 1.0
    with UnrulyServer(service) as server, _sweeper(server) as cleaner:
        server.behave = lambda _: json_answer(503, "{}") if time.monotonic() < until else None
        assert cleaner.delete(identifiers, lambda _: None) == {}


def test_a_service_that_never_recovers_is_given_up_and_nothing_hangs(service: str) -> None:
    identifiers = _created(service, 30)
    with UnrulyServer(service, lambda _: json_answer(503, "{}")) as server, _sweeper(server, patience=1.0) as cleaner:
        began = time.monotonic()
        remaining = cleaner.delete(identifiers, lambda _: None)
        assert time.monotonic() - began < 15
    assert remaining.keys() == set(identifiers)
    assert set(remaining.values()) == {"the service keeps answering status 503"}


@pytest.mark.end_to_end
def test_a_service_that_limits_deletions_without_retry_after_is_not_polled(service: str) -> None:
    identifiers = _created(service, 3)
    with UnrulyServer(service) as server:
        limited = json_answer(429, "{}", [("Retry-After", "0")])
        server.behave = lambda seen: limited if seen.method == "DELETE" else None
        target = Target(server.base_url, Secrets(KEY), Limits(), RequestBudget(budget=3))
        target.request_budget.reserve(3)
        kept = ProjectCleaner(target, prepaid=3, patience=4.0).delete(identifiers, lambda _: None)
        target.close()
    assert set(kept) == set(identifiers)
    assert len(server.requests) < 30


def test_a_deletion_that_is_limited_keeps_the_request_that_was_paid_for_it(service: str) -> None:
    identifiers, refused = _created(service, 3), Counter[str]()

    def behave(seen: Seen) -> Writes | None:
        refused[seen.path] += 1
        return json_answer(429, "{}", [("Retry-After", "0")]) if refused[seen.path] < 3 else None

    with UnrulyServer(service, behave) as server:
        target = Target(server.base_url, Secrets(KEY), Limits(), RequestBudget(budget=3))
        target.request_budget.reserve(3)
        assert not ProjectCleaner(target, prepaid=3, patience=20.0).delete(identifiers, lambda _: None)
        target.close()


def test_deletions_that_fail_at_times_are_tried_until_none_is_left(service: str) -> None:
    identifiers, tries = _created(service, 20), Counter[str]()

    def behave(seen: Seen) -> Writes | None:
        tries[seen.path] += 1
        return (
            json_answer(500, "{}")
            if tries[seen.path] < 1 + identifiers.index(seen.path.rpartition("/")[2]) % 5
            else None
        )

    with UnrulyServer(service, behave) as server, _sweeper(server) as cleaner:
        assert cleaner.delete(identifiers, lambda _: None) == {}
    assert max(tries.values()) == 5


def test_a_service_whose_deletions_all_fail_gets_few_of_them(service: str) -> None:
    identifiers = _created(service, 40)
    with UnrulyServer(service, lambda _: json_answer(500, "{}")) as server, _sweeper(server) as cleaner:
        kept = cleaner.delete(identifiers, lambda _: None)
        assert kept == dict.fromkeys(identifiers, "delete fails: status 500")
        assert len(server.requests) <= 13  # four may be in flight


def test_missing_projects_do_not_stop_the_cleanup_after_a_successful_deletion(service: str) -> None:
    identifiers = _created(service, 12)
    with UnrulyServer(service) as server:
        lost = identifiers[:6]
        server.behave = lambda seen: json_answer(404, "{}") if seen.path.rpartition("/")[2] in lost else None
        target = Target(server.base_url, Secrets(KEY), Limits(), RequestBudget())
        assert not ProjectCleaner(target, prepaid=0, patience=5.0, deletes=True).delete(identifiers, lambda _: None)
        target.close()


def test_a_page_that_is_too_large_is_read_in_parts_and_later_pages_in_full_size(service: str) -> None:
    many = [
        {"id": f"p{number}", "displayName": "x" * (900_000 if number in {150, 151, 152} else 9)}
        for number in range(900)
    ]

    def behave(seen: Seen) -> Writes | None:
        query = dict(part.split("=") for part in seen.path.partition("?")[2].split("&"))
        start, size = int(query.get("cursor", 0)), int(query["limit"])
        data, behind = many[start : start + size], start + size
        return json_answer(200, json.dumps({"data": data, "next": str(behind) if behind < len(many) else None}))

    with UnrulyServer(service, behave) as server, _sweeper(server) as cleaner:
        found, problem = cleaner.listed(10)
        assert ([project["id"] for project in found], problem) == ([project["id"] for project in many], "")
        assert len(server.requests) < 45
        assert cleaner.listed(5)[1].endswith("goes on")
