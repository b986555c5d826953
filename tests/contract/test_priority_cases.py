"""The cases that find most, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.case_prefetcher import ESSENTIALS

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.driver import Driver


@pytest.mark.stage(0)
@pytest.mark.sends(ESSENTIALS.name)
def test_the_essential_promises_are_kept(driver: Driver, cases: list[Case]) -> None:
    driver.verify(cases)
