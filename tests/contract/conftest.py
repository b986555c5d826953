"""Order and selection of the tests of the contract, and their parameters from the contract document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.document import load_contract
from tests.harness.profiles import PROFILES

if TYPE_CHECKING:
    import pytest

#: Words of a conformance set that travel in one test: small enough to spread over workers.
CHUNK = 150


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What finds most comes first; the smoke profile leaves out the rest."""

    def stage(item: pytest.Item) -> int:
        marker = item.get_closest_marker("stage")
        return int(marker.args[0]) if marker else 99

    items.sort(key=stage)
    if PROFILES[config.getoption("--profile")].priority_only:
        dropped = [item for item in items if stage(item) > 0]
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if stage(item) == 0]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each field with a pattern, whichever the contract has."""
    if "patterned" in metafunc.fixturenames:
        contract = load_contract(metafunc.config.getoption("--contract"))
        metafunc.parametrize("patterned", [field.path for field in contract.fields if field.pattern is not None])
