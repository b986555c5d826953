"""Profiles: how much a run sends, and whether it is the same every time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Profile:
    """One way of running the suite.

    ``priority`` is how many of the priority cases are sent (None: all), ``priority_only`` leaves out
    everything else. ``extra_states`` is the m of the patterns' conformance sets, ``strength`` the t of the
    covering array, ``examples`` about how many bodies each random property sends, ``generated`` how many
    schemathesis generates, ``sequences`` how many sequences of ``steps`` operations are tried.
    ``deterministic`` means the same bytes in the same order in every run, for which ``connections`` is 1;
    ``fresh_seed`` a new seed each time. ``requests`` and ``projects`` are what a run against a correct service comes
    to, for the announcement: the requests are those that reports count, the deletions of the projects come on top.
    ``budget`` bounds both together.
    """

    name: str
    priority: int | None = None
    priority_only: bool = False
    extra_states: int = 0
    strength: int = 2
    examples: int = 42
    generated: int = 10
    sequences: int = 0
    steps: int = 40
    connections: int = 8
    deterministic: bool = False
    fresh_seed: bool = True
    requests: int = 2_280
    projects: int = 800
    budget: int = 20_000


PROFILES: Final = {
    profile.name: profile
    for profile in (
        Profile(
            "smoke",
            priority=42,
            priority_only=True,
            connections=1,
            fresh_seed=False,
            requests=48,
            projects=9,
            budget=60,
        ),
        Profile("default"),
        Profile(
            "gate",
            examples=0,
            generated=0,
            connections=1,
            deterministic=True,
            fresh_seed=False,
            requests=2_020,
            projects=690,
        ),
        Profile(
            "nightly",
            extra_states=1,
            strength=3,
            examples=5_600,
            generated=400,
            sequences=100,
            requests=35_500,
            projects=14_500,
            budget=150_000,
        ),
    )
}
