"""Many faults at once: those that only wait beside those that need the processor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from tests.mock.registry import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor

T = TypeVar("T")

#: So many of the faults that let a client wait are tried at once, beside the others: they need no core meanwhile.
_WAITING: Final = 4


def in_parallel(
    work: Callable[[str], T], names: Sequence[str], pool: Callable[[int], Executor], jobs: int
) -> Iterator[T]:
    """``work`` of each name, in the order of the names, ``jobs`` at once; those that wait have a pool of their own.

    ``pool`` makes an executor of so many workers.
    """
    waiting = {fault.name for fault in faults().values() if fault.breaks.startswith("service.")}
    with pool(jobs) as busy, pool(_WAITING) as idle:
        futures = [(idle if name in waiting else busy).submit(work, name) for name in names]
        for future in futures:
            yield future.result()
