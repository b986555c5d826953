"""What the run before has left: a run that sends the same names makes sure that they are free, or takes others."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from strategies.cases.baseline_cases import full_case, minimal_case
from tests.harness.run_options import new_run_id
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, driving
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, json_answer, relayed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.harness.run import TestRun

USUAL = new_run_id(1, deterministic=True)


@pytest.fixture
def service() -> Iterator[str]:
    with MockProcess.start(key=KEY) as mock:
        yield mock.base_url


def _keeping(server: UnrulyServer) -> Callable[[Seen], Writes | None]:
    """A service that never lets an externalId go: one of a deleted project is in use as well."""
    kept: set[str] = set()
    lock = threading.Lock()

    def behave(seen: Seen) -> Writes | None:
        if not seen.creates:
            return None
        external_id = json.loads(seen.body).get("externalId")
        with lock:
            if external_id in kept:
                return json_answer(409, json.dumps({"code": "EXTERNAL_ID_ALREADY_EXISTS"}))
        found = server.forward(seen)
        if found[0] == 201 and external_id is not None:
            with lock:
                kept.add(external_id)
        return relayed(found)

    return behave


def _sent(test_run: TestRun) -> list[int]:
    """The statuses of a minimal and a full request, as every run with this mark sends them."""
    driver = test_run.driver
    cases = [make(driver.contract, driver.names) for make in (minimal_case, full_case)]
    return [driver.session.post(case).status for case in cases]


def _notes(test_run: TestRun) -> str:
    test_run.history.flush()
    lines = (test_run.options.folder / "history-main.ndjson").read_text().splitlines()
    notes: list[dict[str, Any]] = [record for record in map(json.loads, lines) if record["type"] == "note"]
    return " ".join(note["text"] for note in notes if note["kind"] == "suite")


def _run(base_url: str, folder: Path, **options: Any) -> tuple[str, list[int], str]:
    """The mark, the statuses and the notes of a short run of the profile that sends the same names again."""
    with driving(base_url, folder, profile="gate", **options) as test_run:
        return test_run.options.run_id, _sent(test_run), _notes(test_run)


def test_names_that_are_free_again_are_used_again(service: str, tmp_path: Path) -> None:
    runs = [_run(service, tmp_path / str(number)) for number in range(3)]
    assert {run_id for run_id, _, _ in runs} == {USUAL}
    assert [statuses for _, statuses, _ in runs] == [[201, 201]] * 3
    assert {notes for _, _, notes in runs} == {""}


def test_a_service_that_keeps_the_external_ids_of_deleted_projects_gets_new_names(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        server.behave = _keeping(server)
        runs = [_run(server.base_url, tmp_path / str(number)) for number in range(2)]
    run_ids = [run_id for run_id, _, _ in runs]
    assert USUAL not in run_ids
    assert len(set(run_ids)) == 2
    assert [statuses for _, statuses, _ in runs] == [[201, 201]] * 2
    for _, _, notes in runs:
        assert "a name that no project in the list has is refused (status 409)" in notes
        assert "differ from those of the run before" in notes


def test_projects_that_still_have_the_names_are_deleted_first(service: str, tmp_path: Path) -> None:
    first = _run(service, tmp_path / "first", keep_projects=True)
    second = _run(service, tmp_path / "second")
    assert first == second == (USUAL, [201, 201], "")


def test_where_nothing_can_be_deleted_names_are_new(tmp_path: Path) -> None:
    with MockProcess.start(key=KEY, variant="no_list_or_delete") as mock:
        run_id, statuses, notes = _run(mock.base_url, tmp_path)
    assert run_id != USUAL
    assert statuses == [201, 201]
    assert "cannot be listed and deleted" in notes
