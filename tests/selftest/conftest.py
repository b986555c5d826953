"""Warnings are errors in the tests of the suite, but not in a run against a service."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have every warning of a test of the suite fail it."""
    for item in items:
        if item.nodeid.startswith("tests/selftest"):
            item.add_marker(pytest.mark.filterwarnings("error"))
