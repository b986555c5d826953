"""Requests that are answered 500, whatever the values of single fields are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.mock import refusals
from tests.mock.mistakes import its_turn
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_CLAUSE = "service.no_5xx"


def _fail(call: Call) -> None:
    call.issues.clear()
    call.refusal = refusals.internal_error()


@fault("storing", breaks=_CLAUSE, intermittent=True)
def fails_now_and_then(call: Call) -> None:
    """Answers 500 to some creations."""
    if its_turn(call):
        _fail(call)


@fault("storing", breaks=_CLAUSE)
def fails_with_an_unknown_member(call: Call) -> None:
    """Answers 500 to an unknown member, for which it has no column."""
    if call.fields.keys() - call.service.request_members:
        _fail(call)


@fault("storing", breaks=_CLAUSE)
def fails_with_connections_in_a_limited_project(call: Call) -> None:
    """Answers 500 where maxConcurrentJobs and globalConnectionExternalIds are sent together."""
    if call.fields.get("maxConcurrentJobs") is not None and call.fields.get("globalConnectionExternalIds"):
        _fail(call)


@fault("parsed", breaks=_CLAUSE)
def fails_with_malformed_json(call: Call) -> None:
    """Answers 500 to a body that is no JSON."""
    if call.refusal is not None and call.refusal.body.get("code") == "FST_ERR_CTP_INVALID_JSON_BODY":
        _fail(call)


@fault("parsed", breaks=_CLAUSE)
def fails_with_bytes_that_are_not_utf_8(call: Call) -> None:
    """Answers 500 to a body that is not UTF-8."""
    if call.refusal is not None and call.refusal.body.get("code") == "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
        _fail(call)


@fault("parsed", breaks=_CLAUSE)
def fails_without_a_body(call: Call) -> None:
    """Answers 500 to a request without a body."""
    if not call.body:
        _fail(call)


@fault("parsed", breaks=_CLAUSE)
def fails_with_another_media_type(call: Call) -> None:
    """Answers 500 to a media type that it does not know."""
    if call.refusal is not None and call.refusal.status == 415:
        _fail(call)


@fault("parsed", breaks=_CLAUSE)
def fails_with_null(call: Call) -> None:
    """Answers 500 to null as a body, whose members it reads."""
    if call.refusal is None and call.value is None:
        _fail(call)


@fault("parsed", breaks=_CLAUSE)
def fails_with_a_list(call: Call) -> None:
    """Answers 500 to a list as a body."""
    if call.refusal is None and isinstance(call.value, list):
        _fail(call)


@fault("parsed", breaks=_CLAUSE)
def fails_with_a_prototype_key(call: Call) -> None:
    """Answers 500 to a member __proto__, on which its parser throws."""
    if b"__proto__" in call.body:
        _fail(call)


@fault("parsed", breaks=_CLAUSE)
def fails_with_a_number_beyond_doubles(call: Call) -> None:
    """Answers 500 to a number beyond every double."""
    value = call.value.get("maxConcurrentJobs") if isinstance(call.value, dict) else None
    if isinstance(value, float) and not math.isfinite(value):
        _fail(call)


def _wrong(call: Call, field: str, *kinds: type) -> bool:
    wrong = any(issue.path[:1] == (field,) for issue in call.issues) and isinstance(call.value, dict)
    return wrong and isinstance(call.value.get(field), kinds)


@fault("validated", breaks=_CLAUSE)
def fails_with_a_number_as_display_name(call: Call) -> None:
    """Answers 500 to a number as displayName, on which it calls a method of texts."""
    if _wrong(call, "displayName", int, float):
        _fail(call)


@fault("validated", breaks=_CLAUSE)
def fails_with_an_object_as_external_id(call: Call) -> None:
    """Answers 500 to an object or a list as externalId."""
    if _wrong(call, "externalId", dict, list):
        _fail(call)


@fault("validated", breaks=_CLAUSE)
def fails_with_a_wrong_item(call: Call) -> None:
    """Answers 500 to a list with an item that is no text."""
    if _wrong(call, "globalConnectionExternalIds", list):
        _fail(call)


@fault("validated", breaks=_CLAUSE)
def fails_with_a_text_as_metadata(call: Call) -> None:
    """Answers 500 to a text as metadata."""
    if _wrong(call, "metadata", str):
        _fail(call)


@fault("authorized", breaks=_CLAUSE)
def fails_without_authorization(call: Call) -> None:
    """Answers 500 if there is no Authorization header, whose words it counts."""
    if call.header(b"authorization") is None:
        _fail(call)


@fault("authorized", breaks=_CLAUSE)
def fails_with_a_scheme_without_a_token(call: Call) -> None:
    """Answers 500 to a scheme without a token, whose second word it reads."""
    header = call.authorization
    if header and " " not in header:
        _fail(call)
