"""The oracle: derives the expected response from the bytes and headers that were sent.

It knows neither generators nor labels of cases. Patterns have ECMA-262 semantics; where the page says nothing the
result is UNSPECIFIED, with the reason.
"""

from __future__ import annotations

import re
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

_BEARER = re.compile(r"(?i:bearer)[ \t]+\{key\}[ \t]*\Z")
_PARAMETER = re.compile(r"charset=(?:utf-8|UTF-8)\Z")
#: Media types that common servers treat as JSON by default: Flask and FastAPI the suffix (RFC 6839, section 3.1),
#: Django REST framework the ranges.
_FOR_JSON = re.compile(r"application/[^;]*\+json|application/\*|\*/\*")
#: Headers for which a service may refuse a request although the page does not mention them.
_WHENCE = frozenset({"origin", "x-forwarded-for", "cookie"})


class Oracle:
    """The oracle of one contract; it has compiled patterns and no other state."""

    def __init__(self, contract: Contract) -> None:
        self._fields = {field.path: field for field in contract.fields}
        self._required = [field for field in contract.fields if field.required]
        self._optional = [field.path for field in contract.fields if not field.required]

    def expect(self, case: Case) -> Expectation:
        """The expected response to ``case``, a POST to the collection."""
        violations: list[Violation] = []
        why: list[str] = []
        self._authorization(case, violations, why)
        if any(name.lower() in _WHENCE for name, _ in case.headers):
            why.append(WHENCE)
        is_json = self._media_type(case, violations, why)
        exercised = ["authorization.accepted", "request.mediaType"]
        if any(case.header(name) is not None for name in FRAMING_HEADERS):
            exercised.append(FRAMING)
        if len(case.body or b"") > LARGE:
            why.append(TOO_LARGE)
        body = self._body(case, violations, why, exercised, strict=is_json)
        if violations:
            return Expectation(Expected.REJECTED, tuple(violations), tuple(why), body=body)
        if why:
            return Expectation(Expected.UNSPECIFIED, why=tuple(dict.fromkeys(why)), body=body)
        return Expectation(Expected.CREATED, exercised=tuple(exercised), body=body)

    @staticmethod
    def _authorization(case: Case, violations: list[Violation], why: list[str]) -> None:
        values = [value for name, value in case.headers if name.lower() == "authorization"]
        if values == [VALID_AUTHORIZATION]:
            return
        if len(values) > 1 and VALID_AUTHORIZATION in values:
            why.append("more than one Authorization header")
        elif values and _BEARER.match(values[0]):
            why.append(SPELLING)
        else:
            presented = kinds_of_credentials(values[0] if values else None)
            reason = "no bearer token with the right key"
            violations.append(Violation("authorization.required", "Authorization", reason, presented))

    @staticmethod
    def _media_type(case: Case, violations: list[Violation], why: list[str]) -> bool:
        """Check Content-Encoding and Content-Type; return whether the body is declared as JSON."""
        if case.header("Content-Encoding") is not None:
            why.append("a content coding")
        value = case.header("Content-Type")
        if not value:  # many servers do not tell an empty header from none
            why.extend([NO_MEDIA_TYPE] if case.body else [])
            return True
        written, semicolon, parameters = value.partition(";")
        essence = written.strip().lower()
        if _FOR_JSON.fullmatch(essence):
            why.append(FOR_JSON)
        elif essence != JSON_MEDIA_TYPE:
            shown = f"the media type {value!r}"
            violations.append(Violation("request.mediaType", "Content-Type", shown, kinds_of_media_type(value)))
            return False
        elif written != JSON_MEDIA_TYPE:
            # Falcon, and every service that compares texts, refuse it.
            why.append(TYPE_SPELLING)
        if semicolon and not _PARAMETER.match(parameters.strip()):
            why.append(PARAMETER)
        return True

    def _body(
        self, case: Case, violations: list[Violation], why: list[str], exercised: list[str], *, strict: bool
    ) -> Any:
        """Check the body. If it is not declared as JSON (``strict`` is false), only its values can be wrong."""
        text = _parsed(case, why)
        if isinstance(text, Violation):
            if strict:
                violations.append(text)
            return json_text.ABSENT
        if text is None:
            return json_text.ABSENT
        why.extend(text.oddities)
        if not isinstance(text.value, dict):
            if json_text.TOO_DEEP in text.oddities:
                why.append(UNREADABLE)
                return json_text.ABSENT
            found = json_text.type_name(text.value)
            violations.append(Violation("request.body.type", "", f"the body is a JSON {found}", (f"a JSON {found}",)))
            return text.value
        broken = self._members(text.value, why, exercised)
        # Parsers use the first or the last of repeated members: neither is promised.
        violations += [violation for violation in broken if text.repeated.isdisjoint(violation.where.split("/")[1:])]
        return text.value

    def _members(self, body: dict[str, Any], why: list[str], exercised: list[str]) -> Iterator[Violation]:
        for name, value in body.items():
            field = self._fields.get(name)
            if field is None:
                why.append(UNLISTED)
            else:
                yield from judge_value(field, value, f"request.{name}", f"/{json_text.escape(name)}", why, exercised)
        for field in self._required:
            if field.path not in body:
                yield Violation(f"request.{field.path}.required", f"/{field.path}", f"{field.path} is missing")
        exercised += [f"request.{name}.optional" for name in self._optional if name not in body]
        if len(body) > 1:
            exercised.append("request.combination")


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


