"""Reading pages: Markdown in three forms, and text copied from a browser."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from contracts.document import load_contract
from contracts.drift import Published, compare, read_contract, read_openapi, read_source
from contracts.drift.page_text import transcribe
from contracts.drift.statements import apply_limit, read_type
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from pathlib import Path

HELD = read_contract(load_contract())
Document = dict[str, Any]


def document() -> Document:
    return copy.deepcopy(load_contract().document)


FENCE = "````"


def markdown(block: str) -> str:
    return (
        f"> ## Documentation Index\n\n# Create Project\n\n## OpenAPI\n\n{FENCE}yaml POST /v1/projects\n{block}{FENCE}\n"
    )


def read_text(folder: Path, text: str) -> Published:
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    return read_source(str(page))


def test_a_markdown_page_with_the_document_is_read(tmp_path: Path) -> None:
    published = read_text(tmp_path, markdown(yaml.safe_dump(document())))
    assert published.form == "Markdown page"
    assert compare(HELD, published) == ()


def test_a_markdown_page_with_the_short_form_is_read(tmp_path: Path) -> None:
    schemas = document()["components"]["schemas"]

    def short(schema: Document) -> Document:
        members = {name: {"allOf": [member]} for name, member in schema["properties"].items()}
        return {"type": "object", "properties": members, "requiredProperties": schema["required"], "required": True}

    block = {
        "paths": {
            "path": "/v1/projects",
            "method": "post",
            "request": {
                "security": [
                    {
                        "title": "bearer",
                        "parameters": {"header": {"Authorization": {"type": "http", "scheme": "bearer"}}, "query": {}},
                    }
                ],
                "parameters": {"path": {}, "query": {}, "header": {}, "cookie": {}},
                "body": {"application/json": {"schemaArray": [short(schemas["CreateProject"])], "examples": {}}},
            },
            "response": {"201": {"application/json": {"schemaArray": [short(schemas["Project"])]}}},
        }
    }
    assert compare(HELD, read_text(tmp_path, markdown(yaml.safe_dump(block)))) == ()


COMPONENTS = """---
title: Create Project
api: POST https://cloud.activepieces.com/api/v1/projects
---

<ParamField header="Authorization" type="string" required>
  Bearer token: `Bearer <token>`
</ParamField>

## Body

<ParamField body="displayName" type="string" required>
  The name.

  Pattern: `^[^./]+$`
</ParamField>
<ParamField body="externalId" type="string | null" />
<ParamField body="metadata" type="object" required={false} />
<ParamField body="maxConcurrentJobs" type="number | null" default={5} />
<ParamField body="globalConnectionExternalIds" type="string[]" />
<ParamField body="alertReceiverEmail" type="string<email> | null">
  Pattern: `^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$`
</ParamField>

## Response

<ResponseField name="id" type="string" required />
<ResponseField name="created" type="string" required />
<ResponseField name="updated" type="string" required />
<ResponseField name="ownerId" type="string" required />
<ResponseField name="displayName" type="string" required />
<ResponseField name="platformId" type="string" required>Pattern: `^[0-9a-zA-Z]{21}$`</ResponseField>
<ResponseField name="type" type="enum<string>" required>
  Available options: `TEAM`, `PERSONAL`
</ResponseField>
<ResponseField name="icon" type="object" required />
<ResponseField name="releasesEnabled" type="boolean" required />
<ResponseField name="plan" type="object" required>
  <Expandable title="plan">
    <ResponseField name="id" type="string" required />
    <ResponseField name="created" type="string" required />
    <ResponseField name="updated" type="string" required />
    <ResponseField name="projectId" type="string" required />
    <ResponseField name="locked" type="boolean" required />
    <ResponseField name="name" type="string" required />
    <ResponseField name="pieces" type="string[]" required />
  </Expandable>
</ResponseField>
<ResponseField name="analytics" type="object" required />
<ResponseField name="maxConcurrentJobs" type="number | null" />
<ResponseField name="externalId" type="string | null" />
<ResponseField name="metadata" type="object" />
<ResponseField name="poolId" type="string | null">Pattern: `^[0-9a-zA-Z]{21}$`</ResponseField>

<ResponseExample>

```json 201
{"analytics": {"totalUsers": 123, "activeUsers": 123, "totalFlows": 123, "activeFlows": 123}}
```

