"""Compares this suite with schemathesis: the same faults on the same server, findings, requests, false alarms.

    python -m tests.benchmark.schemathesis_comparison [--sample 100] [--large-sample 20] [--jobs 2] [--page]

Each fault has a run of its own, which ends at its first finding: exit status 1 and an alarm that a correct service does
not cause. Requests are counted by the server. ``--page`` writes the table and the curve into docs/.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmark.compared_tools import Stock, Suite
from tests.benchmark.concurrency import in_parallel
from tests.benchmark.curve import detection_curve
from tests.benchmark.outcomes import FalseAlarms, Scores, sample
from tests.benchmark.page import CURVE, alarm_table, detection_table, made_by, rewrite
from tests.mock.registry import faults, variants

if TYPE_CHECKING:
    from collections.abc import Sequence

Tool = Suite | Stock
SUITE: Final = Suite()
STOCK: Final = Stock("schemathesis, 100 examples")
CHECKED: Final = Stock("schemathesis with our checks", our_checks=True)
LARGE: Final = Stock("schemathesis, 1,000 examples", examples=1_000)
AS_IT_COMES: Final = Stock("schemathesis, as it comes", unchanged=True)


def score(tool: Tool, names: Sequence[str], jobs: int) -> Scores:
    """Let a tool look for each of the faults, several at once."""
    outcomes = []
    for outcome in in_parallel(tool.look_for, names, ThreadPoolExecutor, jobs):
        said = f"after {outcome.requests} requests ({outcome.said})" if outcome.found else f"not found {outcome.said}"
        print(f"{tool.name}: {outcome.name}: {said}", file=sys.stderr, flush=True)
        outcomes.append(outcome)
    return Scores(tool.name, tuple(outcomes))


def false_alarms(tool: Tool, names: Sequence[str], jobs: int) -> FalseAlarms:
    """Run a tool against the mock without faults and each of the variants."""
    services = [None, *names]
    with ThreadPoolExecutor(jobs) as pool:
        found = list(pool.map(tool.alarms_on, services))
    alarms = {name or "the ordinary mock": count for name, count in zip(services, found, strict=True) if count}
    for name, count in alarms.items():
        print(f"{tool.name}: {count} false alarms on {name}", file=sys.stderr, flush=True)
    return FalseAlarms(tool.name, len(services), alarms)


def _named(names: Sequence[str], catalogue: Sequence[str]) -> str:
    if len(names) == len(catalogue):
        return f"All {len(catalogue)} faults"
    return f"{len(names)} of the {len(catalogue)} faults, evenly spread over the catalogue,"


def main(arguments: list[str] | None = None) -> int:
    """0 if this suite found every fault of the sample and raised no false alarm, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=100, help="faults, evenly spread over the catalogue (0: all)")
    parser.add_argument("--large-sample", type=int, default=20, help="of them, for schemathesis with 1,000 examples")
    parser.add_argument("--services", type=int, default=0, help="correct services (0: all)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, help="keep every outcome in this file")
    parser.add_argument("--page", action="store_true", help="rewrite docs/benchmark.md and docs/detection-curve.svg")
    options = parser.parse_args(arguments)
    catalogue = list(faults())
    names = sample(catalogue, options.sample or len(catalogue))
    few = sample(names, options.large_sample)
    services = sample(list(variants()), options.services or len(variants()))
    ours, checked, stock, large = (
        score(tool, chosen, options.jobs)
        for tool, chosen in ((SUITE, names), (CHECKED, names), (STOCK, names), (LARGE, few))
    )
    alarms = [false_alarms(tool, services, options.jobs) for tool in (SUITE, CHECKED, STOCK, AS_IT_COMES)]
    text = "\n".join(
        [
            f"{_named(names, catalogue)} of the mock:",
            "",
            detection_table([ours, checked, stock]),
            "",
            f"{len(few)} of these:",
            "",
            detection_table([ours.of(few), stock.of(few), large]),
            "",
            f"False alarms on the ordinary mock and on {len(services)} services that keep the contract in another way:",
            "",
            alarm_table(alarms),
            "",
            made_by(
                f"python -m tests.benchmark.schemathesis_comparison --sample {options.sample}"
                f" --large-sample {options.large_sample} --services {options.services} --page"
            ),
        ]
    )
    print(text)
    if options.json:
        record = {
            "scores": [asdict(each) for each in (ours, checked, stock, large)],
            "alarms": [asdict(each) for each in alarms],
        }
        options.json.write_text(json.dumps(record, indent=1), encoding="utf-8")
    if options.page:
        rewrite("detection", text)
        CURVE.write_text(detection_curve([ours, checked, stock]), encoding="utf-8")
    return 0 if ours.share == 1 and not alarms[0].total else 1


if __name__ == "__main__":
    sys.exit(main())
