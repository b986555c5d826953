"""Paths through an automaton to an accepted text of an exact length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from contracts.patterns import Automaton

#: ``spread``: no state or part of the automaton is repeated for long if there is another path.
#: ``early``: accepting as early as possible, and again at as many later positions as possible, so that a truncated text
#: still matches.
Style: TypeAlias = Literal["spread", "early"]

#: Within the limits of mail systems (RFC 5321, 4.5.3.1: 64 for the local part; RFC 1035, 2.3.4: 63 for a label, which
#: can be two states), which a service may enforce.
_LONGEST_STAY: Final = 25
_LONGEST_PART: Final = 60

#: A longer walk repeats a part of itself, from the middle of this length on.
_LONGEST_WALK: Final = 600
_LONGEST_STRETCH: Final = 100

#: More than any distance between states.
_FAR: Final = 1 << 30


class Lengths:
    """The states that lead to acceptance in an exact number of characters.

    The sets repeat eventually (there are finitely many), so that any length is answered after computing the first few.
    """

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._sets: list[frozenset[int]] = [automaton.accepting]
        self._period = 0  # unknown so far
        self._first: dict[frozenset[int], int] = {automaton.accepting: 0}

    def leading(self, length: int) -> frozenset[int]:
        """The states from which some word of exactly this length is accepted."""
        while not self._period and len(self._sets) <= length:
            ahead = self._sets[-1]
            before = frozenset(
                state for state, row in enumerate(self._automaton.transitions) if not ahead.isdisjoint(row)
            )
            if before in self._first:
                self._period = len(self._sets) - self._first[before]
            else:
                self._first[before] = len(self._sets)
                self._sets.append(before)
        if length < len(self._sets):
            return self._sets[length]
        start = len(self._sets) - self._period
        return self._sets[start + (length - start) % self._period]

    def bounds(self) -> tuple[int, int | None] | None:
        """The shortest and the longest length of accepted texts.

        The longest is None if there is no limit; the result is None if no text is accepted.
        """
        count = len(self._automaton.transitions)
        # A text at least as long as the number of states passes one of them twice, so there are longer ones.
        short = self.possible(0, count - 1)
        if not short:
            return None
        return short[0], None if self.possible(count, 2 * count) else short[-1]

    def possible(self, least: int, most: int, state: int | None = None) -> list[int]:
        """The lengths from ``least`` to ``most`` of accepted words from a state (the initial one)."""
        start = self._automaton.initial if state is None else state
        return [length for length in range(least, most + 1) if start in self.leading(length)]


class Walks:
    """Random accepted texts of exact lengths, as words of classes."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self.lengths = Lengths(automaton)
        self._onward: dict[tuple[int, frozenset[int]], list[int]] = {}
        self._readable = {c for c, cls in enumerate(automaton.classes) if cls.representative.isalnum()}
        self._parts = _strongly_connected(automaton)
        self._distance = _distances(automaton)
        self._to_acceptance = [
            min((steps[there] for there in steps if there in automaton.accepting), default=_FAR)
            for steps in self._distance
        ]

    def member(
        self,
        length: int,
        rng: random.Random,
        *,
        style: Style = "spread",
        state: int | None = None,
        stay_in: int | None = None,
        forced: dict[int, int] | None = None,
    ) -> list[int] | None:
        """The classes of an accepted text with ``length`` characters, or None if there is none.

        ``state`` is the start (the initial one), for the rest of a text. ``stay_in`` names a state to repeat as long as
        possible. ``forced`` maps positions to required classes; the result is None if they cannot be met.
        """
        automaton = self._automaton
        here = automaton.initial if state is None else state
        if here not in self.lengths.leading(length):
            return None
        word: list[int] = []
        path = [here]
        stayed = in_part = 0
        lengthen_at = _LONGEST_WALK // 2 if length > _LONGEST_WALK else None
        while len(word) < length:
            if len(word) == lengthen_at:
                self._lengthen(word, path, length)
                lengthen_at = None
            options = self._options(here, length - len(word) - 1)
            if forced and len(word) in forced:
                options = [c for c in options if c == forced[len(word)]]
            if not options:
                return None
            if style == "spread" and stay_in is None:
                options = self._leaving(here, options, stayed, in_part)
            cls = self._choice(here, options, rng, style=style, stay_in=stay_in)
            there = automaton.transitions[here][cls]
            stayed = stayed + 1 if there == here else 0
            in_part = in_part + 1 if self._parts[there] == self._parts[here] else 0
            here = there
            word.append(cls)
            path.append(here)
        if forced and any(word[at] != cls for at, cls in forced.items()):
            return None
        return word

    def _options(self, here: int, left: int) -> list[int]:
        """The classes after which some word of exactly ``left`` characters leads to acceptance."""
        key = here, self.lengths.leading(left)
        found = self._onward.get(key)
        if found is None:
            found = self._onward[key] = [c for c, to in enumerate(self._automaton.transitions[here]) if to in key[1]]
        return found

    def _leaving(self, here: int, options: list[int], stayed: int, in_part: int) -> list[int]:
        """The options that end a long repetition, if there are any."""
        row = self._automaton.transitions[here]
        if in_part >= _LONGEST_PART:
            onward = [c for c in options if self._parts[row[c]] != self._parts[here]]
            if onward:
                return onward
        if stayed >= _LONGEST_STAY:
            return [c for c in options if row[c] != here] or options
        return options

    def _choice(self, here: int, options: list[int], rng: random.Random, *, style: Style, stay_in: int | None) -> int:
        row = self._automaton.transitions[here]
        if stay_in is not None:
            options = _nearest(options, lambda c: self._distance[row[c]].get(stay_in, _FAR))
            return options[0] if here == stay_in and row[options[0]] == here else rng.choice(options[:3])
        if style == "early":
            options = _nearest(options, lambda c: self._to_acceptance[row[c]])
        # Letters and digits are preferred: a service may refuse punctuation in an unusual position.
        readable = [c for c in options if c in self._readable] or options
        return readable[min(int(rng.expovariate(1)), len(readable) - 1)]

    def _lengthen(self, word: list[int], path: list[int], length: int) -> None:
        """Repeat the last cycle of the walk, as often as a rest of the walk is still possible."""
        here = path[-1]
        cycle = next((size for size in range(_LONGEST_STRETCH, 0, -1) if path[-1 - size] == here), None)
        if cycle is None:
            return
        times = (length - len(word) - _LONGEST_WALK // 3) // cycle
        while times > 0 and here not in self.lengths.leading(length - len(word) - times * cycle):
            times -= 1
        stretch, states = word[-cycle:], path[-cycle:]
        word.extend(stretch * times)
        path.extend(states * times)


def _nearest(options: list[int], distance: Callable[[int], int]) -> list[int]:
    nearest = min(map(distance, options))
    return [option for option in options if distance(option) == nearest]


def _distances(automaton: Automaton) -> list[dict[int, int]]:
    """For each state the distance in characters to each state that it can reach."""
    table = []
    for start in automaton.states:
        steps = {start: 0}
        for here in (waiting := [start]):
            for there in automaton.transitions[here]:
                if there not in steps:
                    steps[there] = steps[here] + 1
                    waiting.append(there)
        table.append(steps)
    return table


def _strongly_connected(automaton: Automaton) -> list[int]:
    """For each state the smallest state of its strongly connected component."""
    reach = _distances(automaton)
    return [min(other for other in reach[state] if state in reach[other]) for state in automaton.states]
