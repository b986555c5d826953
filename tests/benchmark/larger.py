"""A pytest plugin that lets the nightly profile explore as much as a number of requests needs.

pytest tests/contract -p tests.benchmark.larger --profile nightly --budget 100000
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tests.harness.profiles import PROFILES

if TYPE_CHECKING:
    import pytest

#: The random properties send five times the profile's number of bodies, and the sets come before them.
_SHARE: Final = 5


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Raise the number of examples so far that the budget, not the profile, ends the run."""
    arguments = list(early_config.invocation_params.args)
    budget = int(arguments[arguments.index("--budget") + 1])  # the option itself is known later
    nightly = PROFILES["nightly"]
    PROFILES["nightly"] = replace(nightly, examples=max(nightly.examples, budget // _SHARE))
