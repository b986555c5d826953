"""The end of a run after problems with its output or options, or after Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.harness.pytest_plugin.interruption import interrupt_on_signals
from tests.selftest.suite_runs import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.end_to_end


def _suite(reports: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "tests/contract", "--reports", str(reports), *arguments]


def test_a_run_with_closed_output_cleans_up_and_ends_without_a_verdict(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            _suite(tmp_path, "--profile", "smoke"), cwd=ROOT, stdout=writer, stderr=writer, timeout=300, check=False
        )
    finally:
        os.close(writer)
    assert done.returncode == 3
    assert not list(tmp_path.glob("*/report.json")) or '"kept":[],"may_be_left":0' in "".join(
        path.read_text() for path in tmp_path.glob("latest/history-*")
    )


@pytest.mark.parametrize("profile", ["gate", "nightly"])
def test_a_profile_for_releases_does_not_test_the_mock_unless_requested(profile: str, tmp_path: Path) -> None:
    done = subprocess.run(
        _suite(tmp_path, "--profile", profile), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, list(tmp_path.iterdir())) == (4, [])
    assert "--allow-mock" in done.stderr


@pytest.mark.parametrize("option", ["--cache-show", "--fixtures-per-test", "--collect-only"])
def test_commands_that_only_print_begin_no_run(option: str, tmp_path: Path) -> None:
    done = subprocess.run(_suite(tmp_path, option), cwd=ROOT, capture_output=True, timeout=300, check=False)
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
