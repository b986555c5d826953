"""The page's patterns: what ECMA-262 says of a text, and the automaton behind it.

``Pattern.compile(source).matches(text)`` is ``new RegExp(source, 'u').test(text)``, in linear time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from contracts.patterns.automaton import Automaton, CharacterClass, difference
from contracts.patterns.construction import build
from contracts.patterns.pattern_error import PatternError, PatternTooLargeError
from contracts.patterns.syntax import parse

__all__ = ["Automaton", "CharacterClass", "Pattern", "PatternError", "PatternTooLargeError", "difference"]


class _Row(dict[str, "_Row"]):
    """One state as a table from character to next state, filled as characters are met."""

    __slots__ = ("accepting", "automaton", "rows", "state")

    def __init__(self, automaton: Automaton, state: int, rows: list[_Row]) -> None:
        super().__init__()
        self.automaton = automaton
        self.state = state
        self.accepting = state in automaton.accepting
        self.rows = rows

    def __missing__(self, char: str) -> _Row:
        there = self.rows[self.automaton.transitions[self.state][self.automaton.class_of(char)]]
        # Rarer characters are looked up each time, so that the tables stay small.
        if char < "\u0400":
            self[char] = there
        return there


@dataclass(frozen=True, slots=True)
class Pattern:
    r"""A compiled pattern. Equal if the sources are; make it with ``compile``, which keeps what it made.

    ``situations`` are words of classes, shortest first, one to each place in a text that the pattern speaks
    of by itself: with ``^(?!\.)(?!.*\.\.)`` the start is one and what follows a full stop another, although
    the same may come next. An implementation of the same pattern is likely to go wrong in one and not the other.
    """

    source: str
    automaton: Automaton = field(repr=False, compare=False)
    situations: tuple[tuple[int, ...], ...] = field(repr=False, compare=False)
    _initial: _Row = field(repr=False, compare=False)

    @staticmethod
    @lru_cache(maxsize=256)
    def compile(source: str) -> Pattern:
        """The pattern of an ECMA-262 source, read with the ``u`` flag and no other.

        Raises PatternError, which names the construct, for a source that is no such pattern, for
        back-references (no automaton can decide them), and for look-behind, Unicode properties and sizes
        beyond reason (not supported).
        """
        try:
            automaton, situations = build(source, parse(source))
        except RecursionError:
            raise PatternTooLargeError(source, "nested too deeply", None, "Use fewer groups.") from None
        rows: list[_Row] = []
        rows.extend(_Row(automaton, state, rows) for state in automaton.states)
        return Pattern(source, automaton, situations, rows[automaton.initial])

    def offence(self, text: str) -> tuple[int, int]:
        """Where a text goes wrong that does not match.

        Returns:
            The index of the first character after which no continuation matches, the length of the text where its end
            comes too early, and the state before it.
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
