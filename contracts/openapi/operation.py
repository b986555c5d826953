"""The operation of the contract in an OpenAPI document, and its bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contracts.exchange import COLLECTION_PATH, JSON_MEDIA_TYPE, media_type
from contracts.openapi.document_text import DocumentError
from contracts.openapi.references import follow

if TYPE_CHECKING:
    from contracts.openapi.document_text import Schema
    from contracts.openapi.references import Resolver

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Operation(NamedTuple):
    """A path item of a document, its operation, and the resolver of its references."""

    item: Schema
    operation: Schema
    resolver: Resolver


def version_of(document: Any, name: str) -> str:
    """The version of OpenAPI of a document; raises DocumentError for another kind of document."""
    if not isinstance(document, dict):
        raise DocumentError(f"{name} contains no OpenAPI document; expected an object with the member openapi")
    version = str(document.get("openapi", ""))
    if "swagger" in document:
        raise DocumentError(f"{name} is Swagger {document['swagger']}; expected OpenAPI 3.0 or 3.1 (convert it)")
    if not version.startswith(("3.0", "3.1")):
        received = f"the version {version!r}" if version else "no member openapi"
        raise DocumentError(f"{name}: expected an OpenAPI 3.0 or 3.1 document, received {received}")
    if not isinstance(document.get("paths"), dict):
        raise DocumentError(f"{name}: the OpenAPI document has no paths")
    return version


def find_operation(document: Schema, resolver: Resolver, wanted: str = "") -> Operation | None:
    """The operation that creates a project; None if there is none, or if several are possible.

    Args:
        document: The document.
        resolver: The resolver of its references.
        wanted: The operation, such as ``POST /api/v1/projects``; if it is empty, POST to the path of the contract or
            to the only path that ends with it.
    """
    paths: dict[str, Any] = document["paths"]
    if wanted:
        method, _, path = wanted.strip().partition(" ")
        item, there = follow_all(paths.get(path.strip(), {}), resolver)
        operation = item.get(method.lower())
        return None if operation is None else Operation(item, operation, there)
    exact = [path for path in paths if path.rstrip("/") == COLLECTION_PATH]
    prefixed = [path for path in paths if path.rstrip("/").endswith(COLLECTION_PATH)]
    for path in [*exact, *(prefixed if len(prefixed) == 1 else ())]:
        item, there = follow_all(paths[path], resolver)
        if "post" in item:
            return Operation(item, item["post"], there)
    return None


def other_operations(document: Schema) -> str:
    """The operations with the most similar paths, for an error message."""
    named = [
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        if isinstance(item, dict)
        for method in _METHODS
        if method in item
    ]
    near = [name for name in named if "project" in name] or named
    return ", ".join(near[:6]) + (", ..." if len(near) > 6 else "") if named else "no operation at all"


def follow_all(node: Any, resolver: Resolver) -> tuple[Schema, Resolver]:
    """The object behind any chain of references; raises DocumentError if there is none."""
    for _ in range(20):
        if not isinstance(node, dict):
            raise DocumentError(f"expected an object in the description of the operation, received {node!r}")
        if "$ref" not in node:
            return node, resolver
        node, resolver = follow(node["$ref"], resolver)
    raise DocumentError("a reference of the operation leads back to itself")


def media_of(body: Schema) -> dict[str, Any]:
    """Media types in lower case and without parameters, with their definitions."""
    return {media_type(str(kind)): entry for kind, entry in (body.get("content") or {}).items()}


def schema_of(media: dict[str, Any]) -> Any:
    """The schema of JSON, else of the first media type; an open schema if there is none."""
    kinds = (JSON_MEDIA_TYPE, *media)
    chosen = next((kind for kind in kinds if kind in media and "json" in kind), next(iter(media)))
    return (media[chosen] or {}).get("schema", {})
