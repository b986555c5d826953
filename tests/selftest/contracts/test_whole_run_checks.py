"""Checks of several responses: ids, changing defaults, clocks, several machines behind one service."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from contracts.checks.whole_run import WholeRunChecks

if TYPE_CHECKING:
    from collections.abc import Callable

STARTED = 1_795_600_000.0
NUMBER = 60


def _clauses(checks: WholeRunChecks) -> set[str]:
    return {seen.finding.clause for seen in checks.findings()}


def _clock(created: Callable[[int, float], float], *, apart: float = 0.05) -> set[str]:
    """The findings where project ``n``, sent at a moment, says that it was created at ``created(n, moment)``."""
    checks = WholeRunChecks()
    for number in range(NUMBER):
        sent = STARTED + apart * number
        moment = datetime.fromtimestamp(created(number, sent), UTC).isoformat()
        project = {"id": f"{number:021}", "created": moment, "updated": moment}
        checks.observe(project, None, sent, 0.01, ("main", number))
    return _clauses(checks)


@pytest.mark.parametrize(
    "created",
    [
        lambda _, sent: sent,
        lambda _, sent: sent - 3_600,
        lambda _, sent: float(int(sent)),
        lambda number, sent: sent + 4 * (number % 2),
        lambda number, sent: sent + 3 * (number > NUMBER / 2),
    ],
    ids=["right", "an hour behind", "whole seconds", "two machines, 4 s apart", "set by 3 s"],
)
def test_a_clock_that_goes_is_no_finding(created: Callable[[int, float], float]) -> None:
    assert _clock(created) == set()


@pytest.mark.parametrize(
    "created",
    [lambda *_: STARTED, lambda *_: STARTED - 7_200, lambda number, sent: sent - 30 * (number == 7)],
    ids=["the moment of the start", "the release", "one of half a minute before"],
)
def test_a_clock_that_stands_or_jumps_is_one(created: Callable[[int, float], float]) -> None:
    assert _clock(created) == {"response.201.created.clock"}


def test_a_run_that_is_too_short_says_nothing_of_a_clock_that_stands() -> None:
    assert _clock(lambda *_: STARTED, apart=0.001) == set()


def _observed(*answers: tuple[str, bool]) -> set[str]:
    checks = WholeRunChecks()
    for number, (identifier, may_repeat) in enumerate(answers):
        project = {"id": identifier * 21, "plan": {"id": identifier.lower() * 21}}
        checks.observe(project, None, STARTED, 0.01, ("main", number), may_repeat=may_repeat)
    return _clauses(checks)


def test_an_id_stands_once_but_for_the_second_use_of_an_external_id() -> None:
    repeated = {"response.201.id.unique", "response.201.plan.id.unique"}
    assert _observed(("A", False), ("B", False)) == set()
    assert _observed(("A", False), ("A", False)) == repeated
    assert _observed(("A", False), ("A", True)) == set()
    assert _observed(("A", True), ("A", False), ("A", False)) == repeated


@pytest.mark.parametrize("identifier", ["1041", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "p179579519"])
def test_an_id_of_any_format_stands_once(identifier: str) -> None:
    checks = WholeRunChecks()
    for number in range(2):
        checks.observe({"id": identifier, "plan": {"id": number}}, None, STARTED, 0.01, ("main", number))
    assert _clauses(checks) == {"response.201.id.unique"}


def _defaults(*values: object) -> set[str]:
    checks = WholeRunChecks()
    for number, value in enumerate(values):
        checks.observe_unasked({"maxConcurrentJobs": value}, ("main", number))
    return _clauses(checks)


def test_a_default_is_always_the_same() -> None:
    assert _defaults() == _defaults(5) == _defaults(5, 5, 5) == _defaults({"a": 1, "b": 2}, {"b": 2, "a": 1}) == set()
    assert _defaults(5, 5, 77) == _defaults({}, {"team": "beta"}) == {"response.201.answers_own_request"}


def test_a_response_with_an_earlier_project_breaks_one_clause_and_an_id_with_another_plan_two_rules() -> None:
    checks = WholeRunChecks()
    first = {"id": "K" * 21, "created": "2026-11-28T01:00:00.000Z", "plan": {"id": "k" * 21}}
    again = {**first, "created": "2026-11-28T01:00:09.000Z"}
    for number, project in enumerate([first, first, again]):
        checks.observe(project, None, STARTED, 0.01, ("main", number))
        checks.observe_unasked({"maxConcurrentJobs": number}, ("main", number))
    assert checks.repeats() == {("main", 1)}, "the third is another project, which has the ids of the first"
    seen = Counter(found.finding.clause for found in checks.findings())
    assert seen["response.201.id.unique"] == 2
    assert seen["response.201.plan.id.unique"] == 1
