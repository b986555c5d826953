"""Whole runs that cannot write their output, or not all of it, or are interrupted through tox."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from contracts.verdict import ExitStatus
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, ROOT, Started, cleanup, live, start_suite, suite, team_projects, wait_until
from tests.selftest.unruly_server import UnrulyServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.selftest.unruly_server import Seen

pytestmark = pytest.mark.end_to_end

RUN = ("--target", "live", "--budget", "300")


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("-f 80", "cannot be written"),  # kilobytes of a file: what a full disk does
        ("-n 32", "No verdict: Too many open files"),
    ],
)
def test_a_run_that_may_not_write_or_open_files_cleans_up(tmp_path: Path, limit: str, words: str) -> None:
    (tmp_path / "runs").mkdir()
    limited = ["bash", "-c", f'ulimit {limit}; exec "$@"', "limited", sys.executable, "-m", "pytest", "tests/contract"]
    limited += ["-p", "no:cacheprovider", "--reports", str(tmp_path / "runs"), "--examples", str(tmp_path / "examples")]
    # The delay keeps all connections in use at once: how many are opened must not depend on the machine.
    with MockProcess.start(key=KEY, delay_ms=15) as mock:
        limited += [*RUN, "--base-url", mock.base_url, "--connections", "20", "--patience", "2"]
        run = Started(limited, tmp_path, {"ACTIVEPIECES_API_KEY": KEY}).end()
        left = team_projects(mock.base_url)
    # Fewer connections need fewer files: the run may go on.
    is_kept = run.status == ExitStatus.KEPT and limit.startswith("-n")
    assert is_kept or (run.status == ExitStatus.NO_VERDICT and words in run.out + run.err), run.out + run.err
    assert "Traceback" not in run.err
    assert left == 0


def test_a_run_whose_folder_is_removed_cleans_up(service: str, tmp_path: Path) -> None:
    is_removed = threading.Event()

    def wait_for_removal(seen: Seen) -> None:
        if seen.number > 60:
            is_removed.wait(30)

    with UnrulyServer(service, wait_for_removal) as server:
        started = start_suite(tmp_path, *RUN, "--base-url", server.base_url, "--max-response-time", "40")
        wait_until(lambda: len(server.requests) > 60)
        shutil.rmtree(tmp_path / "runs")
        is_removed.set()
        run = started.end()
    assert run.status == ExitStatus.NO_VERDICT, run.out + run.err
    assert "the reports cannot be written" in run.err
    assert team_projects(service) == 0


@pytest.mark.parametrize("output", ["a full device", "a reader that is gone"])
def test_a_run_that_cannot_print_cleans_up(service: str, tmp_path: Path, output: str) -> None:
    if output == "a full device":
        out = os.open("/dev/full", os.O_WRONLY)
    else:
        reads, out = os.pipe()
        os.close(reads)
    try:
        run = start_suite(tmp_path, *RUN, "--base-url", service, out=out).end()
    finally:
        os.close(out)
    assert run.status == ExitStatus.NO_VERDICT, run.err
    assert team_projects(service) == 0


def test_a_closed_terminal_is_noticed_also_if_nothing_is_left_to_flush() -> None:
    terminal, out = pty.openpty()
    words = "import sys; from tests.harness.pytest_plugin import guard; sys.stdin.read(); guard.discard_lost_output()"
    process = subprocess.Popen(
        [sys.executable, "-c", f"{words}; print('the last words', flush=True)"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=out,
    )
    os.close(out)
    os.close(terminal)
    process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize("requests", [2, 80])
def test_impatient_presses_of_ctrl_c_end_a_run_without_a_verdict(service: str, tmp_path: Path, requests: int) -> None:
    with UnrulyServer(service) as server:
        # So slowly that most of the run is still to come, also on a fast machine.
        started = start_suite(tmp_path, *RUN, "--base-url", server.base_url, "--rate", "60")
        wait_until(lambda: len(server.requests) > requests)
        for _ in range(6):
            started.signal(signal.SIGINT)
            time.sleep(0.05)
        run = started.end()
    assert run.status == ExitStatus.NO_VERDICT, run.out + run.err
    assert "Traceback" not in run.err
    assert team_projects(service) == 0


@pytest.mark.skipif(shutil.which("tox") is None, reason="tox is not installed")
def test_ctrl_c_on_tox_waits_for_the_cleanup(service: str, tmp_path: Path) -> None:
    here = [f"-x=testenv:live.commands={sys.executable} -m pytest tests/contract --target live {{posargs}}"]
    here += ["-x=testenv:live.package=skip", "-x=testenv:live.allowlist_externals=*"]
    command = ["tox", "run", "-e", "live", "--workdir", str(tmp_path / "tox"), *here, "--"]
    with UnrulyServer(service) as server:
        command += ["--base-url", server.base_url, "--reports", str(tmp_path / "runs"), "--rate", "80"]
        started = Started(command, tmp_path, {"ACTIVEPIECES_API_KEY": KEY})
        wait_until(lambda: len(server.creations) > 60)
        started.signal(signal.SIGINT, group=True)  # as a terminal does: tox and pytest both get it
        run = started.end()
    assert run.status != 0
    assert team_projects(service) == 0
    assert (run.run / "report.json").is_file(), "the reports are written too"


def test_the_cleanup_command_reads_damaged_ledgers_and_prints_any_id(service: str, tmp_path: Path) -> None:
    run = suite(tmp_path, *RUN, "--base-url", service, "--keep-projects", "--profile", "smoke").run
    with (run / "ledger-main.ndjson").open("ab") as ledger:
        ledger.write(b'\x00\x00\x00\n{"finished": []}\n' + b"[" * 100_000 + b'\n{"existing": [{}], "complete": true}\n')
        ledger.write(b'{"intend": 7000, "sent": {"names": 5, "display_name": null, "started": "x"}}\n')
        ledger.write(json.dumps({"found": "\ud800\u202e", "signs": "values+time"}).encode() + b"\n{")
    (run / "ledger-cleanup.ndjson").unlink()
    done = cleanup(tmp_path, run, "--base-url", service)
    assert done.status == 1, done.out + done.err
    assert "\\ud800\\u202e: an id that is not safe in a URL" in done.out
    assert "6 lines of the ledger cannot be read" in done.out
    assert not done.err
    assert team_projects(service) == 0


def test_the_summary_keeps_its_lines_if_the_encoding_lacks_characters(tmp_path: Path) -> None:
    with MockProcess.start(key=KEY, fault="accepts_dot_in_display_name") as mock:
        run = suite(tmp_path, *live(mock.base_url), PYTHONIOENCODING="ascii")
    assert run.status == ExitStatus.BROKEN
    assert "\nThe contract is broken: 1 finding.\n" in run.out
    assert re.search(r"\nreport: \S+index\.html\n", run.out)
