"""Patterns: complete sets, lengths and positions, near misses, and the time that a text takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contracts.findings import Finding
from contracts.patterns import Pattern
from strategies.patterns import Word, conformance_set, explosive_texts, position_and_length_words
from strategies.words import natural_words, near_miss_bodies, pattern_cases

if TYPE_CHECKING:
    from contracts.document import Field
    from contracts.exchange import Exchange
    from contracts.targets.session import Judged
    from strategies.names import Names
    from tests.contract.driver import Driver

#: Lengths of the texts that make a backtracking matcher explode, and how many ways are tried at each.
_LENGTHS = (20, 26, 64, 1_024, 16_384)
_WAYS = 3
#: A text must take so many times as long as a harmless one of its length, and so many seconds more.
_FACTOR, _SECONDS = 10.0, 0.4


def _field(driver: Driver, name: str) -> tuple[Field, Pattern]:
    field = driver.contract.field(name)
    assert field.pattern is not None
    return field, Pattern.compile(field.pattern)


def _names(driver: Driver, name: str, lane: int) -> Names:
    """A lane for each field: two tests never hand out the same name."""
    return driver.lane(lane + [field.path for field in driver.contract.fields].index(name))


@pytest.mark.stage(1)
def test_a_text_as_people_write_it_is_judged_by_the_pattern(driver: Driver, patterned: str) -> None:
    field, pattern = _field(driver, patterned)
    words = natural_words(pattern)
    cases = pattern_cases(
        driver.contract, field, words, _names(driver, patterned, 100), driver.options.seed, family="natural"
    )
    driver.verify(driver.remaining(cases))


@pytest.mark.stage(2)
def test_no_text_of_the_complete_set_is_judged_wrongly(driver: Driver, patterned: str) -> None:
    field, pattern = _field(driver, patterned)
    words = conformance_set(pattern, extra_states=driver.profile.extra_states, seed=driver.options.seed)
    driver.verify(
        driver.remaining(
            pattern_cases(driver.contract, field, words, _names(driver, patterned, 200), driver.options.seed)
        )
    )


@pytest.mark.stage(3)
def test_length_and_place_of_an_offence_make_no_difference(driver: Driver, patterned: str) -> None:
    field, pattern = _field(driver, patterned)
    words = position_and_length_words(pattern, seed=driver.options.seed)
    cases = pattern_cases(
        driver.contract, field, words, _names(driver, patterned, 300), driver.options.seed, family="positions"
    )
    driver.verify(driver.remaining(cases))


@pytest.mark.stage(6)
def test_near_misses_are_refused(driver: Driver, patterned: str) -> None:
    driver.explore(near_miss_bodies(driver.contract, driver.contract.field(patterned)), driver.profile.examples)


@pytest.mark.stage(7)
def test_the_time_does_not_explode_with_the_length_of_a_text(driver: Driver, patterned: str) -> None:
    _, pattern = _field(driver, patterned)
    for length in driver.mine(_LENGTHS):
        pairs = explosive_texts(pattern, lengths=[length])[:_WAYS]
        if not pairs:
            continue
        harmless = _timed(driver, patterned, pattern, pairs[0].harmless)
        for pair in pairs:
            attack = _timed(driver, patterned, pattern, pair.attack)
            driver.exercised("service.pattern_time", negative=1)
            if _explodes(attack.exchange, harmless.exchange):
                _confirm(driver, patterned, attack, harmless.exchange, _timed(driver, patterned, pattern, pair.attack))


def _timed(driver: Driver, name: str, pattern: Pattern, text: str) -> Judged:
    """One request on its own, so that nothing else is in its way."""
    word = Word(text, pattern.matches(text), "a text that takes long to refuse")
    case = pattern_cases(
        driver.contract, driver.contract.field(name), [word], driver.names, driver.options.seed, family="explosive"
    )[0]
    return driver.session.post(case)


def _explodes(attack: Exchange, harmless: Exchange) -> bool:
    timed_out = attack.failure is not None and attack.failure.kind == "timeout"
    slower = attack.elapsed > max(_FACTOR * harmless.elapsed, harmless.elapsed + _SECONDS)
    return slower and (timed_out or attack.response is not None) and harmless.response is not None


def _confirm(driver: Driver, name: str, attack: Judged, harmless: Exchange, again: Judged) -> None:
    """A text is to blame if it takes its time twice while a harmless one of its length does not."""
    length = len(attack.case.body or b"")
    finding = Finding(
        "service.pattern_time",
        "explodes",
        f"about the {harmless.elapsed:.3f} s that a harmless body of the same {length} bytes takes",
        f"{attack.exchange.elapsed:.3f} s",
        f"/{name}",
    )
    slow = [finding for answer in (attack, again) for finding in answer.findings if finding.clause == "service.time"]
    if not _explodes(again.exchange, harmless):
        driver.conclude([attack, again])
        return
    for answer in (attack, again):
        for was in answer.findings:
            if was.clause == "service.time":
                driver.settle(answer, was, finding)
    if not slow:
        driver.history.finding(finding, attack.exchange)
    driver.raise_new(finding, attack.exchange)
