"""Merges several queues in turn, so that a run that is cut short has seen some of each."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")


def in_turn(queues: Iterable[Sequence[T]]) -> list[T]:
    """The first item of each queue, then the second of each, and so on."""
    return [one for turn in zip_longest(*queues) for one in turn if one is not None]
