"""The Markdown of a reference page, as documentation sites serve it, converted to OpenAPI.

Three forms: a whole OpenAPI document in a fenced block, the short form of one operation in such a block (``paths:
{path, method, request, response}``), and ``<ParamField>`` and ``<ResponseField>`` components.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

from markdown_it import MarkdownIt

from contracts.drift.statements import apply_limit, apply_options, apply_pattern, complete_from_example, read_type
from contracts.exchange import COLLECTION_PATH, JSON_MEDIA_TYPE
from contracts.openapi.document_text import DocumentError, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.openapi.document_text import Schema

_BLOCK: Final = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>ya?ml|json)\b", re.MULTILINE)
_OPERATION: Final = re.compile(r"^\s*\"?(?:openapi|paths)\"?\s*:", re.MULTILINE)
_COMPONENT: Final = re.compile(r"<(?:ParamField|ResponseField)\b")
_CALL: Final = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\s+(?:https?://[^\s/]+)?(/[^\s\"'`]*)", re.IGNORECASE)
_PLACES: Final = ("query", "header", "path", "cookie")


def looks_like_markdown(text: str) -> bool:
    """Whether a text is Markdown that describes an operation."""
    return text.lstrip()[:1] not in {"{", "["} and (
        _COMPONENT.search(text) is not None or any(True for _ in _documents(text))
    )


def transcribe_markdown(text: str) -> Schema:
    """The OpenAPI document of the page; raises DocumentError if it is invalid."""
    for content in _documents(text):
        document = parse(content, "the block of the page")
        if isinstance(document, dict) and "openapi" in document:
            return document
        if isinstance(document, dict):
            return _from_short_form(document)
    return _Components(text).document()


def _documents(text: str) -> Iterator[str]:
    """The fenced blocks with an operation, without those with examples."""
    if _BLOCK.search(text) is None:
        return
    for token in MarkdownIt("commonmark").parse(text):
        data = token.type == "fence" and token.info.split(maxsplit=1)[:1] in (["yaml"], ["yml"], ["json"])
        if data and _OPERATION.search(token.content):
            yield token.content


def _from_short_form(document: Schema) -> Schema:
    """One operation as ``paths: {path, method, request, response}``, each schema in a ``schemaArray``."""
    paths = document.get("paths")
    if not isinstance(paths, dict) or not isinstance(paths.get("path"), str):
        raise DocumentError("the block of the page is neither an OpenAPI document nor the short form of an operation")
    request, responses = paths.get("request") or {}, paths.get("response") or {}
    schemes: dict[str, Schema] = {}
    security = []
    for number, alternative in enumerate(request.get("security") or ()):
        names = {}
        for place, entries in (alternative.get("parameters") or {}).items():
            for name, scheme in entries.items():
                label = f"{number}-{place}-{name}"
                key = {"in": place, "name": name} if scheme.get("type") == "apiKey" else {}
                schemes[label] = {**scheme, **key}
                names[label] = list[str]()
        security.append(names)
    parameters = [
        {"in": place, "name": name, "required": any(s.get("required") is True for s in entry["schema"]),
         "schema": _either(entry["schema"])}
        for place, entries in (request.get("parameters") or {}).items()
        for name, entry in entries.items()
    ]  # fmt: skip
    body = {media: entry["schemaArray"] for media, entry in (request.get("body") or {}).items()}
    operation: Schema = {
        "security": security,
        "parameters": parameters,
        "responses": {
            str(status): {"description": "", "content": {
                media: {"schema": _either(entry["schemaArray"])} for media, entry in answer.items()
            }}
            for status, answer in responses.items()
        },
    }  # fmt: skip
    if body:
        operation["requestBody"] = {
            "required": any(schema.get("required") is True for schemas in body.values() for schema in schemas),
            "content": {media: {"schema": _either(schemas)} for media, schemas in body.items()},
        }
    components = {**(document.get("components") or {}), "securitySchemes": schemes}
    method = str(paths.get("method", "")).lower()
    return {"openapi": "3.1.0", "paths": {paths["path"]: {method: operation}}, "components": components}


def _either(schemas: Iterable[Schema]) -> Schema:
    """The short form has ``required: true`` for the whole and ``requiredProperties`` for the members."""
    plain = [
        {**{key: value for key, value in schema.items() if key not in {"required", "requiredProperties"}},
         "required": schema.get("requiredProperties") or []}
        for schema in schemas
    ]  # fmt: skip
    return plain[0] if len(plain) == 1 else {"anyOf": plain}


class _Components(HTMLParser):
    """Reads the components of a page: attributes, nesting, and the text inside."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self._page = text
        self.body: Schema = {"type": "object", "properties": {}, "required": []}
        self.answer: Schema = {"type": "object", "properties": {}, "required": []}
        self._parameters: list[Schema] = []
        self._open: list[tuple[Schema, list[str]]] = []
        self._authorization = ""
        prose, self._examples = _without_fences(text)
        self.feed(prose)
        self.close()

    def document(self) -> Schema:
        """The OpenAPI document; ``x-silent`` names what such a page cannot express."""
        for kind, example in self._examples:
            complete_from_example(self.answer if kind == "answer" else self.body, example)
        call = _CALL.search(self._page)
        method, path = (call[1].lower(), call[2]) if call else ("post", COLLECTION_PATH)
        operation: Schema = {
            "parameters": self._parameters,
            "responses": {"201": {"description": "", "content": {JSON_MEDIA_TYPE: {"schema": self.answer}}}},
        }
        if self.body["properties"]:
            content = {JSON_MEDIA_TYPE: {"schema": self.body}}
            operation["requestBody"] = {"required": bool(self.body["required"]), "content": content}
        document: Schema = {
            "openapi": "3.1.0",
            "paths": {path: {method: operation}},
            "x-silent": ["status", "media type"],
        }
        if "bearer" in self._authorization.lower():
            operation["security"] = [{"bearer": []}]
            document["components"] = {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}
        else:
            document["x-silent"].append("security")
        return document

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A component begins; other tags belong to a description."""
        if tag not in {"paramfield", "responsefield"}:
            return
        said = {name: value or "" for name, value in attrs}
        written = said.get("type", "any")
        schema = read_type(written)
        schema = {"type": written} if schema is None else schema
        required = "required" in said and said["required"].strip("{}\"'") != "false"
        self._place(tag, said, schema, required=required)
        self._open.append((schema, []))

    def _place(self, tag: str, said: dict[str, str], schema: Schema, *, required: bool) -> None:
        if tag == "responsefield":
            root, name = self.answer, said.get("name", "")
        else:
            root, name = self.body, said.get("body", said.get("name", ""))
            place = next((word for word in _PLACES if word in said), None)
            if place is not None:
                if said[place].lower() != "authorization":
                    self._parameters.append({"in": place, "name": said[place], "required": required, "schema": schema})
                return
        holder = self._open[-1][0] if self._open else root
        while isinstance(holder.get("items"), dict):
            holder = holder["items"]
        holder.setdefault("properties", {})[name] = schema
        if required:
            holder.setdefault("required", []).append(name)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A component without text."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        """Text; inside a component it may be a statement about its value."""
        if self._open:
            self._open[-1][1].append(data)
        self._authorization += data if "bearer" in data.lower() else ""

    def handle_endtag(self, tag: str) -> None:
        """A component ends: its statements are read."""
        if tag not in {"paramfield", "responsefield"} or not self._open:
            return
        schema, words = self._open.pop()
        for line in filter(None, (line.strip(" *-") for line in "".join(words).splitlines())):
            if line.startswith("Pattern: "):
                apply_pattern(schema, line.removeprefix("Pattern: ").strip("`"))
            elif line.startswith("Available options: "):
                options = line.removeprefix("Available options: ").split(",")
                apply_options(schema, [option.strip(" `.") for option in options])
            else:
                apply_limit(schema, line.replace("`", ""))


def _without_fences(text: str) -> tuple[str, list[tuple[str, Any]]]:
    """The page without its fenced blocks, and the JSON examples by what they are examples of."""
    prose: list[str] = []
    examples: list[tuple[str, Any]] = []
    block: list[str] = []
    fence = ""
    kind = "body"
    for line in text.splitlines():
        stripped = line.strip()
        if fence:
            if stripped == fence:
                examples += _example(kind, "\n".join(block))
                fence, block = "", []
            else:
                block.append(line)
        elif (match := re.match(r"(`{3,}|~{3,})", stripped)) is not None:
            fence = match[1]
        else:
            if "<ResponseExample" in line or "<RequestExample" in line:
                kind = "answer" if "<ResponseExample" in line else "body"
            prose.append(line)
    return "\n".join(prose), examples


def _example(kind: str, block: str) -> list[tuple[str, Any]]:
    try:
        value = parse(block, "an example") if block.lstrip().startswith("{") else None
    except DocumentError:
        return []
    return [(kind, value)] if isinstance(value, dict) else []
