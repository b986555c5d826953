"""How often a run names the mistake that a service makes, and whether another run names the same.

    python -m tests.benchmark.diagnosis [--sample 40] [--seed 1] [--jobs 2]

A sample of the mock's faults, two whole runs each with different seeds: what the second one sends the first has not
sent. A diagnosis is confirmed where both runs give the same, and contradicted where they give different ones.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.benchmark.forked import preload, run_pytest
from tests.benchmark.many_mistakes import eligible
from tests.benchmark.trial import KEY, ROOT
from tests.mock.process import MockProcess
from tests.mock.registry import faults


def diagnosed(name: str, seeds: tuple[int, int]) -> tuple[str, list[dict[str, str]]]:
    """The diagnoses of each finding, by its name, in one run for each seed."""
    return name, [_sentences(name, seed) for seed in seeds]


def _sentences(name: str, seed: int) -> dict[str, str]:
    with MockProcess.start(key=KEY, fault=name) as mock, tempfile.TemporaryDirectory() as folder:
        command = ["tests/contract", "--target", "live", "--base-url", mock.base_url, "--reports", folder, "-q"]
        command += ["--examples", f"{folder}/examples", "-p", "no:cacheprovider", "--seed", str(seed)]
        run_pytest(command, {"ACTIVEPIECES_API_KEY": KEY}, Path(folder) / "output.txt", ROOT, 300.0)
        for report in Path(folder).glob("2*/report.json"):
            findings = json.loads(report.read_text(encoding="utf-8"))["findings"]
            return {f["id"]: f["diagnosis"]["sentence"] if f["diagnosis"] else "" for f in findings}
    return {}


def main(arguments: list[str] | None = None) -> int:
    """Print the shares, by family of faults; 0 where few diagnoses are contradicted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=40, help="faults that are tried (default: 40)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args(arguments)
    names = random.Random(options.seed).sample(eligible(), options.sample)  # noqa: S311  # repeatable by intention
    seeds = (options.seed, options.seed + 1)
    context = multiprocessing.get_context("fork")
    outcomes: dict[str, Counter[str]] = {}
    with ProcessPoolExecutor(options.jobs, context, initializer=preload) as pool:
        for name, (first, second) in pool.map(partial(diagnosed, seeds=seeds), names):
            said, again = set(filter(None, first.values())), set(filter(None, second.values()))
            outcome = "none" if not said else "confirmed" if said <= again else "contradicted" if again else "once"
            outcomes.setdefault(faults()[name].group, Counter())[outcome] += 1
            if options.verbose:
                print(f"{outcome}: {name}: {'; '.join(sorted(said)) or '; '.join(first)}", flush=True)
    total: Counter[str] = sum(outcomes.values(), Counter())
    for group, counts in sorted(outcomes.items()):
        print(f"{group}: " + ", ".join(f"{counts[word]} {word}" for word in sorted(counts)))
    given = options.sample - total["none"]
    print(
        f"{given} of {options.sample} faults have a diagnosis ({100 * given / options.sample:.0f} %); of these"
        f" {total['confirmed']} are confirmed by another run, {total['contradicted']} contradicted"
    )
    return 1 if total["contradicted"] > 0.1 * options.sample else 0


if __name__ == "__main__":
    sys.exit(main())
