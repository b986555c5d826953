"""The public strategies in other projects: imported from the package, without a contract, with ``@given``."""

from __future__ import annotations

import doctest
import sys
from typing import TYPE_CHECKING

from hypothesis import given, settings

import strategies
from contracts.document import load_contract
from contracts.expectation import Expected
from contracts.oracle import Oracle
from contracts.patterns import Pattern
from strategies import UniqueNames, adversarial_bodies, near_misses, unspecified_bodies, valid_bodies

if TYPE_CHECKING:
    from contracts.exchange import Case

ORACLE = Oracle(load_contract())
NAMES = UniqueNames("selftest")
DISPLAY_NAME = Pattern.compile(load_contract().field("displayName").pattern or "")


@given(case=valid_bodies())
@settings(max_examples=20)
def test_a_valid_body_is_valid(case: Case) -> None:
    assert ORACLE.expect(NAMES.fill(case)).expected is Expected.CREATED


@given(case=adversarial_bodies())
@settings(max_examples=20)
def test_an_adversarial_body_breaks_one_promise(case: Case) -> None:
    assert ORACLE.expect(NAMES.fill(case)).expected is Expected.REJECTED


@given(case=unspecified_bodies())
@settings(max_examples=20)
def test_an_unspecified_body_is_sendable(case: Case) -> None:
    assert case.header("Content-Type") == "application/json"


@given(text=near_misses(DISPLAY_NAME))
@settings(max_examples=50)
def test_a_near_miss_is_no_member(text: str) -> None:
    assert not DISPLAY_NAME.matches(text)


def test_the_examples_of_the_docstrings_hold() -> None:
    for name in ("valid_bodies", "adversarial_bodies"):
        results = doctest.testmod(sys.modules[f"strategies.{name}"])
        assert results.attempted
        assert not results.failed


def test_the_package_exports_strategies_not_modules_of_the_same_name() -> None:
    assert all(callable(getattr(strategies, name)) for name in strategies.__all__)
