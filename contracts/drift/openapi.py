"""From an OpenAPI 3.0 or 3.1 document to what it says about the operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.document import Field, Schema, read_field, read_fields
from contracts.drift.fetching import shown_source
from contracts.drift.published import DriftError, Published
from contracts.drift.references import follow, resolver_of
from contracts.drift.schemas import Plain
from contracts.exchange import COLLECTION_PATH, JSON_MEDIA_TYPE

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.drift.references import Resolver

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
#: Headers that OpenAPI describes elsewhere and tells readers to ignore as parameters (3.1, section 4.8.12).
_OTHERWISE_SAID: Final = frozenset({"accept", "content-type", "authorization"})


def read_contract(contract: Contract) -> Published:
    """Our own contract in the form of a source."""
    return read_openapi(contract.document, contract.source)


def read_openapi(document: Any, source: str, form: str = "") -> Published:
    """What an OpenAPI 3.0 or 3.1 document says about POST /v1/projects.

    A document without the operation gives ``absent``. Raises DriftError for another kind of document and for
    one whose parts that matter are broken.
    """
    name = shown_source(source)
    version = _version(document, name)
    try:
        return _Reading(document, source, form or f"OpenAPI {version}").published()
    except DriftError as problem:
        raise DriftError(f"{name}: {problem}") from None
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise DriftError(
            f"{name}: the description of the operation is no valid OpenAPI ({type(problem).__name__}: {problem})"
        ) from None


def _version(document: Any, name: str) -> str:
    if not isinstance(document, dict):
        raise DriftError(f"{name} holds no OpenAPI document; expected an object with the member openapi")
    version = str(document.get("openapi", ""))
    if "swagger" in document:
        raise DriftError(f"{name} is Swagger {document['swagger']}; expected OpenAPI 3.0 or 3.1 (convert it)")
    if not version.startswith(("3.0", "3.1")):
        received = f"the version {version!r}" if version else "no member openapi"
        raise DriftError(f"{name}: expected an OpenAPI 3.0 or 3.1 document, received {received}")
    if not isinstance(document.get("paths"), dict):
        raise DriftError(f"{name}: the OpenAPI document has no paths")
    return version


class _Reading:
    """One document being read."""

    def __init__(self, document: Schema, source: str, form: str) -> None:
        self._document = document
        self._source = source
        self._form = form
        self._resolver = resolver_of(document, source)
        self._plain = Plain()

    def published(self) -> Published:
        """The operation, or the names of the others."""
        name = shown_source(self._source)
        found = self._operation()
        if found is None:
            return Published(name, self._form, absent=self._others())
        item, operation, here = found
        request, there = self._follow(operation.get("requestBody") or {}, here)
        request_media = _media(request)
        statuses = {str(status): answer for status, answer in (operation.get("responses") or {}).items()}
        status = _success(statuses)
        answer, other = self._follow(statuses.get(status) or {}, here)
        response_media = _media(answer)
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

    def _follow(self, node: Any, resolver: Resolver) -> tuple[Schema, Resolver]:
        """The object behind any chain of references."""
        for _ in range(20):
            if not isinstance(node, dict):
                raise DriftError(f"expected an object in the description of the operation, received {node!r}")
            if "$ref" not in node:
                return node, resolver
            node, resolver = follow(node["$ref"], resolver)
        raise DriftError("a reference of the operation leads back to itself")

    def _operation(self) -> tuple[Schema, Schema, Resolver] | None:
        paths: dict[str, Any] = self._document["paths"]
        exact = [path for path in paths if _tidy(path) == COLLECTION_PATH]
        prefixed = [path for path in paths if _tidy(path).endswith(COLLECTION_PATH)]
        for path in [*exact, *(prefixed if len(prefixed) == 1 else ())]:
            item, there = self._follow(paths[path], self._resolver)
            if "post" in item:
                return item, item["post"], there
        return None

    def _others(self) -> str:
        """The operations whose paths are nearest to ours, for the reader who looks for it."""
        named = [
            f"{method.upper()} {path}"
            for path, item in self._document["paths"].items()
            if isinstance(item, dict)
            for method in _METHODS
            if method in item
        ]
        near = [name for name in named if "project" in name] or named
        return ", ".join(near[:6]) + (", ..." if len(near) > 6 else "") if named else "no operation at all"

    def _body(self, media: dict[str, Any], name: str, resolver: Resolver) -> Field | None:
        if not media:
            return None
        chosen = next(
            (kind for kind in (JSON_MEDIA_TYPE, *media) if kind in media and "json" in kind), next(iter(media))
        )
        schema = self._plain.schema((media[chosen] or {}).get("schema", {}), resolver)
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
            parameter, there = self._follow(entry, resolver)
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
            frozenset(_scheme(self._follow(schemes[name], resolver)[0]) for name in alternative)
            for alternative in alternatives
        )


def _tidy(path: str) -> str:
    return path.rstrip("/")


def _media(body: Schema) -> dict[str, Any]:
    """Media types in lower case and without parameters, to what the document says of them."""
    return {str(kind).partition(";")[0].strip().lower(): entry for kind, entry in (body.get("content") or {}).items()}


def _success(statuses: dict[str, Any]) -> str:
    """The status whose answer is compared: 201, else the first other success."""
    successes = sorted(code for code in statuses if code.startswith("2"))
    return "201" if "201" in statuses else next(iter(successes), "201")


def _scheme(scheme: Schema) -> str:
    """A security scheme in words; its name in the document is a label and says nothing."""
    kind = scheme["type"]
    if kind == "http":
        return f"{scheme['scheme'].lower()} token in the header Authorization"
    if kind == "apiKey":
        return f"key in the {scheme['in']} {scheme['name']}"
    return str(kind)
