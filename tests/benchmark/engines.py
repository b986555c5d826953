"""What Hypothesis and schemathesis find by themselves, without the suite's own sets: which engine earns what.

    python -m tests.benchmark.engines [--sample 20] [--seed 1] [--jobs 2]

Each fault and engine is a run of its own with at most 3,000 requests, ended at its first finding. The module is the
pytest plugin of these runs, too: it has the profile ``default`` draw as many bodies as they may send.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.benchmark.concurrency import in_parallel
from tests.benchmark.trial import Trial, pool, try_mock
from tests.harness.profiles import PROFILES
from tests.mock.registry import faults

if TYPE_CHECKING:
    import pytest

#: The tests of each engine, as ``-k`` selects them.
ENGINES: Final = {
    "Hypothesis, valid bodies": "random_valid",
    "Hypothesis, adversarial bodies": "random_body",
    "Hypothesis, unspecified bodies": "random_bodies_that",
    "Hypothesis, near misses": "near_misses",
    "schemathesis": "what_schemathesis",
}
#: Requests of a run, and of them those of the tests, which a correct service gets all of.
_BUDGET: Final = 3_000
_BODIES: Final = 400


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Have the profile ``default`` draw as many bodies as the budget admits."""
    del early_config
    PROFILES["default"] = replace(PROFILES["default"], examples=_BODIES, generated=_BODIES)


def look(fault: str, tests: str, seed: int) -> Trial:
    """Run the tests of one engine against the mock with one fault."""
    selected = ("-p", "tests.benchmark.engines", "-k", tests, "--seed", str(seed), "--budget", str(_BUDGET))
    return try_mock(fault, *selected, fault=fault)


def main(arguments: list[str] | None = None) -> int:
    """Print the share of each engine and of all together, and the faults of each clause that none found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=20, help="faults, drawn with the seed (0: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    catalogue = faults()
    names = sorted(catalogue)
    if options.sample:
        names = sorted(random.Random(options.seed).sample(names, min(options.sample, len(names))))  # noqa: S311
    found: dict[str, set[str]] = {}
    for engine, tests in ENGINES.items():
        work = partial(look, tests=tests, seed=options.seed)
        found[engine] = {trial.name for trial in in_parallel(work, names, pool, options.jobs) if trial.found}
        print(_line(engine, found[engine], names), flush=True)
    every = set().union(*found.values())
    print(_line("all together", every, names))
    for engine, its in found.items():
        alone = its - set().union(*(others for other, others in found.items() if other != engine))
        print(f"found by {engine} alone: {len(alone)}")
    missed = [name for name in names if name not in every]
    for clause, number in Counter(catalogue[name].breaks for name in missed).most_common():
        print(f"missed by all: {clause} ({number}): {', '.join(n for n in missed if catalogue[n].breaks == clause)}")
    return 0


def _line(engine: str, found: set[str], names: list[str]) -> str:
    return f"{engine}: {len(found)} of {len(names)} ({len(found) / len(names):.0%})"


if __name__ == "__main__":
    sys.exit(main())
