"""Triage of sizes: a body is too large if the simplest request of its size is refused in the same way."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import pytest

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.findings import REFUSED
from contracts.judgement import Judge
from contracts.secrets import Secrets
from strategies.unique_names import UniqueNames
from tests.harness.client.judged import Judged
from tests.harness.triage.forms import TOO_LARGE, FormTriage

if TYPE_CHECKING:
    from contracts.findings import Finding
    from tests.harness.triage.connections import ConnectionTriage
    from tests.harness.triage.triage_requests import TriageRequests

CONTRACT = load_contract()
JUDGE = Judge(CONTRACT, Limits(), Secrets("sk-FormTriage0123456789abcdefghijklm"), "ctform")
JSON = (("Content-Type", "application/json"),)
LARGE, TEAMS = b'{"message":"entity exceeds quota"}', b'{"message":"team is unknown"}'
CREATED = b'{"id":"PPPPPPPPPPPPPPPPPPPPP"}'


@dataclass
class Service:
    """Refuses bodies of 4,000 bytes with one message, and smaller ones with a team with another one."""

    are_spent: bool = False
    asked: list[Case] = field(default_factory=list)
    #: The status of all further requests; 0 for the one of the body.
    later: int = 0

    def ask(self, case: Case) -> Judged:
        self.asked.append(case)
        body = case.body or b""
        message = LARGE if len(body) >= 4_000 else TEAMS if b"team" in body else None
        response = (
            Response(400, JSON, message) if message else Response(201, JSON, json.dumps({"id": "P" * 21}).encode())
        )
        if self.later:
            response = Response(self.later, JSON, b'{"message":"later"}')
        exchange = Exchange(case, response, number=len(self.asked))
        return Judged(exchange, JUDGE.judge(exchange))


def _body(size: int, **metadata: str) -> Case:
    return Case(json.dumps({"displayName": "a", "metadata": {**metadata, "text": "x" * size}}).encode())


def _triage(service: Service) -> FormTriage:
    return FormTriage(cast("TriageRequests", service), cast("ConnectionTriage", None), CONTRACT, UniqueNames("ctform"))


def _refusal(answer: Judged) -> Finding:
    (refusal,) = (found for found in answer.findings if found.cause == REFUSED)
    return refusal


@pytest.mark.parametrize(
    ("case", "is_too_large"),
    [
        (_body(5_000), True),
        (_body(5_000, team="a"), True),
        (_body(2_000, team="a"), False),
        (_body(10, team="a"), False),
    ],
)
def test_a_body_is_too_large_if_the_simplest_body_of_its_size_is_refused(case: Case, *, is_too_large: bool) -> None:
    service = Service()
    answer = service.ask(case)
    assert _triage(service).is_too_large(answer, _refusal(answer)) == is_too_large


def test_no_body_is_too_large_if_the_simplest_one_is_refused_at_any_size() -> None:
    service = Service(later=422)  # such as for a field that it demands
    answer = service.ask(_body(5_000))
    assert not _triage(service).is_too_large(answer, _refusal(answer))


def test_a_body_is_too_large_with_another_message_too_unless_that_names_a_field() -> None:
    service = Service()
    triage = _triage(service)
    large, larger = service.ask(_body(5_000)), service.ask(_body(6_000))
    assert triage.is_too_large(large, _refusal(large))
    asked = len(service.asked)
    assert triage.is_too_large(larger, _refusal(larger))
    cut = _with_message(larger, b'{"message":"unexpected end of input"}')
    assert triage.is_too_large(cut, _refusal(cut))
    assert len(service.asked) == asked
    named = _with_message(larger, b'{"message":"metadata.team is unknown"}')
    assert not triage.is_too_large(named, _refusal(named))


def _with_message(answer: Judged, message: bytes) -> Judged:
    exchange = replace(answer.exchange, response=Response(400, JSON, message))
    return Judged(exchange, JUDGE.judge(exchange))


@pytest.mark.parametrize("status", [400, 409, 500])
def test_a_refusal_is_of_the_moment_only_if_the_request_is_accepted_later(status: int) -> None:
    service = Service()
    answer = service.ask(_body(10, team="a"))
    triage = _triage(service)
    service.later = status
    assert not triage.of_the_moment(answer, _refusal(answer))
    assert triage.passing is None


def test_a_form_is_not_the_reason_if_the_plain_body_is_refused_at_the_same_size() -> None:
    service = Service()
    text = "".join(f"\\u{ord(char):04x}" for char in "x" * 900)
    answer = service.ask(Case(b'{"displayName":"a","metadata":{"text":"%s"}}' % text.encode()))
    body = answer.judgement.expectation.body
    assert isinstance(body, dict)
    assert _triage(service).blame(answer, _refusal(answer), body) == TOO_LARGE
