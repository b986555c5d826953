"""The corpus: every case that failed before is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.corpus import load_corpus

if TYPE_CHECKING:
    from tests.harness.driver import Driver


def test_cases_that_failed_before_keep_the_contract(driver: Driver) -> None:
    names = driver.id_range(95)
    driver.verify([names.fill(entry.case) for entry in load_corpus(driver.options.corpus)])
