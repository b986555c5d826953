"""Texts with one wrong position, at the positions and lengths at which services stop validating.

Each kind of word tests a mistake: validating only the first line, the first 64 characters, all but the last character,
or the trimmed text; searching instead of matching; ``^`` and ``$`` at line breaks; silent truncation; columns of 255
characters; counting UTF-16 units or bytes.
"""

from __future__ import annotations

import random
from functools import lru_cache
from itertools import cycle
from typing import TYPE_CHECKING, Final

from contracts.patterns import state_cover
from strategies.patterns.characters import ASCII, LINE_BREAKS, TELLING, among, plain, repertoires, shuffled
from strategies.patterns.offences import Offences
from strategies.patterns.surrounded_texts import surrounded
from strategies.patterns.walks import Style, Walks
from strategies.patterns.words import Word, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.patterns import Automaton, Pattern

#: Around common limits of services, and two beyond a page of memory.
LENGTHS: Final = (
    *(1, 2, 31, 32, 33, 63, 64, 65, 99, 100, 101, 127, 128, 129, 254, 255, 256, 257),
    *(1_000, 4_097, 65_537),
)
#: Up to this length one repetition of the pattern is extended; in longer texts all are.
_LONGEST_RUN: Final = 65
#: Later characters of long texts repeat earlier ones.
_LATEST_FORCED: Final = 250
#: Additional characters between a punctuation mark and the end.
_ROOM: Final = 2
_SHORT: Final = 12
#: More than the number of characters in any class list.
_LARGE: Final = 0x400
_ASTRAL: Final = "\U0001f600"


def position_and_length_words(pattern: Pattern, *, seed: int) -> list[Word]:
    """Matching texts of critical lengths, and the same with one offence at a critical position; shortest first.

    Lengths without a matching text are omitted. Every ASCII character that is wrong somewhere occurs. ``seed`` selects
    the characters and their positions.
    """
    return list(_Positions(pattern, seed).words())


