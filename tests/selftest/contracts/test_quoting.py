"""Quoting makes the difference between two values visible."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.checks.quoting import shown, shown_apart


@pytest.mark.parametrize(
    ("sent", "received", "first", "second"),
    [
        ("abc", "abd", '"abc"', '"abd"'),
        ("abc ", "abc", '"abc " (4 characters)', '"abc" (3 characters)'),
        ("\u212b", "\u00c5", '"\u212b" (U+212B)', '"\u00c5" (U+00C5)'),
        ("x\u0301", "x", '"x\u0301" (2 characters, U+0301)', '"x" (1 character, ends before it)'),
        ("{}", {}, '"{}" (string)', "{} (object)"),
        ("5", 5, '"5" (string)', "5 (number)"),
        ([1], [2], "[1]", "[2]"),
        (True, "true", "true (boolean)", '"true" (string)'),
    ],
)
def test_what_differs_is_quoted_apart(sent: Any, received: Any, first: str, second: str) -> None:
    assert shown_apart(sent, received) == (first, second)


def test_long_texts_are_quoted_from_shortly_before_the_first_difference() -> None:
    first, second = shown_apart("a" * 500 + "XYZ", "a" * 500 + "xYZ")
    assert first == f'…"{"a" * 12}XYZ" (503 characters, from character 489)'
    assert second == f'…"{"a" * 12}xYZ" (503 characters, from character 489)'


def test_a_text_that_was_cut_says_how_long_it_was_and_is() -> None:
    first, second = shown_apart("b" * 300, "b" * 255)
    assert first != second
    assert "300 characters" in first
    assert "255 characters" in second


def test_no_quotation_is_long_and_none_holds_what_cannot_be_seen() -> None:
    for text in shown_apart("\u200b" * 900, "\x00" * 900):
        assert len(text) < 120
        assert text.isprintable()
    assert len(shown({"a": ["b"] * 900})) <= 60
