"""The text of an API reference page, as copied from a browser, converted to OpenAPI 3.1."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from contracts.drift.statements import apply_limit, apply_options, apply_pattern, complete_from_example, read_type
from contracts.exchange import JSON_MEDIA_TYPE
from contracts.openapi.document_text import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.openapi.document_text import Schema

_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
#: Headings of a page, and the place in OpenAPI of the content under each.
_SECTIONS: Final = {
    "Authorizations": "authorizations",
    "Headers": "header",
    "Path Parameters": "path",
    "Query Parameters": "query",
    "Cookies": "cookie",
    "Body": "body",
    "Response": "response",
}
_PLACES: Final = frozenset({"header", "path", "query", "cookie", "body"})
_NAME: Final = re.compile(r"[A-Za-z_$][\w$-]*(?:\.[A-Za-z_$][\w$-]*)*")
_MEDIA: Final = re.compile(r"[a-z]+/[\w.+-]+")
_STATUS: Final = re.compile(r"(?P<status>[1-5]\d\d)(?: - (?P<media>[a-z]+/[\w.+-]+))?")


class _Section:
    """The content under one heading: members as an object schema, and the words before them."""

    def __init__(self, lines: list[str]) -> None:
        self.schema: Schema = {"type": "object", "properties": {}, "required": []}
        self.words: list[str] = []
        self.remarks: dict[str, list[str]] = {}
        index = 0
        member: tuple[str, Schema] | None = None
        while index < len(lines):
            line = lines[index]
            schema = read_type(lines[index + 1]) if index + 1 < len(lines) else None
            if schema is not None and _NAME.fullmatch(line):
                member = (line, schema)
                self._place(line)[0][line.rpartition(".")[2]] = schema
                index += 2
            elif member is None:
                self.words.append(line)
                index += 1
            else:
                index += self._statement(*member, lines[index:])

    def _place(self, name: str) -> tuple[dict[str, Schema], list[str]]:
        """The members and the required names of the object that contains a dotted name."""
        holder = self.schema
        for part in name.split(".")[:-1]:
            holder = holder["properties"].setdefault(part, {"type": "object"})
            holder.setdefault("properties", {})
            holder.setdefault("required", [])
        return holder["properties"], holder["required"]

    def _statement(self, name: str, schema: Schema, lines: list[str]) -> int:
        """Add one statement about a member; return how many lines it has."""
        line = lines[0]
        if line == "required":
            self._place(name)[1].append(name.rpartition(".")[2])
        elif line.startswith("Pattern: "):
            apply_pattern(schema, line.removeprefix("Pattern: ").strip("`"))
        elif line.startswith("Available options:"):
            rest = [part for part in (line.partition(":")[2].strip(), *lines[1:]) if part]
            length = next((i for i, part in enumerate(rest, 1) if not part.endswith(",")), len(rest))
            options = [word.strip().strip("`") for part in rest[:length] for word in part.split(",")]
            apply_options(schema, [option for option in options if option])
            return length + (0 if line.partition(":")[2].strip() else 1)
        elif not apply_limit(schema, line) and line not in _PLACES:
            self.remarks.setdefault(name, []).append(line)
        return 1


def looks_like_a_page(text: str) -> bool:
    """Whether a text has the headings of a reference page."""
    lines = {line.strip() for line in text.splitlines()}
    return bool(lines & _METHODS) and len(lines & set(_SECTIONS)) > 1


def transcribe(text: str) -> Schema:
    """The OpenAPI 3.1 document for a page's text.

    Members that only the page's examples show are included, with ``x-from-example`` on the object that contains them.
    Raises DocumentError if the text lacks the method, the path, or the response.
    """
    text = text.replace("\u00a0", " ").replace("\u200b", "")
    method, path = _operation(text)
    sent, answered, end = _examples(text)
    sections = {name: _Section(lines) for name, lines in _split(text[end:])}
    if "Response" not in sections:
        raise DocumentError("the page has no heading Response; expected the whole text of a reference page")
    operation: Schema = {"security": _security(sections, text)[0], "responses": _responses(sections, answered)}
    parameters = [
        {"name": name, "in": _SECTIONS[heading], "required": name in section.schema["required"], "schema": schema}
        for heading, section in sections.items()
        if _SECTIONS[heading] in _PLACES - {"body"}
        for name, schema in section.schema["properties"].items()
    ]
    if parameters:
        operation["parameters"] = parameters
    if "Body" in sections:
        body = sections["Body"]
        complete_from_example(body.schema, sent)
        media = next((word for word in body.words if _MEDIA.fullmatch(word)), JSON_MEDIA_TYPE)
        operation["requestBody"] = {
            "required": bool(body.schema["required"]),
            "content": {media: {"schema": body.schema}},
        }
    return {
        "openapi": "3.1.0",
        "paths": {path: {method.lower(): operation}},
        "components": {"securitySchemes": _security(sections, text)[1]},
    }


def _operation(text: str) -> tuple[str, str]:
    """The method and the path, which a browser copies as one line for each part."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for index, line in enumerate(lines):
        if line not in _METHODS:
            continue
        path, after = "", lines[index + 1 :]
        for part in after:
            if path.endswith("/") == part.startswith("/") and path:
                break
            path += part
        if path.startswith("/"):
            return line, path
    raise DocumentError("the page shows no method and path; expected POST and the path among its first lines")


