"""Patterns with ECMA-262 semantics, as automata.

``Pattern.compile(source).matches(text)`` is ``new RegExp(source, 'u').test(text)``, in linear time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from contracts.patterns.automaton import Automaton, CharacterClass, difference, state_cover
from contracts.patterns.construction import build
from contracts.patterns.pattern_error import PatternError, PatternTooLargeError
from contracts.patterns.syntax import parse

__all__ = [
    "Automaton",
    "CharacterClass",
    "Pattern",
    "PatternError",
    "PatternTooLargeError",
    "difference",
    "state_cover",
]


class _Row(dict[str, "_Row"]):
    """One state as a table from character to next state, filled on demand."""

    __slots__ = ("accepting", "automaton", "rows", "state")

    def __init__(self, automaton: Automaton, state: int, rows: list[_Row]) -> None:
        super().__init__()
        self.automaton = automaton
        self.state = state
        self.accepting = state in automaton.accepting
        self.rows = rows

    def __missing__(self, char: str) -> _Row:
        there = self.rows[self.automaton.transitions[self.state][self.automaton.class_of(char)]]
        # Rare characters are looked up each time, to keep the tables small.
        if char < "\u0400":
            self[char] = there
        return there


@dataclass(frozen=True, slots=True)
class Pattern:
    r"""A compiled pattern, equal to others with the same source; created with ``compile``, which caches it.

    ``situations`` are words of classes, the shortest one for each position that the pattern writes separately: with
    ``^(?!\.)(?!.*\.\.)`` the start is one and the position after a full stop another, although both have the same
    continuations. Implementations of a pattern are often wrong in only one of them.
    """

    source: str
    automaton: Automaton = field(repr=False, compare=False)
    situations: tuple[tuple[int, ...], ...] = field(repr=False, compare=False)
    _initial: _Row = field(repr=False, compare=False)

    @staticmethod
    @lru_cache(maxsize=256)
    def compile(source: str) -> Pattern:
        """The pattern of an ECMA-262 source, read with the ``u`` flag.

        Raises PatternError, which names the construct, for a source that is not such a pattern, for back-references
        (which no automaton can decide), and for look-behind, Unicode properties and excessive sizes (not supported).
        """
        try:
            automaton, situations = build(source, parse(source))
        except RecursionError:
            raise PatternTooLargeError(source, "nested too deeply", None, "Use fewer groups.") from None
        rows: list[_Row] = []
        rows.extend(_Row(automaton, state, rows) for state in automaton.states)
        return Pattern(source, automaton, situations, rows[automaton.initial])

    def offence(self, text: str) -> tuple[int, int]:
        """The position at which a text stops matching.

        Returns:
            The index of the first character after which no continuation matches, or the length of the text if it ends
            too early, and the state before it.
        """
        row, sink = self._initial, self.automaton.sink
        for index, char in enumerate(text):
            there = row[char]
            if there.state == sink:
                return index, row.state
            row = there
        return len(text), row.state

    def matches(self, text: str) -> bool:
        """Whether the pattern is found in the text: ECMA-262, 22.2.6.16, ``RegExp.prototype.test``."""
        row = self._initial
        for char in text:
            row = row[char]
        return row.accepting
