"""Bodies that Hypothesis makes up and shrinks: valid ones, ones with one broken promise, open ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strategies.adversarial_bodies import adversarial_bodies
from strategies.unspecified_bodies import unspecified_bodies
from strategies.valid_bodies import valid_bodies

if TYPE_CHECKING:
    from tests.harness.driver import Driver


@pytest.mark.stage(6)
def test_random_valid_bodies_are_created(driver: Driver) -> None:
    driver.explore(valid_bodies(driver.contract), 2 * driver.profile.examples)


@pytest.mark.stage(6)
def test_a_random_body_with_one_broken_promise_is_refused(driver: Driver) -> None:
    driver.explore(adversarial_bodies(driver.contract), 2 * driver.profile.examples)


@pytest.mark.stage(7)
def test_random_bodies_that_the_page_leaves_open_are_answered_in_an_orderly_way(driver: Driver) -> None:
    driver.explore(unspecified_bodies(driver.contract), driver.profile.examples)
