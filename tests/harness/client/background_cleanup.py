"""Deletes projects beside what a run still sends, so that less is left to delete at its end."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.harness.client.project_cleaner import ProjectCleaner

if TYPE_CHECKING:
    from tests.harness.client.session import Session


class BackgroundCleanup:
    """Deletes projects of a session, as few at once as at the end of a run.

    It gives way to the run: where the service hesitates, refuses or fails, what remains is left to the end.

    Args:
        session: whose projects they are, and what holds a request of the budget for each of them.
        identifiers: projects that nobody looks at any more, each provably the run's own.
    """

    def __init__(self, session: Session, identifiers: list[str]) -> None:
        self._session = session
        #: Connections of its own: others may be closed by whoever sends.
        self._target = session.target.at(session.target.base_url)
        self._cleaner = ProjectCleaner(
            self._target, prepaid=len(identifiers), patience=0.0, deletes=True, gives_way=True
        )
        for identifier in identifiers:
            session.ledger.deleting(identifier)
        self._thread = threading.Thread(
            target=self._delete, args=(identifiers,), name="background-cleanup", daemon=True
        )
        self._thread.start()

    def _delete(self, identifiers: list[str]) -> None:
        with suppress(Exception):  # whatever it is, the cleanup at the end deletes the rest and says what it meets
            self._cleaner.delete(identifiers, self._session.note_deleted)

    def end(self) -> None:
        """Begin no further deletion, and wait for those under way."""
        self._cleaner.stop("the run is at its end")
        self._thread.join()
        self._target.close()
