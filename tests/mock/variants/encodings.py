"""Services that accept bytes that are not UTF-8, as common frameworks do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.mock.registry import variant

if TYPE_CHECKING:
    from tests.mock.call import Call


def _is_undecoded(call: Call) -> bool:
    return call.refusal is not None and call.refusal.body.get("code") == "FST_ERR_CTP_INVALID_CONTENT_LENGTH"


def _read(call: Call, text: str) -> None:
    """Continue with another text if it is a JSON object."""
    try:
        value = json.loads(text)
    except ValueError:
        return
    if isinstance(value, dict):
        call.refusal, call.value = None, value


@variant("parsed")
def replaces_bytes_that_are_not_utf_8(call: Call) -> None:
    """Puts U+FFFD in the place of bytes that are not UTF-8."""
    if _is_undecoded(call):
        _read(call, call.body.decode("utf-8", "replace"))


@variant("parsed")
def drops_bytes_that_are_not_utf_8(call: Call) -> None:
    """Leaves out bytes that are not UTF-8."""
    if _is_undecoded(call):
        _read(call, call.body.decode("utf-8", "ignore"))


@variant("parsed")
def falls_back_to_latin_1(call: Call) -> None:
    """Reads a body as Latin-1 if it is not UTF-8."""
    if _is_undecoded(call):
        _read(call, call.body.decode("latin-1"))


@variant("parsed")
def accepts_surrogates_as_bytes(call: Call) -> None:
    """Lets surrogates through that are written as three bytes."""
    if _is_undecoded(call):
        try:
            text = call.body.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return
        _read(call, text)


@variant("parsed")
def detects_utf_16(call: Call) -> None:
    """Detects UTF-16 and UTF-32 by their zero bytes and reads them."""
    if call.refusal is not None and b"\x00" in call.body[:4]:
        try:
            text = call.body.decode(json.detect_encoding(call.body))
        except UnicodeDecodeError:
            return
        _read(call, text)
