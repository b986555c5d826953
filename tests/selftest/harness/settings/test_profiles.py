"""The profiles: how much they send, whether they are deterministic, how they end."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.harness.settings.profiles import PROFILES
from tests.harness.settings.run_options import new_run_id
from tests.selftest.suite_runs import KEY, Ran, Watched, run_suite, without_names

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.end_to_end

ENV = {"ACTIVEPIECES_API_KEY": KEY}


def _live(watched: Watched, reports: Path, *arguments: str) -> Ran:
    return run_suite(reports, "--target", "live", "--base-url", watched.base_url, *arguments, env=ENV)


# -- smoke ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [None, "accepts_dot_in_display_name", "lowers_external_id", "ignores_the_media_type"])
def test_smoke_sends_at_most_60_requests_and_leaves_nothing(tmp_path: Path, fault: str | None) -> None:
    with Watched.start(fault=fault) as service:
        ran = _live(service, tmp_path, "--profile", "smoke")
        sent, left = len(service.seen), service.remaining()
    assert ran.status == (1 if fault else 0), ran.output
    assert 40 <= sent <= 60
    assert left == 0


def test_smoke_tells_of_all_mistakes_although_the_first_ones_could_use_up_its_budget(tmp_path: Path) -> None:
    """Shrinking the first finding, and looking for the field that is refused, leave requests for the other cases."""
    faults = "trims_external_id,refuses_null_in_metadata,accepts_a_number_as_external_id,accepts_a_list_of_one_body"
    with Watched.start(fault=faults) as service:
        ran = _live(service, tmp_path, "--profile", "smoke")
    found = {finding["clause"] for finding in json.loads((ran.folder / "report.json").read_text())["findings"]}
    assert found == {
        "response.201.externalId.echo",
        "request.metadata.type",
        "request.externalId.type",
        "request.body.type",
    }


def test_smoke_stays_within_its_budget_if_deletions_fail(tmp_path: Path) -> None:
    with Watched.start(variant="no_list_or_delete") as service:
        ran = _live(service, tmp_path, "--profile", "smoke")
        sent = len(service.seen)
    assert ran.status == 0, ran.output
    assert sent <= 60


# -- gate -----------------------------------------------------------------------------------------------------


def _nameless(run: Ran) -> list[str]:
    """What was sent without its names; a compressed body has its name inside."""
    return without_names([body for body in run.bodies() if "'gzip'" not in body], run.records("run")[0]["run_id"])


def test_two_gate_runs_send_the_same_bytes_in_the_same_order_with_other_names(gate_run: Ran, tmp_path: Path) -> None:
    again = run_suite(tmp_path, "--profile", "gate", env={"PYTHONHASHSEED": "2"})
    assert (gate_run.status, again.status) == (0, 0), again.output
    first, second = _nameless(gate_run), _nameless(again)
    assert len(first) > 1_000
    assert first == second
    assert gate_run.bodies() != again.bodies()


def test_a_gate_run_on_several_workers_sends_what_it_sends_on_one(gate_run: Ran, tmp_path: Path) -> None:
    spread = run_suite(tmp_path, "--profile", "gate", "-n", "2")
    assert spread.status == 0, spread.output
    assert (Counter(_nameless(gate_run)) - Counter(_nameless(spread))).total() <= 1


def test_a_gate_run_does_not_depend_on_projects_of_an_earlier_run(tmp_path: Path) -> None:
    chosen = ("--profile", "gate", "-k", "priority or valid_value or second_use or failed_before")
    with Watched.start() as service:
        first = _live(service, tmp_path, *chosen, "--keep-projects")
        left = service.remaining()
        second = _live(service, tmp_path, *chosen)
        at_the_end = service.remaining()
    assert (first.status, second.status) == (0, 0), second.output
    assert left > 50
    assert at_the_end == left, "projects of another run are left alone"
    assert _nameless(first) == _nameless(second)


def _begun_before_the_last_creation(ran: Ran) -> int:
    """Deletions that were begun before the run created its last project."""
    ledger = [json.loads(line) for line in (ran.folder / "ledger-main.ndjson").read_text().splitlines()]
    last = max(index for index, record in enumerate(ledger) if "intend" in record)
    return sum("deleting" in record for record in ledger[:last])


def test_the_cleanup_starts_during_the_tests_except_in_deterministic_runs(gate_run: Ran, tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "-k", "priority or valid_value or random", "--delay-ms", "10")
    assert ran.status == 0, ran.output
    (cleanup,) = ran.records("cleanup")
    assert cleanup["created"] == cleanup["deleted"] > 200
    assert _begun_before_the_last_creation(ran) > 100
    # Of the preflight, of tests that delete what they created, and one for each 50 creations.
    assert _begun_before_the_last_creation(gate_run) < 25


def test_gate_explores_nothing_at_random() -> None:
    profile = PROFILES["gate"]
    assert (profile.examples, profile.generated, profile.sequences, profile.connections) == (0, 0, 0, 1)


def test_run_ids_cannot_be_guessed() -> None:
    run_ids = {new_run_id() for _ in range(100)}
    assert len(run_ids) == 100
    assert len({len(run_id) for run_id in run_ids}) == 1


# -- default and nightly --------------------------------------------------------------------------------------


def test_a_run_has_a_new_seed_each_time_if_its_profile_explores(tmp_path: Path) -> None:
    chosen = ("-k", "failed_before")
    first, second = (run_suite(tmp_path / str(k), *chosen).records("run")[0] for k in (1, 2))
    assert first["seed"] != second["seed"]
    assert first["run_id"] != second["run_id"]
    assert [profile.name for profile in PROFILES.values() if profile.fresh_seed] == ["default", "nightly"]


def test_nightly_ends_with_its_time_and_keeps_its_verdict(tmp_path: Path) -> None:
    began = time.monotonic()
    ran = run_suite(tmp_path, "--profile", "nightly", "--max-time", "5")
    took = time.monotonic() - began
    assert ran.status == 0, ran.output
    assert took < 5 + 25
    assert len(ran.bodies()) > 10
    assert "the time of the run was over" in ran.output


def test_nightly_explores_sequences_of_operations(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "--profile", "nightly", "-k", "sequence", "--budget", "300", "--seed", "6")
    assert ran.status == 0, ran.output
    methods = Counter(record["case"].get("method", "POST") for record in ran.records("exchange"))
    assert methods["POST"] > methods["GET"] > 8
    assert methods["DELETE"] > 0


def test_a_sequence_finds_what_no_single_request_can(tmp_path: Path) -> None:
    fault = ("--fault", "fails_with_a_known_external_id")
    ran = run_suite(tmp_path, "--profile", "nightly", "-k", "sequence", "--seed", "7", "--budget", "1500", *fault)
    assert ran.status == 1, ran.output


def test_nightly_is_at_least_20_000_requests_of_every_kind() -> None:
    nightly = PROFILES["nightly"]
    # Valid, broken and unspecified bodies, and the near misses of two patterns.
    assert 5 * nightly.examples + nightly.generated + nightly.sequences * nightly.steps >= 20_000
    assert (nightly.strength, nightly.extra_states) == (3, 1)


def test_a_broken_promise_fails_a_gate(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "--profile", "gate", "--fault", "accepts_dot_in_display_name", "-k", "priority")
    assert ran.status == 1, ran.output


def test_the_announced_numbers_are_those_of_a_run(gate_run: Ran) -> None:
    created = gate_run.records("cleanup")[0]["created"]
    sent = len(gate_run.records("exchange"))  # without the deletions of the cleanup
    assert 0.75 <= PROFILES["gate"].requests / sent <= 1.33
    assert 0.75 <= PROFILES["gate"].projects / created <= 1.33
