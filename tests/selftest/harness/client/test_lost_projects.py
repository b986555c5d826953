"""Responses without an id: projects that the list must show, or refusals with a wrong status."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from contracts.checks.context import Limits
from contracts.exchange import Case
from contracts.secrets import Secrets
from tests.harness.client.budget import RequestBudget
from tests.harness.client.ledger import Ledger
from tests.harness.client.lost_projects import LostProjects
from tests.harness.client.ownership import Existing, Sent
from tests.harness.client.target import NoVerdict, Target
from tests.selftest.live_runs import KEY
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RUN = "ctlost00000a"


OWN = {"id": "own", "displayName": f"{RUN}-0"}
OLD = {"id": "old", "displayName": "somebody's"}
NOTHING = Existing(set(), complete=True)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between readings of the list."""
    monkeypatch.setattr("tests.harness.client.lost_projects.time.sleep", lambda _: None)


def test_responses_without_an_id_created_nothing_if_the_list_shows_only_known_projects(tmp_path: Path) -> None:
    with _losing(tmp_path, lambda _: [OWN, OLD]) as lost:
        _lose_without_ids(lost)
        assert lost.make_room(Existing({"old"}, complete=True)) == {}
        assert len(lost) == 0
        assert not lost.names_are_needed


@pytest.mark.parametrize(
    ("shown", "complete"),
    [
        ((OLD,), True),
        ((OWN, OLD), False),
        *(((OWN, OLD, {"id": other, "displayName": "plain"}), True) for other in ("new", None, 7, ["new"], {"new": 1})),
    ],
)
def test_responses_without_an_id_may_have_created_projects_if_the_list_is_inconclusive(
    shown: tuple[dict[str, Any], ...], complete: bool, tmp_path: Path
) -> None:
    """The list does not show the run's projects yet, what existed before is unknown, or no response named one."""
    with _losing(tmp_path, lambda _: list(shown)) as lost:
        _lose_without_ids(lost)
        with pytest.raises(NoVerdict, match="cannot be cleaned up"):
            lost.make_room(Existing({"old"}, complete=complete))
        assert lost.names_are_needed


def _project(number: int, name: int | None = None) -> dict[str, Any]:
    return {"id": f"P{number:020}", "displayName": f"Beta {RUN}-{number if name is None else name}"}


@contextmanager
def _losing(folder: Path, listed: Callable[[int], list[dict[str, Any]]]) -> Iterator[LostProjects]:
    """Lost projects of a service that answers the n-th reading of its list with ``listed(n)``."""
    ledger = Ledger(folder, "main", Secrets(KEY))
    ledger.run(RUN, "http://127.0.0.1")
    readings = 0

    def behave(_: Seen) -> Writes:
        nonlocal readings
        readings += 1
        return json_answer(200, json.dumps({"data": listed(readings), "next": None}))

    with UnrulyServer("http://127.0.0.1:1") as server:
        server.behave = behave
        target = Target(server.base_url, Secrets(KEY), Limits(), RequestBudget(), "test")
        yield LostProjects(target, ledger)
        target.close()
    ledger.close()


def _lose(lost: LostProjects, numbers: range, name: int | None = None) -> None:
    for number in numbers:
        shown = number if name is None else name
        lost.add(number, Sent([f"{RUN}-{shown}"], f"Beta {RUN}-{shown}", 0.0))


def _lose_without_ids(lost: LostProjects) -> None:
    """One project of the run that a response named, and twenty-four responses without an id."""
    for number in range(25):
        body = {"displayName": "plain" if number % 2 else f"{RUN}-{number}"}
        sent = Sent.of(Case(json.dumps(body).encode()), RUN, 1.0)
        lost._ledger.intend(number, sent)
        if number == 0:
            lost._ledger.finish(0, "own", "values+time")
        else:
            lost.add(number, sent)


def test_each_project_of_requests_with_the_same_name_is_found_once(tmp_path: Path) -> None:
    projects = [_project(number, name=7) for number in range(30)]
    with _losing(tmp_path, lambda _: projects) as lost:
        _lose(lost, range(30), name=7)
        assert lost.make_room(NOTHING).keys() == {project["id"] for project in projects}
        assert len(lost) == 0


def test_a_project_that_is_still_listed_is_not_found_for_another_request(tmp_path: Path) -> None:
    with _losing(tmp_path, lambda _: [_project(1, name=7)]) as lost:
        _lose(lost, range(2), name=7)
        assert len(lost.search(NOTHING)) == 1
        assert not lost.search(NOTHING)
        assert len(lost) == 1


def test_a_list_that_skips_projects_a_few_times_is_read_again(tmp_path: Path) -> None:
    projects = [_project(number) for number in range(90)]
    with _losing(tmp_path, lambda reading: projects[: 20 * reading] if reading < 4 else projects[50:]) as lost:
        _lose(lost, range(90))
        assert len(lost.make_room(NOTHING)) == 90


def test_projects_that_are_lost_while_the_list_is_read_do_not_end_the_run(tmp_path: Path) -> None:
    def listed(reading: int) -> list[dict[str, Any]]:
        _lose(lost, range(100 * reading, 100 * reading + 25))
        return [_project(number) for number in range(20)]

    with _losing(tmp_path, listed) as lost:
        _lose(lost, range(20))
        assert len(lost.make_room(NOTHING)) == 20


def test_a_run_that_has_stopped_creating_does_not_begin_again(tmp_path: Path) -> None:
    with _losing(tmp_path, lambda _: []) as lost:
        _lose(lost, range(19))
        assert not lost.make_room(NOTHING)
        _lose(lost, range(19, 20))
        for _ in range(2):
            with pytest.raises(NoVerdict, match="the run stopped creating: 20 projects"):
                lost.make_room(NOTHING)
