"""Constants of our own source, which Hypothesis would draw."""

from __future__ import annotations

from hypothesis.internal.conjecture import providers


def ignore_local_constants() -> None:
    """Have Hypothesis read no source in this process; it has no option for that.

    It draws, now and then, a constant of any module that is not installed: what a seed gives would depend on what has
    been imported so far. Where it can keep no cache it parses every such module in each run, for a second or more.
    """
    if hasattr(providers, "_get_local_constants"):
        none = providers._local_constants  # noqa: SLF001  # as above
        providers._get_local_constants = lambda: none  # noqa: SLF001
