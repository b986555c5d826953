"""The service that the tests of a module share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The base URL of a mock without faults."""
    with MockProcess.start(key=KEY) as mock:
        yield mock.base_url
