"""Several faults at once: tests that each fault has a finding of its own, and each finding one fault behind it.

    python -m tests.benchmark.many_mistakes [--mistakes 1 4 8] [--sets 10] [--seed 1] [--jobs 2]

Sets of the mock's faults are switched on together for a whole run of the suite. The fault behind a finding is
determined by experiment: its failing requests are repeated against services with one of these faults each, and judged.
This does not work for intermittent faults and faults under load, and a fault in the response to the simplest request
hides all others. These are excluded, as are faults of time and state.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import Case
from contracts.judgement import Judge
from contracts.secrets import Secrets
from contracts.verdict_builder import build_verdict
from reports.history import history_files, read_history
from tests.benchmark.forked import run_below, run_forked
from tests.benchmark.served import KEY
from tests.benchmark.trial import pool
from tests.harness.client.budget import RequestBudget
from tests.harness.client.target import Target
from tests.mock.process import MockProcess
from tests.mock.registry import faults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.history_records import HistoryRecord
    from contracts.root_causes.root_cause import RootCause

#: The number of failing requests of a finding that are repeated.
_SAMPLE: Final = 8
#: Faults that need more than one request.
_ELSEWHERE: Final = ("service.time", "service.answers", "service.pattern_time", "state.", "response.201.id.unique")
_PLAIN: Final = Case(b'{"displayName":"A plain project"}')


@dataclass(slots=True)
class Outcome:
    """The result of one run against a set of faults.

    ``own`` names the faults with a finding of their own; of ``findings`` findings ``mixed`` have several faults behind
    them, none of which explains all, and ``unexplained`` none.
    """

    mistakes: list[str]
    own: list[str] = field(default_factory=list)
    findings: int = 0
    mixed: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    requests: int = 0
    of_each: dict[str, list[str]] = field(default_factory=dict)


class _Service:
    """The mock with one fault, and its responses."""

    def __init__(self, name: str, stack: ExitStack) -> None:
        self.name = name
        self.secrets = Secrets(KEY)
        self._judge = Judge(load_contract(), Limits(), self.secrets)
        self._target = Target(
            stack.enter_context(MockProcess.start(key=KEY, fault=name)).base_url,
            self.secrets,
            Limits(),
            RequestBudget(),
        )
        stack.callback(self._target.close)
        self._broken: dict[str, set[str]] = {}

    def breaks(self, case: Case) -> set[str]:
        """The clauses that the service breaks with this request; sent once, because its externalId is in use then."""
        if case.digest() not in self._broken:
            judged = self._judge.judge(self._target.send(case))
            self._broken[case.digest()] = {finding.clause for finding in judged.findings}
        return self._broken[case.digest()]

    def hides_everything(self) -> bool:
        """Whether even the simplest request gets a wrong response."""
        exchange = self._target.send(_PLAIN)
        return exchange.status != 201 or self._judge.judge(exchange).project is None


def eligible() -> list[str]:
    """The faults that one request shows every time."""
    return [
        fault.name
        for fault in faults().values()
        if not fault.intermittent and not fault.overlap and not fault.breaks.startswith(_ELSEWHERE)
    ]


def try_set(mistakes: Sequence[str]) -> Outcome:
    """Run the suite against a service with these faults, and determine the faults behind each finding."""
    with ExitStack() as stack:
        services = [_Service(name, stack) for name in mistakes]
        services = [service for service in services if not service.hides_everything()]
        names = [service.name for service in services]
        while _Service(",".join(names), stack).hides_everything():
            names.pop()
            services.pop()
        with MockProcess.start(key=KEY, fault=",".join(names)) as mock, tempfile.TemporaryDirectory() as folder:
            run_forked(mock.base_url, Path(folder))
            run = run_below(Path(folder))
            records = list(read_history(*history_files(run)))
        return _attributed(Outcome(names), records, services)


def _attributed(outcome: Outcome, records: list[HistoryRecord], services: list[_Service]) -> Outcome:
    verdict = build_verdict(records)
    outcome.requests = verdict.requests
    owners: list[set[str]] = []
    for cause in verdict.broken:
        if cause.clause.startswith("advisory."):
            continue
        outcome.findings += 1
        clauses = set(cause.clauses or (cause.clause,))
        explained = [
            {service.name for service in services if service.breaks(case) & clauses} for case in _failing(cause)
        ]
        explained = [names for names in explained if names]
        shares = Counter(name for names in explained for name in names)
        whole = {name for name, count in shares.items() if count == len(explained)}
        if shares and not whole:
            outcome.mixed.append(f"{cause.identifier()}: {', '.join(sorted(shares))}")
        # A finding that needs several responses cannot be repeated with one request.
        owners.append(whole or set(shares) or {name for name in outcome.mistakes if faults()[name].breaks in clauses})
        if not owners[-1]:
            outcome.unexplained.append(cause.identifier())
        for name in owners[-1]:
            outcome.of_each.setdefault(name, []).append(cause.identifier())
    outcome.own = sorted(_matched(owners))
    return outcome


def _failing(cause: RootCause) -> list[Case]:
    """A sample of the requests of a finding, that of its report first."""
    kept = (exchange for cases in cause.cases for _, exchange in cases.smallest)
    others = [exchange for exchange in kept if exchange and exchange is not cause.exchange]
    random.Random(len(others)).shuffle(others)  # noqa: S311  # no secret
    shown = [cause.exchange] if cause.exchange else []
    return [exchange.case for exchange in [*shown, *others[: _SAMPLE - 1]] if not exchange.is_reduced]


def _matched(owners: list[set[str]]) -> set[str]:
    """The faults to which a finding of their own can be assigned (a maximum matching)."""
    given: dict[str, int] = {}

    def give(finding: int, tried: set[str]) -> bool:
        for name in owners[finding] - tried:
            tried.add(name)
            if name not in given or give(given[name], tried):
                given[name] = finding
                return True
        return False

    for finding in range(len(owners)):
        give(finding, set())
    return set(given)


def _sets(size: int, count: int, seed: int) -> list[list[str]]:
    choose = random.Random(f"{seed}:{size}")  # noqa: S311  # repeatable by intention
    names = eligible()
    return [choose.sample(names, size) for _ in range(count)]


def main(arguments: list[str] | None = None) -> int:
    """Print the results for each number of faults; 0 if enough have a finding of their own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mistakes", type=int, nargs="+", default=[1, 4, 8], metavar="K")
    parser.add_argument("--sets", type=int, default=10, help="sets of each size (default: 10)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--least", type=float, default=0.0, help="the share that must have a finding of its own")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args(arguments)
    worst = 1.0
    with pool(options.jobs) as workers:
        # The largest sets first: at the end every worker has a short run.
        sizes = sorted(options.mistakes, reverse=True)
        runs = {size: workers.map(try_set, _sets(size, options.sets, options.seed)) for size in sizes}
        for size in options.mistakes:
            outcomes = list(runs[size])
            made = sum(len(outcome.mistakes) for outcome in outcomes)
            own = sum(len(outcome.own) for outcome in outcomes)
            found = sum(outcome.findings for outcome in outcomes)
            mixed = sum(len(outcome.mixed) for outcome in outcomes)
            other = sum(len(outcome.unexplained) for outcome in outcomes)
            requests = sum(outcome.requests for outcome in outcomes)
            worst = min(worst, own / made)
            print(
                f"{size} at once, {options.sets} sets, seed {options.seed}: {own} of {made} mistakes have a finding of"
                f" their own ({100 * own / made:.0f} %); {found / made:.2f} findings per mistake; {mixed} of {found}"
                f" mix mistakes, {other} are of none; {requests / len(outcomes):,.0f} requests a run",
                flush=True,
            )
            if options.verbose:
                for outcome in outcomes:
                    missing = sorted(set(outcome.mistakes) - set(outcome.own))
                    several = {name: found for name, found in outcome.of_each.items() if len(found) > 1}
                    what = {"without": missing, "mixed": outcome.mixed, "of none": outcome.unexplained}
                    print(json.dumps({**what, "several": several}))
    return 1 if worst < options.least else 0


if __name__ == "__main__":
    sys.exit(main())
