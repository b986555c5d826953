"""Untracked projects: those that no response named, which requests have created nevertheless.

They are searched three times, with growing effort. After some tests the first page of the list is read, which finds a
fault early. The cleanup finds in the whole list what shows a name of the run. What shows none may be somebody else's:
if many such projects appear during a run, they are counted before and after refused requests.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from contracts.exchange import COLLECTION_PATH, Case
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.history_records import ExercisedRecord, FindingRecord
from reports.history import history_files, read_history
from strategies.cases.raw_cases import malformed_cases
from strategies.cases.wrong_value_cases import wrong_kinds
from tests.harness.client.ledger import read_ledgers
from tests.harness.client.ownership import Sent, is_as_sent, shown_text
from tests.harness.client.project_list import PAGE, by_id, read_page
from tests.harness.state_checks.lookups import pages

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from reports.history import HistoryWriter
    from tests.harness.client.judged import Judged
    from tests.harness.client.session import Session
    from tests.harness.driver import Driver

#: The number of unknown new projects in the list from which the service is suspected.
_MANY: Final = 20
#: The numbers of refused requests between two readings of the list.
_ROUNDS: Final = (4, 0, 7)
_OF_BODY: Final = "request.body."


def report_untracked(driver: Driver, answers: Collection[Judged]) -> None:
    """Report the untracked projects of these requests, as far as the first page of the list shows them.

    How often both promises were tried is counted at the end of the run, which looks at the whole list. A run of the
    first priority cases alone has few requests, and looks at the list soon anyway.
    """
    if driver.options.offers.lists and not driver.profile.priority_only:
        for judged, finding in _on_first_page(driver, answers):
            driver.report(finding, judged.exchange)


def _on_first_page(driver: Driver, answers: Collection[Judged]) -> Iterator[tuple[Judged, Finding]]:
    listed = read_page(driver.session.get(f"{COLLECTION_PATH}?limit={PAGE}"))
    if listed is None:
        return
    known = driver.session.projects.ledger.state
    # A request without a clear response, which was repeated, may have created a project.
    unclear = {name for sent in list(known.open_requests.values()) for name in sent.names}
    projects = by_id(listed.projects)
    unnamed = [(one, shown_text(one).casefold()) for name, one in projects.items() if name not in known.created]
    requests = [(judged, Sent.of(judged.case, driver.options.run_id, judged.exchange.started)) for judged in answers]
    #: The displayNames of all requests with a name: one externalId may be used twice.
    shown: dict[str, set[str]] = {}
    for _, sent in requests:
        for name in sent.names:
            shown.setdefault(name, set()).update(sent.shown_names())
    for judged, sent in requests if unnamed else ():
        # A wrong response may name any project.
        if not sent.names or judged.findings or not (judged.is_rejected or judged.project_id in projects):
            continue
        if not unclear.isdisjoint(sent.names):
            continue
        names = re.compile("|".join(rf"{re.escape(name)}(?![0-9])" for name in sent.names))
        others = (
            project["id"]
            for project, text in unnamed
            if names.search(text) and is_as_sent(project, names, set().union(*map(shown.__getitem__, sent.names)))
        )
        for identifier in islice(others, 1):
            yield judged, _finding(judged.status, identifier, refused=judged.is_rejected)


def note_named_requests(session: Session, history: HistoryWriter) -> None:
    """Note the requests of this process whose untracked projects the list could show."""
    history.record(ExercisedRecord("state.rejected_creates_nothing", negative=session.named_refusals))
    history.record(ExercisedRecord("state.creates_one", positive=session.named_projects))


def judge_untracked(folder: Path, run_id: str, history: HistoryWriter, untracked: list[dict[str, Any]]) -> None:
    """Find the requests of the untracked projects that the cleanup has found, and record the broken promises."""
    if not untracked:
        return
    history.flush()
    wanted = {_name_in(json.dumps(project, ensure_ascii=False), run_id): project for project in untracked}
    answers: dict[str, list[ExchangeRecord]] = {}
    for record in read_history(*history_files(folder)):
        if isinstance(record, ExchangeRecord) and (name := _name_in(record.body_text, run_id)) in wanted and name:
            answers.setdefault(name, []).append(record)
    uses = {name: {_answered(record): record for record in records} for name, records in answers.items()}
    repeats = any(received.keys() == {"created"} for received in uses.values())
    for name, received in uses.items():
        identifier = wanted[name]["id"]
        if "unclear" in received or any((record.project or {}).get("id") == identifier for record in answers[name]):
            continue
        # If one use of a name was refused and another accepted, there is one project too many. Names that were only
        # accepted show which of the two created it.
        answered = "created" if "created" in received and (repeats or "refused" not in received) else "refused"
        record = received[answered]
        finding = _finding(record.status, identifier, refused=answered == "refused")
        history.record(FindingRecord(finding, record.started, record))


def _finding(status: int, identifier: str, *, refused: bool) -> Finding:
    """The promise that a request has broken by creating an untracked project: one at all, or one too many."""
    clause, cause = ("state.rejected_creates_nothing", "created") if refused else ("state.creates_one", "another one")
    expected = f"no project beyond those that responses named (this one: {status})"
    return Finding(clause, cause, expected, f"the list shows the project {identifier}")


def _answered(record: ExchangeRecord) -> str:
    """The outcome of a request that may create a project: ``refused``, ``created`` or ``unclear``."""
    if 400 <= record.status < 500 and record.expected:
        return "refused"
    is_created = record.status == 201 and isinstance((record.project or {}).get("id"), str)
    return "created" if is_created else "unclear"


def _name_in(text: str, run_id: str) -> str | None:
    found = re.search(rf"{re.escape(run_id)}-\d+", text)
    return found.group() if found else None


def count_after_refusals(driver: Driver, folder: Path, listed: set[str], most: int) -> None:
    """Check state.rejected_creates_nothing for projects without a name of the run, if the list shows many.

    As many new projects as refused requests, several times in a row with different numbers, and none without a request,
    are not somebody else's. Wrong values are tried first, then malformed bodies: a service may store projects for
    one kind of refusals only.

    Args:
        driver: The driver of the run.
        folder: The folder of the run, whose ledgers name the projects that responses named.
        listed: The ids that the list shows.
        most: The maximum number of pages of the list.

    Raises:
        BudgetSpent: Nothing more may be sent.
        OutOfTime: The same, because of the time limit.
    """
    existing = driver.session.projects.existing
    unknown = listed - existing.identifiers - read_ledgers(folder).created.keys()
    if not existing.complete or len(unknown) < _MANY:
        return
    known = (driver.contract, driver.names, driver.options.seed)
    wrong_values = [kind.case for kind in wrong_kinds(*known) if not kind.wrong.clause.startswith(_OF_BODY)]
    for invalid in (wrong_values, malformed_cases(*known)):
        refused = _refusals_that_create(driver, invalid, most)
        if refused:
            expected = "no new project in the list after a refused request"
            received = f"{len(refused)} new projects in the list after {len(refused)} refused requests"
            finding = Finding("state.rejected_creates_nothing", "created", expected, received)
            driver.history.finding(finding, refused[-1].exchange)
            return


def _refusals_that_create(driver: Driver, invalid: Iterable[Case], most: int) -> list[Judged]:
    """The refused requests, if the list shows one new project for each of them; otherwise none."""
    cases = iter(invalid)
    before = _all_listed(driver, most)
    refused: list[Judged] = []
    for count in _ROUNDS:
        answers = [driver.session.post(case) for case in islice(cases, count)]
        refused += answers
        after = _all_listed(driver, most)
        if before is None or after is None or len(answers) != count or len(after - before) != count:
            return []
        if not all(judged.is_rejected for judged in answers):
            return []
        before = after
    return refused


def _all_listed(driver: Driver, most: int) -> set[str] | None:
    """The ids in the whole list; None if it cannot be read to its end."""
    found = set[str]()
    for page in pages(driver, most):
        found |= by_id(page.projects).keys()
        if page.is_last:
            return found
    return None
