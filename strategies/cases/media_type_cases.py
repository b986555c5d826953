"""Requests with other media types than JSON, other spellings of the right one, and harmless further headers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from contracts.exchange import JSON_MEDIA_TYPE, VALID_AUTHORIZATION, Case
from strategies.encoding import encode
from strategies.surrounding_fields import SurroundingFields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract
    from strategies.unique_names import UniqueNames

WRONG_MEDIA_TYPES: Final = (
    *("application/jsonx", "text/plain", "text/json", "application/octet-stream", "application/xml", "garbage"),
    *("application/json5", "text/html", "application/x-www-form-urlencoded", "application/x-json", "image/png"),
    *("text/x-json", "text/plain;charset=UTF-8", "multipart/form-data", "application/javascript", "json"),
    *("application/x-ndjson", "application/csp-report", "application", "xapplication/json"),
)
#: Media types, and none, with which some servers parse JSON and others do not.
_FOR_JSON: Final = (
    *("application/vnd.api+json", "application/json-patch+json", "application/problem+json", "application/ld+json"),
    *("*/*", "application/*", "", None),
)
_SPELLINGS: Final = (
    *("APPLICATION/JSON", "Application/Json", "application/json; charset=utf-8", "application/json;charset=UTF-8"),
    *('application/json; charset="utf-8"', "application/json ; charset=utf-8", "application/json; CHARSET=UTF-8"),
)
_UNUSUAL_PARAMETERS: Final = (
    *("application/json; charset=iso-8859-1", "application/json; charset=utf-16", "application/json;"),
    *("application/json; version=1", "application/json; charset=utf8", "application/json; charset=x-unknown"),
    "application/json; version",
)
#: Headers of browsers and proxies that must not matter.
_BESIDE: Final = (
    *(("Origin", "https://app.example.com"), ("Accept-Language", "de-DE,de;q=0.9"), ("Cookie", "theme=dark; x=%7B%7D")),
    *(
        ("X-Requested-With", "XMLHttpRequest"),
        ("X-Forwarded-For", "203.0.113.7, 10.0.0.1"),
        ("Cache-Control", "no-cache"),
    ),
)
#: Accept headers of curl, axios and a browser. All include JSON.
_ACCEPTED: Final = ("*/*", "application/json, text/plain, */*", "text/html,application/xml;q=0.9,*/*;q=0.8")
_BOUNDARY: Final = "----boundary7MA4YWxk"


def media_type_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Valid bodies with other media types, other spellings of the right one, and unusual parameters."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    return [
        *_with_wrong_types(surrounding_fields),
        *_with_other_spellings(surrounding_fields),
        *_with_other_headers(surrounding_fields),
        *_invalid_in_other_spellings(surrounding_fields),
    ]


def _with_wrong_types(surrounding_fields: SurroundingFields) -> list[Case]:
    wrong, clause = "wire.mediaType.wrong", "request.mediaType"
    cases = []
    for number, value in enumerate(WRONG_MEDIA_TYPES):
        body = encode(surrounding_fields.body(context=("minimal", "full")[number % 2]))
        cases.append(_typed(value, body, wrong, f"{clause} ({value})", value))
    # A body in the coding of its type is understood more often than JSON that is called so.
    cases[2:2] = [
        _typed(media_type, encoder(_texts(surrounding_fields)), wrong, f"{clause} ({coding})", coding)
        for coding, media_type, encoder in (
            ("a form", "application/x-www-form-urlencoded", _form),
            ("a multipart form", f"multipart/form-data; boundary={_BOUNDARY}", _multipart),
            ("a form with a charset", "application/x-www-form-urlencoded; charset=UTF-8", _form),
        )
    ]
    return cases


def _with_other_spellings(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    spelling = "wire.mediaType.spelling"
    for case_set, values in (
        (spelling, _SPELLINGS),
        ("wire.mediaType.parameter", _UNUSUAL_PARAMETERS),
        ("wire.mediaType.for_json", _FOR_JSON),
    ):
        for value in values:
            identifier = "none" if value is None else value or "empty value"
            body = encode(surrounding_fields.body())
            yield _typed(value, body, case_set, f"Content-Type: {value}", identifier)
    for spell in (str.lower, str.upper):
        headers = ((spell("Authorization"), VALID_AUTHORIZATION), (spell("Content-Type"), JSON_MEDIA_TYPE))
        intent = f"names of headers in {spell.__name__} case"
        yield Case(encode(surrounding_fields.body()), headers, case_set=spelling, intent=intent, id=intent)


def _with_other_headers(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    accept = [(f"Accept: {value}", "wire.accept", ("Accept", value)) for value in _ACCEPTED]
    beside = [(header[0], "wire.headers", header) for header in _BESIDE]
    for identifier, case_set, (name, value) in (*accept, *beside):
        body = encode(surrounding_fields.body())
        case = _typed(JSON_MEDIA_TYPE, body, case_set, f"{name}: {value}", identifier)
        yield replace(case, headers=(*case.headers, (name, value)))


def _invalid_in_other_spellings(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """Invalid bodies with a spelling of the media type that bypasses validation in some servers (CVE-2025-32442)."""
    required = [field for field in surrounding_fields.fields if field.required]
    for number, value in enumerate(_SPELLINGS if required else ()):
        field = required[number % len(required)]
        body = {name: inner for name, inner in surrounding_fields.body(field).items() if name != field.path}
        intent = f"request.{field.path}.required (Content-Type: {value})"
        data = encode(surrounding_fields.marked(body, field))
        yield _typed(value, data, "wire.mediaType.invalid", intent, f"{field.path} missing, {value}")


def _typed(value: str | None, body: bytes, case_set: str, intent: str, identifier: str) -> Case:
    headers: tuple[tuple[str, str], ...] = (("Authorization", VALID_AUTHORIZATION),)
    if value is not None:
        headers += (("Content-Type", value),)
    return Case(body, headers, case_set=case_set, intent=intent, id=identifier)


def _texts(surrounding_fields: SurroundingFields) -> dict[str, str]:
    """The texts of a minimal body: forms have no other values."""
    return {name: value for name, value in surrounding_fields.body(context="minimal").items() if isinstance(value, str)}


def _form(body: dict[str, str]) -> bytes:
    return urlencode(body).encode()


def _multipart(body: dict[str, str]) -> bytes:
    parts = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in body.items()
    )
    return f"{''.join(parts)}--{_BOUNDARY}--\r\n".encode()
