"""Requests that are answered 500, whatever the values of single fields are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.mock import refusals
from tests.mock.mistakes import its_turn, when
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_CLAUSE = "service.no_5xx"


def _fail(call: Call) -> None:
    call.issues.clear()
    call.refusal = refusals.internal_error()


fault("storing", breaks=_CLAUSE, intermittent=True).each(fails_now_and_then=when(its_turn, _fail))

fault("storing", breaks=_CLAUSE).each(
    fails_with_an_unknown_member=when(lambda call: call.fields.keys() - call.service.request_members, _fail),
)


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


fault("parsed", breaks=_CLAUSE).each(
    fails_without_a_body=when(lambda call: not call.body, _fail),
    fails_with_another_media_type=when(lambda call: call.refusal is not None and call.refusal.status == 415, _fail),
    fails_with_null=when(lambda call: call.refusal is None and call.value is None, _fail),
    fails_with_a_list=when(lambda call: call.refusal is None and isinstance(call.value, list), _fail),
    fails_with_a_prototype_key=when(lambda call: b"__proto__" in call.body, _fail),
)


@fault("parsed", breaks=_CLAUSE)
def fails_with_a_number_beyond_doubles(call: Call) -> None:
    """Answers 500 to a number beyond every double."""
    value = call.value.get("maxConcurrentJobs") if isinstance(call.value, dict) else None
    if isinstance(value, float) and not math.isfinite(value):
        _fail(call)


def _wrong(call: Call, field: str, *kinds: type) -> bool:
    wrong = any(issue.path[:1] == (field,) for issue in call.issues) and isinstance(call.value, dict)
    return wrong and isinstance(call.value.get(field), kinds)


fault("validated", breaks=_CLAUSE).each(
    fails_with_a_number_as_display_name=when(lambda call: _wrong(call, "displayName", int, float), _fail),
    fails_with_an_object_as_external_id=when(lambda call: _wrong(call, "externalId", dict, list), _fail),
    fails_with_a_wrong_item=when(lambda call: _wrong(call, "globalConnectionExternalIds", list), _fail),
    fails_with_a_text_as_metadata=when(lambda call: _wrong(call, "metadata", str), _fail),
)

fault("authorized", breaks=_CLAUSE).each(
    fails_without_authorization=when(lambda call: call.header(b"authorization") is None, _fail),
)


@fault("authorized", breaks=_CLAUSE)
def fails_with_a_scheme_without_a_token(call: Call) -> None:
    """Answers 500 to a scheme without a token, whose second word it reads."""
    header = call.authorization
    if header and " " not in header:
        _fail(call)
