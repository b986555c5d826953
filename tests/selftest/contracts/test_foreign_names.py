"""A name of the run in a response belongs to another request unless this one sent it, in whatever form."""

from __future__ import annotations

import json

import pytest

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.judgement import Judge
from contracts.secrets import Secrets

JUDGE = Judge(load_contract(), Limits(), Secrets("sk-Names0123456789abcdefghijklmnopqrstuvwxyz"), "ctabcdefghjk")
OWN, OTHER = "ctabcdefghjk-1001", "ctabcdefghjk-1002"


def _clauses(body: str, said: str) -> set[str]:
    answered = Response(400, (("content-type", "application/json"),), json.dumps({"message": said}).encode())
    return {finding.clause for finding in JUDGE.judge(Exchange(Case(body.encode()), answered, elapsed=0.01)).findings}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f'{{"displayName": "{OWN}."}}', OWN),
        (f'{{"displayName": "{OWN}."}}', f"invalid: {OWN[:-2]}"),
        (f'{{"displayName": "\\u0063{OWN[1:]}."}}', OWN),
        (f'{{"displayName": "{OWN}", "displayName": null}}', OWN),
        (f'{{"displayName": null, "metadata": {{"{OWN}": 1}}}}', OWN),
    ],
)
def test_what_a_request_sent_may_be_repeated(body: str, said: str) -> None:
    assert "service.error_leaks_nothing" not in _clauses(body, said)


def test_what_another_one_sent_must_not() -> None:
    assert "service.error_leaks_nothing" in _clauses(f'{{"displayName": "{OWN}."}}', OTHER)
