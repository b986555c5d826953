"""maxConcurrentJobs and metadata returned changed."""

from __future__ import annotations

import re
import struct
import unicodedata
from typing import TYPE_CHECKING, Any

from tests.mock.mistakes import alters, everywhere, inside, its_turn
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.json_codec import Json

_JOBS = "response.201.maxConcurrentJobs.echo"
_METADATA = "response.201.metadata.echo"


def _number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


alters("maxConcurrentJobs").each(
    rounds_max_concurrent_jobs=lambda value: round(value) if abs(value) < 1e300 else value,
    rounds_max_concurrent_jobs_to_cents=lambda value: round(value, 2),
    caps_max_concurrent_jobs=lambda value: min(value, 1000),
    drops_the_sign=abs,
    # because 0 is falsy
    turns_zero_into_null=lambda value: value or None,
)


@alters("maxConcurrentJobs")
def wraps_at_32_bits(value: float) -> Json:
    """Keeps the lowest 32 bits of maxConcurrentJobs."""
    whole = float(value).is_integer()
    return (int(value) + 2**31) % 2**32 - 2**31 if whole else value


@alters("maxConcurrentJobs")
def wraps_at_16_bits(value: float) -> Json:
    """Keeps the lowest 16 bits of maxConcurrentJobs."""
    whole = float(value).is_integer()
    return (int(value) + 2**15) % 2**16 - 2**15 if whole else value


@alters("maxConcurrentJobs")
def stores_single_precision(value: float) -> Json:
    """Stores maxConcurrentJobs in single precision."""
    return struct.unpack("f", struct.pack("f", value))[0] if abs(value) < 1e38 else value


@fault("storing", breaks=_JOBS)
def turns_null_into_zero(call: Call) -> None:
    """Answers 0 if maxConcurrentJobs was null."""
    if "maxConcurrentJobs" in call.fields and call.fields["maxConcurrentJobs"] is None:
        call.fields["maxConcurrentJobs"] = 0


alters("maxConcurrentJobs", intermittent=True).each(
    answers_another_number_now_and_then=lambda value: value + 1 if abs(value) < 2**50 else 5,
)


alters("metadata").each(
    drops_nulls=inside(dict, lambda part: {k: v for k, v in part.items() if v is not None}),
    sorts_lists=inside(list, lambda part: sorted(part, key=repr)),
    drops_repeated_items=inside(list, lambda part: list({repr(item): item for item in part}.values())),
    unwraps_lists_of_one=inside(list, lambda part: part[0] if len(part) == 1 else part),
    turns_numbers_into_texts=lambda value: everywhere(value, lambda part: str(part) if _number(part) else part),
    turns_digits_into_numbers=inside(str, lambda part: int(part) if re.fullmatch("[0-9]{1,15}", part) else part),
    rounds_numbers_to_two_digits=inside(float, lambda part: round(part, 2)),
    turns_booleans_into_numbers=inside(bool, int),
    # writes milliseconds into them
    rewrites_dates=inside(str, lambda part: re.sub(r"(T\d\d:\d\d:\d\d)Z$", r"\1.000Z", part)),
    trims_texts_in_metadata=inside(str, lambda part: part.strip()),
    drops_empty_containers=lambda value: {key: item for key, item in value.items() if item not in ({}, [])},
    drops_empty_texts=lambda value: {key: item for key, item in value.items() if item != ""},
    drops_false=lambda value: {key: item for key, item in value.items() if item is not False},
    drops_the_empty_key=lambda value: {key: item for key, item in value.items() if key != ""},
    lowers_keys=lambda value: {key.lower(): item for key, item in value.items()},
    trims_keys=lambda value: {key.strip(): item for key, item in value.items()},
    # may merge two of them
    composes_keys=lambda value: {unicodedata.normalize("NFC", key): item for key, item in value.items()},
    cuts_metadata_after_three_levels=lambda value: _cut(value, 3),
    cuts_metadata_after_60_levels=lambda value: _cut(value, 60),
    cuts_metadata_after_50_keys=lambda value: dict(list(value.items())[:50]),
    fills_empty_metadata=lambda value: value or {"default": True},
)


@alters("metadata")
def writes_keys_in_snake_case(value: Json) -> Json:
    """Writes the keys of metadata in snake case."""
    return {re.sub(r"(?<=[a-z])([A-Z])", r"_\1", key).lower(): item for key, item in value.items()}


@alters("metadata")
def splits_keys_at_dots(value: Json) -> Json:
    """Makes an object of a member of metadata whose key has a dot."""
    changed: dict[str, Any] = {}
    for key, item in value.items():
        head, dot, tail = key.partition(".")
        changed[head] = {tail: item} if dot else item
    return changed


@alters("metadata")
def drops_keys_of_object(value: Json) -> Json:
    """Drops members of metadata whose key every JavaScript object has."""
    return {k: v for k, v in value.items() if k not in ("constructor", "toString", "hasOwnProperty", "valueOf")}


def _cut(value: Json, depth: int) -> Json:
    if not isinstance(value, (dict, list)):
        return value
    if depth == 0:
        return None
    if isinstance(value, dict):
        return {key: _cut(item, depth - 1) for key, item in value.items()}
    return [_cut(item, depth - 1) for item in value]


alters("metadata", intermittent=True).each(loses_metadata_now_and_then=lambda _value: {"lost": True})


@fault("storing", breaks=_METADATA)
def loses_metadata_beside_an_email(call: Call) -> None:
    """Leaves metadata out where an alertReceiverEmail was sent."""
    if call.fields.get("alertReceiverEmail") is not None:
        call.fields.pop("metadata", None)


@fault("storing", breaks=_METADATA)
def keeps_members_of_earlier_metadata(call: Call) -> None:
    """Merges metadata with that of the request before, as a shared default does."""
    metadata = call.fields.get("metadata")
    if metadata is not None:
        before = call.service.memory.get("metadata", {})
        call.service.memory["metadata"] = metadata
        call.fields["metadata"] = {**before, **metadata}


@fault("storing", breaks=_METADATA, intermittent=True)
def loses_a_member_of_metadata_now_and_then(call: Call) -> None:
    """Drops the last member of some metadata."""
    metadata = call.fields.get("metadata")
    if metadata and its_turn(call):
        call.fields["metadata"] = dict(list(metadata.items())[:-1])
