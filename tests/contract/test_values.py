"""Values: hard ones that are owed a 201 and an exact echo, wrong kinds that are owed a 4xx, combinations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strategies.covering import covering_cases
from strategies.values import valid_cases, wrong_in_company_cases, wrong_kind_cases

if TYPE_CHECKING:
    from tests.contract.driver import Driver


@pytest.mark.stage(1)
def test_a_value_of_the_wrong_kind_is_refused(driver: Driver) -> None:
    driver.verify(driver.remaining(wrong_kind_cases(driver.contract, driver.lane(30), driver.options.seed)))


@pytest.mark.stage(3)
def test_a_wrong_value_is_refused_whatever_stands_beside_it(driver: Driver) -> None:
    driver.verify(driver.remaining(wrong_in_company_cases(driver.contract, driver.lane(31), driver.options.seed)))


@pytest.mark.stage(1)
def test_every_valid_value_is_created_and_comes_back_unchanged(driver: Driver) -> None:
    driver.verify(driver.remaining(valid_cases(driver.contract, driver.lane(40), driver.options.seed)))


@pytest.mark.stage(4)
def test_valid_values_are_created_in_every_combination(driver: Driver) -> None:
    strength = driver.profile.strength
    driver.verify(covering_cases(driver.contract, driver.lane(50), driver.options.seed, strength=strength))
