"""The start of a run: announces what it will do, and ends it if nothing can be verified."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from contracts.verdict import ExitStatus
from reports.terminal import print_summary
from tests.harness.client.credentials import WrongUsage
from tests.harness.client.target import NoVerdict
from tests.harness.pytest_plugin.interruption import INTERRUPTED
from tests.harness.pytest_plugin.reporting import write_reports
from tests.harness.replay import Replay, load_replay
from tests.harness.run import TestRun
from tests.harness.settings.run_options import MAIN

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.secrets import Secrets
    from tests.harness.settings.run_options import RunOptions


def begin(options: RunOptions, secrets: Secrets, reports: Path, command: str, *, parallel: bool) -> TestRun | int:
    """Begin a run; return it, or the exit status if it cannot continue."""
    test_run = TestRun(options, secrets, MAIN, parallel=parallel)
    test_run.prepare_ahead()
    reason = _begun(test_run, reports, command)
    if not reason:
        return test_run
    test_run.reason = test_run.reason or reason
    test_run.finish()
    test_run.close()
    folder = test_run.options.folder
    summary = write_reports(folder, options.load_deviations())
    print_summary(summary, sys.stdout, folder / "index.html")
    return int(summary.status)


def _begun(test_run: TestRun, reports: Path, command: str, *, latest: bool = True) -> str:
    """Begin; return why the run cannot continue, or nothing."""
    test_run.begin(reports, command, latest=latest)
    print(
        announcement(test_run.options)
        if latest
        else f"{test_run.options.target} {test_run.options.base_url}: one case",
        flush=True,
    )
    try:
        test_run.preflight()
    except NoVerdict as problem:
        return str(problem)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as problem:  # noqa: BLE001  # whatever it is, what was created must be deleted
        return test_run.secrets.redact_text(f"the preflight failed: {type(problem).__name__}: {problem}")
    return ""


def announcement(options: RunOptions) -> str:
    """One sentence: where requests will go, how many, and what happens to what they create."""
    profile = options.settings
    budget = options.budget
    requests, projects = profile.requests, profile.projects
    if options.shard[1] > 1:
        requests, projects = requests // options.shard[1], projects // options.shard[1]
    total = requests + projects
    bound = ""
    if budget is not None and budget < total:
        requests, projects = budget * requests // total, budget * projects // total
    if budget is not None:
        bound = f"; no more than {budget:,} requests in all, deletions included"
    pace = f", no more than {options.rate:g} a second" if options.rate is not None else ""
    fate = "created and kept" if options.keep_projects else "created and deleted"
    amount = f"about {requests:,} requests{pace}, about {projects:,} projects {fate}"
    return f"{options.target} {options.base_url}: {amount}{bound}"


def replay(options: RunOptions, secrets: Secrets, reports: Path, run: Path, identifier: str) -> int:
    """Replay a finding and report the result: 0 no longer broken, 1 still broken, 3 no verdict.

    Raises WrongUsage if the run or the finding is unknown.
    """
    if not identifier or not run.name:
        raise WrongUsage("--replay FINDING and --run DIR go together: the finding's name, and the folder of its run")
    task = load_replay(run, identifier)
    test_run = TestRun(options, secrets, MAIN, parallel=False)
    reason = _begun(test_run, reports, f"contract replay {identifier} --run {run}", latest=False)
    status, sentence = ExitStatus.NO_VERDICT, reason
    try:
        if not reason:
            status, sentence = _replayed(test_run, task)
    finally:
        test_run.reason = test_run.reason or "a replay verifies one case only"
        test_run.finish()
        test_run.close()
    print(f"{identifier}: {secrets.redact_text(sentence)}")
    return int(status)


def _replayed(test_run: TestRun, task: Replay) -> tuple[ExitStatus, str]:
    try:
        return task.send(test_run.driver)
    except NoVerdict as problem:
        return ExitStatus.NO_VERDICT, f"no verdict: {problem}"
    except KeyboardInterrupt:
        return ExitStatus.NO_VERDICT, INTERRUPTED
