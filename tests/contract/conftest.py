"""Fixtures, order and selection of the tests of the contract, and their parameters from the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contracts.document import load_contract
from tests.harness.case_prefetcher import ALWAYS
from tests.harness.options import named_contract
from tests.harness.profiles import PROFILES
from tests.harness.pytest_plugin import DRIVER, PREPARATION, sets_of, stage_of

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.case_prefetcher import CasePrefetcher
    from tests.harness.driver import Driver


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the tests by effectiveness, whatever a plugin has shuffled; select those of the smoke profile."""
    items.sort(key=_place_of)
    if PROFILES[config.getoption("--profile")].priority_only:
        dropped = [item for item in items if stage_of(item) > 0]
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if stage_of(item) == 0]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Generate one test for each field with a pattern."""
    if "patterned" in metafunc.fixturenames:
        contract = load_contract(named_contract(metafunc.config))
        metafunc.parametrize("patterned", [field.path for field in contract.fields if field.pattern is not None])


@pytest.fixture
def driver(request: pytest.FixtureRequest) -> Driver:
    """The driver of a test; skips the test if nothing more may be sent."""
    found = request.config.stash[DRIVER]
    found.begin(request.node.nodeid, request.session.items.index(request.node))
    found.skip_if_exhausted()
    names = [name.name for name in sets_of(request.node)]
    if found.options.without_delete and not ALWAYS.intersection(names):
        found.create_no_more(names)
    return found


@pytest.fixture
def prefetcher(request: pytest.FixtureRequest, driver: Driver) -> CasePrefetcher:
    """The prefetcher of the run; depends on ``driver``, which skips the test if nothing may be sent."""
    del driver
    return request.config.stash[PREPARATION]


@pytest.fixture
def sets(request: pytest.FixtureRequest, prefetcher: CasePrefetcher) -> list[list[Case]]:
    """The sets named by the test's marker ``sends``."""
    return [prefetcher.cases(name) for name in sets_of(request.node)]


@pytest.fixture
def cases(sets: list[list[Case]]) -> list[Case]:
    """The single set named by the test's marker ``sends``."""
    (only,) = sets
    return only


def _place_of(item: pytest.Item) -> tuple[int, str, int, tuple[int, ...]]:
    """The sort key of a test: its stage, its line, and the indices of its parameters."""
    file, line, _ = item.location
    callspec = getattr(item, "callspec", None)
    return (stage_of(item), file, line or 0, tuple(callspec.indices.values()) if callspec else ())
