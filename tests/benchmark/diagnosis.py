"""Measures how often a diagnosis is right, with requests that the run has not sent.

    python -m tests.benchmark.diagnosis [--sample 40] [--mistakes 1] [--seed 1] [--jobs 2]

For a sample of the mock's faults, one or several at a time: a run against all faults of a set, and for each of them a
run with another seed against it alone. Each diagnosis is compared with those exchanges of the second runs whose request
the first run has not sent. For a fault it is

- ``right``, if no such exchange contradicts it and it predicts nine in ten of those that fail;
- ``partly``, if no such exchange contradicts it and it predicts some of them;
- ``none``, if nothing predicts any.

A diagnosis that exchanges of every fault of its set contradict is ``wrong``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from contracts.diagnosis import contradicted, observed, predicts_failure
from contracts.exchange_record import ExchangeRecord
from contracts.verdict_builder import build_verdict
from reports.history import history_files, read_history
from reports.reading import summarize
from tests.benchmark.forked import run_below, run_forked
from tests.benchmark.many_mistakes import eligible
from tests.benchmark.served import KEY
from tests.benchmark.trial import pool
from tests.mock.process import MockProcess
from tests.mock.registry import faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.diagnosis import Diagnosis, Observation
    from contracts.exchange_record import Place
    from contracts.history_records import HistoryRecord

#: The maximum number of exchanges of a run that are used.
_MOST: Final = 100_000
#: The share of the failing exchanges that a right diagnosis predicts.
_NEARLY_ALL: Final = 0.9
#: The required shares of right diagnoses for one and for several faults, and the allowed share of wrong ones.
_RIGHT_ALONE, _RIGHT_AMONG_OTHERS, _WRONG = 0.7, 0.6, 0.03


@dataclass(slots=True)
class Outcome:
    """The diagnoses of one run.

    Attributes:
        mistakes: The faults of the service.
        words: For each of them ``right``, ``partly`` or ``none``.
        diagnoses: The sentences, and whether exchanges of every fault contradict it.
        findings: The number of findings, and of those that a diagnosis explains.
        seconds: The time of the run, and of its diagnosis.
    """

    mistakes: list[str]
    words: dict[str, str] = field(default_factory=dict)
    diagnoses: dict[str, bool] = field(default_factory=dict)
    findings: tuple[int, int] = (0, 0)
    seconds: tuple[float, float] = (0.0, 0.0)


def try_set(mistakes: list[str], seed: int) -> Outcome:
    """Run the suite against a service with these faults, and against one with each of them."""
    outcome = Outcome(mistakes)
    with tempfile.TemporaryDirectory() as folder:
        before = time.perf_counter()
        first = _run(mistakes, seed, Path(folder) / "all")
        between = time.perf_counter()
        summary = summarize([first])
        outcome.seconds = (between - before, time.perf_counter() - between)
        outcome.findings = (len(summary.findings), sum(f.diagnosis is not None for f in summary.findings))
        outcome.diagnoses = {cause.sentence: True for cause in summary.causes}
        sent = {_request(record) for record in _records(first)} - {""}
        for number, mistake in enumerate(mistakes):
            alone = _run([mistake], seed + 1, Path(folder) / str(number))
            together = _shown_together(alone)
            fresh = observed(_fresh(alone, sent, together), _MOST)
            holding = [cause for cause in summary.causes if not any(contradicted(cause.model, seen) for seen in fresh)]
            outcome.words[mistake] = _word(holding, fresh, together)
            if outcome.words[mistake] != "none":
                outcome.diagnoses |= {cause.sentence: False for cause in holding}
    return outcome


def _shown_together(run: Path) -> set[Place]:
    """Exchanges of findings that need several exchanges, some of each."""
    broken = [c for c in build_verdict(_records(run)).broken if not c.clause.startswith("advisory.")]
    shown = [record for cause in broken for cases in cause.cases for _, record in cases.smallest]
    return {record.place for record in shown if record is not None and not record.findings}


def _fresh(run: Path, sent: set[str], together: set[Place]) -> Iterator[HistoryRecord]:
    """The records of a run without exchanges whose requests were sent before, but with those of ``together``."""
    for record in _records(run):
        if isinstance(record, ExchangeRecord) and _request(record) in sent and record.place not in together:
            continue
        yield record


def _word(holding: Sequence[Diagnosis], fresh: Sequence[Observation], together: set[Place]) -> str:
    """The result of diagnoses that nothing contradicts."""
    failing = [
        seen
        for seen in fresh
        if seen.place in together or any(not clause.startswith("advisory.") for clause, *_ in seen.findings)
    ]
    predicted = sum(any(predicts_failure(cause.model, seen) for cause in holding) for seen in failing)
    return "none" if not predicted else "right" if predicted >= _NEARLY_ALL * len(failing) else "partly"


def _records(run: Path) -> Iterator[HistoryRecord]:
    return read_history(*history_files(run))


def _request(record: HistoryRecord) -> str:
    """The request without the names of the run; empty for other records."""
    if not isinstance(record, ExchangeRecord):
        return ""
    case = replace(record.case, case_set="", intent="")
    return re.sub(r"\b[a-z0-9]{12}-\d+", "name", json.dumps(case.to_json()))


def _run(mistakes: list[str], seed: int, folder: Path) -> Path:
    """The folder of a run."""
    folder.mkdir()
    with MockProcess.start(key=KEY, fault=",".join(mistakes)) as mock:
        run_forked(mock.base_url, folder, "--seed", str(seed))
    return run_below(folder)


def main(arguments: list[str] | None = None) -> int:
    """Print the shares, by family of faults; 0 if enough diagnoses are right and few are wrong."""
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
    work = partial(try_set, seed=options.seed)
    outcomes = []
    with pool(options.jobs) as workers:
        for outcome in workers.map(work, sets):
            outcomes.append(outcome)
            if options.verbose:
                print(outcome.words, outcome.diagnoses, flush=True)
    return _print(outcomes)


def _print(outcomes: list[Outcome]) -> int:
    families: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        for mistake, word in outcome.words.items():
            families.setdefault(faults()[mistake].group, Counter())[word] += 1
    for family, counts in sorted(families.items()):
        print(f"{family}: " + ", ".join(f"{counts[word]} {word}" for word in sorted(counts)))
    whole = sum(families.values(), Counter())
    right = whole["right"] / max(1, whole.total())
    diagnoses = [is_wrong for outcome in outcomes for is_wrong in outcome.diagnoses.values()]
    wrong = sum(diagnoses) / max(1, len(diagnoses))
    explained = sum(outcome.findings[1] for outcome in outcomes) / max(1, sum(o.findings[0] for o in outcomes))
    cost = median(looking / running for running, looking in (outcome.seconds for outcome in outcomes))
    target = _RIGHT_ALONE if len(whole) and all(len(o.mistakes) == 1 for o in outcomes) else _RIGHT_AMONG_OTHERS
    print(
        f"right for {right:.0%} of {whole.total()} mistakes (target: {target:.0%}), partly for"
        f" {whole['partly'] / max(1, whole.total()):.0%}; {wrong:.0%} of {len(diagnoses)} diagnoses wrong (target: at"
        f" most {_WRONG:.0%}); {explained:.0%} of the findings explained; reading and diagnosing a run takes"
        f" {cost:.0%} of its time"
    )
    return 0 if right >= target and wrong <= _WRONG else 1


if __name__ == "__main__":
    sys.exit(main())
