"""Triage of sizes: a body is too large if the simplest request of its size is refused in the same way."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
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
from tests.harness.triage.forms import FormTriage

if TYPE_CHECKING:
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

    def ask(self, case: Case) -> Judged:
        self.asked.append(case)
        body = case.body or b""
        message = LARGE if len(body) >= 4_000 else TEAMS if b"team" in body else None
        response = (
            Response(400, JSON, message) if message else Response(201, JSON, json.dumps({"id": "P" * 21}).encode())
        )
        exchange = Exchange(case, response, number=len(self.asked))
        return Judged(exchange, JUDGE.judge(exchange))


def _body(size: int, **metadata: str) -> Case:
    return Case(json.dumps({"displayName": "a", "metadata": {**metadata, "text": "x" * size}}).encode())


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
    triage = FormTriage(
        cast("TriageRequests", service), cast("ConnectionTriage", None), CONTRACT, UniqueNames("ctform")
    )
    (refusal,) = (found for found in service.ask(case).findings if found.cause == REFUSED)
    assert triage.is_too_large(case, refusal) == is_too_large


def test_a_body_is_too_large_only_with_the_same_message() -> None:
    service = Service()
    triage = FormTriage(
        cast("TriageRequests", service), cast("ConnectionTriage", None), CONTRACT, UniqueNames("ctform")
    )
    (large,) = (found for found in service.ask(_body(5_000)).findings if found.cause == REFUSED)
    (team,) = (found for found in service.ask(_body(10, team="a")).findings if found.cause == REFUSED)
    assert triage.is_too_large(_body(5_000), large)
    assert not triage.is_too_large(_body(6_000, team="a"), team)
    asked = len(service.asked)
    assert triage.is_too_large(_body(6_000), large)
    assert len(service.asked) == asked
