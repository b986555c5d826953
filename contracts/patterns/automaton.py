"""Minimal deterministic automata over classes of characters."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from contracts.patterns.charsets import intersection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.patterns.charsets import CharSet

#: Sorts letters before digits before other characters, so that examples are readable.
_PREFERRED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
_FIRST_VISIBLE: Final = 0x21


@dataclass(frozen=True, slots=True)
class CharacterClass:
    """Characters that the pattern does not distinguish, and that it writes together."""

    name: str
    ranges: CharSet
    representative: str

    @property
    def size(self) -> int:
        """The number of code points."""
        return sum(high - low + 1 for low, high in self.ranges)


@dataclass(frozen=True, slots=True)
class Automaton:
    """The minimal total deterministic automaton of a language over Unicode code points.

    ``transitions[state][number of the class]`` is the next state. States are numbered breadth first from ``initial`` =
    0, in the order of the classes, so that equal languages over equal classes have equal tables.
    """

    classes: tuple[CharacterClass, ...]
    transitions: tuple[tuple[int, ...], ...]
    accepting: frozenset[int]
    initial: int = 0
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _owners: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        owned = sorted((low, i) for i, cls in enumerate(self.classes) for low, _ in cls.ranges)
        object.__setattr__(self, "_starts", tuple(low for low, _ in owned))
        object.__setattr__(self, "_owners", tuple(i for _, i in owned))

    @property
    def states(self) -> range:
        """All states."""
        return range(len(self.transitions))

    @property
    def sink(self) -> int | None:
        """The rejecting state without a way out, if there is one."""
        return next((s for s in self.states if s not in self.accepting and set(self.transitions[s]) == {s}), None)

    def class_of(self, char: str) -> int:
        """The number of the class of a character."""
        return self._owners[bisect_right(self._starts, ord(char)) - 1]

    def run(self, classes: Iterable[int], state: int | None = None) -> int:
        """The state after a word of classes, starting in ``state`` (the initial one if None)."""
        here = self.initial if state is None else state
        for cls in classes:
            here = self.transitions[here][cls]
        return here

    def text_of(self, classes: Iterable[int]) -> str:
        """A readable text with the classes of a word."""
        return "".join(self.classes[cls].representative for cls in classes)

    def after(self, text: str) -> int:
        """The state after a text."""
        return self.run(map(self.class_of, text))

    def accepts(self, text: str) -> bool:
        """Whether the text is in the language."""
        return self.after(text) in self.accepting


def state_cover(automaton: Automaton) -> dict[int, tuple[int, ...]]:
    """For each state a shortest word of classes that leads to it, the states in breadth-first order."""
    cover: dict[int, tuple[int, ...]] = {automaton.initial: ()}
    for state in (waiting := [automaton.initial]):
        for cls, there in enumerate(automaton.transitions[state]):
            if there not in cover:
                cover[there] = (*cover[state], cls)
                waiting.append(there)
    return cover


def preference(chars: CharSet) -> tuple[int, int]:
    """A sort key of sets by their most readable character."""
    rank, char = min(
        (
            (_PREFERRED.index(char), ord(char))
            for char in _PREFERRED
            if any(low <= ord(char) <= high for low, high in chars)
        ),
        default=(len(_PREFERRED), -1),
    )
    return (rank, char) if char >= 0 else (rank, _plainest(chars))


def representative(chars: CharSet) -> str:
    """The most readable character of a set: a letter, else a digit, else another printable character, else any."""
    return chr(preference(chars)[1])


def _plainest(chars: CharSet) -> int:
    for low, high in chars:
        if high >= _FIRST_VISIBLE:
            return max(low, _FIRST_VISIBLE)
    return max(chars[0][0], min(1, chars[0][1]))


def difference(a: Automaton, b: Automaton) -> tuple[str | None, str | None]:
    """A shortest text that only ``a`` accepts, and one that only ``b`` accepts; None if there is none.

    Both are None exactly if the languages are equal.
    """
    steps = [
        (i, j, representative(common))
        for i, left in enumerate(a.classes)
        for j, right in enumerate(b.classes)
        if (common := intersection(left.ranges, right.ranges))
    ]
    steps.sort(key=lambda step: preference(((ord(step[2]), ord(step[2])),)))
    only_a: str | None = None
    only_b: str | None = None
    texts = {(a.initial, b.initial): ""}
    waiting = [(a.initial, b.initial)]
    for here in waiting:
        text = texts[here]
        in_a, in_b = here[0] in a.accepting, here[1] in b.accepting
        if in_a and not in_b and only_a is None:
            only_a = text
        if in_b and not in_a and only_b is None:
            only_b = text
        if only_a is not None and only_b is not None:
            break
        for i, j, char in steps:
            there = (a.transitions[here[0]][i], b.transitions[here[1]][j])
            if there not in texts:
                texts[there] = text + char
                waiting.append(there)
    return only_a, only_b
