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


alters("displayName").each(
    trims_display_name=lambda value: _nonempty(value.strip(), value),
    trims_the_end_of_display_name=lambda value: _nonempty(value.rstrip(), value),
    collapses_spaces_in_display_name=lambda value: re.sub(" {2,}", " ", value),
    turns_line_breaks_into_spaces=lambda value: re.sub(r"[\t\r\n]", " ", value),
    normalises_line_ends=lambda value: value.replace("\r\n", "\n").replace("\r", "\n"),
    cuts_display_name_after_64_characters=lambda value: value[:64],
    cuts_display_name_after_255_characters=lambda value: value[:255],
    lowers_display_name=lambda value: value.lower(),
    capitalises_display_name=lambda value: value[:1].upper() + value[1:],
    composes_display_name=lambda value: unicodedata.normalize("NFC", value),
    decomposes_display_name=lambda value: unicodedata.normalize("NFD", value),
    normalises_compatible_characters=lambda value: _nonempty(unicodedata.normalize("NFKC", value), value),
    drops_invisible_characters=lambda value: _nonempty(_ZERO_WIDTH.sub("", value), value),
    # as C does
    ends_display_name_at_nul=lambda value: _nonempty(value.partition("\0")[0], value),
    replaces_what_latin_1_lacks=lambda value: value.encode("latin-1", "replace").decode("latin-1"),
    reads_utf_8_as_latin_1=lambda value: value.encode("utf-8", "surrogatepass").decode("latin-1"),
    escapes_markup=html.escape,
    strips_tags=lambda value: _nonempty(re.sub(r"<[^>]*>", "", value), value),
    decodes_percent_signs=lambda value: _nonempty(unquote(value), value),
    turns_plus_into_a_space=lambda value: value.replace("+", " "),
    strips_backslashes=lambda value: _nonempty(value.replace("\\", ""), value),
    # as SQL writes them
    doubles_apostrophes=lambda value: value.replace("'", "''"),
    replaces_words_for_nothing=lambda value: "Untitled" if value in ("null", "undefined", "NaN", "None") else value,
    drops_noncharacters=lambda value: _nonempty(value.replace("\ufffe", "").replace("\uffff", ""), value),
)


@alters("displayName")
def cuts_display_name_after_255_bytes(value: str) -> str:
    """Cuts displayName after 255 bytes of UTF-8."""
    return value.encode("utf-8", "surrogatepass")[:255].decode("utf-8", "ignore")


@alters("displayName")
def drops_control_characters(value: str) -> str:
    """Drops control characters from displayName."""
    return _nonempty("".join(letter for letter in value if unicodedata.category(letter) != "Cc"), value)


@alters("displayName")
def replaces_emoji_with_question_marks(value: str) -> str:
    """Makes question marks of characters outside the basic plane."""
    return "".join("?" if ord(letter) > 0xFFFF else letter for letter in value)


@alters("displayName")
def evaluates_templates(value: str) -> str:
    """Evaluates products in two pairs of braces in displayName."""
    return re.sub(r"\{\{\s*(\d+)\s*\*\s*(\d+)\s*\}\}", lambda hit: str(int(hit[1]) * int(hit[2])), value)


@alters("displayName")
def strips_leading_zeros_of_display_name(value: str) -> str:
    """Treats a displayName of digits as a number."""
    return str(int(value)) if value.isascii() and value.isdigit() and len(value) < 4000 else value


alters("displayName", intermittent=True).each(adds_a_number_to_display_name_now_and_then=lambda value: value + " (2)")


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


alters("externalId").each(
    lowers_external_id=lambda value: value.lower(),
    trims_external_id=lambda value: value.strip(),
    cuts_external_id_after_64_characters=lambda value: value[:64],
    cuts_external_id_after_1000_characters=lambda value: value[:1000],
    turns_an_empty_external_id_into_null=lambda value: value or None,
    drops_characters_beyond_ascii_from_external_id=lambda value: value.encode("ascii", "ignore").decode(),
    composes_external_id=lambda value: unicodedata.normalize("NFC", value),
)


@alters("externalId")
def strips_leading_zeros_of_external_id(value: str) -> str:
    """Treats an externalId of digits as a number."""
    return str(int(value)) if value.isascii() and value.isdigit() and len(value) < 4000 else value


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
