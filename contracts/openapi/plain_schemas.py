"""Plain schemas: one form for the different ways in which OpenAPI 3.0 and 3.1 write the same schema.

In a plain schema ``type`` is a list of names, ``nullable`` and ``const`` are gone, references are resolved, ``allOf``
is merged, ``anyOf`` and ``oneOf`` of nulls, enums and types are merged. What cannot be merged stays as it is, so that a
difference in it is still noticed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from contracts.json_text import type_name
from contracts.openapi.combined_schemas import LOWER, UPPER, intersection, union
from contracts.openapi.document_text import DocumentError
from contracts.openapi.references import follow

if TYPE_CHECKING:
    from contracts.openapi.document_text import Schema
    from contracts.openapi.references import Resolver

#: Limits of depth and size; no schema of a real operation is larger.
_DEEPEST: Final = 60
_MOST: Final = 50_000
#: Keywords that do not constrain values (JSON Schema 2020-12, sections 8.3 and 9; OpenAPI 3.1, section 4.8.24).
_ANNOTATIONS: Final = frozenset(
    {
        "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "$comment",
        "externalDocs", "xml", "discriminator", "$schema", "$id", "$anchor", "$defs", "definitions",
        "contentEncoding", "contentMediaType",
    }
)  # fmt: skip

_BOUNDS: Final = LOWER | UPPER
_KINDS: Final[dict[str, Any]] = {
    **dict.fromkeys(_BOUNDS, int | float),
    **dict.fromkeys(("$ref", "pattern", "format"), str),
    **dict.fromkeys(("enum", "required", "allOf", "anyOf", "oneOf"), list),
    **dict.fromkeys(("nullable", "uniqueItems"), bool),
    "type": str | list,
    "properties": dict,
}


class Plain:
    """Converts the schemas of one document to the plain form, within limits of work."""

    def __init__(self) -> None:
        self._walked = 0

    def schema(self, schema: Any, resolver: Resolver, following: tuple[str, ...] = ()) -> Schema:
        """``schema`` in the plain form. A schema that refers to itself is cut off at the reference.

        Raises DocumentError for invalid schemas, unresolvable references and excessive sizes.
        """
        self._walked += 1
        if len(following) > _DEEPEST or self._walked > _MOST:
            raise DocumentError("the schema of the operation is too deep or too large to compare")
        if schema is True or schema == {}:
            return {}
        if not isinstance(schema, dict):
            raise DocumentError(f"expected a schema (an object), received {json.dumps(schema, default=str)[:80]}")
        _sound(schema)
        parts = [self._own(schema, resolver, following)]
        if "$ref" in schema:
            parts.append(self._referred(schema["$ref"], resolver, following))
        inner = (*following, "")
        parts.extend(self.schema(part, resolver, inner) for part in schema.get("allOf", ()))
        for keyword in ("anyOf", "oneOf"):
            branches = [self.schema(part, resolver, inner) for part in schema.get(keyword, ())]
            if branches:
                parts.append(union(branches))
        plain = parts[0]
        for part in parts[1:]:
            plain = intersection(plain, part)
        if schema.get("nullable") is True and plain.get("type"):
            plain["type"] = [*(name for name in plain["type"] if name != "null"), "null"]
        return plain

    def _referred(self, reference: str, resolver: Resolver, following: tuple[str, ...]) -> Schema:
        if reference in following:
            return {}
        target, there = follow(reference, resolver)
        return self.schema(target, there, (*following, reference))

    def _own(self, schema: Schema, resolver: Resolver, following: tuple[str, ...]) -> Schema:
        """The keywords of the schema itself, without references and combinations."""
        inner = (*following, "")
        plain = {
            name: value
            for name, value in schema.items()
            if name not in _ANNOTATIONS | {"$ref", "allOf", "anyOf", "oneOf", "nullable", "const", "type", "enum"}
            and (not name.startswith("x-") or name == "x-from-example")
        }
        _types_and_enum(schema, plain)
        _exclusive_bounds(plain)
        if "properties" in schema:
            plain["properties"] = {
                name: self.schema(member, resolver, inner) for name, member in schema["properties"].items()
            }
        if "items" in schema:
            plain["items"] = self.schema(schema["items"], resolver, inner)
        if plain.get("additionalProperties") in (True, {}):
            del plain["additionalProperties"]
        if "properties" in plain and "type" not in plain:
            plain["type"] = ["object"]
        return plain


def _sound(schema: Schema) -> None:
    """Raise DocumentError for a keyword whose value has the wrong type."""
    for keyword, value in schema.items():
        kind = _KINDS.get(keyword)
        sound = kind is None or (isinstance(value, kind) and (kind is bool or not isinstance(value, bool)))
        if keyword in {"type", "required"} and isinstance(value, list):
            sound = all(isinstance(name, str) for name in value)
        if keyword in _BOUNDS and keyword.startswith("exclusive") and isinstance(value, bool):
            sound = True  # as in 3.0
        if not sound:
            raise DocumentError(f"a schema has {keyword}: {json.dumps(value, default=str)[:80]}, which is none")


def _types_and_enum(schema: Schema, plain: Schema) -> None:
    declared = schema.get("type")
    types = [declared] if isinstance(declared, str) else list(declared or ())
    options = schema.get("enum")
    if "const" in schema:
        options = [schema["const"]]
    if options is not None:
        named = [option for option in options if option is not None]
        if not types:
            types = sorted(set(map(type_name, named)))
        # In 3.1 null is allowed if both keywords allow it, in 3.0 if `nullable` does.
        types = [name for name in types if name != "null"] + ["null"] * (None in options)
        if named or not options:
            plain["enum"] = named
    if types:
        plain["type"] = types


def _exclusive_bounds(plain: Schema) -> None:
    """Convert ``minimum: 1, exclusiveMinimum: true`` of 3.0 to ``exclusiveMinimum: 1`` of 3.1."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(plain.get(exclusive), bool) and plain.pop(exclusive) and bound in plain:
            plain[exclusive] = plain.pop(bound)
