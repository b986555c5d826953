"""Whole runs against a live service: what they send and what they leave, however they end."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from contracts.verdict import ExitStatus
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, children_of, cleanup, listed, live, start_suite, suite, wait_until
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, close, json_answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.selftest.live_runs import Process

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def slow_service() -> Iterator[str]:
    """A service that takes its time, so that a run can be ended in the middle."""
    with MockProcess.start(key=KEY, delay_ms=60, fault="accepts_dot_in_display_name") as mock:
        yield mock.base_url


def _listed(base_url: str) -> list[str]:
    """Every project but the one of the platform's owner."""
    return [project["id"] for project in listed(base_url) if project["type"] != "PERSONAL"]


def _notes(process: Process) -> list[dict[str, object]]:
    lines = (process.run / "history-main.ndjson").read_text().splitlines()
    return [record for record in map(json.loads, lines) if record["type"] == "cleanup"]


# -- budget and pace ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("budget", "workers"), [(20, 0), (45, 0), (150, 2), (241, 0)])
def test_a_run_sends_no_request_more_than_its_budget(service: str, tmp_path: Path, budget: int, workers: int) -> None:
    with UnrulyServer(service) as server:
        arguments = live(server.base_url, "--profile", "default", "--budget", str(budget))
        run = suite(tmp_path, *arguments, *(("-n", str(workers)) if workers else ()))
        assert run.status == ExitStatus.KEPT, run.out + run.err
        assert len(server.requests) <= budget
        assert len(server.requests) > 0.7 * budget, "a budget is there to be used"
        assert f"no more than {budget} requests in all" in run.out
        assert re.search(rf"\d+ requests sent of at most {budget} · 0 findings · \d+ s", run.out)
        said = re.search(rf"budget of {budget} requests is spent: (\d+) of \d+\s+tests were cut", run.out)
        assert said is not None
        assert int(said[1]) > 20
    assert not _listed(service)


def test_a_failing_run_at_the_end_of_its_budget_deletes_what_it_created(slow_service: str, tmp_path: Path) -> None:
    with UnrulyServer(slow_service) as server:
        run = suite(tmp_path, *live(server.base_url, "--budget", "60", "--connections", "16"))
        assert run.status == ExitStatus.BROKEN
        assert len(server.requests) <= 60
    assert not _listed(slow_service)
    (record,) = _notes(run)
    assert (record["deleted"], record["kept"]) == (record["created"], [])


def test_a_run_keeps_its_pace_over_all_workers(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        suite(tmp_path, *live(server.base_url, "--profile", "default", "--budget", "70", "--rate", "20"), "-n", "2")
        times = sorted(seen.at for seen in server.requests)
    for window in (1, 2):
        most = max(sum(1 for other in times if at <= other < at + window) for at in times)
        assert most <= 20 * (window + 0.4), "on a busy machine some are late on their way"
    late = times[-30:]
    assert len(late) / (late[-1] - late[0]) > 2, "a pace is there to be kept"


def test_progress_is_one_line_that_is_rewritten_in_a_terminal(slow_service: str, tmp_path: Path) -> None:
    terminal, inside = pty.openpty()
    started = start_suite(tmp_path, *live(slow_service, "--rate", "30"), out=inside, TERM="xterm")
    os.close(inside)
    shown = b""
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
    except OSError:  # what Linux says at the end of a terminal
        started.end()
    os.close(terminal)
    line = r"\r\x1b\[K(\d+)% · (\d+) requests sent of at most \d+ · (\d) findings? · \d+ s · (\w[^\r]*)"
    lines = re.findall(line, shown.decode())
    assert len(lines) > 3
    assert int(lines[0][1]) < int(lines[-1][1]), "it moves on"
    shares = [int(share) for share, *_ in lines]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert lines[-1][2] != "0"
    assert lines[-1][3].startswith("final checks")
    assert b"test_priority_cases.py ." not in shown


# -- however it ends ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "workers", "group"),
    [(signal.SIGINT, 0, False), (signal.SIGTERM, 0, False), (signal.SIGINT, 2, True), (signal.SIGTERM, 2, False)],
    ids=["Ctrl-C", "SIGTERM", "Ctrl-C with workers", "SIGTERM with workers"],
)
def test_an_interrupted_run_leaves_no_projects(
    slow_service: str, tmp_path: Path, number: int, workers: int, *, group: bool
) -> None:
    with UnrulyServer(slow_service) as server:
        parallel = ("-n", str(workers)) if workers else ()
        started = start_suite(tmp_path, *live(server.base_url, "--profile", "default"), *parallel)
        wait_until(lambda: len(server.creations) > 60)
        started.signal(number, group=group)
        run = started.end()
        assert run.status == ExitStatus.BROKEN, "a dot was accepted before the end"
        assert "The run did not finish: the run was interrupted" in " ".join(run.out.split())
    assert not _listed(slow_service)
    (record,) = _notes(run)
    assert record["deleted"] == record["created"]


