"""Runs the suite against services that keep the contract: every finding is a false alarm.

    python -m tests.benchmark.false_alarms [--jobs 2] [--seeds 50] [--json FILE]

The services are the mock without faults, once with each seed, and every variant of it: correct, but different. Runs are
never repeated, because even a rare false alarm counts.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmark.trial import Trial, pool, try_mock
from tests.mock.registry import variants

if TYPE_CHECKING:
    from collections.abc import Sequence


def verify_seed(seed: int, arguments: Sequence[str] = ()) -> Trial:
    """Run the suite with a seed against the mock without faults."""
    return try_mock(f"seed {seed}", "--seed", str(seed), *arguments, to_the_end=True)


def verify_variant(name: str, arguments: Sequence[str] = ()) -> Trial:
    """Run the suite against a variant of the mock."""
    return try_mock(name, *arguments, to_the_end=True, variant=name)


def main(arguments: list[str] | None = None) -> int:
    """0 if no run had findings; further arguments are the suite's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="at once (default: 2)")
    parser.add_argument("--seeds", type=int, default=50, help="runs of the clean mock (default: 50)")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options, passed_on = parser.parse_known_args(arguments)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    with pool(options.jobs) as workers:
        # The variants first, because some take several times as long as others.
        variant_runs = workers.map(partial(verify_variant, arguments=passed_on), variants())
        clean = list(workers.map(partial(verify_seed, arguments=passed_on), seeds))
        different = list(variant_runs)
    for kind, trials in (("runs of the clean mock", clean), ("services that are correct but different", different)):
        alarmed = [trial for trial in trials if trial.status != 0]
        for trial in alarmed:
            print(f"{trial.name}: status {trial.status}, {trial.clauses}\n{trial.output}", flush=True)
        print(f"{kind}: {len(trials)}, of them reported: {len(alarmed)}", flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(trial) for trial in (*clean, *different)], indent=1))
    return 1 if any(trial.status != 0 for trial in (*clean, *different)) else 0


if __name__ == "__main__":
    sys.exit(main())
