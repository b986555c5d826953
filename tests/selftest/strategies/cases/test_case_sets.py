"""The deterministic sets: judged as intended, reproducible, uniquely named, within their budget."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from contracts import json_text
from contracts.checks.context import Limits
from contracts.clause import VALID
from contracts.clauses import catalogue
from contracts.document import load_contract
from contracts.expectation import LARGE, Expectation, Expected
from contracts.judgement import Judge
from contracts.oracle import Oracle
from contracts.secrets import Secrets
from strategies.cases.authorization_cases import authorization_cases, authorization_spelling_cases
from strategies.cases.combination_cases import corner_cases, covering_cases
from strategies.cases.media_type_cases import media_type_cases
from strategies.cases.priority_cases import IN_SMOKE, SECOND_USE, priority_cases
from strategies.cases.raw_cases import encoding_cases, malformed_cases
from strategies.cases.unspecified_cases import unspecified_cases
from strategies.cases.valid_value_cases import LOOK_ALIKE, valid_cases
from strategies.cases.wrong_value_cases import wrong_kind_cases
from strategies.hard_texts import HARD_TEXTS, hard_texts
from strategies.json_values import HARD_NUMBERS
from strategies.unique_names import UniqueNames
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.document import Contract
    from contracts.exchange import Case

    Set = Callable[[Contract, UniqueNames, int], list[Case]]

INVENTED = DATA / "invented.openapi.yaml"
CONTRACTS = {"page": load_contract(), "invented": load_contract(INVENTED)}
#: Each set with the verdicts that its cases may have and the most cases for the page's contract.
SETS: dict[str, tuple[Set, set[str], int]] = {
    "valid": (valid_cases, {"created"}, 190),
    "wrong kinds": (wrong_kind_cases, {"rejected"}, 248),
    "malformed": (malformed_cases, {"rejected"}, 85),
    "encoding": (encoding_cases, {"unspecified"}, 25),
    "media types": (media_type_cases, {"created", "rejected", "unspecified"}, 65),
    "authorization": (authorization_cases, {"rejected"}, 66),
    "spellings": (authorization_spelling_cases, {"unspecified"}, 8),
    "unspecified": (unspecified_cases, {"unspecified"}, 120),
    "pairs": (covering_cases, {"created"}, 90),
    "corners": (corner_cases, {"created"}, 4),
    "priority": (priority_cases, {"created", "rejected", "unspecified"}, 481),
}
#: What every service must be expected to read; Express stops at 100 kB unless told otherwise.
LONGEST_BODY = 100_000


@pytest.fixture(params=CONTRACTS)
def contract(request: pytest.FixtureRequest) -> Contract:
    return CONTRACTS[request.param]


@pytest.fixture(params=SETS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@lru_cache(maxsize=128)
def made(name: str, contract: Contract, seed: int = 3) -> list[Case]:
    return SETS[name][0](contract, UniqueNames("ctmark", 2), seed)


@lru_cache(maxsize=128)
def judged(name: str, contract: Contract, seed: int = 3) -> list[tuple[Case, Expectation]]:
    # Only a run knows whether an externalId without its id may be in use.
    expect = (
        Judge(contract, Limits(), Secrets(""), "ctmark").expect if name == "unspecified" else Oracle(contract).expect
    )
    return [(case, expect(case)) for case in made(name, contract, seed)]


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_every_case_is_judged_as_its_set_means_it(contract: Contract, name: str, seed: int) -> None:
    for case, expected in judged(name, contract, seed):
        # Limits of size are the service's own.
        allowed = {"unspecified"} if len(case.body or b"") > LARGE else SETS[name][1]
        assert expected.expected.value in allowed, (case.intent, case.body)


def test_every_refused_case_breaks_exactly_the_clause_it_names(contract: Contract, name: str) -> None:
    for case, expected in judged(name, contract):
        if expected.expected is Expected.REJECTED:
            assert {violation.clause for violation in expected.violations} == {case.intent.partition(" (")[0]}, case


def test_equal_arguments_give_byte_identical_sets(contract: Contract, name: str) -> None:
    assert made(name, contract) == SETS[name][0](contract, UniqueNames("ctmark", 2), 3)


def test_another_seed_puts_values_into_other_company() -> None:
    for name in ("valid", "wrong kinds", "pairs"):
        assert [c.body for c in made(name, CONTRACTS["page"], 1)] != [c.body for c in made(name, CONTRACTS["page"], 2)]


def test_no_case_is_there_twice(contract: Contract, name: str) -> None:
    anonymous = [
        (UniqueNames("ctmark").anonymous(case), case.body is None, case.intent) for case in made(name, contract)
    ]
    assert max(Counter(anonymous).values()) == 1


@pytest.mark.parametrize("chosen_from", ["wrong kinds", "malformed", "encoding", "media types", "authorization"])
def test_an_id_names_one_case_of_its_set_whatever_the_seed(contract: Contract, chosen_from: str) -> None:
    ids = [(case.case_set, case.id) for case in made(chosen_from, contract)]
    assert max(Counter(ids).values()) == 1
    assert all(identifier or chosen_from == "authorization" for _, identifier in ids), "'' is the empty header"
    assert ids == [(case.case_set, case.id) for case in made(chosen_from, contract, 4)]


def test_unspecified_cases_have_ids_of_their_own(contract: Contract) -> None:
    ids = Counter((case.case_set, case.id) for case in made("unspecified", contract))
    assert [pair for pair, number in ids.items() if number > 1 or not pair[1]] == []


def test_no_two_cases_carry_the_same_name(contract: Contract, name: str) -> None:
    names = UniqueNames("ctmark")
    # Texts that look alike share a name on purpose: nothing else tells whether they are taken for one.
    found = [
        names.split(_plain(case).decode("latin-1"))[1]
        for case in made(name, contract)
        if not case.id.startswith(LOOK_ALIKE) and case.case_set != SECOND_USE
    ]
    used = list(filter(None, found))
    assert len(set(used)) == len(used)
    assert all(one.startswith("ctmark-2") for one in used), "names of the given range"


def _plain(case: Case) -> bytes:
    """The body with the zeros of UTF-16 and UTF-32 left out, so that names in it can be read."""
    return (case.body or b"").replace(b"\x00", b"")


def test_every_marked_text_of_an_accepted_case_is_unique() -> None:
    names = UniqueNames("ctmark")
    for name in SETS:
        for case, expected in judged(name, CONTRACTS["page"]):
            body = expected.body
            text = body.get("externalId") if isinstance(body, dict) else None
            if (
                isinstance(text, str)
                and case.intent != "externalId: empty"
                and "externalId" not in case.intent.partition(":")[0]
            ):
                assert names.split(text)[1], case


def test_nearly_every_accepted_case_carries_a_name() -> None:
    names = UniqueNames("ctmark")
    created = [
        c for name in SETS for c, expected in judged(name, CONTRACTS["page"]) if expected.expected is Expected.CREATED
    ]
    without = [case.intent for case in created if not names.split((case.body or b"").decode("latin-1"))[1]]
    assert len(without) <= 10, without


def test_the_sets_of_the_page_stay_within_their_budget(name: str) -> None:
    assert 1 <= len(made(name, CONTRACTS["page"])) <= SETS[name][2]


def test_no_body_is_longer_than_services_read_by_default(contract: Contract, name: str) -> None:
    assert max(len(case.body or b"") for case in made(name, contract)) < LONGEST_BODY


def test_every_request_clause_of_the_contract_is_broken_alone_somewhere() -> None:
    """Patterns of the body's own fields have complete sets elsewhere; the priority cases hold a few of each."""
    for contract in CONTRACTS.values():
        answers = [expected for name in SETS for _, expected in judged(name, contract)]
        broken = {violation.clause for expected in answers for violation in expected.violations}
        wanted = {clause for clause in catalogue(contract) if clause.startswith(("request.", "authorization.required"))}
        # What a field allows cannot be broken: null, being left out, combinations.
        allowed = {c for c in wanted if c.endswith((".optional", ".combination"))} | _null_clauses(contract)
        assert wanted - allowed <= broken


