"""The end of a test after a finding, and the examples of random tests."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.exchange import Case
from contracts.findings import BrokenPromise, Finding
from tests.harness.client.budget import BudgetSpent
from tests.harness.driver import Driver
from tests.harness.settings.run_options import RunOptions


class _Anything:
    """Stands for the session and the history; takes whatever is said to it."""

    exhausted = ""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


def _driver() -> Driver:
    nothing: Any = _Anything()
    return Driver(RunOptions(profile="smoke", run_id="ctdriver01ab"), nothing, nothing, 1)


FIRST = Finding("state.creates_one", "a", "one", "two")
SECOND = Finding("state.reads_back", "b", "three", "four")


def _run(end: BaseException | None, *found: Finding) -> None:
    """A test that reports findings, goes on, and ends in some way."""
    driver = _driver()
    with driver.to_the_end():
        for finding in found:
            driver.report(finding)
        if end is not None:
            raise end


def test_a_test_runs_to_its_end_and_raises_all_that_it_found() -> None:
    with pytest.raises(BrokenPromise, match=r"(?s)creates_one.*reads_back"):
        _run(None, FIRST, SECOND)
    _run(None)


def test_outside_it_a_finding_is_raised_at_once() -> None:
    with pytest.raises(BrokenPromise):
        _driver().report(FIRST)


@pytest.mark.parametrize("end", [BudgetSpent("spent"), pytest.skip.Exception("no more")])
def test_a_finding_counts_if_the_test_ends_early(end: BaseException) -> None:
    with pytest.raises(BrokenPromise):
        _run(end, FIRST)
    with pytest.raises(type(end)):
        _run(end)


def test_an_interruption_is_not_replaced_by_a_finding() -> None:
    with pytest.raises(KeyboardInterrupt):
        _run(KeyboardInterrupt(), FIRST)


def test_the_examples_of_a_later_round_of_a_test_are_sent_as_those_of_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    driver = _driver()
    sent: list[Case] = []
    monkeypatch.setattr(driver, "_new_finding", sent.extend)
    monkeypatch.setattr("tests.harness.driver.most_examples", lambda: 300)
    for number in range(3):
        driver.begin_round()
        for example in range(300):
            driver.check([Case(b"%d %d" % (number, example))])
    assert len(sent) == len(set(sent)) == 900
    for example in range(300):  # more than Hypothesis generates: it shrinks
        driver.check([Case(b"%d" % example)])
    assert len(sent) == 900 + 100
