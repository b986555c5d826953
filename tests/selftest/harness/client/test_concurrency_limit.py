"""A limit of concurrent requests grows one by one, shrinks at once, and makes requests wait."""

from __future__ import annotations

import threading

from tests.harness.client.concurrency_limit import ConcurrencyLimit


def test_the_limit_grows_after_good_responses_up_to_its_maximum() -> None:
    limit = ConcurrencyLimit(1, 3, steady=2)
    widths = []
    for _ in range(8):
        limit.grow()
        widths.append(limit.width)
    assert widths == [1, 2, 2, 3, 3, 3, 3, 3]


def test_a_lowered_limit_starts_counting_again_and_may_stay_lower() -> None:
    limit = ConcurrencyLimit(4, 4, steady=2)
    limit.grow()
    limit.shrink(1, 2)
    limit.grow()
    assert limit.width == 1
    for _ in range(10):
        limit.grow()
    assert limit.width == 2


def test_a_request_waits_until_there_is_room() -> None:
    limit, inside = ConcurrencyLimit(1, 2, steady=1), threading.Event()

    def second() -> None:
        with limit.one() as under_way:
            assert under_way == 1
            inside.set()

    with limit.one():
        waiting = threading.Thread(target=second)
        waiting.start()
        assert not inside.wait(0.1)
    waiting.join(10)
    assert inside.is_set()


def test_a_limit_that_grows_lets_a_waiting_request_go() -> None:
    limit, inside = ConcurrencyLimit(1, 2, steady=1), threading.Event()

    def second() -> None:
        with limit.one():
            inside.set()

    with limit.one():
        waiting = threading.Thread(target=second)
        waiting.start()
        limit.grow()
        assert inside.wait(10)
    waiting.join(10)
