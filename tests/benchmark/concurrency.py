"""Runs many faults concurrently: those that wait in addition to those that use the processor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from tests.mock.registry import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor

T = TypeVar("T")

#: The number of slow faults that are tried in addition to the others, because they need no core.
_WAITING: Final = 4


def in_parallel(
    work: Callable[[str], T], names: Sequence[str], pool: Callable[[int], Executor], jobs: int
) -> Iterator[T]:
    """``work`` for each name, in order, ``jobs`` at once; slow faults have a pool of their own.

    ``pool`` creates an executor with this number of workers.
    """
    waiting = {fault.name for fault in faults().values() if fault.breaks.startswith("service.")}
    with pool(jobs) as busy, pool(_WAITING) as idle:
        futures = [(idle if name in waiting else busy).submit(work, name) for name in names]
        for future in futures:
            yield future.result()
