"""The most effective cases, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.case_prefetcher import FIRST, PRIORITY
from tests.harness.client.judged import is_created
from tests.harness.lookups import listed_twice, read_back

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.driver import Driver


@pytest.mark.stage(0)
@pytest.mark.sends(FIRST.name)
def test_a_project_with_hard_values_is_created_and_reads_back(driver: Driver, cases: list[Case]) -> None:
    """Valid and invalid requests at once, where the order need not be the same in every run."""
    at_once = None if driver.profile.deterministic or driver.options.connections else len(cases)
    created = [judged for judged in driver.verify(cases, at_once) if is_created(judged) and judged.project_id]
    for judged in created[:1] if driver.options.offers[0] else ():
        finding = read_back(driver, judged)
        if finding is not None:
            driver.report(finding, judged.exchange)
    # A run of these cases alone has few requests, and looks at the list soon anyway.
    if created and driver.options.offers[1] and not driver.profile.priority_only:
        for judged, finding in listed_twice(driver, created):
            driver.report(finding, judged.exchange)


@pytest.mark.stage(0)
@pytest.mark.sends(PRIORITY.name)
def test_the_priority_cases_keep_the_contract(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)
