"""The clauses that an exchange exercises, and when a clause is kept, partial, or not exercised."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from contracts.checks.context import Context, Limits
from contracts.clause import INVALID, VALID, Clause
from contracts.clauses import catalogue
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Failure, Response
from contracts.findings import Level, Outcome
from contracts.judgement import CHECKS, Judge, Judgement
from contracts.secrets import Secrets
from contracts.verdict import ClauseResult
from tests.selftest.history_samples import answers_correctly, breaks_promises, cases

CONTRACT = load_contract()
JUDGE = Judge(CONTRACT, Limits(), Secrets("sk-Counting0123456789abcdefghijklmnopqrstuv"))


def _judged(status: int, body: Any, **case: Any) -> Judgement:
    sent = Case(json.dumps(body).encode(), **case)
    headers = (("content-type", "application/json"),)
    return JUDGE.judge(Exchange(sent, Response(status, headers, b'{"message":"no"}'), elapsed=0.01))


@pytest.mark.parametrize(
    ("sides", "positive", "negative", "outcome", "missing"),
    [
        ((VALID, INVALID), 3, 2, Outcome.PASS, ()),
        ((VALID, INVALID), 16, 0, Outcome.PARTIAL, (INVALID,)),
        ((VALID, INVALID), 0, 9, Outcome.PARTIAL, (VALID,)),
        ((VALID, INVALID), 0, 0, None, (VALID, INVALID)),
        ((INVALID,), 40, 0, None, (INVALID,)),
        ((INVALID,), 0, 1, Outcome.PASS, ()),
        ((VALID,), 0, 5, None, (VALID,)),
        ((), 0, 1, Outcome.PASS, ()),
        ((), 0, 0, None, ()),
    ],
)
def test_a_clause_is_kept_where_every_side_of_it_was_exercised(
    sides: tuple[str, ...], positive: int, negative: int, outcome: Outcome | None, missing: tuple[str, ...]
) -> None:
    clause = Clause("request.name.type", Level.DOCUMENTED, "promise", "statement", "source", sides)
    result = ClauseResult(clause, positive, negative)
    assert (result.outcome, result.missing) == (outcome, missing)


def test_one_valid_request_shows_nothing_of_what_is_refused() -> None:
    judged = _judged(201, {"displayName": "only this"})
    assert "request.displayName.type" in judged.positive
    assert "request.displayName.required" not in judged.positive
    assert "request.displayName.null" not in judged.positive
    assert "request.combination" not in judged.positive
    assert {"request.metadata.optional", "authorization.accepted"} <= set(judged.positive)


def test_what_a_body_holds_does_not_show_that_it_may_be_left_out() -> None:
    judged = _judged(201, {"displayName": "a", "externalId": "b"})
    assert "request.combination" in judged.positive
    assert "request.externalId.optional" not in judged.positive
    assert "request.poolId.optional" not in judged.positive  # no field of the page


@pytest.mark.parametrize(("status", "counts"), [(400, True), (201, True), (503, False)])
def test_an_error_of_the_server_shows_nothing_of_the_clause_that_was_broken(status: int, counts: bool) -> None:
    judged = _judged(status, {"displayName": 5})
    assert ("request.displayName.type" in judged.negative) is counts


@pytest.mark.parametrize(
    ("headers", "clause"),
    [
        ((("Content-Type", "application/json"),), "advisory.challenge"),
        (
            (("Content-Type", "text/csv"), ("Authorization", "Bearer {key}")),
            "advisory.unsupported_media_type",
        ),
    ],
)
def test_advisory_clauses_count_the_refusals_that_they_are_about(
    headers: tuple[tuple[str, str], ...], clause: str
) -> None:
    assert clause in _judged(415, {"displayName": "a"}, headers=headers).negative
    assert clause not in _judged(400, {"displayName": None}).negative


def test_a_request_without_a_response_counts_for_the_service_alone() -> None:
    judged = JUDGE.judge(Exchange(Case(b'{"displayName":"a"}'), None, failure=Failure("reset", "by peer"), elapsed=0.1))
    assert set(judged.positive) == {"service.answers", "service.time"}


@pytest.mark.parametrize("answers", [answers_correctly, breaks_promises])
def test_a_check_finds_and_counts_only_the_clauses_that_it_declares(answers: Any) -> None:
    seen: set[str] = set()
    for case in cases(60):
        expected = JUDGE.expect(case)
        response = answers(case, expected, Response(201, (("content-type", "application/json"),), b'{"id":"x"}'))
        if not isinstance(response, Response):
            continue
        context = Context(CONTRACT, Exchange(case, response), expected, Limits(), JUDGE.secrets)
        for check in CHECKS:
            declared = [*(f.clause for f in check(context)), *check.count(context)]
            assert all(any(fnmatchcase(clause, p) for p in check.clauses) for clause in declared), check.name
            seen.update(declared)
    assert len(seen) > 10  # something was looked at


def test_what_a_check_declares_is_in_the_catalogue() -> None:
    for check in CHECKS:
        for pattern in check.clauses:
            assert any(fnmatchcase(clause, pattern) for clause in catalogue(CONTRACT)), (check.name, pattern)
