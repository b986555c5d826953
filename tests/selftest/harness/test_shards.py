"""Shards together send what one run sends, without overlap, and their histories become one report."""

from __future__ import annotations

import contextlib
import gzip
import json
import shutil
import socket
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from contracts.exchange import Case
from tests.harness.client.credentials import WrongUsage
from tests.harness.settings.options import read_shard
from tests.harness.settings.run_options import RunOptions
from tests.selftest.suite_runs import Ran, run_command, run_suite, without_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.end_to_end

SHARDS = 4
#: What a run sends for itself, whatever its part of the sets is: before the first test, and after the last.
_OWN = ("control",)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Ran]:
    folder = tmp_path_factory.mktemp("parts")

    def run(number: int) -> Ran:
        return run_suite(folder / str(number), "--profile", "gate", "--shard", f"{number}/{SHARDS}")

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(1, SHARDS + 1)))


def _cases(ran: Ran) -> Counter[str]:
    """How often each case of the sets was sent, whatever its unique name."""
    run_id = ran.records("run")[0]["run_id"]
    cases = [Case.from_json(record["case"]) for record in ran.records("exchange")]
    sent = [
        repr((case.case_set, case.headers, _plain(case.body or b"")))
        for case in cases
        if case.method == "POST" and case.case_set not in _OWN
    ]
    return Counter(without_names(sent, run_id))


def _posts(ran: Ran) -> int:
    return sum(record["case"].get("method", "POST") == "POST" for record in ran.records("exchange"))


def _plain(body: bytes) -> str:
    """The body with its names legible: without compression, and without the zeros of UTF-16 and UTF-32."""
    if body.startswith(b"\x1f\x8b"):
        body = gzip.decompress(body)
    return body.replace(b"\0", b"").decode("latin-1")


def test_every_shard_keeps_the_contract(parts: list[Ran]) -> None:
    assert [part.status for part in parts] == [0] * SHARDS, parts[0].output


def test_the_sum_of_the_shards_is_the_unsharded_run_case_by_case(gate_run: Ran, parts: list[Ran]) -> None:
    assert gate_run.status == 0, gate_run.output
    together: Counter[str] = Counter()
    for part in parts:
        together += _cases(part)
    expected = _cases(gate_run)
    assert together - expected == Counter()
    assert expected - together == Counter()
    assert sum(expected.values()) > 1_000


def test_no_shard_is_idle_or_does_most_of_the_work(parts: list[Ran]) -> None:
    sizes = [sum(_cases(part).values()) for part in parts]
    assert min(sizes) > sum(sizes) / SHARDS / 2
    assert max(sizes) < sum(sizes) / SHARDS * 2


def test_the_histories_of_all_shards_become_one_report_with_one_verdict(
    gate_run: Ran, parts: list[Ran], tmp_path: Path
) -> None:
    merged = run_command("report", *(part.folder for part in parts), "--output", tmp_path / "merged")
    assert merged.returncode == 0, merged.stdout + merged.stderr
    report = json.loads((tmp_path / "merged" / "report.json").read_text())
    alone = json.loads((gate_run.folder / "report.json").read_text())
    assert report["verdict"]["status"] == alone["verdict"]["status"]
    assert _states(report) == _states(alone)
    # Each shard has a preflight of its own with a creation, and final checks with another one if its last case was
    # refused.
    assert SHARDS - 1 <= sum(map(_posts, parts)) - _posts(gate_run) <= (SHARDS - 1) * 2
    assert report["requests"]["total"] == sum(len(part.records("exchange")) for part in parts)


def _states(report: dict[str, Any]) -> dict[str, str]:
    return {clause["id"]: clause["state"] for clause in report["clauses"]}


