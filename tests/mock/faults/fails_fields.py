"""Valid values of a field that are answered 500."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.mock.mistakes import fails

if TYPE_CHECKING:
    from tests.mock.json_codec import Json


fails("displayName").each(
    # as PostgreSQL refuses it
    fails_with_nul_in_display_name=lambda value: "\0" in value,
    # as a column of three-byte UTF-8 does
    fails_with_emoji=lambda value: any(ord(letter) > 0xFFFF for letter in value),
    fails_with_a_lone_surrogate=lambda value: any("\ud800" <= letter <= "\udfff" for letter in value),
    # ends the SQL string
    fails_with_an_apostrophe=lambda value: "'" in value,
    # no format follows
    fails_with_a_percent_sign=lambda value: "%" in value,
    # a template engine evaluates
    fails_with_a_template=lambda value: "{{" in value,
    fails_with_a_long_display_name=lambda value: len(value) > 255,
    fails_with_a_very_long_display_name=lambda value: len(value) > 10_000,
    fails_with_a_backslash_at_the_end=lambda value: value.endswith("\\"),
)

fails("externalId").each(
    fails_with_nul_in_external_id=lambda value: value is not None and "\0" in value,
    fails_with_an_empty_external_id=lambda value: value == "",
    fails_with_a_long_external_id=lambda value: value is not None and len(value) > 255,
    # as an object does that is used as a map: every object has a member of this name
    fails_with_an_external_id_that_every_object_has=lambda value: value == "constructor",
)


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


fails("metadata").each(
    # as a jsonb column does
    fails_with_nul_in_metadata=lambda value: any("\0" in text for text in _texts(value)),
    # as an object of PHP does
    fails_with_a_key_that_begins_with_nul=lambda value: any(key.startswith("\0") for key in value),
    fails_with_many_keys=lambda value: len(value) >= 500,
    fails_with_an_empty_key=lambda value: "" in value,
    fails_with_keys_of_object=lambda value: any(key in value for key in ("toString", "hasOwnProperty", "constructor")),
    fails_with_keys_of_operators=lambda value: any(key.startswith("$") for key in _texts(value)),
)

fails("maxConcurrentJobs").each(
    # as an integer column does
    fails_with_a_fraction=lambda value: value is not None and not float(value).is_integer(),
    fails_beyond_31_bits=lambda value: value is not None and not -(2**31) <= value < 2**31,
    fails_beyond_63_bits=lambda value: value is not None and not -(2**63) <= value < 2**63,
    fails_with_zero=lambda value: value == 0,
)


@fails("metadata")
def fails_with_deep_metadata(value: Json) -> bool:
    """Answers 500 to metadata of more than 100 levels."""
    level: list[Any] = [value]
    for _ in range(101):
        inner = (item if isinstance(item, list) else list(item.values()) for item in level)
        level = [item for items in inner for item in items if isinstance(item, (dict, list))]
    return bool(level)


fails("globalConnectionExternalIds").each(
    # because IN () is no SQL
    fails_with_an_empty_list=lambda value: not value,
    fails_with_the_same_connection_twice=lambda value: len(set(value)) < len(value),
    fails_with_many_connections=lambda value: len(value) >= 500,
)
