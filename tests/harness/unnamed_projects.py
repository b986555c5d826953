"""Projects that refused requests leave under names of their own: drafts and stubs, which nothing in them identifies.

A listed project without a name of the run may be somebody else's. If many appear while a run lasts, a few refused
requests are sent between two looks at the list: as many new projects as refusals, several times in a row with different
numbers, none of them without a request, are not somebody else's.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from contracts.expectation import Expected
from contracts.findings import Finding
from strategies.cases.wrong_value_cases import wrong_kinds
from tests.harness.client.ledger import read_ledgers
from tests.harness.lookups import pages

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.client.judged import Judged
    from tests.harness.driver import Driver

#: The number of unknown new projects in the list from which the service is suspected.
_MANY: Final = 20
#: The numbers of refused requests between two looks at the list.
_ROUNDS: Final = (4, 0, 7)
_OF_BODY: Final = "request.body."


def verify_refusals_leave_nothing(driver: Driver, folder: Path, listed: set[str], most: int) -> None:
    """Check state.rejected_creates_nothing for projects without a name of the run, if the list shows many.

    Raises BudgetSpent or OutOfTime if nothing more may be sent.

    Args:
        driver: The driver of the run.
        folder: The folder of the run, whose ledgers name the projects that responses named.
        listed: The ids that the list shows.
        most: The maximum number of pages of the list.
    """
    existing = driver.session.projects.existing
    unknown = listed - existing.identifiers - read_ledgers(folder).created.keys()
    if not existing.complete or len(unknown) < _MANY:
        return
    # A body that is no object is refused before there is anything to store.
    kinds = wrong_kinds(driver.contract, driver.names, driver.options.seed)
    invalid = iter([kind.case for kind in kinds if not kind.wrong.clause.startswith(_OF_BODY)])
    before = _all_listed(driver, most)
    refused: list[Judged] = []
    for count in _ROUNDS:
        answers = [driver.session.post(case) for case in islice(invalid, count)]
        refused += answers
        after = _all_listed(driver, most)
        if before is None or after is None or len(after - before) != count or not all(map(_is_refused, answers)):
            return
        before = after
    expected = "no new project in the list after a refused request"
    received = f"{len(refused)} new projects in the list after {len(refused)} refused requests"
    finding = Finding("state.rejected_creates_nothing", "created", expected, received)
    driver.history.finding(finding, refused[-1].exchange)


def _is_refused(judged: Judged) -> bool:
    return judged.judgement.expectation.expected is Expected.REJECTED and 400 <= judged.status < 500


def _all_listed(driver: Driver, most: int) -> set[str] | None:
    """The ids in the whole list; None if it cannot be read to its end."""
    found = set[str]()
    for page in pages(driver, most):
        found |= {project["id"] for project in page.projects if isinstance(project.get("id"), str)}
        if page.is_last:
            return found
    return None
