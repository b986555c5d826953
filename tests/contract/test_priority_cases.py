"""The cases that find most, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.case_prefetcher import PRIORITY

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.driver import Driver


@pytest.mark.stage(0)
@pytest.mark.sends(PRIORITY.name)
def test_the_priority_cases_keep_the_contract(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)
