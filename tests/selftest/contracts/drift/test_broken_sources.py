"""A damaged document is compared as far as possible, or refused with a sentence."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.document import load_contract
from contracts.drift import DocumentError, Result, compare, read_contract, read_openapi
from contracts.drift.results import FORMATS
from tests.selftest.data import DATA

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

HELD = read_contract(load_contract())
PUBLISHED = json.loads((DATA / "published-openapi-0.83.json").read_text(encoding="utf-8"))
VALUES: list[Any] = [
    None, True, False, 1, -1.5, "x", "", [], {}, ["a"], ["string", 1], "string", {"type": "string"}, {"anyOf": []},
    {"$ref": "#/components"}, {"enum": [None]}, {"allOf": [{"pattern": "("}, {"pattern": "a"}]},
]  # fmt: skip
KEYWORDS = [
    "minLength", "maximum", "exclusiveMinimum", "required", "properties", "items", "anyOf", "additionalProperties",
    "nullable", "enum", "type", "pattern", "const", "$ref", "\x1b[2J",
]  # fmt: skip


def holders(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list):
        if node:
            yield node
        for inner in node.values() if isinstance(node, dict) else node:
            yield from holders(inner)


def break_somewhere(document: dict[str, Any], chance: random.Random) -> None:
    holder = chance.choice(list(holders({"paths": document["paths"], "components": document["components"]})))
    place = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    what = chance.random()
    if what < 0.3:
        del holder[place]
    elif what < 0.5 and isinstance(holder, dict):
        holder[chance.choice(KEYWORDS)] = copy.deepcopy(chance.choice(VALUES))
    else:
        holder[place] = copy.deepcopy(chance.choice(VALUES))


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([PUBLISHED, load_contract().document]))
def test_a_broken_document_is_compared_or_refused_in_a_sentence(chance: random.Random, whole: dict[str, Any]) -> None:
    document = copy.deepcopy({"openapi": "3.1.0", "paths": whole["paths"], "components": whole["components"]})
    document["paths"] = {"/v1/projects": {"post": document["paths"]["/v1/projects"]["post"]}}
    for _ in range(2):
        break_somewhere(document, chance)
    sentence = ""
    try:
        found = compare(HELD, read_openapi(document, "document"))
    except DocumentError as problem:
        sentence, found = str(problem), ()
    assert not sentence or sentence.startswith("document")
    assert all(difference.sentence().isprintable() for difference in found)
    assert all(write(load_contract(), [Result("document", "OpenAPI", found)]) for write in FORMATS.values())


def test_a_status_that_is_any_text_is_shown_on_one_line() -> None:
    operation = copy.deepcopy(PUBLISHED["paths"]["/v1/projects"]["post"])
    operation["responses"]["\x1b[2J"] = {"description": ""}
    document = {
        "openapi": "3.1.0",
        "paths": {"/v1/projects": {"post": operation}},
        "components": PUBLISHED["components"],
    }
    (found,) = (found for found in compare(HELD, read_openapi(document, "document")) if found.aspect == "status")
    assert "\\u001b[2J" in found.sentence()
    assert json.dumps(found.to_json()).count("\\\\u001b") == 3
