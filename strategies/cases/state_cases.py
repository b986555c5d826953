"""Requests whose effect depends on others: refusals, overlap, reuse of connections, prototype pollution."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts import lenient_json
from contracts.exchange import JSON_MEDIA_TYPE, VALID_AUTHORIZATION
from strategies.cases.authorization_cases import authorization_cases
from strategies.cases.baseline_cases import minimal_case
from strategies.cases.media_type_cases import media_type_cases
from strategies.cases.valid_value_cases import valid_cases
from strategies.cases.wrong_value_cases import wrong_kind_cases
from strategies.encoding import json_case
from strategies.surrounding_fields import MARKED, SurroundingFields, free_object

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames

#: The number of refusals of each kind that are followed up.
_OF_A_KIND = 4
#: The size of a body that a service which refuses a request by its head may leave unread.
_UNREAD = 20_000
#: A value that does not occur in other responses by chance.
TELL_TALE = "prototypeTellTale7"


def connection_pairs(contract: Contract, names: UniqueNames) -> list[tuple[Case, Case]]:
    """Pairs of requests on one connection: the first must not affect the response to the second."""
    intent, case_set = "behind another request on its connection", "state.connections"
    plain = [replace(minimal_case(contract, names), case_set=case_set, intent=intent) for _ in range(5)]
    full = json_case(
        SurroundingFields(contract, names).body(context="full"), case_set=case_set, intent="a first request"
    )
    typed = ("Content-Type", JSON_MEDIA_TYPE)
    without_key = replace(full, headers=(typed,))
    firsts = (
        without_key,
        replace(full, headers=(("Authorization", VALID_AUTHORIZATION), ("Content-Type", "text/plain"))),
        full.with_body((full.body or b"")[:-1]),
        replace(without_key, body=(full.body or b"") + b" " * _UNREAD),
        replace(without_key, headers=(*without_key.headers, ("Transfer-Encoding", "chunked"))),
    )
    known = minimal_case(contract, names)
    return [*zip(firsts, plain, strict=True), (known, replace(minimal_case(contract, names), headers=(typed,)))]


def refused_samples(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Invalid requests of several kinds, each with a unique text, to look for projects of refused requests later."""
    kinds = (
        wrong_kind_cases(contract, names, seed),
        authorization_cases(contract, names, seed),
        media_type_cases(contract, names, seed),
    )
    chosen: list[Case] = []
    for cases in kinds:
        fit = [case for case in cases if _has_marked_text(case)]
        step = max(1, len(fit) // _OF_A_KIND)
        chosen += fit[seed % step :: step][:_OF_A_KIND]
    return chosen


def _has_marked_text(case: Case) -> bool:
    text = (lenient_json.object_of(case.body) or {}).get(MARKED)
    return isinstance(text, str) and text != ""


def refused_reuses(contract: Contract, external_id: str) -> list[Case]:
    """Requests with a text that is in use: one lacks a required member, two lack the right key."""
    body = SurroundingFields(contract, None).body(context="full") | {MARKED: external_id}
    case_set, intent = "state.refused_reuse", f"authorization.required ({MARKED} in use)"
    case = json_case(body, case_set=case_set, intent=intent)
    refused = [
        replace(case, headers=(*key, ("Content-Type", JSON_MEDIA_TYPE)))
        for key in ((), (("Authorization", "Bearer x"),))
    ]
    for field in contract.fields:
        if field.required and field.path != MARKED:
            rest = {name: value for name, value in body.items() if name != field.path}
            intent = f"request.{field.path}.required ({MARKED} in use)"
            return [json_case(rest, case_set=case_set, intent=intent), *refused]
    return refused


def overlapping_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Valid, invalid and unauthorized requests in turn, to be sent concurrently; each has its own name."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    plain = [
        json_case(
            surrounding_fields.body(context="full"), case_set="state.overlap", intent="a valid request among others"
        )
        for _ in range(18)
    ]
    hard = valid_cases(contract, names, seed)[seed % 5 :: 20][:5]
    wrong = wrong_kind_cases(contract, names, seed)[seed % 7 :: 15][:7]
    unauthorized = authorization_cases(contract, names, seed)[:3]
    others = [*hard, *wrong, *unauthorized]
    woven: list[Case] = []
    for index, case in enumerate(plain):
        woven.append(case)
        woven.extend(others[index : index + 1])
    return woven


def prototype_cases(contract: Contract, names: UniqueNames) -> list[tuple[Case, str]]:
    """Bodies with a member that pollutes prototypes in careless merges, with the member to look for."""
    poison: dict[str, Any] = {TELL_TALE: "yes", "poolId": TELL_TALE, "externalId": TELL_TALE}
    surrounding_fields = SurroundingFields(contract, names, 0)
    case_set = "state.prototype"
    free = free_object(contract)
    bodies = [surrounding_fields.body(context="minimal") | {"__proto__": poison}]
    bodies.append(surrounding_fields.body(context="minimal") | {"constructor": {"prototype": poison}})
    if free:
        bodies.append(surrounding_fields.body(free, "minimal") | {free.path: {"__proto__": poison}})
        bodies.append(surrounding_fields.body(free, "minimal") | {free.path: {"constructor": {"prototype": poison}}})
    return [
        (json_case(body, case_set=case_set, intent="a member that poisons prototypes"), TELL_TALE) for body in bodies
    ]
