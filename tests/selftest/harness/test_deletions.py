"""Deletions that are completed later, that only mark a project, and ids that are used again."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from contracts.verdict import ExitStatus
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, listed, live, suite
from tests.selftest.unruly_server import UnrulyServer, answer, json_answer, relayed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.selftest.unruly_server import Seen, Writes

pytestmark = pytest.mark.end_to_end


@pytest.fixture
def service() -> Iterator[str]:
    with MockProcess.start(key=KEY) as mock:
        yield mock.base_url


def _listed(base_url: str) -> set[str]:
    return {project["id"] for project in listed(base_url)}


def test_deletions_that_are_completed_later_or_are_too_early_at_first_are_deletions(
    service: str, tmp_path: Path
) -> None:
    before = _listed(service)
    deletions: dict[str, float] = {}

    def behave(seen: Seen) -> Writes | None:
        first = deletions.setdefault(seen.path, time.monotonic()) if seen.method == "DELETE" else 0.0
        if first and time.monotonic() - first < 3.0 and len(deletions) == 1:
            return answer(409, "{}")
        if first:
            threading.Timer(5.0, server.forward, [seen]).start()
            return answer(202)
        return None

    with UnrulyServer(service) as server:
        server.behave = behave
        run = suite(tmp_path, *live(server.base_url, "--profile", "smoke", "--budget", "300"))
    assert run.status == ExitStatus.KEPT, run.out
    assert _listed(service) == before


def test_an_id_that_is_used_again_for_a_project_of_somebody_else_is_not_deleted_again(
    service: str, tmp_path: Path
) -> None:
    deleted = list[str]()

    def behave(seen: Seen) -> Writes | None:
        if seen.method == "DELETE":
            deleted.append(seen.path.rpartition("/")[2])
        if seen.method != "GET" or not deleted:
            return None
        status, headers, body = server.forward(seen)
        shown = json.loads(body)
        if "data" in shown:
            shown["data"].append({"id": deleted[-1], "displayName": "Precious", "created": "2026-01-01T00:00:00Z"})
        return relayed((status, headers, json.dumps(shown).encode()))

    with UnrulyServer(service) as server:
        server.behave = behave
        run = suite(tmp_path, *live(server.base_url, "--profile", "smoke", "--budget", "300"))
    assert len(deleted) == len(set(deleted))
    assert "has the id of a project that was deleted" in " ".join(run.out.split())


def test_a_project_that_is_kept_and_marked_as_deleted_is_deleted(service: str, tmp_path: Path) -> None:
    deleted = set[str]()

    def marked(project: dict[str, Any]) -> dict[str, Any]:
        return {**project, "deletedAt": "2026-01-01T00:00:00Z" if project["id"] in deleted else None}

    def behave(seen: Seen) -> Writes | None:
        if seen.method == "DELETE":
            deleted.add(seen.path.rpartition("/")[2])
            return answer(204)
        if seen.method != "GET":
            return None
        status, _, body = server.forward(seen)[:3]
        shown = json.loads(body)
        if status == 200 and "id" in shown:
            return json_answer(200, json.dumps(marked(shown)))
        return json_answer(status, json.dumps({**shown, "data": [marked(one) for one in shown.get("data", [])]}))

    with UnrulyServer(service) as server:
        server.behave = behave
        run = suite(tmp_path, *live(server.base_url, "--profile", "smoke"))
    assert run.status == ExitStatus.KEPT, run.out
    assert deleted
    assert "left" not in run.err
