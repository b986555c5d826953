"""Merges several queues, so that a run that is cut short has seen some of each."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

K = TypeVar("K")
T = TypeVar("T")


def in_turn(queues: Iterable[Sequence[T]]) -> list[T]:
    """The first item of each queue, then the second of each, and so on."""
    return [one for turn in zip_longest(*queues) for one in turn if one is not None]


def in_proportion(queues: Mapping[K, Sequence[T]], shares: Mapping[K, float]) -> list[T]:
    """The items of all queues: of each beginning about as many from each queue as its share.

    A queue that has ended leaves its turns to the others. Of two queues that are due at the same time the first one has
    the first turn.
    """
    due = [
        ((place + 0.5) / shares[name], number, item)
        for number, (name, queue) in enumerate(queues.items())
        for place, item in enumerate(queue)
    ]
    return [item for _, _, item in sorted(due, key=lambda one: one[:2])]
