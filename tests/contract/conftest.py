"""Fixtures, order and selection of the tests of the contract, and their parameters from the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from contracts.document import load_contract
from tests.harness.generation.case_prefetcher import ALWAYS
from tests.harness.pytest_plugin.run_plugin import DRIVER, PREFETCHER, sets_of
from tests.harness.settings.options import named_contract
from tests.harness.settings.profiles import PROFILES

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.driver import Driver
    from tests.harness.generation.case_prefetcher import CasePrefetcher

#: The tests in the order of a run: those that find most with few requests come first.
ORDER: Final = (
    "test_a_project_with_hard_values_is_created_and_reads_back",
    "test_the_priority_cases_keep_the_contract",
    "test_a_second_use_of_an_external_id_is_accepted_or_refused",
    "test_the_same_request_twice_creates_two_projects",
    "test_a_blank_external_id_that_no_project_has_is_accepted",
    "test_further_priority_cases_keep_the_contract",
    "test_the_external_id_of_a_deleted_project_is_accepted_or_refused",
    "test_a_member_named_proto_does_not_affect_later_responses",
    "test_cases_that_failed_before_keep_the_contract",
    "test_a_refused_request_creates_nothing_and_does_not_use_up_its_external_id",
    "test_concurrent_uses_of_an_external_id_get_the_same_responses_as_sequential_ones",
    "test_chunked_requests_and_compressed_responses_are_supported",
    "test_a_request_gets_the_same_response_on_a_used_and_on_a_new_connection",
    "test_a_project_reads_back_as_it_was_created",
    "test_the_last_priority_cases_keep_the_contract",
    "test_every_valid_value_is_accepted_and_returned_unchanged",
    "test_a_body_of_another_media_type_is_refused",
    "test_an_unspecified_request_is_accepted_or_refused",
    "test_a_value_of_the_wrong_kind_is_refused",
    "test_a_natural_text_is_accepted_if_the_pattern_matches_it",
    "test_without_the_right_key_nothing_is_created",
    "test_malformed_json_is_refused",
    "test_bytes_that_are_not_utf_8_are_refused",
    "test_a_text_of_the_conformance_set_is_accepted_if_the_pattern_matches_it",
    "test_a_pattern_applies_at_every_length_and_position",
    "test_a_wrong_value_is_refused_in_every_context",
    "test_concurrent_requests_get_the_same_responses_as_sequential_ones",
    "test_valid_values_are_accepted_in_every_combination",
    "test_other_spellings_of_the_scheme_are_accepted_or_refused",
    "test_another_method_is_refused",
    "test_a_random_valid_body_is_accepted",
    "test_a_random_body_with_one_broken_promise_is_refused",
    "test_a_near_miss_of_a_pattern_is_refused",
    "test_a_random_unspecified_body_is_accepted_or_refused",
    "test_no_text_makes_the_pattern_take_exponential_time",
    "test_cases_of_schemathesis_keep_the_contract",
    "test_published_documents_agree_with_the_contract",
    "test_no_sequence_of_operations_breaks_a_promise",
    "test_a_large_body_is_accepted_or_refused",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the tests, whatever a plugin has shuffled; select those of the smoke profile."""
    items.sort(key=_place_of)
    if PROFILES[config.getoption("--profile")].priority_only:
        dropped = [item for item in items if item.get_closest_marker("smoke") is None]
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in dropped]


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
    limit = None if ALWAYS.intersection(names) else found.creation_limit.before_test()
    if limit is not None:
        found.create_no_more(names, limit)
    return found


@pytest.fixture
def prefetcher(request: pytest.FixtureRequest, driver: Driver) -> CasePrefetcher:
    """The prefetcher of the run; depends on ``driver``, which skips the test if nothing may be sent."""
    del driver
    return request.config.stash[PREFETCHER]


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
    """The sort key of a test: its place in :data:`ORDER`, its line, and the indices of its parameters."""
    file, line, _ = item.location
    name, callspec = getattr(item, "originalname", item.name), getattr(item, "callspec", None)
    place = ORDER.index(name) if name in ORDER else len(ORDER)
    return (place, file, line or 0, tuple(callspec.indices.values()) if callspec else ())
