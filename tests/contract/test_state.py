"""State: created projects can be read back, requests do not affect one another, and nothing leaks into later ones."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from contracts.findings import Finding
from strategies.cases.baseline_cases import minimal_case
from strategies.cases.case_sets import OVERLAPS
from strategies.cases.state_cases import prototype_cases
from tests.harness.state_checks.lookups import read_back

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.driver import Driver

#: The number of concurrent requests in the test of concurrency.
_AT_ONCE = 12
#: Seconds after which every replica of a database is up to date.
_SETTLED = 3.0


@pytest.mark.sends("read back")
def test_a_project_reads_back_as_it_was_created(driver: Driver, cases: list[Case]) -> None:
    if not driver.options.offers.reads:
        pytest.skip("the target offers no read")
    created = [judged for judged in driver.verify(cases) if judged.is_created and judged.project_id]
    driver.report_each(created, partial(read_back, driver))
    if driver.reads_lag:
        # A project that was visible once must stay visible, on every replica after some time.
        time.sleep(_SETTLED)
        driver.report_each(2 * created, partial(read_back, driver, patient=False))


def test_the_same_request_twice_creates_two_projects(driver: Driver) -> None:
    """Without an externalId nothing identifies a repetition; the ids are compared at the end."""
    case = minimal_case(driver.contract, driver.names)
    for _ in driver.my_shard((case,)):
        driver.conclude(driver.session.post_all([case, case], 1))


@pytest.mark.sends(*OVERLAPS)
def test_concurrent_requests_get_the_same_responses_as_sequential_ones(driver: Driver, sets: list[list[Case]]) -> None:
    for cases in driver.my_shard(sets):
        judged = driver.send(cases, connections=_AT_ONCE)
        driver.exercised("state.overlap", positive=len(judged))


def test_a_member_named_proto_does_not_affect_later_responses(driver: Driver) -> None:
    """A careless merge of such a body changes the prototype of all objects of a JavaScript service."""
    for case, tell_tale in driver.my_shard(prototype_cases(driver.contract, driver.id_range(85))):
        driver.conclude([driver.session.post(case)])
        after = driver.session.post(minimal_case(driver.contract, driver.names))
        driver.exercised("state.prototype_untouched", negative=1)
        body = after.exchange.response.body if after.exchange.response else b""
        if tell_tale.encode() in body:
            expected = "an answer without a trace of __proto__"
            finding = Finding("state.prototype_untouched", "trace", expected, f"it holds {tell_tale}")
            driver.report(finding, after.exchange)
        driver.conclude([after])
