"""Makes a pytest session a run of the suite: options, begin, end, and plugins."""

from __future__ import annotations

import atexit
import gc
import sys
from typing import TYPE_CHECKING

import pytest

# What is imported lives until the end, and hardly any garbage is cyclic: spare the collector the search.
gc.freeze()
gc.set_threshold(50_000)

from contracts.verdict import ExitStatus
from tests.harness.invocation import HARMLESS, names_suite
from tests.harness.pytest_plugin.guard import discard_lost_output, finish_run, report_crash
from tests.harness.pytest_plugin.interruption import ignore_signals
from tests.harness.settings.options import add_options

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
    _disable_assertion_rewriting(config)
    from tests.harness.pytest_plugin import start as pytest_start  # noqa: PLC0415

    begun = pytest_start.begin(config)
    if isinstance(begun, int):
        return begun
    config.stash[_RUN] = begun
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugins of a run: in the controller all of them, in a worker those that send."""
    if hasattr(config, "workerinput") and "contract_run" in config.workerinput:
        _disable_assertion_rewriting(config)
        from tests.harness.pytest_plugin.run_plugin import register_worker  # noqa: PLC0415

        register_worker(config, config.workerinput["contract_run"], config.workerinput["workerid"])
    elif _RUN in config.stash:
        from tests.harness.pytest_plugin.run_plugin import register_controller  # noqa: PLC0415

        register_controller(config, *config.stash[_RUN])


def _disable_assertion_rewriting(config: pytest.Config) -> None:
    """Disable pytest's assertion rewriting of later imports, which would include schemathesis and Hypothesis."""
    hook: object = config.pluginmanager.rewrite_hook
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not hook]


def _wants_contract(config: pytest.Config) -> bool:
    return names_suite(config.args, config.invocation_params.dir)
