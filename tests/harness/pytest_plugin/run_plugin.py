"""The pytest plugin that makes a session a run of the suite."""

from __future__ import annotations

import gc
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import is_hypothesis_test

from contracts.findings import BrokenPromise, Level
from contracts.secrets import Secrets
from strategies.cases.case_sets import SetName
from strategies.contract_in_use import use_contract
from tests.harness.client.budget import BudgetSpent, OutOfTime
from tests.harness.client.credentials import inherited_key
from tests.harness.client.target import NoVerdict
from tests.harness.driver import Driver
from tests.harness.generation.case_prefetcher import CasePrefetcher
from tests.harness.generation.exploration import concluded, in_rounds, load_profile, prepare_tests
from tests.harness.pytest_plugin.interruption import INTERRUPTED, repeat_discarded_interrupts
from tests.harness.pytest_plugin.progress import Progress
from tests.harness.pytest_plugin.reporting import Reporting
from tests.harness.run import TestRun
from tests.harness.settings.run_options import RunOptions

if TYPE_CHECKING:
    from collections.abc import Generator

    from contracts.deviations import Deviations

DRIVER = pytest.StashKey[Driver]()
PREFETCHER = pytest.StashKey[CasePrefetcher]()
_EXPECTED = (pytest.skip.Exception, pytest.xfail.Exception)
_REASON = "contract_reason"
_CUT_SHORT = "contract_cut_short"


