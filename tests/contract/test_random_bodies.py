"""Bodies that Hypothesis generates and shrinks: valid ones, ones with one broken promise, UNSPECIFIED ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given

from strategies import adversarial_bodies, batches, unspecified_bodies, valid_bodies

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.driver import Driver


@given(bodies=batches(valid_bodies()))
def test_a_random_valid_body_is_accepted(driver: Driver, bodies: list[Case]) -> None:
    driver.check(bodies)


@given(bodies=batches(adversarial_bodies()))
def test_a_random_body_with_one_broken_promise_is_refused(driver: Driver, bodies: list[Case]) -> None:
    driver.check(bodies)


@given(bodies=batches(unspecified_bodies()))
def test_a_random_unspecified_body_is_accepted_or_refused(driver: Driver, bodies: list[Case]) -> None:
    driver.check(bodies)
