"""Each profile keeps its promises: how much is sent, whether it is the same every time, how a run ends."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.harness.profiles import PROFILES
from tests.harness.run_options import new_run_id
from tests.selftest.suite_runs import KEY, Ran, Watched, run_suite, without_names

if TYPE_CHECKING:
    from pathlib import Path

ENV = {"ACTIVEPIECES_API_KEY": KEY}


def _live(watched: Watched, reports: Path, *arguments: str) -> Ran:
    return run_suite(reports, "--target", "live", "--base-url", watched.base_url, *arguments, env=ENV)


# -- smoke ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [None, "accepts_dot_in_display_name", "lowers_external_id", "ignores_the_media_type"])
def test_smoke_sends_at_most_60_requests_and_leaves_nothing(tmp_path: Path, fault: str | None) -> None:
    with Watched.start(fault=fault) as service:
        ran = _live(service, tmp_path, "--profile", "smoke")
        sent, left = len(service.seen), service.standing()
    assert ran.status == (1 if fault else 0), ran.output
    assert 40 <= sent <= 60
    assert left == 0


def test_smoke_holds_its_budget_where_everything_is_accepted_and_deleting_fails(tmp_path: Path) -> None:
    with Watched.start(variant="no_list_or_delete") as service:
        ran = _live(service, tmp_path, "--profile", "smoke")
        sent = len(service.seen)
    assert ran.status == 0, ran.output
    assert sent <= 60


# -- gate -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return run_suite(tmp_path_factory.mktemp("gate"), "--profile", "gate", env={"PYTHONHASHSEED": "1"})


def test_two_gate_runs_send_the_same_bytes_in_the_same_order(gate: Ran, tmp_path: Path) -> None:
    again = run_suite(tmp_path, "--profile", "gate", env={"PYTHONHASHSEED": "2"})
    assert (gate.status, again.status) == (0, 0), again.output
    first, second = gate.bodies(), again.bodies()
    assert len(first) > 1_000
    assert first == second


def test_a_gate_run_on_several_workers_sends_what_it_sends_on_one(gate: Ran, tmp_path: Path) -> None:
    spread = run_suite(tmp_path, "--profile", "gate", "-n", "2")
    assert spread.status == 0, spread.output
    # The look back at the end has a name of the process that makes it; every test has names of its own.
    assert (Counter(gate.bodies()) - Counter(spread.bodies())).total() <= 1


def test_a_gate_run_sends_the_same_again_to_a_service_that_keeps_what_the_run_before_left(tmp_path: Path) -> None:
    chosen = ("--profile", "gate", "-k", "essential or valid_value or second_use or failed_once")
    with Watched.start() as service:
        first = _live(service, tmp_path, *chosen, "--keep-projects")
        arrived, left = service.posts(), service.standing()
        service.seen.clear()
        second = _live(service, tmp_path, *chosen)
        again, at_the_end = service.posts(), service.standing()
    assert (first.status, second.status) == (0, 0), second.output
    assert left > 50
    assert at_the_end == 0
    # Four requests at a time are in flight together in one of the tests; what they say is the same.
    assert Counter(arrived) == Counter(again)
    assert first.bodies() == second.bodies()


def test_a_gate_run_takes_names_of_its_own_where_it_cannot_clear_the_way(tmp_path: Path) -> None:
    chosen = ("--profile", "gate", "-k", "valid_value or failed_once")
    with Watched.start(variant="no_list_or_delete") as service:
        runs = [_live(service, tmp_path, *chosen) for _ in range(2)]
    assert [run.status for run in runs] == [0, 0], runs[1].output
    run_ids = [run.records("run_id")[0]["run_id"] for run in runs]
    first, second = (without_names(run.bodies(), run_id) for run, run_id in zip(runs, run_ids, strict=True))
    usual = new_run_id(0, deterministic=True)
    assert run_ids[0] != run_ids[1]
    assert [body for body in first if usual not in body] == [body for body in second if usual not in body]


def test_gate_explores_nothing_at_random_and_its_marks_are_those_of_seed_and_shard() -> None:
    profile = PROFILES["gate"]
    assert (profile.examples, profile.generated, profile.sequences, profile.connections) == (0, 0, 0, 1)
    run_ids = [new_run_id(seed, deterministic=True, shard=(k, 8)) for seed in (0, 1) for k in range(1, 9)]
    assert len(set(run_ids)) == 16
    assert {len(run_id) for run_id in run_ids} == {len(run_ids[0])}
    assert new_run_id(0, deterministic=False) != new_run_id(0, deterministic=False)


# -- default and nightly --------------------------------------------------------------------------------------


def test_a_run_takes_a_new_seed_each_time_where_its_profile_explores(tmp_path: Path) -> None:
    chosen = ("-k", "failed_once")
    first, second = (run_suite(tmp_path / str(k), *chosen).records("run")[0] for k in (1, 2))
    assert first["seed"] != second["seed"]
    assert first["run_id"] != second["run_id"]
    assert [profile.name for profile in PROFILES.values() if profile.fresh_seed] == ["default", "nightly"]


def test_nightly_ends_with_its_time_and_keeps_its_verdict(tmp_path: Path) -> None:
    began = time.monotonic()
    ran = run_suite(tmp_path, "--profile", "nightly", "--max-time", "6")
    took = time.monotonic() - began
    assert ran.status == 0, ran.output
    assert took < 6 + 15
    assert len(ran.bodies()) > 500
    assert "the time of the run was over" in ran.output


def test_nightly_explores_sequences_of_operations(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "--profile", "nightly", "-k", "sequence", "--budget", "300", "--seed", "6")
    assert ran.status == 0, ran.output
    methods = Counter(record["case"].get("method", "POST") for record in ran.records("exchange"))
    assert methods["POST"] > methods["GET"] > 8
    assert methods["DELETE"] > 0


def test_a_sequence_shows_what_no_single_request_can(tmp_path: Path) -> None:
    fault = ("--fault", "fails_with_a_known_external_id")
    ran = run_suite(tmp_path, "--profile", "nightly", "-k", "sequence", "--seed", "7", "--budget", "1500", *fault)
    assert ran.status == 1, ran.output


def test_nightly_is_at_least_20_000_requests_of_every_kind() -> None:
    nightly = PROFILES["nightly"]
    # Two properties send twice the number of examples; open bodies and the near misses of two patterns send it once.
    assert (2 * 2 + 3) * nightly.examples + nightly.generated + nightly.sequences * nightly.steps >= 20_000
    assert (nightly.strength, nightly.extra_states) == (3, 1)


@pytest.mark.parametrize("profile", ["smoke", "default", "gate"])
def test_a_broken_promise_fails_every_profile(tmp_path: Path, profile: str) -> None:
    ran = run_suite(tmp_path, "--profile", profile, "--fault", "accepts_dot_in_display_name", "-k", "essential")
    assert ran.status == 1, ran.output


def test_the_announced_numbers_are_those_of_a_run(gate: Ran) -> None:
    created = gate.records("cleanup")[0]["created"]
    sent = len(gate.records("exchange")) + created  # each is deleted, which the history leaves out
    assert 0.75 <= PROFILES["gate"].requests / sent <= 1.33
    assert 0.75 <= PROFILES["gate"].projects / created <= 1.33
