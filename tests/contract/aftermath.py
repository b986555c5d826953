"""Looking back at the end of a run: does the service answer as at the beginning, and did refusals leave a trace?"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from contracts.findings import Finding
from contracts.targets.allowance import BudgetSpent, OutOfTime
from reports.history import history_files, read_history
from strategies.plain import minimal_case

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.observed import Observations
    from reports.history import HistoryWriter
    from tests.contract.driver import Driver


#: Bytes at the end of a worker's history among which its last record stands.
_TAIL = 262_144


def look_back(driver: Driver) -> None:
    """Check state.recovers: the simplest request is answered as at the beginning."""
    try:
        _still_well(driver)
    except (BudgetSpent, OutOfTime) as end:
        driver.history.record("note", kind="budget", text=f"the look back was left out: {end}")


def _still_well(driver: Driver) -> None:
    judged = driver.session.post(minimal_case(driver.contract, driver.names))
    driver.exercised("state.recovers", positive=1)
    owed = "the simplest request is answered as at the beginning"
    for finding in judged.findings:
        driver.settle(judged, finding, Finding("state.recovers", finding.cause, owed, finding.came))


def judge_strays(folder: Path, mark: str, history: HistoryWriter, strays: list[dict[str, Any]]) -> None:
    """Check state.rejected_creates_nothing: no stray carries the name of a request that was refused."""
    history.flush()
    wanted = {_name_in(json.dumps(project, ensure_ascii=False), mark): project for project in strays}
    refused: dict[str, dict[str, Any]] = {}
    # Where one request with a name was not refused, or its answer was lost, the project is that one's.
    unclear: set[str] = set()
    refusals = 0
    for record in read_history(*history_files(folder)):
        name = _name_of(record, mark) if record["type"] == "exchange" else None
        if name is None:
            continue
        status = record["response"]["status"] if record["response"] else 0
        is_refusal = 400 <= status < 500 and "verdict" in record
        refusals += is_refusal
        if name in wanted and is_refusal:
            refused[name] = record
        elif name in wanted and not 400 <= status < 500:
            unclear.add(name)
    history.record("exercised", clause="state.rejected_creates_nothing", negative=refusals)
    for name, record in refused.items():
        if name in unclear:
            continue
        project = wanted[name]
        finding = Finding(
            "state.rejected_creates_nothing",
            "created",
            f"no project after the answer {record['response']['status']}",
            f"the list shows the project {project.get('id')}",
        )
        history.record("finding", finding=finding.to_json(), started=record["started"], exchange=record)


def _name_of(record: dict[str, Any], mark: str) -> str | None:
    body = record["case"].get("body")
    return _name_in(body, mark) if isinstance(body, str) else None


def _name_in(text: str, mark: str) -> str | None:
    found = re.search(rf"{mark}-\d+", text)
    return found.group() if found else None


def _last_record(path: Path) -> dict[str, Any]:
    """What a worker wrote at its end; nothing where the file ends otherwise."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        lines = file.read().splitlines()
    try:
        record = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def note_observations(folder: Path, observations: Observations, history: HistoryWriter) -> None:
    """Say in the history what the answers carry beside the page, and what of the page they never carry."""
    for path in history_files(folder):
        record = _last_record(path)
        if record.get("type") == "observations":
            observations.merge(record["counts"])
    for text in [*observations.undocumented(), *observations.unobserved()]:
        history.record("note", kind="observed", text=text)
