"""Triage of conflicts: a new externalId that is refused as one in use, whatever makes the two equal."""

from __future__ import annotations

import json
import unicodedata
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
from tests.harness.triage.conflicts import NEW_ID, ConflictTriage

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.findings import Finding
    from tests.harness.triage.triage_requests import TriageRequests

CONTRACT = load_contract()
JSON = (("Content-Type", "application/json"),)


@dataclass
class Service:
    """Refuses an externalId whose key is in use, and names that are marked as taken."""

    key: Callable[[str], str]
    message: bytes = b'{"message":"exists"}'
    judge: Judge = field(
        default_factory=lambda: Judge(CONTRACT, Limits(), Secrets("sk-Conflicts0123456789abcdefghijklmn"), "ctconf")
    )
    used: set[str] = field(default_factory=set)
    asked: int = 0

    def ask(self, case: Case) -> Judged:
        self.asked += 1
        body = json.loads(case.body or b"{}")
        key = self.key(body["externalId"]) if "externalId" in body else None
        is_taken = key in self.used or "taken" in body["displayName"]
        self.used.update([key] if key is not None and not is_taken else ())
        created = Response(201, JSON, json.dumps({"id": "P" * 21}).encode())
        exchange = Exchange(case, Response(409, JSON, self.message) if is_taken else created, number=self.asked)
        return Judged(exchange, self.judge.judge(exchange))


def _attributed(service: Service, first: dict[str, str], second: dict[str, str]) -> Finding | None:
    triage = ConflictTriage(cast("TriageRequests", service), CONTRACT, UniqueNames("ctconf"))
    for body in (first, second):
        answer = service.ask(Case(json.dumps(body).encode()))
        triage.learn(answer)
    (refusal,) = (found for found in answer.findings if found.cause == REFUSED)
    return triage.attributed(answer, refusal)


@pytest.mark.parametrize(
    ("key", "second", "words"),
    [
        (str.lower, "ctconf-81 LINE-ö7", "only in case"),
        (str.rstrip, "ctconf-81 line-ö7 ", "only in white space at an end"),
        (lambda text: unicodedata.normalize("NFC", text), "ctconf-81 line-o\u03087", "only in Unicode normalization"),
    ],
)
def test_what_a_refused_id_and_an_earlier_one_differ_in_is_reported(
    key: Callable[[str], str], second: str, words: str
) -> None:
    first = {"displayName": "Depot", "externalId": "ctconf-81 line-ö7"}
    found = _attributed(Service(key), first, {"displayName": "Quay", "externalId": second})
    assert found is not None
    assert (found.clause, found.where) == (NEW_ID, "/externalId")
    assert words in found.received


def test_ids_that_are_cut_are_one_kind_of_conflict() -> None:
    first = {"displayName": "Depot", "externalId": "ctconf-81 " + "x" * 70}
    found = _attributed(
        Service(lambda text: text[:60]), first, {"displayName": "Quay", "externalId": "ctconf-81 " + "x" * 69 + "y"}
    )
    assert found is not None
    assert found.clause == NEW_ID
    assert "only at its end" in found.received


def test_a_name_that_is_taken_is_no_conflict_of_ids() -> None:
    first, second = (
        {"displayName": "Depot", "externalId": "ctconf-81 t"},
        {"displayName": "taken", "externalId": "ctconf-82 t"},
    )
    assert _attributed(Service(str), first, second) is None
    named = Service(str.lower, b'{"message":"displayName exists"}')
    assert _attributed(named, first, {"displayName": "Quay", "externalId": "ctconf-81 T"}) is None
