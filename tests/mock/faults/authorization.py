"""Wrong keys that are accepted, and the right key refused."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from tests.mock import refusals
from tests.mock.mistakes import authorizes, its_turn, refuse_with, when
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_ACCEPTED = "authorization.accepted"


def _token(header: str) -> str:
    scheme, _, token = header.partition(" ")
    return token if scheme == "Bearer" else ""


authorizes().each(
    accepts_no_authorization=lambda header, _key: not header,
    accepts_any_bearer_token=lambda header, _key: bool(_token(header)),
    accepts_any_authorization=lambda header, _key: bool(header),
    accepts_a_bearer_without_a_token=lambda header, _key: header.strip() == "Bearer",
    accepts_a_shortened_key=lambda header, key: len(_token(header)) > 8 and key.startswith(_token(header)),
    accepts_a_lengthened_key=lambda header, key: _token(header).startswith(key),
    accepts_a_key_behind_other_text=lambda header, key: _token(header).endswith(key),
    compares_the_key_without_case=lambda header, key: _token(header).lower() == key.lower(),
    compares_the_length_of_the_key=lambda header, key: len(_token(header)) == len(key),
    accepts_every_token_that_looks_like_a_key=lambda header, _key: _token(header).startswith("sk-"),
    accepts_the_key_without_a_scheme=lambda header, key: header == key,
    accepts_any_basic_authorization=lambda header, _key: header.startswith("Basic "),
    accepts_unsigned_tokens=lambda header, _key: _token(header).startswith("eyJ") and _token(header).count(".") == 2,
    accepts_the_key_in_quotation_marks=lambda header, key: _token(header).strip("\"'") == key,
)


@authorizes()
def ignores_the_last_character_of_the_key(header: str, key: str) -> bool:
    """Does not compare the last character of the key."""
    return _token(header)[:-1] == key[:-1] and len(_token(header)) == len(key)


@authorizes()
def ignores_the_first_character_of_the_key(header: str, key: str) -> bool:
    """Does not compare the first character of the key."""
    return _token(header)[1:] == key[1:] and len(_token(header)) == len(key)


@authorizes()
def ignores_the_middle_of_the_key(header: str, key: str) -> bool:
    """Compares the first and the last quarter of the key."""
    token, quarter = _token(header), len(key) // 4
    same = token[:quarter] == key[:quarter] and token[-quarter:] == key[-quarter:]
    return same and len(token) == len(key)


@authorizes()
def accepts_the_key_behind_any_scheme(header: str, key: str) -> bool:
    """Accepts the key with every scheme, except for bearer in another case."""
    scheme, _, token = header.partition(" ")
    return token == key and scheme.lower() != "bearer"


@authorizes()
def accepts_the_key_in_basic_authorization(header: str, key: str) -> bool:
    """Accepts the key as user or password of basic authorization."""
    scheme, _, token = header.partition(" ")
    if scheme != "Basic":
        return False
    try:
        return key in base64.b64decode(token).decode("utf-8", "replace").split(":")
    except (ValueError, binascii.Error):
        return token == key


@authorizes()
def accepts_words_for_no_token(header: str, _key: str) -> bool:
    """Accepts the words null and undefined as the key."""
    return _token(header).lower() in ("null", "undefined", "none", "nil", "{key}", "<token>")


authorizes(intermittent=True).each(accepts_a_wrong_key_now_and_then=lambda _header, _key: True)


@fault("authorized", breaks="authorization.required")
def skips_authorization_for_small_bodies(call: Call) -> None:
    """Does not look at the key where the body holds displayName only."""
    if call.refusal is not None and list(call.value) == ["displayName"]:
        call.refusal = None


@fault("authorized", breaks="authorization.required")
def skips_authorization_with_metadata(call: Call) -> None:
    """Does not look at the key where the body holds metadata."""
    if call.refusal is not None and "metadata" in call.value:
        call.refusal = None


@fault("authorized", breaks="service.connections")
def remembers_authorization_of_the_connection(call: Call) -> None:
    """Uses the authorization of a connection's first request for all that follow on it."""
    known = call.service.memory.setdefault("connections", set())
    if call.refusal is None:
        known.add(call.connection.number)
    elif call.connection.number in known:
        call.refusal = None


fault("authorized", breaks=_ACCEPTED, intermittent=True).each(
    refuses_the_right_key_now_and_then=when(
        lambda call: call.refusal is None and its_turn(call), refuse_with(refusals.invalid_token)
    ),
)

fault("authorized", breaks=_ACCEPTED).each(
    refuses_the_right_key_with_403=when(
        lambda call: call.refusal is None and len(call.value) > 1, refuse_with(refusals.not_allowed)
    ),
    refuses_the_right_key_with_external_id=when(
        lambda call: call.refusal is None and call.value.get("externalId") is not None,
        refuse_with(refusals.not_allowed),
    ),
    refuses_the_right_key_for_large_bodies=when(
        lambda call: call.refusal is None and len(call.body) > 4096, refuse_with(refusals.invalid_token)
    ),
)
