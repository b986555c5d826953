"""The kinds of cases determine the number of mistakes under one clause."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from contracts import json_text
from contracts.deviations import Deviations
from contracts.document import load_contract
from contracts.exchange import Case, Exchange
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.kinds.changes import AT_THE_ENDS, LEFT_OUT, WHOLE_CHANGES, kinds_of_change
from contracts.kinds.violations import BEGINS_RIGHT, ENDS_RIGHT, kinds_of_credentials, kinds_of_mismatch
from contracts.root_causes.division import divide, parts_by_kind
from contracts.root_causes.root_cause import RootCause, RootCauses

EMAIL = load_contract().field("alertReceiverEmail").pattern or ""
NAME = load_contract().field("displayName").pattern or ""


def _cause(*cases: tuple[tuple[str, ...], int], cause: str = "accepted") -> RootCause:
    """One root cause with so many cases of each of these kinds."""
    root_causes = RootCauses(Deviations.none())
    number = 0
    for kinds, count in cases:
        for _ in range(count):
            number += 1
            exchange = ExchangeRecord.of(Exchange(Case(b"x" * number), None, number=number))
            root_causes.add(Finding("request.code.pattern", cause, "4xx", "201", "/code", kinds), exchange)
    return next(iter(root_causes))


def _parts(cause: RootCause, **refused: int) -> list[tuple[str, int]]:
    return [(part.kind, part.count) for part in parts_by_kind(cause, Counter(refused))]


def test_one_kind_is_one_mistake() -> None:
    assert _parts(_cause((("dot",), 9))) == [("", 9)]


def test_two_kinds_that_fail_as_a_whole_are_two_mistakes_each_with_its_own_smallest_case() -> None:
    parts = parts_by_kind(_cause((("slash",), 4), (("dot",), 6)), Counter())
    assert [(part.kind, part.count, part.exchange and part.exchange.number) for part in parts] == [
        ("dot", 6, 5),
        ("slash", 4, 1),
    ]
    assert len({part.identifier() for part in parts}) == 2


def test_a_mistake_keeps_its_fingerprint_when_the_clause_gets_another_one() -> None:
    (alone,) = parts_by_kind(_cause((("dot",), 6)), Counter())
    both = parts_by_kind(_cause((("slash",), 4), (("dot",), 6)), Counter())
    assert alone.fingerprint in {part.fingerprint for part in both}
    assert len({part.fingerprint for part in both}) == 2


def test_a_kind_that_all_cases_have_says_which_cases_they_are() -> None:
    assert _cause((("dot", "dot at the end"), 4), (("slash", "dot"), 1)).kinds == ("dot",)
    assert _cause((("dot",), 4), (("slash",), 1)).kinds == ()
    assert _cause((("dot",), 4), ((), 1)).kinds == ()


def test_a_kind_that_is_mostly_refused_tells_nothing() -> None:
    assert _parts(_cause((("dot",), 5), (("slash",), 4)), dot=40, slash=30) == [("", 9)]


def test_what_one_kind_explains_as_a_whole_is_not_divided_further() -> None:
    assert _parts(_cause((("dot", "dot at the start"), 5), (("dot", "dot at the end"), 5))) == [("", 10)]


def test_a_narrow_kind_is_taken_where_the_wide_one_is_refused_elsewhere() -> None:
    cause = _cause((("dot", "dot at the end"), 4), (("slash",), 4))
    assert _parts(cause, dot=30) == [("dot at the end", 4), ("slash", 4)]


def test_a_pattern_without_an_anchor_is_one_mistake_and_what_texts_have_by_chance_is_none() -> None:
    cases = [(('"."', ENDS_RIGHT, "a line"), 8), (('"/"', ENDS_RIGHT), 6)]
    assert _parts(_cause(*cases), **{'"."': 9, '"/"': 9}) == [("", 14)]
    assert _parts(_cause(*cases, (('"."',), 2), (('"/"',), 2))) == [('"."', 10), ('"/"', 8)]


def test_many_kinds_are_rather_one_mistake() -> None:
    assert len(_parts(_cause(*(((f"kind {n}",), 5) for n in range(7))))) == 1


def test_what_two_changes_made_together_is_no_third_mistake() -> None:
    cause = _cause((("trimmed",), 5), (("upper case",), 6), ((), 3), cause="changed")
    assert _parts(cause) == [("upper case", 9), ("trimmed", 5)]


def test_a_change_that_all_cases_may_come_of_is_one_mistake_whatever_some_look_like() -> None:
    assert _parts(_cause((("without characters beyond ASCII", "cut"), 5), (("cut",), 6), cause="changed")) == [("", 11)]
    assert len(_parts(_cause((("trimmed", "cut"), 5), (("cut after 100", "cut"), 6), cause="changed"))) == 2


def test_a_part_that_nearly_all_cases_share_is_the_mistake_whatever_some_look_like() -> None:
    lost = 'without "\\ufe0f"'
    whole = "without characters beyond ASCII"
    assert _parts(_cause(((lost, LEFT_OUT), 40), ((whole, lost, LEFT_OUT), 4), cause="changed")) == [("", 44)]
    few = _cause(((lost, LEFT_OUT), 20), ((whole, LEFT_OUT), 20), cause="changed")
    assert {kind for kind, _ in _parts(few)} == {lost, whole}


def test_white_space_that_is_trimmed_and_tags_that_are_stripped_are_two_mistakes() -> None:
    trimmed, stripped = (("trimmed", LEFT_OUT), 5), ((LEFT_OUT,), 6)
    assert _parts(_cause(trimmed, stripped, cause="changed")) == [("trimmed", 5), (LEFT_OUT, 6)]


def test_one_text_without_its_end_shows_no_limit() -> None:
    cut = ("cut after 19", "cut", LEFT_OUT)
    assert _parts(_cause(((LEFT_OUT,), 9), (cut, 1), cause="changed")) == [("", 10)]
    assert _parts(_cause(((LEFT_OUT,), 9), (cut, 2), cause="changed")) == [("cut after 19", 2), (LEFT_OUT, 9)]
    assert _parts(_cause((cut, 1), cause="changed")) == [("", 1)]


@pytest.mark.parametrize(
    ("pattern", "text", "kinds"),
    [
        (NAME, "a/b", ('"/"', '"/" behind "-"', BEGINS_RIGHT, ENDS_RIGHT)),
        (NAME, "a/b.", ('"/"', '"/" behind "-"', BEGINS_RIGHT)),
        (NAME, "/a.b", ('"/"', '"/" at the start', ENDS_RIGHT)),
        (NAME, "", ("the end at the start",)),
        (EMAIL, ".a@b.cd", ('"."', '"." at the start', ENDS_RIGHT)),
    ],
)
def test_a_text_misses_a_pattern_at_a_character_and_a_place(pattern: str, text: str, kinds: tuple[str, ...]) -> None:
    found = kinds_of_mismatch(pattern, text)
    assert found[0] == kinds[0]
    assert len(found) == len(kinds)


@pytest.mark.parametrize(
    ("sent", "received", "kind"),
    [
        ("  x ", "x", "trimmed"),
        ("Straße", "STRASSE", "upper case"),
        ("e\u0301", "\u00e9", "NFC"),
        ("a<b", "a&lt;b", "escaped for HTML"),
        ("&'", "&amp;'", "escaped for HTML"),
        ("</p>", "&lt;&#x2F;p&gt;", "escaped for HTML"),
        ("a  b ", "a b ", "spaces collapsed"),
        ("\u20ac \u0416", "\u20ac ?", "Windows-1252 with question marks"),
        ("\ufeff x", "x", "trimmed as in JavaScript"),
        ("\x01 x", "x", "white space at the ends"),
        ("A" * 30_000, "a" * 30_000, "lower case"),
        ("A" * 90_000, "a" * 90_000, "lower case"),
        ("abcdefghijkl", "abcdefghij", "cut after 10"),
        ("\u3000x ", "x ", "white space at the ends"),
        ("a<b>c<d", "ac", "without tags, unclosed ones too"),
        ("a\u200bb\ufeff", "ab", "without zero-width characters"),
        ("a\x00b", "a", "cut"),
        ("a\r\nb\rc", "a\nb\nc", "line ends"),
        ("\u6771\u4eac", "??", 'characters to "?"'),
        ([[1]], None, "to null"),
        ("a\x00b\x00", "ab", 'without "\\u0000"'),
        ("a b c", "a_b_c", '" " to "_"'),
        (3, "3", "number to string"),
        (2.75, 3, "rounded"),
        (-3e-200, 0, "rounded"),
        ("x", json_text.ABSENT, "left out"),
        (["a", "b"], ["b", "a"], "another order"),
        (["a", "a"], ["a"], "repeated items"),
    ],
)
def test_a_change_is_recognised(sent: Any, received: Any, kind: str) -> None:
    assert kind in kinds_of_change(sent, received)


def test_the_end_of_a_long_text_shows_no_change_of_what_is_not_in_it() -> None:
    start = "a" * 70_000
    assert "CR LF as LF" not in kinds_of_change(start + "\u0301", start)
    assert "CR LF as LF" in kinds_of_change(start + "\r\nb", start + "\nb")
    assert "trimmed at the end" in kinds_of_change(start + "  ", start)


@pytest.mark.parametrize("sent", ["a" + " " * 50_000 + "b", "<" * 20_000 + "a", "a" * 30_000, "a" + " " * 70_000 + "b"])
def test_a_long_text_that_is_cut_was_not_changed_in_another_way(sent: str) -> None:
    found = set(kinds_of_change(sent, sent[:255]))
    assert "cut after 255" in found
    assert not found & {*WHOLE_CHANGES, AT_THE_ENDS}


def test_characters_that_all_become_the_same_one_are_one_mistake() -> None:
    one_target = 'characters to "?"'
    cause = _cause((("ASCII with question marks", one_target), 7), (("e to ?", one_target), 6), cause="changed")
    assert _parts(cause) == [("", 13)]


def test_a_change_that_nobody_knows_has_no_kind() -> None:
    assert kinds_of_change("abc", "q7") == ()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "no credentials"),
        ("Bearer wrong", "scheme bearer, another token"),
        ("Basic {key}", "scheme basic, {key}"),
        ("Bearer ", "no token"),
        ("Bearer ", "one word alone"),
        ("{key}", "one word alone"),
        ("Bearer {key twice}", "a token that begins with the key"),
        ("Bearer {key} x", "a token that begins with the key"),
        ("Basic {key}", "with the key in it"),
        ("Bearer {key with its last character replaced}", "a token that begins as the key does"),
        ("Bearer {first half of the key}", "a beginning of the key, or nothing"),
        (None, "a beginning of the key, or nothing"),
    ],
)
def test_credentials_are_told_apart_without_the_key(value: str | None, kind: str) -> None:
    assert kind in kinds_of_credentials(value)


def test_failures_of_requests_with_a_wrong_header_are_divided_by_what_the_header_says() -> None:
    cause = _cause((("nothing",), 4), (("another token", "long"), 5), cause="500 at authorization.required")
    cause.clause = "service.no_5xx"
    for refused, kinds in (({"another token": 30}, {"nothing", "long"}), ({}, {"nothing", "another token"})):
        parts = divide(cause, {"authorization.required": Counter(refused)}, Counter())
        assert {part.kind for part in parts} == kinds
