"""Bodies that Hypothesis generates and shrinks: valid ones, ones with one broken promise, UNSPECIFIED ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from strategies import adversarial_bodies, batches, unspecified_bodies, valid_bodies

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.driver import Driver


@pytest.mark.stage(10)
@given(bodies=batches(valid_bodies()))
def test_random_valid_bodies_are_created(driver: Driver, bodies: list[Case]) -> None:
    driver.check(bodies)


@pytest.mark.stage(10)
@given(bodies=batches(adversarial_bodies()))
def test_a_random_body_with_one_broken_promise_is_refused(driver: Driver, bodies: list[Case]) -> None:
    driver.check(bodies)


@pytest.mark.stage(11)
@given(bodies=batches(unspecified_bodies()))
def test_random_bodies_that_the_page_leaves_open_are_accepted_or_refused(driver: Driver, bodies: list[Case]) -> None:
    driver.check(bodies)
