"""Deletes projects during a run, so that less is left to delete at its end."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tests.harness.client.project_cleaner import ProjectCleaner

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.client.session import Session

_AT_ITS_END: Final = "the run is at its end"


class BackgroundCleanup:
    """Deletes projects of a session, with as few concurrent deletions as at the end of a run.

    The run has priority: if the service slows down, refuses or fails, the rest is left to the end.

    Args:
        session: The session that created the projects and holds a request of the budget for each of them.
        identifiers: The projects, each provably the run's own.
        verify: Verifies them before they are deleted; if it raises, nothing is deleted.
    """

    def __init__(self, session: Session, identifiers: list[str], verify: Callable[[], None]) -> None:
        self._session = session
        #: Separate connections: the senders may close the others.
        self._target = session.target.at(session.target.base_url)
        self._cleaner = ProjectCleaner(
            self._target, prepaid=len(identifiers), patience=0.0, deletes=True, gives_way=True
        )
        self._ended = False
        #: Whether all of the projects are deleted.
        self.is_complete = False
        self._thread = threading.Thread(
            target=self._run, args=(identifiers, verify), name="background-cleanup", daemon=True
        )
        self._thread.start()

    def _run(self, identifiers: list[str], verify: Callable[[], None]) -> None:
        with suppress(Exception):  # the end of the run has the same error and reports it
            verify()
            if self._ended:
                return
            # Without a response it is unknown whether the project still exists.
            for identifier in identifiers:
                self._session.projects.ledger.deleting(identifier)
            self.is_complete = not self._cleaner.delete(identifiers, self._session.projects.deleted)

    @property
    def is_running(self) -> bool:
        """Whether it may still delete projects."""
        return self._thread.is_alive()

    def end(self) -> None:
        """Start no further deletion, and wait for those in flight."""
        self._ended = True
        self._cleaner.stop(_AT_ITS_END)
        self._thread.join()
        self._target.close()
