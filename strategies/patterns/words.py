"""A word: a text that was made for a reason, and what the pattern says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.patterns import Pattern


@dataclass(frozen=True, slots=True)
class Word:
    """A text to send as the value of a field.

    ``member`` is whether the pattern admits it, ``reached`` what it is for, in words. The verdict on a
    request still comes from the oracle: a text may break a promise besides the pattern's.
    """

    text: str
    member: bool
    reached: str


def word(pattern: Pattern, text: str, reached: str) -> Word:
    """The word of a text, its membership decided by the pattern itself."""
    return Word(text, pattern.matches(text), reached)