def _null_clauses(contract: Contract) -> set[str]:
    found, waiting = set(), list(contract.fields)
    while waiting:
        field = waiting.pop()
        if field.nullable:
            found.add(f"request.{field.path}.null")
        waiting += [*field.members, *([field.items] if field.items else [])]
    return found


def test_every_request_clause_of_the_contract_is_shown_to_be_kept_somewhere() -> None:
    for contract in CONTRACTS.values():
        kept = {clause for name in SETS for _, expected in judged(name, contract) for clause in expected.exercised}
        wanted = {name for name, clause in catalogue(contract).items() if VALID in clause.sides}
        assert wanted <= kept


def test_every_class_of_text_is_sent_in_a_name_and_in_a_free_form_object() -> None:
    contract = CONTRACTS["page"]
    bodies = [json_text.parse(case.body or b"").value for case in made("valid", contract)]
    names = {body["displayName"] for body in bodies}
    alone = {hard.text for hard in hard_texts(contract.field("displayName").pattern) if hard.alone}
    assert alone <= names
    inside = {text for body in bodies for text in json_text.texts(body.get("metadata"))}
    assert {hard.text for hard in HARD_TEXTS} <= inside


def test_every_class_of_number_is_sent_in_a_number_field_and_in_a_free_form_object() -> None:
    bodies = [case.body or b"" for case in made("valid", CONTRACTS["page"])]
    for number in HARD_NUMBERS:
        written = number.value.text.encode()
        assert any(
            b'"maxConcurrentJobs":%b' % written in b.replace(b'" : ', b'":') or b'":%b,"' % written in b for b in bodies
        )


