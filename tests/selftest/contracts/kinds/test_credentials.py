"""Kinds of wrong credentials, by what a service may compare of them."""

from __future__ import annotations

import pytest

from contracts.kinds.violations import BEGINS_AS_KEY, ENDS_AS_KEY, kinds_of_credentials


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        ("Bearer {key minus its first character}", {ENDS_AS_KEY}),
        ("Bearer {key with its first character replaced}", {ENDS_AS_KEY}),
        ("Bearer {key minus its last character}", {BEGINS_AS_KEY}),
        ("Bearer {key with its last character replaced}", {BEGINS_AS_KEY}),
        ("Bearer {key twice}", {BEGINS_AS_KEY, ENDS_AS_KEY}),
        ("Bearer another", set()),
        ("Basic {key minus its first character}", set()),
    ],
)
def test_a_token_may_begin_or_end_as_the_key_does(value: str, kinds: set[str]) -> None:
    assert {BEGINS_AS_KEY, ENDS_AS_KEY}.intersection(kinds_of_credentials(value)) == kinds
