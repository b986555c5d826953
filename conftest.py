"""Makes a pytest session a run of the suite: options, begin, end, and plugins."""

from __future__ import annotations

import atexit
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# What is imported lives until the end, and hardly any garbage is cyclic: spare the collector the search.
gc.freeze()
gc.set_threshold(50_000)

from contracts.corpus import CorpusError
from contracts.deviations import DeviationError
from contracts.findings import Level
from contracts.openapi.document_text import DocumentError
from contracts.secrets import Secrets
from contracts.verdict import ExitStatus
from tests.harness.client.credentials import WrongUsage, inherited_key
from tests.harness.interruption import ignore_signals
from tests.harness.invocation import HARMLESS, names_suite, printed_command
from tests.harness.options import add_options, effective_options, output_folder, read_options
from tests.harness.pytest_guard import discard_lost_output, finish_run, report_crash
from tests.harness.run_options import RunOptions

if TYPE_CHECKING:
    from collections.abc import Generator

    from contracts.deviations import Deviations
    from tests.harness.run import TestRun

# Imports are inside functions because runs of other tests do not need them.

_RUN: pytest.StashKey[tuple[TestRun, Deviations]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options of a run."""
    add_options(parser)


@pytest.hookimpl(wrapper=True, specname="pytest_cmdline_main")
def pytest_guarded_main(config: pytest.Config) -> Generator[None, int | None, int | None]:
    """Run pytest; end with 3 after an uncaught error, and clean up in any case."""
    try:
        status = yield
        # pytest ends with status 2 if it is interrupted before its session begins.
        is_cut_short = _RUN in config.stash and not config.stash[_RUN][0].is_finished
        return int(ExitStatus.NO_VERDICT) if is_cut_short else status
    except (pytest.UsageError, pytest.exit.Exception):
        raise
    except BaseException as problem:
        if _RUN not in config.stash and not _wants_contract(config):
            raise
        return report_crash(problem)
    finally:
        if _RUN in config.stash:
            finish_run(*config.stash[_RUN])
        if _wants_contract(config):
            ignore_signals()
        discard_lost_output()
        atexit.register(discard_lost_output)  # for later output of pytest


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Begin a run if tests of the contract are requested; end if there is nothing to verify."""
    harmless = any(config.getoption(name, False) for name in HARMLESS)
    if harmless or hasattr(config, "workerinput") or not _wants_contract(config):
        return None
    from tests.harness import run_setup  # noqa: PLC0415

    try:
        options, secrets = read_options(config)
        if config.getoption("--show-config"):
            print(effective_options(config))
            return 0
        reports = output_folder(config) / config.getoption("--reports")
        finding, run = config.getoption("--replay") or "", config.getoption("--run") or ""
        if finding or run:
            return run_setup.replay(options, secrets, reports, Path(run), finding)
        deviations = options.load_deviations()
        command = printed_command([*map(str, config.invocation_params.args)])
        parallel = bool(getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None))
        _disable_assertion_rewriting(config)
        test_run = run_setup.begin(options, secrets, reports, command, parallel=parallel)
    except (WrongUsage, DocumentError, DeviationError, CorpusError) as problem:
        raise pytest.UsageError(str(problem)) from None
    if isinstance(test_run, int):
        return test_run
    config.stash[_RUN] = (test_run, deviations)
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugins of a run: in the controller all of them, in a worker those that send."""
    if hasattr(config, "workerinput") and "contract_run" in config.workerinput:
        from tests.harness.pytest_plugin import RunPlugin  # noqa: PLC0415
        from tests.harness.run import TestRun  # noqa: PLC0415

        options, worker = RunOptions.from_json(config.workerinput["contract_run"]), config.workerinput["workerid"]
        _disable_assertion_rewriting(config)
        _prepare_hypothesis(options)
        test_run = TestRun(options, Secrets(inherited_key()), worker, parallel=True)
        config.pluginmanager.register(RunPlugin(test_run), "contract-run")
    elif _RUN in config.stash:
        from tests.harness.progress import Progress  # noqa: PLC0415
        from tests.harness.pytest_plugin import RunPlugin  # noqa: PLC0415
        from tests.harness.reporting import Reporting  # noqa: PLC0415

        test_run, deviations = config.stash[_RUN]
        options = test_run.options
        _prepare_hypothesis(options)
        run = RunPlugin(test_run)
        progress = Progress(options.folder, test_run.session.request_budget, options.budget)
        config.pluginmanager.register(run, "contract-run")
        config.pluginmanager.register(Reporting(run, deviations, Level(options.fail_on)), "contract-report")
        config.pluginmanager.register(progress, "contract-progress")


def _prepare_hypothesis(options: RunOptions) -> None:
    from strategies.contract_in_use import use_contract  # noqa: PLC0415
    from tests.harness.exploration import load_profile  # noqa: PLC0415

    use_contract(options.contract)
    load_profile(options)


def _disable_assertion_rewriting(config: pytest.Config) -> None:
    """Disable pytest's assertion rewriting for all modules that are imported later.

    The suite does not need it, and pytest would rewrite all of schemathesis and Hypothesis, because they have plugins
    for it. Without compiled modules, as in a container, that happens in every run.
    """
    hook: object = config.pluginmanager.rewrite_hook
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not hook]


def _wants_contract(config: pytest.Config) -> bool:
    return names_suite(config.args, config.invocation_params.dir)
