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


@accepts("externalId", breaks=_EXTERNAL_ID)
def accepts_a_number_as_external_id(value: Json) -> bool:
    """Takes a number for an externalId."""
    return _number(value)


@accepts("externalId", breaks=_EXTERNAL_ID)
def accepts_zero_as_external_id(value: Json) -> bool:
    """Takes 0 for no externalId, because 0 is falsy."""
    return value == 0 and _number(value)


@accepts("externalId", breaks=_EXTERNAL_ID)
def accepts_a_boolean_as_external_id(value: Json) -> bool:
    """Takes a boolean for an externalId."""
    return isinstance(value, bool)


@accepts("externalId", breaks=_EXTERNAL_ID)
def accepts_an_object_as_external_id(value: Json) -> bool:
    """Takes an object for an externalId."""
    return isinstance(value, dict)


@accepts("externalId", breaks=_EXTERNAL_ID)
def accepts_a_list_as_external_id(value: Json) -> bool:
    """Takes a list for an externalId."""
    return isinstance(value, list)


@accepts("metadata", breaks="request.metadata.null")
def accepts_null_metadata(value: Json) -> bool:
    """Lets metadata null through."""
    return value is None


@accepts("metadata", breaks=_METADATA)
def accepts_a_list_as_metadata(value: Json) -> bool:
    """Takes a list for metadata."""
    return isinstance(value, list)


@accepts("metadata", breaks=_METADATA)
def accepts_what_typeof_calls_an_object_as_metadata(value: Json) -> bool:
    """Takes a list or null for metadata, because typeof says "object"."""
    return isinstance(value, list) or value is None


@accepts("metadata", breaks=_METADATA)
def accepts_an_empty_list_as_metadata(value: Json) -> bool:
    """Takes [] for {}."""
    return bool(value == [])


@accepts("metadata", breaks=_METADATA)
def accepts_a_text_as_metadata(value: Json) -> bool:
    """Takes a text for metadata."""
    return isinstance(value, str)


@accepts("metadata", breaks=_METADATA)
def accepts_json_text_as_metadata(value: Json) -> bool:
    """Takes a text that holds a JSON object for metadata."""
    try:
        return isinstance(value, str) and isinstance(json.loads(value), dict)
    except ValueError:
        return False


@accepts("metadata", breaks=_METADATA)
def accepts_a_number_as_metadata(value: Json) -> bool:
    """Takes a number for metadata."""
    return _number(value)


@accepts("metadata", breaks=_METADATA)
def accepts_falsy_metadata(value: Json) -> bool:
    """Takes false, 0 and an empty text for no metadata."""
    return not value and value is not None and value != []


@accepts("metadata", breaks=_METADATA)
def accepts_a_boolean_as_metadata(value: Json) -> bool:
    """Takes a boolean for metadata."""
    return isinstance(value, bool)


@accepts("maxConcurrentJobs", breaks=_JOBS)
def accepts_a_number_in_a_text(value: Json) -> bool:
    """Takes a text of digits for maxConcurrentJobs."""
    return isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value) is not None


@accepts("maxConcurrentJobs", breaks=_JOBS)
def accepts_an_empty_text_as_max_concurrent_jobs(value: Json) -> bool:
    """Takes an empty text for maxConcurrentJobs 0."""
    return bool(value == "")


@accepts("maxConcurrentJobs", breaks=_JOBS)
def accepts_words_as_max_concurrent_jobs(value: Json) -> bool:
    """Takes any text for maxConcurrentJobs, as not a number."""
    return isinstance(value, str) and not any(letter.isdigit() for letter in value) and value != ""


@accepts("maxConcurrentJobs", breaks=_JOBS)
def accepts_a_boolean_as_max_concurrent_jobs(value: Json) -> bool:
    """Takes true and false for 1 and 0."""
    return isinstance(value, bool)


@accepts("maxConcurrentJobs", breaks=_JOBS)
def accepts_a_list_as_max_concurrent_jobs(value: Json) -> bool:
    """Takes a list for maxConcurrentJobs."""
    return isinstance(value, list)


@accepts("maxConcurrentJobs", breaks=_JOBS)
def accepts_an_object_as_max_concurrent_jobs(value: Json) -> bool:
    """Takes an object for maxConcurrentJobs."""
    return isinstance(value, dict)


@accepts(_LIST, breaks="request.globalConnectionExternalIds.null")
def accepts_null_connections(value: Json) -> bool:
    """Lets globalConnectionExternalIds null through."""
    return value is None


@accepts(_LIST, breaks=_CONNECTIONS)
def accepts_a_single_connection(value: Json) -> bool:
    """Takes a text for a list of one."""
    return isinstance(value, str)


@accepts(_LIST, breaks=_CONNECTIONS)
def accepts_an_object_of_connections(value: Json) -> bool:
    """Takes an object for a list."""
    return isinstance(value, dict)


@accepts(_LIST, breaks=_CONNECTIONS)
def accepts_a_number_of_connections(value: Json) -> bool:
    """Takes a number or a boolean for a list."""
    return isinstance(value, (int, float))


@accepts(_LIST, breaks=_ITEM)
def accepts_numbers_among_connections(value: Json) -> bool:
    """Lets numbers through as items."""
    return isinstance(value, list) and all(isinstance(item, str) or _number(item) for item in value)


@accepts(_LIST, breaks=_ITEM_NULL)
def accepts_null_among_connections(value: Json) -> bool:
    """Lets null through as an item."""
    return isinstance(value, list) and all(item is None or isinstance(item, str) for item in value)


@accepts(_LIST, breaks=_ITEM)
def accepts_booleans_among_connections(value: Json) -> bool:
    """Lets true and false through as items."""
    return isinstance(value, list) and all(isinstance(item, (str, bool)) for item in value)


@accepts(_LIST, breaks=_ITEM)
def accepts_objects_among_connections(value: Json) -> bool:
    """Lets objects through as items."""
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
    """Takes a text of digits for maxConcurrentJobs where externalId is null."""
    if not call.issues or not isinstance(call.value, dict):
        return
    jobs = call.value.get("maxConcurrentJobs")
    without = "externalId" in call.value and call.value["externalId"] is None
    if without and isinstance(jobs, str) and jobs.isdigit():
        forgive(call, "maxConcurrentJobs")


@accepts("maxConcurrentJobs", breaks=_JOBS, intermittent=True)
def accepts_a_wrong_max_concurrent_jobs_now_and_then(value: Json) -> bool:
    """Lets some values of another type through as maxConcurrentJobs."""
    return value is not None


@accepts(_LIST, breaks=_ITEM)
def accepts_a_list_without_any_text(value: Json) -> bool:
    """Lets a list of several items through where none of them is a text."""
    return isinstance(value, list) and len(value) > 1 and None not in value and all(_wrong([item]) for item in value)


@accepts(_LIST, breaks=_ITEM)
def accepts_fractions_in_a_list(value: Json) -> bool:
    """Lets numbers with a fraction through as items."""
    return isinstance(value, list) and not _wrong([item for item in value if not isinstance(item, float)])


@accepts("metadata", breaks=_METADATA)
def accepts_a_list_of_objects_as_metadata(value: Json) -> bool:
    """Takes a list of objects with members for metadata."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and item for item in value)
