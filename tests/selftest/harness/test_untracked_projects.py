"""Projects that no response named: whose are they, and which promise do they break?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from contracts.exchange import Case, Exchange, Response
from contracts.judgement import Judgement
from contracts.oracle import Expectation, Expected
from contracts.secrets import Secrets
from contracts.verdict import ExitStatus
from reports.history import HistoryWriter, history_files, read_json
from tests.harness.final_checks import judge_untracked
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, essentials_run

if TYPE_CHECKING:
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
def test_a_stray_is_put_down_to_what_was_answered_to_its_name(
    tmp_path: Path, answers: list[tuple[str, int]], clause: str | None
) -> None:
    assert [found for found, _ in _strays(tmp_path, f"x{NAME}", *answers)] == ([clause] if clause else [])


def test_a_name_that_was_taken_once_and_refused_once_has_one_project_too_many(tmp_path: Path) -> None:
    ((clause, _),) = _strays(tmp_path, NAME, (NAME, 201), (NAME, 409))
    assert clause in {ONE, NOTHING}


def test_the_end_of_a_run_says_how_often_both_promises_were_tried(tmp_path: Path) -> None:
    _strays(tmp_path, "another", (NAME, 201), (OTHER, 400), (OTHER, 0))
    tried = {record["clause"]: record for record in _records(tmp_path) if record["type"] == "exercised"}
    assert tried[ONE]["positive"] == 1
    assert tried[NOTHING]["negative"] == 1


@pytest.mark.parametrize(
    ("fault", "clause"),
    [("stores_every_project_twice", ONE), ("stores_before_it_validates", NOTHING)],
)
def test_a_run_finds_projects_that_no_answer_told_of_and_deletes_them(tmp_path: Path, fault: str, clause: str) -> None:
    with MockProcess.start(key=KEY, fault=fault) as mock:
        run = essentials_run(mock.base_url, tmp_path)
    assert run.status is ExitStatus.BROKEN
    assert clause in {finding.partition(":")[0] for finding in run.findings}
    assert run.summary.cleanup is not None
    assert run.summary.cleanup.kept_count == 0
