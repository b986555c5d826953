"""Triage of keys: a firewall that refuses bodies is distinguished from a service that refuses its key."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import VALID_AUTHORIZATION, Case, Exchange, Response
from contracts.judgement import Judge
from contracts.secrets import Secrets
from strategies.unique_names import UniqueNames
from tests.harness.client.judged import Judged
from tests.harness.triage.keys import KeyTriage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.triage.triage_requests import TriageRequests

CONTRACT = load_contract()
JUDGE = Judge(CONTRACT, Limits(), Secrets("sk-KeyTriage0123456789abcdefghijklmnop"), "ctkey")
JSON = (("Content-Type", "application/json"),)
FORBIDDEN = Response(403, JSON, b'{"message":"the key has no access to this project"}')
BLOCKED = Response(403, (("Content-Type", "text/html"),), b"<h1>Blocked by policy</h1>")


@dataclass
class Service:
    """Refuses bodies that hold ``drop table``, in one way, and wrong keys, in one way."""

    refusal: Response
    asked: list[Case] = field(default_factory=list)
    refuses: Callable[[int], bool] = lambda _: True

    def ask(self, case: Case) -> Judged:
        self.asked.append(case)
        if case.header("Authorization") != VALID_AUTHORIZATION:
            response = FORBIDDEN
        elif b"drop table" in (case.body or b"") and self.refuses(len(self.asked)):
            response = self.refusal
        else:
            response = Response(201, JSON, json.dumps({"id": "P" * 21}).encode())
        exchange = Exchange(case, response, number=len(self.asked))
        return Judged(exchange, JUDGE.judge(exchange))


def _is_of_the_body(service: Service, **changes: Any) -> bool:
    triage = KeyTriage(cast("TriageRequests", service), CONTRACT, UniqueNames("ctkey"))
    refused = service.ask(Case(b'{"displayName":"drop table users"}', **changes))
    return triage.is_caused_by_body(refused)


def test_a_body_that_is_refused_in_another_way_than_a_wrong_key_is_to_blame() -> None:
    assert _is_of_the_body(Service(BLOCKED))


@pytest.mark.parametrize(
    "service",
    [
        pytest.param(Service(FORBIDDEN), id="in the way of a wrong key"),
        pytest.param(Service(BLOCKED, refuses=lambda number: number == 1), id="once"),
    ],
)
def test_the_key_is_blamed_if_nothing_else_explains_the_refusal(service: Service) -> None:
    assert not _is_of_the_body(service)


def test_another_spelling_of_the_key_is_its_own_reason() -> None:
    service = Service(BLOCKED)
    assert not _is_of_the_body(service, headers=(("Authorization", "bearer {key}"), *JSON))
    assert len(service.asked) == 1
