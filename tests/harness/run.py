"""A run: service, preflight, sessions, final checks, cleanup; one object in each process.

The process that was started (the controller with pytest-xdist) starts the mock, runs the preflight, cleans up and
writes the reports; workers only send. This module does not depend on pytest.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from contracts.history_records import (
    EndRecord,
    HistoryRecord,
    MemberCountsRecord,
    NoteRecord,
    NotExercisedRecord,
    PhaseRecord,
)
from reports.history import HistoryWriter
from reports.latest_run import point_latest
from tests.harness.cleanup_ahead import CleanupAhead
from tests.harness.client.credentials import WrongUsage, export_key
from tests.harness.client.keep_alive import CLOSED_EACH_TIME
from tests.harness.client.project_cleaner import PAGES
from tests.harness.client.target import NoVerdict
from tests.harness.creation_limit import limits_creation
from tests.harness.driver import Driver
from tests.harness.final_cleanup import clean_up_finally, cleanup_command
from tests.harness.generation.case_prefetcher import CasePrefetcher
from tests.harness.generation.named_cases import NamedCases, id_range
from tests.harness.preflight import preflight
from tests.harness.pytest_plugin.interruption import INTERRUPTED, interrupt_on_signals, undisturbed
from tests.harness.run_record import notes_on_limits, run_record
from tests.harness.settings.run_options import MAIN, RunOptions, new_folder
from tests.harness.state_checks.final_checks import run_final_checks
from tests.harness.state_checks.untracked_projects import note_named_requests
from tests.harness.worker_session import open_session

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.secrets import Secrets
    from tests.harness.client.session import Session
    from tests.mock.process import MockProcess

T = TypeVar("T")

#: The part of the budget that is reserved for the end: the list of the final checks, and the search for lost projects.
_LOOK_BACK, _SEARCH = 1, 2


class TestRun:
    """One process of a run. ``reason`` says why there is no verdict, empty if there can be one."""

    def __init__(self, options: RunOptions, secrets: Secrets, worker: str, *, parallel: bool) -> None:
        self.options = options
        self.secrets = secrets
        self.worker = worker
        self.parallel = parallel
        self.reason = ""
        self.prefetcher = CasePrefetcher(options, ahead=False)
        self._cleanup_ahead: CleanupAhead | None = None
        self._history: HistoryWriter | None = None
        self._session: Session | None = None
        self._driver: Driver | None = None
        self._mock: MockProcess | None = None
        self._finished = False

    @property
    def is_controller(self) -> bool:
        """Whether this process owns the run."""
        return self.worker == MAIN

    @property
    def is_finished(self) -> bool:
        """Whether the cleanup of the run has ended or begun."""
        return self._finished

    @property
    def history(self) -> HistoryWriter:
        """The history of the run; raises RuntimeError before :meth:`open`."""
        return _opened(self._history)

    @property
    def session(self) -> Session:
        """The session with the service; raises RuntimeError before :meth:`open`."""
        return _opened(self._session)

    @property
    def driver(self) -> Driver:
        """The driver for tests; raises RuntimeError before :meth:`open`."""
        return _opened(self._driver)

    # -- beginning ----------------------------------------------------------------------------------------

    def prepare_ahead(self) -> None:
        """Start the process that generates case sets; to be called before anything else of the run."""
        ahead = not self.parallel and not self.options.settings.priority_only
        self.prefetcher = CasePrefetcher(self.options, ahead=ahead)

    def begin(self, reports: Path, command: str, *, latest: bool = True) -> None:
        """Create the folder, start the mock if it is the target, and open the session; in the controller only.

        Raises WrongUsage if the folder or the mock cannot be used.
        """
        interrupt_on_signals()
        try:
            folder = new_folder(reports, self.options.target)
        except OSError as problem:
            raise WrongUsage(f"reports cannot be written to {reports}: {problem.strerror or problem}") from None
        self.options = replace(self.options, directory=str(folder))
        if latest:
            point_latest(folder)
        if self.options.target == "mock":
            self._start_mock()
        if self.parallel:
            export_key(self.secrets.resolve("{key}"))
        self._history = HistoryWriter(folder, self.worker, self.secrets)
        contract = self.options.load_contract()
        self.history.record(run_record(self.options, contract, command))
        for note in notes_on_limits(contract, self.secrets):
            self.history.record(note)
        self.open()
        self.session.request_budget.reserve(_LOOK_BACK + _SEARCH)

    def open(self) -> None:
        """Open the session of this process."""
        self._history = self._history or HistoryWriter(self.options.folder, self.worker, self.secrets)
        fresh = NamedCases(self, self.worker)
        self._session = open_session(
            self.options, self.secrets, self.worker, self._history, fresh, shared=self.parallel
        )
        self._driver = Driver(self.options, self._session, self._history, id_range(self.worker))

    def _start_mock(self) -> None:
        from tests.mock.process import MockProcess  # noqa: PLC0415  # a live run needs none

        try:
            self._mock = MockProcess.start(
                key=self.secrets.resolve("{key}"),
                fault=self.options.fault,
                variant=self.options.variant,
                delay_ms=self.options.delay_ms,
                contract=self.options.contract,
                seed=self.options.seed,
            )
        except RuntimeError as problem:
            raise WrongUsage(str(problem)) from None
        self.options = replace(self.options, base_url=self._mock.base_url)

    def preflight(self) -> None:
        """Determine what the target offers; raises NoVerdict with one sentence if it cannot be tested."""
        offers = preflight(self.session, NamedCases(self, self.worker).control(), self._pages())
        self.options = replace(self.options, offers=offers)
        self.driver.options = self.options
        if limit := limits_creation(self.options):
            print(f"{self.options.target} {self.options.base_url}: {limit}", flush=True)
        for offered, clause in (
            (offers.reads, "state.reads_back"),
            (offers.lists, "state.rejected_creates_nothing"),
            (offers.lists, "state.creates_one"),
        ):
            if not offered:
                self.history.record(NotExercisedRecord(clause, "the target does not offer it"))

    def _pages(self) -> int:
        """The number of pages of the list to read for existing projects: few with a small budget."""
        budget = self.options.budget
        return PAGES if budget is None else max(2, min(PAGES, budget // 30))

    def clean_up_ahead(self) -> None:
        """Delete projects of earlier tests beside the next ones; workers leave this to the controller."""
        if not self.parallel:
            self._cleanup_ahead = self._cleanup_ahead or CleanupAhead(self.driver)
            self._cleanup_ahead.before_test()

    # -- end ----------------------------------------------------------------------------------------------

    def ends(self, reason: str) -> None:
        """Set the reason why there is no complete verdict; the first one counts, and each is in the history."""
        text = self.secrets.redact_text(reason)
        self.reason = self.reason or text
        self._note(EndRecord(text, time.time()))

    def note_limit(self, text: str) -> None:
        """Note in the history what the limits of the run omitted."""
        self._note(NoteRecord("budget", text))

    def _note(self, record: HistoryRecord) -> None:
        """Write to the history; a full disk or a removed folder prevents the verdict, but never the cleanup."""
        try:
            self.history.record(record)
        except (OSError, ValueError) as problem:
            self.reason = self.reason or f"the history cannot be written: {problem}"

    def finish(self) -> None:
        """Run the final checks, delete what was created, and record how the run ended; only once."""
        if self._finished:
            return
        self._finished = True
        try:
            if self._cleanup_ahead is not None:
                self._cleanup_ahead.end()
            if not self.reason:
                self._run_final_checks()
        except KeyboardInterrupt:
            self.reason = self.reason or INTERRUPTED
        self.session.request_budget.end()
        if not self.session.target.keep_alive.is_possible:
            self._note(NoteRecord("retries", CLOSED_EACH_TIME))
        with undisturbed():
            try:
                self.session.threads.end()
            except Exception as problem:  # noqa: BLE001  # as above
                self.ends(f"requests in flight could not be ended: {type(problem).__name__}: {problem}")
            self._note(PhaseRecord("cleanup", time.time()))
            try:
                clean_up_finally(self.options, self.session, self.history)
            except KeyboardInterrupt:
                self.reason = self.reason or INTERRUPTED
            except Exception as problem:  # noqa: BLE001  # whatever it is, the reports must be written
                self.ends(f"the cleanup failed: {problem}; to retry: {cleanup_command(self.options)}")
        self._note(EndRecord(self.reason, time.time()))

    def _run_final_checks(self) -> None:
        self.session.request_budget.give_back(_LOOK_BACK)
        self._note(PhaseRecord("final_checks", time.time()))
        try:
            run_final_checks(self.driver, self.options.folder)
        except NoVerdict as problem:
            self.reason = str(problem)
        except Exception as problem:  # noqa: BLE001  # whatever it is, what was created must be deleted
            self.ends(f"the final checks failed: {type(problem).__name__}: {problem}")

    def close(self) -> None:
        """Close connections and files, and stop the mock."""
        self.prefetcher.close()
        if self._session is not None:
            if not self.is_controller:
                if self.options.offers.lists:
                    note_named_requests(self._session, self.history)
                self.history.record(MemberCountsRecord(self._session.member_counts.to_json()))
            self._session.close()
        if self._history is not None:
            try:
                self._history.close()
            except OSError as problem:
                self.reason = self.reason or f"the history cannot be written: {problem}"
        if self._mock is not None:
            self._mock.stop()


def _opened(part: T | None) -> T:
    if part is None:
        raise RuntimeError("the run has not been opened yet")
    return part
