"""Projects that no response named: their owner, and the promise that they break."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from contracts.checks.context import Limits
from contracts.exchange import JSON_MEDIA_TYPE, VALID_AUTHORIZATION, Case, Exchange, Response
from contracts.expectation import Expectation, Expected
from contracts.json_text import parse
from contracts.judgement import Judgement
from contracts.secrets import Secrets
from contracts.verdict import ExitStatus
from reports.history import HistoryWriter, history_files, read_json
from strategies.cases.raw_cases import malformed_cases
from strategies.cases.wrong_value_cases import wrong_kinds
from tests.harness.client.budget import RequestBudget
from tests.harness.client.cleanup import clean_up
from tests.harness.client.ledger import Ledger
from tests.harness.client.ownership import Existing, Sent
from tests.harness.client.project_cleaner import ProjectCleaner
from tests.harness.client.target import Target
from tests.harness.state_checks.untracked_projects import judge_untracked
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, driving, priority_run
from tests.selftest.suite_runs import run_suite
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, json_answer, relayed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN_ID = "ctstray"


def _records(folder: Path) -> list[dict[str, Any]]:
    return list(read_json(*history_files(folder)))


def _strays(folder: Path, stray: str, *answers: tuple[str, int]) -> list[tuple[str, str]]:
    """What is found where a project named ``stray`` stands and requests with these names were answered so."""
    with HistoryWriter(folder, "main", Secrets(KEY)) as history:
        for number, (name, status) in enumerate(answers, 1):
            case = Case(json.dumps({"displayName": f"x{name}"}).encode())
            response = Response(status, (), b"") if status else None
            project = {"id": "P" * 21} if status == 201 else None
            judgement = Judgement(Expectation(Expected.CREATED), (), (), (), (), project)
            history.exchange(Exchange(case, response, started=float(number), number=number), judgement)
        judge_untracked(folder, RUN_ID, history, [{"id": "S" * 21, "displayName": stray}])
    found = [record["finding"] for record in _records(folder) if record["type"] == "finding"]
    return [(finding["clause"], finding["cause"]) for finding in found]


ONE, NOTHING = "state.creates_one", "state.rejected_creates_nothing"
NAME, OTHER = f"{RUN_ID}-17", f"{RUN_ID}-18"


@pytest.mark.parametrize(
    ("answers", "clause"),
    [
        ([(NAME, 201)], ONE),
        ([(NAME, 400)], NOTHING),
        ([(NAME, 409), (NAME, 403)], NOTHING),
        ([(OTHER, 400), (NAME, 201), (OTHER, 201)], ONE),
        ([(NAME, 0)], None),
        ([(NAME, 500)], None),
        ([(NAME, 201), (NAME, 0)], None),
        ([(NAME, 400), (NAME, 503)], None),
        ([(OTHER, 201)], None),
        ([], None),
    ],
)
def test_an_untracked_project_is_attributed_by_the_response_to_its_name(
    tmp_path: Path, answers: list[tuple[str, int]], clause: str | None
) -> None:
    assert [found for found, _ in _strays(tmp_path, f"x{NAME}", *answers)] == ([clause] if clause else [])


def test_a_name_that_was_accepted_once_and_refused_once_has_one_project_too_many(tmp_path: Path) -> None:
    ((clause, _),) = _strays(tmp_path, NAME, (NAME, 201), (NAME, 409))
    assert clause in {ONE, NOTHING}


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_run_counts_how_often_both_promises_were_exercised(tmp_path: Path, workers: tuple[str, ...]) -> None:
    run = run_suite(tmp_path, "--budget", "250", *workers)
    tried = [record for record in run.records("exercised") if record["clause"] in {ONE, NOTHING}]
    # How many are refused depends on the tests that the budget allows, and with workers on their speed.
    statuses = [(record.get("response") or {}).get("status", 0) for record in run.records("exchange")]
    created, refused = statuses.count(201), sum(400 <= status < 500 for status in statuses)
    assert 0 < created * 0.6 < sum(record["positive"] for record in tried if record["clause"] == ONE) < len(statuses)
    assert 0 < refused * 0.6 < sum(record["negative"] for record in tried if record["clause"] == NOTHING) <= refused


#: What the mock has at its start, and what it calls a project that no displayName was sent for.
_NEVER_SENT = {"Owner's Project", "Untitled"}


@pytest.mark.parametrize(
    ("fault", "clause"),
    [("stores_every_project_twice", ONE), ("stores_before_it_validates", NOTHING)],
)
def test_a_run_finds_projects_that_no_response_named_and_deletes_them_or_says_so(
    tmp_path: Path, fault: str, clause: str
) -> None:
    with MockProcess.start(key=KEY, fault=fault) as mock:
        run = priority_run(mock.base_url, tmp_path)
        target = Target(mock.base_url, Secrets(KEY), Limits(), RequestBudget(), "test")
        left, problem = ProjectCleaner(target, prepaid=0, patience=5.0).listed(20)
        target.close()
    assert run.status is ExitStatus.BROKEN
    assert clause in {finding.partition(":")[0] for finding in run.findings}
    assert run.summary.cleanup is not None
    assert not problem
    named = {project["id"] for project in left if project["displayName"] not in _NEVER_SENT}
    assert {identifier for identifier, _ in run.summary.cleanup.kept} == named


def _creating(name: str) -> Case:
    headers = (("Authorization", VALID_AUTHORIZATION), ("Content-Type", JSON_MEDIA_TYPE))
    return Case(json.dumps({"displayName": name}).encode(), headers)


def test_projects_that_may_be_the_runs_own_are_left_and_listed(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "main", Secrets(KEY))
    with MockProcess.start(key=KEY) as mock:
        target = Target(mock.base_url, Secrets(KEY), Limits(), RequestBudget(), "test")
        ledger.run(RUN_ID, mock.base_url)
        ledger.existing(Existing(set(), complete=True))
        ledger.intend(1, Sent([NAME], "Alpha", 0.0))
        ledger.finish(1, None)
        ledger.intend(2, Sent([NAME], f"x{NAME}", 0.0))
        ledger.finish(2, None)
        ledger.found("gone", "values")
        names = (" alpha", "Beta", f"x{NAME}", "Alpha", f"Copy of x{NAME}")
        shown = [target.send(_creating(name)) for name in names]
        cleaned = clean_up(tmp_path, target, own=ledger)
        again = clean_up(tmp_path, target)
        target.close()
    ids = [json.loads(exchange.response.body)["id"] for exchange in shown if exchange.response]
    assert set(cleaned.kept) == {ids[0], ids[3], ids[4]} == set(again.kept)
    assert (cleaned.created, cleaned.deleted) == (2, 2)
    assert not cleaned.can_be_continued


@pytest.mark.parametrize("shown_at_once", [2, 100])
def test_projects_that_the_list_names_by_other_ids_than_the_responses_are_deleted(
    tmp_path: Path, shown_at_once: int
) -> None:
    """Three deletions that get a 404 do not prove that there is no DELETE: the ids may be unknown."""
    names = [f"x{RUN_ID}-{number}" for number in range(6)] + ["plain"]
    ledger = Ledger(tmp_path, "main", Secrets(KEY))
    with MockProcess.start(key=KEY) as mock, UnrulyServer(mock.base_url) as server:

        def newest(seen: Seen) -> Writes | None:
            if seen.method != "GET":
                return None
            listed = json.loads(server.forward(seen)[2])["data"]
            own = [project for project in listed if project["id"] not in before]
            return json_answer(200, json.dumps({"data": own[:shown_at_once], "next": None}))

        target = Target(server.base_url, Secrets(KEY), Limits(), RequestBudget(), "test")
        ledger.run(RUN_ID, server.base_url)
        there = ProjectCleaner(target, prepaid=0, patience=5.0).existing(20)
        assert there is not None
        ledger.existing(there)
        before = there.identifiers
        for number, name in enumerate(names):
            ledger.intend(number, Sent.of(_creating(name), RUN_ID, time.time()))
            assert target.send(_creating(name)).status == 201
            ledger.finish(number, f"{number}".rjust(21, "U"), "values+time")
        server.behave = newest
        cleaned = clean_up(tmp_path, target, own=ledger)
        server.behave = lambda _: None
        left, _ = ProjectCleaner(target, prepaid=0, patience=5.0).listed(20)
        target.close()
    assert {project["id"] for project in left} == before
    assert (cleaned.created, cleaned.deleted, cleaned.kept) == (len(names), len(names), {})


def test_a_project_that_delete_does_not_know_yet_is_deleted_a_little_later(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "main", Secrets(KEY))
    with MockProcess.start(key=KEY) as mock, UnrulyServer(mock.base_url) as server:
        target = Target(server.base_url, Secrets(KEY), Limits(), RequestBudget(), "test")
        ledger.run(RUN_ID, server.base_url)
        ids = []
        for number in range(3):
            exchange = target.send(_creating(f"x{RUN_ID}-{number}"))
            ids.append(json.loads(exchange.response.body if exchange.response else b"")["id"])
            ledger.intend(number, Sent([f"{RUN_ID}-{number}"], "", 0.0))
            ledger.finish(number, ids[-1], "values+time")

        def lagging(seen: Seen) -> Writes | None:
            newest = ids[-1] in seen.path and seen.method == "DELETE"
            deletions = [earlier for earlier in server.requests if earlier.path == seen.path]
            if seen.method == "GET":
                return json_answer(200, '{"data": [], "next": null}')
            return json_answer(404, json.dumps({"entityId": ids[-1]})) if newest and len(deletions) == 1 else None

        server.behave = lagging
        cleaned = clean_up(tmp_path, target, own=ledger)
        server.behave = lambda _: None
        left, _ = ProjectCleaner(target, prepaid=0, patience=5.0).listed(20)
        target.close()
    assert not {project["id"] for project in left} & set(ids)
    assert (cleaned.created, cleaned.deleted, cleaned.kept) == (3, 3, {})


# -- projects without a name of the run ---------------------------------------------------------------------


def _draft(server: UnrulyServer, seen: Seen) -> None:
    """Store a project of which nothing was sent."""
    headers = tuple((name, value) for name, value in seen.headers if name.lower() != "content-length")
    body = b'{"displayName":"Untitled draft"}'
    server.forward(replace(seen, headers=(*headers, ("Content-Length", str(len(body)))), body=body))


def _is_json(seen: Seen) -> bool:
    try:
        return not parse(seen.body).oddities
    except ValueError:
        return False


def _stubs_of(tmp_path: Path, server: UnrulyServer, stores: Callable[[Seen, int], int]) -> list[str]:
    """What is found behind thirty refusals; ``stores`` is the number of drafts that go with an answer."""

    def behave(seen: Seen) -> Writes | None:
        answer = server.forward(seen)
        if seen.method == "POST":
            for _ in range(stores(seen, answer[0])):
                _draft(server, seen)
        return relayed(answer)

    with driving(server.base_url, tmp_path) as test_run:
        driver = test_run.driver
        server.behave = behave
        invalid = wrong_kinds(driver.contract, driver.names, 1)
        cases = [kind.case for kind in invalid if kind.wrong.clause.startswith("request.metadata")]
        driver.session.post_all(cases + malformed_cases(driver.contract, driver.names, 1)[:30])
    records = read_json(*history_files(test_run.options.folder))
    return [record["finding"]["received"] for record in records if record["type"] == "finding"]


@pytest.mark.parametrize("is_stored", [lambda _: True, lambda seen: not _is_json(seen)], ids=["any", "malformed"])
def test_drafts_of_refused_requests_are_found_by_their_number(
    service: str, tmp_path: Path, is_stored: Callable[[Seen], bool]
) -> None:
    with UnrulyServer(service) as server:
        found = _stubs_of(tmp_path, server, lambda seen, status: 400 <= status < 500 and is_stored(seen))
    assert found == ["11 new projects in the list after 11 refused requests"]


def test_foreign_projects_are_not_attributed_to_refused_requests(service: str, tmp_path: Path) -> None:
    times = Counter[str]()

    def strangers(_: Seen, status: int) -> int:
        times["refused"] += 400 <= status < 500
        return 2 * (times["refused"] % 2)

    with UnrulyServer(service) as server:
        assert _stubs_of(tmp_path, server, strangers) == []
