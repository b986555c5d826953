"""A run with sources notes every difference in its history, and does not fail."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from contracts.document import load_contract
from contracts.history_records import encode
from tests.contract.test_drift import test_published_documents_agree_with_the_contract as noting
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.history_records import HistoryRecord


def recorded(*sources: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []

    def record(record: HistoryRecord) -> None:
        records.append(encode(record, "main"))

    driver: Any = SimpleNamespace(contract=load_contract(), history=SimpleNamespace(record=record))
    request: Any = SimpleNamespace(config=SimpleNamespace(getoption=lambda *_, **__: list(sources)))
    try:
        noting(driver, request)
    except pytest.skip.Exception as skipped:
        records.append({"type": "skipped", "text": str(skipped)})
    return records


def _notes(*sources: str) -> list[dict[str, Any]]:
    return [record for record in recorded(*sources) if record["type"] != "published"]


def test_what_a_source_says_is_recorded_for_the_reports() -> None:
    source = DATA / "published-openapi-0.83.json"
    (published,) = [record for record in recorded(str(source)) if record["type"] == "published"]
    assert published["source"].endswith(source.name)
    assert "displayName" in published["request"]["properties"]
    assert "platformId" in published["response"]["properties"]


def test_every_difference_is_a_note_of_the_kind_drift() -> None:
    found = _notes(str(DATA / "published-openapi-0.83.json"))
    assert {(note["type"], note["kind"]) for note in found} == {("note", "drift")}
    first, *differences = found
    assert first["text"].endswith("published-openapi-0.83.json (OpenAPI 3.0.3): 8 differences from the contract")
    assert len(differences) == 8
    assert differences[0]["text"].endswith("published is null: a service may now accept what it refused")
    assert (differences[0]["data"]["member"], differences[0]["data"]["aspect"]) == ("request.metadata", "null")


def test_a_source_that_says_the_same_is_noted_as_well() -> None:
    (note,) = _notes(str(DATA / "create-project.txt"))
    assert note["text"].endswith("the same as the contract")


def test_a_source_that_cannot_be_read_is_noted_and_skips_the_test_behind_the_others(tmp_path: Path) -> None:
    unread, same, skipped = _notes(str(tmp_path / "none"), str(DATA / "create-project.txt"))
    assert unread["text"].startswith("not compared")
    assert same["text"].endswith("the same as the contract")
    assert skipped["text"].startswith("not compared")


def test_without_sources_the_test_is_skipped() -> None:
    assert _notes() == [{"type": "skipped", "text": "no --drift-source was given"}]
