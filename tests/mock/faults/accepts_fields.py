"""Accepted wrong values of the other fields."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tests.mock.mistakes import accepts, forgive
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.json_codec import Json

_EXTERNAL_ID = "request.externalId.type"
_METADATA = "request.metadata.type"
_JOBS = "request.maxConcurrentJobs.type"
_CONNECTIONS = "request.globalConnectionExternalIds.type"
_ITEM = "request.globalConnectionExternalIds.items.type"
_ITEM_NULL = "request.globalConnectionExternalIds.items.null"
_LIST = "globalConnectionExternalIds"


def _number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


accepts("externalId", breaks=_EXTERNAL_ID).each(
    accepts_a_number_as_external_id=_number,
    # because 0 is falsy
    accepts_zero_as_external_id=lambda value: value == 0 and _number(value),
    accepts_a_boolean_as_external_id=lambda value: isinstance(value, bool),
    accepts_an_object_as_external_id=lambda value: isinstance(value, dict),
    accepts_a_list_as_external_id=lambda value: isinstance(value, list),
)

accepts("metadata", breaks="request.metadata.null").each(accepts_null_metadata=lambda value: value is None)

accepts("metadata", breaks=_METADATA).each(
    accepts_a_list_as_metadata=lambda value: isinstance(value, list),
    # because typeof says "object"
    accepts_what_typeof_calls_an_object_as_metadata=lambda value: isinstance(value, list) or value is None,
    accepts_an_empty_list_as_metadata=lambda value: value == [],
    accepts_a_text_as_metadata=lambda value: isinstance(value, str),
    accepts_a_number_as_metadata=_number,
    accepts_falsy_metadata=lambda value: not value and value is not None and value != [],
    accepts_a_boolean_as_metadata=lambda value: isinstance(value, bool),
)


@accepts("metadata", breaks=_METADATA)
def accepts_json_text_as_metadata(value: Json) -> bool:
    """Accepts a text that holds a JSON object as metadata."""
    try:
        return isinstance(value, str) and isinstance(json.loads(value), dict)
    except ValueError:
        return False


@accepts("maxConcurrentJobs", breaks=_JOBS)
def accepts_a_number_in_a_text(value: Json) -> bool:
    """Accepts a text of digits as maxConcurrentJobs."""
    return isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value) is not None


accepts("maxConcurrentJobs", breaks=_JOBS).each(
    accepts_an_empty_text_as_max_concurrent_jobs=lambda value: value == "",
    accepts_a_boolean_as_max_concurrent_jobs=lambda value: isinstance(value, bool),
    accepts_a_list_as_max_concurrent_jobs=lambda value: isinstance(value, list),
    accepts_an_object_as_max_concurrent_jobs=lambda value: isinstance(value, dict),
)


@accepts("maxConcurrentJobs", breaks=_JOBS)
def accepts_words_as_max_concurrent_jobs(value: Json) -> bool:
    """Accepts any text without digits as maxConcurrentJobs, as NaN."""
    return isinstance(value, str) and not any(letter.isdigit() for letter in value) and value != ""


accepts(_LIST, breaks="request.globalConnectionExternalIds.null").each(
    accepts_null_connections=lambda value: value is None,
)

accepts(_LIST, breaks=_CONNECTIONS).each(
    accepts_a_single_connection=lambda value: isinstance(value, str),
    accepts_an_object_of_connections=lambda value: isinstance(value, dict),
    accepts_a_number_of_connections=lambda value: isinstance(value, (int, float)),
)


@accepts(_LIST, breaks=_ITEM)
def accepts_numbers_among_connections(value: Json) -> bool:
    """Accepts numbers as items."""
    return isinstance(value, list) and all(isinstance(item, str) or _number(item) for item in value)


@accepts(_LIST, breaks=_ITEM_NULL)
def accepts_null_among_connections(value: Json) -> bool:
    """Accepts null as an item."""
    return isinstance(value, list) and all(item is None or isinstance(item, str) for item in value)


@accepts(_LIST, breaks=_ITEM)
def accepts_booleans_among_connections(value: Json) -> bool:
    """Accepts true and false as items."""
    return isinstance(value, list) and all(isinstance(item, (str, bool)) for item in value)


@accepts(_LIST, breaks=_ITEM)
def accepts_objects_among_connections(value: Json) -> bool:
    """Accepts objects as items."""
    return isinstance(value, list) and all(isinstance(item, (str, dict)) for item in value)


@accepts(_LIST, breaks=_ITEM)
def accepts_lists_among_connections(value: Json) -> bool:
    """Flattens lists in the list."""
    return isinstance(value, list) and all(isinstance(item, (str, list)) for item in value)


def _wrong(items: list[Any]) -> bool:
    return any(not isinstance(item, str) for item in items)


@accepts(_LIST, breaks=_ITEM)
def checks_only_the_first_connection(value: Json) -> bool:
    """Checks only the first item of the list."""
    return isinstance(value, list) and len(value) > 1 and isinstance(value[0], str) and None not in value


@accepts(_LIST, breaks=_ITEM)
def checks_only_the_last_connection(value: Json) -> bool:
    """Checks only the last item of the list."""
    return isinstance(value, list) and len(value) > 1 and isinstance(value[-1], str) and None not in value


@accepts(_LIST, breaks=_ITEM)
def checks_only_the_ends_of_the_connections(value: Json) -> bool:
    """Checks only the first and the last item of the list."""
    if not isinstance(value, list) or len(value) < 3 or None in value:
        return False
    return not _wrong([value[0], value[-1]])


@accepts(_LIST, breaks=_ITEM)
def skips_the_last_connection(value: Json) -> bool:
    """Checks all items but the last."""
    return isinstance(value, list) and len(value) > 1 and None not in value and not _wrong(value[:-1])


@fault("validated", breaks=_JOBS)
def accepts_a_number_in_a_text_beside_a_null_external_id(call: Call) -> None:
    """Accepts a text of digits as maxConcurrentJobs where externalId is null."""
    if not call.issues or not isinstance(call.value, dict):
        return
    jobs = call.value.get("maxConcurrentJobs")
    without = "externalId" in call.value and call.value["externalId"] is None
    if without and isinstance(jobs, str) and jobs.isdigit():
        forgive(call, "maxConcurrentJobs")


accepts("maxConcurrentJobs", breaks=_JOBS, intermittent=True).each(
    accepts_a_wrong_max_concurrent_jobs_now_and_then=lambda value: value is not None,
)


@accepts(_LIST, breaks=_ITEM)
def accepts_a_list_without_any_text(value: Json) -> bool:
    """Accepts a list of several items where none of them is a text."""
    return isinstance(value, list) and len(value) > 1 and None not in value and all(_wrong([item]) for item in value)


@accepts(_LIST, breaks=_ITEM)
def accepts_fractions_in_a_list(value: Json) -> bool:
    """Accepts numbers with a fraction as items."""
    return isinstance(value, list) and not _wrong([item for item in value if not isinstance(item, float)])


@accepts("metadata", breaks=_METADATA)
def accepts_a_list_of_objects_as_metadata(value: Json) -> bool:
    """Accepts a list of objects with members as metadata."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and item for item in value)
