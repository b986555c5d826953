"""Many calls in a few threads, and an interrupt while they are waited for."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest

from tests.harness.client.budget import BudgetSpent
from tests.harness.client.concurrent_calls import ConcurrentCalls, SendingThreads


def test_results_are_in_the_order_of_the_calls() -> None:
    threads = SendingThreads(4, lambda: None)

    def late(index: int) -> int:
        time.sleep(0.01 * (index % 3))
        return index

    assert threads.call([partial(late, index) for index in range(20)]) == (list(range(20)), "")
    threads.end()


def test_a_problem_ends_the_calls_that_have_not_begun() -> None:
    def spent() -> int:
        raise BudgetSpent("nothing left")

    def slow() -> int:
        time.sleep(0.01)
        return 2

    threads = SendingThreads(2, lambda: None)
    answers, ended = threads.call([lambda: 1, spent, *[slow] * 50])
    assert ended == "nothing left"
    assert len(answers) < 10
    threads.end()


def test_whoever_waits_holds_no_lock_of_a_future(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Future, "result", lambda *_: pytest.fail("an interrupt here may leave the lock locked"))
    with ThreadPoolExecutor(2) as pool:
        calls = ConcurrentCalls([lambda: 1] * 5)
        calls.run(pool, 2)
    assert len(calls.answers) == 5


def test_an_interrupt_ends_the_wait_and_the_threads_end() -> None:
    threads = SendingThreads(2, lambda: None)
    interrupt = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    sent: list[int] = []

    def slow() -> None:
        time.sleep(0.05)
        sent.append(1)

    with pytest.raises(KeyboardInterrupt):
        threads.call([slow] * 500)
    threads.end()
    assert len(sent) < 250