</ResponseExample>
"""


def test_a_markdown_page_of_components_is_read(tmp_path: Path) -> None:
    published = read_text(tmp_path, COMPONENTS)
    assert compare(HELD, published) == ()
    edited = COMPONENTS.replace('name="ownerId" type="string" required', 'name="ownerId" type="string | null"')
    assert [(d.member, d.aspect) for d in compare(HELD, read_text(tmp_path, edited))] == [
        ("response.201.ownerId", "null"),
        ("response.201.ownerId", "required"),
    ]


def test_what_a_page_of_components_cannot_say_is_no_difference(tmp_path: Path) -> None:
    silent = COMPONENTS[COMPONENTS.index("## Body") :]
    assert compare(HELD, read_text(tmp_path, silent)) == ()


def test_a_type_that_nobody_knows_is_a_difference_in_type(tmp_path: Path) -> None:
    edited = COMPONENTS.replace('body="metadata" type="object"', 'body="metadata" type="Metadata"')
    (difference,) = compare(HELD, read_text(tmp_path, edited))
    assert (difference.member, difference.aspect, difference.published) == ("request.metadata", "type", "Metadata")


@pytest.mark.parametrize(
    ("written", "schema"),
    [
        ("string", {"type": "string"}),
        ("string | null", {"type": ["string", "null"]}),
        ("string<email> | null", {"type": ["string", "null"], "format": "email"}),
        ("number[]", {"type": "array", "items": {"type": "number"}}),
        ("string[][]", {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}),
        ("enum<string>[]", {"type": "array", "items": {"type": "string", "enum": []}}),
        ("string | number", {"type": ["string", "number"]}),
        ("any", {}),
        ("file", {"type": "string", "format": "binary"}),
        ("null", None),
        ("required", None),
        ("Default Response", None),
    ],
)
def test_a_type_is_read_as_pages_write_it(written: str, schema: Document | None) -> None:
    assert read_type(written) == schema


@pytest.mark.parametrize(
    ("line", "schema"),
    [
        ("Required string length: 1 - 100", {"minLength": 1, "maxLength": 100}),
        ("Minimum string length: 1", {"minLength": 1}),
        ("Maximum string length: 100", {"maxLength": 100}),
        ("Required array length: 1 - 10 elements", {"minItems": 1, "maxItems": 10}),
        ("Maximum array length: 5", {"maxItems": 5}),
        ("Required range: x >= 1", {"minimum": 1}),
        ("Required range: x > 0", {"exclusiveMinimum": 0}),
        ("Required range: x < 10", {"exclusiveMaximum": 10}),
        ("Required range: 1 <= x <= 10", {"minimum": 1, "maximum": 10}),
        ("Required range: 0 < x <= 10.5", {"exclusiveMinimum": 0, "maximum": 10.5}),
        ("Required range: x", {}),
        ("Something else", {}),
    ],
)
def test_a_limit_is_read_as_pages_write_it(line: str, schema: Document) -> None:
    found: Document = {}
    assert apply_limit(found, line) is bool(schema)
    assert found == schema


PAGE = (DATA / "create-project.txt").read_text(encoding="utf-8")


def test_a_page_is_read_whatever_its_line_ends_and_spaces(tmp_path: Path) -> None:
    for text in (PAGE.replace("\n", "\r\n"), PAGE.replace("string | null", "string\u00a0| null"), "\ufeff" + PAGE):
        assert compare(HELD, read_text(tmp_path, text)) == ()


def test_words_behind_the_page_are_no_members(tmp_path: Path) -> None:
    behind = "\nWas this page helpful?\nYes\nNo\nList Projects\nPrevious\nNext\n⌘I\n"
    assert compare(HELD, read_text(tmp_path, PAGE + behind)) == ()


@pytest.mark.parametrize(
    ("old", "new", "member", "aspect"),
    [
        ("TEAM,\nPERSONAL", "TEAM,\nPERSONAL,\nSHARED", "response.201.type", "enum"),
        ("string[]", "number[]", "request.globalConnectionExternalIds.items", "type"),
        ("[^./]+$\nexternalId", "[^/]+$\nexternalId", "request.displayName", "pattern"),
        ('    "locked": false,\n', "", "response.201.plan.locked", "removed"),
        ('"locked": false', '"locked": "no"', "response.201.plan.locked", "type"),
        ("201 - application/json", "200 - application/json", "response", "status"),
        ("201 - application/json", "201 - text/plain", "response.201", "media type"),
        ("Body\n\napplication/json", "Body\n\nmultipart/form-data", "request", "media type"),
        ("Authorization: Bearer <token>", "Authorization: <api-key>", "authorization", "security"),
        ("poolId\nstring | null", "poolId\nstring | null\nMaximum string length: 21", "response.201.poolId", "limit"),
        ("icon\nobject\nrequired", "icon\nobject\nrequired\nicon.color\nstring", "response.201.icon.color", "added"),
        ("Response\n\n201", "Query Parameters\n\ndryRun\nboolean\n\nResponse\n\n201", "request.query.dryRun", "added"),
    ],
)  # fmt: skip
def test_a_change_of_the_page_is_named(tmp_path: Path, old: str, new: str, member: str, aspect: str) -> None:
    assert old in PAGE
    found = compare(HELD, read_text(tmp_path, PAGE.replace(old, new, 1)))
    assert [(d.member, d.aspect) for d in found] == [(member, aspect)]


def test_a_transcribed_page_is_an_openapi_document_of_its_own() -> None:
    assert compare(HELD, read_openapi(json.loads(json.dumps(transcribe(PAGE))), "page")) == ()