def test_an_interrupted_run_without_a_finding_has_no_verdict(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        started = start_suite(tmp_path, *live(server.base_url, "--profile", "default", "--rate", "40"))
        wait_until(lambda: len(server.creations) > 20)
        started.signal(signal.SIGINT)
        run = started.end()
        assert run.status == ExitStatus.NO_VERDICT
        assert "the run was interrupted" in run.out
    assert not _listed(service)


def test_an_interrupted_cleanup_says_how_many_projects_are_left_and_how_to_delete_them(
    service: str, tmp_path: Path
) -> None:
    def behave(seen: Seen) -> Writes | None:
        if seen.method == "DELETE" and len(server.creations) > 20:
            time.sleep(2.0)
        return None

    with UnrulyServer(service) as server:
        server.behave = behave
        started = start_suite(tmp_path, *live(server.base_url, "--profile", "default", "--rate", "60"))
        wait_until(lambda: len(server.creations) > 30)
        started.signal(signal.SIGINT)
        before = len(server.requests)
        wait_until(lambda: any(seen.method == "DELETE" for seen in server.requests[before:]))
        for pause in (2.5, 2.5):  # presses within two seconds count as one
            started.signal(signal.SIGINT)
            time.sleep(pause)
        run = started.end()
    left = len(_listed(service))
    assert left > 0, run.out + run.err
    assert f"the cleanup was interrupted, {left} projects left; to delete them: contract cleanup" in " ".join(
        run.out.split()
    )
    assert f"{left} projects left; to delete them" in run.err
    assert cleanup(tmp_path, run.run, "--base-url", service).status == 0
    assert not _listed(service)


def test_a_run_with_a_killed_worker_leaves_no_projects_and_has_no_verdict(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        arguments = live(server.base_url, "--profile", "default", "--budget", "300", "--rate", "60")
        started = start_suite(tmp_path, *arguments, "-n", "2")
        wait_until(lambda: len(server.creations) > 40)
        os.kill(next(children_of(started.pid)), signal.SIGKILL)
        run = started.end()
        assert run.status == ExitStatus.NO_VERDICT, run.out + run.err
        assert "ended unexpectedly" in run.out
        assert len(server.requests) <= 300
    assert not _listed(service)


def test_after_kill_9_one_command_deletes_everything_lost_answers_included(slow_service: str, tmp_path: Path) -> None:
    with UnrulyServer(slow_service) as server:
        lost: list[int] = []

        def behave(seen: Seen) -> Writes | None:
            # Stored, and the response is on its way for ever.
            if seen.creates and len(lost) < 3 and seen.number > 20 and server.forward(seen)[0] == 201:
                lost.append(seen.number)
                return close()
            return None

        server.behave = behave
        started = start_suite(tmp_path, *live(server.base_url, "--profile", "default"), "-n", "2")
        wait_until(lambda: len(server.creations) > 80)
        started.signal(signal.SIGKILL)
        run = started.end()
        assert run.status == -signal.SIGKILL
        wait_until(lambda: server.is_quiet)  # the workers notice it and end
        left = len(_listed(slow_service))
        assert left > 10
        done = cleanup(tmp_path, run.run, "--base-url", server.base_url)
        assert done.status == 0, done.out + done.err
        assert lost
    assert not _listed(slow_service)
    again = cleanup(tmp_path, run.run, "--base-url", slow_service)
    assert again.status == 0
    assert re.search(r"(\d+) projects created at \S+, \1 deleted, 0 left", again.out)


def test_gates_are_disturbed_neither_by_a_killed_one_nor_by_each_other(service: str, tmp_path: Path) -> None:
    gate = ("--target", "live", "--profile", "gate", "--budget", "500", "--base-url")
    with UnrulyServer(service) as server:
        killed = start_suite(tmp_path / "killed", *gate, server.base_url, "--rate", "60")
        wait_until(lambda: len(server.creations) > 60)
        killed.signal(signal.SIGKILL, group=True)
        left = killed.end().run
        wait_until(lambda: server.is_quiet)
    before = set(_listed(service))
    assert before
    running = [start_suite(tmp_path / name, *gate, service) for name in ("one", "other")]
    for run in [started.end() for started in running]:
        assert run.status == ExitStatus.KEPT, run.out + run.err
    assert set(_listed(service)) == before, "what another run left is not theirs"
    assert cleanup(tmp_path, left, "--base-url", service).status == 0
    assert not _listed(service)


# -- services that do not delete ----------------------------------------------------------------------------


def test_a_service_without_delete_gets_few_deletions_and_remaining_projects_are_listed(
    service: str, tmp_path: Path
) -> None:
    def behave(seen: Seen) -> Writes | None:
        return json_answer(404, '{"statusCode":404,"error":"Not Found"}') if seen.method == "DELETE" else None

    with UnrulyServer(service, behave) as server:
        run = suite(tmp_path, *live(server.base_url))
        assert run.status == ExitStatus.KEPT
        assert "the service has no delete (status 404)" in run.out
        (record,) = _notes(run)
        assert isinstance(record["kept"], list)
        assert (record["deleted"], len(record["kept"])) == (0, record["created"])
        assert len([seen for seen in server.requests if seen.method == "DELETE"]) < 12
        assert cleanup(tmp_path, run.run, "--base-url", server.base_url).status == 1
    assert cleanup(tmp_path, run.run, "--base-url", service).status == 0
    assert not _listed(service)


def test_failed_deletions_are_repeated_and_remaining_projects_are_listed(service: str, tmp_path: Path) -> None:
    failed: set[str] = set()
    never: list[str] = []
    lock = threading.Lock()

    def behave(seen: Seen) -> Writes | None:
        if seen.method != "DELETE":
            return None
        with lock:
            if len(failed) == 5 and not never:
                never.append(seen.path)
            if seen.path in never or seen.path not in failed:
                failed.add(seen.path)
                return json_answer(500, "{}")
        return None

    with UnrulyServer(service, behave) as server:
        run = suite(tmp_path, *live(server.base_url, "--budget", "200"))
        (record,) = _notes(run)
        assert record["kept"] == [{"id": never[0].rpartition("/")[2], "why": "delete fails: status 500"}]
        assert record["created"] == record["deleted"] + 1  # type: ignore[operator]
        assert "contract cleanup" in run.out
    assert cleanup(tmp_path, run.run, "--base-url", service).status == 0
    assert not _listed(service)


def test_projects_are_kept_if_requested(service: str, tmp_path: Path) -> None:
    run = suite(tmp_path, *live(service, "--keep-projects"))
    (record,) = _notes(run)
    assert isinstance(record["kept"], list)
    kept = {entry["id"] for entry in record["kept"]}
    assert len(kept) > 5
    assert kept <= set(_listed(service))
    assert "created and kept" in run.out
    assert cleanup(tmp_path, run.run).status == 4, "the key is sent to no address that a file names"
    assert cleanup(tmp_path, run.run, "--base-url", service).status == 0
    assert not _listed(service)
