"""The most effective cases, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.generation.case_prefetcher import FIRST, FURTHER, PRIORITY
from tests.harness.state_checks.lookups import read_back
from tests.harness.state_checks.untracked_projects import report_untracked

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.driver import Driver


@pytest.mark.smoke
@pytest.mark.sends(FIRST.name)
def test_a_project_with_hard_values_is_created_and_reads_back(driver: Driver, cases: list[Case]) -> None:
    """Valid and invalid requests at once, where the order need not be the same in every run."""
    at_once = None if driver.profile.deterministic or driver.options.connections else len(cases)
    answers = driver.verify(cases, at_once)
    created = [judged for judged in answers if judged.is_created and judged.project_id]
    for judged in created[:1] if driver.options.offers.reads else ():
        finding = read_back(driver, judged)
        if finding is not None:
            driver.report(finding, judged.exchange)
    report_untracked(driver, answers)


@pytest.mark.smoke
@pytest.mark.sends(PRIORITY.name)
def test_the_priority_cases_keep_the_contract(driver: Driver, cases: list[Case]) -> None:
    report_untracked(driver, driver.verify_in_portions(cases))


@pytest.mark.sends(FURTHER.name)
def test_further_priority_cases_keep_the_contract(driver: Driver, cases: list[Case]) -> None:
    report_untracked(driver, driver.verify(cases))


@pytest.mark.sends("late priority")
def test_the_last_priority_cases_keep_the_contract(driver: Driver, cases: list[Case]) -> None:
    report_untracked(driver, driver.verify(cases))
