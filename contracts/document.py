"""The contract document: loaded once, handed out as fields, patterns, statuses and schemas."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from contracts.exchange import COLLECTION_PATH, JSON_MEDIA_TYPE
from contracts.patterns import Pattern, PatternError
from contracts.yaml_text import load_yaml

DEFAULT_DOCUMENT: Final = Path(__file__).with_name("create_project.openapi.yaml")

Schema = dict[str, Any]

_TYPES: Final = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
#: Keywords that clauses, oracle and strategies follow, and those that say nothing about values.
_FOLLOWED: Final = frozenset({"type", "enum", "pattern", "format", "items", "properties", "required"})
_ANNOTATIONS: Final = frozenset(
    {"title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "$comment"}
)


class DocumentError(ValueError):
    """The contract document lacks something that the suite needs."""


@dataclass(frozen=True, slots=True)
class Field:
    """One member of the request or of the 201 answer.

    ``path`` is dotted (``plan.locked``); ``types`` are JSON Schema type names without ``null``, empty where
    the document allows any; ``example`` is true where the page's example is the only source.
    """

    path: str
    types: tuple[str, ...]
    nullable: bool
    required: bool
    pattern: str | None = None
    enum: tuple[Any, ...] | None = None
    format: str | None = None
    items: Field | None = None
    members: tuple[Field, ...] = ()
    example: bool = False
    schema: Schema = field(default_factory=dict, compare=False, hash=False)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def type(self) -> str:
        """The one documented type besides null, or ``any``."""
        return self.types[0] if self.types else "any"


@dataclass(frozen=True, slots=True, eq=False)
class Contract:
    """What the page promises, read from an OpenAPI 3.1 document.

    ``document`` is the document as loaded, ``request_schema`` and ``response_schema`` have their references
    resolved, ``fields`` are the members of the body, ``response_fields`` those of the 201 answer.
    """

    source: str
    document: Schema
    request_schema: Schema
    response_schema: Schema
    fields: tuple[Field, ...]
    response_fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The request field ``name``; raises DocumentError where there is none."""
        for candidate in self.fields:
            if candidate.path == name:
                return candidate
        raise DocumentError(f"no request field {name!r}; the document has {[f.path for f in self.fields]}")

    @property
    def echoed(self) -> tuple[str, ...]:
        """Names of the request fields that the 201 answer has as well, in the document's order."""
        answered = {member.path for member in self.response_fields}
        return tuple(f.path for f in self.fields if f.path in answered)

    def all_response_fields(self) -> tuple[Field, ...]:
        """Every member of the 201 answer, nested ones behind the one that holds them."""
        return tuple(_flatten(self.response_fields))


def _flatten(fields: tuple[Field, ...]) -> list[Field]:
    found: list[Field] = []
    for member in fields:
        found.append(member)
        found.extend(_flatten(member.members))
    return found


