"""The cases that find most, of every family, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.driver import Driver

pytestmark = pytest.mark.stage(0)


def test_the_essential_promises_are_kept(driver: Driver) -> None:
    driver.verify(driver.essentials())
