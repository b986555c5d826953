"""OpenAPI documents as teams publish them: found, read, verified member by member, and run end to end."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from contracts.checks.context import Limits
from contracts.document import DEFAULT_DOCUMENT, Contract, load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.expectation import Expected
from contracts.judgement import Judge
from contracts.openapi.document_text import DocumentError
from contracts.oracle import Oracle
from contracts.secrets import Secrets
from tests.mock.process import MockProcess
from tests.selftest.data import DATA
from tests.selftest.suite_runs import KEY, run_suite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contracts.document import Field

pytestmark = pytest.mark.end_to_end

PUBLISHED = {
    "OpenAPI 3.0": DATA / "published-openapi-0.83.json",
    "OpenAPI 3.1": DEFAULT_DOCUMENT.with_name("published.openapi.json"),
}
_OF_TYPE: dict[str, Any] = {"string": "x" * 21, "number": 3, "boolean": True, "object": {"k": 1}, "array": []}


def _value(field: Field) -> Any:
    if field.enum is not None:
        return field.enum[0]
    if field.members:
        return {member.name: _value(member) for member in field.members}
    return "2026-11-24T06:44:09.000Z" if field.name in {"created", "updated"} else _OF_TYPE[field.type]


def _wrong(field: Field) -> Any:
    return next(value for name, value in _OF_TYPE.items() if name not in field.types)


def _broken(contract: Contract, project: dict[str, Any]) -> set[str]:
    headers = (("content-type", "application/json"),)
    exchange = Exchange(Case(b'{"displayName":"x"}'), Response(201, headers, json.dumps(project).encode()))
    return {finding.clause for finding in Judge(contract, Limits(), Secrets(KEY)).judge(exchange).findings}


def _declares_null(schema: dict[str, Any]) -> bool:
    """Whether a schema of these documents allows null, read without the suite's own reader."""
    branches = schema.get("anyOf", [])
    types = schema.get("type", [])
    return schema.get("nullable") is True or types == "null" or "null" in types or any(map(_declares_null, branches))


def _declared_options(schema: dict[str, Any]) -> set[str]:
    branches = schema.get("anyOf", [])
    found = {*schema.get("enum", [])}.union(*map(_declared_options, branches))
    return found | ({schema["const"]} if "const" in schema else set())


def _declared(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The members of the body, and those of the 201, as the document spells them."""
    post = next(path["post"] for name, path in document["paths"].items() if name.endswith("/v1/projects"))
    for content in (post["requestBody"]["content"], post["responses"]["201"]["content"]):
        schema = content["application/json"]["schema"]
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        yield schema["properties"]


@pytest.mark.parametrize("form", PUBLISHED)
def test_null_and_options_are_those_that_the_document_declares(form: str) -> None:
    contract = load_contract(PUBLISHED[form])
    members = _declared(json.loads(PUBLISHED[form].read_text(encoding="utf-8")))
    for fields, declared in zip((contract.fields, contract.response_fields), members, strict=True):
        for field in fields:
            assert field.nullable == _declares_null(declared[field.name]), field.path
            assert {*(field.enum or ())} == _declared_options(declared[field.name]), field.path


@pytest.mark.parametrize("form", PUBLISHED)
def test_a_mistake_in_each_member_of_the_response_is_found(form: str) -> None:
    contract = load_contract(PUBLISHED[form])
    right = {field.name: _value(field) for field in contract.response_fields}
    for field in contract.all_response_fields():
        *holders, name = field.path.split(".")
        for aspect, change in (("type", _wrong(field)), ("null", None), ("required", ...)):
            project = copy.deepcopy(right)
            holder = project
            for part in holders:
                holder = holder[part]
            holder[name] = change
            if change is ...:
                del holder[name]
            is_broken = f"response.201.{field.path}.{aspect}" in _broken(contract, project)
            is_allowed = (aspect == "null" and field.nullable) or (aspect == "required" and not field.required)
            assert is_broken != is_allowed, (field.path, aspect)


@pytest.mark.parametrize("form", PUBLISHED)
def test_a_wrong_value_of_each_member_of_the_body_must_be_refused(form: str) -> None:
    contract = load_contract(PUBLISHED[form])
    oracle = Oracle(contract)
    for field in contract.fields:
        for value in (_wrong(field), None):
            expected = oracle.expect(Case(json.dumps({"displayName": "x", field.path: value}).encode())).expected
            is_valid = value is None and field.nullable
            assert expected is (Expected.CREATED if is_valid else Expected.REJECTED), (field.path, value)


@pytest.mark.parametrize("form", PUBLISHED)
def test_the_suite_runs_against_a_service_that_keeps_the_document(form: str, tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "--contract", str(PUBLISHED[form]), "--budget", "400", "-q")
    assert ran.status == 0, ran.output
    report = json.loads((ran.folder / "report.json").read_text())
    assert report["findings"] == []


def test_a_service_that_keeps_another_document_breaks_it(tmp_path: Path) -> None:
    # The page does not have null for metadata; the published document does.
    with MockProcess.start(key=KEY, contract=PUBLISHED["OpenAPI 3.1"]) as mock:
        chosen = ("--target", "live", "--base-url", mock.base_url, "-k", "priority")
        ran = run_suite(tmp_path, *chosen, env={"ACTIVEPIECES_API_KEY": KEY})
    assert ran.status == 1, ran.output
    found = {finding["clause"] for finding in json.loads((ran.folder / "report.json").read_text())["findings"]}
    assert "request.metadata.null" in found


def _written(folder: Path, paths: dict[str, Any]) -> Path:
    path = folder / "openapi.json"
    path.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": paths}))
    return path


def test_the_operation_is_found_by_the_end_of_its_path_or_by_name(tmp_path: Path) -> None:
    post = json.loads(PUBLISHED["OpenAPI 3.0"].read_text())["paths"]["/v1/projects"]["post"]
    other = copy.deepcopy(post)
    other["requestBody"]["content"]["application/json"]["schema"]["properties"]["color"] = {"type": "string"}
    one = _written(tmp_path, {"/api/v1/projects": {"post": post}, "/v1/flows": {"post": {}}})
    assert load_contract(one).field("displayName").required
    two = _written(tmp_path, {"/api/v1/projects": {"post": post}, "/internal/v1/projects": {"post": other}})
    load_contract.cache_clear()
    with pytest.raises(DocumentError, match="POST /internal/v1/projects"):
        load_contract(two)
    assert load_contract(f"{two}#POST /internal/v1/projects").field("color").types == ("string",)
    ran = run_suite(
        tmp_path, "--contract", str(two), "--operation", "POST /internal/v1/projects", "--budget", "120", "-q"
    )
    assert ran.status == 0, ran.output


def test_schemas_are_found_in_other_files_and_put_together(tmp_path: Path) -> None:
    document = json.loads(PUBLISHED["OpenAPI 3.0"].read_text())
    post = document["paths"]["/v1/projects"]["post"]
    media = post["requestBody"]["content"]["application/json"]
    (tmp_path / "bodies.json").write_text(json.dumps({"Base": media["schema"]}))
    more = {"type": "object", "required": ["code"], "properties": {"code": {"type": "integer", "nullable": True}}}
    media["schema"] = {"allOf": [{"$ref": "bodies.json#/Base"}, more]}
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    contract = load_contract(path)
    assert contract.field("displayName").pattern == "^[^./]+$"
    code = contract.field("code")
    assert (code.types, code.nullable, code.required) == (("integer",), True, True)
