"""Decides when a run creates no more projects: because they cannot be deleted, or only slowly."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from contracts.history_records import NoteRecord
from tests.harness.client.failure_classification import GATEWAY, named
from tests.harness.client.ownership import project_path
from tests.harness.client.retry_after import retry_after
from tests.harness.trial_deletion import deletion_delay

if TYPE_CHECKING:
    from tests.harness.driver import Driver
    from tests.harness.settings.run_options import RunOptions

#: Seconds by which a deletion may delay the service without consequences for the run.
_QUICK: Final = 0.4
#: The time for the deletions at the end of a slower run, in seconds for each project of the profile.
_AFFORDABLE: Final = 0.2
#: This many projects are deleted at any pace, if the profile creates no more; otherwise only those of the first tests.
_FEW: Final = 40
#: The number of creations without a successful deletion after which one project is deleted, to see that it still works.
_UNVERIFIED: Final = 50
#: A deletion that fails is repeated for this many seconds; at first after this many.
_LASTING, _FIRST_PAUSE = 8.0, 0.5
#: Statuses of an overloaded service, or of a gateway: they are waited for with the patience of the run.
_BUSY: Final = GATEWAY | {429}
_GONE: Final = frozenset({404, 410})
_FROM_HERE_ON: Final = "only requests that must be refused are sent from here on"


@dataclass(frozen=True, slots=True)
class Limit:
    """Why a run creates no more projects, or fewer than its profile says, and what it does then."""

    cause: str
    consequence: str

    def __str__(self) -> str:
        return f"{self.cause}, so {self.consequence}"


def most_to_delete(options: RunOptions) -> int | None:
    """The number of projects that may wait for their deletion; None without a limit."""
    delay, planned = options.offers.deletion_delay, options.settings.projects
    if not options.deletes or delay <= _QUICK or planned <= _FEW:
        return None
    most = int(planned * _AFFORDABLE / delay)
    return most if most >= _FEW else 0


def limits_creation(options: RunOptions) -> Limit | None:
    """Why the run creates fewer projects than its profile says, as far as the preflight has shown; or None."""
    if options.without_delete:
        return Limit(
            options.offers.keeps,
            "beside the priority cases only requests that must be refused are sent, and what is created is left; "
            "--keep-projects sends everything",
        )
    most = most_to_delete(options)
    if most is None or most >= options.settings.projects:
        return None
    when = f"once about {most} projects wait for it" if most else "beside the priority cases"
    return Limit(
        f"a deletion delays the service by {options.offers.deletion_delay:.1f} s",
        f"only requests that must be refused are sent {when}; --keep-projects sends everything and deletes nothing",
    )


class CreationLimit:
    """Decides in each worker whether it may create more projects; thread-safe.

    Before each test, and before each creation: a test may create hundreds.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._lock = threading.Lock()
        self._is_reached = False
        #: The projects of earlier tests: the current one may read its own.
        self._earlier: list[str] = []

    def begin_test(self) -> None:
        """Record which projects earlier tests have created."""
        self._earlier = self._driver.session.projects.deletable() if self._driver.options.deletes else []

    def reach(self, limit: Limit) -> None:
        """Create no more from now on: only requests that must be refused are sent.

        After twenty of these requests were accepted, no more are sent.
        """
        if not self._is_reached:
            self._is_reached = True
            self._driver.history.record(NoteRecord("budget", str(limit)))
        self._driver.session.projects.cannot_be_deleted(limit.cause)

    def before_test(self) -> Limit | None:
        """Why the next test must create no more projects; None if it may."""
        options, projects = self._driver.options, self._driver.session.projects
        if options.without_delete:
            return limits_creation(options)
        if options.deletes and projects.cleanup_fails:  # deletions failed since the preflight
            return Limit(projects.cleanup_fails, _FROM_HERE_ON)
        with self._lock:
            return self._too_many()

    def allows(self) -> bool:
        """Whether one more project may be created now; deletes one of an earlier test if none was deleted for long."""
        if self._driver.options.deletes and not self._is_reached and self._is_due():
            with self._lock:
                # Another thread may have verified it meanwhile.
                limit = self._within_test() if not self._is_reached and self._is_due() else None
                if limit is not None:
                    self.reach(limit)
        return not self._is_reached

    def _is_due(self) -> bool:
        is_unverified = self._driver.session.projects.since_deletion >= _UNVERIFIED
        return is_unverified or most_to_delete(self._driver.options) is not None

    def _within_test(self) -> Limit | None:
        # Without a number the priority cases are sent completely.
        limit = self._too_many() if most_to_delete(self._driver.options) else None
        is_unverified = self._driver.session.projects.since_deletion >= _UNVERIFIED
        return self._failing() if limit is None and is_unverified else limit

    def _too_many(self) -> Limit | None:
        """The limit if more projects wait for slow deletions than can be deleted at the end."""
        options, session = self._driver.options, self._driver.session
        most = most_to_delete(options)
        remaining = session.projects.deletable() if most is not None else []
        first = next(filter(session.projects.owns, self._earlier), None)
        if most is None or len(remaining) <= most or first is None:
            return None
        # The deletion of the preflight may have been an exception.
        deletion, following = session.delete(first), session.ask(project_path(first) or "")
        again = deletion_delay(session.threads.fastest, deletion, following)
        delay = min(options.offers.deletion_delay, again)
        self._driver.options = options = replace(options, offers=replace(options.offers, deletion_delay=delay))
        most = most_to_delete(options)
        return None if most is None or len(remaining) <= most else limits_creation(options)

    def _failing(self) -> Limit | None:
        """The limit if a project of an earlier test cannot be deleted; None without such a project."""
        projects = self._driver.session.projects
        while self._earlier and not projects.owns(self._earlier[-1]):
            self._earlier.pop()
        # The last project of all stays: a service may number a new one after it.
        if not self._earlier or projects.deletable()[-1] == self._earlier[-1]:
            return None
        why = self._failure(self._earlier.pop())
        return Limit(f"deletions fail ({why})", _FROM_HERE_ON) if why else None

    def _failure(self, identifier: str) -> str:
        """Why a project cannot be deleted, also after some time; empty if it can."""
        session, patience, pause = self._driver.session, self._driver.options.patience, _FIRST_PAUSE
        since = time.monotonic()
        while True:
            deletion = session.delete(identifier)
            if 200 <= deletion.status < 300 or deletion.status in _GONE:
                session.projects.since_deletion = 0
                return ""
            is_busy = deletion.status in _BUSY
            wanted = max(pause, retry_after(deletion, 0.0)) if is_busy else pause
            if time.monotonic() + wanted - since > (patience if is_busy else _LASTING):
                return named(deletion)
            session.request_budget.pause(wanted)
            pause = min(2 * pause, 5.0)
