"""Patterns: complete sets, lengths and positions, near misses, and response times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.findings import Finding
from contracts.patterns import Pattern
from strategies.batches import batches
from strategies.cases.pattern_cases import near_miss_bodies, pattern_cases
from strategies.patterns import Word, explosive_texts

if TYPE_CHECKING:
    from contracts.exchange import Case, Exchange
    from strategies.patterns.explosive import ExplosivePair
    from tests.harness.client.judged import Judged
    from tests.harness.driver import Driver

#: The lengths of explosive texts, and the number of ways that are tried at each.
_LENGTHS = (20, 26, 64, 1_024, 16_384)
_WAYS = 3
#: A text is slow if it takes this many times as long as a harmless one of its length, and this many seconds more.
_FACTOR, _SECONDS = 10.0, 0.4
#: How often both are tried alternately before the text is blamed.
_ROUNDS = 4


@pytest.mark.sends("natural words")
@pytest.mark.usefixtures("patterned")
def test_a_natural_text_is_accepted_if_the_pattern_matches_it(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.cleanup_ahead
@pytest.mark.sends("conformance")
@pytest.mark.usefixtures("patterned")
def test_a_text_of_the_conformance_set_is_accepted_if_the_pattern_matches_it(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@pytest.mark.sends("positions")
@pytest.mark.usefixtures("patterned")
def test_a_pattern_applies_at_every_length_and_position(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)


@given(data=st.data())
def test_a_near_miss_of_a_pattern_is_refused(driver: Driver, patterned: str, data: st.DataObject) -> None:
    near_misses = near_miss_bodies(driver.contract, driver.contract.field(patterned))
    driver.check(data.draw(batches(near_misses)))


def test_no_text_makes_the_pattern_take_exponential_time(driver: Driver, patterned: str) -> None:
    pattern = Pattern.compile(driver.contract.field(patterned).pattern or "")
    # The shortest first, one length at a time, so that the service does not hang longer than necessary.
    for length in driver.mine(_LENGTHS):
        pairs = explosive_texts(pattern, lengths=[length])[:_WAYS]
        texts = [pair.harmless for pair in pairs[:1]] + [pair.attack for pair in pairs]
        attacks = driver.session.post_all([_case(driver, patterned, pattern, text) for text in texts])[1:]
        driver.exercised("service.pattern_time", negative=len(attacks))
        for pair, attack in zip(pairs, attacks, strict=False):
            if attack.exchange.elapsed > _SECONDS:
                _confirm(driver, patterned, attack, pair)


def _case(driver: Driver, name: str, pattern: Pattern, text: str) -> Case:
    word = Word(text, pattern.matches(text), "a text that takes long to refuse")
    field = driver.contract.field(name)
    return pattern_cases(driver.contract, field, [word], driver.names, driver.options.seed, case_set="explosive")[0]


def _alone(driver: Driver, name: str, pattern: Pattern, text: str) -> Judged:
    """Send one request alone, so that no other request delays it."""
    return driver.session.post(_case(driver, name, pattern, text))


def _explodes(attack: Exchange, harmless: Exchange) -> bool:
    timed_out = attack.failure is not None and attack.failure.kind == "timeout"
    slower = attack.elapsed > max(_FACTOR * harmless.elapsed, harmless.elapsed + _SECONDS)
    return slower and (timed_out or attack.response is not None) and harmless.response is not None


def _confirm(driver: Driver, name: str, attack: Judged, pair: ExplosivePair) -> None:
    """A text is to blame if it is slow repeatedly while a harmless one of its length never is."""
    pattern = Pattern.compile(driver.contract.field(name).pattern or "")
    attacks = [attack]
    # A service may be slow sometimes: the smaller the difference, the more often it is measured.
    for _ in range(_ROUNDS if attack.exchange.failure is None else _ROUNDS // 2):
        harmless = _alone(driver, name, pattern, pair.harmless).exchange
        if not _explodes(attacks[-1].exchange, harmless):
            break
        attacks.append(_alone(driver, name, pattern, pair.attack))
    else:
        if _explodes(attacks[-1].exchange, harmless):
            _blame(driver, name, attacks, harmless)
            return
    driver.conclude(attacks)


def _blame(driver: Driver, name: str, attacks: list[Judged], harmless: Exchange) -> None:
    length = len(attacks[0].case.body or b"")
    finding = Finding(
        "service.pattern_time",
        "explodes",
        f"about the {harmless.elapsed:.3f} s that a harmless body of the same {length} bytes takes",
        f"{attacks[-1].exchange.elapsed:.3f} s",
        f"/{name}",
    )
    slow = [(attack, was) for attack in attacks for was in attack.findings if was.clause == "service.time"]
    for attack, was in slow:
        driver.reattribute(attack, was, finding)
    if not slow:
        driver.history.finding(finding, attacks[0].exchange)
    driver.raise_new(finding, attacks[0].exchange)