@lru_cache(maxsize=8)
def load_contract(path: str | Path = DEFAULT_DOCUMENT) -> Contract:
    """The contract in the OpenAPI document at ``path`` (YAML or JSON).

    Raises DocumentError where the file cannot be read, lacks the operation, its body or its 201, or uses a
    keyword or a pattern that the suite does not follow: a promise that nobody checks must not look kept.
    """
    try:
        document = load_yaml(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise DocumentError(f"cannot read the contract document {path}: {problem}") from None
    try:
        operation = document["paths"][COLLECTION_PATH]["post"]
        request = operation["requestBody"]["content"][JSON_MEDIA_TYPE]["schema"]
        response = operation["responses"]["201"]["content"][JSON_MEDIA_TYPE]["schema"]
    except (KeyError, TypeError) as missing:
        raise DocumentError(
            f"{path}: expected POST {COLLECTION_PATH} with a JSON body and a JSON 201 answer; missing {missing}"
        ) from None
    request_schema = resolve(request, document)
    response_schema = resolve(response, document)
    _follows(request_schema, "the body")
    _follows(response_schema, "the 201 answer")
    return Contract(
        source=str(path),
        document=document,
        request_schema=request_schema,
        response_schema=response_schema,
        fields=read_fields(request_schema),
        response_fields=read_fields(response_schema),
    )


def resolve(schema: Schema, document: Schema) -> Schema:
    """A copy of ``schema`` with every local ``$ref`` replaced; raises DocumentError for a broken one."""

    def walk(node: Any, seen: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [walk(item, seen) for item in node]
        if not isinstance(node, dict):
            return copy.copy(node)
        reference = node.get("$ref")
        if reference is None:
            return {key: walk(value, seen) for key, value in node.items()}
        if reference in seen:
            raise DocumentError(f"the reference {reference} refers to itself")
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            try:
                target = target[part.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                raise DocumentError(f"the reference {reference} leads nowhere") from None
        return walk(target, (*seen, reference))

    resolved: Schema = walk(schema, ())
    return resolved


def _follows(schema: Any, where: str) -> None:
    """Raise DocumentError for a schema that says more about values than the suite follows."""
    if not isinstance(schema, dict):
        raise DocumentError(f"{where}: expected a schema (an object), received {schema!r}")
    for keyword, value in schema.items():
        annotation = keyword in _ANNOTATIONS or keyword.startswith("x-")
        open_object = keyword == "additionalProperties" and value in (True, {})
        if keyword not in _FOLLOWED and not annotation and not open_object:
            advice = "write type: [..., 'null']" if keyword == "nullable" else f"expected {sorted(_FOLLOWED)}"
            raise DocumentError(f"{where}: {keyword} is no keyword that this suite follows; {advice}")
    _sound(schema, where)
    if "items" in schema:
        _follows(schema["items"], f"{where}, items")
    for name, member in schema.get("properties", {}).items():
        _follows(member, f"{where}, {name}")


def _sound(schema: Schema, where: str) -> None:
    """Raise DocumentError for a type, a list of options or a pattern that is none."""
    declared, options = schema.get("type", []), schema.get("enum", [""])
    types = {declared} if isinstance(declared, str) else set(declared)
    if not types <= _TYPES or types == {"null"}:
        raise DocumentError(f"{where}: expected types among {sorted(_TYPES - {'null'})}, received {declared!r}")
    if not isinstance(options, list) or not options:
        raise DocumentError(f"{where}: expected enum to be a list of options, received {options!r}")
    try:
        Pattern.compile(schema.get("pattern", ""))
    except PatternError as problem:
        raise DocumentError(f"{where}: {problem}") from None


def read_fields(schema: Schema, prefix: str = "", *, example: bool = False) -> tuple[Field, ...]:
    """The members of an object schema as fields, in the document's order."""
    required = set(schema.get("required", ()))
    return tuple(
        read_field(f"{prefix}{name}", member, required=name in required, example=example)
        for name, member in schema.get("properties", {}).items()
    )


def read_field(path: str, schema: Schema, *, required: bool, example: bool = False) -> Field:
    """One schema as a field; ``type`` may be a name or a list of names."""
    declared = schema.get("type", [])
    types = [declared] if isinstance(declared, str) else list(declared)
    enum = schema.get("enum")
    # Null is admitted where both keywords admit it (JSON Schema 2020-12, section 6.1.2).
    nullable = ("null" in types or not types) and (enum is None or None in enum)
    items = schema.get("items")
    return Field(
        path=path,
        types=tuple(name for name in types if name != "null"),
        nullable=nullable,
        required=required,
        pattern=schema.get("pattern"),
        enum=tuple(option for option in enum if option is not None) if enum is not None else None,
        format=schema.get("format"),
        items=read_field(f"{path}.items", items, required=False) if isinstance(items, dict) else None,
        members=read_fields(schema, f"{path}.", example=bool(schema.get("x-from-example"))),
        example=example,
        schema=schema,
    )
