"""The requests that shrinking takes: one search serves all findings of a request, each with a limit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.judgement import Judge
from contracts.secrets import Secrets
from strategies.unique_names import UniqueNames
from tests.harness.client.judged import Judged
from tests.harness.triage.triage import Triage

if TYPE_CHECKING:
    from contracts.findings import Finding

CONTRACT = load_contract()
JSON = (("Content-Type", "application/json"),)


class Service:
    """Fails at a list of more than two items, and shows SQL."""

    def __init__(self) -> None:
        self.judge = Judge(CONTRACT, Limits(), Secrets("sk-Smallest0123456789abcdefghijklmno"), "ctsmall")
        self.sent: list[Case] = []

    def can_find(self, _: Case) -> bool:
        return True

    def post_unless_fatal(self, case: Case) -> Judged:
        self.sent.append(case)
        fails = len(json.loads(case.body or b"{}").get("globalConnectionExternalIds", [])) > 2
        status, text = (500, "syntax error at or near ARRAY in SELECT id FROM project WHERE x") if fails else (201, "")
        exchange = Exchange(case, Response(status, JSON, json.dumps({"message": text}).encode()), number=len(self.sent))
        return Judged(exchange, self.judge.judge(exchange))


class History:
    def __getattr__(self, _: str) -> Any:
        return lambda *_: None


def _findings(service: Service, items: int) -> tuple[Judged, dict[str, Finding]]:
    body = {"displayName": "a", "metadata": {"a": 1}, "globalConnectionExternalIds": ["x"] * items}
    answer = service.post_unless_fatal(Case(json.dumps(body).encode()))
    return answer, {finding.clause: finding for finding in answer.findings}


def test_one_search_serves_all_findings_of_a_request_and_no_finding_takes_more_than_thirty() -> None:
    service = Service()
    triage = Triage(cast("Any", service), CONTRACT, cast("Any", History()), UniqueNames("ctsmall"))
    answer, findings = _findings(service, 2_000)
    triage.shrink(answer, findings["service.no_5xx"])
    spent = len(service.sent)
    assert 1 < spent <= 31
    assert min(len(case.body or b"") for case in service.sent[1:]) < 400
    triage.shrink(answer, findings["service.error_leaks_nothing"])
    assert len(service.sent) <= 2 * spent
    for items in (3, 900, 1_200):
        answer, findings = _findings(service, items)
        triage.shrink(answer, findings["service.no_5xx"])
    assert len(service.sent) <= 2 * 31 + 4


def test_a_finding_that_a_small_case_has_shown_is_not_shrunk_again() -> None:
    service = Service()
    triage = Triage(cast("Any", service), CONTRACT, cast("Any", History()), UniqueNames("ctsmall"))
    answer, findings = _findings(service, 3)
    triage.shrink(answer, findings["service.no_5xx"])
    spent = len(service.sent)
    triage.shrink(answer, findings["service.error_leaks_nothing"])
    assert len(service.sent) == spent
