"""The one error of this package."""

from __future__ import annotations

#: Characters of a pattern that a message shows.
_LONGEST = 200


class PatternError(ValueError):
    """A pattern that is no ECMA-262 pattern, or that no finite automaton can decide.

    The message names the construct, where it stands, and what to do about it.
    """

    def __init__(self, source: str, construct: str, offset: int | None, advice: str) -> None:
        place = "" if offset is None else f" at offset {offset}"
        shown = source if len(source) <= _LONGEST else f"{source[:_LONGEST]}..."
        super().__init__(f"Pattern {shown!r}: {construct}{place}. {advice}")
        self.source = source
        self.construct = construct
        self.offset = offset


class PatternTooLargeError(PatternError):
    """A pattern that would need more memory or time than any document is worth."""
