"""Profiles: how much a run sends, and whether it is the same every time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Profile:
    """How much a run sends.

    ``priority_only`` omits everything but the first priority cases. ``extra_states``
    is the m of the patterns' conformance sets, ``strength`` the t of the covering array, ``examples`` the approximate
    number of bodies of each random property, ``generated`` the number of cases from schemathesis, ``sequences`` the
    number of sequences of ``steps`` operations. ``deterministic`` means the same bytes in the same order in every run,
    which requires ``connections`` to be 1; ``fresh_seed`` a new seed each time. ``requests`` and ``projects`` are the
    totals of a run against a correct service, for the announcement: the requests as in reports, without the deletions.
    ``budget`` limits both together.
    """

    name: str
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
    requests: int = 2_300
    projects: int = 800
    budget: int = 20_000


PROFILES: Final = {
    profile.name: profile
    for profile in (
        Profile(
            "smoke",
            priority_only=True,
            connections=1,
            fresh_seed=False,
            requests=47,
            projects=11,
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
