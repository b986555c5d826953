"""How a run ends when its output, its options or its user get in the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import requests

from contracts.json_text import loads_lenient
from tests.harness.interruption import interrupt_on_signals
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, start_suite
from tests.selftest.suite_runs import ROOT
from tests.selftest.unruly_server import Seen, UnrulyServer

if TYPE_CHECKING:
    from pathlib import Path


def _suite(reports: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "tests/contract", "--reports", str(reports), *arguments]


def test_a_run_whose_output_nobody_reads_cleans_up_and_ends_without_a_verdict(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(  # noqa: S603  # our own suite
            _suite(tmp_path, "--profile", "smoke"), cwd=ROOT, stdout=writer, stderr=writer, timeout=120, check=False
        )
    finally:
        os.close(writer)
    assert done.returncode == 3
    assert not list(tmp_path.glob("*/report.json")) or '"kept":[],"may_be_left":0' in "".join(
        path.read_text() for path in tmp_path.glob("latest/history-*")
    )


@pytest.mark.parametrize("profile", ["gate", "nightly"])
def test_a_profile_for_releases_does_not_test_the_mock_unasked(profile: str, tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  # our own suite
        _suite(tmp_path, "--profile", profile), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, list(tmp_path.iterdir())) == (4, [])
    assert "--allow-mock" in done.stderr


@pytest.mark.parametrize("option", ["--cache-show", "--fixtures-per-test", "--collect-only"])
def test_commands_that_only_print_begin_no_run(option: str, tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  # our own suite
        _suite(tmp_path, option), cwd=ROOT, capture_output=True, timeout=120, check=False
    )
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])


def test_signals_in_quick_succession_interrupt_once() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        interrupt_on_signals()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        time.sleep(0.01)
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _projects(base_url: str) -> set[str]:
    """The ids of the projects on a service."""
    found: set[str] = set()
    cursor: str | None = ""
    while cursor is not None:
        answer = requests.get(
            f"{base_url}/v1/projects",
            {"limit": "100", **({"cursor": cursor} if cursor else {})},
            headers={"Authorization": f"Bearer {KEY}"},
            timeout=10,
        )
        page = loads_lenient(answer.content)
        found |= {project["id"] for project in page["data"]}
        cursor = page.get("next")
    return found


def test_a_run_whose_folder_is_removed_deletes_what_it_created(tmp_path: Path) -> None:
    with MockProcess.start(key=KEY) as mock:
        before = _projects(mock.base_url)

        def behave(seen: Seen) -> None:
            if seen.number == 120:
                shutil.rmtree(tmp_path / "runs")

        with UnrulyServer(mock.base_url, behave) as server:
            done = start_suite(tmp_path, "--target", "live", "--base-url", server.base_url).end(60)
        assert done.status == 3, done.out + done.err
        assert _projects(mock.base_url) == before
        assert "deleted, 0 are left, 0 may be left" in done.out + done.err


def test_a_run_whose_disk_is_full_deletes_what_it_created_and_creates_no_more(tmp_path: Path) -> None:
    limited = (
        "import os, resource, sys;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000));"
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    with MockProcess.start(key=KEY) as mock:
        before = _projects(mock.base_url)
        suite = _suite(tmp_path / "runs", "--target", "live", "--base-url", mock.base_url, "-p", "no:cacheprovider")
        done = subprocess.run(  # noqa: S603  # our own suite
            [sys.executable, "-c", limited, *suite[1:]],
            cwd=ROOT,
            env={**os.environ, "ACTIVEPIECES_API_KEY": KEY, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 3, done.stdout + done.stderr
        assert _projects(mock.base_url) == before
