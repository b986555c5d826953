"""Values: hard ones that must be accepted and returned unchanged, wrong types that must be refused, combinations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.state_checks.untracked_projects import report_untracked

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.driver import Driver


@pytest.mark.sends("wrong kinds")
def test_a_value_of_the_wrong_kind_is_refused(driver: Driver, cases: list[Case]) -> None:
    report_untracked(driver, driver.verify(cases))


@pytest.mark.sends("wrong in context")
def test_a_wrong_value_is_refused_in_every_context(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.sends("valid values")
def test_every_valid_value_is_accepted_and_returned_unchanged(driver: Driver, cases: list[Case]) -> None:
    report_untracked(driver, driver.verify(cases))


@pytest.mark.sends("combinations")
def test_valid_values_are_accepted_in_every_combination(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)
