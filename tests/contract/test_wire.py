"""HTTP: malformed JSON, encodings, media types, authorization, and UNSPECIFIED requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contracts.exchange import Case
from contracts.findings import Finding
from strategies.cases.state_cases import connection_pairs

if TYPE_CHECKING:
    from tests.harness.driver import Driver


@pytest.mark.sends("authorization")
def test_without_the_right_key_nothing_is_created(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.sends("authorization spellings")
def test_other_spellings_of_the_scheme_are_accepted_or_refused(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.sends("malformed")
def test_malformed_json_is_refused(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.sends("encodings")
def test_bytes_that_are_not_utf_8_are_refused(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.sends("media types")
def test_a_body_of_another_media_type_is_refused(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.sends("unspecified")
def test_an_unspecified_request_is_accepted_or_refused(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.sends("framing")
def test_chunked_requests_and_compressed_responses_are_supported(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


def test_a_request_gets_the_same_response_on_a_used_and_on_a_new_connection(driver: Driver) -> None:
    """Earlier requests on a connection must not affect whether a request is accepted."""
    for first, second in driver.my_shard(connection_pairs(driver.contract, driver.id_range(74))):
        driver.session.reconnect()
        judged = [driver.session.post(first), driver.session.post(second)]
        driver.exercised("service.connections", positive=int(driver.session.target.keep_alive.is_possible))
        driver.conclude(judged)


@pytest.mark.sends("large bodies")
def test_a_large_body_is_accepted_or_refused(driver: Driver, cases: list[Case]) -> None:
    for case in driver.my_shard(cases):
        answer = driver.session.post(case)
        driver.conclude([answer])
        # The list of projects with it is as large.
        large = answer.project_id
        if large and driver.options.deletes and driver.session.projects.owns(large):
            driver.session.delete(large)


def test_another_method_is_refused(driver: Driver) -> None:
    """The body is not a project, so that nothing is created if a service treats the method as POST."""
    for method in driver.my_shard(("PUT", "PATCH")):
        exchange = driver.session.send_unjudged(Case(b"[]", method=method, case_set="wire.methods"))
        driver.exercised("advisory.other_methods", negative=1)
        if exchange.status >= 500:
            driver.history.finding(Finding("advisory.other_methods", method, "a 4xx", str(exchange.status)), exchange)
