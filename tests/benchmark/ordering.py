"""Measures the order of the priority cases without a network: the effect of the order, and cases that come too late.

    python -m tests.benchmark.ordering [--sample N] [--sets] [--untouched]

Every priority case is sent, in order, to each fault that may be used for tuning. A case costs one request, and another
one if it creates a project, which is deleted. Printed are the share found by number of requests, the share that the
best order of these cases would find, which no other order exceeds by much, the cases that find most of what earlier
ones do not, and those of them that the smoke profile omits (``late``). Faults that no single request shows count as not
found. ``--sets`` adds the complete sets behind the priority cases; ``--untouched`` prints the shares of the faults that
are reserved for measuring, and nothing else about them.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import Exchange, Response
from contracts.expectation import SENT_BEFORE, Expected
from contracts.judgement import Judge
from contracts.secrets import Secrets
from strategies.cases.case_sets import OVERLAPS, PATTERN_SETS, SETS, SetName, Sets
from strategies.cases.priority_cases import IN_SMOKE, SECOND_USE, priority_cases
from strategies.unique_names import UniqueNames
from tests.benchmark.detection import untouched
from tests.mock.cli import CONTRACT
from tests.mock.protocol import CONNECTION
from tests.mock.registry import faults
from tests.mock.server import built

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from contracts.document import Contract
    from contracts.exchange import Case
    from contracts.expectation import Expectation
    from tests.mock.service import Service

_KEY: Final = "sk-ordering-4Tq8ZbN2xWm6Kc9Rd3Lf"
_PATH: Final = "/api/v1/projects"
#: The time limit of a response in this process in seconds; slower faults are detected by a run.
_PATIENCE: Final = 0.5
_CREATED: Final = 201
_BOUNDS: Final = (20, 40, 60, 100, 200, 500)
#: The sets whose effect single requests in one process do not show.
_NOT_SENT: Final = frozenset({"read back", "refused samples", "large bodies", *OVERLAPS})


class _Wire:
    """Replaces the server's protocol; responses that bypass the server are detected by a run."""

    number = 1
    transport = property(lambda self: self)
    lost = property(lambda self: self)

    def is_closing(self) -> bool:
        """Always true: there is no client to wait for."""
        return True

    is_set = is_closing


async def _answer(service: Service, case: Case, secrets: Secrets) -> Response | None:
    """The response to ``case``; None if there is none in time or it bypassed the server."""
    lines = [(name, secrets.resolve(value)) for name, value in case.headers]
    if case.body is not None:
        lines.append(("content-length", str(len(case.body))))
    headers = [(name.lower().encode(), value.encode("utf-8", "surrogateescape")) for name, value in lines]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": case.body or b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"method": case.method, "path": _PATH, "query_string": b"", "headers": headers, CONNECTION: _Wire()}
    try:
        await asyncio.wait_for(service(scope, receive, send), _PATIENCE)
    except Exception:  # noqa: BLE001  # a server answers 500
        return None
    if not sent:
        return None
    lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]]
    return Response(sent[0]["status"], tuple(lines), b"".join(part.get("body", b"") for part in sent))


def shown_by(fault: str | None, judge: Judge, expected: list[tuple[Case, Expectation]], secrets: Secrets) -> set[int]:
    """The places of the cases whose responses break a documented or implied promise."""

    async def ask() -> set[int]:
        service = built(contract=CONTRACT, key=_KEY, fault=fault)
        shown = set()
        for place, (case, expectation) in enumerate(expected):
            started = time.time()
            response = await _answer(service, case, secrets)
            if response is None:
                shown.add(place)
                continue
            exchange = Exchange(case, response, started=started, elapsed=time.time() - started, number=place + 1)
            findings = judge.judge(exchange, expectation).findings
            if any(not finding.clause.startswith("advisory") for finding in findings):
                shown.add(place)
        return shown

    return asyncio.run(ask())


