"""The cleanup during a run: the projects of the case sets are verified and deleted while other tests run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.harness.client.background_cleanup import BackgroundCleanup
from tests.harness.inventory import verify_inventory

if TYPE_CHECKING:
    from tests.harness.driver import Driver


def clean_up_ahead(driver: Driver) -> BackgroundCleanup | None:
    """Verify that all projects created so far exist, then delete them, in threads; None if it is not possible.

    The service must offer all that is needed. Deterministic runs do one thing after another.
    """
    options, session = driver.options, driver.session
    is_possible = options.offers.reads and options.offers.lists and options.deletes
    if not is_possible or driver.profile.deterministic or session.exhausted:
        return None
    owned = [identifier for identifier in session.projects.ledger.state.remaining if session.projects.owns(identifier)]
    # The newest one stays: a service may number a new project after its last one.
    return BackgroundCleanup(session, owned[:-1], partial(verify_inventory, driver, options.folder))
