"""Texts on which backtracking matchers take exponential time, and harmless texts of the same length.

A backtracking matcher explodes on a text that it can read in many ways and must finally reject: nested or adjacent
repetitions over common characters (Davis et al., "The Impact of Regular Expression Denial of Service (ReDoS) in
Practice", ESEC/FSE 2018). However a service wrote its expression, what it repeats are the cycles of the pattern's
automaton; so each short cycle is repeated and followed by a rejection: a wrong character, or the end.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Final, NamedTuple

from contracts.patterns import state_cover
from strategies.patterns.characters import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.patterns import Automaton, Pattern

_MOST_PUMPS: Final = 8


class ExplosivePair(NamedTuple):
    """Two rejected texts of one length, for which a linear matcher takes about the same time."""

    attack: str
    harmless: str


def explosive_texts(pattern: Pattern, *, lengths: Sequence[int]) -> list[ExplosivePair]:
    """For each length, one pair for each way to repeat a cycle; none of the texts matches.

    The harmless text is one character repeated, rejected at the first. There are at most 8 pairs for each length; ways
    that need a longer text are omitted, and a pattern that rejects nothing has no pairs.
    """
    automaton = pattern.automaton
    calm = _calm_character(automaton)
    if calm is None:
        return []
    pumps = list(islice(_pumps(automaton), _MOST_PUMPS))
    pairs: dict[str, ExplosivePair] = {}
    for length in lengths:
        for head, pump, end in pumps:
            rest = length - len(head) - len(end)
            attack = head + (pump * (rest // len(pump) + 1))[: max(rest, 0)] + end
            if rest >= len(pump) and not pattern.matches(attack):
                pairs.setdefault(attack, ExplosivePair(attack, calm * length))
    return list(pairs.values())


def _pumps(automaton: Automaton) -> Iterator[tuple[str, str, str]]:
    """Ways into a cycle, the cycle, and a rejected end after it; the most effective ones first.

    One class repeated, then two alternating (through another state, and within one); followed by a rejected character,
    or by the end if the cycle is not accepting. A cycle is used once, at its start.
    """
    access = state_cover(automaton)
    live = [state for state in automaton.states if state != automaton.sink]
    seen: set[tuple[str, str]] = set()
    for ends, cycles in product((_refused_ends, _early_ends), (_loops, _detours, _alternations)):
        for state in live:
            for word in cycles(automaton, state):
                pump = "".join(plain(automaton.classes[cls])[0] for cls in word)
                head = "".join(plain(automaton.classes[cls])[0] for cls in access[state])
                for end in ends(automaton, state):
                    region = min(s for s in live if automaton.run(word, s) == s)
                    if (pump, f"{region} {end}") not in seen:
                        seen.add((pump, f"{region} {end}"))
                        yield head, pump, end


def _loops(automaton: Automaton, state: int) -> Sequence[tuple[int, ...]]:
    return [(cls,) for cls, there in enumerate(automaton.transitions[state]) if there == state][:1]


def _detours(automaton: Automaton, state: int) -> Sequence[tuple[int, ...]]:
    """To another state and back: the nested repetition."""
    row = automaton.transitions[state]
    return [
        (out, back)
        for out, there in enumerate(row)
        if there not in (state, automaton.sink)
        for back, again in enumerate(automaton.transitions[there])
        if again == state and back != out
    ][:1]


def _alternations(automaton: Automaton, state: int) -> Sequence[tuple[int, ...]]:
    """Two classes that do not change the state, as different as possible."""
    loops = [cls for cls, there in enumerate(automaton.transitions[state]) if there == state]
    return [(loops[0], loops[-1])] if len(loops) > 1 else []


def _refused_ends(automaton: Automaton, state: int) -> list[str]:
    """A character that is rejected here, preferably one that is rejected everywhere."""
    refused = [cls for cls, there in enumerate(automaton.transitions[state]) if there == automaton.sink]
    refused.sort(key=lambda cls: sum(row[cls] != automaton.sink for row in automaton.transitions))
    return [plain(automaton.classes[cls])[0] for cls in refused[:1]]


def _early_ends(automaton: Automaton, state: int) -> list[str]:
    return [] if state in automaton.accepting else [""]


def _calm_character(automaton: Automaton) -> str | None:
    """A character that every matcher rejects immediately, however often it is repeated."""
    row = automaton.transitions[automaton.initial]
    calm = [cls for cls, there in enumerate(row) if there == automaton.sink]
    if not calm and automaton.initial not in automaton.accepting:
        calm = [cls for cls, there in enumerate(row) if there == automaton.initial]
    calm.sort(key=lambda cls: sum(row[cls] != automaton.sink for row in automaton.transitions))
    return plain(automaton.classes[calm[0]])[0] if calm else None
