"""Refusals are attributed by what the service says, and not to a header or a field that another one was refused for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import VALID_HEADERS, Case, Exchange, Response
from contracts.findings import REFUSED, Finding
from contracts.judgement import Judge
from contracts.secrets import Secrets
from strategies.unique_names import UniqueNames
from tests.harness.client.judged import Judged
from tests.harness.triage.named_fields import named_fields
from tests.harness.triage.refusals import RefusalTriage

if TYPE_CHECKING:
    from reports.history import HistoryWriter
    from tests.harness.triage.connections import ConnectionTriage
    from tests.harness.triage.triage_requests import TriageRequests

CONTRACT = load_contract()
JUDGE = Judge(CONTRACT, Limits(), Secrets("sk-Refusals0123456789abcdefghijklmno"), "ctrefuse")
JSON = (("Content-Type", "application/json"),)
EMAIL = "request.alertReceiverEmail.pattern"
NAME = "request.displayName.pattern"
MUSEUM = "a_b-c@x-1.y2.museum"


@dataclass
class Service:
    """Refuses some texts, lists with an item twice, and media types with a parameter, with a message each."""

    are_spent: bool = False
    are_few: bool = False
    #: An optional field without which every body is refused.
    demands: str = "displayName"
    asked: int = 0
    refused: list[tuple[Judged, Finding]] = field(default_factory=list)

    def ask(self, case: Case) -> Judged | None:
        if self.are_spent:
            return None
        reply = self.answer(case)
        self.refused += [(reply, finding) for finding in reply.findings if finding.cause == REFUSED]
        return reply

    def answer(self, case: Case) -> Judged:
        self.asked += 1
        body = json.loads(case.body or b"{}")
        response = Response(201, JSON, json.dumps({"id": "P" * 21}).encode())
        if self.demands not in body:
            response = Response(400, JSON, json.dumps({"message": f"{self.demands} is required"}).encode())
        elif "museum" in str(body.get("alertReceiverEmail")):
            response = Response(400, JSON, b'{"message":"no mailbox"}')
        elif len(set(ids := body.get("globalConnectionExternalIds", []))) < len(ids):
            response = Response(400, JSON, b'{"message":"must be unique"}')
        elif "<" in body["displayName"]:
            response = Response(400, JSON, b'{"message":"no tags in displayName"}')
        if "text/csv" in (case.header("Accept") or ""):
            response = Response(406, JSON, b'{"message":"not acceptable"}')
        if ";" in (case.header("Content-Type") or ""):
            response = Response(415, JSON, b'{"message":"media type"}')
        exchange = Exchange(case, response, number=self.asked)
        return Judged(exchange, JUDGE.judge(exchange))


@dataclass
class History:
    attributed: list[tuple[int, str]] = field(default_factory=list)
    kinds: list[tuple[str, ...]] = field(default_factory=list)

    def reattributed(self, exchange: Exchange, was: Finding, finding: Finding) -> None:
        del was
        self.attributed.append((exchange.number, finding.clause))
        self.kinds.append(finding.kinds)

    def record(self, record: Any) -> None:
        """Nothing of these is looked at."""


def _triage(service: Service, history: History) -> RefusalTriage:
    return RefusalTriage(
        cast("TriageRequests", service),
        cast("ConnectionTriage", None),
        CONTRACT,
        cast("HistoryWriter", history),
        UniqueNames("ctrefuse"),
    )


def _case(headers: Any = None, **members: Any) -> Case:
    changed = {**dict(VALID_HEADERS), **(headers or {})}
    return Case(json.dumps({"displayName": "a", **members}).encode(), tuple(changed.items()))


def _attributed(triage: RefusalTriage, service: Service, case: Case) -> str:
    answer = service.answer(case)
    (finding,) = (found for found in answer.findings if found.cause == REFUSED)
    return triage.attribute(answer, finding).clause


def test_members_that_the_contract_lacks_are_no_required_ones() -> None:
    service = Service()
    triage = _triage(service, History())
    triage.learn([service.answer(_case(displayname="b"))])
    assert not triage._fields.bare_passes
    triage.learn([service.answer(_case())])
    assert triage._fields.bare_passes


@pytest.mark.parametrize("spent", [False, True])
def test_a_refused_media_type_is_not_the_fault_of_a_field_that_is_refused_too(spent: bool) -> None:
    service = Service()
    triage = _triage(service, History())
    assert _attributed(triage, service, _case(alertReceiverEmail=MUSEUM, metadata={"a": [1]})) == EMAIL
    service.are_spent = spent
    case = _case({"Content-Type": "application/json; charset=utf-8"}, alertReceiverEmail=MUSEUM)
    assert _attributed(triage, service, case) == "request.mediaType"


def test_a_refused_accept_header_is_blamed_for_any_body() -> None:
    service = Service()
    triage = _triage(service, History())
    accept = {"Accept": "application/json;q=0.9,text/csv"}
    cases = [_case(accept, **members) for members in ({}, {"metadata": {"a": 1}}, {"maxConcurrentJobs": None})]
    assert {_attributed(triage, service, case) for case in cases} == {"response.201.mediaType"}


def test_a_refusal_has_the_kinds_of_the_field_that_it_was_attributed_to() -> None:
    service, history = Service(), History()
    odd: dict[str, Any] = {"metadata": {"a": [1]}, "globalConnectionExternalIds": ["b", "b"]}
    _attributed(_triage(service, history), service, _case(**odd))
    assert any("in globalConnectionExternalIds: a JSON array" in kinds for kinds in history.kinds)


def test_the_requests_that_look_into_a_refusal_are_attributed_with_it() -> None:
    service, history = Service(), History()
    triage = _triage(service, history)
    gzip = {"Accept-Encoding": "gzip"}
    assert _attributed(triage, service, _case(gzip, alertReceiverEmail=MUSEUM)) == EMAIL
    service.ask(_case(gzip, alertReceiverEmail=MUSEUM))
    triage.attribute_triage_requests(EMAIL, "/alertReceiverEmail")
    assert {clause for _, clause in history.attributed} == {EMAIL}
    assert history.attributed[-1][0] == service.asked


def test_a_message_identifies_the_field_if_several_were_refused() -> None:
    service = Service()
    triage = _triage(service, History())
    ids = "request.globalConnectionExternalIds.type"
    odd: dict[str, Any] = {"metadata": {"a": [1]}}
    assert _attributed(triage, service, _case(displayName="<", **odd)) == NAME
    assert _attributed(triage, service, _case(globalConnectionExternalIds=["b", "b"], **odd)) == ids
    service.are_spent = True
    both = _case(displayName="c ", globalConnectionExternalIds=["b", "b"], **odd)
    assert _attributed(triage, service, both) == ids


def test_with_few_requests_the_field_that_the_service_names_is_taken_for_the_reason() -> None:
    gzip, odd = {"Accept-Encoding": "gzip"}, {"metadata": {"a": [1]}}
    for headers in ({}, gzip):
        service = Service(are_few=True)
        assert _attributed(_triage(service, History()), service, _case(headers, displayName="<", **odd)) == NAME
        assert service.asked == 1
        service.asked = 0  # a message that names no field has to be verified
        assert _attributed(_triage(service, History()), service, _case(headers, alertReceiverEmail=MUSEUM)) == EMAIL
        assert service.asked > 1 or not headers


def test_a_body_is_not_refused_for_its_one_field_while_no_body_without_it_passed() -> None:
    service = Service(demands="metadata")
    triage = _triage(service, History())
    assert _attributed(triage, service, _case(alertReceiverEmail="a@b.co")) == "request.metadata.optional"
    asked = service.asked
    assert _attributed(triage, service, _case(metadata={}, alertReceiverEmail=MUSEUM)) == EMAIL
    assert service.asked > asked
    service = Service()
    triage = _triage(service, History())
    triage.learn([service.answer(_case())])
    asked = service.asked
    case = Case(b'{"displayName":"Beta 2","alertReceiverEmail":"%s"}' % MUSEUM.encode(), VALID_HEADERS)
    assert _attributed(triage, service, case) == EMAIL
    assert service.asked == asked + 1


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("body/metadata/externalId must be string", {"metadata"}),
        ("metadata.displayName is too long", {"metadata"}),
        ("body/externalId must be string", {"externalId"}),
        ("externalId or displayName is wrong", {"externalId", "displayName"}),
    ],
)
def test_a_member_with_the_name_of_a_field_is_not_that_field(message: str, names: set[str]) -> None:
    case = Case(json.dumps({"displayName": "a", "externalId": "x", "metadata": {"externalId": 1}}).encode())
    exchange = Exchange(case, Response(400, JSON, json.dumps({"message": message}).encode()), number=1)
    assert named_fields(Judged(exchange, JUDGE.judge(exchange))) == names
