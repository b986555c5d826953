"""Decides when a run creates no more projects: because they cannot be deleted, or only slowly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tests.harness.client.ownership import project_path
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


def most_to_delete(options: RunOptions) -> int | None:
    """The number of projects that may wait for their deletion; None without a limit."""
    delay, planned = options.offers.deletion_delay, options.settings.projects
    if not options.deletes or delay <= _QUICK or planned <= _FEW:
        return None
    most = int(planned * _AFFORDABLE / delay)
    return most if most >= _FEW else 0


def limits_creation(options: RunOptions) -> str:
    """Why the run creates fewer projects than its profile says, as far as the preflight has shown; or nothing."""
    if options.without_delete:
        return (
            f"{options.offers.keeps}, so beside the priority cases only requests that must be refused are sent, and "
            "what is created is left; --keep-projects sends everything"
        )
    most = most_to_delete(options)
    if most is None or most >= options.settings.projects:
        return ""
    when = f"once about {most} projects wait for it" if most else "beside the priority cases"
    return (
        f"a deletion delays the service by {options.offers.deletion_delay:.1f} s, so only requests that must be "
        f"refused are sent {when}; --keep-projects sends everything and deletes nothing"
    )


def why_no_more(driver: Driver) -> str:
    """Why the next test must create no more projects; empty if it may."""
    options, session = driver.options, driver.session
    if options.without_delete:
        return limits_creation(options)
    if options.deletes and session.projects.cleanup_fails:  # deletions failed since the preflight
        return f"{session.projects.cleanup_fails}, so only requests that must be refused are sent from here on"
    most = most_to_delete(options)
    remaining = session.projects.deletable() if most is not None else []
    if most is None or len(remaining) <= most:
        return ""
    # The deletion of the preflight may have been an exception.
    deletion, following = session.delete(remaining[0]), session.ask(project_path(remaining[0]) or "")
    again = deletion_delay(session.threads.fastest, deletion, following)
    delay = min(options.offers.deletion_delay, again)
    driver.options = options = replace(options, offers=replace(options.offers, deletion_delay=delay))
    most = most_to_delete(options)
    return "" if most is None or len(remaining) <= most else limits_creation(options)
