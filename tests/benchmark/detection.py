"""Runs the suite against every fault of the mock: which are found, under which clause, after how many requests.

    python -m tests.benchmark.detection [--jobs 2] [--only NAME ... | --of 2] [--json FILE]

Each fault has a run of its own over real HTTP, which ends at its first finding.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmark.concurrency import in_parallel
from tests.benchmark.trial import Trial, pool, try_mock
from tests.mock.registry import faults

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The numbers of requests at which the share found is printed.
BOUNDS: Final = (40, 50, 100, 300, 500, 1_000, 3_000)
#: Seconds of a day.
_DAY: Final = 86_400
#: Faults that break several clauses: each of these is a right result.
AS_RIGHT: Final[dict[str, tuple[str, ...]]] = {
    # A value from another request may contain its name or not.
    "answers_with_the_display_name_of_another_request": ("response.201.displayName.echo",),
    # The whole response is another project's.
    "answers_an_equal_body_from_a_cache": ("response.201.plan.id.unique", "state.creates_one"),
    # A list and null are accepted: either is a broken promise, and a run ends at the first of them.
    "accepts_what_typeof_calls_an_object_as_metadata": ("request.metadata.null",),
    # The limit affects any large member.
    "refuses_bodies_beyond_16_kib": ("request.metadata.type", "request.globalConnectionExternalIds.type"),
    # A long name causes a timeout, in whichever test sends it first.
    "backtracks_in_display_names": ("service.time",),
    # Half a head loses the media type, and the rest of the head is in the body.
    "truncates_the_head": ("response.201.json", "response.201.mediaType"),
    # One escape in any text is enough.
    "refuses_unicode_escapes": (
        *("request.displayName.pattern", "request.externalId.type", "request.metadata.type"),
        "request.globalConnectionExternalIds.type",
    ),
}


def detect(name: str, arguments: Sequence[str] = ()) -> Trial:
    """Run the suite against the mock with one fault, until its first finding."""
    return try_mock(name, *arguments, fault=name)


def _as_expected(trial: Trial, breaks: Mapping[str, str]) -> bool:
    """Whether it was found under exactly the clause that it breaks."""
    right = {breaks[trial.name], *AS_RIGHT.get(trial.name, ())}
    return trial.found and bool(trial.clauses) and right.issuperset(trial.clauses)


def untouched() -> frozenset[str]:
    """The faults that are never used to tune the order of cases: fixed on 2026-11-26, for measuring only.

    Before that day the order was tuned on all faults.
    """
    return frozenset(Path(__file__).with_name("untouched.txt").read_text(encoding="utf-8").split())


def _share_by_requests(trials: Sequence[Trial]) -> str:
    """The share of faults that were found within this number of requests."""
    counts = [trial.requests for trial in trials if trial.found and trial.requests is not None]
    shares = (f"{100 * sum(n <= bound for n in counts) / len(trials):.0f} % within {bound}" for bound in BOUNDS)
    return "found " + ", ".join(shares) + " requests"


def main(arguments: list[str] | None = None) -> int:
    """0 if every fault was found under exactly the clause that it breaks; further arguments are the suite's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="at once (default: 2), beside those that only wait")
    parser.add_argument("--only", nargs="+", metavar="NAME")
    parser.add_argument("--of", type=int, default=1, metavar="N", help="one in N faults, others each day (UTC)")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--tolerate", type=float, default=0.0, help="share of faults that chance may hide or misname")
    options, passed_on = parser.parse_known_args(arguments)
    breaks = {fault.name: fault.breaks for fault in faults().values()}
    work = partial(detect, arguments=passed_on)
    today = int(time.time() // _DAY)
    names = options.only or list(breaks)[today % options.of :: options.of]
    trials = {trial.name: trial for trial in in_parallel(work, names, pool, options.jobs)}
    # An intermittent fault may depend on the seed: a wrong result must occur twice.
    doubtful = [name for name, trial in trials.items() if not _as_expected(trial, breaks)]
    for name in doubtful:
        print(f"{name}: {trials[name].clauses or trials[name].status}, once more", file=sys.stderr, flush=True)
    trials |= {trial.name: trial for trial in in_parallel(work, doubtful, pool, options.jobs)}
    wrong = [trial for trial in trials.values() if not _as_expected(trial, breaks)]
    for trial in wrong:
        print(f"{trial.name}: status {trial.status}, {trial.clauses}, breaks {breaks[trial.name]}", flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(trial) for trial in trials.values()], indent=1))
    print(f"{len(trials) - len(wrong)} of {len(trials)} as they should be ({len(doubtful)} were run twice)")
    frozen = untouched()
    for part, names in (("tuned", trials.keys() - frozen), ("untouched", trials.keys() & frozen)):
        if names:
            print(f"{part} ({len(names)}): {_share_by_requests([trials[name] for name in sorted(names)])}")
    return 1 if len(wrong) > options.tolerate * len(trials) else 0


if __name__ == "__main__":
    sys.exit(main())
