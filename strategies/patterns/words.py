"""A word: a text with a purpose, and whether it matches the pattern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.patterns import Pattern


@dataclass(frozen=True, slots=True)
class Word:
    """A text to send as the value of a field.

    ``member`` is whether it matches the pattern, ``purpose`` what it tests. The expected response still comes
    from the oracle: a text may break other promises than the pattern's.
    """

    text: str
    member: bool
    purpose: str


def word(pattern: Pattern, text: str, purpose: str) -> Word:
    """The word of a text; the pattern decides whether it matches."""
    return Word(text, pattern.matches(text), purpose)
