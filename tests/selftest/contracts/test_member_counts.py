"""Observations of responses beyond the contract are counted and described."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import yaml

from contracts.document import load_contract
from contracts.member_counts import MemberCounts

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = load_contract()
PROJECT: dict[str, Any] = {
    "id": "i", "created": "c", "updated": "u", "ownerId": "o", "displayName": "x", "platformId": "p", "type": "TEAM",
    "icon": {}, "releasesEnabled": True,
    "plan": {
        "id": "i", "created": "c", "updated": "u", "projectId": "i", "locked": False, "name": "n", "pieces": [],
    },
    "analytics": {"totalUsers": 1, "activeUsers": 1, "totalFlows": 1, "activeFlows": 1},
    "maxConcurrentJobs": 5, "externalId": "e", "metadata": {"a": 1}, "poolId": "q",
}  # fmt: skip


def observed(*projects: dict[str, Any]) -> MemberCounts:
    observations = MemberCounts(CONTRACT)
    for project in projects:
        observations.observe(project)
    return observations


def without(name: str, **members: Any) -> dict[str, Any]:
    project = {**copy.deepcopy(PROJECT), **members}
    del project[name]
    return project


def test_answers_that_show_all_that_is_documented_give_nothing_to_tell() -> None:
    found = observed(PROJECT, {**PROJECT, "type": "PERSONAL"})
    assert (found.undocumented(), found.unobserved(), found.responses) == ([], [], 2)


def test_a_run_without_answers_tells_nothing() -> None:
    assert (observed().undocumented(), observed().unobserved()) == ([], [])


def test_members_that_the_page_does_not_list_are_told() -> None:
    plan = {**PROJECT["plan"], "piecesFilterType": "NONE"}
    one = {**PROJECT, "icon": {"color": "RED"}, "plan": plan, "deleted": None}
    assert observed(one, PROJECT).undocumented() == [
        "deleted is in 1 of 2 responses, always null, and the page does not list it",
        "icon.color is in 1 of 2 responses, and the page does not list it",
        "plan.piecesFilterType is in 1 of 2 responses, and the page does not list it",
    ]
    assert observed(one).undocumented()[1] == "icon.color is in the only response, and the page does not list it"


def test_what_a_client_sent_free_of_form_is_not_looked_into() -> None:
    assert observed({**PROJECT, "metadata": {"anything": None}}).undocumented() == []


def test_members_that_never_come_or_are_always_null_are_told() -> None:
    projects = [without("poolId", externalId=None, type="PERSONAL"), {**without("poolId"), "externalId": None}]
    assert observed(*projects).unobserved() == [
        "externalId is null in every one of the 2 responses",
        "poolId is in none of the 2 responses",
    ]
    assert observed(*projects, PROJECT).unobserved() == []


def test_a_member_that_is_null_wherever_it_comes_is_told_with_its_count() -> None:
    found = observed(PROJECT, without("poolId", type="PERSONAL"), {**without("poolId"), "maxConcurrentJobs": None})
    assert found.unobserved() == []
    found = observed(without("poolId", type="PERSONAL"), {**PROJECT, "poolId": None})
    assert found.unobserved() == ["poolId is null in 1 of 2 responses"]


def test_options_that_never_come_are_told() -> None:
    assert observed(PROJECT, PROJECT).unobserved() == ["type is PERSONAL in none of the 2 responses"]


def test_inner_members_are_told_unless_what_holds_them_is_missing() -> None:
    plan = {name: value for name, value in PROJECT["plan"].items() if name != "pieces"}
    both = [{**PROJECT, "plan": plan}, {**PROJECT, "plan": plan, "type": "PERSONAL"}]
    assert observed(*both).unobserved() == ["plan.pieces is in none of the 2 responses"]
    assert observed(without("plan"), without("plan", type="PERSONAL")).unobserved() == [
        "plan is in none of the 2 responses"
    ]
    null = observed({**PROJECT, "plan": None}, {**PROJECT, "plan": None, "type": "PERSONAL"})
    assert null.unobserved() == ["plan is null in every one of the 2 responses"]


def test_values_of_other_types_are_counted_without_harm() -> None:
    strange = {**PROJECT, "type": ["TEAM"], "plan": [1], "icon": "RED", "analytics": {}}
    assert "type is TEAM in none of the 1 responses" in observed(strange).unobserved()
    assert observed({}).unobserved()[0] == "id is in none of the 1 responses"


def test_workers_counts_are_added(tmp_path: Path) -> None:
    first = observed(PROJECT, {**PROJECT, "poolId": None})
    second = observed({**PROJECT, "type": "PERSONAL", "extra": 1})
    together = MemberCounts(CONTRACT)
    for worker in (first, second):
        (tmp_path / "counts.json").write_text(json.dumps(worker.to_json()), encoding="utf-8")
        together.merge(json.loads((tmp_path / "counts.json").read_text(encoding="utf-8")))
    alone = observed(PROJECT, {**PROJECT, "poolId": None}, {**PROJECT, "type": "PERSONAL", "extra": 1})
    assert together.to_json() == alone.to_json()
    assert (
        together.undocumented()
        == alone.undocumented()
        == ["extra is in 1 of 3 responses, and the page does not list it"]
    )
    assert together.unobserved() == alone.unobserved() == []


def test_a_service_that_makes_up_names_cannot_fill_the_memory_or_a_report() -> None:
    found = observed(*({**PROJECT, f"x{number}\x1b[31m": number} for number in range(3_000)))
    told = found.undocumented()
    assert len(told) <= 101
    assert any("more members that the page does not list" in sentence for sentence in told)
    assert all(sentence.isprintable() for sentence in told)
    assert len(json.dumps(found.to_json())) < 20_000


def test_the_members_of_another_contract_are_those_that_count(tmp_path: Path) -> None:
    document = copy.deepcopy(CONTRACT.document)
    members = document["components"]["schemas"]["Project"]["properties"]
    members["icon"]["properties"] = {"color": {"type": "string", "enum": ["RED", "BLUE"]}}
    (tmp_path / "draft.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    found = MemberCounts(load_contract(tmp_path / "draft.yaml"))
    found.observe({**PROJECT, "icon": {"color": "RED"}})
    assert found.undocumented() == []
    assert "icon.color is BLUE in none of the 1 responses" in found.unobserved()
