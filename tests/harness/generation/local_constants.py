"""Prevents Hypothesis from drawing constants of our own source."""

from __future__ import annotations

from hypothesis.internal.conjecture import providers


def ignore_local_constants() -> None:
    """Make Hypothesis read no source in this process; it has no option for that.

    It sometimes draws a constant of a module that is not installed: the result of a seed would depend on the modules
    imported so far. Without a cache it also parses every such module in each run, for a second or more.
    """
    if hasattr(providers, "_get_local_constants"):
        none = providers._local_constants  # noqa: SLF001  # there is no public way
        providers._get_local_constants = lambda: none  # noqa: SLF001  # as above
