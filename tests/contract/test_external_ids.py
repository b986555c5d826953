"""External ids: a service may enforce that they are unique, but then for all uses alike, and not for unused ones."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from contracts.findings import Finding
from strategies.cases.state_cases import refused_reuses
from strategies.encoding import json_case
from strategies.surrounding_fields import MARKED, SurroundingFields
from tests.harness.state_checks.lookups import (
    external_id_of,
    has_external_id,
    is_external_id_free,
    project_of_refused,
    read_back,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.driver import Driver


@pytest.fixture(autouse=True)
def _needs_external_id(driver: Driver) -> None:
    if not has_external_id(driver):
        pytest.skip(f"the contract has no {MARKED}")


def test_a_second_use_of_an_external_id_is_accepted_or_refused(driver: Driver) -> None:
    _reuse(driver, driver.id_range(72), at_once=(False, True))


def test_concurrent_uses_of_an_external_id_get_the_same_responses_as_sequential_ones(driver: Driver) -> None:
    _reuse(driver, driver.id_range(75), at_once=(False, True, True))


def test_the_external_id_of_a_deleted_project_is_accepted_or_refused(driver: Driver) -> None:
    """Created, deleted, created again: 201 or 4xx, whatever happened to the record of the first one."""
    if not driver.options.deletes:
        pytest.skip("the target offers no delete, or projects are kept")
    intent = f"{MARKED} of a deleted project"
    case = _case(driver, driver.id_range(73), driver.names.next(), "external_id_of_a_deleted_project", intent)
    for again in driver.my_shard((case,)):
        first = driver.session.post(again)
        driver.conclude([first])
        if first.project_id is None or not driver.session.projects.owns(first.project_id):
            pytest.skip("the project cannot be identified in the list")
        if 200 <= driver.session.delete(first.project_id).status < 300:
            second = driver.session.post(again)
            driver.exercised("state.external_id_reuse", positive=1)
            driver.conclude([second])


def test_a_blank_external_id_that_no_project_has_is_accepted(driver: Driver) -> None:
    """A service may enforce uniqueness; the clause applies only if its list shows that no project has the text."""
    # Not spaces alone: databases that pad texts with spaces take these for the empty text.
    cases = [_case(driver, driver.names, blank, "blank_external_id", "a blank externalId") for blank in ("", " \t ")]
    for case in driver.my_shard(cases):
        answer = driver.session.post(case)
        driver.conclude([answer])
        if not answer.is_client_error or answer.status == 409 or not driver.options.offers.lists:
            continue
        if is_external_id_free(driver, external_id_of(case) or ""):
            expected, received = "201: no project has this externalId", str(answer.status)
            finding = Finding(f"request.{MARKED}.type", "refused", expected, received, f"/{MARKED}")
            driver.report(finding, answer.exchange)


@pytest.mark.sends("refused samples")
def test_a_refused_request_creates_nothing_and_does_not_use_up_its_external_id(
    driver: Driver, cases: list[Case]
) -> None:
    refused = [judged for judged in driver.verify(cases) if judged.is_rejected]
    if driver.options.offers.lists:
        with_project = driver.report_each(refused, partial(project_of_refused, driver))
        refused = [judged for judged in refused if judged not in with_project]  # their projects have the externalIds
    uses = driver.for_each(refused, partial(_use_of_refused, driver))
    driver.exercised("state.refused_external_id_stays_free", negative=len(uses))
    for judged, second in uses:
        if not second.is_client_error or second.exchange.repeat:
            continue
        # It was not the externalId if the same body is accepted later, or also refused with another one.
        if driver.session.post(second.case).status == 201 or _is_also_refused(driver, second):
            driver.conclude([second])
            continue
        finding = Finding(
            "state.refused_external_id_stays_free",
            "used up",
            "201: no project has this externalId",
            f"{second.status} after a refusal with {judged.status}",
            f"/{MARKED}",
        )
        driver.report(finding, second.exchange)


def _use_of_refused(driver: Driver, refused: Judged) -> Judged:
    """The response to a valid request with the externalId of a refused one."""
    intent = "the externalId of a refused request is free"
    external_id = external_id_of(refused.case) or ""
    return driver.session.post(_case(driver, driver.names, external_id, "external_id_after_refusal", intent))


def _is_also_refused(driver: Driver, second: Judged) -> bool:
    """Whether a body is refused with a new externalId too."""
    body = json.loads(second.case.body or b"{}") | {MARKED: driver.names.next()}
    again = json_case(body, case_set=second.case.case_set, intent="a fresh externalId")
    return driver.session.post(again).is_client_error


def _reuse(driver: Driver, names: UniqueNames, at_once: Sequence[bool]) -> None:
    """Use an externalId several times, in each round another one: one request after the other, or all at once."""
    is_refused_alone = False
    for together in driver.my_shard(at_once):
        external_id = names.next()
        # Each use has its own name, so that a response with the project of another use is noticed.
        uses = [
            _case(driver, names, external_id, "external_id_reuse", "a second use of an externalId")
            for _ in range(4 if together else 2)
        ]
        judged = driver.session.post_all(uses, len(uses) if together else 1)
        driver.exercised("state.external_id_reuse", positive=max(0, len(judged) - 1))
        driver.conclude(judged)
        _report_if_all_are_refused(driver, judged)
        if together:
            if is_refused_alone:
                _report_overlap(driver, judged)
        else:
            is_refused_alone = [answer.status for answer in judged][:1] == [201] and judged[-1].is_client_error
            _report_changes(driver, external_id, judged)


def _report_if_all_are_refused(driver: Driver, uses: Sequence[Judged]) -> None:
    """Report that an externalId was refused although none of its uses has created a project."""
    was_repeated = any(answer.exchange.repeat for answer in uses)
    all_are_refused = bool(uses) and not was_repeated and all(answer.is_client_error for answer in uses)
    if all_are_refused and not _is_also_refused(driver, uses[0]):
        received = ", ".join(str(answer.status) for answer in uses)
        finding = Finding("state.external_id_reuse", "none", "201 for one of the uses", received, f"/{MARKED}")
        driver.report(finding, uses[0].exchange)


def _report_overlap(driver: Driver, uses: Sequence[Judged]) -> None:
    """Report that several concurrent uses were accepted, where a second use alone is refused."""
    accepted = [answer for answer in uses if answer.status == 201]
    identifiers = {answer.project_id for answer in accepted}
    if len(identifiers) < 2 or any(answer.exchange.repeat for answer in uses):
        return
    if driver.options.offers.reads:  # one may have replaced the other
        found = driver.for_each([answer for answer in uses if answer.is_created], partial(read_back, driver))
        if sum(change is None for _, change in found) < 2:
            return
    finding = Finding(
        "state.external_id_reuse",
        "overlap",
        "201 for one of the uses, as where one comes behind the other",
        f"{len(identifiers)} projects with one {MARKED}",
        f"/{MARKED}",
    )
    driver.report(finding, max((answer.exchange for answer in accepted), key=lambda exchange: exchange.started))


def _report_changes(driver: Driver, external_id: str, uses: Sequence[Judged]) -> None:
    """Send refused reuses, and report if they have changed the project with this externalId.

    The inventory at the end shows it once more.
    """
    accepted = [answer for answer in uses if answer.status == 201]
    if accepted:
        driver.send(refused_reuses(driver.contract, external_id))
        if driver.options.offers.reads:
            driver.report_each(accepted[:1], partial(read_back, driver))


def _case(driver: Driver, names: UniqueNames, external_id: str, case_set: str, intent: str) -> Case:
    """A minimal request with this externalId."""
    body = SurroundingFields(driver.contract, names).body(context="minimal") | {MARKED: external_id}
    return json_case(body, case_set=f"state.{case_set}", intent=intent)
