"""Unusual texts and values that are changed, as by stores and clients that interpret them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.mock.mistakes import alters, everywhere, inside

if TYPE_CHECKING:
    from tests.mock.json_codec import Json

_SHORT_CODES = {":smile:": "\U0001f604", ":heart:": "\u2764\ufe0f", ":rocket:": "\U0001f680", ":tada:": "\U0001f389"}
_RARE_SPACES = "\u1680\u2008\u205f\u2002"
_SHOWS_NOTHING = re.compile("[\u3164\u2800\u034f\uffa0]")
_SECRETS = ("password", "token", "secret")
_OPEN_TAG = re.compile(r"<[A-Za-z/!?][^>]*(?:>|\Z)")
_MICROSOFT = re.compile(r"/Date\((\d{1,13})\)/")


alters("displayName").each(
    # as a reader of CSV does
    strips_quotation_marks_around_display_name=lambda value: value[1:-1] if re.fullmatch('"[^"]+"', value) else value,
    trims_rare_spaces=lambda value: value.strip(_RARE_SPACES) or value,
    drops_letters_that_show_nothing=lambda value: _SHOWS_NOTHING.sub("", value) or value,
    # as a column does that was made for text without emoji
    drops_variation_selectors=lambda value: value.replace("\ufe0f", "") or value,
)
alters("externalId").each(
    # as strip_tags of PHP and tokenizers of HTML do
    strips_unclosed_tags=lambda value: _OPEN_TAG.sub("", value),
    drops_zero_width_characters=lambda value: re.sub("[\u200b-\u200d\ufeff]", "", value),
)


@alters("displayName")
def turns_short_codes_into_emoji(value: str) -> str:
    """Makes emoji of short codes in displayName, as a chat does."""
    return re.sub(":[a-z]+:", lambda hit: _SHORT_CODES.get(hit[0], hit[0]), value)


def _array(part: Json) -> Json:
    if isinstance(part, dict) and len(part) > 1 and list(part) == [str(index) for index in range(len(part))]:
        return list(part.values())
    return part


alters("metadata").each(
    # as a log does
    masks_secrets_in_metadata=inside(dict, lambda part: {k: "***" if k in _SECRETS else v for k, v in part.items()}),
    # as clients of Microsoft's do
    turns_dates_of_microsoft_into_iso=inside(str, lambda part: _MICROSOFT.sub(_instant, part)),
    keeps_1000_members=inside(dict, lambda part: dict(list(part.items())[:1000])),
    # as PHP does
    turns_numbered_members_into_arrays=lambda value: {key: everywhere(item, _array) for key, item in value.items()},
    # as lodash does with what has a length
    takes_a_length_for_that_of_an_array=lambda value: {} if type(value.get("length")) is int else value,
    # as MongoDB's extended JSON reads it
    unwraps_object_ids=lambda value: {key: everywhere(item, _object_id) for key, item in value.items()},
    # as a set of tags
    sorts_lists_of_texts=lambda value: everywhere(value, _sorted),
    drops_repeated_objects=lambda value: everywhere(value, _different),
    # as YAML does
    merges_members_as_yaml_does=lambda value: everywhere(value, _merged),
)


def _object_id(part: Json) -> Json:
    return part["$oid"] if isinstance(part, dict) and list(part) == ["$oid"] else part


def _instant(hit: re.Match[str]) -> str:
    return datetime.fromtimestamp(int(hit[1]) / 1000, UTC).isoformat().replace("+00:00", "Z")


def _sorted(part: Json) -> Json:
    return sorted(part) if isinstance(part, list) and all(isinstance(item, str) for item in part) else part


def _different(part: Json) -> Json:
    if not isinstance(part, list):
        return part
    return [item for index, item in enumerate(part) if not isinstance(item, dict) or item not in part[:index]]


@alters("metadata")
def cuts_texts_after_65535_bytes(value: Json) -> Json:
    """Cuts the texts inside metadata after 65,535 bytes of UTF-8, as a column of type TEXT does."""
    return everywhere(
        value,
        lambda part: (
            part.encode("utf-8", "surrogatepass")[:65535].decode("utf-8", "ignore")
            if isinstance(part, str) and len(part) > 65535 // 4
            else part
        ),
    )


def _merged(part: Json) -> Json:
    if not isinstance(part, dict) or not isinstance(part.get("<<"), dict):
        return part
    return {**part["<<"], **{key: item for key, item in part.items() if key != "<<"}}


@alters("metadata")
def keeps_15_digits_of_integers_in_arrays(value: dict[str, Json]) -> Json:
    """Keeps 15 digits of the integers in arrays, as a spreadsheet does."""

    def cut(part: Json) -> Json:
        if not isinstance(part, list):
            return part
        return [float(f"{i:.15g}") if type(i) is int and abs(i) > 10**15 else i for i in part]

    return everywhere(value, cut)
