"""The budget: which thread may send while the others pause."""

from __future__ import annotations

import threading
import time

from tests.harness.client.budget import RequestBudget


def _seconds_to_send(request_budget: RequestBudget) -> float:
    began = time.monotonic()
    request_budget.take()
    return time.monotonic() - began


def test_one_sends_alone_while_all_others_pause() -> None:
    request_budget, waited = RequestBudget(), list[float]()
    other = threading.Thread(target=lambda: waited.append(_seconds_to_send(request_budget)))
    with request_budget.alone(0.2):
        other.start()
        assert _seconds_to_send(request_budget) < 0.1
    other.join()
    assert waited[0] > 0.1
    assert _seconds_to_send(request_budget) < 0.1


def test_a_longer_pause_holds_for_the_one_that_is_alone_too() -> None:
    request_budget = RequestBudget()
    with request_budget.alone(0.05):
        request_budget.pause(0.5)
        assert _seconds_to_send(request_budget) > 0.4


def test_no_time_alone_is_no_exemption() -> None:
    request_budget = RequestBudget()
    request_budget.pause(0.3)
    with request_budget.alone(0.0):
        assert _seconds_to_send(request_budget) > 0.2
