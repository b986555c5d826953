"""Looks up the state of a service by reading and listing projects."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from contracts import json_text, lenient_json
from contracts.checks.project import member
from contracts.exchange import COLLECTION_PATH
from contracts.findings import Finding
from contracts.instants import instant
from contracts.json_equality import first_difference, same
from strategies.surrounding_fields import MARKED
from tests.harness.client.judged import answered_object
from tests.harness.client.ownership import project_path
from tests.harness.client.project_list import ProjectPage, read_page, read_pages

#: The maximum number of pages that are searched for one project.
_PAGES: Final = 30
#: Further members that must not change.
_LASTING: Final = ("platformId", "ownerId", "type", "plan.id", "plan.projectId")
_GONE: Final = frozenset({404, 410})
#: Seconds between reads of a project that is missing (yet).
_LAG: Final = (0.1, 0.4, 1.5)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.document import Contract
    from contracts.exchange import Case, Exchange
    from tests.harness.client.judged import Judged
    from tests.harness.driver import Driver


def read_back(driver: Driver, judged: Judged, *, patient: bool = True) -> Finding | None:
    """What is wrong when the project that ``judged`` created is read; see :func:`read_again`."""
    driver.exercised("state.reads_back", positive=1)
    # A project with a wrong or ambiguous response cannot be read back as it was.
    is_known = (
        leaves_open(driver.contract, judged.findings) or judged.project_id in driver.session.projects.repeated_ids
    )
    return read_again(
        driver, judged.project_id or "", {} if is_known else judged.judgement.project or {}, patient=patient
    )


def leaves_open(contract: Contract, findings: Iterable[Finding]) -> bool:
    """Whether findings of a response leave open which project was created: those about a member that is compared.

    A finding about another member, such as a plan with a wrong type, is in every response of some services.
    """
    compared = {"id", "created", *contract.echoed, *_LASTING}
    for finding in findings:
        member_of, _, aspect = finding.clause.removeprefix("response.201.").rpartition(".")
        if (
            not finding.clause.startswith("response.201.")
            or member_of in {"", *compared}
            or aspect in {"json", "status"}
        ):
            return True
    return False


def read_again(driver: Driver, identifier: str, created: dict[str, Any], *, patient: bool = True) -> Finding | None:
    """What is wrong when a project is read, given the response to its creation.

    "There is no such project" is believed immediately, or if ``patient`` after some time: a replica may lag behind.
    """
    path = project_path(identifier)
    if path is None:
        return None
    read = _read(driver, path, _LAG if patient else ())
    if read.status in _GONE:
        return Finding("state.reads_back", "gone", f"the project {identifier}", f"GET answers {read.status}")
    # Other statuses are about the read operation, which the page does not document.
    now = answered_object(read)
    return changed(driver.contract, created, now) if created and now is not None else None


def changed(contract: Contract, created: dict[str, Any], now: dict[str, Any]) -> Finding | None:
    """The first difference between a project when it was created and now; None if there is none."""
    for name in ("id", *contract.echoed):
        if created.get(name) is not None:
            difference = first_difference(created[name], now.get(name, json_text.ABSENT), f"/{name}")
            if difference is not None:
                pointer, before, after = difference
                return Finding("state.reads_back", f"{name} differs", str(before)[:80], str(after)[:80], pointer)
    for path in _LASTING:
        before, after = member(created, path), member(now, path)
        if json_text.ABSENT not in (before, after) and not same(before, after):
            where = f"/{path.replace('.', '/')}"
            return Finding("state.reads_back", f"{path} differs", str(before)[:80], str(after)[:80], where)
    was, reads = (instant(str(shown.get("created"))) for shown in (created, now))
    if was is not None and reads is not None and abs((was - reads).total_seconds()) > 1:
        return Finding("state.reads_back", "created differs", was.isoformat(), reads.isoformat(), "/created")
    return None


def _read(driver: Driver, path: str, pauses: tuple[float, ...]) -> Exchange:
    for pause in pauses:
        read = driver.session.get(path)
        if read.status not in _GONE:
            return read
        driver.reads_lag = True
        time.sleep(pause)
    return driver.session.get(path)


def project_of_refused(driver: Driver, refused: Judged) -> Finding | None:
    """The project that a refused request created, found by its externalId; None if there is none."""
    external_id = external_id_of(refused.case)
    if external_id is None or not refused.is_client_error:
        return None
    listed = read_page(driver.session.get(f"{COLLECTION_PATH}?{MARKED}={quote(external_id)}&limit=10"))
    for project in listed.projects if listed else ():
        if project.get(MARKED) == external_id:
            expected, received = f"no project after the answer {refused.status}", f"the list shows {project.get('id')}"
            return Finding("state.rejected_creates_nothing", "created", expected, received)
    return None


def pages(driver: Driver, most: int) -> Iterator[ProjectPage]:
    """Pages of the list of projects; fewer if the list cannot be read further."""
    with suppress(LookupError):
        yield from read_pages(lambda query: driver.session.get(COLLECTION_PATH + query), most)


def is_external_id_free(driver: Driver, external_id: str) -> bool:
    """Whether the complete list shows that no project has this externalId; False if it is too long."""
    for page in pages(driver, _PAGES):
        if any(project.get(MARKED) == external_id for project in page.projects):
            return False
        if page.is_last:
            return True
    return False


def external_id_of(case: Case) -> str | None:
    """The externalId of a body, if it is a string."""
    found = (lenient_json.object_of(case.body) or {}).get(MARKED)
    return found if isinstance(found, str) else None


def has_external_id(driver: Driver) -> bool:
    """Whether the contract has the field externalId, as a string."""
    return any(field.path == MARKED and "string" in field.types for field in driver.contract.fields)
