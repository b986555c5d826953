"""Finds the parts of texts that reports mark: the value at a JSON pointer, and the first difference of two texts."""

from __future__ import annotations

import json
import re
from typing import Final

from contracts.json_text import pointer_parts

Span = tuple[int, int]

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
#: The expected status at the start of a text.
_OUTCOME: Final = re.compile(r"(?:\d{3}|an? [1-5]xx)(?: or (?:\d{3}|an? [1-5]xx))*\b")
_STATUS: Final = re.compile(r"\d{3}\b|no (?:complete )?response|timeout")
_VALUE: Final = re.compile(r"…?[\"\[{]|null\b|true\b|false\b|-?\d")
#: The maximum number of characters that are marked.
_LONGEST: Final = 40


def pointer_span(text: str, pointer: str) -> Span | None:
    """Start and end of the value at ``pointer`` (RFC 6901) in ``text``, including its member name.

    None if ``text`` is not JSON, if the value does not exist, or if the pointer is empty (the whole). The last of
    repeated members counts, as in most parsers.
    """
    if not pointer.startswith("/"):
        return None
    start = _skip(text, 1 if text.startswith("\ufeff") else 0)
    place: tuple[int, int, int] | None = (start, start, 0)
    try:
        for part in pointer_parts(pointer):
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


def differing_spans(expected: str, received: str) -> tuple[Span, Span] | None:
    """Start and end of the first difference in each text; None if they cannot be compared.

    If ``received`` starts with a status and ``expected`` with an outcome, these differ; otherwise two JSON values are
    compared character by character.
    """
    outcome, status = _OUTCOME.match(expected), _STATUS.match(received)
    if outcome and status:
        return (outcome.span(), status.span()) if outcome[0] != status[0] else None
    shorter = min(len(expected), len(received))
    if not _VALUE.match(expected) or not _VALUE.match(received) or expected == received:
        return None
    start = next((n for n, (one, other) in enumerate(zip(expected, received, strict=False)) if one != other), shorter)
    return _part(expected, start), _part(received, start)


def _part(text: str, start: int) -> Span:
    """From ``start`` to the end of the quoted text or of the word."""
    start = min(start, max(0, len(text) - 1))
    ends = [text.find(end, start + 1) for end in ('"', ",", "}", "]")]
    end = min((place for place in ends if place > 0), default=len(text))
    return start, min(end, start + _LONGEST)
