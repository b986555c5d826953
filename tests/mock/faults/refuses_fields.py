"""Valid numbers, metadata, lists and combinations that are refused with 400."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.mock import refusals
from tests.mock.mistakes import refuse_with, refuses, when
from tests.mock.registry import fault
from tests.mock.schema import Issue

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.json_codec import Json

_JOBS = "request.maxConcurrentJobs.type"
_METADATA = "request.metadata.type"
_LIST = "globalConnectionExternalIds"
_CONNECTIONS = "request.globalConnectionExternalIds.type"
_ITEM = "request.globalConnectionExternalIds.items.type"
_COMBINATION = "request.combination"


refuses("maxConcurrentJobs", breaks=_JOBS).each(
    refuses_zero=lambda value: value == 0,
    refuses_negative_numbers=lambda value: value is not None and value < 0,
    refuses_fractions=lambda value: value is not None and not float(value).is_integer(),
    refuses_more_than_100_jobs=lambda value: value is not None and value > 100,
    refuses_numbers_beyond_31_bits=lambda value: value is not None and not -(2**31) <= value < 2**31,
    refuses_numbers_beyond_53_bits=lambda value: value is not None and abs(value) > 2**53,
)

refuses("maxConcurrentJobs", breaks="request.maxConcurrentJobs.null").each(
    refuses_null_max_concurrent_jobs=lambda value: value is None,
)


def _refuse(call: Call, field: str, message: str = "Invalid input") -> None:
    call.issues.append(Issue((field,), message))


@fault("validated", breaks=_JOBS)
def refuses_whole_numbers_written_as_decimals(call: Call) -> None:
    """Refuses 1.0 and 1e2 as maxConcurrentJobs, and takes 1 and 100."""
    if not call.issues and re.search(rb'"maxConcurrentJobs"\s*:\s*-?\d+[.eE]', call.body):
        _refuse(call, "maxConcurrentJobs")


def _demand(call: Call, field: str) -> None:
    if not call.issues and field not in call.value:
        _refuse(call, field, "Invalid input: received undefined")


@fault("validated", breaks="request.maxConcurrentJobs.optional")
def demands_max_concurrent_jobs(call: Call) -> None:
    """Refuses a body without maxConcurrentJobs."""
    _demand(call, "maxConcurrentJobs")


@fault("validated", breaks="request.metadata.optional")
def demands_metadata(call: Call) -> None:
    """Refuses a body without metadata."""
    _demand(call, "metadata")


@fault("validated", breaks="request.globalConnectionExternalIds.optional")
def demands_connections(call: Call) -> None:
    """Refuses a body without globalConnectionExternalIds."""
    _demand(call, _LIST)


refuses("metadata", breaks=_METADATA).each(
    refuses_empty_metadata=lambda value: not value,
    refuses_metadata_of_other_than_texts=lambda value: any(not isinstance(item, str) for item in value.values()),
    refuses_null_in_metadata=lambda value: None in value.values(),
    refuses_an_empty_key_in_metadata=lambda value: "" in value,
    # as MongoDB did
    refuses_keys_with_dots_in_metadata=lambda value: any("." in key or "$" in key for key in value),
    # it takes them for a failed answer
    refuses_an_error_in_metadata=lambda value: "error" in value,
    refuses_deep_metadata=lambda value: _depth(value, 6) > 5,
    refuses_many_keys_in_metadata=lambda value: len(value) > 100,
    refuses_long_keys_in_metadata=lambda value: any(len(key) > 40 for key in value),
)


@refuses("metadata", breaks=_METADATA)
def refuses_keys_of_object_in_metadata(value: Json) -> bool:
    """Refuses metadata with keys that every JavaScript object has."""
    return any(key in value for key in ("constructor", "toString", "hasOwnProperty", "valueOf"))


def _depth(value: Json, limit: int) -> int:
    """How deep containers stand in each other, counted up to a limit."""
    depth, level = 0, [value]
    while level and depth < limit:
        depth += 1
        items = (item if isinstance(item, list) else list(item.values()) for item in level)
        level = [inner for outer in items for inner in outer if isinstance(inner, (dict, list))]
    return depth


refuses(_LIST, breaks=_CONNECTIONS).each(
    refuses_an_empty_list=lambda value: not value,
    refuses_the_same_connection_twice=lambda value: len(set(value)) < len(value),
    refuses_long_lists=lambda value: len(value) > 50,
)

refuses(_LIST, breaks="request.globalConnectionExternalIds.type").each(
    refuses_an_empty_connection=lambda value: "" in value,
    refuses_connections_beyond_ascii=lambda value: any(not item.isascii() for item in value),
)


def _together(call: Call, *fields: str) -> bool:
    return not call.issues and all(call.value.get(field) is not None for field in fields)


@fault("validated", breaks=_COMBINATION)
def refuses_metadata_beside_external_id(call: Call) -> None:
    """Refuses metadata and externalId in one body."""
    if _together(call, "metadata", "externalId"):
        _refuse(call, "metadata")


@fault("validated", breaks=_COMBINATION)
def refuses_connections_beside_max_concurrent_jobs(call: Call) -> None:
    """Refuses globalConnectionExternalIds and maxConcurrentJobs in one body."""
    if _together(call, _LIST, "maxConcurrentJobs"):
        _refuse(call, _LIST)


@fault("validated", breaks=_COMBINATION)
def refuses_an_email_beside_null_external_id(call: Call) -> None:
    """Refuses alertReceiverEmail where externalId is null."""
    null = not call.issues and "externalId" in call.value and call.value["externalId"] is None
    if null and call.value.get("alertReceiverEmail") is not None:
        _refuse(call, "alertReceiverEmail")


@fault("validated", breaks=_COMBINATION)
def refuses_null_in_every_field(call: Call) -> None:
    """Refuses a body in which every field that may be null is."""
    fields = ("externalId", "maxConcurrentJobs", "alertReceiverEmail")
    if not call.issues and all(name in call.value and call.value[name] is None for name in fields):
        _refuse(call, "externalId")


@fault("validated", breaks=_COMBINATION)
def refuses_every_field_at_once(call: Call) -> None:
    """Refuses a body with every documented field."""
    fields = ("displayName", "externalId", "metadata", "maxConcurrentJobs", _LIST, "alertReceiverEmail")
    if not call.issues and all(name in call.value for name in fields):
        _refuse(call, "displayName")


@fault("validated", breaks=_COMBINATION)
def refuses_display_name_alone(call: Call) -> None:
    """Refuses a body that holds displayName only."""
    if not call.issues and list(call.value) == ["displayName"]:
        _refuse(call, "displayName")


@fault("validated", breaks="request.body.json")
def wants_display_name_first(call: Call) -> None:
    """Refuses a body in which displayName is not the first member."""
    if not call.issues and next(iter(call.value)) != "displayName":
        _refuse(call, "displayName")


fault("validated", breaks="response.201.status").each(
    refuses_bodies_beyond_16_kib=when(
        lambda call: not call.issues and len(call.body) > 16 * 1024, refuse_with(refusals.body_too_large)
    ),
)

fault("parsed", breaks="request.body.json").each(
    refuses_white_space_around_the_document=when(
        lambda call: call.refusal is None and isinstance(call.value, dict) and call.body != call.body.strip(),
        refuse_with(refusals.invalid_json),
    ),
    refuses_unicode_escapes=when(
        lambda call: call.refusal is None and isinstance(call.value, dict) and rb"\u" in call.body,
        refuse_with(refusals.invalid_json),
    ),
)
