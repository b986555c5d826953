"""The errors of this package."""

from __future__ import annotations

#: The maximum number of characters of a pattern in a message.
_LONGEST = 200


class PatternError(ValueError):
    """The source is not an ECMA-262 pattern, or no finite automaton can decide it.

    The message names the construct, its position, and what to do about it.
    """

    def __init__(self, source: str, construct: str, offset: int | None, advice: str) -> None:
        place = "" if offset is None else f" at offset {offset}"
        shown = source if len(source) <= _LONGEST else f"{source[:_LONGEST]}..."
        super().__init__(f"Pattern {shown!r}: {construct}{place}. {advice}")
        self.source = source
        self.construct = construct
        self.offset = offset


class PatternTooLargeError(PatternError):
    """The automaton of a pattern would need too much memory or time."""