class RunPlugin:
    """One process' part of a run; the controller's run began before the session."""

    def __init__(self, test_run: TestRun) -> None:
        self.test_run = test_run
        self._tests = 0
        #: The tests that sent less than intended, or nothing, with the reason.
        self._cut_short: dict[str, str] = {}

    @property
    def options(self) -> RunOptions:
        """The options of the run."""
        return self.test_run.options

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Open the session of this process."""
        repeat_discarded_interrupts()
        if not self.test_run.is_controller:
            self.test_run.open()
        session.config.stash[DRIVER] = self.test_run.driver
        session.config.stash[PREFETCHER] = self.test_run.prefetcher
        # Local variables may contain a part of the key, which redaction does not find.
        session.config.option.showlocals = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Start generating the case sets, in the order of the tests."""
        order = [name for item in session.items for name in sets_of(item)]
        prepare_tests(session.items, self.options, self.test_run.driver.remark)
        self.test_run.prefetcher.plan(self.test_run.driver.options, order)
        gc.freeze()  # existing objects live until the end

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Delete projects of earlier tests beside this one, if there are enough."""
        self.test_run.clean_up_ahead()

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
        """Skip tests outside the budget or profile; evaluate the results of Hypothesis tests."""
        if not is_hypothesis_test(pyfuncitem.obj):
            try:
                with self.test_run.driver.to_the_end():
                    return (yield)
            except (BudgetSpent, OutOfTime) as end:
                self.test_run.session.exhausted = str(end)
                pytest.skip(str(end))
        if self.options.settings.examples == 0 and not pyfuncitem.config.getoption("--hypothesis-profile", None):
            pytest.skip(f"the profile {self.options.profile} runs no random tests")
        pyfuncitem.obj = in_rounds(pyfuncitem.obj, self.options.exploration_seed, self.test_run.driver.begin_round)
        with concluded(lambda: self.test_run.driver.found_by(pyfuncitem.nodeid)):
            return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Leave the rest to the end of the process, which frees it immediately."""
        gc.freeze()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Pass the run to a worker of pytest-xdist; the key is in its environment."""
        node.workerinput["contract_run"] = self.test_run.options.to_json()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Record why a worker ended early, or that it crashed."""
        reason = getattr(node, "workeroutput", {}).get(_REASON, "")
        if error:
            self.test_run.ends(f"the worker {node.gateway.id} ended unexpectedly")
        elif reason:
            self.test_run.reason = self.test_run.reason or reason

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """Report a broken promise by its message, anything else as an error of the suite."""
        report = yield
        redact = self.test_run.secrets.redact_text
        report.sections = [(name, redact(text)) for name, text in report.sections]
        if self.test_run.session.exhausted and call.when != "teardown":
            report.user_properties.append((_CUT_SHORT, self.test_run.session.exhausted))
        if call.excinfo is None or call.excinfo.errisinstance(_EXPECTED):
            return report
        if call.excinfo.errisinstance(BrokenPromise):
            report.longrepr = redact(str(call.excinfo.value))
        elif call.excinfo.errisinstance(NoVerdict):
            report.longrepr = redact(str(call.excinfo.value))
            self.test_run.ends(str(call.excinfo.value))
        else:
            # Without arguments: a truncated key is in no form that is redacted.
            plain = call.excinfo.getrepr(style="short", showlocals=False, funcargs=False)
            report.longrepr = redact(str(plain))
            self.test_run.ends(f"{item.name} raised an error: {call.excinfo.exconly()}")
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the tests that verified anything, and those that the budget or the time limit cut short."""
        why = dict(report.user_properties).get(_CUT_SHORT)
        if why:
            self._cut_short[report.nodeid] = str(why)
        # A test that began before the end of the budget has verified something.
        self._tests += report.when == "call" and bool(why or not report.skipped)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None]:
        """Run the final checks and clean up, after pytest-xdist has ended its workers."""
        test_run = self.test_run
        if not test_run.is_controller:
            session.config.workeroutput[_REASON] = test_run.reason  # type: ignore[attr-defined]  # xdist's
            test_run.close()
            return (yield)
        test_run.reason = test_run.reason or self._reason(session, exitstatus)
        if test_run.reason:
            test_run.session.request_budget.end()
        try:
            return (yield)
        finally:
            test_run.finish()
            for why, number in Counter(self._cut_short.values()).items():
                test_run.note_limit(f"{why}: {number} of {session.testscollected} tests were cut short or skipped")
            test_run.close()

    def _reason(self, session: pytest.Session, exitstatus: int) -> str:
        """Why pytest ended before all tests, empty if it did not."""
        if exitstatus == pytest.ExitCode.INTERNAL_ERROR:
            return "pytest failed"
        if exitstatus == pytest.ExitCode.USAGE_ERROR:
            return "the requested tests do not exist"
        if session.shouldfail or session.shouldstop:
            return f"the run was stopped early: {session.shouldfail or session.shouldstop}"
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            return "the tests could not be collected" if session.testsfailed and not self._tests else INTERRUPTED
        return "" if self._tests else "no test was run"


def register_worker(config: pytest.Config, run: dict[str, Any], worker: str) -> None:
    """Register the plugin of a worker of pytest-xdist, which sends; ``run`` are the options of the run as JSON."""
    options = RunOptions.from_json(run)
    _prepare_hypothesis(options)
    test_run = TestRun(options, Secrets(inherited_key()), worker, parallel=True)
    config.pluginmanager.register(RunPlugin(test_run), "contract-run")


def register_controller(config: pytest.Config, test_run: TestRun, deviations: Deviations) -> None:
    """Register the plugins of the process that began the run."""
    options = test_run.options
    _prepare_hypothesis(options)
    run = RunPlugin(test_run)
    config.pluginmanager.register(run, "contract-run")
    config.pluginmanager.register(Reporting(run, deviations, Level(options.fail_on)), "contract-report")
    progress = Progress(options.folder, test_run.session.request_budget, options.budget)
    config.pluginmanager.register(progress, "contract-progress")


def _prepare_hypothesis(options: RunOptions) -> None:
    use_contract(options.contract)
    load_profile(options)


def sets_of(item: pytest.Item) -> list[SetName]:
    """The sets that a test sends, by its marker ``sends``: word sets for its field if it has one."""
    marker = item.get_closest_marker("sends")
    callspec = getattr(item, "callspec", None)
    field = callspec.params.get("patterned", "") if callspec else ""
    return [SetName(name, field) for name in marker.args] if marker else []
