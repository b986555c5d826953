"""Requests that stop a service are recognised and not sent again."""

from __future__ import annotations

import json
from typing import Any

from contracts.document import load_contract
from contracts.exchange import Case, Exchange
from contracts.expectation import Expectation, Expected
from contracts.judgement import Judgement
from contracts.oracle import Oracle
from tests.harness.client.fatal_requests import FatalRequests, Outage

ORACLE = Oracle(load_contract())
JUDGEMENT = Judgement(Expectation(Expected.CREATED), (), (), ())


def _request(**members: Any) -> tuple[Case, Expectation]:
    case = Case(json.dumps({"displayName": "a", **members}).encode())
    return case, ORACLE.expect(case)


def _fatal(*cases: tuple[Case, Expectation]) -> FatalRequests:
    fatal = FatalRequests()
    fatal.note_answered(*_request(externalId="b", metadata={"a": ["b"]}))
    for case in cases:
        fatal.add(*case)
    return fatal


def test_nothing_is_left_out_of_a_service_that_stays_up() -> None:
    assert not _fatal().suspicion(*_request(externalId="\0"))


def test_the_same_again_is_left_out_and_the_rest_is_sent() -> None:
    fatal = _fatal(_request(externalId="a\0b"))
    assert fatal.suspicion(*_request(externalId="\0")) == "U+0000"
    assert not fatal.suspicion(*_request(externalId="c"))


def test_requests_with_a_part_of_the_suspicion_are_sent_to_narrow_it() -> None:
    fatal = _fatal(_request(externalId="a\0b"))
    elsewhere = _request(metadata={"a\0": 1})
    assert not fatal.suspicion(*elsewhere)
    fatal.add(*elsewhere)
    assert fatal.suspicion(*_request(alertReceiverEmail="\0"))


def test_an_answered_request_is_no_longer_suspected() -> None:
    fatal = _fatal(_request(externalId="a\0b"))
    fatal.note_answered(*_request(externalId="c\0d"))
    assert not fatal.suspicion(*_request(externalId="\0"))


def _recorded(*, is_fatal: bool) -> list[Judgement | None]:
    fatal, recorded = _fatal(), []
    outage = Outage(fatal, lambda _, judgement: recorded.append(judgement))
    with outage:
        with outage:
            outage.broke(Exchange(_request()[0], None), JUDGEMENT)
        assert not recorded
        if is_fatal:
            fatal.add(*_request(externalId="\0"))
    return recorded


def test_a_failure_concurrent_with_a_fatal_request_proves_nothing() -> None:
    assert _recorded(is_fatal=True) == [None]
    assert _recorded(is_fatal=False) == [JUDGEMENT]
