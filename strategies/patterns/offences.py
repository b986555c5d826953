"""Selects offending characters: one for each reason, unused ones first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategies.patterns.characters import TELLING, among, in_turn, mistaken_for, shuffled, varied

if TYPE_CHECKING:
    from contracts.patterns import Automaton


class Offences:
    """Selects characters that are rejected in a state, reproducibly, as varied as the class allows.

    ``ascii_first`` prefers ASCII characters to look-alikes.
    """

    def __init__(self, automaton: Automaton, seed: int, *, ascii_first: bool = False) -> None:
        self._automaton = automaton
        self._seed = seed
        self._ascii_first = ascii_first
        self._decks: dict[tuple[int, int], list[str]] = {}
        self._uses: dict[str, int] = {}

    def character(self, state: int, cls: int) -> str:
        """A member of the class that was selected least often."""
        if (state, cls) not in self._decks:
            self._decks[state, cls] = self._deck(state, cls)
        char = min(self._decks[state, cls], key=lambda char: self._uses.get(char, 0))
        self._uses[char] = self._uses.get(char, 0) + 1
        return char

    def _deck(self, state: int, cls: int) -> list[str]:
        automaton = self._automaton
        wrong = automaton.classes[cls]
        allowed = [
            right
            for right, there in zip(automaton.classes, automaton.transitions[state], strict=True)
            if there != automaton.sink
        ]
        confusable = among("".join(map(mistaken_for, allowed)), wrong.ranges)
        telling = shuffled(among(TELLING, wrong.ranges), self._seed, state) if confusable else []
        others = in_turn(shuffled(confusable, self._seed, state), varied(wrong, self._seed))
        deck = list(dict.fromkeys([*(char for char in telling if char in confusable), *others]))
        return sorted(deck, key=lambda char: not char.isascii()) if self._ascii_first else deck
