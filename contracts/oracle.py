"""The oracle: derives the expected response from the bytes and headers that were sent.

It knows neither generators nor labels of cases. Patterns have ECMA-262 semantics; where the page says nothing the
result is UNSPECIFIED, with the reason.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts import json_text
from contracts.exchange import JSON_MEDIA_TYPE, VALID_AUTHORIZATION, Case
from contracts.expectation import (
    DISPUTED,
    FOR_JSON,
    FRAMING,
    FRAMING_HEADERS,
    LARGE,
    LIMITED,
    NO_MEDIA_TYPE,
    NOT_UTF8,
    PARAMETER,
    SPELLING,
    TOO_LARGE,
    TYPE_SPELLING,
    UNLISTED,
    UNREADABLE,
    WHENCE,
    Expectation,
    Expected,
    Violation,
)
from contracts.json_equality import same
from contracts.kinds.violations import kinds_of_credentials, kinds_of_media_type, kinds_of_mismatch
from contracts.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract, Field

#: Many services take the second word, and ignore what is behind it.
_BEARER = re.compile(r"(?i:bearer)[ \t]+\{key\}(?:[ \t].*)?\Z")
_PARAMETER = re.compile(r"charset=(?:utf-8|UTF-8)\Z")
#: Media types that common servers treat as JSON by default: Flask and FastAPI the suffix (RFC 6839, section 3.1),
#: Django REST framework the ranges.
_FOR_JSON = re.compile(r"application/[^;]*\+json|application/\*|\*/\*")
#: Headers for which a service may refuse a request although the page does not mention them.
_WHENCE = frozenset({"origin", "x-forwarded-for", "cookie"})


@dataclass(slots=True)
class _Noted:
    """What was noted about one request: broken clauses, reasons for UNSPECIFIED, and the clauses that it keeps."""

    violations: list[Violation] = dataclasses.field(default_factory=list)
    why: list[str] = dataclasses.field(default_factory=list)
    exercised: list[str] = dataclasses.field(default_factory=list)


class Oracle:
    """The oracle of one contract; it has compiled patterns and no other state."""

    def __init__(self, contract: Contract) -> None:
        self._fields = {field.path: field for field in contract.fields}
        self._required = [field for field in contract.fields if field.required]
        self._optional = [field.path for field in contract.fields if not field.required]

    def expect(self, case: Case) -> Expectation:
        """The expected response to ``case``, a POST to the collection."""
        noted = _Noted()
        self._authorization(case, noted)
        if any(name.lower() in _WHENCE for name, _ in case.headers):
            noted.why.append(WHENCE)
        is_json = self._media_type(case, noted)
        noted.exercised += ["authorization.accepted", "request.mediaType"]
        if any(case.header(name) is not None for name in FRAMING_HEADERS):
            noted.exercised.append(FRAMING)
        if len(case.body or b"") > LARGE:
            noted.why.append(TOO_LARGE)
        body = self._body(case, noted, strict=is_json)
        if noted.violations:
            return Expectation(Expected.REJECTED, tuple(noted.violations), tuple(noted.why), body=body)
        if noted.why:
            return Expectation(Expected.UNSPECIFIED, why=tuple(dict.fromkeys(noted.why)), body=body)
        return Expectation(Expected.CREATED, exercised=tuple(noted.exercised), body=body)

    @staticmethod
    def _authorization(case: Case, noted: _Noted) -> None:
        values = [value for name, value in case.headers if name.lower() == "authorization"]
        if values == [VALID_AUTHORIZATION]:
            return
        if len(values) > 1 and VALID_AUTHORIZATION in values:
            noted.why.append("more than one Authorization header")
        elif values and _BEARER.match(values[0]):
            noted.why.append(SPELLING)
        else:
            presented = kinds_of_credentials(values[0] if values else None)
            reason = "no bearer token with the right key"
            noted.violations.append(Violation("authorization.required", "Authorization", reason, presented))

    @staticmethod
    def _media_type(case: Case, noted: _Noted) -> bool:
        """Check Content-Encoding and Content-Type; return whether the body is declared as JSON."""
        if case.header("Content-Encoding") is not None:
            noted.why.append("a content coding")
        value = case.header("Content-Type")
        if not value:  # many servers do not tell an empty header from none
            noted.why.extend([NO_MEDIA_TYPE] if case.body else [])
            return True
        written, semicolon, parameters = value.partition(";")
        essence = written.strip().lower()
        if _FOR_JSON.fullmatch(essence):
            noted.why.append(FOR_JSON)
        elif essence != JSON_MEDIA_TYPE:
            shown = f"the media type {value!r}"
            noted.violations.append(Violation("request.mediaType", "Content-Type", shown, kinds_of_media_type(value)))
            return False
        elif written != JSON_MEDIA_TYPE:
            # Falcon, and every service that compares texts, refuse it.
            noted.why.append(TYPE_SPELLING)
        if semicolon and not _PARAMETER.match(parameters.strip()):
            noted.why.append(PARAMETER)
        return True

    def _body(self, case: Case, noted: _Noted, *, strict: bool) -> Any:
        """Check the body. If it is not declared as JSON (``strict`` is false), only its values can be wrong."""
        text = _parsed(case, noted.why)
        if isinstance(text, Violation):
            if strict:
                noted.violations.append(text)
            return json_text.ABSENT
        if text is None:
            return json_text.ABSENT
        noted.why.extend(text.oddities)
        if not isinstance(text.value, dict):
            if json_text.TOO_DEEP in text.oddities:
                noted.why.append(UNREADABLE)
                return json_text.ABSENT
            found = json_text.type_name(text.value)
            noted.violations.append(
                Violation("request.body.type", "", f"the body is a JSON {found}", (f"a JSON {found}",))
            )
            return text.value
        broken = self._members(text.value, noted)
        # Parsers use the first or the last of repeated members: neither is promised.
        noted.violations += [
            violation for violation in broken if text.repeated.isdisjoint(violation.where.split("/")[1:])
        ]
        return text.value

    def _members(self, body: dict[str, Any], noted: _Noted) -> Iterator[Violation]:
        for name, value in body.items():
            field = self._fields.get(name)
            if field is None:
                noted.why.append(UNLISTED)
            else:
                yield from _judge_value(field, value, f"request.{name}", f"/{json_text.escape(name)}", noted)
        for field in self._required:
            if field.path not in body:
                yield Violation(f"request.{field.path}.required", f"/{field.path}", f"{field.path} is missing")
        noted.exercised += [f"request.{name}.optional" for name in self._optional if name not in body]
        if len(body) > 1:
            noted.exercised.append("request.combination")


def _parsed(case: Case, why: list[str]) -> json_text.JsonText | Violation | None:
    """The body as JSON, or its violation; None if it is unclear what its bytes mean."""
    if not case.body:
        return Violation("request.body.required", "", "no body")
    if case.header("Content-Encoding") is not None:
        # The page does not mention content codings.
        return None
    try:
        return json_text.parse(case.body)
    except json_text.NotUTF8:
        why.append(NOT_UTF8)
        return None
    except json_text.MalformedJSON as problem:
        return Violation("request.body.json", "", str(problem), problem.kinds)


def is_disputed(address: str) -> bool:
    """Whether a service that validates ``format: email`` may refuse an address that matches the pattern.

    RFC 5321, section 4.5.3.1: 64 octets before the @, 254 in total; RFC 1035, section 2.3.4, and RFC 1123, section 2.1:
    labels of at most 63, which do not end with a hyphen.
    """
    local, _, domain = address.rpartition("@")
    return (
        len(local) > 64
        or len(address) > 254
        or any(len(label) > 63 or label.endswith("-") for label in domain.split("."))
    )


def _judge_value(field: Field, value: Any, prefix: str, where: str, noted: _Noted) -> Iterator[Violation]:
    """The clauses of ``field`` that ``value`` breaks; clauses that it keeps are noted."""
    if value is None:
        if field.nullable:
            noted.exercised.append(f"{prefix}.null")
        else:
            yield Violation(f"{prefix}.null", where, "null")
        return
    if field.types and not json_text.has_one_of(value, field.types):
        found = json_text.type_name(value)
        reason = f"a JSON {found} instead of {' or '.join(field.types)}"
        yield Violation(f"{prefix}.type", where, reason, (f"a JSON {found}",))
        return
    if field.limits and not _is_within(field.limits, value):
        noted.why.append(LIMITED)
    if field.types:
        noted.exercised.append(f"{prefix}.type")
    yield from _judge_enum(field, value, prefix, where, noted)
    if isinstance(value, str):
        yield from _judge_pattern(field, value, prefix, where, noted)
    elif field.items is not None and isinstance(value, list):
        yield from _judge_items(field.items, value, f"{prefix}.items", where, noted)
    elif field.members and isinstance(value, dict):
        yield from _judge_members(field, value, where, noted)


def is_valid(field: Field, value: Any) -> bool:
    """Whether a value breaks no clause of a field."""
    return next(_judge_value(field, value, "", "", _Noted()), None) is None


def _judge_items(field: Field, items: list[Any], prefix: str, where: str, noted: _Noted) -> Iterator[Violation]:
    kept: set[str] = set()  # a long list repeats its texts
    for index, item in enumerate(items):
        if isinstance(item, str) and item in kept:
            continue
        broken = list(_judge_value(field, item, prefix, f"{where}/{index}", noted))
        if not broken and isinstance(item, str):
            kept.add(item)
        yield from broken


def _is_within(limits: dict[str, Any], value: Any) -> bool:
    """Whether a value meets the further constraints of a document; False if that cannot be decided."""
    import jsonschema_rs  # noqa: PLC0415  # the document of the page has no limits

    try:
        return bool(jsonschema_rs.is_valid(limits, value))
    except ValueError:
        return False


def _judge_enum(field: Field, value: Any, prefix: str, where: str, noted: _Noted) -> Iterator[Violation]:
    if field.enum is None:
        return
    if any(same(option, value) for option in field.enum):
        noted.exercised.append(f"{prefix}.enum")
    else:
        yield Violation(f"{prefix}.enum", where, "not one of the available options")


def _judge_pattern(field: Field, value: str, prefix: str, where: str, noted: _Noted) -> Iterator[Violation]:
    if field.pattern is None:
        return
    if not Pattern.compile(field.pattern).matches(value):
        yield Violation(
            f"{prefix}.pattern", where, "does not match the pattern", kinds_of_mismatch(field.pattern, value)
        )
        return
    noted.exercised.append(f"{prefix}.pattern")
    if field.format == "email" and is_disputed(value):
        noted.why.append(DISPUTED)


def _judge_members(field: Field, value: dict[str, Any], where: str, noted: _Noted) -> Iterator[Violation]:
    members = {member.name: member for member in field.members}
    for name, inner in value.items():
        if name in members:
            path = members[name].path
            yield from _judge_value(members[name], inner, f"request.{path}", f"{where}/{name}", noted)
        else:
            noted.why.append(UNLISTED)
    for name, member in members.items():
        if member.required and name not in value:
            yield Violation(f"request.{member.path}.required", f"{where}/{name}", f"{member.path} is missing")
