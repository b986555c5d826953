"""Finds the part of a JSON text that a JSON pointer refers to, to mark it in the bytes that were sent."""

from __future__ import annotations

import json
import re

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def span(text: str, pointer: str) -> tuple[int, int] | None:
    """Start and end of the value at ``pointer`` (RFC 6901) in ``text``, including its member name.

    None if ``text`` is not JSON, if the value does not exist, or if the pointer is empty (the whole). The last of
    repeated members counts, as in most parsers.
    """
    if not pointer.startswith("/"):
        return None
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]
    start = _skip(text, 1 if text.startswith("\ufeff") else 0)
    place: tuple[int, int, int] | None = (start, start, 0)
    try:
        for part in parts:
            if place is None:
                return None
            place = _child(text, place[1], part)
    except (ValueError, IndexError, RecursionError):
        return None
    return None if place is None else (place[0], place[2])


def _child(text: str, position: int, part: str) -> tuple[int, int, int] | None:
    """The member or item ``part`` of the container at ``position``: start with its name, start of its value, end."""
    opening = text[position]
    if opening not in "{[":
        return None
    found, index = None, 0
    position = _skip(text, position + 1)
    while text[position] not in "}]":
        start, name = position, str(index)
        if opening == "{":
            name, position = _DECODER.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        _, end = _DECODER.raw_decode(text, position)
        if name == part:
            found = (start, position, end)
        position, index = _skip(text, end), index + 1
        if text[position] == ",":
            position = _skip(text, position + 1)
    return found


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
