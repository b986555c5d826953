"""The final checks: reading one project again, and the inventory of all of them."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from contracts.verdict import ExitStatus
from reports.history import history_files, read_json
from strategies.cases.baseline_cases import minimal_case
from tests.harness.state_checks.inventory import verify_inventory
from tests.harness.state_checks.lookups import read_back
from tests.selftest.live_runs import Run, driving, priority_run
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, json_answer, relayed, reset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROJECTS = "/api/v1/projects"


def _identifier(seen: Seen) -> str:
    """The id in the path of a request for one project; empty for another request."""
    return urlsplit(seen.path).path.removeprefix(PROJECTS).removeprefix("/")


def _reads(seen: Seen) -> bool:
    return seen.method == "GET" and bool(_identifier(seen))


def _lists(seen: Seen) -> bool:
    return seen.method == "GET" and not _identifier(seen)


def _missing(identifier: str) -> Writes:
    """There is no such project."""
    body = {"code": "ENTITY_NOT_FOUND", "params": {"entityId": identifier, "entityType": "project"}}
    return json_answer(404, json.dumps(body))


# -- reading one project ------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_read_is_repeated_if_a_replica_lags_behind(service: str, tmp_path: Path, times: int) -> None:
    with UnrulyServer(service) as server, driving(server.base_url, tmp_path) as test_run:
        judged = test_run.driver.session.post(minimal_case(test_run.driver.contract, test_run.driver.names))
        asked: Counter[str] = Counter()

        def behave(seen: Seen) -> Writes | None:
            asked[_identifier(seen)] += _reads(seen)
            return _missing(_identifier(seen)) if _reads(seen) and asked[_identifier(seen)] <= times else None

        server.behave = behave
        assert read_back(test_run.driver, judged) is None
        assert asked[str(judged.project_id)] == times + 1


def test_a_project_that_never_becomes_readable_is_reported_soon(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server, driving(server.base_url, tmp_path) as test_run:
        judged = test_run.driver.session.post(minimal_case(test_run.driver.contract, test_run.driver.names))
        server.behave = lambda seen: _missing(_identifier(seen)) if _reads(seen) else None
        began = time.monotonic()
        finding = read_back(test_run.driver, judged)
        assert finding is not None
        assert (finding.clause, finding.cause) == ("state.reads_back", "gone")
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("status", [400, 403, 405, 500])
def test_a_read_with_another_status_proves_nothing_about_the_project(service: str, tmp_path: Path, status: int) -> None:
    with UnrulyServer(service) as server, driving(server.base_url, tmp_path, patience=0.5) as test_run:
        judged = test_run.driver.session.post(minimal_case(test_run.driver.contract, test_run.driver.names))
        server.behave = lambda seen: json_answer(status, "{}") if _reads(seen) else None
        if status != 403:  # the key may have been revoked: that ends a run
            assert read_back(test_run.driver, judged) is None


# -- taking stock -------------------------------------------------------------------------------------------


def _causes(run: Run) -> set[str]:
    return {finding.removeprefix("state.reads_back:") for finding in run.findings}


def _changing(server: UnrulyServer, which: Callable[[Seen], bool], change: Callable[[dict[str, Any]], None]) -> None:
    """Have the responses to some requests changed: ``change`` takes one project, of a list each."""

    def behave(seen: Seen) -> Writes | None:
        if not which(seen):
            return None
        status, headers, body = server.forward(seen)
        shown = json.loads(body)
        for project in shown.get("data", [shown]):
            if "plan" in project:
                change(project)
        return relayed((status, headers, json.dumps(shown).encode()))

    server.behave = behave


def _forgetting(server: UnrulyServer, number: int) -> Callable[[Seen], Writes | None]:
    """The projects of a few creations are gone right after the response."""
    created = [0]
    lock = threading.Lock()

    def behave(seen: Seen) -> Writes | None:
        if not seen.creates:
            return None
        found = server.forward(seen)
        if found[0] == 201:
            with lock:
                created[0] += 1
                forgotten = created[0] % number == 0
            if forgotten:
                path = f"{PROJECTS}/{json.loads(found[2])['id']}"
                kept = tuple(pair for pair in seen.headers if pair[0].lower() in {"authorization", "host"})
                server.forward(Seen(0, 0.0, 0, "DELETE", path, kept, b""))
        return relayed(found)

    return behave


def test_a_project_that_is_gone_at_the_end_is_found(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        server.behave = _forgetting(server, 7)
        run = priority_run(server.base_url, tmp_path)
    assert (run.status, _causes(run)) == (ExitStatus.BROKEN, {"gone"}), run.sentence


def test_the_inventory_finds_nothing_on_a_correct_service(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        run = priority_run(server.base_url, tmp_path)
        reads = [seen for seen in server.requests if _reads(seen)]
    assert (run.status, run.findings) == (ExitStatus.KEPT, set())
    # The preflight reads one project before and after it is deleted; the list has shown the others.
    assert len(reads) <= 2


def _rename(project: dict[str, Any]) -> None:
    project["displayName"] += " (changed)"


def test_a_project_that_list_and_read_show_otherwise_is_found(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        _changing(server, lambda seen: _lists(seen) or _reads(seen), _rename)
        run = priority_run(server.base_url, tmp_path)
    assert (run.status, _causes(run)) == (ExitStatus.BROKEN, {"displayName-differs"}), run.sentence


@pytest.mark.parametrize("member", ["platformId", "ownerId", "type"])
def test_constant_members_are_compared_with_the_response_too(service: str, tmp_path: Path, member: str) -> None:
    with UnrulyServer(service) as server:
        _changing(server, lambda seen: _lists(seen) or _reads(seen), lambda project: project.update({member: "X" * 21}))
        run = priority_run(server.base_url, tmp_path, cases=20)
    assert (run.status, _causes(run)) == (ExitStatus.BROKEN, {f"{member}-differs"}), run.sentence


def test_a_difference_only_in_the_list_does_not_count(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        _changing(server, _lists, _rename)
        run = priority_run(server.base_url, tmp_path)
    assert (run.status, run.findings) == (ExitStatus.KEPT, set()), run.sentence


def _strip(project: dict[str, Any]) -> None:
    for name in ("metadata", "plan", "analytics", "maxConcurrentJobs", "ownerId", "created"):
        project.pop(name, None)


def test_a_list_that_shows_fewer_members_is_enough(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        _changing(server, _lists, _strip)
        run = priority_run(server.base_url, tmp_path)
        reads = [seen for seen in server.requests if _reads(seen)]
    assert (run.status, run.findings) == (ExitStatus.KEPT, set()), run.sentence
    assert len(reads) <= 2, "what the list leaves out is not missing in the project"


def _short(server: UnrulyServer) -> Callable[[Seen], Writes | None]:
    """A list of five projects that goes on to a page that is none."""

    def behave(seen: Seen) -> Writes | None:
        if not _lists(seen):
            return None
        if "cursor=" in seen.path:
            return json_answer(400, '{"message":"no such page"}')
        status, headers, body = server.forward(seen)
        page = json.loads(body)
        shown = {"data": page["data"][:5], "next": "more", "previous": None}
        return relayed((status, headers, json.dumps(shown).encode()))

    return behave


def test_some_projects_are_read_one_by_one_if_the_list_ends_early(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        server.behave = _short(server)
        run = priority_run(server.base_url, tmp_path)
        reads = {_identifier(seen) for seen in server.requests if _reads(seen)}
    assert (run.status, run.findings) == (ExitStatus.KEPT, set()), run.sentence
    assert 10 <= len(reads) <= 14


def test_a_missing_project_is_found_if_the_list_ends_early(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        shortened, forgetting = _short(server), _forgetting(server, 2)
        server.behave = lambda seen: shortened(seen) or forgetting(seen)
        run = priority_run(server.base_url, tmp_path)
    assert (run.status, _causes(run)) == (ExitStatus.BROKEN, {"gone"}), run.sentence


def test_a_project_that_is_deleted_during_the_inventory_is_not_missed(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server, driving(server.base_url, tmp_path) as test_run:
        session, driver = test_run.driver.session, test_run.driver
        created = [session.post(minimal_case(driver.contract, driver.names)) for _ in range(3)]

        def behave(seen: Seen) -> Writes | None:
            if _lists(seen):
                server.behave = lambda _: None
                session.delete(str(created[1].project_id))
            return None

        server.behave = behave
        verify_inventory(driver, test_run.options.folder)
    records = [*read_json(*history_files(test_run.options.folder))]
    assert [record for record in records if record["type"] == "exercised" and record["clause"] == "state.reads_back"]
    assert not [record for record in records if record["type"] == "finding"]


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_project_that_was_deleted_is_not_missed(service: str, tmp_path: Path, *, is_lost: bool) -> None:
    with UnrulyServer(service) as server, driving(server.base_url, tmp_path) as test_run:
        session, driver = test_run.driver.session, test_run.driver
        created = [session.post(minimal_case(driver.contract, driver.names)) for _ in range(3)]
        if is_lost:  # the service deletes, and nobody gets to know it

            def behave(seen: Seen) -> Writes | None:
                if seen.method == "DELETE":
                    server.forward(seen)
                    server.behave = lambda _: None
                    return reset()
                return None

            server.behave = behave
        session.delete(str(created[1].project_id))
    records = [*read_json(*history_files(test_run.options.folder))]
    assert not [record for record in records if record["type"] == "finding"]
    (cleanup,) = [record for record in records if record["type"] == "cleanup"]
    assert not cleanup["kept"]
