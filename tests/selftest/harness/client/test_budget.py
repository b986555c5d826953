"""The budget: which thread may send while the others pause."""

from __future__ import annotations

import threading
import time

from tests.harness.client.budget import RequestBudget


def _sent_at(request_budget: RequestBudget) -> float:
    request_budget.take()
    return time.monotonic()


def test_one_sends_alone_while_all_others_pause() -> None:
    request_budget, others = RequestBudget(), list[float]()
    other = threading.Thread(target=lambda: others.append(_sent_at(request_budget)))
    began = time.monotonic()
    with request_budget.alone(0.5):
        other.start()
        alone = _sent_at(request_budget)
        assert request_budget.paused() > 0.0
    other.join()
    assert began + 0.5 <= alone < others[0], "after the time for responses to the others"
    assert others[0] >= began + 2 * 0.5
    assert request_budget.paused() == 0.0


def test_a_longer_pause_holds_for_the_one_that_is_alone_too() -> None:
    request_budget = RequestBudget()
    with request_budget.alone(0.05):
        began = time.monotonic()
        request_budget.pause(0.5)
        assert _sent_at(request_budget) >= began + 0.5


def test_no_time_alone_is_no_exemption() -> None:
    request_budget = RequestBudget()
    began = time.monotonic()
    request_budget.pause(0.3)
    with request_budget.alone(0.0):
        assert _sent_at(request_budget) >= began + 0.3
