"""State: created projects can be read back, refused requests leave nothing, reuse of externalIds, concurrency."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import pytest

from contracts.findings import Finding
from strategies.cases.baseline_cases import minimal_case
from strategies.cases.case_sets import OVERLAPS
from strategies.cases.state_cases import prototype_cases, refused_reuses
from strategies.encoding import json_case
from strategies.surrounding_fields import MARKED, SurroundingFields
from tests.harness.lookups import has_external_id, is_external_id_free, project_of_refused, read_back

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.driver import Driver

T = TypeVar("T")

#: The number of concurrent requests in tests of concurrency.
_AT_ONCE = 12
#: Seconds after which every replica of a database is up to date.
_SETTLED = 3.0


@pytest.mark.sends("read back")
def test_a_project_reads_back_as_it_was_created(driver: Driver, cases: list[Case]) -> None:
    if not driver.options.offers[0]:
        pytest.skip("the target offers no read")
    created = [judged for judged in driver.verify(cases) if judged.is_created and judged.project_id]
    asks = [partial(_with, partial(read_back, driver), judged) for judged in created]
    _report_all(driver, asks)
    if driver.reads_lag:
        # A project that was visible once must stay visible, on every replica after some time.
        time.sleep(_SETTLED)
        _report_all(driver, [partial(_with, partial(read_back, driver, patient=False), one) for one in 2 * created])


def _report_all(driver: Driver, asks: Sequence[Callable[[], tuple[Judged, Finding | None]]]) -> None:
    for judged, finding in driver.session.at_once(asks):
        if finding is not None:
            driver.report(finding, judged.exchange)


@pytest.mark.sends("refused samples")
def test_a_refused_request_creates_nothing_and_does_not_use_up_its_external_id(
    driver: Driver, cases: list[Case]
) -> None:
    _needs_external_id(driver)
    refused = [judged for judged in driver.verify(cases) if judged.is_rejected]
    if driver.options.offers[1]:
        asks = [partial(_with, partial(project_of_refused, driver), judged) for judged in refused]
        for judged, finding in driver.session.at_once(asks):
            if finding is not None:
                refused.remove(judged)  # its project has the externalId
                driver.report(finding, judged.exchange)
    again = driver.session.at_once([partial(_with, partial(_used_again, driver), judged) for judged in refused])
    driver.exercised("state.refused_external_id_stays_free", negative=len(again))
    for judged, second in again:
        if second.is_client_error and not second.exchange.repeat:
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


def _with(ask: Callable[[Judged], T], judged: Judged) -> tuple[Judged, T]:
    """An exchange with the results of further requests; some are missing if the budget ends."""
    return judged, ask(judged)


def _used_again(driver: Driver, refused: Judged) -> Judged:
    """The response to a valid request with the externalId of a refused one."""
    body = json.loads(minimal_case(driver.contract, driver.names).body or b"{}")
    body[MARKED] = json.loads(refused.case.body or b"{}")[MARKED]
    intent = "the externalId of a refused request is free"
    return driver.session.post(json_case(body, case_set="state.external_id_after_refusal", intent=intent))


def _is_also_refused(driver: Driver, second: Judged) -> bool:
    """Whether a body is refused with a new externalId too."""
    body = json.loads(second.case.body or b"{}") | {MARKED: driver.names.next()}
    again = json_case(body, case_set=second.case.case_set, intent="a fresh externalId")
    return driver.session.post(again).is_client_error


def test_a_second_use_of_an_external_id_is_accepted_or_refused(driver: Driver) -> None:
    _needs_external_id(driver)
    _use_again(driver, driver.id_range(72), (False, True))


def test_concurrent_uses_of_an_external_id_get_the_same_responses_as_sequential_ones(driver: Driver) -> None:
    _needs_external_id(driver)
    _use_again(driver, driver.id_range(75), (False, True, True))


def _use_again(driver: Driver, names: UniqueNames, rounds: Sequence[bool]) -> None:
    """Send requests with one externalId, in each round another one: one by one, or four together."""
    refused_alone = False
    for together in driver.mine(rounds):
        external_id = names.next()
        # Each use has its own name, so that a response with the project of another use is noticed.
        bodies = [minimal_case(driver.contract, names).body or b"{}" for _ in range(4 if together else 2)]
        cases = [
            json_case(
                {**json.loads(body), MARKED: external_id},
                case_set="state.external_id_reuse",
                intent="a second use of an externalId",
            )
            for body in bodies
        ]
        judged = driver.session.post_all(cases, len(cases) if together else 1)
        driver.exercised("state.external_id_reuse", positive=max(0, len(judged) - 1))
        driver.conclude(judged)
        accepted = [answer for answer in judged if answer.status == 201]
        first_come = not any(answer.exchange.repeat for answer in judged)
        if judged and not accepted and first_come and all(answer.is_client_error for answer in judged):
            finding = Finding(
                "state.external_id_reuse",
                "none",
                "201 for one of the uses",
                f"{', '.join(str(answer.status) for answer in judged)}",
                f"/{MARKED}",
            )
            driver.report(finding, judged[0].exchange)
        if together:
            _report_overlap(driver, judged, refused_alone=refused_alone)
        else:
            refused_alone = [answer.status for answer in judged][:1] == [201] and judged[-1].is_client_error
        if accepted and not together:
            # They must not change the project with this externalId; the inventory at the end shows it once more.
            driver.send(refused_reuses(driver.contract, external_id))
            change = read_back(driver, accepted[0]) if driver.options.offers[0] else None
            if change is not None:
                driver.report(change, accepted[0].exchange)
    driver.conclude([])


def _report_overlap(driver: Driver, judged: Sequence[Judged], *, refused_alone: bool) -> None:
    """Report that a second use of an externalId is refused alone, and accepted concurrently."""
    identifiers = {answer.project_id for answer in judged if answer.status == 201}
    if not refused_alone or len(identifiers) < 2 or any(answer.exchange.repeat for answer in judged):
        return
    if driver.options.offers[0]:  # one may have replaced the other
        found = driver.session.at_once([partial(read_back, driver, answer) for answer in judged if answer.is_created])
        identifiers = identifiers if found.count(None) > 1 else set()
    if len(identifiers) > 1:
        finding = Finding(
            "state.external_id_reuse",
            "overlap",
            "201 for one of the uses, as where one comes behind the other",
            f"{len(identifiers)} projects with one {MARKED}",
            f"/{MARKED}",
        )
        driver.report(finding, max((a.exchange for a in judged if a.status == 201), key=lambda e: e.started))


def test_the_external_id_of_a_deleted_project_is_accepted_or_refused(driver: Driver) -> None:
    """Created, deleted, created again: 201 or 4xx, whatever happened to the record of the first one."""
    _needs_external_id(driver)
    if not driver.options.offers[2] or driver.options.keep_projects:
        pytest.skip("the target offers no delete, or projects are kept")
    for case in driver.mine((minimal_case(driver.contract, driver.id_range(73)),)):
        body = {**json.loads(case.body or b"{}"), MARKED: driver.names.next()}
        again = json_case(
            body, case_set="state.external_id_of_a_deleted_project", intent=f"{MARKED} of a deleted project"
        )
        first = driver.session.post(again)
        driver.conclude([first])
        if first.project_id is None or not driver.session.projects.owns(first.project_id):
            pytest.skip("the project cannot be identified in the list")
        if 200 <= driver.session.delete(first.project_id).status < 300:
            second = driver.session.post(again)
            driver.exercised("state.external_id_reuse", positive=1)
            driver.conclude([second])


def test_the_same_request_twice_creates_two_projects(driver: Driver) -> None:
    """Without an externalId nothing identifies a repetition; the ids are compared at the end."""
    case = minimal_case(driver.contract, driver.names)
    for _ in driver.mine((case,)):
        driver.conclude(driver.session.post_all([case, case], 1))


def test_an_empty_external_id_that_no_project_has_is_accepted(driver: Driver) -> None:
    """A service may enforce uniqueness; the clause applies only if its list shows that no project has the text."""
    _needs_external_id(driver)
    body = SurroundingFields(driver.contract, driver.names).body(context="minimal") | {MARKED: ""}
    for case in driver.mine([json_case(body, case_set="state.empty_external_id", intent="an empty externalId")]):
        answer = driver.session.post(case)
        driver.conclude([answer])
        if not answer.is_client_error or answer.status == 409 or not driver.options.offers[1]:
            continue
        if is_external_id_free(driver, ""):
            expected, received = "201: no project has this externalId", str(answer.status)
            driver.report(
                Finding(f"request.{MARKED}.type", "refused", expected, received, f"/{MARKED}"), answer.exchange
            )


@pytest.mark.sends(*OVERLAPS)
def test_concurrent_requests_get_the_same_responses_as_sequential_ones(driver: Driver, sets: list[list[Case]]) -> None:
    for cases in driver.mine(sets):
        judged = driver.send(cases, connections=_AT_ONCE)
        driver.exercised("state.overlap", positive=len(judged))


def test_a_member_named_proto_does_not_affect_later_responses(driver: Driver) -> None:
    for case, tell_tale in driver.mine(prototype_cases(driver.contract, driver.id_range(85))):
        driver.conclude([driver.session.post(case)])
        after = driver.session.post(minimal_case(driver.contract, driver.names))
        driver.exercised("state.prototype_untouched", negative=1)
        body = after.exchange.response.body if after.exchange.response else b""
        if tell_tale.encode() in body:
            finding = Finding(
                "state.prototype_untouched", "trace", "an answer without a trace of __proto__", f"it holds {tell_tale}"
            )
            driver.report(finding, after.exchange)
        driver.conclude([after])


def _needs_external_id(driver: Driver) -> None:
    if not has_external_id(driver):
        pytest.skip(f"the contract has no {MARKED}")
