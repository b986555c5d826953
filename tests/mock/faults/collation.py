"""Different texts that are treated as equal, as by database collations and wildcards."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from tests.mock import refusals
from tests.mock.registry import fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mock.call import Call

_CLAUSE = "request.externalId.type"


def _compare(call: Call, folded: Callable[[str], str]) -> None:
    """Refuses an externalId where another one that was given before is the same when both are folded."""
    external_id = call.fields.get("externalId")
    if isinstance(external_id, str):
        known: dict[str, str] = call.service.memory.setdefault("folded", {})
        if known.setdefault(folded(external_id), external_id) != external_id:
            call.refusal = refusals.external_id_taken(external_id)


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


@fault("storing", breaks=_CLAUSE)
def compares_external_ids_without_case(call: Call) -> None:
    """Treats two externalIds as one where they differ in case only."""
    _compare(call, str.casefold)


@fault("storing", breaks=_CLAUSE)
def compares_external_ids_without_spaces_behind(call: Call) -> None:
    """Treats two externalIds as one where they differ in spaces at the end, as a padded column does."""
    _compare(call, str.rstrip)


@fault("storing", breaks=_CLAUSE)
def compares_external_ids_normalised(call: Call) -> None:
    """Treats two externalIds as one where they differ in normalisation only."""
    _compare(call, lambda text: unicodedata.normalize("NFC", text))


@fault("storing", breaks=_CLAUSE)
def compares_external_ids_without_accents(call: Call) -> None:
    """Treats two externalIds as one where they differ in accents only."""
    _compare(call, _without_accents)


@fault("storing", breaks=_CLAUSE)
def compares_external_ids_within_the_first_plane(call: Call) -> None:
    """Treats all characters beyond U+FFFF as the same one, as an old collation does."""
    _compare(call, lambda text: "".join("?" if ord(char) > 0xFFFF else char for char in text))
