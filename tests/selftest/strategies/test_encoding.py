"""Encodings and names: every style writes the same value, every name is used once."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.exchange import Case
from contracts.json_equality import same
from contracts.json_text import parse
from strategies.encoding import STYLES, Style, Token, encode, json_case
from strategies.hard_objects import HARD_OBJECTS
from strategies.json_values import HARD_NUMBERS
from strategies.unique_names import UniqueNames
from strategies.valid_bodies import json_objects


@pytest.mark.parametrize("style", STYLES)
@given(value=json_objects())
@settings(max_examples=60, database=None, deadline=None)
def test_every_style_writes_the_same_value(style: Style, value: dict[str, object]) -> None:
    assert same(parse(encode(value)).value, parse(encode(value, style)).value)


@pytest.mark.parametrize("style", STYLES)
def test_every_hard_object_survives_every_style(style: Style) -> None:
    for named in HARD_OBJECTS:
        text = parse(encode(named.value, style))
        assert text.oddities == []
        assert same(parse(encode(named.value)).value, text.value)


def test_a_number_token_stands_in_the_text_as_it_was_given() -> None:
    assert encode({"a": Token("1e2"), "b": [Token("-0"), Token("1.0")]}) == b'{"a":1e2,"b":[-0,1.0]}'
    for number in HARD_NUMBERS:
        assert encode(number.value) == number.value.text.encode()


def test_a_lone_surrogate_is_escaped_because_utf_8_has_no_form_for_it() -> None:
    assert encode({"é": "a\ud800"}) == '{"é":"a\\ud800"}'.encode()


def test_a_value_that_is_not_json_is_refused_with_its_name() -> None:
    with pytest.raises(TypeError, match="Expected a JSON value or a Token, got value="):
        encode({"a": object()})


def test_styles_differ_in_bytes() -> None:
    value = {"a/b": "é", "c": [1, {"d": None}]}
    assert len({encode(value, style) for style in STYLES}) == len(STYLES)


def test_a_large_body_is_compact_whatever_the_style() -> None:
    value = {"a": "é" * 10_000}
    assert json_case(value, case_set="", intent="", style="escaped").body == encode(value)


def test_names_are_unique_within_and_across_lanes() -> None:
    first, second = UniqueNames("ctk3f9", 0), UniqueNames("ctk3f9", 1)
    drawn = [id_range.next() for id_range in (first, second) for _ in range(500)]
    assert len(set(drawn)) == 1000
    assert drawn[0] == "ctk3f9-0"
    assert drawn[500] == "ctk3f9-1000000"


@pytest.mark.parametrize("run_id", ["", "1a", "Ab", "a-b", "a b"])
def test_a_mark_that_could_be_mistaken_is_refused(run_id: str) -> None:
    with pytest.raises(ValueError, match="Expected a run id"):
        UniqueNames(run_id)


def test_a_negative_lane_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected an id range"):
        UniqueNames("ct", -1)


def test_a_renewed_case_differs_in_its_name_alone() -> None:
    names = UniqueNames("ct")
    case = Case(b'{"displayName":"x ct-77","externalId":"ct-77"}')
    renewed = names.renew(case)
    assert renewed.body == b'{"displayName":"x ct-0","externalId":"ct-0"}'
    assert names.anonymous(renewed) == names.anonymous(case)


@given(st.text(max_size=8), st.text(max_size=8))
@settings(max_examples=50, database=None, deadline=None)
def test_a_text_is_split_around_its_name(before: str, behind: str) -> None:
    names = UniqueNames("ctmark")
    name = names.next()
    assert names.split(f"{before}{name} {behind}") == (before, name, f" {behind}")
    assert names.split("no name") == ("no name", "", "")


@pytest.mark.parametrize("style", STYLES)
def test_a_number_that_no_double_can_hold_stays_one(style: Style) -> None:
    text = parse(encode({"a": [math.inf, {"b": -math.inf}]}, style))
    assert text.oddities == ["number that no double can hold"] * 2
    assert text.value == {"a": [math.inf, {"b": -math.inf}]}
