"""Valid texts that are refused with 400."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tests.mock.mistakes import refuses
from tests.mock.registry import fault
from tests.mock.schema import Issue

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.json_codec import Json

_NAME = "request.displayName.pattern"
_EXTERNAL_ID = "request.externalId.type"
_EMAIL = "request.alertReceiverEmail.pattern"


@refuses("displayName", breaks=_NAME)
def refuses_long_display_names(value: Json) -> bool:
    """Refuses a displayName of more than 100 characters."""
    return len(value) > 100


@refuses("displayName", breaks=_NAME)
def refuses_display_names_of_one_character(value: Json) -> bool:
    """Refuses a displayName of one character."""
    return len(value) == 1


@refuses("displayName", breaks=_NAME)
def refuses_blank_display_names(value: Json) -> bool:
    """Refuses a displayName of white space."""
    return not value.strip()


@refuses("displayName", breaks=_NAME)
def refuses_display_names_with_white_space_around(value: Json) -> bool:
    """Refuses a displayName with white space at an end."""
    return bool(value != value.strip())


@refuses("displayName", breaks=_NAME)
def refuses_display_names_beyond_ascii(value: Json) -> bool:
    """Refuses a displayName that is not ASCII."""
    return not value.isascii()


@refuses("displayName", breaks=_NAME)
def refuses_emoji_in_display_names(value: Json) -> bool:
    """Refuses a displayName with characters outside the basic plane."""
    return any(ord(letter) > 0xFFFF for letter in value)


@refuses("displayName", breaks=_NAME)
def refuses_line_breaks_in_display_names(value: Json) -> bool:
    """Refuses a displayName with a line break, because its pattern lacks the flag for them."""
    return "\n" in value or "\r" in value


@refuses("displayName", breaks=_NAME)
def refuses_line_separators_in_display_names(value: Json) -> bool:
    """Refuses a displayName with U+2028 or U+2029."""
    return "\u2028" in value or "\u2029" in value


@refuses("displayName", breaks=_NAME)
def refuses_quotes_in_display_names(value: Json) -> bool:
    """Refuses a displayName with a quotation mark or an apostrophe."""
    return '"' in value or "'" in value


@refuses("displayName", breaks=_NAME)
def refuses_backslashes_in_display_names(value: Json) -> bool:
    """Refuses a displayName with a backslash, as if it were a path."""
    return "\\" in value


@refuses("displayName", breaks=_NAME)
def refuses_markup_in_display_names(value: Json) -> bool:
    """Refuses a displayName with < or >."""
    return "<" in value or ">" in value


@refuses("displayName", breaks=_NAME)
def refuses_display_names_that_start_with_a_digit(value: Json) -> bool:
    """Refuses a displayName that starts with a digit."""
    return bool(value[0].isdigit())


@refuses("displayName", breaks=_NAME)
def refuses_reserved_words_as_display_names(value: Json) -> bool:
    """Refuses a displayName that is a word of JavaScript."""
    return value in ("null", "undefined", "true", "false", "NaN")


@refuses("displayName", breaks=_NAME)
def refuses_combining_characters_in_display_names(value: Json) -> bool:
    """Refuses a displayName with combining characters."""
    return any(unicodedata.combining(letter) for letter in value)


@refuses("displayName", breaks=_NAME)
def refuses_punctuation_in_display_names(value: Json) -> bool:
    """Refuses a displayName with a colon, star or question mark, as a file system does."""
    return any(letter in value for letter in ":*?|")


@refuses("displayName", breaks=_NAME)
def refuses_sql_in_display_names(value: Json) -> bool:
    """Refuses a displayName that looks like SQL, as a firewall does."""
    return re.search(r"\b(?:drop|select|union|insert)\b", value, re.IGNORECASE) is not None


@refuses("displayName", breaks=_NAME)
def refuses_admin_as_display_name(value: Json) -> bool:
    """Refuses a displayName that is reserved for administrators."""
    return bool(value.lower() == "admin")


@refuses("displayName", breaks="response.201.status", intermittent=True)
def refuses_a_good_display_name_now_and_then(_value: Json) -> bool:
    """Refuses some good displayNames."""
    return True


@refuses("externalId", breaks=_EXTERNAL_ID)
def refuses_an_empty_external_id(value: Json) -> bool:
    """Refuses an empty externalId."""
    return bool(value == "")


@refuses("externalId", breaks=_EXTERNAL_ID)
def refuses_long_external_ids(value: Json) -> bool:
    """Refuses an externalId of more than 255 characters."""
    return value is not None and len(value) > 255


@refuses("externalId", breaks=_EXTERNAL_ID)
def refuses_external_ids_that_are_no_slugs(value: Json) -> bool:
    """Refuses an externalId with other characters than letters, digits, - and _."""
    return value is not None and re.fullmatch(r"[\w-]*", value, re.ASCII) is None


@refuses("externalId", breaks=_EXTERNAL_ID)
def refuses_dot_and_slash_in_external_id(value: Json) -> bool:
    """Holds externalId against the pattern of displayName."""
    return value is not None and ("." in value or "/" in value)


@refuses("externalId", breaks=_EXTERNAL_ID)
def refuses_external_ids_beyond_ascii(value: Json) -> bool:
    """Refuses an externalId that is not ASCII."""
    return value is not None and not value.isascii()


@refuses("externalId", breaks="request.externalId.null")
def refuses_null_external_id(value: Json) -> bool:
    """Refuses externalId null."""
    return value is None


@fault("validated", breaks="request.externalId.optional")
def demands_an_external_id(call: Call) -> None:
    """Refuses a body without externalId."""
    _demand(call, "externalId")


@refuses("alertReceiverEmail", breaks=_EMAIL)
def refuses_plus_in_an_address(value: Json) -> bool:
    """Refuses an address with a plus sign."""
    return value is not None and "+" in value


@refuses("alertReceiverEmail", breaks=_EMAIL)
def refuses_an_apostrophe_in_an_address(value: Json) -> bool:
    """Refuses an address with an apostrophe."""
    return value is not None and "'" in value


@refuses("alertReceiverEmail", breaks=_EMAIL)
def refuses_an_underscore_in_an_address(value: Json) -> bool:
    """Refuses an address with an underscore."""
    return value is not None and "_" in value


@refuses("alertReceiverEmail", breaks=_EMAIL)
def refuses_signs_at_the_borders_of_an_address(value: Json) -> bool:
    """Refuses an address whose local part starts or ends with another character than a letter or digit."""
    local = (value or "a@").partition("@")[0]
    return not (local[0].isalnum() and local[-1].isalnum())


@refuses("alertReceiverEmail", breaks=_EMAIL)
def refuses_capitals_in_an_address(value: Json) -> bool:
    """Refuses an address with capital letters."""
    return value is not None and value != value.lower()


@refuses("alertReceiverEmail", breaks=_EMAIL)
def refuses_long_top_levels(value: Json) -> bool:
    """Refuses an address whose top-level domain has more than six letters."""
    return value is not None and len(value.rpartition(".")[2]) > 6


@refuses("alertReceiverEmail", breaks=_EMAIL)
def refuses_subdomains(value: Json) -> bool:
    """Refuses an address with a subdomain."""
    return value is not None and value.partition("@")[2].count(".") > 1


@refuses("alertReceiverEmail", breaks=_EMAIL)
def refuses_domains_that_start_with_a_digit(value: Json) -> bool:
    """Refuses an address with a domain that starts with a digit."""
    return value is not None and value.partition("@")[2][:1].isdigit()


@refuses("alertReceiverEmail", breaks=_EMAIL)
def refuses_local_parts_of_one_character(value: Json) -> bool:
    """Refuses an address with one character before the at sign."""
    return value is not None and value.find("@") == 1


@refuses("alertReceiverEmail", breaks="request.alertReceiverEmail.null")
def refuses_null_email(value: Json) -> bool:
    """Refuses alertReceiverEmail null."""
    return value is None


@fault("validated", breaks="request.alertReceiverEmail.optional")
def demands_an_email(call: Call) -> None:
    """Refuses a body without alertReceiverEmail."""
    _demand(call, "alertReceiverEmail")


def _demand(call: Call, field: str) -> None:
    if not call.issues and field not in call.value:
        call.issues.append(Issue((field,), "Invalid input: expected string, received undefined"))
