"""Hypothesis strategies for a pattern: matching texts, and texts one edit away from one.

A text takes one or two draws instead of several for each character: drawing takes most of the time of a property test,
and Hypothesis spends five of six examples on variants of one whose draws are of one kind, which would leave most
transitions into rejection untested. So a byte string makes the decisions, one byte each; a missing byte is a 0, the
simplest choice, so that fewer and smaller bytes give shorter and simpler texts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

from hypothesis import reject
from hypothesis import strategies as st

from contracts.patterns.charsets import MAX_CODE_POINT, complement, intersection, size
from strategies.patterns.characters import USABLE, among, in_turn, mistaken_for, plain, usable_representative, varied
from strategies.patterns.edits import EDITS, edited
from strategies.patterns.walks import Lengths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.patterns import Automaton, CharacterClass, Pattern

_Option = TypeVar("_Option")

_LONGEST: Final = 64
#: The maximum number of repetitions of a loop in a near miss, and of additional characters after it.
_USUAL: Final = 12
#: Classes are listed up to this size, and sampled beyond.
_SMALL: Final = 256
#: The number of edits with a rejected character for each other edit.
_REFUSALS_FOR_AN_EDIT: Final = 4

_DECISIONS: Final = st.one_of(st.binary(max_size=8), st.binary(min_size=6, max_size=40))


def members(pattern: Pattern, *, min_size: int = 0, max_size: int = _LONGEST) -> st.SearchStrategy[str]:
    """Texts that match the pattern, of ``min_size`` to ``max_size`` characters. Shrinks to short and simple ones.

    Raises ValueError if no matching text has such a length.
    """
    texts = _texts(pattern)
    lengths = texts.lengths.possible(min_size, max_size)
    if not lengths:
        raise ValueError(f"Expected sizes that members of {pattern.source!r} have but got {min_size} to {max_size}")
    short = st.binary(max_size=min(max_size, lengths[0] + _USUAL))
    long = st.binary(min_size=min(lengths[0] + _USUAL, max_size), max_size=max_size)
    return st.one_of(short, short, long).map(lambda decisions: texts.member(lengths, decisions))


def near_misses(pattern: Pattern) -> st.SearchStrategy[str]:
    """Texts that do not match, one edit away from one that does.

    Most insert a character where the pattern rejects it, with every such state and class equally likely, so that all
    transitions into rejection occur; the others insert, replace, delete, double, swap, change case or append a line
    break anywhere. Raises ValueError for a pattern that matches every text, or none.
    """
    automaton = pattern.automaton
    if not automaton.accepting or len(automaton.accepting) == len(automaton.states):
        raise ValueError(f"Expected a pattern with members and others but got {pattern.source!r}")
    return _near_misses(pattern)


@lru_cache(maxsize=64)
def _near_misses(pattern: Pattern) -> st.SearchStrategy[str]:
    texts = _texts(pattern)
    refused = refused_transitions(pattern.automaton)
    edits = texts.edited_members()
    if not refused:
        return edits
    refusals = [texts.refused(state, cls) for state, cls in refused]
    others = [edits] * -(-len(refused) // _REFUSALS_FOR_AN_EDIT)
    # One integer instead of a choice of strategies, which would remove repetitions and so the weights.
    return st.integers(0, len(refusals) + len(others) - 1).flatmap((refusals + others).__getitem__)


def refused_transitions(automaton: Automaton) -> list[tuple[int, int]]:
    """Every state and class of characters by which a text can no longer be completed to a matching one."""
    return [
        (state, cls)
        for state in automaton.states
        for cls, there in enumerate(automaton.transitions[state])
        if there == automaton.sink != state
    ]


@lru_cache(maxsize=64)
def _texts(pattern: Pattern) -> _Texts:
    return _Texts(pattern)


class _Decisions:
    """Choices from a byte string, and the first option after its end."""

    def __init__(self, decisions: bytes) -> None:
        self._bytes = decisions
        self._at = 0

    def one_of(self, options: Sequence[_Option]) -> _Option:
        number = self._bytes[self._at] if self._at < len(self._bytes) else 0
        self._at += 1
        return options[number % len(options)]


class _Texts:
    """The data that the strategies of one pattern share."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.automaton = pattern.automaton
        self.lengths = Lengths(pattern.automaton)
        self.listed = [_listed(cls) for cls in self.automaton.classes]
        self._options: dict[tuple[int, ...], list[str]] = {}

    def member(self, lengths: list[int], decisions: bytes) -> str:
        """A matching text with a character for each decision, or as close to that as ``lengths`` allow."""
        length = next((length for length in lengths if length >= len(decisions)), lengths[-1])
        return self.walk(_Decisions(decisions), self.automaton.initial, length)

    def walk(self, decisions: _Decisions, state: int, length: int) -> str:
        """A text of exactly this length that leads from a state to acceptance."""
        text = ""
        for left in range(length - 1, -1, -1):
            row, leading = self.automaton.transitions[state], self.lengths.leading(left)
            char = decisions.one_of(self.of_any([cls for cls, there in enumerate(row) if there in leading]))
            state = row[self.automaton.class_of(char)]
            text += char
        return text

    def of_any(self, classes: Sequence[int]) -> list[str]:
        """Members of all the classes: an ordinary one of each first, then alternately."""
        key = tuple(classes)
        if key not in self._options:
            self._options[key] = in_turn(*[self.listed[cls] for cls in key])[:_SMALL]
        return self._options[key]

    def refused(self, state: int, cls: int) -> st.SearchStrategy[str]:
        """A rejected character in a matching text, between two of its characters or instead of one."""
        ways = [way for way in self.pattern.situations if self.automaton.run(way) == state]
        loops = [other for other, there in enumerate(self.automaton.transitions[state]) if there == state]
        tails = self._tail_lengths(state)

        def text(drawn: tuple[str, bytes]) -> str:
            char, decisions = drawn[0], _Decisions(drawn[1])
            instead = decisions.one_of((True, False))
            rounds = decisions.one_of(range(_USUAL + 1)) if loops else 0
            tail = decisions.one_of(tails)
            head = "".join(decisions.one_of(self.listed[step]) for step in decisions.one_of(ways))
            head += "".join(decisions.one_of(self.of_any(loops)) for _ in range(rounds))
            rest = self.walk(decisions, state, tail)
            return head + char + (rest[1:] if instead else rest)

        return st.tuples(self._wrong_characters(state, cls), _DECISIONS).map(text)

    def edited_members(self) -> st.SearchStrategy[str]:
        """A matching text with one edit after which it does not match."""
        bounds = self.lengths.bounds()
        shortest = bounds[0] if bounds else 0
        lengths = self.lengths.possible(shortest, shortest + _USUAL)
        kinds = list(EDITS)
        any_character = self.of_any(range(len(self.listed)))
        every_class = "".join(usable_representative(cls) for cls in self.automaton.classes)

        def text(decisions: bytes) -> str:
            kind = _Decisions(decisions).one_of(kinds)
            place, char = _Decisions(decisions[1:]), _Decisions(decisions[2:]).one_of(any_character)
            member = self.member(lengths, decisions[3:])
            at = place.one_of(range(len(member) + 1))
            # If the text still matches after the edit, the next position is tried, then the next kind.
            for other in (kind, *kinds):
                for made in edited(member, other, at, char + every_class):
                    if not self.pattern.matches(made):
                        return made
            return reject()

        return _DECISIONS.map(text)

    def _tail_lengths(self, state: int) -> list[int]:
        """The lengths of some short words from a state to acceptance."""
        nearest = self.lengths.possible(0, len(self.automaton.states), state)[0]
        return self.lengths.possible(nearest, nearest + _USUAL, state)

    def _wrong_characters(self, state: int, cls: int) -> st.SearchStrategy[str]:
        """Members of a class, including those that software confuses with characters allowed in the state."""
        wrong = self.automaton.classes[cls]
        allowed = [
            right
            for right, there in zip(self.automaton.classes, self.automaton.transitions[state], strict=True)
            if there != self.automaton.sink
        ]
        confusable = among("".join(map(mistaken_for, allowed)), wrong.ranges)
        kinds = [st.sampled_from(self.listed[cls])]
        if confusable:
            kinds.append(st.sampled_from(confusable))
        others = intersection(complement(wrong.ranges), USABLE)
        if size(others) <= _SMALL and size(wrong.ranges) > MAX_CODE_POINT // 2:
            excluded = "".join(chr(code) for low, high in others for code in range(low, high + 1))
            kinds.append(st.characters(exclude_categories=["Cs"], exclude_characters="\0" + excluded))
        return st.one_of(kinds)


def _listed(cls: CharacterClass) -> list[str]:
    """Members of a class, ordinary ones first: all of a small class, the most important of a large one."""
    usable = intersection(cls.ranges, USABLE)
    if not usable:
        return [cls.representative]
    if size(usable) <= _SMALL:
        others = [chr(code) for low, high in usable for code in range(low, high + 1)]
    else:
        others = varied(cls, 0)
    return list(dict.fromkeys([*plain(cls), *others]))
