"""Begins a run from the configuration of pytest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contracts.corpus import CorpusError
from contracts.deviations import DeviationError
from contracts.openapi.document_text import DocumentError
from tests.harness import run_setup
from tests.harness.client.credentials import WrongUsage
from tests.harness.invocation import printed_command
from tests.harness.settings.options import effective_options, output_folder, read_options

if TYPE_CHECKING:
    from contracts.deviations import Deviations
    from tests.harness.run import TestRun


def begin(config: pytest.Config) -> int | tuple[TestRun, Deviations]:
    """Begin the run that the options describe.

    Returns:
        The run with its known deviations; or an exit status, if there is nothing (more) to do.

    Raises:
        pytest.UsageError: The options, or a file that they name, cannot be used.
    """
    try:
        return _begin(config)
    except (WrongUsage, DocumentError, DeviationError, CorpusError) as problem:
        raise pytest.UsageError(str(problem)) from None


def _begin(config: pytest.Config) -> int | tuple[TestRun, Deviations]:
    options, secrets = read_options(config)
    if config.getoption("--show-config"):
        print(effective_options(config))
        return 0
    reports = output_folder(config) / config.getoption("--reports")
    finding, run = config.getoption("--replay") or "", config.getoption("--run") or ""
    if finding or run:
        return run_setup.replay(options, secrets, reports, Path(run), finding)
    if getattr(config.option, "dist", "no") == "each":
        raise WrongUsage("--dist each sends every request once from each worker; use another distribution, or -n alone")
    deviations = options.load_deviations()
    command = printed_command([*map(str, config.invocation_params.args)])
    parallel = bool(getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None))
    test_run = run_setup.begin(options, secrets, reports, command, parallel=parallel)
    return test_run if isinstance(test_run, int) else (test_run, deviations)
