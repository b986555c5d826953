"""The mock and the oracle, which share no code, agree on every request."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from contracts.document import load_contract
from contracts.expectation import Expected
from contracts.oracle import Oracle
from strategies.adversarial_bodies import adversarial_bodies
from strategies.cases.authorization_cases import authorization_cases, authorization_spelling_cases
from strategies.cases.combination_cases import corner_cases, covering_cases
from strategies.cases.media_type_cases import media_type_cases
from strategies.cases.priority_cases import priority_cases
from strategies.cases.raw_cases import encoding_cases, malformed_cases
from strategies.cases.unspecified_cases import unspecified_cases
from strategies.cases.valid_value_cases import valid_cases
from strategies.cases.wrong_value_cases import wrong_kind_cases
from strategies.unique_names import UniqueNames
from strategies.unspecified_bodies import unspecified_bodies
from strategies.valid_bodies import valid_bodies
from tests.mock.cli import CONTRACT
from tests.mock.registry import variants
from tests.mock.server import built
from tests.mock.store import Store
from tests.selftest.mock.fault_probes import COLLECTION, KEY, Client

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.exchange import Case

PAGE = load_contract()
ORACLE = Oracle(PAGE)
NAMES = UniqueNames("agree")
KEEPS_CONTRACT = {
    Expected.CREATED: lambda status: status == 201,
    Expected.REJECTED: lambda status: 400 <= status < 500,
    Expected.UNSPECIFIED: lambda status: status == 201 or 400 <= status < 500,
}
SETS = (
    valid_cases,
    wrong_kind_cases,
    covering_cases,
    corner_cases,
    unspecified_cases,
    malformed_cases,
    encoding_cases,
    media_type_cases,
    authorization_cases,
    authorization_spelling_cases,
    priority_cases,
)
# One answers on the raw connection, the other waits before it answers: neither changes a verdict.
ELSEWHERE = ("http_1_0", "slower")


def _client(variant: str | None = None) -> Client:
    return Client(built(contract=CONTRACT, key=KEY, variant=variant))


async def _disagreements(client: Client, cases: Iterable[Case]) -> list[str]:
    found = []
    for case in cases:
        headers = [(name.lower().encode(), _filled(value)) for name, value in case.headers]
        client.service.store = Store()
        (status, *_), payload = await client.request("POST", COLLECTION, headers, case.body or b"", 1)
        expectation = ORACLE.expect(case)
        # A limit of the size of a body is the service's own, if it is not too low.
        too_large = status == 413 and len(case.body or b"") > 100_000
        # A service may demand a length, and meet no expectation (RFC 9110, sections 15.5.12 and 15.5.18).
        unframed = case.header({411: "Transfer-Encoding", 417: "Expect"}.get(status, "")) is not None
        if not KEEPS_CONTRACT[expectation.expected](status) and not too_large and not unframed:
            found.append(f"{expectation.expected}: {status} {payload[:200]!r} to {case.headers} {case.body!r}")
    return found


def _filled(value: str) -> bytes:
    return value.replace("{key}", KEY).encode("utf-8", "surrogateescape")


@pytest.fixture(autouse=True)
def _as_deep_as_the_server() -> Iterator[None]:
    """Documents that are some hundred levels deep parse in the server, and are changed by variants."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(5000)
    yield
    sys.setrecursionlimit(usual)


@pytest.mark.parametrize("variant", [None, *(name for name in variants() if name not in ELSEWHERE)])
def test_mock_and_oracle_agree_on_every_set(variant: str | None) -> None:
    cases = [case for cases in SETS for case in cases(PAGE, NAMES, 11)]
    assert len(cases) > 400
    assert asyncio.run(_disagreements(_client(variant), cases)) == []


STRATEGIES = {"valid": valid_bodies, "adversarial": adversarial_bodies, "unspecified": unspecified_bodies}


@pytest.mark.parametrize("name", STRATEGIES)
def test_mock_and_oracle_agree_on_generated_bodies(name: str) -> None:
    client = _client()

    @settings(max_examples=150, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STRATEGIES[name](PAGE))
    def agree(case: Case) -> None:
        assert asyncio.run(_disagreements(client, [NAMES.fill(case)])) == []

    agree()
