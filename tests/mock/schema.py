"""The service's validation: JSON Schema from the OpenAPI document, with the service's messages.

Patterns are matched by an ECMA-262 engine. The supported subset of JSON Schema 2020-12 is what request schemas of APIs
use: types, enum, const, pattern, lengths, limits, items, properties, required, additionalProperties, anyOf, oneOf,
allOf and local references.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import regress

from contracts.openapi.document_text import parse, read_file
from contracts.openapi.operation import find_operation, follow_all, media_of, schema_of
from contracts.openapi.plain_schemas import Plain
from contracts.openapi.references import resolver_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mock.json_codec import Json

_SURROGATES = re.compile("[\ud800-\udfff]")
_ABSENT = object()
_KINDS: dict[type, str] = {str: "string", list: "array", dict: "object"}


@dataclass(frozen=True, slots=True)
class Issue:
    """One violated rule: the path, and the service's message."""

    path: tuple[str, ...]
    message: str


Validator = Callable[[Any, tuple[str, ...], list[Issue]], None]


@dataclass(frozen=True, slots=True)
class Operation:
    """The part of the document that the mock needs: plain schemas of the request and of the 201."""

    request: dict[str, Any]
    created: dict[str, Any]


def load_operation(path: Path) -> Operation:
    """The schemas of `POST /v1/projects` in an OpenAPI document, optionally with `#` and another operation.

    Raises `KeyError` if the document lacks the operation and `ValueError` if a reference cannot be resolved.
    """
    name, _, wanted = str(path).partition("#")
    document = parse(read_file(name), name)
    found = find_operation(document, resolver_of(document, name, read_file), wanted)
    if found is None:
        raise KeyError("POST /v1/projects")
    bodies = (found.operation["requestBody"], found.operation["responses"]["201"])
    plain = Plain()
    followed = (follow_all(body, found.resolver) for body in bodies)
    return Operation(*(plain.schema(schema_of(media_of(body)), resolver) for body, resolver in followed))


def kind(value: Json) -> str:
    """The JSON type of a value, as the service names it."""
    if value is _ABSENT:
        return "undefined"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return _KINDS[type(value)]


def same(left: Json, right: Json) -> bool:
    """Equality of JSON values: `true` is not `1`."""
    return kind(left) == kind(right) and bool(left == right)


def matcher(pattern: str) -> Callable[[str], bool]:
    """A function that searches an ECMA-262 pattern in a text. A lone surrogate counts as one unknown character."""
    expression = regress.Regex(pattern)

    def matches(text: str) -> bool:
        try:
            return expression.find(text) is not None
        except UnicodeEncodeError:
            return expression.find(_SURROGATES.sub("\ufffd", text)) is not None

    return matches


def compiled(schema: dict[str, Any]) -> Validator:
    """A function that appends an `Issue` for each rule of the schema that a value violates."""
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else list(types)
    rules = [
        *_choice_rules(schema),
        *_text_rules(schema),
        *_number_rules(schema),
        *_list_rules(schema),
        *_object_rules(schema),
    ]
    named = " | ".join(_zod_name(schema, name) for name in types if name != "null")

    def validate(value: Json, path: tuple[str, ...], issues: list[Issue]) -> None:
        if value is _ABSENT or (types and not any(_is(value, name) for name in types)):
            issues.append(Issue(path, f"Invalid input: expected {named}, received {kind(value)}"))
            return
        for rule in rules:
            rule(value, path, issues)

    return validate


def _zod_name(schema: dict[str, Any], name: str) -> str:
    if name == "object" and "properties" not in schema:
        return "record"
    return name


def _is(value: Json, name: str) -> bool:
    received = kind(value)
    if received != "number":
        return received == name
    if isinstance(value, int):
        return name in ("number", "integer")
    return math.isfinite(value) and (name == "number" or (name == "integer" and value.is_integer()))


def _choice_rules(schema: dict[str, Any]) -> list[Validator]:
    rules: list[Validator] = []
    options = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if options is not None:
        listed = "|".join(f'"{option}"' for option in options)

        def choice(value: Json, path: tuple[str, ...], issues: list[Issue]) -> None:
            if value is not None and not any(same(value, option) for option in options):
                issues.append(Issue(path, f"Invalid option: expected one of {listed}"))

        rules.append(choice)
    rules.extend(compiled(part) for part in schema.get("allOf", []))
    for keyword in ("anyOf", "oneOf"):
        branches = [compiled(part) for part in schema.get(keyword, [])]
        if branches:
            rules.append(_branches(branches, exactly_one=keyword == "oneOf"))
    return rules


