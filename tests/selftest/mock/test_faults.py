"""Every fault is described, breaks a clause, and changes a response of the mock."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from typing import Any

import pytest

from contracts.clauses import catalogue
from contracts.document import load_contract
from tests.mock.cli import CONTRACT
from tests.mock.connection import Connection
from tests.mock.registry import Fault, faults
from tests.mock.server import built
from tests.selftest.mock.fault_probes import KEY, Client, Probe, Run, answers, overlapping_answers
from tests.selftest.mock.fault_requests import OVERLAPPING, PROBES, ordinary

FAULTS = faults()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    async def pause(connection: Connection, seconds: float) -> None:
        if seconds >= 1:
            await connection.gone()

    monkeypatch.setattr(Connection, "pause", pause)


def _client(fault: str | None = None) -> Client:
    return Client(built(contract=CONTRACT, key=KEY, fault=fault))


async def _all(run: Run, probes: list[Probe], fault: str | None = None) -> list[tuple[Probe | str, Any]]:
    return [pair async for pair in run(_client(fault), probes)]


CLEAN = asyncio.run(_all(answers, PROBES))
CLEAN_OVERLAPPING = asyncio.run(_all(overlapping_answers, OVERLAPPING))


async def _difference(fault: Fault) -> tuple[Probe | str, Any, Any] | None:
    run, probes, clean = (answers, PROBES, CLEAN)
    if fault.overlap:
        run, probes, clean = (overlapping_answers, OVERLAPPING, CLEAN_OVERLAPPING)
    expected = iter(clean)
    async for probe, answer in run(_client(fault.name), probes):
        wanted = next(expected, (probe, None))[1]
        if answer != wanted:
            return probe, wanted, answer
    return None


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_makes_the_mock_answer_differently(name: str) -> None:
    found = asyncio.run(_difference(FAULTS[name]))
    assert found is not None, f"{name}: no probe shows it"


def test_the_clean_mock_answers_the_same_twice() -> None:
    assert asyncio.run(_all(answers, PROBES)) == CLEAN
    assert asyncio.run(_all(overlapping_answers, OVERLAPPING)) == CLEAN_OVERLAPPING


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.overlap])
def test_a_fault_of_overlap_is_silent_without_overlap(name: str) -> None:
    alone, clean = (asyncio.run(_all(answers, ordinary(20, "alone"), fault)) for fault in (name, None))
    # The last two are a deletion and a creation afterwards, which a count of projects follows.
    assert alone[:-2] == clean[:-2]


def test_every_fault_is_described() -> None:
    for name, fault in FAULTS.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]{5,75}", name)
        assert re.fullmatch(r"[A-Z].{8,140}", fault.description), name


def test_every_promise_of_a_service_has_a_fault() -> None:
    # What only the end of a run shows depends on how long the run is: no fault can know.
    expected = {clause for clause in catalogue(load_contract()) if not clause.startswith("advisory.")} - {
        "state.recovers"
    }
    assert {fault.breaks for fault in FAULTS.values()} == expected


def test_the_list_of_faults_names_each_of_them() -> None:
    command = [sys.executable, "-m", "tests.mock", "--list-faults"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout
    lines = {line.split(" [")[0] for line in printed.splitlines()}
    assert FAULTS.keys() <= lines
    assert f"{len(FAULTS)} faults" in printed
