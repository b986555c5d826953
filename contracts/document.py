"""The contract document as fields, patterns, statuses and schemas."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from contracts.exchange import COLLECTION_PATH, JSON_MEDIA_TYPE
from contracts.openapi.document_text import DocumentError, Schema, parse, read_file
from contracts.openapi.operation import (
    find_operation,
    follow_all,
    media_of,
    other_operations,
    schema_of,
    version_of,
)
from contracts.openapi.plain_schemas import Plain
from contracts.openapi.references import resolver_of
from contracts.openapi.verifiable import LIMITS, verifiable

DEFAULT_DOCUMENT: Final = Path(__file__).with_name("create_project.openapi.yaml")


@dataclass(frozen=True, slots=True)
class Field:
    """One member of the request or of the 201 response.

    ``path`` is dotted (``plan.locked``); ``types`` are JSON Schema type names without ``null``, empty if the document
    allows any; ``example`` is true if only the page's example shows the member.
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
    def limits(self) -> Schema:
        """Further constraints of the document that no clause verifies, such as maxLength."""
        limits: Schema = self.schema.get(LIMITS, {})
        return limits

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
    """The promises of an OpenAPI 3.0 or 3.1 document.

    ``document`` is the document as loaded, ``request_schema`` and ``response_schema`` are plain schemas (see
    :mod:`contracts.openapi.plain_schemas`), ``fields`` are the members of the body, ``response_fields`` those of the
    201 response; ``not_verified`` names the constraints that no clause verifies.
    """

    source: str
    document: Schema
    request_schema: Schema
    response_schema: Schema
    fields: tuple[Field, ...]
    response_fields: tuple[Field, ...]
    not_verified: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        """The request field ``name``; raises DocumentError if there is none."""
        for candidate in self.fields:
            if candidate.path == name:
                return candidate
        raise DocumentError(f"no request field {name!r}; the document has {[f.path for f in self.fields]}")

    @property
    def operation_document(self) -> Schema:
        """The operation as an OpenAPI 3.1 document of its own, with plain schemas."""
        bodies = (self.request_schema, self.response_schema)
        request, response = ({"content": {JSON_MEDIA_TYPE: {"schema": schema}}} for schema in bodies)
        answers = {"201": {"description": "created", **response}, "4XX": {"description": "refused"}}
        operation = {"requestBody": {"required": True, **request}, "responses": answers}
        information = {"title": "Create Project", "version": "1"}
        return {"openapi": "3.1.0", "info": information, "paths": {COLLECTION_PATH: {"post": operation}}}

    @property
    def echoed(self) -> tuple[str, ...]:
        """Names of the request fields that are also members of the 201 response, in the document's order."""
        answered = {member.path for member in self.response_fields}
        return tuple(f.path for f in self.fields if f.path in answered)

    def all_response_fields(self) -> tuple[Field, ...]:
        """Every member of the 201 response, nested ones after their parent."""
        return tuple(_flatten(self.response_fields))


def _flatten(fields: tuple[Field, ...]) -> list[Field]:
    found: list[Field] = []
    for member in fields:
        found.append(member)
        found.extend(_flatten(member.members))
    return found


@lru_cache(maxsize=8)
def load_contract(path: str | Path = DEFAULT_DOCUMENT) -> Contract:
    """Load the contract from an OpenAPI document.

    Args:
        path: A file (YAML or JSON), followed by ``#`` and the operation if the document has several, such as
            ``openapi.json#POST /api/v1/projects``.

    Returns:
        The contract. Constraints other than types, null, enums, patterns and required members are named in
        ``not_verified``; values that they may exclude are neither valid nor invalid.

    Raises:
        DocumentError: The file cannot be read, or lacks the operation, its body or its 201.
    """
    name, _, wanted = str(path).partition("#")
    try:
        document = parse(read_file(name), name)
        version_of(document, name)
        request, response = (verifiable(schema, where) for where, schema in _bodies(document, name, wanted).items())
    except DocumentError as problem:
        text = str(problem)
        raise DocumentError(text if text.startswith(name) else f"the contract document {name}: {text}") from None
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        reason = f"{type(problem).__name__}: {problem}"
        raise DocumentError(f"{name}: the description of the operation is no valid OpenAPI ({reason})") from None
    return Contract(
        source=str(path),
        document=document,
        request_schema=request.schema,
        response_schema=response.schema,
        fields=read_fields(request.schema),
        response_fields=read_fields(response.schema),
        not_verified=(*request.not_verified, *response.not_verified),
    )


def _bodies(document: Schema, name: str, wanted: str) -> dict[str, Schema]:
    """The plain schemas of the body and of the 201 response."""
    found = find_operation(document, resolver_of(document, name, read_file), wanted)
    if found is None:
        raise DocumentError(f"expected POST {COLLECTION_PATH} (or --operation); it has {other_operations(document)}")
    responses = found.operation.get("responses") or {}
    described = {"request": found.operation.get("requestBody"), "response.201": responses.get("201")}
    plain, bodies = Plain(), {}
    for where, body in described.items():
        content, resolver = follow_all(body or {}, found.resolver)
        media = media_of(content)
        if JSON_MEDIA_TYPE not in media:
            raise DocumentError(f"expected POST {COLLECTION_PATH} with a JSON body and a JSON 201; missing: {where}")
        bodies[where] = plain.schema(schema_of(media), resolver)
    return bodies


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
    nullable = "null" in types or not types
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
