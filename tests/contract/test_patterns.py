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
    probe = _TimeProbe(driver, patterned)
    # The shortest first, one length at a time, so that the service does not hang longer than necessary.
    for length in driver.my_shard(_LENGTHS):
        probe.try_length(length)


class _TimeProbe:
    """Compares the response times of texts that a backtracking pattern explodes on with those of harmless texts."""

    def __init__(self, driver: Driver, name: str) -> None:
        self._driver = driver
        self._field = driver.contract.field(name)
        self._pattern = Pattern.compile(self._field.pattern or "")

    def try_length(self, length: int) -> None:
        """Send explosive texts of a length at once; investigate the slow ones."""
        pairs = explosive_texts(self._pattern, lengths=[length])[:_WAYS]
        texts = [pair.harmless for pair in pairs[:1]] + [pair.attack for pair in pairs]
        attacks = self._driver.session.post_all([self._case(text) for text in texts])[1:]
        self._driver.exercised("service.pattern_time", negative=len(attacks))
        for pair, attack in zip(pairs, attacks, strict=False):
            if attack.exchange.elapsed > _SECONDS:
                self._confirm(attack, pair)

    def _confirm(self, attack: Judged, pair: ExplosivePair) -> None:
        """A text is to blame if it is slow repeatedly while a harmless one of its length never is."""
        attacks = [attack]
        # A service may be slow sometimes: the smaller the difference, the more often it is measured.
        for _ in range(_ROUNDS if attack.exchange.failure is None else _ROUNDS // 2):
            harmless = self._sent_alone(pair.harmless).exchange
            if not _explodes(attacks[-1].exchange, harmless):
                break
            attacks.append(self._sent_alone(pair.attack))
        else:
            if _explodes(attacks[-1].exchange, harmless):
                self._blame(attacks, harmless)
                return
        self._driver.conclude(attacks)

    def _blame(self, attacks: list[Judged], harmless: Exchange) -> None:
        length = len(attacks[0].case.body or b"")
        finding = Finding(
            "service.pattern_time",
            "explodes",
            f"about the {harmless.elapsed:.3f} s that a harmless body of the same {length} bytes takes",
            f"{attacks[-1].exchange.elapsed:.3f} s",
            f"/{self._field.path}",
        )
        slow = [(attack, was) for attack in attacks for was in attack.findings if was.clause == "service.time"]
        for attack, was in slow:
            self._driver.reattribute(attack, was, finding)
        if not slow:
            self._driver.history.finding(finding, attacks[0].exchange)
        self._driver.raise_finding(finding, attacks[0].exchange)

    def _sent_alone(self, text: str) -> Judged:
        """Send one request, so that no other delays it."""
        return self._driver.session.post(self._case(text))

    def _case(self, text: str) -> Case:
        driver, word = self._driver, Word(text, self._pattern.matches(text), "a text that takes long to refuse")
        cases = pattern_cases(
            driver.contract, self._field, [word], driver.names, driver.options.seed, case_set="explosive"
        )
        return cases[0]


def _explodes(attack: Exchange, harmless: Exchange) -> bool:
    timed_out = attack.failure is not None and attack.failure.kind == "timeout"
    slower = attack.elapsed > max(_FACTOR * harmless.elapsed, harmless.elapsed + _SECONDS)
    return slower and (timed_out or attack.response is not None) and harmless.response is not None