def _branches(branches: list[Validator], *, exactly_one: bool) -> Validator:
    def union(value: Json, path: tuple[str, ...], issues: list[Issue]) -> None:
        held = 0
        for branch in branches:
            found: list[Issue] = []
            branch(value, path, found)
            held += not found
        if held == 0 or (exactly_one and held > 1):
            issues.append(Issue(path, "Invalid input"))

    return union


def _text_rules(schema: dict[str, Any]) -> list[Validator]:
    rules: list[Validator] = []
    if "pattern" in schema:
        matches = matcher(schema["pattern"])
        sentence = f"Invalid string: must match pattern /{schema['pattern']}/"
        if schema.get("format") == "email":
            sentence = "Invalid email address"

        def pattern(value: Json, path: tuple[str, ...], issues: list[Issue]) -> None:
            if isinstance(value, str) and not matches(value):
                issues.append(Issue(path, sentence))

        rules.append(pattern)
    rules += _limits(schema, "minLength", "maxLength", str, len, "string", "characters")
    return rules


def _number_rules(schema: dict[str, Any]) -> list[Validator]:
    bounds: list[tuple[str, Callable[[float, float], bool]]] = [
        ("minimum", lambda value, limit: value >= limit),
        ("maximum", lambda value, limit: value <= limit),
        ("exclusiveMinimum", lambda value, limit: value > limit),
        ("exclusiveMaximum", lambda value, limit: value < limit),
        ("multipleOf", lambda value, limit: math.remainder(value, limit) == 0),
    ]
    return [_bound(word, schema[word], holds) for word, holds in bounds if word in schema]


def _bound(word: str, limit: float, holds: Callable[[float, float], bool]) -> Validator:
    def bound(value: Json, path: tuple[str, ...], issues: list[Issue]) -> None:
        if kind(value) == "number" and not holds(value, limit):
            issues.append(Issue(path, f"Invalid number: {word} is {limit}"))

    return bound


def _list_rules(schema: dict[str, Any]) -> list[Validator]:
    rules = _limits(schema, "minItems", "maxItems", list, len, "array", "items")
    if schema.get("uniqueItems"):

        def unique(value: Json, path: tuple[str, ...], issues: list[Issue]) -> None:
            if isinstance(value, list) and any(
                same(item, other) for index, item in enumerate(value) for other in value[:index]
            ):
                issues.append(Issue(path, "Invalid input: items must be unique"))

        rules.append(unique)
    if "items" in schema:
        item_rule = compiled(schema["items"])

        def items(value: Json, path: tuple[str, ...], issues: list[Issue]) -> None:
            if isinstance(value, list):
                for index, item in enumerate(value):
                    item_rule(item, (*path, str(index)), issues)

        rules.append(items)
    return rules


def _limits(
    schema: dict[str, Any],
    least: str,
    most: str,
    of: type,
    size: Callable[[Any], int],
    noun: str,
    unit: str,
) -> list[Validator]:
    low, high = schema.get(least, 0), schema.get(most, math.inf)
    if low == 0 and high == math.inf:
        return []

    def limits(value: Json, path: tuple[str, ...], issues: list[Issue]) -> None:
        if isinstance(value, of):
            if size(value) < low:
                issues.append(Issue(path, f"Too small: expected {noun} to have >={low} {unit}"))
            elif size(value) > high:
                issues.append(Issue(path, f"Too big: expected {noun} to have <={high} {unit}"))

    return [limits]


def _object_rules(schema: dict[str, Any]) -> list[Validator]:
    checks = {name: compiled(member) for name, member in schema.get("properties", {}).items()}
    required = frozenset(schema.get("required", []))
    extra = schema.get("additionalProperties", True)
    rules = [_members(checks, required)] if checks or required else []
    if extra is not True:
        rules.append(_further_members(checks, compiled(extra) if isinstance(extra, dict) else None))
    return rules


def _members(checks: dict[str, Validator], required: frozenset[str]) -> Validator:
    def members(value: Json, path: tuple[str, ...], issues: list[Issue]) -> None:
        if not isinstance(value, dict):
            return
        for name, rule in checks.items():
            if name in value:
                rule(value[name], (*path, name), issues)
            elif name in required:
                rule(_ABSENT, (*path, name), issues)
        missing = required - checks.keys() - value.keys()
        issues.extend(Issue((*path, name), "Invalid input: received undefined") for name in missing)

    return members


def _further_members(checks: dict[str, Validator], rule: Validator | None) -> Validator:
    def further_members(value: Json, path: tuple[str, ...], issues: list[Issue]) -> None:
        if not isinstance(value, dict):
            return
        for name in value.keys() - checks.keys():
            if rule is None:
                issues.append(Issue(path, f'Unrecognized key: "{name}"'))
            else:
                rule(value[name], (*path, name), issues)

    return further_members
