"""Does cost grow with the work? Time and memory of nightly runs of 1,000, 10,000 and 100,000 requests."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.benchmark.page import table
from tests.benchmark.runs import suite
from tests.benchmark.served import CountedMock

if TYPE_CHECKING:
    from collections.abc import Sequence

_MB: Final = 1_000_000
#: Bytes beside which the memory of helpers, such as a resource tracker, is not worth a word.
_SMALL: Final = 20 * _MB


@dataclass(frozen=True, slots=True)
class Size:
    """One nightly run: requests that the server saw, seconds, and the peak of each process in bytes."""

    requests: int
    seconds: float
    peaks: tuple[int, ...]


def nightly(requests: int, *arguments: str) -> Size:
    """Run the nightly profile with a budget of ``requests``, cleanup included, against a mock of its own."""
    with CountedMock.start() as mock:
        command = ["--profile", "nightly", "--seed", "1", "--budget", str(requests), "-p", "tests.benchmark.larger"]
        with suite(mock.base_url, *command, *arguments, memory=True) as (done, _):
            if done.status != 0:
                raise RuntimeError(f"the suite ended with {done.status} on the clean mock:\n{done.output[-3000:]}")
            return Size(len(mock.arrivals()), done.seconds, tuple(peak for peak in done.peaks if peak > _SMALL))


def scaling_table(sizes: Sequence[int]) -> str:
    """A Markdown table with one row a size."""
    rows = []
    for size in sizes:
        found = nightly(size)
        print(f"{found}", file=sys.stderr, flush=True)
        rows.append(
            [
                f"{found.requests:,}",
                f"{found.seconds:.1f} s",
                f"{found.seconds / found.requests * 1000:.2f} ms",
                ", ".join(f"{peak / _MB:.0f} MB" for peak in found.peaks),
            ]
        )
    return table(["requests, cleanup included", "seconds", "a request", "peak memory of each process"], rows)
