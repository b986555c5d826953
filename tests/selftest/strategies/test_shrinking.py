"""Shrinking: a failing case of any set becomes small with few requests and new names, and still fails."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from contracts import json_text
from contracts.document import load_contract
from contracts.exchange import Case
from strategies.cases.packed_cases import packed_cases
from strategies.encoding import json_case
from strategies.shrinking import candidates, members, parsed, shrink, without
from strategies.unique_names import UniqueNames

if TYPE_CHECKING:
    from collections.abc import Callable

Body = dict[str, Any]
CONTRACT = load_contract()
LIMIT = 40


def packed(number: int) -> Case:
    """One of the valid cases that hold many hard values."""
    return packed_cases(CONTRACT, UniqueNames("ct"), 0)[number - 1]


def reduced(case: Case, fails: Callable[[Body], object]) -> tuple[Body, int]:
    """The smallest body found for a service that fails where ``fails`` says so, and the requests it took."""
    asked = 0

    def still_fails(candidate: Case) -> bool:
        nonlocal asked
        asked += 1
        body = parsed(candidate)
        return isinstance(body, dict) and bool(body.get("displayName")) and bool(fails(body))

    assert still_fails(case)
    found = shrink(case, UniqueNames("ct", 1), still_fails, keep=("displayName",), limit=LIMIT)
    body: Body = parsed(found)
    assert fails(body)
    return body, asked


#: The packed case with many classes in one text, and everything in its free-form object.
KITCHEN = 1


@pytest.mark.parametrize(
    ("number", "fails", "expected"),
    [
        (KITCHEN, lambda _: True, {"displayName": "a"}),
        (KITCHEN, lambda b: "\ufffe" in b["displayName"], {"displayName": "\ufffe"}),
        (KITCHEN, lambda b: b["displayName"] != b["displayName"].strip(), {"displayName": "\xa0"}),
        (KITCHEN, lambda b: b.get("maxConcurrentJobs") is not None, {"displayName": "a", "maxConcurrentJobs": 0}),
        (
            KITCHEN,
            lambda b: b.get("globalConnectionExternalIds"),
            {"displayName": "a", "globalConnectionExternalIds": [""]},
        ),
        (KITCHEN, lambda b: b.get("metadata"), {"displayName": "a", "metadata": {"": {}}}),
        (4, lambda b: len(b["displayName"]) > 1000, None),
        (13, lambda b: (b.get("externalId") or "x")[0] == " ", None),
    ],
)
def test_a_failing_case_becomes_small_within_forty_requests(
    number: int, fails: Callable[[Body], object], expected: Body | None
) -> None:
    body, asked = reduced(packed(number), fails)
    assert asked <= LIMIT + 1
    if expected is not None:
        assert body == expected
    else:
        assert len(body) <= 2


def test_a_value_deep_in_a_large_object_is_found() -> None:
    body, _ = reduced(
        packed(KITCHEN), lambda b: any("toString" in n for n in json_text.nodes(b) if isinstance(n, dict))
    )
    assert len(json_case(body, case_set="", intent="").body or b"") < 200


def test_every_candidate_carries_a_name_that_no_other_has() -> None:
    case = packed(3)
    names = UniqueNames("ct", 1)
    found = [
        names.split((candidate.body or b"").decode())[1]
        for candidate, _ in zip(candidates(case, names), range(60), strict=False)
    ]
    used = [name for name in found if name]
    assert len(set(used)) == len(used)
    assert names.split((case.body or b"").decode())[1] not in used


def test_a_text_in_the_marked_field_keeps_its_name() -> None:
    case = json_case({"displayName": "a", "externalId": " ct-5 x"}, case_set="", intent="")
    for candidate in candidates(case, UniqueNames("ct")):
        text = parsed(candidate).get("externalId", "ct-")
        assert "ct-" in text


def test_no_candidate_is_asked_about_twice_and_the_limit_holds() -> None:
    seen: list[bytes] = []
    names = UniqueNames("ct")

    def fails(candidate: Case) -> bool:
        seen.append(names.anonymous(candidate))
        return False

    shrink(packed(KITCHEN), names, fails, limit=25)
    assert len(seen) == 25 == len(set(seen))


def test_a_case_that_cannot_be_smaller_is_returned_as_it_is() -> None:
    case = Case(b'{"displayName":"a"}')
    assert shrink(case, UniqueNames("ct"), lambda _: False) is case


def test_a_body_that_is_no_json_has_no_candidates() -> None:
    assert list(candidates(Case(b'{"a"'), UniqueNames("ct"))) == []
    assert list(candidates(Case(None), UniqueNames("ct"))) == []
    assert members(Case(b"[1]")) == ()


def test_headers_stay_as_they_are() -> None:
    case = Case(b'{"displayName":"abc"}', headers=(("Content-Type", "application/json"),))
    assert all(candidate.headers == case.headers for candidate in candidates(case, UniqueNames("ct")))


def test_an_unusual_header_is_left_out_first_and_then_what_is_beside_the_part_that_matters() -> None:
    body = {"displayName": "a", "externalId": "x", "metadata": {"0": [1], "y/z": [{"p": 1, "q": 2}, 3]}}
    case = json_case(body, case_set="", intent="")
    chunked = replace(case, headers=(*case.headers, ("Transfer-Encoding", "chunked")))
    found = candidates(chunked, UniqueNames("ct"), keep=("displayName",), where="/metadata/y~1z/0/q")
    assert next(found) == case
    assert parsed(next(found)) == {"displayName": "a", "metadata": {"y/z": [{"q": 2}]}}
    of_response = candidates(case, UniqueNames("ct"), keep=("displayName",), where="/plan/id")
    assert parsed(next(of_response)) == {"displayName": "a"}


@pytest.mark.parametrize("limit", [2**15, 2**31, 2**53 + 1, 2**63])
@pytest.mark.parametrize("number", ["1e300", "-18446744073709551616", "9223372036854775810.5"])
def test_a_number_becomes_that_of_the_limit_within_thirty_requests(limit: int, number: str) -> None:
    asked = 0

    def fails(candidate: Case) -> bool:
        nonlocal asked
        asked += 1
        return bool(abs(parsed(candidate)["maxConcurrentJobs"]) >= limit)

    case = Case(b'{"displayName":"a","maxConcurrentJobs":%s}' % number.encode())
    found = shrink(case, UniqueNames("ct"), fails, keep=("displayName", "maxConcurrentJobs"))
    assert abs(parsed(found)["maxConcurrentJobs"]) == limit
    assert asked <= 30


def test_a_member_is_left_out_and_the_name_renewed() -> None:
    case = Case(b'{"displayName":"a","externalId":"ct-9","metadata":{}}')
    assert without(case, "metadata", UniqueNames("ct")).body == b'{"displayName":"a","externalId":"ct-0"}'
    assert members(case) == ("displayName", "externalId", "metadata")
    with pytest.raises(KeyError, match="Expected a body with the member 'x'"):
        without(case, "x", UniqueNames("ct"))
