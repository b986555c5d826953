"""State: what is created reads back, what is refused leaves nothing, an externalId is used twice, all at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from contracts.findings import Finding
from contracts.oracle import Verdict
from contracts.targets.session import is_created
from strategies.companions import MARKED, Companions
from strategies.encoding import json_case
from strategies.plain import full_case, minimal_case
from strategies.state import overlapping_cases, prototype_cases, refused_samples
from strategies.values import valid_cases
from tests.contract.lookups import has_external_id, left_behind, nobody_has_external_id, read_back

if TYPE_CHECKING:
    from tests.contract.driver import Driver

#: Created projects that are read back.
_READ = 16
#: Requests in flight at once where overlap is the subject.
_AT_ONCE = 12


@pytest.mark.stage(3)
def test_a_project_reads_back_as_it_was_created(driver: Driver) -> None:
    if not driver.options.offers[0]:
        pytest.skip("the target offers no read")
    names, seed = driver.lane(70), driver.options.seed
    hard = valid_cases(driver.contract, names, seed)
    step = max(1, len(hard) // _READ)
    for judged in driver.verify([full_case(driver.contract, names), *hard[::step]]):
        if is_created(judged) and judged.project_id:
            finding = read_back(driver, judged)
            if finding is not None:
                driver.report(finding, judged.exchange)


@pytest.mark.stage(3)
def test_a_refused_request_leaves_nothing_and_does_not_use_up_its_external_id(driver: Driver) -> None:
    _needs_external_id(driver)
    names = driver.lane(71)
    for case in driver.mine(refused_samples(driver.contract, names, driver.options.seed)):
        refused = next(iter(driver.send([case])), None)
        body = json.loads(case.body or b"{}")
        if refused is None or refused.judgement.expectation.verdict is not Verdict.REJECT or refused.status >= 500:
            continue
        if driver.options.offers[1]:
            finding = left_behind(driver, refused, body[MARKED])
            if finding is not None:
                driver.report(finding, refused.exchange)
        second = json_case(
            {**json.loads(minimal_case(driver.contract, names).body or b"{}"), MARKED: body[MARKED]},
            family="state.external_id_after_refusal",
            aim="the externalId of a refused request is free",
        )
        again = driver.session.post(second)
        driver.exercised("state.refused_external_id_stays_free", negative=1)
        if 400 <= again.status < 500 and 400 <= refused.status < 500 and not again.exchange.repeat:
            finding = Finding(
                "state.refused_external_id_stays_free",
                "used up",
                "201: no project has this externalId",
                f"{again.status} after a refusal with {refused.status}",
                f"/{MARKED}",
            )
            driver.report(finding, again.exchange)


@pytest.mark.stage(3)
def test_a_second_use_of_an_external_id_is_answered_in_an_orderly_way(driver: Driver) -> None:
    _needs_external_id(driver)
    names = driver.lane(72)
    for together in driver.mine((False, True, True, True)):
        base = json.loads(minimal_case(driver.contract, names).body or b"{}")
        external_id = names.next()
        cases = [
            json_case(
                {**base, MARKED: external_id}, family="state.external_id_reuse", aim="a second use of an externalId"
            )
            for _ in range(4 if together else 2)
        ]
        judged = driver.session.post_all(cases, len(cases) if together else 1)
        driver.exercised("state.external_id_reuse", positive=max(0, len(judged) - 1))
        driver.conclude(judged)
        accepted = [answer for answer in judged if answer.status == 201]
        if judged and not accepted and all(400 <= answer.status < 500 for answer in judged):
            finding = Finding(
                "state.external_id_reuse",
                "none",
                "201 for one of the uses",
                f"{', '.join(str(answer.status) for answer in judged)}",
                f"/{MARKED}",
            )
            driver.report(finding, judged[0].exchange)
    driver.conclude([])


@pytest.mark.stage(4)
def test_an_empty_external_id_is_taken_where_no_project_has_it(driver: Driver) -> None:
    """A service may enforce uniqueness; it is held to the clause only where its list shows that nobody has the text."""
    _needs_external_id(driver)
    body = Companions(driver.contract, driver.names).body(company="full") | {MARKED: ""}
    for case in driver.mine([json_case(body, family="state.empty_external_id", aim="an empty externalId")]):
        answer = driver.session.post(case)
        driver.conclude([answer])
        if not 400 <= answer.status < 500 or answer.status == 409 or not driver.options.offers[1]:
            continue
        if nobody_has_external_id(driver, ""):
            owed, came = "201: no project has this externalId", str(answer.status)
            driver.report(Finding(f"request.{MARKED}.type", "refused", owed, came, f"/{MARKED}"), answer.exchange)


@pytest.mark.stage(4)
def test_requests_in_flight_together_are_answered_as_they_are_alone(driver: Driver) -> None:
    for round_ in driver.mine(range(3)):
        cases = overlapping_cases(driver.contract, driver.lane(80 + round_), driver.options.seed + round_)
        judged = driver.send(cases, connections=_AT_ONCE)
        driver.exercised("state.overlap", positive=len(judged))


@pytest.mark.stage(4)
def test_a_member_named_proto_leaves_no_trace(driver: Driver) -> None:
    for case, tell_tale in driver.mine(prototype_cases(driver.contract, driver.lane(85))):
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