def _examples(text: str) -> tuple[Any, Any, int]:
    """The example of a body, that of a response (None if there is none), and the position after the last one."""
    sent = answered = None
    end = 0
    for match in re.finditer(r"^[{\[]", text, re.MULTILINE):
        if match.start() < end:
            continue
        try:
            value, stop = json.JSONDecoder().raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        if re.search(r"--data(?:-raw)? '\s*\Z", text[: match.start()]):
            sent = value
        elif answered is None:
            answered = value
        end = stop
    return sent, answered, end


def _split(text: str) -> Iterator[tuple[str, list[str]]]:
    """The headings and the lines under each."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # A heading is not followed by a type, as the name of a member is.
    starts = [
        index
        for index, line in enumerate(lines)
        if line in _SECTIONS and (index + 1 == len(lines) or read_type(lines[index + 1]) is None)
    ]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start], lines[start + 1 : stop]


def _security(sections: dict[str, _Section], text: str) -> tuple[list[dict[str, list[str]]], dict[str, Schema]]:
    """The security requirement and the schemes; the command line of the page shows the kind of token."""
    section = sections.get("Authorizations")
    if section is None or not section.schema["properties"]:
        return [], {}
    schemes: dict[str, Schema] = {}
    for name in section.schema["properties"]:
        shown = re.search(rf"--header '{re.escape(name)}: (Bearer|Basic) ", text)
        scheme: Schema = {"type": "apiKey", "in": "header", "name": name}
        if shown is not None:
            scheme = {"type": "http", "scheme": shown[1].lower()}
        remarks = " ".join(section.remarks.get(name, ()))
        schemes[name] = {**scheme, "description": remarks} if remarks else scheme
    without: list[dict[str, list[str]]] = [] if set(schemes) <= set(section.schema["required"]) else [{}]
    return [{name: [] for name in schemes}, *without], schemes


def _responses(sections: dict[str, _Section], answered: Any) -> Schema:
    section = sections["Response"]
    statuses = [match for word in section.words if (match := _STATUS.fullmatch(word))]
    if not statuses:
        raise DocumentError("the page names no status under Response; expected a line such as 201 - application/json")
    media = [match["media"] for match in statuses if match["media"]]
    media += [word for word in section.words if _MEDIA.fullmatch(word)]
    complete_from_example(section.schema, answered)
    remarks = [word for word in section.words if not _STATUS.fullmatch(word) and not _MEDIA.fullmatch(word)]
    first = {
        "description": " ".join(remarks),
        "content": {kind: {"schema": section.schema} for kind in media[:1] or [JSON_MEDIA_TYPE]},
    }
    others = {match["status"]: {"description": ""} for match in statuses[1:]}
    return {**others, statuses[0]["status"]: first}
