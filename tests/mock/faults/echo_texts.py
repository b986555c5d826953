"""displayName and externalId returned changed."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.mock.mistakes import alters, its_turn
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_ZERO_WIDTH = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_NAME = "response.201.displayName.echo"
_EXTERNAL_ID = "response.201.externalId.echo"


def _nonempty(changed: str, original: str) -> str:
    """The changed text, or the original where nothing would be left that the pattern admits."""
    return changed if changed and "." not in changed and "/" not in changed else original


@alters("displayName")
def trims_display_name(value: str) -> str:
    """Trims displayName."""
    return _nonempty(value.strip(), value)


@alters("displayName")
def trims_the_end_of_display_name(value: str) -> str:
    """Trims the end of displayName."""
    return _nonempty(value.rstrip(), value)


@alters("displayName")
def collapses_spaces_in_display_name(value: str) -> str:
    """Makes one space of several in displayName."""
    return re.sub(" {2,}", " ", value)


@alters("displayName")
def turns_line_breaks_into_spaces(value: str) -> str:
    """Makes spaces of tabs and line breaks in displayName."""
    return re.sub(r"[\t\r\n]", " ", value)


@alters("displayName")
def normalises_line_ends(value: str) -> str:
    r"""Makes \n of \r\n and \r in displayName."""
    return value.replace("\r\n", "\n").replace("\r", "\n")


@alters("displayName")
def cuts_display_name_after_64_characters(value: str) -> str:
    """Cuts displayName after 64 characters."""
    return value[:64]


@alters("displayName")
def cuts_display_name_after_255_characters(value: str) -> str:
    """Cuts displayName after 255 characters."""
    return value[:255]


@alters("displayName")
def cuts_display_name_after_255_bytes(value: str) -> str:
    """Cuts displayName after 255 bytes of UTF-8."""
    return value.encode("utf-8", "surrogatepass")[:255].decode("utf-8", "ignore")


@alters("displayName")
def lowers_display_name(value: str) -> str:
    """Makes small letters of capital ones in displayName."""
    return value.lower()


@alters("displayName")
def capitalises_display_name(value: str) -> str:
    """Makes the first letter of displayName a capital."""
    return value[:1].upper() + value[1:]


@alters("displayName")
def composes_display_name(value: str) -> str:
    """Normalises displayName to form C."""
    return unicodedata.normalize("NFC", value)


@alters("displayName")
def decomposes_display_name(value: str) -> str:
    """Normalises displayName to form D."""
    return unicodedata.normalize("NFD", value)


@alters("displayName")
def normalises_compatible_characters(value: str) -> str:
    """Normalises displayName to form KC."""
    return _nonempty(unicodedata.normalize("NFKC", value), value)


@alters("displayName")
def drops_invisible_characters(value: str) -> str:
    """Drops zero-width and direction characters from displayName."""
    return _nonempty(_ZERO_WIDTH.sub("", value), value)


@alters("displayName")
def drops_control_characters(value: str) -> str:
    """Drops control characters from displayName."""
    return _nonempty("".join(letter for letter in value if unicodedata.category(letter) != "Cc"), value)


@alters("displayName")
def ends_display_name_at_nul(value: str) -> str:
    """Ends displayName at U+0000, as C does."""
    return _nonempty(value.partition("\0")[0], value)


@alters("displayName")
def replaces_emoji_with_question_marks(value: str) -> str:
    """Makes question marks of characters outside the basic plane."""
    return "".join("?" if ord(letter) > 0xFFFF else letter for letter in value)


@alters("displayName")
def replaces_what_latin_1_lacks(value: str) -> str:
    """Makes question marks of characters that Latin-1 does not have."""
    return value.encode("latin-1", "replace").decode("latin-1")


@alters("displayName")
def reads_utf_8_as_latin_1(value: str) -> str:
    """Reads the bytes of displayName as Latin-1."""
    return value.encode("utf-8", "surrogatepass").decode("latin-1")


@alters("displayName")
def escapes_markup(value: str) -> str:
    """Escapes displayName for HTML."""
    return html.escape(value)


@alters("displayName")
def strips_tags(value: str) -> str:
    """Drops tags from displayName."""
    return _nonempty(re.sub(r"<[^>]*>", "", value), value)


@alters("displayName")
def decodes_percent_signs(value: str) -> str:
    """Decodes per cent escapes in displayName."""
    return _nonempty(unquote(value), value)


@alters("displayName")
def turns_plus_into_a_space(value: str) -> str:
    """Makes a space of a plus sign in displayName."""
    return value.replace("+", " ")


@alters("displayName")
def strips_backslashes(value: str) -> str:
    """Drops backslashes from displayName."""
    return _nonempty(value.replace("\\", ""), value)


@alters("displayName")
def doubles_apostrophes(value: str) -> str:
    """Doubles apostrophes in displayName, as SQL writes them."""
    return value.replace("'", "''")


@alters("displayName")
def evaluates_templates(value: str) -> str:
    """Evaluates products in two pairs of braces in displayName."""
    return re.sub(r"\{\{\s*(\d+)\s*\*\s*(\d+)\s*\}\}", lambda hit: str(int(hit[1]) * int(hit[2])), value)


@alters("displayName")
def replaces_words_for_nothing(value: str) -> str:
    """Makes Untitled of a displayName that is a word for nothing."""
    return "Untitled" if value in ("null", "undefined", "NaN", "None") else value


@alters("displayName")
def strips_leading_zeros_of_display_name(value: str) -> str:
    """Takes a displayName of digits for a number."""
    return str(int(value)) if value.isascii() and value.isdigit() and len(value) < 4000 else value


@alters("displayName")
def drops_noncharacters(value: str) -> str:
    """Drops U+FFFE and U+FFFF from displayName."""
    return _nonempty(value.replace("\ufffe", "").replace("\uffff", ""), value)


@alters("displayName", intermittent=True)
def adds_a_number_to_display_name_now_and_then(value: str) -> str:
    """Adds (2) to some displayNames."""
    return value + " (2)"


@fault("storing", breaks=_NAME)
def numbers_repeated_display_names(call: Call) -> None:
    """Adds (2) to a displayName that another project has."""
    name = call.fields["displayName"]
    if any(project["displayName"] == name for project in call.service.store.projects.values()):
        call.fields["displayName"] = name + " (2)"


@fault("storing", breaks=_NAME)
def stores_external_id_as_display_name(call: Call) -> None:
    """Stores externalId as displayName if it is one word."""
    external_id = call.fields.get("externalId")
    if external_id and re.fullmatch(r"[\w-]+", external_id):
        call.fields["displayName"] = external_id


@alters("externalId")
def lowers_external_id(value: str) -> str:
    """Makes small letters of capital ones in externalId."""
    return value.lower()


@alters("externalId")
def trims_external_id(value: str) -> str:
    """Trims externalId."""
    return value.strip()


@alters("externalId")
def cuts_external_id_after_64_characters(value: str) -> str:
    """Cuts externalId after 64 characters."""
    return value[:64]


@alters("externalId")
def cuts_external_id_after_1000_characters(value: str) -> str:
    """Cuts externalId after 1000 characters."""
    return value[:1000]


@alters("externalId")
def turns_an_empty_external_id_into_null(value: str) -> str | None:
    """Answers null for an empty externalId."""
    return value or None


@alters("externalId")
def strips_leading_zeros_of_external_id(value: str) -> str:
    """Takes an externalId of digits for a number."""
    return str(int(value)) if value.isascii() and value.isdigit() and len(value) < 4000 else value


@alters("externalId")
def drops_characters_beyond_ascii_from_external_id(value: str) -> str:
    """Drops characters that are not ASCII from externalId."""
    return value.encode("ascii", "ignore").decode()


@alters("externalId")
def composes_external_id(value: str) -> str:
    """Normalises externalId to form C."""
    return unicodedata.normalize("NFC", value)


@fault("storing", breaks=_EXTERNAL_ID)
def loses_external_id_of_limited_projects(call: Call) -> None:
    """Answers externalId null where maxConcurrentJobs was sent too."""
    if call.fields.get("maxConcurrentJobs") is not None:
        call.fields.pop("externalId", None)


@fault("storing", breaks=_EXTERNAL_ID)
def takes_the_external_id_inside_metadata(call: Call) -> None:
    """Stores the externalId that metadata holds, where one is sent too."""
    inside = call.fields.get("metadata")
    if isinstance(inside, dict) and isinstance(inside.get("externalId"), str):
        call.fields["externalId"] = inside["externalId"]


@fault("storing", breaks=_EXTERNAL_ID, intermittent=True)
def loses_external_id_now_and_then(call: Call) -> None:
    """Answers externalId null to some creations that sent one."""
    if call.fields.get("externalId") is not None and its_turn(call):
        call.fields["externalId"] = None


@fault("storing", breaks=_EXTERNAL_ID)
def answers_an_empty_external_id_for_null(call: Call) -> None:
    """Answers an empty externalId where it was null."""
    if "externalId" in call.fields and call.fields["externalId"] is None:
        call.service.unique_external_ids = False
        call.fields["externalId"] = ""
