"""Requests that are refused, or fail, for a valid field are sent again without it."""

from __future__ import annotations

import json
from typing import Any

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.findings import REFUSED, Finding
from contracts.judgement import Judge
from contracts.secrets import Secrets
from strategies.unique_names import UniqueNames
from tests.harness.client.judged import Judged
from tests.harness.triage.masked_cases import MaskedCases

CONTRACT = load_contract()
JUDGE = Judge(CONTRACT, Limits(), Secrets("sk-Masked0123456789abcdefghijklmnopq"), "ctmask")
IDS, ITEM, MAIL = "globalConnectionExternalIds", "globalConnectionExternalIds.0 must be a word", "not an address"
JSON = (("Content-Type", "application/json"),)


def _ids(*items: object) -> dict[str, Any]:
    return {IDS: list(items)}


def _answer(message: str, status: int = 422, **members: Any) -> Judged:
    body = {"displayName": "Beta 2", **members}
    case = Case(json.dumps(body).encode())
    exchange = Exchange(case, Response(status, JSON, json.dumps({"detail": message}).encode()), number=1)
    return Judged(exchange, JUDGE.judge(exchange))


def _masked(*judged: Judged, budget: int | None = None, said: str = ITEM) -> list[set[str]]:
    masked = MaskedCases(CONTRACT, JUDGE, UniqueNames("ctmask"), budget)
    valid = _answer(said, **_ids("a b"))
    refusal = Finding(f"request.{IDS}.type", REFUSED, "201", "422", f"/{IDS}", (f"422 {said}",))
    masked.learn([(valid, refusal)])
    return [set(json.loads(case.body or b"")) for case in masked.again(judged)]


def test_an_invalid_request_that_is_refused_for_a_valid_field_is_sent_without_it() -> None:
    wrong = _answer(f"{MAIL}; {ITEM}", alertReceiverEmail="%", **_ids("a b"))
    assert _masked(wrong) == [{"displayName", "alertReceiverEmail"}]
    # The same message, without the name of the field.
    generic = "the request has errors in it"
    assert _masked(_answer(generic, alertReceiverEmail="%", **_ids("a b")), said=generic)


def test_a_valid_request_is_sent_without_the_field_for_which_it_is_refused_or_fails() -> None:
    assert _masked(_answer(ITEM, metadata={}, **_ids("a b"))) == [{"displayName", "metadata"}]
    masked = MaskedCases(CONTRACT, JUDGE, UniqueNames("ctmask"))
    failing = _answer("index is full", 500, externalId="x", metadata={"a": 1})
    assert not masked.again([failing])
    masked.learn_smallest(_answer("index is full", 500, externalId="y"))
    assert [set(json.loads(case.body or b"")) for case in masked.again([failing])] == [{"displayName", "metadata"}]
    assert not masked.again([failing]), "once"


def test_a_smallest_request_with_several_fields_or_a_wrong_one_shows_no_field() -> None:
    masked = MaskedCases(CONTRACT, JUDGE, UniqueNames("ctmask"))
    for smallest in (
        _answer("no", 500, externalId="y", metadata={}),
        _answer("no", 400, externalId=5),
        _answer("no", 201, externalId="y"),
    ):
        masked.learn_smallest(smallest)
    assert not masked.again([_answer("no", 500, externalId="x", metadata={}), _answer("no", 400, externalId="x")])


def test_other_refusals_are_not_sent_again() -> None:
    ids = _ids("a b")
    assert not _masked(_answer(MAIL, alertReceiverEmail="%", **ids))
    assert not _masked(_answer(ITEM, **_ids(5)))
    assert not _masked(_answer("", 500, alertReceiverEmail="%", **ids))


def test_a_small_budget_sends_few_again() -> None:
    wrong = [_answer(ITEM, alertReceiverEmail=email, **_ids("a b")) for email in "%&*"]
    assert len(_masked(*wrong, budget=150)) == 2
    assert not _masked(*wrong, budget=60)
