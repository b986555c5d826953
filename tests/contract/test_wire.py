"""The wire: malformed JSON, encodings, media types, authorization, and what the page leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strategies.authorization import authorization_cases, authorization_spelling_cases
from strategies.unusual import unusual_cases
from strategies.wire import encoding_cases, malformed_cases, media_type_cases

if TYPE_CHECKING:
    from tests.contract.driver import Driver


@pytest.mark.stage(1)
def test_without_the_right_key_nothing_is_created(driver: Driver) -> None:
    driver.verify(driver.remaining(authorization_cases(driver.contract, driver.lane(60), driver.options.seed)))


@pytest.mark.stage(4)
def test_other_spellings_of_the_scheme_are_answered_in_an_orderly_way(driver: Driver) -> None:
    driver.verify(driver.remaining(authorization_spelling_cases(driver.contract, driver.lane(65), driver.options.seed)))


@pytest.mark.stage(1)
def test_a_text_that_is_no_json_is_refused(driver: Driver) -> None:
    driver.verify(driver.remaining(malformed_cases(driver.contract, driver.lane(61), driver.options.seed)))


@pytest.mark.stage(2)
def test_bytes_that_are_not_utf_8_are_refused(driver: Driver) -> None:
    driver.verify(driver.remaining(encoding_cases(driver.contract, driver.lane(62), driver.options.seed)))


@pytest.mark.stage(2)
def test_a_body_of_another_media_type_is_refused(driver: Driver) -> None:
    driver.verify(driver.remaining(media_type_cases(driver.contract, driver.lane(63), driver.options.seed)))


@pytest.mark.stage(2)
def test_what_the_page_leaves_open_is_answered_in_an_orderly_way(driver: Driver) -> None:
    driver.verify(driver.remaining(unusual_cases(driver.contract, driver.lane(64), driver.options.seed)))
