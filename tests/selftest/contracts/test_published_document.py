"""Findings that a published document allows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contracts.checks.context import Limits
from contracts.deviations import Deviations
from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.drift.openapi import read_openapi
from contracts.exchange import Case, Exchange, Response
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.judgement import Judge
from contracts.published_document import SNAPSHOT, PublishedDocuments, to_record
from contracts.root_causes.root_cause import RootCauses
from contracts.secrets import Secrets
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from contracts.root_causes.root_cause import RootCause

CONTRACT = load_contract()
PROJECT = json.loads((DATA / "observed-exchanges.jsonl").read_text().splitlines()[0])["response"]["json"]


def _cause(body: dict[str, Any], response: dict[str, Any]) -> RootCause:
    """What one exchange breaks first."""
    answer = Response(201, (("Content-Type", "application/json"),), json.dumps(response).encode())
    exchange = Exchange(Case(json.dumps(body).encode()), answer)
    finding = Judge(CONTRACT, Limits(), Secrets.absent()).judge(exchange).findings[0]
    causes = RootCauses(Deviations.none())
    causes.add(finding, ExchangeRecord.of(exchange))
    return next(iter(causes))


def _allowing(cause: RootCause, *documents: dict[str, Any], contract: str = str(DEFAULT_DOCUMENT)) -> str:
    published = PublishedDocuments()
    for document in documents:
        published.add(to_record(read_openapi(document, "given.json")))
    return published.allowing(cause, "", contract)


METADATA = _cause({"displayName": "a"}, {**PROJECT, "displayName": "a", "externalId": None, "metadata": None})
NAME = _cause({"displayName": "a.b"}, {**PROJECT, "displayName": "a.b", "externalId": None})


def test_the_snapshot_allows_null_metadata_and_no_dot_in_a_name() -> None:
    assert METADATA.clause == "response.201.metadata.null"
    assert _allowing(METADATA) == f"contracts/{SNAPSHOT.name}"
    assert NAME.clause == "request.displayName.pattern"
    assert _allowing(NAME) == ""


def test_nothing_is_said_of_a_case_that_breaks_the_contract_only_with_others() -> None:
    # The second of two ids that the service makes one: refused, and right by itself.
    body = {"displayName": "a", "externalId": "x "}
    exchange = Exchange(Case(json.dumps(body).encode()), Response(409, (("Content-Type", "application/json"),), b"{}"))
    causes = RootCauses(Deviations.none())
    causes.add(
        Finding("response.201.externalId.echo", "changed", "e", "409", "/externalId"), ExchangeRecord.of(exchange)
    )
    assert _allowing(next(iter(causes))) == ""


def test_a_document_that_is_given_counts_instead_of_the_snapshot() -> None:
    given = json.loads(SNAPSHOT.read_text())
    schemas = given["components"]["schemas"]
    for schema in schemas.values():
        schema["properties"]["metadata"] = {"type": "object"}
    body = given["paths"]["/v1/projects"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    del body["properties"]["displayName"]["pattern"]
    assert _allowing(METADATA, given) == ""
    assert _allowing(NAME, given) == "given.json"


def test_a_document_that_lacks_the_field_allows_nothing() -> None:
    given = json.loads(SNAPSHOT.read_text())
    for schema in given["components"]["schemas"].values():
        del schema["properties"]["metadata"]
    assert _allowing(METADATA, given) == ""


def test_the_snapshot_says_nothing_of_another_contract() -> None:
    assert _allowing(METADATA, contract="mine.yaml") == ""


@pytest.mark.parametrize("clause", ["service.no_5xx", "state.reads_back", "authorization.accepted"])
def test_what_is_not_about_a_field_is_never_allowed(clause: str) -> None:
    causes = RootCauses(Deviations.none())
    exchange = Exchange(Case(b'{"displayName":"a"}'), Response(201, (), b"{}"))
    causes.add(Finding(clause, "x", "e", "r"), ExchangeRecord.of(exchange))
    causes.add(Finding(clause, "x", "e", "r"), None)
    assert _allowing(next(iter(causes))) == ""


def test_the_snapshot_holds_one_operation() -> None:
    document = json.loads(Path(SNAPSHOT).read_text())
    assert [list(item) for item in document["paths"].values()] == [["post"]]
