"""Valid values of a field that are answered 500."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.mock.mistakes import fails

if TYPE_CHECKING:
    from tests.mock.json_codec import Json


@fails("displayName")
def fails_with_nul_in_display_name(value: Json) -> bool:
    """Answers 500 to U+0000 in displayName, as PostgreSQL refuses it."""
    return "\0" in value


@fails("externalId")
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


@fails("metadata")
def fails_with_nul_in_metadata(value: Json) -> bool:
    """Answers 500 to U+0000 inside metadata, as a jsonb column does."""
    return any("\0" in text for text in _texts(value))


@fails("displayName")
def fails_with_emoji(value: Json) -> bool:
    """Answers 500 to characters outside the basic plane, as a column of three-byte UTF-8 does."""
    return any(ord(letter) > 0xFFFF for letter in value)


@fails("displayName")
def fails_with_a_lone_surrogate(value: Json) -> bool:
    """Answers 500 to a lone surrogate."""
    return any("\ud800" <= letter <= "\udfff" for letter in value)


@fails("displayName")
def fails_with_an_apostrophe(value: Json) -> bool:
    """Answers 500 to an apostrophe, which ends the SQL string."""
    return "'" in value


@fails("displayName")
def fails_with_a_percent_sign(value: Json) -> bool:
    """Answers 500 to a per cent sign, which no format follows."""
    return "%" in value


@fails("displayName")
def fails_with_a_template(value: Json) -> bool:
    """Answers 500 to {{ in displayName, which a template engine evaluates."""
    return "{{" in value


@fails("displayName")
def fails_with_a_long_display_name(value: Json) -> bool:
    """Answers 500 to a displayName that is too long for its column."""
    return len(value) > 255


@fails("displayName")
def fails_with_a_very_long_display_name(value: Json) -> bool:
    """Answers 500 to a displayName of more than 10 000 characters."""
    return len(value) > 10_000


@fails("displayName")
def fails_with_a_backslash_at_the_end(value: Json) -> bool:
    """Answers 500 to a backslash at the end of displayName."""
    return bool(value.endswith("\\"))


@fails("externalId")
def fails_with_an_empty_external_id(value: Json) -> bool:
    """Answers 500 to an empty externalId."""
    return bool(value == "")


@fails("externalId")
def fails_with_a_long_external_id(value: Json) -> bool:
    """Answers 500 to an externalId that is too long for its column."""
    return value is not None and len(value) > 255


@fails("maxConcurrentJobs")
def fails_with_a_fraction(value: Json) -> bool:
    """Answers 500 to a fraction, as an integer column does."""
    return value is not None and not float(value).is_integer()


@fails("maxConcurrentJobs")
def fails_beyond_31_bits(value: Json) -> bool:
    """Answers 500 to a number that is too large for an integer column."""
    return value is not None and not -(2**31) <= value < 2**31


@fails("maxConcurrentJobs")
def fails_beyond_63_bits(value: Json) -> bool:
    """Answers 500 to a number that is too large for a bigint column."""
    return value is not None and not -(2**63) <= value < 2**63


@fails("maxConcurrentJobs")
def fails_with_zero(value: Json) -> bool:
    """Answers 500 to zero, by which it divides."""
    return bool(value == 0)


@fails("metadata")
def fails_with_deep_metadata(value: Json) -> bool:
    """Answers 500 to metadata of more than 100 levels."""
    level: list[Any] = [value]
    for _ in range(101):
        inner = (item if isinstance(item, list) else list(item.values()) for item in level)
        level = [item for items in inner for item in items if isinstance(item, (dict, list))]
    return bool(level)


@fails("metadata")
def fails_with_many_keys(value: Json) -> bool:
    """Answers 500 to metadata with 500 keys and more."""
    return len(value) >= 500


@fails("metadata")
def fails_with_an_empty_key(value: Json) -> bool:
    """Answers 500 to metadata with an empty key."""
    return "" in value


@fails("metadata")
def fails_with_keys_of_object(value: Json) -> bool:
    """Answers 500 to metadata with a key toString, hasOwnProperty or constructor, and calls it."""
    return any(key in value for key in ("toString", "hasOwnProperty", "constructor"))


@fails("metadata")
def fails_with_keys_of_operators(value: Json) -> bool:
    """Answers 500 to metadata with a key that begins with $."""
    return any(key.startswith("$") for key in _texts(value))


@fails("globalConnectionExternalIds")
def fails_with_an_empty_list(value: Json) -> bool:
    """Answers 500 to an empty list, because IN () is no SQL."""
    return not value


@fails("globalConnectionExternalIds")
def fails_with_the_same_connection_twice(value: Json) -> bool:
    """Answers 500 to a list that holds an item twice."""
    return len(set(value)) < len(value)


@fails("globalConnectionExternalIds")
def fails_with_many_connections(value: Json) -> bool:
    """Answers 500 to a list of 500 items and more."""
    return len(value) >= 500
