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


refuses("displayName", breaks=_NAME).each(
    refuses_long_display_names=lambda value: len(value) > 100,
    refuses_display_names_of_one_character=lambda value: len(value) == 1,
    refuses_blank_display_names=lambda value: not value.strip(),
    refuses_display_names_with_white_space_around=lambda value: value != value.strip(),
    refuses_display_names_beyond_ascii=lambda value: not value.isascii(),
    refuses_emoji_in_display_names=lambda value: any(ord(letter) > 0xFFFF for letter in value),
    # because its pattern lacks the flag for them
    refuses_line_breaks_in_display_names=lambda value: "\n" in value or "\r" in value,
    refuses_line_separators_in_display_names=lambda value: "\u2028" in value or "\u2029" in value,
    refuses_quotes_in_display_names=lambda value: '"' in value or "'" in value,
    # as if it were a path
    refuses_backslashes_in_display_names=lambda value: "\\" in value,
    refuses_markup_in_display_names=lambda value: "<" in value or ">" in value,
    refuses_display_names_that_start_with_a_digit=lambda value: value[0].isdigit(),
    refuses_reserved_words_as_display_names=lambda value: value in ("null", "undefined", "true", "false", "NaN"),
    refuses_combining_characters_in_display_names=lambda value: any(unicodedata.combining(letter) for letter in value),
    # as a file system does
    refuses_punctuation_in_display_names=lambda value: any(letter in value for letter in ":*?|"),
    refuses_admin_as_display_name=lambda value: value.lower() == "admin",
)


@refuses("displayName", breaks=_NAME)
def refuses_sql_in_display_names(value: Json) -> bool:
    """Refuses a displayName that looks like SQL, as a firewall does."""
    return re.search(r"\b(?:drop|select|union|insert)\b", value, re.IGNORECASE) is not None


refuses("displayName", breaks="response.201.status", intermittent=True).each(
    refuses_a_good_display_name_now_and_then=lambda _value: True,
)

refuses("externalId", breaks=_EXTERNAL_ID).each(
    refuses_an_empty_external_id=lambda value: value == "",
    refuses_external_ids_of_white_space=lambda value: bool(value) and not value.strip(),
    refuses_long_external_ids=lambda value: value is not None and len(value) > 255,
    refuses_dot_and_slash_in_external_id=lambda value: value is not None and ("." in value or "/" in value),
    refuses_external_ids_beyond_ascii=lambda value: value is not None and not value.isascii(),
)


@refuses("externalId", breaks=_EXTERNAL_ID)
def refuses_external_ids_that_are_no_slugs(value: Json) -> bool:
    """Refuses an externalId with other characters than letters, digits, - and _."""
    return value is not None and re.fullmatch(r"[\w-]*", value, re.ASCII) is None


refuses("externalId", breaks="request.externalId.null").each(refuses_null_external_id=lambda value: value is None)


@fault("validated", breaks="request.externalId.optional")
def demands_an_external_id(call: Call) -> None:
    """Refuses a body without externalId."""
    _demand(call, "externalId")


refuses("alertReceiverEmail", breaks=_EMAIL).each(
    refuses_plus_in_an_address=lambda value: value is not None and "+" in value,
    refuses_an_apostrophe_in_an_address=lambda value: value is not None and "'" in value,
    refuses_an_underscore_in_an_address=lambda value: value is not None and "_" in value,
    refuses_capitals_in_an_address=lambda value: value is not None and value != value.lower(),
    refuses_long_top_levels=lambda value: value is not None and len(value.rpartition(".")[2]) > 6,
    refuses_subdomains=lambda value: value is not None and value.partition("@")[2].count(".") > 1,
    refuses_domains_that_start_with_a_digit=lambda value: value is not None and value.partition("@")[2][:1].isdigit(),
    refuses_local_parts_of_one_character=lambda value: value is not None and value.find("@") == 1,
)


@refuses("alertReceiverEmail", breaks=_EMAIL)
def refuses_signs_at_the_borders_of_an_address(value: Json) -> bool:
    """Refuses an address whose local part starts or ends with another character than a letter or digit."""
    local = (value or "a@").partition("@")[0]
    return not (local[0].isalnum() and local[-1].isalnum())


refuses("alertReceiverEmail", breaks="request.alertReceiverEmail.null").each(
    refuses_null_email=lambda value: value is None,
)


@fault("validated", breaks="request.alertReceiverEmail.optional")
def demands_an_email(call: Call) -> None:
    """Refuses a body without alertReceiverEmail."""
    _demand(call, "alertReceiverEmail")


def _demand(call: Call, field: str) -> None:
    if not call.issues and field not in call.value:
        call.issues.append(Issue((field,), "Invalid input: expected string, received undefined"))
