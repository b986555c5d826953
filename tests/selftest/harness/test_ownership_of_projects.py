"""Whole runs against services whose responses name other projects, none, or that delete nothing."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from contracts.verdict import ExitStatus
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, listed, live, suite
from tests.selftest.unruly_server import UnrulyServer, answer, relayed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.selftest.unruly_server import Seen, Writes

pytestmark = pytest.mark.end_to_end

#: Tests of the contract that create several hundred projects, and with them one that sends invalid requests.
CREATING = ("--profile", "default", "-k", "priority or valid_value")
ALSO_INVALID = ("--profile", "default", "-k", "priority or valid_value or wrong_value")


@pytest.fixture
def service() -> Iterator[str]:
    with MockProcess.start(key=KEY) as mock:
        yield mock.base_url


def _made(base_url: str, name: str) -> str:
    """The id of a project that somebody else creates."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    body = json.dumps({"displayName": name}).encode()
    with urlopen(Request(f"{base_url}/v1/projects", body, headers)) as response:
        return str(json.load(response)["id"])


def _listed(base_url: str) -> set[str]:
    return {project["id"] for project in listed(base_url)}


def _created(server: UnrulyServer, change: Callable[[dict[str, Any]], Any]) -> Callable[[Seen], Writes | None]:
    """Answers creations as the service does, with the project changed."""

    def behave(seen: Seen) -> Writes | None:
        if not seen.creates:
            return None
        status, headers, body = server.forward(seen)
        if status == 201:
            body = json.dumps(change(json.loads(body))).encode()
        return relayed((status, headers, body))

    return behave


def test_a_foreign_project_is_never_deleted(service: str, tmp_path: Path) -> None:
    precious = _made(service, "Precious")
    before = _listed(service)
    created = itertools.count(1)
    with UnrulyServer(service) as server:
        server.behave = _created(server, lambda p: {**p, "id": precious} if next(created) % 5 == 0 else p)
        run = suite(tmp_path, *live(server.base_url))
        assert not [seen for seen in server.requests if seen.method == "DELETE" and precious in seen.path]
    assert run.status == ExitStatus.BROKEN
    assert "perhaps not ours" in run.out
    assert "contract cleanup" not in run.out + run.err, "no later cleanup deletes it"
    assert _listed(service) == before


def _without_id(project: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in project.items() if name != "id"}


@pytest.mark.parametrize("change", [_without_id, lambda p: {**p, "id": None, "displayName": p["displayName"][:5]}])
def test_a_run_that_learns_no_id_finds_its_projects_in_the_list_and_goes_on(
    change: Callable[[dict[str, Any]], Any], service: str, tmp_path: Path
) -> None:
    before = _listed(service)
    with UnrulyServer(service) as server:
        server.behave = _created(server, change)
        run = suite(tmp_path, *live(server.base_url, *CREATING))
        sent = len(server.requests)
    assert run.status == ExitStatus.BROKEN
    assert "the run stopped creating" not in " ".join(run.out.split())
    assert sent > 900
    assert _listed(service) == before


def test_projects_whose_creation_a_gateway_did_not_confirm_are_no_findings_and_deleted(
    service: str, tmp_path: Path
) -> None:
    before = _listed(service)
    created = itertools.count(1)

    def behave(seen: Seen) -> Writes | None:
        if not seen.creates:
            return None
        reply = server.forward(seen)
        return answer(502, "<p>Bad Gateway</p>") if reply[0] == 201 and next(created) % 9 == 8 else relayed(reply)

    with UnrulyServer(service) as server:
        server.behave = behave
        run = suite(tmp_path, *live(server.base_url, "--profile", "default", "-k", "priority"))
    assert next(created) > 60
    assert run.status == ExitStatus.KEPT, run.out
    assert _listed(service) == before


def test_a_copy_of_a_project_of_the_run_is_not_deleted_when_ids_are_searched_in_the_list(
    service: str, tmp_path: Path
) -> None:
    before = _listed(service)
    copies: list[str] = []

    def change(project: dict[str, Any]) -> dict[str, Any]:
        if "-" in project["displayName"] and project["displayName"].startswith("Beta 2 ct") and len(copies) < 5:
            copies.append(_made(service, f"Copy of {project['displayName']}"))
        return _without_id(project)

    with UnrulyServer(service) as server:
        server.behave = _created(server, change)
        run = suite(tmp_path, *live(server.base_url, *CREATING))
    assert run.status == ExitStatus.BROKEN
    assert copies
    assert _listed(service) == before.union(copies)


