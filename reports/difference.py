"""The first difference between an expected and a received text, to be marked."""

from __future__ import annotations

import re
from typing import Final

#: The expected status at the start of a text.
_OUTCOME: Final = re.compile(r"(?:\d{3}|an? [1-5]xx)(?: or (?:\d{3}|an? [1-5]xx))*\b")
_STATUS: Final = re.compile(r"\d{3}\b|no (?:whole )?answer|timeout")
_VALUE: Final = re.compile(r"…?[\"\[{]|null\b|true\b|false\b|-?\d")
#: The maximum number of characters that are marked.
_LONGEST: Final = 40

Span = tuple[int, int]


def first_difference(expected: str, received: str) -> tuple[Span, Span] | None:
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
