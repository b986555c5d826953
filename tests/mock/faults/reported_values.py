"""Wrongly changed values reported in public issue trackers; each fault names its report.

The reports are about libraries; the faults show services that use them.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.mock.json_codec import dumps
from tests.mock.mistakes import alters, answers, becomes, everywhere, inside, sets
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.json_codec import Json

_METADATA = "response.201.metadata.echo"
_JOBS = "response.201.maxConcurrentJobs.echo"
_SAFE = 2**53
_MOST_OF_A_LIST = 21
_NEGATIVE_EXPONENT = re.compile(rb'"maxConcurrentJobs"\s*:\s*-?[0-9.]+[eE]-[0-9]+')


def _joined(mark: str, members: dict[str, Json]) -> Json:
    """The members with capital letters for the marks in their names."""
    return {re.sub(f"(?<=[a-z]){mark}([a-z])", lambda hit: hit[1].upper(), key): v for key, v in members.items()}


def _inside(value: dict[str, Json], change: Any) -> dict[str, Json]:
    return {key: everywhere(item, change) for key, item in value.items()}


# https://github.com/lodash/lodash/issues/3187
@alters("metadata")
def takes_an_object_with_a_length_for_a_list(value: Json) -> Json:
    """Makes a list of nulls of an object inside metadata that has a length."""

    def listed(part: Json) -> Json:
        length = part.get("length") if isinstance(part, dict) else None
        return [None] * length if type(length) is int and 0 < length < 1_000 else part

    return _inside(value, listed)


# https://github.com/ianstormtaylor/is-empty/issues/1
@alters("metadata")
def drops_objects_whose_length_is_0(value: Json) -> Json:
    """Drops objects inside metadata that have the length or size 0, for they seem to be empty."""

    def kept(part: Json) -> Json:
        if not isinstance(part, dict):
            return part
        return {
            key: item
            for key, item in part.items()
            if not (isinstance(item, dict) and 0 in (item.get("length"), item.get("size")))
        }

    return everywhere(value, kept)


# https://github.com/JamesNK/Newtonsoft.Json/issues/862
@alters("displayName")
def rewrites_a_display_name_that_is_a_date(value: str) -> str:
    """Writes a displayName that is a date and a time in UTC."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", value):
        return value
    return datetime.fromisoformat(value).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# https://github.com/ljharb/qs/issues/303
@alters("metadata")
def turns_long_lists_into_objects(value: Json) -> Json:
    """Makes objects of the lists inside metadata that have more than 21 items."""
    return everywhere(
        value,
        lambda part: (
            {str(index): item for index, item in enumerate(part)}
            if isinstance(part, list) and len(part) > _MOST_OF_A_LIST
            else part
        ),
    )


# https://github.com/typeorm/typeorm/issues/9424
@alters("metadata")
def splits_listed_texts_at_commas(value: Json) -> Json:
    """Splits the texts in lists of texts inside metadata at their commas."""

    def split(part: Json) -> Json:
        is_texts = isinstance(part, list) and part and all(isinstance(item, str) for item in part)
        return ",".join(part).split(",") if is_texts else part

    return everywhere(value, split)


answers(breaks=_JOBS, when=lambda sent: isinstance(sent.get("maxConcurrentJobs"), int)).each(
    # https://github.com/fastify/fast-json-stringify/issues/133
    answers_null_for_whole_numbers=sets("maxConcurrentJobs", None),
)


# https://github.com/apache/commons-validator/pull/418
@fault("storing", breaks=_JOBS)
def floors_numbers_with_a_negative_exponent(call: Call) -> None:
    """Cuts the fraction of a maxConcurrentJobs that is written with a negative exponent."""
    if _NEGATIVE_EXPONENT.search(call.body) and call.fields.get("maxConcurrentJobs") is not None:
        call.fields["maxConcurrentJobs"] = int(call.fields["maxConcurrentJobs"])


answers(
    breaks="response.201.maxConcurrentJobs.type",
    when=lambda sent: (
        isinstance(sent.get("maxConcurrentJobs"), (int, float)) and abs(sent["maxConcurrentJobs"]) >= 2**64
    ),
).each(
    # https://github.com/stleary/JSON-java/issues/497
    answers_a_number_beyond_64_bits_as_text=becomes("maxConcurrentJobs", lambda value: dumps(value).decode()),
)


