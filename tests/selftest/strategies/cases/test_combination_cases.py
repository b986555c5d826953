"""Covering arrays: every pair and every triple of classes is in some row."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from contracts.document import load_contract
from contracts.expectation import Expected
from contracts.json_text import ABSENT, parse
from contracts.oracle import Oracle
from strategies.cases.combination_cases import corner_cases, covering_cases, covering_rows, field_classes
from strategies.unique_names import UniqueNames
from tests.selftest.data import DATA

INVENTED = DATA / "invented.openapi.yaml"


@pytest.mark.parametrize(("document", "strength"), [("page", 2), ("page", 3), ("invented", 2)])
def test_every_combination_of_classes_is_in_a_row(document: str, strength: int) -> None:
    contract = load_contract() if document == "page" else load_contract(INVENTED)
    rows = covering_rows(contract, 7, strength)
    classes = {field.path: {cls.name for cls in field_classes(field)} for field in contract.fields}
    for paths in combinations(classes, strength):
        seen = {tuple(row[path].name for path in paths) for row in rows}
        assert seen == set(product(*(classes[path] for path in paths)))


def test_every_field_has_all_the_classes_that_its_documentation_allows() -> None:
    for field in load_contract().fields:
        classes = field_classes(field)
        assert (ABSENT in [cls.value for cls in classes]) is not field.required
        assert (None in [cls.value for cls in classes]) is field.nullable
        assert len(classes) >= 6


def test_triples_are_owed_a_creation_each() -> None:
    contract = load_contract()
    oracle = Oracle(contract)
    assert all(
        oracle.expect(case).expected is Expected.CREATED for case in covering_cases(contract, UniqueNames("ct"), 1, 3)
    )


def test_the_corners_are_all_present_all_absent_and_all_null() -> None:
    contract = load_contract()
    present, absent, null, mixed = (
        parse(case.body or b"").value for case in corner_cases(contract, UniqueNames("ct"), 1)
    )
    assert set(present) == {field.path for field in contract.fields}
    assert list(absent) == ["displayName"]
    assert [name for name, value in null.items() if value is None] == [f.path for f in contract.fields if f.nullable]
    assert set(mixed) == set(present)
