"""Random bodies: valid ones must be created, adversarial ones refused for the clause in their label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis import strategies as st

from contracts.document import load_contract
from contracts.expectation import Expected
from contracts.json_text import parse
from contracts.oracle import Oracle
from strategies.adversarial_bodies import adversarial_bodies
from strategies.shrinking import parsed
from strategies.unique_names import PLACEHOLDER, UniqueNames
from strategies.unspecified_bodies import unspecified_bodies
from strategies.valid_bodies import valid_bodies
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.exchange import Case

INVENTED = DATA / "invented.openapi.yaml"
CONTRACTS = {"page": load_contract(), "invented": load_contract(INVENTED)}
ORACLES = {name: Oracle(contract) for name, contract in CONTRACTS.items()}
QUICK = settings(
    max_examples=200, database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def examples(strategy: st.SearchStrategy[Case], size: int) -> list[Case]:
    found: list[Case] = []

    @seed(1)
    @settings(QUICK, max_examples=size, derandomize=False, phases=[Phase.generate])
    @given(strategy)
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found


def minimal(strategy: st.SearchStrategy[Case], predicate: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    def holds(case: Case) -> bool:
        body = parsed(case)
        return isinstance(body, dict) and bool(predicate(body))

    body: dict[str, Any] = parsed(find(strategy, holds, settings=settings(QUICK, max_examples=3000)))
    return body


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_valid_body_is_owed_a_creation(name: str) -> None:
    @QUICK
    @given(valid_bodies(CONTRACTS[name]))
    def check(case: Case) -> None:
        filled = UniqueNames("ctmark").fill(case)
        assert ORACLES[name].expect(filled).expected is Expected.CREATED

    check()


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_adversarial_body_breaks_the_one_clause_in_its_label(name: str) -> None:
    @QUICK
    @given(adversarial_bodies(CONTRACTS[name]))
    def check(case: Case) -> None:
        expected = ORACLES[name].expect(UniqueNames("ctmark").fill(case))
        assert {violation.clause for violation in expected.violations} == {case.intent}

    check()


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_open_body_is_left_open(name: str) -> None:
    @QUICK
    @given(unspecified_bodies(CONTRACTS[name]))
    def check(case: Case) -> None:
        assert ORACLES[name].expect(UniqueNames("ctmark").fill(case)).expected is Expected.UNSPECIFIED

    check()


def test_every_optional_member_and_every_null_comes_up_in_every_combination() -> None:
    contract = CONTRACTS["page"]
    seen = set()
    for case in examples(valid_bodies(contract), 1200):
        body = parsed(case)
        states = (
            "absent" if f.path not in body else "null" if body[f.path] is None else "value" for f in contract.fields
        )
        seen.add(tuple(states))
    optional = [3 if field.nullable else 2 for field in contract.fields if not field.required]
    possible = 1
    for states_of_one in optional:
        possible *= states_of_one
    assert len(seen) >= 0.75 * possible, (len(seen), possible)


def test_every_clause_of_the_request_is_broken_at_random() -> None:
    contract = CONTRACTS["page"]
    intents = {case.intent for case in examples(adversarial_bodies(contract), 1000)}
    wanted = {f"request.{field.path}.type" for field in contract.fields}
    wanted |= {"request.displayName.required", "request.displayName.pattern", "request.alertReceiverEmail.pattern"}
    wanted |= {f"request.{name}.null" for name in ("displayName", "metadata", "globalConnectionExternalIds")}
    wanted |= {f"request.globalConnectionExternalIds.items.{kind}" for kind in ("type", "null")} | {"request.body.type"}
    wanted |= {"request.body.json", "request.mediaType", "authorization.required"}
    assert intents == wanted


def test_a_text_in_the_marked_field_always_holds_the_placeholder() -> None:
    for case in examples(valid_bodies(CONTRACTS["page"]), 300):
        body = parsed(case)
        if isinstance(body.get("externalId"), str):
            assert PLACEHOLDER in body["externalId"]
        assert PLACEHOLDER.encode() in (case.body or b"")


def test_a_name_is_put_in_without_another_draw() -> None:
    names = UniqueNames("ctmark", 4)
    [case] = examples(valid_bodies(CONTRACTS["page"]), 1)
    first, second = names.fill(case), names.fill(case)
    assert b"ctmark-4000001" in (second.body or b"")
    assert (first.body or b"").replace(b"ctmark-4000000", PLACEHOLDER.encode()) == case.body


def test_a_valid_body_shrinks_to_the_required_members() -> None:
    assert list(minimal(valid_bodies(CONTRACTS["page"]), lambda _: True)) == ["displayName"]


def test_a_number_shrinks_to_the_simplest_one_that_fails() -> None:
    body = minimal(
        valid_bodies(CONTRACTS["page"]),
        lambda b: isinstance(b.get("maxConcurrentJobs"), int | float) and b["maxConcurrentJobs"] > 7,
    )
    assert set(body) == {"displayName", "maxConcurrentJobs"}
    assert body["maxConcurrentJobs"] == 8


def test_a_broken_pattern_shrinks_to_a_few_characters() -> None:
    body = minimal(
        adversarial_bodies(CONTRACTS["page"]),
        lambda b: isinstance(b.get("displayName"), str) and "." in b["displayName"],
    )
    assert body.keys() == {"displayName"}
    assert re.fullmatch(r"\.a{0,3}", body["displayName"])


def test_metadata_shrinks_to_what_matters() -> None:
    def holds_null(body: dict[str, Any]) -> bool:
        return None in (body.get("metadata") or {}).values()

    body = minimal(valid_bodies(CONTRACTS["page"]), holds_null)
    assert set(body) == {"displayName", "metadata"}
    assert len(body["metadata"]) <= 6


def test_bodies_come_in_several_encodings() -> None:
    bodies = [case.body or b"" for case in examples(valid_bodies(CONTRACTS["page"]), 300)]
    assert any(b"\\u0064isplayName" in body or b"\\u0064" in body for body in bodies)
    assert any(b" : " in body for body in bodies)
    assert any(not body.startswith(b'{"displayName"') for body in bodies)
    assert all(parse(body).repeated == set() for body in bodies)
