"""The cleanup begins before the end of a run: what the sets created is verified, and deleted while tests explore."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.harness.client.background_cleanup import BackgroundCleanup
from tests.harness.inventory import verify_inventory

if TYPE_CHECKING:
    from tests.harness.driver import Driver


def clean_up_ahead(driver: Driver) -> BackgroundCleanup | None:
    """Verify that everything created so far is there, then delete it, in threads; None if something forbids it.

    The service must offer all that this takes. A run that is to be the same every time does one thing after another.
    """
    options, session = driver.options, driver.session
    if options.keep_projects or driver.profile.deterministic or not all(options.offers) or session.exhausted:
        return None
    owned = [identifier for identifier in session.ledger.state.remaining if session.owns(identifier)]
    # The newest one stays: a service may give a new project the number after its last one.
    return BackgroundCleanup(session, owned[:-1], partial(verify_inventory, driver, options.folder))
