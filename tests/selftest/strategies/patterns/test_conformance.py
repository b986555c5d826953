"""Conformance sets keep their guarantee: they distinguish every automaton of the size they are made for."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

import pytest
import regress

from contracts.document import load_contract
from contracts.patterns import Automaton, Pattern
from strategies.patterns import conformance_set
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST_PATTERNS: Final = {field.path: field.pattern for field in load_contract().fields if field.pattern}
OTHER_PATTERNS: Final[dict[str, str]] = json.loads(DATA.joinpath("other_patterns.json").read_text(encoding="utf-8"))
_MUTANTS: Final = 1_000


@dataclass(slots=True)
class _Service:
    """An automaton that answers in the pattern's place."""

    rows: list[list[int]]
    accepting: set[int]

    def answers(self, classes: tuple[int, ...]) -> bool:
        state = 0
        for cls in classes:
            state = self.rows[state][cls]
        return state in self.accepting

    def equivalent_to(self, automaton: Automaton) -> bool:
        seen = {(0, automaton.initial)}
        for mine, theirs in (waiting := list(seen)):
            if (mine in self.accepting) != (theirs in automaton.accepting):
                return False
            for pair in zip(self.rows[mine], automaton.transitions[theirs], strict=True):
                if pair not in seen:
                    seen.add(pair)
                    waiting.append(pair)
        return True


def _mutant(automaton: Automaton, extra_states: int, rng: random.Random) -> _Service:
    """The pattern's automaton with states split in two and a few transitions or acceptances changed."""
    service = _Service([list(row) for row in automaton.transitions], set(automaton.accepting))
    for _ in range(extra_states):
        original, twin = rng.randrange(len(service.rows)), len(service.rows)
        service.rows.append(list(service.rows[original]))
        if original in service.accepting:
            service.accepting.add(twin)
        entries = [(s, c) for s, row in enumerate(service.rows) for c, there in enumerate(row) if there == original]
        for state, cls in rng.sample(entries, rng.randint(0, len(entries))):
            service.rows[state][cls] = twin
    states = range(len(service.rows))
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        state = rng.choice(states)
        if rng.random() < 0.2:
            service.accepting ^= {state}
        else:
            service.rows[state][rng.randrange(len(automaton.classes))] = rng.choice(states)
    return service


def _classes_and_answers(pattern: Pattern, extra_states: int, seed: int) -> list[tuple[tuple[int, ...], bool]]:
    words = conformance_set(pattern, extra_states=extra_states, seed=seed)
    return [(tuple(map(pattern.automaton.class_of, word.text)), word.member) for word in words]


@pytest.mark.parametrize("extra_states", [0, 1])
@pytest.mark.parametrize("path", REQUEST_PATTERNS)
def test_every_mutant_that_differs_is_told_apart(path: str, extra_states: int) -> None:
    pattern = Pattern.compile(str(REQUEST_PATTERNS[path]))
    words = _classes_and_answers(pattern, extra_states, seed=extra_states)
    rng = random.Random(f"{path} {extra_states}")
    different = equivalent = 0
    survivors = []
    while different < _MUTANTS:
        mutant = _mutant(pattern.automaton, extra_states, rng)
        if mutant.equivalent_to(pattern.automaton):
            equivalent += 1
            continue
        different += 1
        if all(mutant.answers(classes) == member for classes, member in words):
            survivors.append(mutant)
    print(
        f"{path}, {extra_states} more states: {len(words)} words tell apart {different - len(survivors)} "
        f"of {different} mutants that differ ({equivalent} more did not differ)"
    )
    assert not survivors


@pytest.mark.parametrize("path", REQUEST_PATTERNS)
def test_every_single_change_is_told_apart_without_extra_states(path: str) -> None:
    pattern = Pattern.compile(str(REQUEST_PATTERNS[path]))
    automaton = pattern.automaton
    words = _classes_and_answers(pattern, 0, seed=7)
    for state, cls, there in product(automaton.states, range(len(automaton.classes)), automaton.states):
        service = _Service([list(row) for row in automaton.transitions], set(automaton.accepting))
        service.rows[state][cls] = there
        told_apart = any(service.answers(classes) != member for classes, member in words)
        assert told_apart != service.equivalent_to(automaton)


def _all_services(states: int, classes: int) -> Iterator[_Service]:
    for targets in product(range(states), repeat=states * classes):
        rows = [list(targets[s * classes : (s + 1) * classes]) for s in range(states)]
        for accepting in product((False, True), repeat=states):
            yield _Service(rows, {s for s in range(states) if accepting[s]})


@pytest.mark.parametrize(("source", "extra_states"), [(r"^[^./]+$", 0), (r"^[^a]*$", 1), (r"a$", 1), (r"^(?:aa)*", 1)])
def test_of_all_automata_of_the_size_only_equivalent_ones_answer_every_word_rightly(
    source: str, extra_states: int
) -> None:
    pattern = Pattern.compile(source)
    words = _classes_and_answers(pattern, extra_states, seed=0)
    survivors = 0
    for service in _all_services(len(pattern.automaton.states) + extra_states, len(pattern.automaton.classes)):
        if all(service.answers(classes) == member for classes, member in words):
            survivors += 1
            assert service.equivalent_to(pattern.automaton)
    assert survivors


@pytest.mark.parametrize("source", [*REQUEST_PATTERNS.values(), *OTHER_PATTERNS.values()])
def test_the_set_agrees_with_an_independent_matcher(source: str) -> None:
    pattern = Pattern.compile(source)
    independent = regress.Regex(source, "u")
    words = conformance_set(pattern, extra_states=0, seed=3)
    assert [word.member for word in words] == [independent.find(word.text) is not None for word in words]
    assert {True, False} == {word.member for word in words}


@pytest.mark.parametrize("path", REQUEST_PATTERNS)
def test_the_set_is_reproducible_and_varied(path: str) -> None:
    pattern = Pattern.compile(str(REQUEST_PATTERNS[path]))
    first, again, other = (conformance_set(pattern, extra_states=0, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert [word.text for word in first] != [word.text for word in other]
    in_classes = [[list(map(pattern.automaton.class_of, word.text)) for word in words] for words in (first, other)]
    assert in_classes[0] == in_classes[1]


@pytest.mark.parametrize(("path", "most"), [("displayName", 15), ("alertReceiverEmail", 260)])
def test_the_default_set_is_affordable(path: str, most: int) -> None:
    words = conformance_set(Pattern.compile(str(REQUEST_PATTERNS[path])), extra_states=0, seed=0)
    assert len(words) <= most
    assert [len(word.text) for word in words] == sorted(len(word.text) for word in words)
    assert len({word.text for word in words}) == len(words)


def test_a_negative_number_of_states_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 0 but got -1"):
        conformance_set(Pattern.compile("a"), extra_states=-1, seed=0)