class _Positions:
    def __init__(self, pattern: Pattern, seed: int) -> None:
        self.pattern = pattern
        self.automaton = pattern.automaton
        self.seed = seed
        self.rng = random.Random(seed)  # noqa: S311  # reproducible on purpose
        self.walks = _walks(pattern.automaton)
        self.offences = Offences(pattern.automaton, seed + 1, ascii_first=True)
        self.fillers = [cycle(shuffled(plain(cls), seed, cls.name)) for cls in self.automaton.classes]
        self.turns: dict[tuple[str, int], int] = {}
        self.loops = _loops(self.automaton)

    def words(self) -> Iterator[Word]:
        found: dict[str, Word] = {}
        for made in self._all():
            found.setdefault(made.text, made)
        yield from sorted(found.values(), key=lambda made: len(made.text))

    def _all(self) -> Iterator[Word]:
        bounds = self.walks.lengths.bounds()
        own = [length for length in bounds or () if length is not None]
        for number, length in enumerate(sorted({*LENGTHS, *own})):
            if self.walks.lengths.possible(length, length):
                yield self._member(length, number)
                yield from self._offending(length, number)
        yield from surrounded(self.pattern, self._short_members(), self._wrong_text())
        yield from self._rare()
        yield from self._sweep()

    # -- members

    def _member(self, length: int, number: int) -> Word:
        stay_in = None
        about = ""
        if length <= _LONGEST_RUN and self.loops and number % (len(self.loops) + 1):
            stay_in = self.loops[number % (len(self.loops) + 1) - 1]
            about = ", most of them in one repetition"
        classes = self.walks.member(length, self.rng, stay_in=stay_in) or []
        text = self._filled(classes, number)
        return word(self.pattern, text, f"{length} characters{about}")

    def _filled(self, classes: list[int], number: int) -> str:
        """Matching texts get one repertoire each, so that a refusal identifies the kind of characters."""
        decks = []
        for cls in self.automaton.classes:
            choice = repertoires(cls)
            decks.append(cycle(shuffled(choice[number % len(choice)], self.seed, number)))
        return "".join(map(next, map(decks.__getitem__, classes)))

    def _short_members(self) -> list[str]:
        possible = self.walks.lengths.possible(0, 64)
        lengths = [n for n in possible if n >= _SHORT][:1] or possible[-1:]
        return [self._plain(self.walks.member(n, self.rng) or []) for n in lengths for _ in range(2)]

    def _plain(self, classes: list[int]) -> str:
        return "".join(map(next, map(self.fillers.__getitem__, classes)))

    # -- one offence

    def _offending(self, length: int, number: int) -> Iterator[Word]:
        last = length - 1
        yield from self._offence(length, 0, "first")
        if last > 1:
            yield from self._offence(length, length // 2, "in the middle", style="early")
        if length > 1:
            yield from self._offence(length, last, "last", style="early")
            line_break = LINE_BREAKS[number // 2 % 2]
            before = self.rng.randint(0, max(0, min(last // 3, _LATEST_FORCED) - 1))
            after = self.rng.randint(before + 1, last)
            yield from self._offence(length, after, "after a line break", forced={before: line_break})
            if number % 2:
                yield from self._offence(length, last, "last", offender=line_break)
            after = self.rng.randint(1, min(last, _LATEST_FORCED))
            yield from self._offence(length, after, "after an astral character", forced={after - 1: _ASTRAL})

    def _offence(
        self,
        length: int,
        at: int,
        place: str,
        *,
        style: Style = "spread",
        forced: dict[int, str] | None = None,
        offender: str | None = None,
    ) -> Iterator[Word]:
        """A text of ``length`` that is wrong because of its character ``at``.

        That is inserted into a matching text, or replaces one of its characters. Nothing is returned if no matching
        text has the ``forced`` characters, or if nothing would be wrong there.
        """
        automaton = self.automaton
        forced = forced or {}
        forced_classes = {where: automaton.class_of(char) for where, char in forced.items()}
        for inserted in (True, False):
            member = self.walks.member(length - inserted, self.rng, style=style, forced=forced_classes)
            if member is None:
                continue
            head, tail = member[:at], member[at + (not inserted) :]
            state = automaton.run(head)
            wrong = self._wrong(state, tail)
            if offender is not None:
                wrong = [cls for cls in wrong if cls == automaton.class_of(offender)]
            if not wrong:
                continue
            char = offender or self._offender(state, wrong, place)
            text = self._plain(head) + char + self._plain(tail)
            for where, given in forced.items():
                text = text[:where] + given + text[where + 1 :]
            yield word(self.pattern, text, f"{length} characters, {shown(char)} {place}")
            return

    def _wrong(self, state: int, tail: list[int]) -> list[int]:
        """The classes that are not allowed in a state before a tail."""
        automaton = self.automaton
        row = automaton.transitions[state]
        refused = [cls for cls, there in enumerate(row) if there == automaton.sink]
        if refused and tail:
            return refused
        return [cls for cls, there in enumerate(row) if automaton.run(tail, there) not in automaton.accepting]

    def _offender(self, state: int, wrong: list[int], place: str) -> str:
        """Every class once at a position, then large ones more often, because they have more characters."""

        def turn(cls: int) -> tuple[bool, float]:
            taken = self.turns.get((place, cls), 0)
            return taken > 0, taken / (8 if self.automaton.classes[cls].size > _LARGE else 1)

        cls = min(wrong, key=turn)
        self.turns[place, cls] = self.turns.get((place, cls), 0) + 1
        return self.offences.character(state, cls)

    # -- every character

    def _rare(self) -> Iterator[Word]:
        """Matching texts of letters and digits with one allowed punctuation mark."""
        automaton = self.automaton
        for state, access in state_cover(automaton).items():
            for cls, there in enumerate(automaton.transitions[state]):
                if there == automaton.sink or automaton.classes[cls].representative.isalnum():
                    continue
                lengths = self.walks.lengths.possible(0, len(automaton.states) + _ROOM, there)[: _ROOM + 1]
                tail = self.walks.member(lengths[-1], self.rng, state=there) or []
                about = f"a member with {automaton.classes[cls].name!r}"
                yield word(self.pattern, self._plain([*access, cls, *tail]), about)

    def _sweep(self) -> Iterator[Word]:
        """Each character that is rejected everywhere (ASCII and the most common others), where most are allowed."""
        automaton = self.automaton
        live = [state for state in automaton.states if state != automaton.sink]
        never = [
            cls
            for cls in range(len(automaton.classes))
            if all(automaton.transitions[state][cls] == automaton.sink for state in live)
        ]
        if not never:
            return
        lenient = min(live, key=lambda state: automaton.transitions[state].count(automaton.sink or 0))
        head = self._plain(list(state_cover(automaton)[lenient]))
        tails = self.walks.lengths.possible(0, len(automaton.states), lenient)
        tail = self._plain(self.walks.member(tails[-1], self.rng, state=lenient) or [])
        for cls in never:
            for char in among(ASCII + TELLING, automaton.classes[cls].ranges):
                yield word(self.pattern, head + char + tail, f"{shown(char)} in a short text")

    def _wrong_text(self) -> str:
        automaton = self.automaton
        row = automaton.transitions[automaton.initial]
        refused = [cls for cls, there in enumerate(row) if there == automaton.sink]
        wrong = refused or self._wrong(automaton.initial, [])
        fillers = [plain(automaton.classes[cls])[0] for cls in wrong]
        return min(fillers, key=lambda char: char in LINE_BREAKS, default="")


def shown(char: str) -> str:
    """A character in a form that distinguishes it from its look-alikes."""
    return repr(char) if " " < char < "\x7f" else f"U+{ord(char):04X}"


def _loops(automaton: Automaton) -> list[int]:
    """The states that some character does not change, and from which an accepting state can be reached."""
    return [s for s in automaton.states if s != automaton.sink and s in automaton.transitions[s]]


@lru_cache(maxsize=32)
def _walks(automaton: Automaton) -> Walks:
    return Walks(automaton)
