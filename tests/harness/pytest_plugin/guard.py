"""Protects the exit status and the cleanup of a run against errors of pytest, the disk and the output."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from typing import TYPE_CHECKING

from contracts.verdict import ExitStatus

if TYPE_CHECKING:
    from contracts.deviations import Deviations
    from tests.harness.run import TestRun


def report_crash(problem: BaseException) -> int:
    """Print one line about an uncaught error; return exit status 3, because Python's own 1 means a broken promise."""
    with contextlib.suppress(OSError, ValueError):
        # The messages of other errors may contain the key.
        words = problem.strerror if isinstance(problem, OSError) else None
        print(f"No verdict: {words or type(problem).__name__}", file=sys.stderr, flush=True)
    return int(ExitStatus.NO_VERDICT)


def discard_lost_output() -> None:
    """Redirect a closed output to the null device; otherwise Python ends with 1 or 120."""
    for number, streams in ((1, (sys.stdout, sys.__stdout__)), (2, (sys.stderr, sys.__stderr__))):
        for stream in streams:
            try:
                if stream is not None:
                    stream.flush()
                    if is_lost(number):  # also if nothing is left to flush
                        raise BrokenPipeError
            except (OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def is_lost(number: int) -> bool:
    """Whether an output is a closed terminal, or a pipe that nobody reads any more."""
    poll = select.poll()
    poll.register(number, 0)
    return any(events & (select.POLLERR | select.POLLHUP | select.POLLNVAL) for _, events in poll.poll(0))


def finish_run(test_run: TestRun, deviations: Deviations) -> None:
    """Clean up and write the reports if pytest did not get that far."""
    if test_run.is_finished:
        return
    from tests.harness.pytest_plugin.reporting import write_reports  # noqa: PLC0415  # a run that ends as it should needs none here

    test_run.reason = test_run.reason or "pytest failed"
    test_run.finish()
    test_run.close()
    with contextlib.suppress(Exception):  # the disk may be full; the exit status shows that there is no verdict
        write_reports(test_run.options.folder, deviations)
