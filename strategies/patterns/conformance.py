"""Sets of words that distinguish a pattern's automaton from every other one of bounded size: the H-method.

After Dorofeeva, El-Fakih, Yevtushenko, "An Improved Conformance Testing Method", FORTE 2005, which gives the
guarantee of the W-method (Vasilevskii 1973; Chow, IEEE TSE 4(3), 1978) with fewer words. Let P hold a
shortest word for each of the n states, and S be all classes of characters. The set T holds

1. every word of P S^0 .. P S^m, and
2. for every two words of P, for every word of P S^1 .. P S^(m+1) and every word of P, and for every two words
   of which one extends the other beyond P by at most m+1 classes: if they lead to different states, a common
   suffix after which exactly one of them is a member.

Suppose a service is an automaton of at most n+m states that answers T rightly and yet differs. Take a word
``p b``, p in P, on which it differs, b as short as can be. By 1, b is longer than m. P and the m+1 shortest
extensions of p along b are n+m+1 words, so two of them lead the service to one state. By 2 they lead the
pattern to one state as well. By 2 again they are not both in P. So the rest of b after the longer one shows
the difference after the other, too, which is in P or shorter: b was not as short as can be.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, cycle, product
from typing import TYPE_CHECKING, Final, TypeAlias

from contracts.patterns import state_cover
from strategies.patterns.characters import plain, shuffled, varied
from strategies.patterns.offences import Offences
from strategies.patterns.words import Word

if TYPE_CHECKING:
    from contracts.patterns import Automaton, Pattern

#: Numbers of character classes.
ClassWord: TypeAlias = tuple[int, ...]

_MOST_SUFFIXES: Final = 2_000


def conformance_set(pattern: Pattern, *, extra_states: int, seed: int) -> list[Word]:
    """Words that distinguish the pattern from every other automaton of a similar size.

    The guarantee: any automaton over the pattern's character classes with another language and at most ``extra_states``
    states more than the pattern's own decides at least one word differently. In addition, one word of each class is
    appended to each of the pattern's situations. ``seed`` selects the representatives of classes. Shortest first.
    """
    automaton = pattern.automaton
    fill = _Filling(automaton, seed)
    return [fill.word(classes) for classes in class_words(automaton, extra_states, pattern.situations)]


@lru_cache(maxsize=32)
def class_words(
    automaton: Automaton, extra_states: int, situations: tuple[ClassWord, ...] = ()
) -> tuple[ClassWord, ...]:
    """The conformance set as words of classes, shortest first; raises ValueError if ``extra_states`` < 0."""
    if extra_states < 0:
        raise ValueError(f"Expected extra_states of at least 0 but got {extra_states}")
    return tuple(sorted(_Separation(automaton, extra_states, situations).words, key=lambda word: (len(word), word)))


class _Separation:
    """Builds the set T of the module's docstring."""

    def __init__(self, automaton: Automaton, extra_states: int, situations: tuple[ClassWord, ...]) -> None:
        self.automaton = automaton
        self.cover = state_cover(automaton)
        alphabet = range(len(automaton.classes))
        self.words: set[ClassWord] = {
            (*access, *step)
            for access in self.cover.values()
            for length in range(extra_states + 1)
            for step in product(alphabet, repeat=length)
        }
        self.suffixes = self._chosen_suffixes()
        # After this, distinguishing a word from the words of P takes only extensions of that word.
        self.words.update((*access, *suffix) for access in self.cover.values() for suffix in self.suffixes)
        for length in range(1, extra_states + 2):
            for state, access in self.cover.items():
                for step in product(alphabet, repeat=length):
                    self._separate(state, access, step)
        for access in situations:
            state = automaton.run(access)
            if state != automaton.sink and access not in self.cover.values():
                self._separate(state, access, ())
                for cls in alphabet:
                    self._separate(state, access, (cls,))

    def _separate(self, state: int, access: ClassWord, step: ClassWord) -> None:
        word = (*access, *step)
        here = self.automaton.run(step, state)
        others = [(there, other) for there, other in self.cover.items() if there != here]
        for length in range(1, len(step)):
            there = self.automaton.run(step[:length], state)
            if there != here:
                others.append((there, (*access, *step[:length])))
        together = others
        for suffix, accepted in self.suffixes.items():
            if (*word, *suffix) in self.words:
                together = [o for o in together if not self._told(here, o, suffix, accepted)]
        while together:
            # The suffix that distinguishes the most, relative to the words that it would add.
            suffix, accepted = min(self.suffixes.items(), key=lambda item: self._price(word, here, together, *item))
            apart = [o for o in together if (o[0] in accepted) != (here in accepted)]
            self.words.add((*word, *suffix))
            self.words.update((*other, *suffix) for _, other in apart)
            together = [o for o in together if o not in apart]

    def _told(self, here: int, other: tuple[int, ClassWord], suffix: ClassWord, accepted: frozenset[int]) -> bool:
        return (other[0] in accepted) != (here in accepted) and (*other[1], *suffix) in self.words

    def _price(
        self,
        word: ClassWord,
        here: int,
        together: list[tuple[int, ClassWord]],
        suffix: ClassWord,
        accepted: frozenset[int],
    ) -> tuple[float, int]:
        apart = [other for there, other in together if (there in accepted) != (here in accepted)]
        if not apart:
            return (float("inf"), 0)
        added = sum((*other, *suffix) not in self.words for other in (word, *apart))
        return (added / len(apart), len(suffix))

    def _chosen_suffixes(self) -> dict[ClassWord, frozenset[int]]:
        """A small set of suffixes that distinguishes any two states, with the states that accept each.

        For each state, the most often entered first, the fewest that distinguish it from all others, preferring those
        already chosen: a new one costs one more word for each word of P, and every one costs a word for each transition
        into the state.
        """
        automaton = self.automaton
        candidates = _suffixes(automaton)
        entries = dict.fromkeys(automaton.states, 1)
        for there in chain.from_iterable(automaton.transitions):
            entries[there] += 1
        chosen: dict[ClassWord, frozenset[int]] = {}
        for state in sorted(automaton.states, key=lambda s: -entries[s]):
            together = set(automaton.states) - {state}
            while together:
                best = min(
                    (
                        ((entries[state] + (0 if suffix in chosen else len(entries))) / len(apart), len(suffix), suffix)
                        for suffix, accepted in candidates.items()
                        if (apart := {o for o in together if (o in accepted) != (state in accepted)})
                    ),
                )[2]
                chosen[best] = candidates[best]
                together -= {o for o in together if (o in chosen[best]) != (state in chosen[best])}
        return chosen


