"""Scaling: time and memory of nightly runs of 1,000, 10,000 and 100,000 requests."""

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
#: Processes with less memory in bytes, such as a resource tracker, are ignored.
_SMALL: Final = 20 * _MB


@dataclass(frozen=True, slots=True)
class Size:
    """One nightly run: requests received by the server, seconds, and the peak memory of each process in bytes."""

    requests: int
    seconds: float
    peaks: tuple[int, ...]


def nightly(requests: int, *arguments: str) -> Size:
    """Run the nightly profile with a budget of ``requests``, including cleanup, against its own mock."""
    with CountedMock.start() as mock:
        profile = ["--profile", "nightly", "-p", "tests.benchmark.nightly_examples"]
        command = [*profile, "--seed", "1", "--budget", str(requests), *arguments]
        with suite(mock.base_url, *command, memory=True) as (done, _):
            if done.status != 0:
                raise RuntimeError(f"the suite ended with {done.status} on the clean mock:\n{done.output[-3000:]}")
            return Size(len(mock.arrivals()), done.seconds, tuple(peak for peak in done.peaks if peak > _SMALL))


def scaling_table(sizes: Sequence[int]) -> str:
    """A Markdown table with one row for each size."""
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
