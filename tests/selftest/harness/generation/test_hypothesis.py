"""Hypothesis in a run: its own options, early ends, and the messages of its findings."""

from __future__ import annotations

from itertools import combinations
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.findings import BrokenPromise
from tests.harness.client.target import NoVerdict
from tests.harness.generation.exploration import concluded, in_rounds, prepare_tests
from tests.harness.settings.run_options import RunOptions
from tests.selftest.suite_runs import run_suite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.end_to_end


def test_the_seed_and_the_profile_of_hypothesis_are_those_of_the_run(tmp_path: Path) -> None:
    options = ("--hypothesis-seed", "7", "--hypothesis-profile", "contract-nightly", "--budget", "120", "-rs")
    ran = run_suite(tmp_path, "-k", "random_valid", *options)
    assert ran.status == 0, ran.output
    assert "seed 7" in " ".join(ran.output.split())
    # The profile nightly draws thousands of bodies, so that the budget ends the test: it is skipped, not failed.
    assert "1 skipped" in ran.output


def test_hypothesis_reads_none_of_our_source(tmp_path: Path) -> None:
    """Where it does, it keeps the constants that it found."""
    storage = tmp_path / "storage"
    ran = run_suite(tmp_path, "-k", "random_valid or schemathesis", env={"HYPOTHESIS_STORAGE_DIRECTORY": str(storage)})
    assert ran.status == 0, ran.output
    assert "2 passed" in ran.output
    assert not (storage / "constants").exists()


def test_the_profiles_of_hypothesis_itself_can_be_used(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "-k", "random_valid", "--hypothesis-profile", "ci", "--budget", "300")
    assert ran.status == 0, ran.output


def test_a_seed_that_is_no_number_is_wrong_usage(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "--hypothesis-seed", "random")
    assert ran.status == 4
    assert "--hypothesis-seed random: expected a number" in ran.output


def test_findings_are_reported_if_a_test_ends_early() -> None:
    with pytest.raises(BrokenPromise, match=r"service\.no_5xx: found"), concluded(lambda: ["service.no_5xx"]):
        pytest.skip("the budget is spent")
    with pytest.raises(pytest.skip.Exception, match="the budget is spent"), concluded(list):
        pytest.skip("the budget is spent")


def test_hypothesis_lets_a_skip_through_at_once() -> None:
    calls = []

    @settings(database=None, max_examples=50)
    @given(st.integers())
    def send(number: int) -> None:
        calls.append(number)
        if len(calls) == 3:
            pytest.skip("the budget is spent")

    with pytest.raises(pytest.skip.Exception):
        send()
    assert len(calls) == 3


@pytest.fixture
def long_profile() -> Iterator[None]:
    """A profile with so many examples that a test runs in three rounds."""
    before = settings.get_current_profile_name()
    settings.register_profile("long", database=None, max_examples=1_000, derandomize=False)
    settings.load_profile("long")
    yield
    settings.load_profile(before)


@pytest.mark.usefixtures("long_profile")
def test_a_long_test_runs_in_rounds_that_a_seed_repeats() -> None:
    drawn: list[int] = []
    begun: list[int] = []

    def examples() -> list[int]:
        @given(st.integers(min_value=0, max_value=2**60))
        def send(number: int) -> None:
            drawn.append(number)

        options = RunOptions(target="mock", base_url="", seed=7, run_id="ctrounds")
        prepare_tests([SimpleNamespace(obj=send, nodeid="send")], options, lambda _: None)  # type: ignore[list-item]  # like an item
        drawn.clear()
        begun.clear()
        in_rounds(send, options.exploration_seed, lambda: begun.append(len(drawn)))()
        return list(drawn)

    first = examples()
    assert examples() == first
    assert begun == [0, 334, 668]
    assert len(first) == 1_002
    rounds = [set(first[start : start + 334]) for start in begun]
    # The smallest numbers are in each of them.
    assert all(len(one & other) < 60 for one, other in combinations(rounds, 2))


def _broken_once(then: Exception | None = None) -> Callable[[], None]:
    """A Hypothesis test that breaks a promise the first time, and from then on passes or raises something else."""
    seen = []

    @settings(database=None, max_examples=5)
    @given(st.integers())
    def send(number: int) -> None:
        seen.append(number)
        if len(seen) == 1:
            raise BrokenPromise("service.no_5xx: expected 201; received 500")
        if then is not None:
            raise then

    return send


def test_a_promise_that_is_not_broken_again_is_reported_as_broken() -> None:
    with pytest.raises(BrokenPromise, match="received 500"), concluded(list):
        _broken_once()()


def test_the_end_of_a_run_while_an_example_is_tried_again_is_no_flakiness() -> None:
    with pytest.raises(NoVerdict, match="the run stopped creating"), concluded(list):
        _broken_once(NoVerdict("the run stopped creating"))()


def test_shrinking_sends_a_hundred_requests_and_no_more(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "-k", "random_valid", "--fault", "fails_with_an_empty_list", "--seed", "3")
    assert ran.status == 1, ran.output
    assert "service.no_5xx" in ran.output
    sent = [record for record in ran.records("exchange") if record["case"].get("case_set") == "random.valid"]
    # Four examples of at most twenty bodies, and one more that was begun when a hundred had been sent.
    assert len(sent) <= 4 * 20 + 100 + 20
