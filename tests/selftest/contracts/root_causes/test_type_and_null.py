"""A single wrong validation of type and null is one root cause."""

from __future__ import annotations

import pytest

from contracts.deviations import Deviations
from contracts.findings import Finding
from contracts.root_causes.root_cause import RootCauses
from contracts.root_causes.type_and_null import with_type_and_null

ITEMS, METADATA = "request.list.items", "request.metadata"


def _clauses(*seen: tuple[str, str], counts: dict[str, tuple[int, int]] | None = None) -> list[tuple[str, ...]]:
    causes = RootCauses(Deviations.none())
    for clause, kind in seen:
        causes.add(Finding(clause, "accepted", "4xx", "201", "", (kind,) if kind else ()), None)
    return [cause.clauses or (cause.clause,) for cause in with_type_and_null(list(causes), counts or {})]


def test_arrays_and_null_where_an_object_belongs_are_one_mistake_of_one_check() -> None:
    found = _clauses((f"{METADATA}.null", ""), (f"{METADATA}.type", "a JSON array"))
    assert found == [(f"{METADATA}.type", f"{METADATA}.null")]


def test_numbers_and_null_are_two_mistakes() -> None:
    assert len(_clauses((f"{METADATA}.null", ""), (f"{METADATA}.type", "a JSON number"))) == 2


@pytest.mark.parametrize(("broken", "mistakes"), [(6, 1), (10, 2)])
def test_items_of_which_some_are_not_looked_at_are_one_mistake(broken: int, mistakes: int) -> None:
    counts = {f"{ITEMS}.type": (30, 12), f"{ITEMS}.null": (10, broken)}
    found = _clauses((f"{ITEMS}.null", ""), (f"{ITEMS}.type", "a JSON number"), counts=counts)
    assert len(found) == mistakes


def test_null_of_another_field_is_another_mistake() -> None:
    assert len(_clauses(("request.icon.null", ""), (f"{METADATA}.type", "a JSON array"))) == 2
