"""The inventory at the end of a run: every created project is still there, as its response showed it.

The list of projects shows hundreds at once. The page documents neither the list nor reading one project, so a
difference in the list counts only if a read of that project confirms it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.exchange import Exchange
from contracts.exchange_record import ExchangeRecord
from reports.history import history_files, read_history
from tests.harness.client.ledger import read_ledgers
from tests.harness.client.project_list import PAGE, by_id
from tests.harness.state_checks.lookups import changed, leaves_open, pages, read_again
from tests.harness.state_checks.untracked_projects import count_after_refusals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from contracts.document import Contract
    from tests.harness.driver import Driver

#: The maximum number of pages of the list.
_PAGES: Final = 20
#: The maximum number of projects that are read one by one: those that the list shows differently or lacks, or without a
#: list.
_READS: Final = 12


def verify_inventory(driver: Driver, folder: Path) -> None:
    """Check state.reads_back for the remaining projects of the run, as far as the list shows them.

    Raises BudgetSpent or OutOfTime if nothing more may be sent.
    """
    offers = driver.options.offers
    # A smoke run has a small budget.
    thorough = not driver.profile.priority_only
    if not offers.reads:
        return
    driver.history.flush()
    remaining = _remaining(driver.contract, folder)
    listed, is_whole = _listed(driver, _PAGES if thorough else 1, remaining) if offers.lists else ({}, False)
    doubtful = []
    for identifier, exchange in remaining.items():
        created, shown = _project(exchange), listed.get(identifier)
        # Members that the list omits are not missing in the project.
        if is_whole if shown is None else changed(driver.contract, created, {**created, **shown}) is not None:
            doubtful.append(identifier)
    if not is_whole and thorough:
        unseen = [identifier for identifier in remaining if identifier not in listed]
        doubtful += unseen[:: max(1, len(unseen) // _READS)]
    found = False
    for identifier in doubtful[:_READS]:
        if _is_deleted(folder, identifier):  # since the list was read: it would be waited for
            continue
        exchange = remaining[identifier]
        # After one is known to be gone, the others need no time to appear.
        finding = read_again(driver, identifier, _project(exchange), patient=not found)
        if finding is not None and _is_current(driver, folder, identifier):
            found = True
            driver.history.finding(finding, exchange)
    driver.exercised("state.reads_back", positive=len(remaining.keys() & listed.keys()))
    if thorough:
        count_after_refusals(driver, folder, set(listed), _PAGES)


def _remaining(contract: Contract, folder: Path) -> dict[str, Exchange]:
    """Projects that were not deleted, each with its only response, if that had no findings.

    As many as the list can show, so that memory does not grow with the run.
    """
    ledgers = read_ledgers(folder)
    deleted, times, found = ledgers.deleted | ledgers.deleting, Counter[str](), dict[str, Exchange]()
    for record in read_history(*history_files(folder), member="project"):
        if not isinstance(record, ExchangeRecord):
            continue
        identifier = (record.project or {}).get("id")
        if isinstance(identifier, str):
            times[identifier] += 1
            if not leaves_open(contract, record.findings) and identifier not in deleted and len(found) < _PAGES * PAGE:
                found[identifier] = record.exchange
    return {identifier: exchange for identifier, exchange in found.items() if times[identifier] == 1}


def _is_deleted(folder: Path, identifier: str) -> bool:
    """Whether the run has deleted a project, or is about to."""
    ledgers = read_ledgers(folder)
    return identifier in ledgers.deleted or identifier in ledgers.deleting


def _is_current(driver: Driver, folder: Path, identifier: str) -> bool:
    """Whether no test deleted or updated a project in the meantime: they run at the same time."""
    driver.history.flush()
    return identifier in _remaining(driver.contract, folder)


def _listed(driver: Driver, most: int, wanted: Mapping[str, object]) -> tuple[dict[str, dict[str, Any]], bool]:
    """The projects in the list by id, until all wanted ones were found, and whether it was read to its end."""
    found: dict[str, dict[str, Any]] = {}
    for page in pages(driver, most):
        found |= by_id(page.projects)
        if page.is_last:
            return found, True
        if wanted.keys() <= found.keys():
            break
    return found, False


def _project(exchange: Exchange) -> dict[str, Any]:
    """The project in the response to its creation; None if the history has only a part of it."""
    response = exchange.response
    project = json_text.parse(response.body).value if response and not response.cut else {}
    return project if isinstance(project, dict) else {}
