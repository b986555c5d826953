"""Drift: differences between published documents and the contract of this run. Advisory: no promise is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contracts.history_records import NoteRecord

if TYPE_CHECKING:
    from tests.harness.driver import Driver


def test_published_documents_agree_with_the_contract(driver: Driver, request: pytest.FixtureRequest) -> None:
    sources: list[str] = request.config.getoption("--drift-source", default=[])
    if not sources:
        pytest.skip("no --drift-source was given")
    from contracts.drift import compare_source  # noqa: PLC0415  # a run without sources does not pay for it
    from contracts.published_document import to_record  # noqa: PLC0415  # as above

    unread = []
    for source in sources:
        result = compare_source(driver.contract, source)
        driver.history.record(NoteRecord("drift", result.sentence(), {"source": result.source}))
        for difference in result.differences:
            data = {"source": result.source, **difference.to_json()}
            driver.history.record(NoteRecord("drift", f"{result.source}: {difference.sentence()}", data))
        if result.published is not None:
            driver.history.record(to_record(result.published))
        if result.problem:
            unread.append(result.problem)
    if unread:
        pytest.skip(f"not compared: {'; '.join(unread)}")