async def _costs(expected: list[tuple[Case, Expectation]], secrets: Secrets) -> list[int]:
    """The number of requests of each case against a correct service: one, and one for each deletion."""
    service = built(contract=CONTRACT, key=_KEY)
    answers = [await _answer(service, case, secrets) for case, _ in expected]
    return [1 + (answer is not None and answer.status == _CREATED) for answer in answers]


def _expected_in_turn(judge: Judge, case: Case) -> Expectation:
    """The expectation for a case after those before it, as in the session of a run."""
    expectation = judge.expect(case)
    if case.case_set == SECOND_USE:
        return replace(expectation, expected=Expected.UNSPECIFIED, why=(SENT_BEFORE,))
    return expectation


def main(arguments: list[str] | None = None) -> int:
    """Always 0: it only measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="each Nth fault")
    parser.add_argument("--sets", action="store_true", help="the complete sets too; takes minutes")
    parser.add_argument("--untouched", action="store_true", help="only the shares of the reserved faults")
    options = parser.parse_args(arguments)
    contract, secrets = load_contract(), Secrets(_KEY)
    judge = Judge(contract, Limits(), secrets, "ordering")
    cases = _all_cases(contract) if options.sets else priority_cases(contract, UniqueNames("ordering"), 0)
    expected = [(case, _expected_in_turn(judge, case)) for case in cases]
    costs = asyncio.run(_costs(expected, secrets))
    names = sorted(untouched() if options.untouched else faults().keys() - untouched())[:: options.sample]
    seen = {name: shown_by(name, judge, expected, secrets) for name in names}
    for counted, each in (("deletions included", costs), ("without deletions", [1] * len(costs))):
        best = list(_best_order(seen, each))
        _print_shares(f"in this order, {counted}", seen, each, range(len(cases)))
        _print_shares(f"in the best order, {counted}", seen, each, [place for place, _ in best])
    if not options.untouched:
        print("never:", " ".join(name for name, places in seen.items() if not places))
        _print_best(_best_order(seen, costs), cases, costs)
    return 0


def _all_cases(contract: Contract) -> list[Case]:
    """The priority cases, and those of the complete sets, about in the order of a run."""
    sets = Sets(contract, "ordering", 0)
    names = [SetName(name) for name in SETS if name not in _NOT_SENT]
    names += [SetName(name, field.path) for name in PATTERN_SETS for field in contract.fields if field.pattern]
    return [case for name in names for case in sets.make(name)]


def _print_shares(title: str, seen: dict[str, set[int]], costs: list[int], order: Iterable[int]) -> None:
    found_at: dict[int, int] = {}
    spent = 0
    for place in order:
        spent += costs[place]
        found_at[place] = spent
    first = [min((found_at[place] for place in places if place in found_at), default=None) for places in seen.values()]
    shares = (
        f"{100 * sum(at is not None and at <= bound for at in first) / len(first):.0f} % within {bound}"
        for bound in _BOUNDS
    )
    print(f"{title}: {', '.join(shares)}")


def _best_order(seen: dict[str, set[int]], costs: list[int]) -> Iterator[tuple[int, int]]:
    """The best next case per request, again and again: its place, and how many faults it finds."""
    left = {name: places for name, places in seen.items() if places}
    while left:
        gains = Counter(place for places in left.values() for place in places)
        best = max(gains, key=lambda place: (gains[place] / costs[place], -place))
        yield best, gains[best]
        left = {name: places for name, places in left.items() if best not in places}


def _print_best(order: Iterable[tuple[int, int]], cases: list[Case], costs: list[int]) -> None:
    spent = 0
    for place, gain in order:
        spent += costs[place]
        case, late = cases[place], "late" if place >= IN_SMOKE else "    "
        print(f"{spent:4} +{gain:3} {late} {place:4} {costs[place]} {case.case_set} | {case.intent[:70]} ({case.id})")


if __name__ == "__main__":
    sys.exit(main())