@pytest.mark.parametrize("change", [_without_id, lambda p: {**p, "created": "2001-02-03T04:05:06.789Z"}])
def test_a_run_that_can_prove_nothing_and_has_no_list_soon_stops_creating(
    change: Callable[[dict[str, Any]], Any], service: str, tmp_path: Path
) -> None:
    before = _listed(service)
    with UnrulyServer(service) as server:
        create = _created(server, change)
        server.behave = lambda seen: answer(404, "{}") if seen.method == "GET" else create(seen)
        run = suite(tmp_path, *live(server.base_url, *ALSO_INVALID))
    assert run.status == ExitStatus.BROKEN
    said = " ".join(run.out.split())
    assert "the run stopped creating" in said
    assert "may have left a project each" in said or "perhaps not ours" in said
    assert len(_listed(service) - before) < 40


@pytest.mark.parametrize(("status", "requests"), [(403, 3), (500, 3), (0, 1)])
def test_a_run_whose_deletions_fail_stops_creating(status: int, requests: int, service: str, tmp_path: Path) -> None:
    before = _listed(service)

    def behave(seen: Seen) -> Writes | None:
        if seen.method != "DELETE":
            return None
        return answer(status, "{}") if status else lambda _connection: False

    with UnrulyServer(service, behave) as server:
        run = suite(tmp_path, *live(server.base_url, *ALSO_INVALID))
        tried = [seen.path for seen in server.requests if seen.method == "DELETE"]
    assert run.status == ExitStatus.NO_VERDICT
    said = " ".join(run.out.split())
    assert "cannot be cleaned up, because deletions fail" in said
    assert "--keep-projects" in said
    assert tried[:requests] == tried[:1] * requests
    assert len(_listed(service) - before) < 40


def test_a_run_whose_deletions_delete_nothing_stops_creating(service: str, tmp_path: Path) -> None:
    before = _listed(service)
    with UnrulyServer(service, lambda seen: answer(204) if seen.method == "DELETE" else None) as server:
        run = suite(tmp_path, *live(server.base_url, *ALSO_INVALID))
    assert run.status == ExitStatus.NO_VERDICT
    assert "deletions delete nothing" in " ".join(run.out.split())
    assert len(_listed(service) - before) < 40


def test_a_run_stops_creating_if_ids_are_not_safe_in_a_url(service: str, tmp_path: Path) -> None:
    before = _listed(service)

    def renamed(project: dict[str, Any]) -> dict[str, Any]:
        identifier = f"7/{project['id']}"
        return {**project, "id": identifier, "plan": {**project["plan"], "projectId": identifier}}

    with UnrulyServer(service) as server:
        create = _created(server, renamed)
        server.behave = lambda seen: answer(404, "{}") if seen.method == "GET" else create(seen)
        run = suite(tmp_path, *live(server.base_url, *ALSO_INVALID))
    assert run.status == ExitStatus.BROKEN  # the format of ids
    assert "are not safe in a URL" in " ".join(run.out.split())
    assert len(_listed(service) - before) < 40


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, "the service offers no DELETE"),
        (405, "the service offers no DELETE"),
        (428, "the service carries out no DELETE (status 428)"),
    ],
)
def test_a_run_that_can_delete_nothing_creates_few_projects_and_sends_all_invalid_requests(
    status: int, reason: str, service: str, tmp_path: Path
) -> None:
    before = _listed(service)
    behave: Callable[[Seen], Writes | None] = lambda seen: answer(status) if seen.method == "DELETE" else None  # noqa: E731
    with UnrulyServer(service, behave) as server:
        run = suite(tmp_path, *live(server.base_url, "--profile", "default"))
        sent = len(server.requests)
    assert run.status == ExitStatus.KEPT
    assert f"{reason}, so beside the priority cases only requests" in " ".join(run.out.split())
    assert sent > 1_000
    assert 10 < len(_listed(service) - before) < 60


def test_a_service_without_delete_that_accepts_invalid_requests_soon_gets_no_more(tmp_path: Path) -> None:
    accepts = "accepts_slash_in_display_name,accepts_dot_in_display_name,ignores_the_media_type"
    with (
        MockProcess.start(key=KEY, fault=accepts) as mock,
        UnrulyServer(mock.base_url, lambda seen: answer(405) if seen.method == "DELETE" else None) as server,
    ):
        run = suite(tmp_path, *live(server.base_url, "--profile", "default"))
        left = len(_listed(mock.base_url))
    assert run.status == ExitStatus.BROKEN
    assert "because the service offers no DELETE" in " ".join(run.out.split())
    assert left < 150


def test_a_run_stops_creating_if_failed_requests_may_have_created_projects_and_there_is_no_list(
    service: str, tmp_path: Path
) -> None:
    before = _listed(service)

    def behave(seen: Seen) -> Writes | None:
        if seen.creates and server.forward(seen)[0] == 201 and b"metadata" in seen.body:
            return answer(500, "{}")
        return answer(403, "{}") if seen.method == "GET" and "?" in seen.path else None

    with UnrulyServer(service) as server:
        server.behave = behave
        run = suite(tmp_path, *live(server.base_url, *ALSO_INVALID))
    assert run.status == ExitStatus.BROKEN
    assert "the projects cannot be listed (status 403)" in " ".join(run.out.split())
    assert len(_listed(service) - before) < 100
