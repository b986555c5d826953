"""Requests that are answered 500."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tests.mock import refusals
from tests.mock.mistakes import fails, its_turn
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.json_codec import Json

_CLAUSE = "service.no_5xx"


def _fail(call: Call) -> None:
    call.issues.clear()
    call.refusal = refusals.internal_error()


@fault("storing", breaks=_CLAUSE, trigger="one creation in thirteen", intermittent=True)
def fails_now_and_then(call: Call) -> None:
    """Answers 500 to some creations."""
    if its_turn(call):
        _fail(call)


@fails("displayName", trigger="U+0000 in displayName")
def fails_with_nul_in_display_name(value: Json) -> bool:
    """Answers 500 to U+0000 in displayName, as PostgreSQL refuses it."""
    return "\0" in value


@fails("externalId", trigger="U+0000 in externalId")
def fails_with_nul_in_external_id(value: Json) -> bool:
    """Answers 500 to U+0000 in externalId."""
    return value is not None and "\0" in value


def _texts(value: Json) -> list[str]:
    """Every key and text inside a value."""
    found, pending = [], [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            found.extend(item)
            pending.extend(item.values())
    return found


@fails("metadata", trigger="U+0000 inside metadata")
def fails_with_nul_in_metadata(value: Json) -> bool:
    """Answers 500 to U+0000 inside metadata, as a jsonb column does."""
    return any("\0" in text for text in _texts(value))


@fails("displayName", trigger="a character outside the basic plane")
def fails_with_emoji(value: Json) -> bool:
    """Answers 500 to characters outside the basic plane, as a column of three-byte UTF-8 does."""
    return any(ord(letter) > 0xFFFF for letter in value)


@fails("displayName", trigger="a lone surrogate")
def fails_with_a_lone_surrogate(value: Json) -> bool:
    """Answers 500 to a lone surrogate."""
    return any("\ud800" <= letter <= "\udfff" for letter in value)


@fails("displayName", trigger="an apostrophe")
def fails_with_an_apostrophe(value: Json) -> bool:
    """Answers 500 to an apostrophe, which ends the SQL string."""
    return "'" in value


@fails("displayName", trigger="a per cent sign")
def fails_with_a_percent_sign(value: Json) -> bool:
    """Answers 500 to a per cent sign, which no format follows."""
    return "%" in value


@fails("displayName", trigger="two braces in a row")
def fails_with_a_template(value: Json) -> bool:
    """Answers 500 to {{ in displayName, which a template engine evaluates."""
    return "{{" in value


@fails("displayName", trigger="more than 255 characters")
def fails_with_a_long_display_name(value: Json) -> bool:
    """Answers 500 to a displayName that is too long for its column."""
    return len(value) > 255


@fails("displayName", trigger="more than 10 000 characters")
def fails_with_a_very_long_display_name(value: Json) -> bool:
    """Answers 500 to a displayName of more than 10 000 characters."""
    return len(value) > 10_000


@fails("displayName", trigger="a backslash at the end")
def fails_with_a_backslash_at_the_end(value: Json) -> bool:
    """Answers 500 to a backslash at the end of displayName."""
    return bool(value.endswith("\\"))


@fails("externalId", trigger="an empty externalId")
def fails_with_an_empty_external_id(value: Json) -> bool:
    """Answers 500 to an empty externalId."""
    return bool(value == "")


@fails("externalId", trigger="more than 255 characters")
def fails_with_a_long_external_id(value: Json) -> bool:
    """Answers 500 to an externalId that is too long for its column."""
    return value is not None and len(value) > 255


@fails("maxConcurrentJobs", trigger="a fraction")
def fails_with_a_fraction(value: Json) -> bool:
    """Answers 500 to a fraction, as an integer column does."""
    return value is not None and not float(value).is_integer()


@fails("maxConcurrentJobs", trigger="a number of more than 31 bits")
def fails_beyond_31_bits(value: Json) -> bool:
    """Answers 500 to a number that is too large for an integer column."""
    return value is not None and not -(2**31) <= value < 2**31


@fails("maxConcurrentJobs", trigger="a number of more than 63 bits")
def fails_beyond_63_bits(value: Json) -> bool:
    """Answers 500 to a number that is too large for a bigint column."""
    return value is not None and not -(2**63) <= value < 2**63


@fails("maxConcurrentJobs", trigger="zero")
def fails_with_zero(value: Json) -> bool:
    """Answers 500 to zero, by which it divides."""
    return bool(value == 0)


@fails("metadata", trigger="more than 100 levels")
def fails_with_deep_metadata(value: Json) -> bool:
    """Answers 500 to metadata of more than 100 levels."""
    level: list[Any] = [value]
    for _ in range(101):
        inner = (item if isinstance(item, list) else list(item.values()) for item in level)
        level = [item for items in inner for item in items if isinstance(item, (dict, list))]
    return bool(level)


@fails("metadata", trigger="500 keys and more")
def fails_with_many_keys(value: Json) -> bool:
    """Answers 500 to metadata with 500 keys and more."""
    return len(value) >= 500


@fails("metadata", trigger="an empty key")
def fails_with_an_empty_key(value: Json) -> bool:
    """Answers 500 to metadata with an empty key."""
    return "" in value


@fails("metadata", trigger="a key that every JavaScript object has")
def fails_with_keys_of_object(value: Json) -> bool:
    """Answers 500 to metadata with a key toString, hasOwnProperty or constructor, and calls it."""
    return any(key in value for key in ("toString", "hasOwnProperty", "constructor"))


@fails("metadata", trigger="a key that begins with a dollar sign")
def fails_with_keys_of_operators(value: Json) -> bool:
    """Answers 500 to metadata with a key that begins with $."""
    return any(key.startswith("$") for key in _texts(value))


@fails("globalConnectionExternalIds", trigger="an empty list")
def fails_with_an_empty_list(value: Json) -> bool:
    """Answers 500 to an empty list, because IN () is no SQL."""
    return not value


@fails("globalConnectionExternalIds", trigger="the same item twice")
def fails_with_the_same_connection_twice(value: Json) -> bool:
    """Answers 500 to a list that holds an item twice."""
    return len(set(value)) < len(value)


@fails("globalConnectionExternalIds", trigger="500 items and more")
def fails_with_many_connections(value: Json) -> bool:
    """Answers 500 to a list of 500 items and more."""
    return len(value) >= 500


@fault("storing", breaks=_CLAUSE, trigger="a member that the page does not know", conditional=True)
def fails_with_an_unknown_member(call: Call) -> None:
    """Answers 500 to an unknown member, for which it has no column."""
    if call.fields.keys() - call.service.request_members:
        _fail(call)


@fault("storing", breaks=_CLAUSE, trigger="maxConcurrentJobs and connections at once", conditional=True)
def fails_with_connections_in_a_limited_project(call: Call) -> None:
    """Answers 500 where maxConcurrentJobs and globalConnectionExternalIds are sent together."""
    if call.fields.get("maxConcurrentJobs") is not None and call.fields.get("globalConnectionExternalIds"):
        _fail(call)


@fault("parsed", breaks=_CLAUSE, trigger="a body that is no JSON", conditional=True)
def fails_with_malformed_json(call: Call) -> None:
    """Answers 500 to a body that is no JSON."""
    if call.refusal is not None and call.refusal.body.get("code") == "FST_ERR_CTP_INVALID_JSON_BODY":
        _fail(call)


@fault("parsed", breaks=_CLAUSE, trigger="a body that is not UTF-8", conditional=True)
def fails_with_bytes_that_are_not_utf_8(call: Call) -> None:
    """Answers 500 to a body that is not UTF-8."""
    if call.refusal is not None and call.refusal.body.get("code") == "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
        _fail(call)


@fault("parsed", breaks=_CLAUSE, trigger="no body", conditional=True)
def fails_without_a_body(call: Call) -> None:
    """Answers 500 to a request without a body."""
    if not call.body:
        _fail(call)


@fault("parsed", breaks=_CLAUSE, trigger="another media type", conditional=True)
def fails_with_another_media_type(call: Call) -> None:
    """Answers 500 to a media type that it does not know."""
    if call.refusal is not None and call.refusal.status == 415:
        _fail(call)


@fault("parsed", breaks=_CLAUSE, trigger="the body null", conditional=True)
def fails_with_null(call: Call) -> None:
    """Answers 500 to null as a body, whose members it reads."""
    if call.refusal is None and call.value is None:
        _fail(call)


@fault("parsed", breaks=_CLAUSE, trigger="a body that is a list", conditional=True)
def fails_with_a_list(call: Call) -> None:
    """Answers 500 to a list as a body."""
    if call.refusal is None and isinstance(call.value, list):
        _fail(call)


@fault("parsed", breaks=_CLAUSE, trigger="a member __proto__", conditional=True)
def fails_with_a_prototype_key(call: Call) -> None:
    """Answers 500 to a member __proto__, on which its parser throws."""
    if b"__proto__" in call.body:
        _fail(call)


@fault("parsed", breaks=_CLAUSE, trigger="a number that no double holds", conditional=True)
def fails_with_a_number_beyond_doubles(call: Call) -> None:
    """Answers 500 to a number beyond every double."""
    value = call.value.get("maxConcurrentJobs") if isinstance(call.value, dict) else None
    if isinstance(value, float) and not math.isfinite(value):
        _fail(call)


def _wrong(call: Call, field: str, *kinds: type) -> bool:
    wrong = any(issue.path[:1] == (field,) for issue in call.issues) and isinstance(call.value, dict)
    return wrong and isinstance(call.value.get(field), kinds)


@fault("validated", breaks=_CLAUSE, trigger="a number as displayName", conditional=True)
def fails_with_a_number_as_display_name(call: Call) -> None:
    """Answers 500 to a number as displayName, on which it calls a method of texts."""
    if _wrong(call, "displayName", int, float):
        _fail(call)


@fault("validated", breaks=_CLAUSE, trigger="an object as externalId", conditional=True)
def fails_with_an_object_as_external_id(call: Call) -> None:
    """Answers 500 to an object or a list as externalId."""
    if _wrong(call, "externalId", dict, list):
        _fail(call)


@fault("validated", breaks=_CLAUSE, trigger="an item of the list that is no text", conditional=True)
def fails_with_a_wrong_item(call: Call) -> None:
    """Answers 500 to a list with an item that is no text."""
    if _wrong(call, "globalConnectionExternalIds", list):
        _fail(call)


@fault("validated", breaks=_CLAUSE, trigger="a text as metadata", conditional=True)
def fails_with_a_text_as_metadata(call: Call) -> None:
    """Answers 500 to a text as metadata."""
    if _wrong(call, "metadata", str):
        _fail(call)


@fault("authorized", breaks=_CLAUSE, trigger="no Authorization header", conditional=True)
def fails_without_authorization(call: Call) -> None:
    """Answers 500 if there is no Authorization header, whose words it counts."""
    if call.header(b"authorization") is None:
        _fail(call)


@fault("authorized", breaks=_CLAUSE, trigger="a scheme without a token", conditional=True)
def fails_with_a_scheme_without_a_token(call: Call) -> None:
    """Answers 500 to a scheme without a token, whose second word it reads."""
    header = call.authorization
    if header and " " not in header:
        _fail(call)