def judge_value(
    field: Field, value: Any, prefix: str, where: str, why: list[str], exercised: list[str]
) -> Iterator[Violation]:
    """The clauses of ``field`` that ``value`` breaks; kept ones are added to ``exercised``."""
    if value is None:
        if field.nullable:
            exercised.append(f"{prefix}.null")
        else:
            yield Violation(f"{prefix}.null", where, "null")
        return
    if field.types and not json_text.has_one_of(value, field.types):
        found = json_text.type_name(value)
        reason = f"a JSON {found} instead of {' or '.join(field.types)}"
        yield Violation(f"{prefix}.type", where, reason, (f"a JSON {found}",))
        return
    if field.limits and not _is_within(field.limits, value):
        why.append(LIMITED)
    if field.types:
        exercised.append(f"{prefix}.type")
    yield from _judge_enum(field, value, prefix, where, exercised)
    if isinstance(value, str):
        yield from _judge_pattern(field, value, prefix, where, why, exercised)
    elif field.items is not None and isinstance(value, list):
        yield from _judge_items(field.items, value, f"{prefix}.items", where, why, exercised)
    elif field.members and isinstance(value, dict):
        yield from _judge_members(field, value, where, why, exercised)


def is_valid(field: Field, value: Any) -> bool:
    """Whether a value breaks no clause of a field."""
    return next(judge_value(field, value, "", "", [], []), None) is None


def _judge_items(
    field: Field, items: list[Any], prefix: str, where: str, why: list[str], exercised: list[str]
) -> Iterator[Violation]:
    kept: set[str] = set()  # a long list repeats its texts
    for index, item in enumerate(items):
        if isinstance(item, str) and item in kept:
            continue
        broken = list(judge_value(field, item, prefix, f"{where}/{index}", why, exercised))
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


def _judge_enum(field: Field, value: Any, prefix: str, where: str, exercised: list[str]) -> Iterator[Violation]:
    if field.enum is None:
        return
    if any(same(option, value) for option in field.enum):
        exercised.append(f"{prefix}.enum")
    else:
        yield Violation(f"{prefix}.enum", where, "not one of the available options")


def _judge_pattern(
    field: Field, value: str, prefix: str, where: str, why: list[str], exercised: list[str]
) -> Iterator[Violation]:
    if field.pattern is None:
        return
    if not Pattern.compile(field.pattern).matches(value):
        yield Violation(
            f"{prefix}.pattern", where, "does not match the pattern", kinds_of_mismatch(field.pattern, value)
        )
        return
    exercised.append(f"{prefix}.pattern")
    if field.format == "email" and is_disputed(value):
        why.append(DISPUTED)


def _judge_members(
    field: Field, value: dict[str, Any], where: str, why: list[str], exercised: list[str]
) -> Iterator[Violation]:
    members = {member.name: member for member in field.members}
    for name, inner in value.items():
        if name in members:
            path = members[name].path
            yield from judge_value(members[name], inner, f"request.{path}", f"{where}/{name}", why, exercised)
        else:
            why.append(UNLISTED)
    for name, member in members.items():
        if member.required and name not in value:
            yield Violation(f"request.{member.path}.required", f"{where}/{name}", f"{member.path} is missing")
