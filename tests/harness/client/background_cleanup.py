"""Deletes projects beside what a run still sends, so that less is left to delete at its end."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.harness.client.project_cleaner import ProjectCleaner

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.client.session import Session


class BackgroundCleanup:
    """Deletes projects of a session, as few at once as at the end of a run.

    It gives way to the run: where the service hesitates, refuses or fails, what remains is left to the end.

    Args:
        session: whose projects they are, and what holds a request of the budget for each of them.
        identifiers: the projects, each provably the run's own.
        verify: looks at them before they are deleted; nothing is where it raises.
    """

    def __init__(self, session: Session, identifiers: list[str], verify: Callable[[], None]) -> None:
        self._session = session
        #: Connections of its own: others may be closed by whoever sends.
        self._target = session.target.at(session.target.base_url)
        self._cleaner = ProjectCleaner(
            self._target, prepaid=len(identifiers), patience=0.0, deletes=True, gives_way=True
        )
        self._ended = False
        self._thread = threading.Thread(
            target=self._run, args=(identifiers, verify), name="background-cleanup", daemon=True
        )
        self._thread.start()

    def _run(self, identifiers: list[str], verify: Callable[[], None]) -> None:
        with suppress(Exception):  # whatever it is, the end of the run meets it too, and says so
            verify()
            if self._ended:
                return
            # Of a deletion without a response nobody knows whether the project is still there.
            for identifier in identifiers:
                self._session.ledger.deleting(identifier)
            self._cleaner.delete(identifiers, self._session.note_deleted)

    def end(self) -> None:
        """Begin no further deletion, and wait for those under way."""
        self._ended = True
        self._cleaner.stop("the run is at its end")
        self._thread.join()
        self._target.close()
