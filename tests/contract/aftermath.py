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

    from reports.history import HistoryWriter
    from tests.contract.driver import Driver


def look_back(driver: Driver) -> None:
    """Check state.recovers: the simplest request is answered as at the beginning."""
    try:
        _still_well(driver)
    except (BudgetSpent, OutOfTime) as end:
        driver.history.record("note", kind="budget", text=f"the look back was left out: {end}")


def _still_well(driver: Driver) -> None:
    judged = driver.session.post(minimal_case(driver.contract, driver.names))
    driver.exercised("state.recovers", positive=1)
    if judged.status != 201 or judged.findings:
        first = judged.findings[0].came if judged.findings else f"status {judged.status}"
        finding = Finding("state.recovers", "changed", "the simplest request is created at the end", first)
        # The answer's own findings say the same where the mistake was there from the beginning.
        if not judged.findings:
            driver.history.finding(finding, judged.exchange)


def judge_strays(folder: Path, mark: str, history: HistoryWriter, strays: list[dict[str, Any]]) -> None:
    """Check state.rejected_creates_nothing: no stray carries the name of a request that was refused."""
    history.flush()
    refused: dict[str, dict[str, Any]] = {}
    # Where one request with a name was not refused, or its answer was lost, the project is that one's.
    unclear: set[str] = set()
    for record in read_history(*history_files(folder)):
        name = _name_of(record, mark) if record["type"] == "exchange" else None
        if name is None:
            continue
        status = record["response"]["status"] if record["response"] else 0
        if not 400 <= status < 500:
            unclear.add(name)
        elif "verdict" in record:
            refused[name] = record
    history.record("exercised", clause="state.rejected_creates_nothing", negative=len(refused))
    for project in strays:
        found = re.search(rf"{mark}-\d+", json.dumps(project, ensure_ascii=False))
        name = found.group() if found else ""
        if name not in refused or name in unclear:
            continue
        record = refused[name]
        finding = Finding(
            "state.rejected_creates_nothing",
            "created",
            f"no project after the answer {record['response']['status']}",
            f"the list shows the project {project.get('id')}",
        )
        history.record("finding", finding=finding.to_json(), started=record["started"], exchange=record)


def _name_of(record: dict[str, Any], mark: str) -> str | None:
    body = record["case"].get("body")
    found = re.search(rf"{mark}-\d+", body) if isinstance(body, str) else None
    return found.group() if found else None
