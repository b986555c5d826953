"""The wire: malformed JSON, encodings, media types, authorization, and what the page leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.driver import Driver


@pytest.mark.stage(2)
@pytest.mark.sends("authorization")
def test_without_the_right_key_nothing_is_created(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.stage(5)
@pytest.mark.sends("authorization spellings")
def test_other_spellings_of_the_scheme_are_answered_in_an_orderly_way(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.stage(2)
@pytest.mark.sends("malformed")
def test_a_text_that_is_no_json_is_refused(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.stage(3)
@pytest.mark.sends("encodings")
def test_bytes_that_are_not_utf_8_are_refused(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.stage(3)
@pytest.mark.sends("media types")
def test_a_body_of_another_media_type_is_refused(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.stage(3)
@pytest.mark.sends("unspecified")
def test_what_the_page_leaves_open_is_answered_in_an_orderly_way(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)