def test_a_class_alone_has_only_ordinary_company() -> None:
    """So that a refusal of such a case says which class it was."""
    for case in made("valid", CONTRACTS["page"]):
        if case.case_set == "values.displayName":
            body = json_text.parse(case.body or b"").value
            assert body["maxConcurrentJobs"] in (1, 5, 10, 25)
            assert len(body["globalConnectionExternalIds"]) == 2


def test_the_wrong_item_of_a_list_comes_in_every_place() -> None:
    places = set()
    for case in made("wrong kinds", CONTRACTS["page"]):
        if case.intent.startswith("request.globalConnectionExternalIds.items.") and "both" not in case.intent:
            items = json_text.parse(case.body or b"").value["globalConnectionExternalIds"]
            [wrong] = [index for index, item in enumerate(items) if not isinstance(item, str)]
            places.add((len(items), wrong))
    assert {(1, 0), (2, 0), (2, 1), (3, 1), (3, 2)} <= places
    assert any(size > 100 and place == size - 1 for size, place in places)


def test_wrong_values_come_in_minimal_full_and_null_company() -> None:
    for field in ("displayName", "maxConcurrentJobs", "metadata"):
        bodies = [
            json_text.parse(case.body or b"").value
            for case in made("wrong kinds", CONTRACTS["page"])
            if case.intent.startswith(f"request.{field}.type")
        ]
        assert any(len(body) <= 3 for body in bodies)
        assert any(len(body) == 6 for body in bodies)
        assert any(None in body.values() for body in bodies)


def test_the_cases_of_the_smoke_profile_create_few_projects_and_touch_every_family() -> None:
    first = judged("priority", CONTRACTS["page"])[:IN_SMOKE]
    assert 10 <= sum(expected.expected is not Expected.REJECTED for _, expected in first) <= 12
    case_sets = {".".join(case.case_set.split(".")[:2]) for case, _ in first}
    assert {"wire.authorization", "wire.malformed", "wire.mediaType", "priority.packed", "values.wrong"} <= case_sets


@pytest.mark.parametrize(
    "written",
    [
        *(
            b"\\ud83d\\ude00",
            b"\\u00e9",
            b"\\u00E9",
            b"\\/",
            b"\\b",
            b"\\f",
            b"\\u007F",
            b"\\u0022",
            b"\xf0\x9f\x98\x80",
        ),
        *(b"\r\n", b"\t", b" : ", b"\n\t {"),
    ],
)
def test_every_way_to_write_json_is_sent_where_a_creation_is_owed(written: bytes) -> None:
    bodies = [case.body or b"" for case in made("valid", CONTRACTS["page"]) if case.case_set == "values.encoding"]
    assert any(written in body for body in bodies)


def test_no_case_holds_bytes_in_a_header_that_servers_refuse() -> None:
    for name in SETS:
        for case in made(name, CONTRACTS["page"]):
            for _, value in case.headers:
                assert not re.search(r"[\x00-\x1f\x7f]", value)  # RFC 9110, section 5.5
                assert value.encode("latin-1")[:1] == value[:1].encode("ascii"), "the scheme is ASCII"
                assert len(value) < 7_000, "servers bound a head to 8 kB"


#: Levels that widespread servers read and write: Python's json stops near 990, less what runs around it.
MOST_LEVELS = 700


def test_no_case_is_so_deep_that_servers_store_what_they_cannot_show() -> None:
    cases = [case for make, _, _ in SETS.values() for case in make(CONTRACTS["page"], UniqueNames("ctmark", 2), 1)]
    deepest = [level_bound(case.body or b"") for case in cases]
    assert 500 < max(deepest) < MOST_LEVELS


def level_bound(body: bytes) -> int:
    """Levels that a body has at most: brackets that are open at once, those in texts too."""
    deepest = level = 0
    for byte in body:
        level += (byte in b"{[") - (byte in b"}]")
        deepest = max(deepest, level)
    return deepest
