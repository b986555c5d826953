"""Measures the order of the priority cases without a network: the effect of the order, and cases that come too late.

    python -m tests.benchmark.ordering [--sample N]

Every priority case is sent, in order, to each fault that may be used for tuning. A case costs one request, and another
one if it creates a project, which is deleted. Printed are the share found by number of requests, the cases that find
most of what earlier ones do not, and those of them that the smoke profile omits (``late``).
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
from strategies.cases.priority_cases import SECOND_USE, priority_cases
from strategies.unique_names import UniqueNames
from tests.benchmark.detection import untouched
from tests.harness.profiles import PROFILES
from tests.mock.cli import CONTRACT
from tests.mock.protocol import CONNECTION
from tests.mock.registry import faults
from tests.mock.server import built

if TYPE_CHECKING:
    from typing import Any

    from contracts.exchange import Case
    from contracts.expectation import Expectation
    from tests.mock.service import Service

_KEY: Final = "sk-ordering-4Tq8ZbN2xWm6Kc9Rd3Lf"
_PATH: Final = "/api/v1/projects"
#: The time limit of a response in this process in seconds; slower faults are detected by a run.
_PATIENCE: Final = 0.5
_CREATED: Final = 201
_BOUNDS: Final = (20, 30, 40, 50, 60, 100, 150, 200)


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
    options = parser.parse_args(arguments)
    contract, secrets = load_contract(), Secrets(_KEY)
    judge = Judge(contract, Limits(), secrets, "ordering")
    cases = priority_cases(contract, UniqueNames("ordering"), 0)
    expected = [(case, _expected_in_turn(judge, case)) for case in cases]
    costs = asyncio.run(_costs(expected, secrets))
    names = sorted(faults().keys() - untouched())[:: options.sample]
    seen = {name: shown_by(name, judge, expected, secrets) for name in names}
    _print_shares(seen, costs)
    _print_greedy(seen, cases, costs)
    return 0


def _print_shares(seen: dict[str, set[int]], costs: list[int]) -> None:
    spent = [sum(costs[: place + 1]) for place in range(len(costs))]
    for bound in _BOUNDS:
        found = sum(any(spent[place] <= bound for place in places) for places in seen.values())
        print(f"within {bound}: {found} of {len(seen)} ({100 * found / len(seen):.0f} %)")
    print("never:", " ".join(name for name, places in seen.items() if not places))


def _print_greedy(seen: dict[str, set[int]], cases: list[Case], costs: list[int]) -> None:
    """The best next case per request, again and again."""
    left = {name: places for name, places in seen.items() if places}
    spent = 0
    smoke = PROFILES["smoke"].priority or 0
    while left:
        gains = Counter(place for places in left.values() for place in places)
        best = max(gains, key=lambda place: (gains[place] / costs[place], -place))
        spent += costs[best]
        case = cases[best]
        late = "late " if best >= smoke else "     "
        print(
            f"{spent:4} +{gains[best]:3} {late}{best:4} {costs[best]} {case.case_set} | {case.intent[:70]} ({case.id})"
        )
        left = {name: places for name, places in left.items() if best not in places}


if __name__ == "__main__":
    sys.exit(main())
