"""Near misses miss, members match, positions are isolated, and explosive texts explode."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Final

import pytest
import regress
from hypothesis import HealthCheck, Phase, find, given, seed, settings

from contracts.document import load_contract
from contracts.patterns import Pattern
from strategies.patterns import explosive_texts, members, near_misses, position_and_length_words
from strategies.patterns.positions import LENGTHS
from strategies.patterns.texts import refused_transitions
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

REQUEST_PATTERNS: Final = {field.path: field.pattern for field in load_contract().fields if field.pattern}
OTHER_PATTERNS: Final[dict[str, str]] = json.loads(DATA.joinpath("other_patterns.json").read_text(encoding="utf-8"))
_EMAIL: Final = Pattern.compile(str(REQUEST_PATTERNS["alertReceiverEmail"]))
_NAME: Final = Pattern.compile(str(REQUEST_PATTERNS["displayName"]))
_ALL: Final = {**REQUEST_PATTERNS, **OTHER_PATTERNS}


def _drawn(strategy: SearchStrategy[str], *, count: int, number: int = 0) -> list[str]:
    texts: list[str] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(text: str) -> None:
        texts.append(text)

    draw()
    return texts


def _refused_at(pattern: Pattern, text: str) -> tuple[int, int] | None:
    automaton = pattern.automaton
    state = automaton.initial
    for cls in map(automaton.class_of, text):
        there = automaton.transitions[state][cls]
        if there == automaton.sink:
            return state, cls
        state = there
    return None


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("path", REQUEST_PATTERNS)
def test_near_misses_are_no_members_and_reach_every_refusal_within_500_examples(path: str, number: int) -> None:
    pattern = Pattern.compile(str(REQUEST_PATTERNS[path]))
    texts = _drawn(near_misses(pattern), count=500, number=number)
    assert not [text for text in texts if pattern.matches(text)]
    assert {_refused_at(pattern, text) for text in texts} >= set(refused_transitions(pattern.automaton))


@pytest.mark.parametrize("name", OTHER_PATTERNS)
def test_near_misses_of_any_pattern_are_no_members_and_one_edit_from_one(name: str) -> None:
    pattern = Pattern.compile(OTHER_PATTERNS[name])
    for text in _drawn(near_misses(pattern), count=100):
        assert not pattern.matches(text)
        assert any(map(pattern.matches, _one_edit_away(pattern, text))), text


@pytest.mark.parametrize("path", REQUEST_PATTERNS)
def test_near_misses_of_the_page_s_patterns_are_one_edit_from_a_member(path: str) -> None:
    pattern = Pattern.compile(str(REQUEST_PATTERNS[path]))
    for text in _drawn(near_misses(pattern), count=200):
        assert any(map(pattern.matches, _one_edit_away(pattern, text))), text


def _one_edit_away(pattern: Pattern, text: str) -> list[str]:
    chars = [cls.representative for cls in pattern.automaton.classes] + [text[-1:].swapcase()]
    found = [text[:at] + char + text[at + gone :] for at in range(len(text) + 1) for char in chars for gone in (0, 1)]
    found += [text[:at] + text[at + 1 :] for at in range(len(text))]
    found += [text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :] for at in range(len(text))]
    found += [text[:at] + text[at : at + 1].swapcase() + text[at + 1 :] for at in range(len(text))]
    return found


@pytest.mark.parametrize("name", _ALL)
def test_members_are_members_of_the_size_asked_for(name: str) -> None:
    source = str(_ALL[name])
    pattern, independent = Pattern.compile(source), regress.Regex(source, "u")
    texts = _drawn(members(pattern), count=100)
    assert all(independent.find(text) for text in texts)
    longest = max(map(len, texts))
    assert all(len(text) >= longest for text in _drawn(members(pattern, min_size=longest), count=20))


def test_members_reach_the_edges_of_the_sizes_asked_for() -> None:
    lengths = {len(text) for text in _drawn(members(_NAME, min_size=3, max_size=40), count=300)}
    assert min(lengths) == 3
    assert max(lengths) >= 30
    assert {len(text) for text in _drawn(members(_EMAIL, min_size=6, max_size=6), count=20)} == {6}


def test_sizes_that_no_member_has_are_refused() -> None:
    with pytest.raises(ValueError, match="0 to 5"):
        members(_EMAIL, max_size=5)
    with pytest.raises(ValueError, match="members and others"):
        near_misses(Pattern.compile(""))
    with pytest.raises(ValueError, match="members and others"):
        near_misses(Pattern.compile("^[]$"))


@pytest.mark.parametrize(
    ("strategy", "condition", "least"),
    [
        (near_misses(_NAME), lambda text: "/" in text, "/"),
        (near_misses(_NAME), lambda text: "." in text and len(text) > 2, ".aa"),
        (near_misses(_NAME), lambda text: not text, ""),
        (near_misses(_EMAIL), lambda text: ".." in text.partition("@")[0], "a..a@a.aa"),
        (near_misses(_EMAIL), lambda text: text.endswith("\n"), "a@a.aa\n"),
        (members(_NAME), lambda text: text != text.strip(), " "),
        (members(_NAME), lambda text: len(text) > 10, "a" * 11),
        (members(_EMAIL), lambda text: "+" in text, "a+a@a.aa"),
    ],
)
def test_counterexamples_shrink_to_short_and_plain_ones(
    strategy: SearchStrategy[str], condition: Callable[[str], bool], least: str
) -> None:
    found = find(strategy, condition, settings=settings(max_examples=5_000, database=None, derandomize=True))
    assert condition(found)
    assert len(found) <= len(least)


@pytest.mark.parametrize("name", _ALL)
def test_position_words_agree_with_an_independent_matcher(name: str) -> None:
    source = str(_ALL[name])
    independent = regress.Regex(source, "u")
    words = position_and_length_words(Pattern.compile(source), seed=5)
    # A backtracking matcher may take the square of the length to refuse an unanchored pattern.
    short = [word for word in words if len(word.text) <= 300]
    assert [word.member for word in short] == [independent.find(word.text) is not None for word in short]


@pytest.mark.parametrize("path", REQUEST_PATTERNS)
def test_every_length_that_members_have_comes_with_and_without_an_offence(path: str) -> None:
    pattern = Pattern.compile(str(REQUEST_PATTERNS[path]))
    words = position_and_length_words(pattern, seed=9)
    assert sum(not word.member for word in words) > len(words) / 2
    shortest = min(len(word.text) for word in words if word.member)
    for length in LENGTHS:
        answers = [word.member for word in words if len(word.text) == length]
        assert length < shortest or {True, False} <= set(answers), length
    for place in ("first", "in the middle", "last"):
        lengths = {len(word.text) for word in words if word.purpose.endswith(place) and not word.member}
        assert lengths >= {length for length in LENGTHS if length >= 31}


def test_an_offence_comes_after_line_breaks_and_astral_characters_where_these_are_allowed() -> None:
    words = position_and_length_words(_NAME, seed=2)
    after_line_breaks = [word.text for word in words if word.purpose.endswith("after a line break")]
    after_astral = [word.text for word in words if word.purpose.endswith("after an astral character")]
    assert len(after_line_breaks) == len(after_astral) == len(LENGTHS) - 1
    assert all(re.search(r"[\n\r][^./]*[./][^./]*\Z", text) for text in after_line_breaks)
    assert all(re.search(r"\A[^./]*[\U00010000-\U0010ffff][./][^./]*\Z", text) for text in after_astral)


@pytest.mark.parametrize("path", REQUEST_PATTERNS)
def test_a_word_at_a_position_has_one_offence(path: str) -> None:
    pattern = Pattern.compile(str(REQUEST_PATTERNS[path]))
    words = [word for word in position_and_length_words(pattern, seed=4) if len(word.text) <= 101]
    offending = [
        word for word in words if re.match(r"\d+ characters, .+ (?:first|in the middle|last|character)$", word.purpose)
    ]
    assert len(offending) > 30
    for word in offending:
        assert any(map(pattern.matches, _one_edit_away(pattern, word.text))), word


@pytest.mark.parametrize("path", REQUEST_PATTERNS)
def test_the_default_list_of_positions_is_affordable_and_reproducible(path: str) -> None:
    pattern = Pattern.compile(str(REQUEST_PATTERNS[path]))
    words = position_and_length_words(pattern, seed=1)
    assert len(words) <= 250
    assert words == position_and_length_words(pattern, seed=1)
    assert words != position_and_length_words(pattern, seed=2)


@pytest.mark.parametrize(
    ("source", "length"),
    [
        (r"^(a+)+$", 21),
        (r"^(?:a|a)*$", 21),
        (r"^(?:[a-z]+[-.]?)+$", 21),
        (r"^(?:\w+\.?)+@x$", 20),
        (r"^(?:\d+,?)*;$", 20),
        (r"^(?:(?:ab)+)+$", 41),
    ],
)
def test_explosive_texts_explode_a_backtracking_matcher_and_harmless_ones_do_not(source: str, length: int) -> None:
    matcher = re.compile(source)
    pairs = explosive_texts(Pattern.compile(source), lengths=[length])
    ratios = [_seconds(matcher, pair.attack) / _seconds(matcher, pair.harmless) for pair in pairs]
    assert max(ratios) > 20, list(zip(pairs, ratios, strict=True))


def _seconds(matcher: re.Pattern[str], text: str) -> float:
    began = time.process_time()
    assert matcher.search(text) is None
    return max(time.process_time() - began, 2e-5)


@pytest.mark.parametrize("path", REQUEST_PATTERNS)
def test_explosive_pairs_are_refused_and_equally_long(path: str) -> None:
    pattern = Pattern.compile(str(REQUEST_PATTERNS[path]))
    lengths = [500, 1_000, 2_000]
    pairs = explosive_texts(pattern, lengths=lengths)
    assert {len(pair.attack) for pair in pairs} == set(lengths)
    for attack, harmless in pairs:
        assert len(attack) == len(harmless)
        assert not pattern.matches(attack)
        assert not pattern.matches(harmless)
        assert _refused_at(pattern, attack[:-1]) is None, "refused before the end"


def test_the_known_explosive_shapes_are_among_them() -> None:
    attacks = {pair.attack for pair in explosive_texts(_EMAIL, lengths=[12])}
    assert {"aaaaaaaaaaa!", "a.a.a.a.a.a!"} <= attacks


def test_a_pattern_that_refuses_nothing_has_no_explosive_texts() -> None:
    assert explosive_texts(Pattern.compile(""), lengths=[10]) == []
