"""The compared tools: each looks for one fault, or runs against a service that keeps the contract."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Final

from tests.benchmark.first_finding import first_finding
from tests.benchmark.outcomes import Outcome
from tests.benchmark.runs import suite
from tests.benchmark.schemathesis_runs import SchemathesisFailed, st_run
from tests.benchmark.served import CountedMock

#: The seed of schemathesis, fixed so that the table can be reproduced.
SEED: Final = 2


@dataclass(frozen=True, slots=True)
class Suite:
    """This suite with only a base URL."""

    name: str = "this suite, default profile"

    def look_for(self, fault: str) -> Outcome:
        """Run against the mock with one fault, until the first finding."""
        with CountedMock.start(fault=fault) as mock, suite(mock.base_url, "-x") as (done, folder):
            sighting = first_finding(folder) if done.status == 1 else None
            requests = len(mock.arrivals(until=sighting.at)) if sighting else 0
            return Outcome(fault, done.status == 1, requests, done.seconds, f"status {done.status}")

    def alarms_on(self, variant: str | None) -> int:
        """Findings against a service that keeps the contract (None: the mock without faults)."""
        with CountedMock.start(variant=variant) as mock, suite(mock.base_url) as (done, folder):
            if done.status == 0:
                return 0
            return max(1, len(json.loads((folder / "report.json").read_text(encoding="utf-8"))["findings"]))


@dataclass(frozen=True, slots=True)
class Stock:
    """``st run``; ``examples`` is its number of examples, None for its default."""

    name: str
    examples: int | None = None
    unchanged: bool = False
    our_checks: bool = False

    def look_for(self, fault: str) -> Outcome:
        """Run against the mock with one fault, until the first alarm that a correct service does not cause."""
        try:
            return self._look_for(fault, to_the_end=False)
        except subprocess.TimeoutExpired as problem:
            return Outcome(fault, found=False, said=f"nothing within {problem.timeout:g} s")
        except SchemathesisFailed as problem:
            return Outcome(fault, found=False, said=str(problem).partition("\n")[0])

    def _look_for(self, fault: str, *, to_the_end: bool) -> Outcome:
        with CountedMock.start(fault=fault) as mock:
            result = st_run(
                mock.base_url, examples=self.examples, seed=SEED, our_checks=self.our_checks, to_the_end=to_the_end
            )
            finding = result.finding
            if finding is not None:
                requests = len(mock.arrivals(until=finding.at))
                return Outcome(fault, found=True, requests=requests, seconds=result.run.seconds, said=finding.check)
        if result.alarms and not to_the_end:
            # It stopped at a false alarm.
            return self._look_for(fault, to_the_end=True)
        return Outcome(fault, found=False, seconds=result.run.seconds)

    def alarms_on(self, variant: str | None) -> int:
        """Alarms against a service that keeps the contract (None: the mock without faults)."""
        with CountedMock.start(variant=variant) as mock:
            result = st_run(
                mock.base_url,
                examples=self.examples,
                seed=SEED,
                unchanged=self.unchanged,
                our_checks=self.our_checks,
                to_the_end=True,
            )
            return len(result.alarms)