def test_a_finding_of_one_shard_is_the_finding_of_all(tmp_path: Path) -> None:
    chosen = ("--profile", "gate", "-k", "valid_value", "--fault", "lowers_external_id")
    runs = [run_suite(tmp_path / str(k), *chosen, "--shard", f"{k}/2") for k in (1, 2)]
    statuses = sorted(run.status for run in runs)
    assert 1 in statuses, runs[0].output
    merged = run_command("report", *(run.folder for run in runs), "--output", tmp_path / "merged")
    assert merged.returncode == 1, merged.stdout
    report = json.loads((tmp_path / "merged" / "report.json").read_text())
    assert {finding["clause"] for finding in report["findings"]} == {"response.201.externalId.echo"}


def test_each_shard_explores_with_a_seed_of_its_own() -> None:
    seeds = {RunOptions(seed=7, shard=(k, SHARDS)).exploration_seed for k in range(1, SHARDS + 1)}
    assert len(seeds) == SHARDS
    assert RunOptions(seed=7).exploration_seed == 7
    assert RunOptions(seed=7, shard=(2, 8)).exploration_seed == RunOptions(seed=7, shard=(2, 8)).exploration_seed


def test_shards_without_a_seed_split_the_same_sets(tmp_path: Path) -> None:
    runs = [run_suite(tmp_path / str(k), "-k", "failed_before", "--shard", f"{k}/2").records("run")[0] for k in (1, 2)]
    assert runs[0]["seed"] == runs[1]["seed"] > 20_000_000
    assert runs[0]["run_id"] != runs[1]["run_id"]


@pytest.mark.parametrize("shard", ["0/8", "9/8", "3", "a/b", "1/0"])
def test_only_parts_that_exist_are_shards(shard: str) -> None:
    assert read_shard("8/8") == (8, 8)
    with pytest.raises(WrongUsage, match="expected a part such as 3/8"):
        read_shard(shard)


def test_a_shard_that_does_not_exist_is_wrong_usage(tmp_path: Path) -> None:
    ran = run_suite(tmp_path, "--shard", "9/8")
    assert ran.status == 4
    assert "expected a part such as 3/8" in ran.output


# -- Redis ----------------------------------------------------------------------------------------------------


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """A Redis server of this test alone, where Debian's package redis-server is installed."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("redis-server is not installed (apt-get install redis-server): shards without a shared database")
    pytest.importorskip("redis", reason="the package redis is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def test_examples_found_by_one_shard_are_sent_first_by_the_other(tmp_path: Path, redis: str) -> None:
    chosen = ("-k", "near_miss and displayName", "--fault", "accepts_dot_in_display_name", "--examples", redis)
    one = run_suite(tmp_path / "1", *chosen, "--shard", "1/2", "--seed", "5")
    assert one.status == 1, one.output
    other = run_suite(tmp_path / "2", *chosen, "--shard", "2/2", "--seed", "5")
    assert other.status == 1, other.output
    first = next(r for r in other.records("exchange") if r["case"].get("case_set", "").startswith("pattern"))
    assert [finding["clause"] for finding in first.get("findings", ())] == ["request.displayName.pattern"]


def test_a_server_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    pytest.importorskip("redis", reason="the package redis is not installed")
    ran = run_suite(tmp_path, "--examples", "redis://:secretword@127.0.0.1:1/0")
    assert ran.status == 4
    assert "the Redis server at 127.0.0.1 cannot be used" in ran.output
    assert "secretword" not in ran.output


def test_the_password_of_the_server_is_in_no_report(tmp_path: Path, redis: str) -> None:
    from redis import Redis  # noqa: PLC0415  # only where there is a server

    Redis.from_url(redis).config_set("requirepass", "secretword")
    place = redis.replace("redis://", "redis://:secretword@")
    ran = run_suite(tmp_path, "-k", "failed_before", "--examples", place)
    assert ran.status == 0, ran.output
    written = [file for file in ran.folder.rglob("*") if file.is_file()]
    assert len(written) > 5
    assert [file.name for file in written if b"secretword" in file.read_bytes()] == []