def _suffixes(automaton: Automaton) -> dict[ClassWord, frozenset[int]]:
    """Shortest suffixes by the set of states that accept them; any two states are distinguished by one.

    There can be exponentially many such sets (the states of the reversed automaton). Beyond a limit only those needed
    to distinguish states are added.
    """
    found: dict[frozenset[int], ClassWord] = {automaton.accepting: ()}
    for accepted in (waiting := [automaton.accepting]):
        for cls in range(len(automaton.classes)):
            before = frozenset(s for s in automaton.states if automaton.transitions[s][cls] in accepted)
            if before not in found and len(found) < _MOST_SUFFIXES:
                found[before] = (cls, *found[accepted])
                waiting.append(before)
    while (pair := _alike(automaton, list(found))) is not None:
        suffix = _difference(automaton, *pair)
        accepted = frozenset(s for s in automaton.states if automaton.run(suffix, s) in automaton.accepting)
        found[accepted] = suffix
    return {suffix: accepted for accepted, suffix in found.items()}


def _alike(automaton: Automaton, accepted: list[frozenset[int]]) -> tuple[int, int] | None:
    """Two states that none of the sets distinguish."""
    owners: dict[tuple[bool, ...], int] = {}
    for state in automaton.states:
        owner = owners.setdefault(tuple(state in states for states in accepted), state)
        if owner != state:
            return owner, state
    return None


def _difference(automaton: Automaton, p: int, q: int) -> ClassWord:
    """A shortest word that one of two states of a minimal automaton accepts and the other does not."""
    suffixes: dict[tuple[int, int], ClassWord] = {(p, q): ()}
    for pair in (waiting := [(p, q)]):
        if (pair[0] in automaton.accepting) != (pair[1] in automaton.accepting):
            return suffixes[pair]
        for cls in range(len(automaton.classes)):
            there = (automaton.transitions[pair[0]][cls], automaton.transitions[pair[1]][cls])
            if there not in suffixes:
                suffixes[there] = (*suffixes[pair], cls)
                waiting.append(there)
    raise ValueError(f"Expected a minimal automaton but its states {p} and {q} accept the same words")


class _Filling:
    """Converts words of classes to texts.

    Accepted words get varied characters throughout. A rejected word gets one varied character, at the position where it
    leaves the pattern, and ordinary ones elsewhere, so that a refusal can only be due to that character.
    """

    def __init__(self, automaton: Automaton, seed: int) -> None:
        self.automaton = automaton
        self.access = {s: _text(automaton, classes) for s, classes in state_cover(automaton).items()}
        self._varied = [cycle(varied(cls, seed)) for cls in automaton.classes]
        self._plain = [cycle(shuffled(plain(cls), seed, cls.name)) for cls in automaton.classes]
        self._offences = Offences(automaton, seed)

    def word(self, classes: ClassWord) -> Word:
        automaton = self.automaton
        path = [automaton.initial]
        for cls in classes:
            path.append(automaton.transitions[path[-1]][cls])
        member = path[-1] in automaton.accepting
        offence = next((i for i, there in enumerate(path[1:]) if there == automaton.sink), None)
        if member:
            text = "".join(next(self._varied[cls]) for cls in classes)
        else:
            text = "".join(
                self._offences.character(path[i], cls) if i == offence else next(self._plain[cls])
                for i, cls in enumerate(classes)
            )
        return Word(text, member, self._purpose(text, path[-1], classes, offence))

    def _purpose(self, text: str, state: int, classes: ClassWord, offence: int | None) -> str:
        if offence is not None:
            return f"{self.automaton.classes[classes[offence]].name!r} refused after {text[:offence]!r}"
        may = "may" if state in self.automaton.accepting else "may not"
        return f"a text {may} end as {self.access[state]!r} does"


def _text(automaton: Automaton, classes: ClassWord) -> str:
    return "".join(automaton.classes[cls].representative for cls in classes)
