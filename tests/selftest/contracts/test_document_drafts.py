"""A draft of the next contract: new fields are judged without new code."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from contracts.checks.context import Limits
from contracts.clauses import catalogue
from contracts.document import Contract, load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.expectation import LIMITED, Expected
from contracts.findings import Level
from contracts.judgement import Judge
from contracts.openapi.document_text import DocumentError
from contracts.oracle import Oracle
from contracts.secrets import Secrets

if TYPE_CHECKING:
    from pathlib import Path

Document = dict[str, Any]

#: An alternation and two look-aheads: eu-west-1 and its like, or hexadecimal digits with a figure and a letter.
REGION = "^(?:(?:eu|us)-(?:west|east)-[1-9]|(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{4,8})$"
LABELS = ["beta", "NO", "internal"]


def draft(**edits: Any) -> Document:
    document = copy.deepcopy(load_contract().document)
    invented = {
        "region": {"type": ["string", "null"], "pattern": REGION},
        "labels": {"type": "array", "items": {"type": "string", "enum": list(LABELS)}},
        **edits,
    }
    for name in ("CreateProject", "Project"):
        document["components"]["schemas"][name]["properties"].update(copy.deepcopy(invented))
    return document


def load(folder: Path, document: Document) -> Contract:
    path = folder / "draft.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return load_contract(path)


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return load(tmp_path, draft())


def case(**members: Any) -> Case:
    return Case(body=json.dumps({"displayName": "x", **members}).encode())


def test_invented_fields_are_read_with_all_that_the_document_says(contract: Contract) -> None:
    region, labels = contract.field("region"), contract.field("labels")
    assert (region.types, region.nullable, region.pattern, region.required) == (("string",), True, REGION, False)
    assert labels.items is not None
    assert (labels.types, labels.items.types, labels.items.enum) == (("array",), ("string",), tuple(LABELS))
    assert {"region", "labels"} <= set(contract.echoed)


def test_invented_fields_have_their_clauses(contract: Contract) -> None:
    fresh = {id_: clause for id_, clause in catalogue(contract).items() if id_ not in catalogue(load_contract())}
    expected = {
        f"request.region.{aspect}" for aspect in ("type", "null", "pattern", "optional")
    } | {
        f"request.labels.{aspect}" for aspect in ("type", "null", "items.type", "items.null", "items.enum", "optional")
    } | {
        "response.201.region.type", "response.201.region.pattern", "response.201.labels.type",
        "response.201.labels.null", "response.201.labels.items.type",
    }  # fmt: skip
    assert expected <= set(fresh)
    assert all(fresh[id_].level is Level.DOCUMENTED for id_ in expected)
    assert fresh["request.region.pattern"].statement == f"Pattern: {REGION}"
    assert fresh["request.labels.items.enum"].statement == "Available options: beta, NO, internal"


VALID = ["eu-west-1", "us-east-9", "abc1", "1234567a", "0000000f"]
INVALID = ["", "eu-west-0", "eu-west", "ap-west-1", "abcd", "1234", "ab1", "123456789a", "abc1\n", " abc1", "ABC1"]


@pytest.mark.parametrize("text", VALID)
def test_a_text_of_the_invented_pattern_is_owed_a_project(contract: Contract, text: str) -> None:
    expected = Oracle(contract).expect(case(region=text, labels=["NO", "beta", "NO"]))
    assert expected.expected is Expected.CREATED
    assert {"request.region.pattern", "request.labels.items.enum"} <= set(expected.exercised)


@pytest.mark.parametrize("text", INVALID)
def test_another_text_breaks_the_invented_pattern_alone(contract: Contract, text: str) -> None:
    expected = Oracle(contract).expect(case(region=text))
    assert expected.expected is Expected.REJECTED
    assert [(v.clause, v.where) for v in expected.violations] == [("request.region.pattern", "/region")]


@pytest.mark.parametrize(
    ("value", "clause", "where"),
    [
        (["beta", "Beta"], "request.labels.items.enum", "/labels/1"),
        ([False], "request.labels.items.type", "/labels/0"),
        ([None], "request.labels.items.null", "/labels/0"),
        ("beta", "request.labels.type", "/labels"),
        (None, "request.labels.null", "/labels"),
    ],
)
def test_a_wrong_list_breaks_the_clause_of_the_invented_options(
    contract: Contract, value: Any, clause: str, where: str
) -> None:
    expected = Oracle(contract).expect(case(labels=value))
    assert [(v.clause, v.where) for v in expected.violations] == [(clause, where)]


def test_null_and_absence_of_invented_fields_are_owed_a_project(contract: Contract) -> None:
    assert Oracle(contract).expect(case(region=None, labels=[])).expected is Expected.CREATED
    assert Oracle(contract).expect(case()).expected is Expected.CREATED


def broken(contract: Contract, sent: dict[str, Any], **answered: Any) -> set[str]:
    project = {
        "id": "a" * 21, "created": "2026-01-01T00:00:00.000Z", "updated": "2026-01-01T00:00:00.000Z",
        "ownerId": "b" * 21, "displayName": "x", "platformId": "c" * 21, "type": "TEAM", "icon": {},
        "releasesEnabled": True,
        "plan": {
            "id": "d" * 21, "created": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z",
            "projectId": "a" * 21, "locked": False, "name": "", "pieces": [],
        },
        "analytics": {"totalUsers": 1, "activeUsers": 1, "totalFlows": 1, "activeFlows": 1},
        **answered,
    }  # fmt: skip
    response = Response(201, (("Content-Type", "application/json"),), json.dumps(project).encode())
    exchange = Exchange(case=case(**sent), response=response, elapsed=0.01)
    judgement = Judge(contract, Limits(), Secrets("k" * 20), "run_id").judge(exchange)
    return {finding.clause for finding in judgement.findings}


def test_a_fault_in_an_invented_field_of_the_answer_is_found(contract: Contract) -> None:
    right = {"region": "abc1", "labels": ["NO"]}
    assert broken(contract, right, **right) == set()
    assert "response.201.region.pattern" in broken(contract, right, region="abcd", labels=["NO"])
    assert "response.201.labels.items.type" in broken(contract, right, region="abc1", labels=[False])
    assert "response.201.labels.echo" in broken(contract, right, region="abc1", labels=["beta"])
    assert "request.region.pattern" in broken(contract, {"region": "abcd"}, region="abcd")
    assert "request.labels.items.enum" in broken(contract, {"labels": ["x"]}, labels=["x"])


# -- what the suite does not follow -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "phrase", "value"),
    [
        ({"type": "string", "maxLength": 5}, "request.region: maxLength 5", "abcdef"),
        ({"type": "object", "additionalProperties": False}, "request.region: additionalProperties false", {"x": 1}),
        ({"type": "object", "propertyNames": {"maxLength": 1}}, "request.region: propertyNames", {"long": 1}),
        ({"type": "string", "pattern": "(?<=a)b"}, "request.region: pattern", "b"),
        ({"oneOf": [{"type": "string", "pattern": "a"}, {"type": "string", "minLength": 4}]}, "anyOf", "b"),
    ],
)
def test_what_nobody_verifies_is_named_and_values_beyond_it_are_left_open(
    tmp_path: Path, schema: Any, phrase: str, value: Any
) -> None:
    contract = load(tmp_path, draft(region=schema))
    assert any(phrase in said for said in contract.not_verified), contract.not_verified
    expectation = Oracle(contract).expect(case(region=value))
    assert (expectation.expected, expectation.why) == (Expected.UNSPECIFIED, (LIMITED,))


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [
        ({"type": "text"}, "received ['text']"),
        ({"type": "null"}, "received ['null']"),
        ({"type": "string", "enum": []}, "a list of options"),
        ("string", "expected a schema (an object)"),
        ({"$ref": "#/components/schemas/Nowhere"}, "leads nowhere"),
    ],
)
def test_what_is_no_schema_is_refused(tmp_path: Path, schema: Any, sentence: str) -> None:
    with pytest.raises(DocumentError) as refused:
        load(tmp_path, draft(region=schema))
    assert sentence in str(refused.value)


def test_words_about_values_are_taken(tmp_path: Path) -> None:
    words = {
        "title": "Region",
        "description": "x",
        "default": "abc1",
        "examples": ["abc1"],
        "deprecated": True,
        "x-y": 1,
    }
    contract = load(
        tmp_path, draft(region={"type": "string", **words}, labels={"type": "object", "additionalProperties": {}})
    )
    assert contract.field("region").types == ("string",)
    assert contract.field("labels").types == ("object",)


@pytest.mark.parametrize(
    ("schema", "nullable", "enum"),
    [
        ({"type": ["string", "null"], "enum": ["a", None]}, True, ("a",)),
        ({"type": ["string", "null"], "enum": ["a"]}, False, ("a",)),
        ({"enum": ["a", 1, None]}, True, ("a", 1)),
        ({"enum": ["a"]}, False, ("a",)),
        ({}, True, None),
    ],
)
def test_null_among_options_is_null_and_no_option(tmp_path: Path, schema: Any, nullable: Any, enum: Any) -> None:
    field = load(tmp_path, draft(region=schema)).field("region")
    assert (field.nullable, field.enum) == (nullable, enum)


def test_a_document_that_is_no_yaml_or_lacks_the_operation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    for text, sentence in (("a: [", "neither JSON nor YAML"), ("a: 1", "no member openapi")):
        path.write_text(text, encoding="utf-8")
        load_contract.cache_clear()
        with pytest.raises(DocumentError, match=sentence):
            load_contract(path)
    with pytest.raises(DocumentError, match="cannot be read"):
        load_contract(tmp_path / "none.yaml")