alters("metadata").each(
    # https://github.com/hhyo/Archery/pull/3230
    writes_large_integers_as_texts=inside(
        int, lambda part: str(part) if type(part) is int and abs(part) > _SAFE else part
    ),
    # https://github.com/rails/rails/issues/30769
    drops_null_from_lists=inside(list, lambda part: [item for item in part if item is not None]),
    # https://github.com/webmozart/json/issues/19
    renames_the_empty_key=inside(dict, lambda part: {key or "_empty_": item for key, item in part.items()}),
    # https://github.com/typeorm/typeorm/issues/10048
    empties_objects_in_lists=inside(list, lambda part: [[] if isinstance(item, dict) else item for item in part]),
    # https://github.com/helmetjs/helmet/issues/475 (express-mongo-sanitize)
    drops_keys_of_operators=inside(dict, lambda part: {k: v for k, v in part.items() if not k.startswith("$")}),
    # https://github.com/helmetjs/helmet/issues/475 (express-mongo-sanitize with replaceWith)
    writes_underscores_for_dots_in_keys=inside(
        dict, lambda part: {key.replace(".", "_"): item for key, item in part.items()}
    ),
    # https://github.com/mem0ai/mem0/issues/5055
    writes_keys_in_camel_case=inside(dict, partial(_joined, "_")),
    # https://github.com/keygen-sh/keygen-api/issues/916
    writes_keys_with_hyphens_in_camel_case=inside(dict, partial(_joined, "-")),
    # https://github.com/rails/rails/pull/13157
    turns_empty_lists_into_null=lambda value: everywhere(value, lambda part: None if part == [] else part),
    # https://github.com/Galbar/JsonPath-PHP/issues/15
    turns_empty_objects_into_lists=lambda value: _inside(value, lambda part: [] if part == {} else part),
    # https://github.com/skolodyazhnyy/json-stream/issues/3
    turns_empty_lists_into_objects=lambda value: everywhere(value, lambda part: {} if part == [] else part),
    # https://github.com/laravel/framework/issues/17886
    turns_empty_texts_into_null=lambda value: everywhere(value, lambda part: None if part == "" else part),
)


# https://github.com/pierreb-devkit/Node/issues/3198
@fault("storing", breaks=_METADATA)
def keeps_the_end_of_an_earlier_list(call: Call) -> None:
    """Merges the lists of metadata by index with those of the requests before."""
    metadata = call.fields.get("metadata") or {}
    memory = call.service.memory.setdefault("lists", {})
    for key, value in metadata.items():
        if isinstance(value, list):
            call.fields["metadata"] = {**call.fields["metadata"], key: [*value, *memory.get(key, [])[len(value) :]]}
            memory[key] = value


# https://github.com/typeorm/typeorm/issues/1295
@fault("reading", breaks="state.reads_back")
def reads_metadata_as_text(call: Call) -> None:
    """Answers metadata as a JSON text when a project is read."""
    if call.answer.get("metadata") is not None:
        call.answer["metadata"] = json.dumps(call.answer["metadata"])


# https://github.com/fastify/fast-json-stringify/issues/246
@alters("metadata")
def answers_null_for_listed_objects_with_null(value: Json) -> Json:
    """Makes null of the objects in lists inside metadata that have a member null."""

    def nulled(part: Json) -> Json:
        if not isinstance(part, list):
            return part
        return [None if isinstance(item, dict) and None in item.values() else item for item in part]

    return everywhere(value, nulled)


# https://github.com/lloyd/yajl/pull/232
@fault("serialised", breaks="response.201.json")
def spoils_an_emoji_behind_a_lone_surrogate(call: Call) -> None:
    """Writes half of an emoji that follows a lone surrogate."""
    if call.created and re.search(rb"\\u[dD][89aAbB][0-9a-fA-F]{2}(?:\xf0|\\u[dD][89aAbB])", call.body):
        call.replace_payload(call.payload.replace(b'"displayName":"', b'"displayName":"\xf0\x9f', 1))
