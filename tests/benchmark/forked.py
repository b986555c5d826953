"""Runs of the suite in forked children of a process with all imports, which saves the time of the start.

A child calls ``pytest.main`` with an ordinary command line; only the imports are shared.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
import traceback
from typing import TYPE_CHECKING, Final

from tests.benchmark.served import KEY, KEY_VARIABLE, ROOT
from tests.harness.generation.case_prefetcher import GENERATED, CasePrefetcher
from tests.harness.settings.run_options import RunOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_IMPORTED: Final = (
    *(
        "pytest",
        "hypothesis",
        "requests",
        "strategies.cases.priority_cases",
        "strategies.valid_bodies",
        "strategies.adversarial_bodies",
    ),
    *("tests.harness.run", "tests.harness.driver", "tests.harness.pytest_plugin.reporting", "reports.html"),
    # What a run imports on demand.
    *("jinja2", "xdist.plugin", "tests.harness.replay"),
)


#: The time limit of a run in seconds, for a busy machine.
TIMEOUT: Final = 600.0


def run_below(folder: Path) -> Path:
    """The folder of the only run with reports below ``folder``; raises RuntimeError if there is no report."""
    for report in folder.glob("*/report.json"):
        if not report.parent.is_symlink():
            return report.parent
    output = folder / "output.txt"
    raise RuntimeError(f"no report: {output.read_text()[-1_000:] if output.exists() else 'and no output'}")


def preload() -> None:
    """Import what every run needs, once, in the parent process."""
    for name in _IMPORTED:
        importlib.import_module(name)
    # schemathesis imports most of its modules when it generates its first cases.
    CasePrefetcher(RunOptions(), ahead=False).cases(GENERATED)


def run_forked(base_url: str, folder: Path, *arguments: str, timeout: float = TIMEOUT) -> int:
    """Run the suite against a service in a forked child; returns its exit status, 124 after a timeout.

    Args:
        base_url: The address of the service.
        folder: The folder of its reports, its example database and its output (``output.txt``).
        arguments: Further options.
        timeout: The time limit in seconds.
    """
    command = ["tests/contract", "--target", "live", "--base-url", base_url, "--reports", str(folder), "-q"]
    command += ["--examples", f"{folder}/examples", "-p", "no:cacheprovider", *arguments]
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _become_pytest(command, folder / "output.txt")
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 124


def _become_pytest(arguments: Sequence[str], output: Path) -> None:
    """Never returns: the child ends with pytest's exit status."""
    status = 70
    try:
        target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(target, 1)
        os.dup2(target, 2)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
        os.environ[KEY_VARIABLE] = KEY
        os.chdir(ROOT)
        import pytest  # noqa: PLC0415  # imported before the fork

        # Assertions of imported modules cannot be rewritten, which the suite does not need.
        status = int(pytest.main(["--assert=plain", *arguments]))
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001  # a child must not go on as its parent
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)
