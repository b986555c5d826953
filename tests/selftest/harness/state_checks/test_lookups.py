"""A finding about a member that is not compared keeps no project from being read back."""

from __future__ import annotations

import pytest

from contracts.document import load_contract
from contracts.findings import Finding
from tests.harness.state_checks.lookups import leaves_open


@pytest.mark.parametrize(
    ("clause", "open_"),
    [
        ("response.201.plan.locked.type", False),
        ("response.201.updated.order", False),
        ("response.201.releasesEnabled.type", False),
        ("response.201.displayName.echo", True),
        ("response.201.id.unique", True),
        ("response.201.created.clock", True),
        ("response.201.plan.id.unique", True),
        ("response.201.answers_own_request", True),
        ("response.201.json", True),
        ("response.201.status", True),
        ("request.displayName.pattern", True),
        ("service.time", True),
    ],
)
def test_only_findings_about_compared_members_leave_open_which_project_was_created(clause: str, *, open_: bool) -> None:
    assert leaves_open(load_contract(), [Finding(clause, "x", "e", "r")]) == open_
    assert not leaves_open(load_contract(), [])
