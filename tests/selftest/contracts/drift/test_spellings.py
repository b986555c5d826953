"""Equivalent OpenAPI: 3.0 and 3.1, references, combinations, JSON and YAML."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from contracts.document import load_contract
from contracts.drift import compare, read_contract, read_openapi, read_source
from contracts.openapi.combined_schemas import intersection, union
from contracts.openapi.yaml_text import load_yaml
from contracts.patterns import Pattern

if TYPE_CHECKING:
    from pathlib import Path

HELD = read_contract(load_contract())
Document = dict[str, Any]


def document() -> Document:
    return copy.deepcopy(load_contract().document)


def fields(held: Document, name: str) -> Document:
    found: Document = held["components"]["schemas"][name]["properties"]
    return found


def test_nullable_of_3_0_is_the_null_type_of_3_1() -> None:
    old = document()
    old["openapi"] = "3.0.3"
    for name in ("CreateProject", "Project"):
        for schema in fields(old, name).values():
            if isinstance(schema["type"], list):
                schema.update(type=schema["type"][0], nullable=True)
    assert compare(HELD, read_openapi(old, "old")) == ()


SAME: dict[str, tuple[str, str, Document]] = {
    "null as an alternative": (
        "CreateProject",
        "externalId",
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
    ),
    "null as one of": ("CreateProject", "externalId", {"oneOf": [{"type": "null"}, {"type": "string"}]}),
    "null beside a reference": (
        "Project",
        "poolId",
        {"anyOf": [{"$ref": "#/components/schemas/Project/properties/platformId"}, {"type": "null"}]},
    ),
    "nullable beside a reference": (
        "Project",
        "poolId",
        {"allOf": [{"$ref": "#/components/schemas/Project/properties/platformId"}], "nullable": True},
    ),
    "options one by one": (
        "Project",
        "type",
        {"anyOf": [{"type": "string", "enum": ["TEAM"]}, {"const": "PERSONAL", "type": "string"}]},
    ),
    "options in another order, without a type": ("Project", "type", {"enum": ["PERSONAL", "TEAM"]}),
    "a pattern apart from its type": (
        "CreateProject",
        "displayName",
        {"allOf": [{"type": "string"}, {"pattern": "^[^./]+$"}]},
    ),
    "more members are allowed": ("CreateProject", "metadata", {"type": "object", "additionalProperties": {}}),
    "words": (
        "CreateProject",
        "displayName",
        {"type": "string", "pattern": "^[^./]+$", "title": "Name", "default": "x"},
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_another_spelling_is_no_difference(name: str) -> None:
    holder, field, schema = SAME[name]
    other = document()
    fields(other, holder)[field] = schema
    assert compare(HELD, read_openapi(other, "other")) == ()


def test_a_whole_schema_in_parts_is_no_difference() -> None:
    other = document()
    schemas = other["components"]["schemas"]
    whole = schemas.pop("Project")
    names = list(whole["properties"])
    schemas["Entity"] = {
        "type": "object",
        "properties": {name: whole["properties"][name] for name in names[:3]},
        "required": names[:3],
    }
    schemas["Project"] = {
        "allOf": [
            {"$ref": "#/components/schemas/Entity"},
            {
                "type": "object",
                "properties": {name: whole["properties"][name] for name in names[3:]},
                "required": [name for name in whole["required"] if name not in names[:3]],
            },
        ]
    }
    assert compare(HELD, read_openapi(other, "other")) == ()


def test_references_of_body_answer_and_path_are_followed() -> None:
    other = document()
    operation = other["paths"]["/v1/projects"]["post"]
    other["components"]["requestBodies"] = {"Create": operation["requestBody"]}
    other["components"]["responses"] = {"Created": operation["responses"]["201"]}
    operation["requestBody"] = {"$ref": "#/components/requestBodies/Create"}
    operation["responses"]["201"] = {"$ref": "#/components/responses/Created"}
    other["paths"] = {"/api/v1/projects/": {"$ref": "#/components/pathItems/projects"}}
    other["components"]["pathItems"] = {"projects": {"post": operation}}
    other["security"] = operation.pop("security")
    assert compare(HELD, read_openapi(other, "other")) == ()


def test_a_media_type_with_a_charset_is_the_same_media_type() -> None:
    other = document()
    content = other["paths"]["/v1/projects"]["post"]["requestBody"]["content"]
    content["Application/JSON; charset=utf-8"] = content.pop("application/json")
    assert compare(HELD, read_openapi(other, "other")) == ()


def test_a_schema_that_refers_to_itself_is_read() -> None:
    other = document()
    other["components"]["schemas"]["Folder"] = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "parent": {"$ref": "#/components/schemas/Folder"}},
    }
    fields(other, "Project")["folder"] = {"$ref": "#/components/schemas/Folder"}
    assert [(d.member, d.aspect) for d in compare(HELD, read_openapi(other, "other"))] == [
        ("response.201.folder", "added")
    ]


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_a_document_in_several_files_is_read(tmp_path: Path, suffix: str) -> None:
    other = document()
    write = json.dumps if suffix == "json" else yaml.safe_dump
    project = other["components"]["schemas"].pop("Project")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / f"project.{suffix}").write_text(write({"Project": project}), encoding="utf-8")
    created = other["paths"]["/v1/projects"]["post"]["responses"]["201"]
    created["content"]["application/json"]["schema"] = {"$ref": f"parts/project.{suffix}#/Project"}
    whole = tmp_path / f"openapi.{suffix}"
    whole.write_text(write(other), encoding="utf-8")
    assert compare(HELD, read_source(str(whole))) == ()


def test_numbers_as_statuses_and_the_word_no_are_read_as_yaml_1_2_has_them() -> None:
    assert load_yaml("responses: {201: x}\nenum: [NO, yes, on, true, 2026-01-01, 1:30, 017]") == {
        "responses": {201: "x"},
        "enum": ["NO", "yes", "on", True, "2026-01-01", "1:30", 17],
    }
    with pytest.raises(ValueError, match="line 2, column 1"):
        load_yaml("a: [")


def test_alternatives_that_cannot_be_put_into_one_stay_visible() -> None:
    other = document()
    fields(other, "CreateProject")["displayName"] = {
        "anyOf": [{"type": "string", "pattern": "^[^./]+$"}, {"type": "string", "maxLength": 3}]
    }
    found = compare(HELD, read_openapi(other, "other"))
    assert ("request.displayName", "limit") in {(d.member, d.aspect) for d in found}


def test_patterns_of_allof_bind_together_and_those_of_anyof_one_by_one() -> None:
    both = intersection({"type": ["string"], "pattern": "^a"}, {"type": ["string"], "pattern": "b$"})
    either = union([{"type": ["string"], "pattern": "^a"}, {"type": ["string"], "pattern": "b$"}])
    for text, in_both, in_either in (
        ("ab", True, True),
        ("ax\nb", True, True),
        ("xb", False, True),
        ("x", False, False),
    ):
        assert Pattern.compile(both["pattern"]).matches(text) is in_both
        assert Pattern.compile(either["pattern"]).matches(text) is in_either


def test_bounds_are_put_together() -> None:
    a = {"type": ["number"], "minimum": 1, "maximum": 9, "enum": [1, 2]}
    b = {"type": ["integer"], "minimum": 3, "maximum": 20, "enum": [2, 3]}
    assert intersection(a, b) == {"type": ["integer"], "minimum": 3, "maximum": 9, "enum": [2]}
