"""Single edits of the contract, one of each kind: each is reported exactly, and nothing else is."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from contracts.document import load_contract
from contracts.drift import Difference, compare, read_contract, read_openapi, read_source
from contracts.drift.impact import Effect
from tests.selftest.data import DATA

HELD = read_contract(load_contract())
PAGE = read_source(str(DATA / "create-project.txt"))
BREAKS, REFUSES, TAKES, PROMISES, WORDING = (
    Effect.BREAKS, Effect.REFUSES, Effect.TAKES, Effect.PROMISES, Effect.WORDING,
)  # fmt: skip

Document = dict[str, Any]
Edit = Callable[[Document], None]


def edited(edit: Edit) -> Document:
    document = copy.deepcopy(load_contract().document)
    edit(document)
    return document


def schema(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def body(document: Document) -> Document:
    return schema(document, "CreateProject")


def answer(document: Document) -> Document:
    return schema(document, "Project")


def operation(document: Document) -> Document:
    found: Document = document["paths"]["/v1/projects"]["post"]
    return found


def put(holder: Callable[[Document], Document], name: str, value: Any) -> Edit:
    return lambda document: holder(document)["properties"].__setitem__(name, value)


def drop(holder: Callable[[Document], Document], name: str) -> Edit:
    def edit(document: Document) -> None:
        del holder(document)["properties"][name]
        if name in holder(document)["required"]:
            holder(document)["required"].remove(name)

    return edit


def change(holder: Callable[[Document], Document], name: str, **keywords: Any) -> Edit:
    return lambda document: holder(document)["properties"][name].update(keywords)


def loosen(holder: Callable[[Document], Document], name: str) -> Edit:
    return lambda document: holder(document)["required"].remove(name)


def demand(holder: Callable[[Document], Document], name: str) -> Edit:
    return lambda document: holder(document)["required"].append(name)


def without(holder: Callable[[Document], Document], name: str, keyword: str) -> Edit:
    return lambda document: holder(document)["properties"][name].pop(keyword)


def plan(document: Document) -> Document:
    found: Document = answer(document)["properties"]["plan"]
    return found


def require_new(document: Document) -> None:
    body(document)["properties"]["region"] = {"type": "string"}
    body(document)["required"].append("region")


def answer_with(status: str) -> Edit:
    def edit(document: Document) -> None:
        responses = operation(document)["responses"]
        responses[status] = responses.pop("201")

    return edit


def media(place: Callable[[Document], Document], name: str, *, also: bool) -> Edit:
    def edit(document: Document) -> None:
        content = place(document)["content"]
        content[name] = content["application/json"] if also else content.pop("application/json")

    return edit


def created(document: Document) -> Document:
    found: Document = operation(document)["responses"]["201"]
    return found


def secured_by(scheme: Document) -> Edit:
    return lambda document: document["components"]["securitySchemes"].__setitem__("bearer", scheme)


KEY = {"type": "apiKey", "in": "header", "name": "X-Api-Key"}
ID = "^[0-9a-zA-Z]{21}$"
BEARER = "a bearer token in the header Authorization"

#: edit, member, aspect, what the contract has, what is published, effects.
EDITS: dict[str, tuple[Edit, str, str, str, str, tuple[Effect, ...]]] = {
    "a field is added": (
        put(body, "region", {"type": "string"}), "request.region", "added", "nothing", "string", (PROMISES,),
    ),
    "a required field is added": (
        require_new, "request.region", "added", "nothing", "string · required", (BREAKS, REFUSES),
    ),
    "a field is removed": (
        drop(body, "metadata"), "request.metadata", "removed", "object", "nothing", (BREAKS, REFUSES),
    ),
    "a field has another type": (
        change(body, "metadata", type="array"), "request.metadata", "type", "object", "array", (BREAKS, REFUSES, TAKES),
    ),
    "a field has a narrower type": (
        change(body, "maxConcurrentJobs", type=["integer", "null"]),
        "request.maxConcurrentJobs", "type", "number", "integer", (BREAKS, REFUSES),
    ),
    "a field may be null": (
        change(body, "metadata", type=["object", "null"]), "request.metadata", "null", "no null", "null", (TAKES,),
    ),
    "a field may be null no more": (
        change(body, "externalId", type="string"), "request.externalId", "null", "null", "no null", (BREAKS, REFUSES),
    ),
    "a field is required no more": (
        loosen(body, "displayName"), "request.displayName", "required", "required", "optional", (TAKES,),
    ),
    "a field is required": (
        demand(body, "externalId"), "request.externalId", "required", "optional", "required", (BREAKS, REFUSES),
    ),
    "a pattern admits more": (
        change(body, "displayName", pattern="^[^/]+$"), "request.displayName", "pattern",
        "`^[^./]+$`", "`^[^/]+$`, which now also matches `.`", (TAKES,),
    ),
    "a pattern admits less": (
        change(body, "displayName", pattern="^[^./ ]{2,}$"), "request.displayName", "pattern",
        "`^[^./]+$`", "`^[^./ ]{2,}$`, which no longer matches `a`", (BREAKS, REFUSES),
    ),
    "a pattern admits other texts": (
        change(body, "displayName", pattern="^[^/]{2,}$"), "request.displayName", "pattern",
        "`^[^./]+$`", "`^[^/]{2,}$`, which now also matches `a.` and no longer matches `a`", (BREAKS, REFUSES, TAKES),
    ),
    "a pattern is written in another way": (
        change(body, "displayName", pattern="^[^./]{1,}$"), "request.displayName", "pattern",
        "`^[^./]+$`", "`^[^./]{1,}$`, which matches the same texts", (WORDING,),
    ),
    "a pattern is removed": (
        without(answer, "poolId", "pattern"), "response.201.poolId", "pattern",
        f"`{ID}`", "no pattern, which now also matches the empty text", (BREAKS,),
    ),
    "a pattern is added": (
        change(answer, "ownerId", pattern=ID), "response.201.ownerId", "pattern",
        "no pattern", f"`{ID}`, which no longer matches the empty text", (PROMISES,),
    ),
    "an option is added": (
        change(answer, "type", enum=["TEAM", "PERSONAL", "SHARED"]), "response.201.type", "enum",
        "`TEAM`, `PERSONAL`", "`TEAM`, `PERSONAL`, `SHARED`", (BREAKS,),
    ),
    "an option is removed": (
        change(answer, "type", enum=["TEAM"]), "response.201.type", "enum", "`TEAM`, `PERSONAL`", "`TEAM`", (PROMISES,),
    ),
    "the options are removed": (
        without(answer, "type", "enum"), "response.201.type", "enum", "`TEAM`, `PERSONAL`", "no options", (BREAKS,),
    ),
    "a format is removed": (
        without(body, "alertReceiverEmail", "format"),
        "request.alertReceiverEmail", "format", "`email`", "no format", (WORDING,),
    ),
    "a format is added": (
        change(answer, "created", format="date-time"),
        "response.201.created", "format", "no format", "`date-time`", (WORDING,),
    ),
    "items have another type": (
        change(body, "globalConnectionExternalIds", items={"type": "number"}),
        "request.globalConnectionExternalIds.items", "type", "string", "number", (BREAKS, REFUSES, TAKES),
    ),
    "items may be null": (
        change(body, "globalConnectionExternalIds", items={"type": ["string", "null"]}),
        "request.globalConnectionExternalIds.items", "null", "no null", "null", (TAKES,),
    ),
    "a member of the answer is added": (
        put(answer, "region", {"type": ["string", "null"]}),
        "response.201.region", "added", "nothing", "string | null", (PROMISES,),
    ),
    "a member of the answer is removed": (
        drop(answer, "icon"), "response.201.icon", "removed", "object · required", "nothing", (BREAKS,),
    ),
    "a member of the answer may be missing": (
        loosen(answer, "ownerId"), "response.201.ownerId", "required", "required", "optional", (BREAKS,),
    ),
    "a member of the answer is always there": (
        demand(answer, "poolId"), "response.201.poolId", "required", "optional", "required", (PROMISES,),
    ),
    "a member of the answer may be null": (
        change(answer, "ownerId", type=["string", "null"]),
        "response.201.ownerId", "null", "no null", "null", (BREAKS,),
    ),
    "an inner member has another type": (
        change(plan, "locked", type="string"),
        "response.201.plan.locked", "type", "boolean", "string", (BREAKS, PROMISES),
    ),
    "an inner member is removed": (
        drop(plan, "name"), "response.201.plan.name", "removed", "string · required", "nothing", (BREAKS,),
    ),
    "an inner member may be missing": (
        loosen(plan, "name"), "response.201.plan.name", "required", "required", "optional", (BREAKS,),
    ),
    "a length is limited": (
        change(body, "displayName", maxLength=100),
        "request.displayName", "limit", "no maxLength", "maxLength `100`", (BREAKS, REFUSES),
    ),
    "other members are refused": (
        lambda document: body(document).update(additionalProperties=False),
        "request", "limit", "no additionalProperties", "additionalProperties `false`", (BREAKS, REFUSES),
    ),
    "the body is optional": (
        lambda document: operation(document)["requestBody"].update(required=False),
        "request", "required", "required", "optional", (TAKES,),
    ),
    "a header is required": (
        lambda document: operation(document).update(
            parameters=[{"in": "header", "name": "X-Platform", "required": True, "schema": {"type": "string"}}]
        ),
        "request.header.X-Platform", "added", "nothing", "string · required", (BREAKS, REFUSES),
    ),
    "another status": (answer_with("200"), "response", "status", "201", "200", (BREAKS, PROMISES)),
    "one more status": (
        lambda document: operation(document)["responses"].update({"202": {"description": "later"}}),
        "response", "status", "201", "201, 202", (BREAKS,),
    ),
    "another media type of the body": (
        media(lambda document: operation(document)["requestBody"], "multipart/form-data", also=False),
        "request", "media type", "application/json", "multipart/form-data", (BREAKS, REFUSES, TAKES),
    ),
    "one more media type of the body": (
        media(lambda document: operation(document)["requestBody"], "application/xml", also=True),
        "request", "media type", "application/json", "application/json, application/xml", (TAKES,),
    ),
    "another media type of the answer": (
        media(created, "application/hal+json", also=False),
        "response.201", "media type", "application/json", "application/hal+json", (BREAKS, PROMISES),
    ),
    "another kind of key": (
        secured_by(KEY), "authorization", "security", BEARER, "a key in the header X-Api-Key", (BREAKS, REFUSES, TAKES),
    ),
    "no key": (
        lambda document: operation(document).update(security=[]),
        "authorization", "security", BEARER, "no key", (TAKES,),
    ),
    "another kind of key as well": (
        lambda document: (
            document["components"]["securitySchemes"].update(key=KEY),
            operation(document).update(security=[{"bearer": []}, {"key": []}]),
        )[0],
        "authorization", "security", BEARER, f"{BEARER} or a key in the header X-Api-Key", (TAKES,),
    ),
    "no body of the answer": (
        lambda document: created(document).pop("content"), "response.201", "removed", "a body", "no body", (BREAKS,),
    ),
    "no such operation": (
        lambda document: document["paths"].update({"/v2/projects": document["paths"].pop("/v1/projects")}),
        "POST /v1/projects", "removed", "the operation", "only POST /v2/projects", (BREAKS, REFUSES),
    ),
}  # fmt: skip


def told(difference: Difference) -> tuple[Any, ...]:
    return (difference.member, difference.aspect, difference.held, difference.published, difference.effects)


@pytest.mark.parametrize("name", EDITS)
def test_a_single_edit_is_named_exactly(name: str) -> None:
    edit, *expected = EDITS[name]
    assert [told(d) for d in compare(HELD, read_openapi(edited(edit), "edited"))] == [tuple(expected)]


@pytest.mark.parametrize("name", sorted(EDITS.keys() - {"no such operation"}))
def test_an_edit_of_our_contract_alone_shows_against_the_page(name: str) -> None:
    edit, member, aspect, *_ = EDITS[name]
    other = {"added": "removed", "removed": "added"}.get(aspect, aspect)
    found = compare(read_openapi(edited(edit), "edited"), PAGE)
    assert [(d.member, d.aspect) for d in found] == [(member, other)]


@pytest.mark.parametrize("name", EDITS)
def test_every_difference_says_something_to_both_sides(name: str) -> None:
    (difference,) = compare(HELD, read_openapi(edited(EDITS[name][0]), "edited"))
    assert difference.effects
    assert difference.impact.client
    assert difference.impact.service


def test_refusals_that_a_document_describes_are_no_difference() -> None:
    def describe(document: Document) -> None:
        refusals = {"400": {"description": "refused"}, "default": {"description": "anything else"}}
        operation(document)["responses"].update(refusals)

    assert compare(HELD, read_openapi(edited(describe), "edited")) == ()


def test_a_failure_that_a_document_describes_is_a_difference() -> None:
    def describe(document: Document) -> None:
        operation(document)["responses"]["500"] = {"description": "broken"}

    assert [(d.member, d.aspect, d.published) for d in compare(HELD, read_openapi(edited(describe), "edited"))] == [
        ("response", "status", "201, 500")
    ]


def test_one_limit_of_several_objects_is_one_difference() -> None:
    def close(document: Document) -> None:
        for holder in (answer(document), plan(document)):
            holder["additionalProperties"] = False

    (found,) = compare(HELD, read_openapi(edited(close), "edited"))
    assert (found.member, found.also) == ("response.201", ("response.201.plan",))
    assert found.members in found.sentence()
