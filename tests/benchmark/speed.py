"""Measures the speed of the suite relative to a plain loop and to schemathesis.

    python -m tests.benchmark.speed [--short] [--rounds 5] [--busy 2] [--page]
    python -m tests.benchmark.speed --scaling [--sizes 1000 10000 100000] [--page]

(a) a plain loop over requests.Session, (a8) the same over 8 connections, (a8d) the same, deleting what it created, as
the suite does; (b) this suite, default profile, (c) the same with -n 2; (d) `st run`, fuzzing phase, with as many cases
(measured with 100 and 300, and extrapolated); (n) this suite, nightly, within 6,000 requests, (n2) the same with -n 2.

Ends with 1 if a ratio exceeds its limit in LIMITS.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.benchmark.measuring import Timings, recorded_traffic, timed, where_time_goes
from tests.benchmark.page import made_by, rewrite, table
from tests.benchmark.scaling import scaling_table
from tests.benchmark.stopwatch import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Limit:
    """A ratio of two contestants' times: its target, and the limit beyond which the command fails.

    The limit leaves room for other load on the machine.
    """

    what: str
    delay_ms: int
    contestant: str
    to: str
    target: float
    bound: float
    at_least: bool = False

    def holds(self, ratio: float) -> bool:
        """Whether a ratio is within the limit."""
        return ratio >= self.bound if self.at_least else ratio <= self.bound

    def said(self, ratio: float) -> str:
        """One line: the ratio, its target, and whether it exceeds its limit."""
        word = "at least" if self.at_least else "at most"
        verdict = "" if self.holds(ratio) else f"  BEYOND THE BOUND of {self.bound:g}"
        return f"{self.what}: {ratio:.2f} (target: {word} {self.target:g}){verdict}"


#: The contestants are those of the module's description; smoke is measured from command to verdict, and compared with
#: the time of its imports. The bounds also hold while two other processes keep both cores busy, which changes the
#: ratios: the loop needs one core, the suite prepares cases on the other.
LIMITS: Final = (
    Limit("suite / plain loop, 0 ms", 0, "b", "a", target=1.5, bound=4.5),
    # The loop deletes over 8 connections; the suite over 4 at most, to protect the service.
    Limit("suite / loop over 8 connections with deletion, 20 ms", 20, "b", "a8d", target=0.9, bound=2.0),
    Limit("schemathesis / suite, 0 ms", 0, "d", "b", target=7.0, bound=3.0, at_least=True),
    Limit("smoke / its imports, 0 ms", 0, "smoke", "imports", target=2.2, bound=4.0),
)
_NAMES: Final = {
    "a": "(a) plain loop",
    "a8": "(a8) plain loop, 8 connections",
    "a8d": "(a8d) the same, and deletes what it created",
    "b": "(b) this suite",
    "c": "(c) this suite, -n 2",
    "d": "(d) schemathesis, fuzzing",
    "night": "(n) this suite, nightly, 6,000 requests",
    "night2": "(n2) the same, -n 2",
    "smoke": "this suite, --profile smoke",
}
_SHORT: Final = {0: ("a", "b", "d", "smoke", "imports"), 20: ("a8d", "b")}
_FULL: Final = {
    0: ("a", "a8", "a8d", "b", "c", "d", "smoke", "imports"),
    5: ("a", "a8", "a8d", "b", "c", "d", "night", "night2"),
    20: ("a", "a8", "a8d", "b", "c", "d", "night", "night2"),
}


def broken_limits(measured: Sequence[Timings]) -> list[str]:
    """One line for each limit that is exceeded."""
    return [limit.said(ratio) for limit, ratio in _ratios(measured) if not limit.holds(ratio)]


def _ratios(measured: Sequence[Timings]) -> list[tuple[Limit, float]]:
    at = {timings.delay_ms: timings for timings in measured}
    found = [(limit, at[limit.delay_ms].ratio(limit.contestant, limit.to)) for limit in LIMITS if limit.delay_ms in at]
    return [(limit, ratio) for limit, ratio in found if ratio is not None]


def speed_table(measured: Sequence[Timings]) -> str:
    """The median seconds by contestant and delay, and the suite's cases a second."""
    head = ["", *[f"{timings.delay_ms} ms" for timings in measured]]
    rows = []
    for contestant, name in _NAMES.items():
        medians = [timings.median(contestant) for timings in measured]
        if any(value is not None for value in medians):
            rows.append([name, *["-" if value is None else f"{value:.2f} s" for value in medians]])
    for one, other in (("b", "a"), ("b", "a8"), ("b", "a8d"), ("c", "b"), ("d", "b"), ("night2", "night")):
        ratios = [timings.ratio(one, other) for timings in measured]
        if any(ratio is not None for ratio in ratios):
            rows.append(
                [f"{_short(one)} / {_short(other)}", *["-" if ratio is None else f"{ratio:.2f}" for ratio in ratios]]
            )
    return table(head, rows)


def _short(contestant: str) -> str:
    """The abbreviation at the start of a contestant's name in the table."""
    return _NAMES[contestant].partition(" ")[0]


def shares_table(parts: dict[str, float]) -> str:
    """The parts of one run, as shares of its time."""
    whole = sum(parts.values())
    rows = [[name, f"{parts[name]:.2f} s", f"{parts[name] / whole:.0%}"] for name in PARTS]
    return table(["one run of the default profile over one connection, 0 ms", "seconds", "share"], rows)


@contextmanager
def _busy(processes: int) -> Iterator[None]:
    """Keep so many cores busy in the block."""
    command = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(command) for _ in range(processes)]  # noqa: S603  # our own loop
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def main(arguments: list[str] | None = None) -> int:
    """0 if every ratio is within its limit, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="what the limits need, three rounds (one or two minutes)")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--busy", type=int, default=0, help="processes that keep a core busy meanwhile")
    parser.add_argument("--scaling", action="store_true", help="time and memory of larger and larger nightly runs")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="requests, for --scaling"
    )
    parser.add_argument("--page", action="store_true", help="write the tables into docs/benchmark.md")
    options = parser.parse_args(arguments)
    if options.scaling:
        text = f"{scaling_table(options.sizes)}\n\n{made_by('python -m tests.benchmark.speed --scaling --page')}"
        print(text)
        if options.page:
            rewrite("scaling", text)
        return 0
    rounds = options.rounds or (3 if options.short else 5)
    traffic = recorded_traffic()
    plan = _SHORT if options.short else _FULL
    with _busy(options.busy):
        measured = [timed(traffic, delay_ms, contestants, rounds) for delay_ms, contestants in plan.items()]
    limits = "\n".join(f"- {limit.said(ratio)}" for limit, ratio in _ratios(measured))
    title = f"{len(traffic.cases):,} POSTs, medians of {rounds} rounds by delay of the server:"
    parts = [title, speed_table(measured), limits]
    if not options.short:
        parts.append(shares_table(where_time_goes()))
    text = "\n\n".join([*parts, made_by("python -m tests.benchmark.speed --page")])
    print(text)
    if options.page:
        rewrite("speed", text)
    return 1 if broken_limits(measured) else 0


if __name__ == "__main__":
    sys.exit(main())
