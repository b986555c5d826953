"""Measures what Hypothesis and schemathesis find alone, without the suite's fixed sets.

    python -m tests.benchmark.engines [--sample 40] [--seed 1]

The cases of each engine are drawn once, as in the tests of the suite, and sent to each fault of the sample until it is
found: 3,000 requests for all engines together. Findings of the whole run, such as repeated ids, count for all of them.
Sequences of requests, which Hypothesis tries in a nightly run, are omitted, because they depend on responses.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, given, seed, settings

from contracts.clauses import catalogue
from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.findings import Level
from contracts.secrets import Secrets
from reports.reading import summarize
from strategies import adversarial_bodies, batches, unspecified_bodies, valid_bodies
from strategies.cases.pattern_cases import near_miss_bodies
from tests.harness.client.target import NoVerdict
from tests.harness.generation.schemathesis_bridge import generated_cases
from tests.harness.run import TestRun
from tests.harness.settings.run_options import MAIN, RunOptions, new_run_id
from tests.mock.process import MockProcess
from tests.mock.registry import faults

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from contracts.exchange import Case

_KEY: Final = "sk-engines-9f3kX2mQpL7vWb4Rt8YnZc6Hd1Sg5Ju"
#: The number of requests of each engine; 3,000 in total.
_REQUESTS: Final = {
    "Hypothesis, valid bodies": 700,
    "Hypothesis, adversarial bodies": 1_000,
    "Hypothesis, unspecified bodies": 300,
    "Hypothesis, near misses of patterns": 500,
    "schemathesis": 500,
}
#: The name for findings of the whole run.
_WHOLE: Final = "the whole run"
_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Result:
    """The engines that found one fault, with the number of requests of each."""

    fault: str
    found: dict[str, int]


def drawn(bodies: SearchStrategy[Case], number: int, chance: int) -> list[Case]:
    """``number`` bodies of a strategy, drawn as in a test of the suite."""
    made: list[Case] = []

    @seed(chance)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(batches(bodies))
    def collect(batch: list[Case]) -> None:
        if len(made) < number:
            made.extend(batch)

    collect()
    return made[:number]


def streams(chance: int) -> dict[str, list[Case]]:
    """The requests of each engine."""
    contract = load_contract(DEFAULT_DOCUMENT)
    valid, adversarial, unspecified, near, generated = _REQUESTS
    patterned = [field for field in contract.fields if field.pattern is not None]
    share = -(-_REQUESTS[near] // len(patterned))
    misses = [case for field in patterned for case in drawn(near_miss_bodies(contract, field), share, chance)]
    return {
        valid: drawn(valid_bodies(), _REQUESTS[valid], chance),
        adversarial: drawn(adversarial_bodies(), _REQUESTS[adversarial], chance),
        unspecified: drawn(unspecified_bodies(), _REQUESTS[unspecified], chance),
        near: misses[: _REQUESTS[near]],
        generated: generated_cases(str(DEFAULT_DOCUMENT), _REQUESTS[generated], chance),
    }


def look(fault: str, made: dict[str, list[Case]]) -> Result:
    """Send the requests of every engine to the mock with one fault, each until a promise is broken."""
    found: dict[str, int] = {}
    with MockProcess.start(key=_KEY, fault=fault) as mock, tempfile.TemporaryDirectory() as folder:
        options = RunOptions(target="live", base_url=mock.base_url, run_id=new_run_id(), seed=1, patience=5.0)
        run = TestRun(options, Secrets(_KEY), MAIN, parallel=False)
        run.begin(Path(folder), "engines", latest=False)
        try:
            run.preflight()
            for engine, cases in made.items():
                if sent := _sent_until_found(run, cases):
                    found[engine] = sent
        except NoVerdict as problem:
            run.ends(str(problem))
        finally:
            run.finish()
            run.close()
        if not found and summarize([run.options.folder]).findings:
            found[_WHOLE] = sum(map(len, made.values()))
    return Result(fault, found)


def _sent_until_found(run: TestRun, cases: list[Case]) -> int:
    """The number of requests that an engine needed; 0 if it found nothing."""
    clauses = catalogue(run.driver.contract)
    for first in range(0, len(cases), _AT_ONCE):
        some = cases[first : first + _AT_ONCE]
        for number, judged in enumerate(run.session.post_all(map(run.driver.names.fill, some)), first + 1):
            if any(clauses[finding.clause].level is not Level.ADVISORY for finding in judged.findings):
                return number
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Print the share of each engine and of all together, and the faults of each clause that none found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=40, help="faults, drawn with the seed (0: all)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    catalogue = faults()
    names = sorted(catalogue)
    if options.sample:
        names = sorted(random.Random(options.seed).sample(names, min(options.sample, len(names))))  # noqa: S311  # reproducible
    made = streams(options.seed)
    results = []
    for name in names:
        results.append(look(name, made))
        print(f"{name}: {results[-1].found or 'not found'}", flush=True)
    for engine in (*made, _WHOLE):
        its = [result for result in results if engine in result.found]
        alone = sum(len(result.found) == 1 for result in its)
        print(f"{engine}: {len(its)} of {len(names)} ({len(its) / len(names):.0%}), {alone} by it alone")
    missed = [result.fault for result in results if not result.found]
    together = len(names) - len(missed)
    print(f"all together: {together} of {len(names)} ({together / len(names):.0%})")
    for clause, number in Counter(catalogue[name].breaks for name in missed).most_common():
        print(f"missed by all: {clause} ({number}): {', '.join(n for n in missed if catalogue[n].breaks == clause)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
