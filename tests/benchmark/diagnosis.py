"""How often a run names what a service does instead, and whether that holds for requests which the run has not sent.

    python -m tests.benchmark.diagnosis [--sample 40] [--mistakes 1] [--seed 1] [--jobs 2]

A sample of the mock's faults, one or several at a time, two whole runs each with different seeds. The diagnoses of the
first run are held against the exchanges of the second: one that predicts any of them wrongly is contradicted.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from contracts.diagnosis import Diagnosis, Observation, contradicted, observed
from reports.history import history_files, read_history
from reports.reading import summarize
from tests.benchmark.forked import preload, run_pytest
from tests.benchmark.many_mistakes import eligible
from tests.benchmark.trial import KEY, ROOT
from tests.mock.process import MockProcess
from tests.mock.registry import faults

_MOST = 100_000


@dataclass(slots=True)
class Outcome:
    """What a run told of a service: findings, and for each diagnosis how many fresh requests it predicted wrongly."""

    mistakes: list[str]
    without: list[str] = field(default_factory=list)
    findings: int = 0
    diagnoses: dict[str, int] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """``none``, ``holds`` or ``contradicted``."""
        return "contradicted" if any(self.diagnoses.values()) else "holds" if self.diagnoses else "none"


def try_set(mistakes: list[str], seeds: tuple[int, int]) -> Outcome:
    """Run the suite twice against a service with these mistakes."""
    outcome = Outcome(mistakes)
    with tempfile.TemporaryDirectory() as folder:
        first, second = (_run(mistakes, seed, Path(folder) / str(seed)) for seed in seeds)
        summary = summarize([first])
        outcome.findings = len(summary.findings)
        outcome.without = [finding.id for finding in summary.findings if finding.diagnosis is None]
        fresh = observed(read_history(*history_files(second)), _MOST)
        outcome.diagnoses = {cause.sentence: _wrong(cause, fresh) for cause in summary.causes}
    return outcome


def _wrong(cause: Diagnosis, fresh: list[Observation]) -> int:
    return sum(contradicted(cause.model, seen) for seen in fresh)


def _run(mistakes: list[str], seed: int, folder: Path) -> Path:
    """The folder of a run."""
    folder.mkdir()
    with MockProcess.start(key=KEY, fault=",".join(mistakes)) as mock:
        command = ["tests/contract", "--target", "live", "--base-url", mock.base_url, "--reports", str(folder), "-q"]
        command += ["--examples", f"{folder}/examples", "-p", "no:cacheprovider", "--seed", str(seed)]
        run_pytest(command, {"ACTIVEPIECES_API_KEY": KEY}, folder / "output.txt", ROOT, 300.0)
    return next(path.parent for path in folder.glob("2*/report.json"))


def main(arguments: list[str] | None = None) -> int:
    """Print the shares, by family of faults; 0 where at most 3 % of the diagnoses are contradicted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=40, help="services that are tried (default: 40)")
    parser.add_argument("--mistakes", type=int, default=1, help="faults of each service (default: 1)")
    parser.add_argument("--only", nargs="+", metavar="FAULT")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args(arguments)
    choose, names = random.Random(options.seed), eligible()  # noqa: S311  # repeatable by intention
    wanted = min(options.sample * options.mistakes, len(names))
    names = options.only or choose.sample(names, wanted)
    sets = [names[at : at + options.mistakes] for at in range(0, len(names), options.mistakes)]
    work = partial(try_set, seeds=(options.seed, options.seed + 1))
    context = multiprocessing.get_context("fork")
    outcomes = []
    with ProcessPoolExecutor(options.jobs, context, initializer=preload) as pool:
        for outcome in pool.map(work, sets):
            outcomes.append(outcome)
            if options.verbose:
                print(
                    f"{outcome.word}: {', '.join(outcome.mistakes)}: {outcome.diagnoses} {outcome.without}", flush=True
                )
    return _print(outcomes)


def _print(outcomes: list[Outcome]) -> int:
    families: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        if len(outcome.mistakes) == 1:
            families.setdefault(faults()[outcome.mistakes[0]].group, Counter())[outcome.word] += 1
    for family, counts in sorted(families.items()):
        print(f"{family}: " + ", ".join(f"{counts[word]} {word}" for word in sorted(counts)))
    given = sum(bool(outcome.diagnoses) for outcome in outcomes)
    findings = sum(outcome.findings for outcome in outcomes)
    explained = findings - sum(len(outcome.without) for outcome in outcomes)
    diagnoses = [count for outcome in outcomes for count in outcome.diagnoses.values()]
    wrong = sum(map(bool, diagnoses))
    print(
        f"{given} of {len(outcomes)} services have a diagnosis; {explained} of {findings} findings are explained by"
        f" {len(diagnoses)} diagnoses, {wrong} of which fresh requests contradict"
    )
    return 1 if wrong > 0.03 * max(1, len(diagnoses)) else 0


if __name__ == "__main__":
    sys.exit(main())
