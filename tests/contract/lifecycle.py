"""The life of a run under pytest: options to service to session to cleanup; one session a worker.

The process that was started (the controller, where pytest-xdist is used) starts the mock, makes the
preflight, cleans up and hands over to the reports; workers only send.
"""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from contracts.findings import BrokenPromise
from contracts.targets.cleanup import Swept, clean_up, marked
from contracts.targets.ledger import read_ledgers
from contracts.targets.preflight import preflight
from contracts.targets.run import RunOptions, new_folder, open_session, point_latest, with_base_url
from contracts.targets.target import NoVerdict
from reports.environment import run_record
from reports.history import HistoryWriter
from strategies.names import Names
from strategies.plain import minimal_case
from tests.contract.aftermath import judge_strays, look_back
from tests.contract.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.exchange import Case
    from contracts.secrets import Secrets
    from contracts.targets.mock.process import MockProcess
    from contracts.targets.session import Session

DRIVER = pytest.StashKey[Driver]()


class ContractRun:
    """The plugin of one process of a run."""

    def __init__(self, options: RunOptions, secrets: Secrets, worker: str, *, parallel: bool) -> None:
        self.options = options
        self.secrets = secrets
        self.worker = worker
        self.parallel = parallel
        self.reason = ""
        self.swept: Swept | None = None
        self.history: HistoryWriter | None = None
        self.session: Session | None = None
        self._mock: MockProcess | None = None

    @property
    def is_controller(self) -> bool:
        """Whether this process owns the run."""
        return self.worker == "main"

    # -- beginning ----------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Start the service and the session; end the run where there is nothing to verify."""
        if self.is_controller:
            self._begin(session.config)
        self.history = self.history or HistoryWriter(self.options.folder, self.worker, self.secrets)
        self.session = open_session(
            self.options,
            self.secrets,
            self.worker,
            self.history,
            control_cases(self.options, self.worker),
            shared=self.parallel,
        )
        if self.is_controller:
            self._preflight()
        session.config.stash[DRIVER] = Driver(self.options, self.session, self.history, _lane(self.worker))

    def _begin(self, config: pytest.Config) -> None:
        signal.signal(signal.SIGTERM, _interrupt)
        folder = new_folder(config.rootpath / config.getoption("--reports"), self.options.target)
        self.options = replace(self.options, directory=str(folder))
        point_latest(folder)
        if self.options.target == "mock":
            self._start_mock()
        self.history = HistoryWriter(folder, self.worker, self.secrets)
        command = "pytest " + " ".join(map(str, config.invocation_params.args))
        self.history.record("run", **run_record(self.options, self.options.load_contract(), command))

    def _start_mock(self) -> None:
        from pathlib import Path  # noqa: PLC0415  # the mock is not needed for a live run

        from contracts.document import DEFAULT_DOCUMENT  # noqa: PLC0415
        from contracts.targets.mock.process import MockProcess  # noqa: PLC0415

        contract = self.options.contract if self.options.contract != str(DEFAULT_DOCUMENT) else None
        self._mock = MockProcess.start(
            key=self.secrets.resolve("{key}"),
            fault=self.options.fault,
            variant=self.options.variant,
            delay_ms=self.options.delay_ms,
            contract=Path(contract) if contract else None,
            seed=self.options.seed,
        )
        self.options = with_base_url(self.options, self._mock.base_url)

    def _preflight(self) -> None:
        session, history = self.session, self.history
        assert session is not None and history is not None  # noqa: PT018  # set above
        try:
            offers = preflight(session, control_cases(self.options, self.worker)())
        except NoVerdict as reason:
            self.reason = str(reason)
            pytest.exit(f"no verdict: {reason}", returncode=3)
        self.options = replace(self.options, offers=(offers.read, offers.list, offers.delete))
        for offered, clauses in (
            (offers.read, ("state.reads_back",)),
            (offers.list, ("state.rejected_creates_nothing",)),
        ):
            for clause in () if offered else clauses:
                history.record("not_exercised", clause=clause, why="the target does not offer it")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist what to do; the key goes through the pipe to it."""
        node.workerinput["contract_run"] = self.options.to_json()
        node.workerinput["contract_key"] = self.secrets.resolve("{key}")

    # -- in between ---------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """A broken promise is reported in its own words, anything else is a mistake of the suite."""
        report = yield
        if call.excinfo is not None and not call.excinfo.errisinstance((pytest.skip.Exception, pytest.xfail.Exception)):
            if call.excinfo.errisinstance(BrokenPromise):
                report.longrepr = str(call.excinfo.value)
            elif call.excinfo.errisinstance(NoVerdict):
                report.longrepr = str(call.excinfo.value)
                self._ends(str(call.excinfo.value))
            else:
                report.longrepr = self.secrets.redact_text(str(report.longrepr))
                self._ends(f"{item.name} failed itself: {call.excinfo.exconly()}")
        return report

    def _ends(self, reason: str) -> None:
        if self.history is not None:
            self.history.record("end", reason=self.secrets.redact_text(reason), ended=time.time())

    # -- end ----------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Look back, clean up, and say in the history how the run ended."""
        driver = session.config.stash.get(DRIVER, None)
        if driver is not None and not self.is_controller:
            driver.close()
        if self.session is None:
            return
        if self.is_controller:
            self._finish(driver, exitstatus)
        self.session.close()
        if self.history is not None:
            self.history.close()
        if self._mock is not None:
            self._mock.stop()

    def _finish(self, driver: Driver | None, exitstatus: int) -> None:
        session, history = self.session, self.history
        assert session is not None and history is not None  # noqa: PT018  # a controller has both
        reason = self.reason
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            reason = reason or "the run was interrupted"
        elif exitstatus == pytest.ExitCode.INTERNAL_ERROR:
            reason = reason or "pytest failed itself"
        if driver is not None:
            if not reason:
                try:
                    look_back(driver)
                except NoVerdict as problem:
                    reason = str(problem)
            driver.close()
        self._clean_up()
        history.record("end", reason=reason, ended=time.time())

    def _clean_up(self) -> None:
        session, history = self.session, self.history
        assert session is not None and history is not None  # noqa: PT018  # a controller has both
        account = read_ledgers(self.options.folder)
        if self.options.keep_projects:
            known = set(account.standing)
            strays = [p for p in marked(session.target, self.options.mark) if p.get("id") not in known]
            kept = dict.fromkeys([*account.standing, *(str(p.get("id")) for p in strays)], "--keep-projects")
            self.swept = Swept(kept=kept, strays=strays)
        else:
            self.swept = clean_up(self.options.folder, session.target, account, connections=self.options.connections)
        if self.options.offers[1]:
            judge_strays(self.options.folder, self.options.mark, history, self.swept.strays)
        history.record(
            "cleanup",
            created=account.created,
            deleted=len(self.swept.deleted),
            kept=[{"id": identifier, "why": why} for identifier, why in self.swept.kept.items()],
        )


def control_cases(options: RunOptions, worker: str) -> Callable[[], Case]:
    """A maker of the simplest valid request, each with a name of its own."""
    names = Names(options.mark, _lane(worker) + 1)
    contract = options.load_contract()
    return lambda: minimal_case(contract, names)


def _lane(worker: str) -> int:
    """The first lane of names for what a worker makes up on its way; sets have lanes below 100."""
    number = int(worker.removeprefix("gw")) if worker.startswith("gw") else 99
    return 1_000 + 10 * number


def _interrupt(signum: int, frame: object) -> None:
    del signum, frame
    raise KeyboardInterrupt
