"""A pytest plugin that lets the nightly profile generate enough cases for a given number of requests.

pytest tests/contract -p tests.benchmark.nightly_examples --profile nightly --budget 100000
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tests.harness.settings.profiles import PROFILES

if TYPE_CHECKING:
    import pytest

#: The random properties send five times the profile's number of bodies, after the sets.
_SHARE: Final = 5


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Raise the number of examples until the budget ends the run, not the profile."""
    arguments = list(early_config.invocation_params.args)
    budget = int(arguments[arguments.index("--budget") + 1])  # the option is not parsed yet
    nightly = PROFILES["nightly"]
    PROFILES["nightly"] = replace(nightly, examples=max(nightly.examples, budget // _SHARE))
