"""Reads the operation from an OpenAPI 3.0 or 3.1 document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.document import Field, read_field, read_fields
from contracts.drift.fetching import read_text
from contracts.drift.published import Published
from contracts.openapi.document_text import DocumentError, Schema, shown_source
from contracts.openapi.operation import find_operation, follow_all, media_of, other_operations, schema_of, version_of
from contracts.openapi.plain_schemas import Plain
from contracts.openapi.references import resolver_of

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.openapi.references import Resolver

#: Headers that OpenAPI describes elsewhere and ignores as parameters (3.1, section 4.8.12).
_OTHERWISE_SAID: Final = frozenset({"accept", "content-type", "authorization"})


def read_contract(contract: Contract) -> Published:
    """Our own contract as a :class:`Published` operation."""
    return read_openapi(contract.document, contract.source)


def read_openapi(document: Any, source: str, form: str = "") -> Published:
    """What an OpenAPI 3.0 or 3.1 document says about POST /v1/projects.

    A document without the operation gives ``absent``. Raises DocumentError for other kinds of documents and for invalid
    ones.
    """
    name = shown_source(source)
    version = version_of(document, name)
    try:
        return _Reading(document, source, form or f"OpenAPI {version}").published()
    except DocumentError as problem:
        raise DocumentError(f"{name}: {problem}") from None
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise DocumentError(
            f"{name}: the description of the operation is no valid OpenAPI ({type(problem).__name__}: {problem})"
        ) from None


class _Reading:
    """The state of reading one document."""

    def __init__(self, document: Schema, source: str, form: str) -> None:
        self._document = document
        self._source = source
        self._form = form
        self._resolver = resolver_of(document, source, read_text)
        self._plain = Plain()

    def published(self) -> Published:
        """The operation, or the names of the other operations."""
        name = shown_source(self._source)
        found = find_operation(self._document, self._resolver)
        if found is None:
            return Published(name, self._form, absent=other_operations(self._document))
        item, operation, here = found
        request, there = follow_all(operation.get("requestBody") or {}, here)
        request_media = media_of(request)
        statuses = {str(status): answer for status, answer in (operation.get("responses") or {}).items()}
        status = _success(statuses)
        answer, other = follow_all(statuses.get(status) or {}, here)
        response_media = media_of(answer)
        return Published(
            source=name,
            form=self._form,
            request=self._body(request_media, "request", there),
            response=self._body(response_media, "response", other),
            body_required=bool(request.get("required")),
            parameters=self._parameters([*(item.get("parameters") or ()), *(operation.get("parameters") or ())], here),
            security=self._security(operation, here),
            statuses=tuple(sorted(code for code in statuses if code[:1] != "4" and code != "default")),
            status=status,
            request_media=frozenset(request_media),
            response_media=frozenset(response_media),
            silent=frozenset(self._document.get("x-silent", ())),
        )

    def _body(self, media: dict[str, Any], name: str, resolver: Resolver) -> Field | None:
        if not media:
            return None
        schema = self._plain.schema(schema_of(media), resolver)
        whole = read_field(name, {key: value for key, value in schema.items() if key != "properties"}, required=True)
        return Field(
            path=name,
            types=whole.types,
            nullable=whole.nullable,
            required=True,
            enum=whole.enum,
            items=whole.items,
            members=read_fields(schema),
            schema=schema,
        )

    def _parameters(self, parameters: list[Any], resolver: Resolver) -> tuple[Field, ...]:
        found: dict[str, Field] = {}
        for entry in parameters:
            parameter, there = follow_all(entry, resolver)
            place, name = parameter["in"], parameter["name"]
            if place == "header" and name.lower() in _OTHERWISE_SAID:
                continue
            schema = self._plain.schema(parameter.get("schema", {}), there)
            path = f"{place}.{name}"
            found[path] = read_field(path, schema, required=bool(parameter.get("required")))
        return tuple(found.values())

    def _security(self, operation: Schema, resolver: Resolver) -> frozenset[frozenset[str]]:
        schemes = (self._document.get("components") or {}).get("securitySchemes") or {}
        wanted = operation.get("security", self._document.get("security"))
        alternatives = wanted or [{}]
        return frozenset(
            frozenset(_scheme(follow_all(schemes[name], resolver)[0]) for name in alternative)
            for alternative in alternatives
        )


def _success(statuses: dict[str, Any]) -> str:
    """The status whose response is compared: 201, else the first other success."""
    successes = sorted(code for code in statuses if code.startswith("2"))
    return "201" if "201" in statuses else next(iter(successes), "201")


def _scheme(scheme: Schema) -> str:
    """A security scheme in words; its name in the document is not significant."""
    kind = scheme["type"]
    if kind == "http":
        return f"{scheme['scheme'].lower()} token in the header Authorization"
    if kind == "apiKey":
        return f"key in the {scheme['in']} {scheme['name']}"
    return str(kind)
