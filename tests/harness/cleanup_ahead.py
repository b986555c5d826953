"""The cleanup during a run: the projects of earlier tests are verified and deleted while later tests run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from tests.harness.client.background_cleanup import BackgroundCleanup
from tests.harness.creation_limit import most_to_delete
from tests.harness.state_checks.inventory import verify_inventory

if TYPE_CHECKING:
    from tests.harness.driver import Driver

#: The number of projects for which a cleanup is worth the reads of the list that verify them.
_ENOUGH: Final = 150


class CleanupAhead:
    """Starts a background cleanup whenever enough projects remain, one at a time.

    The service must offer all that is needed. Deterministic runs do one thing after another.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._cleanup: BackgroundCleanup | None = None
        self._enough = _ENOUGH

    def before_test(self) -> None:
        """Start a cleanup if none is running and enough projects remain."""
        options, session = self._driver.options, self._driver.session
        is_possible = options.offers.reads and options.offers.lists and options.deletes
        # Slow deletions would delay the responses to the tests, and a deletion needs a connection of its own.
        is_possible = is_possible and most_to_delete(options) is None and not session.connection_limit.is_known
        is_possible = is_possible and not session.projects.cleanup_fails
        if not is_possible or self._driver.profile.deterministic or session.exhausted:
            return
        if self._cleanup is not None and self._cleanup.is_running:
            return
        owned = session.projects.deletable()
        if self._cleanup is not None and not self._cleanup.is_complete:  # it gave way to the tests
            self._enough = 2 * len(owned)
        self.end()
        if len(owned) < self._enough:
            return
        verify = partial(verify_inventory, self._driver, options.folder)
        # The newest one stays: a service may number a new project after its last one.
        self._cleanup = BackgroundCleanup(session, owned[:-1], verify)

    def end(self) -> None:
        """Start no further deletion, and wait for those in flight."""
        if self._cleanup is not None:
            self._cleanup.end()
            self._cleanup = None
