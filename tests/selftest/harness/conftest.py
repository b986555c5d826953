"""The service that the tests of a module share, and a run that several modules look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY
from tests.selftest.suite_runs import Ran, run_suite

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The base URL of a mock without faults."""
    with MockProcess.start(key=KEY) as mock:
        yield mock.base_url


@pytest.fixture(scope="session")
def gate_run(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A whole run of the profile gate against the mock."""
    return run_suite(tmp_path_factory.mktemp("gate"), "--profile", "gate", env={"PYTHONHASHSEED": "1"})
