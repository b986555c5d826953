"""A diagnosis names the mistake of a service, and there is none if the mistake is unknown."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.checks.context import Limits
from contracts.clauses import catalogue
from contracts.diagnosis import diagnose, observed
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.exchange_record import ExchangeRecord
from contracts.expectation import Expected
from contracts.findings import Outcome
from contracts.history_records import HistoryRecord, RunRecord, SignatureRecord, Target
from contracts.judgement import Judge
from contracts.patterns import Pattern
from contracts.patterns.syntax import parse
from contracts.patterns.written import written
from contracts.secrets import Secrets
from contracts.verdict_builder import build_verdict
from strategies.cases.case_sets import SetName, Sets

CONTRACT = load_contract()
JUDGE = Judge(CONTRACT, Limits(), Secrets("sk-Diagnosis0123456789abcdefghijklmnop"))
SETS = Sets(CONTRACT, "ctdiag000000", 5)
CASES = [
    *(
        case
        for name in (
            *("first", "priority", "further priority", "late priority", "wrong kinds", "wrong in context"),
            "valid values",
            *("authorization", "media types", "unspecified"),
        )
        for case in SETS.make(SetName(name))
    ),
    *SETS.make(SetName("conformance", "alertReceiverEmail")),
    *SETS.make(SetName("natural words", "alertReceiverEmail")),
]
Service = Callable[[Case, dict[str, Any], bool], int | dict[str, Any]]


def _records(service: Service) -> list[HistoryRecord]:
    """The history of a run: each case, and what a service makes of it that is told whether the case is valid."""
    clauses = tuple(catalogue(CONTRACT).values())
    records: list[HistoryRecord] = [RunRecord(target=Target("live", "http://x"), clauses=clauses, worker="main")]
    for number, case in enumerate(CASES, 1):
        expected = JUDGE.expect(case)
        body = expected.body if isinstance(expected.body, dict) else {}
        answered = service(case, body, expected.expected is Expected.CREATED)
        status, project = (201, _project(answered)) if isinstance(answered, dict) else (answered, {"message": "no"})
        response = Response(status, (("content-type", "application/json"),), json.dumps(project).encode())
        exchange = Exchange(case, response, elapsed=0.01, number=number)
        judgement = JUDGE.judge(exchange, expected)
        records.append(SignatureRecord(number, (), (), "main"))
        records.append(ExchangeRecord.of(exchange, replace(judgement, project=None), signature=number))
    return records


def _project(body: dict[str, Any]) -> dict[str, Any]:
    return {"id": "P" * 21, "platformId": "F" * 21, **body}


def _diagnosed(service: Service, clause: str) -> list[str]:
    records = _records(service)
    causes = [cause for cause in build_verdict(records).broken if cause.clause == clause]
    return [diagnosis.sentence for diagnosis in diagnose(CONTRACT, causes, observed(records, len(records)))]


def _lax(accepts: Callable[[Case, dict[str, Any]], bool]) -> Service:
    return lambda case, body, valid: body if valid or accepts(case, body) else 400


def _email_is(matches: Callable[[str], bool]) -> Service:
    def service(_case: Case, body: dict[str, Any], valid: bool) -> int | dict[str, Any]:
        address = body.get("alertReceiverEmail")
        others = {**body, "alertReceiverEmail": "a@b.cd"}
        lax = isinstance(address, str) and JUDGE.expect(Case(json.dumps(others).encode())).violations == ()
        return body if (matches(str(address)) if lax else valid) else 400

    return service


def _number(body: dict[str, Any]) -> float:
    value = body.get("maxConcurrentJobs")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _of_pattern(source: str) -> Callable[[str], bool]:
    return Pattern.compile(source).matches


WITHOUT_LOOK_AHEAD = r"^(?!\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$"
ONE_LETTER = r"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{1,}$"


@pytest.mark.parametrize(
    ("service", "clause", "words"),
    [
        (_email_is(_of_pattern(WITHOUT_LOOK_AHEAD)), "request.alertReceiverEmail.pattern", "(?!.*\\.\\.) were missing"),
        (_email_is(_of_pattern(ONE_LETTER)), "request.alertReceiverEmail.pattern", "1 were enough for [A-Za-z]{2,}"),
        (_email_is(lambda text: "@" in text), "request.alertReceiverEmail.pattern", "anything with an @ in it"),
        (
            _lax(lambda _, body: isinstance(body.get("maxConcurrentJobs"), list)),
            "request.maxConcurrentJobs.type",
            "invalid values of maxConcurrentJobs are accepted if maxConcurrentJobs is an array",
        ),
        (
            lambda _case, body, valid: (
                500 if valid and not -(2**31) <= _number(body) < 2**31 else body if valid else 400
            ),
            "service.no_5xx",
            "maxConcurrentJobs is stored in 32 bits: numbers beyond 2^31 - 1 make the service fail",
        ),
        (
            lambda _case, body, valid: {**body, "displayName": body["displayName"].strip()} if valid and body else 400,
            "response.201.displayName.echo",
            "white space at both ends is removed",
        ),
        (
            lambda _case, body, valid: (500 if len(body.get("externalId") or "") > 255 else body) if valid else 400,
            "service.no_5xx",
            "requests make the service fail (500) if externalId has more than 255 characters",
        ),
        (
            lambda _case, body, valid: {**body, "icon": None} if valid else 400,
            "response.201.icon.null",
            "icon is null in all responses",
        ),
        (
            lambda _case, body, valid: {**body, "releasesEnabled": 0 if "metadata" in body else True} if valid else 400,
            "response.201.releasesEnabled.type",
            "releasesEnabled is 0 in responses if metadata is sent",
        ),
        (
            lambda _case, body, valid: {**body, "releasesEnabled": {"{}": 1}} if valid else 400,
            "response.201.releasesEnabled.type",
            'releasesEnabled is {"{}": 1} in all responses',
        ),
        (
            _lax(lambda case, _: (case.header("Authorization") or "").startswith("Bearer ")),
            "authorization.required",
            "any bearer token passes",
        ),
    ],
)
def test_the_mistake_is_named(service: Service, clause: str, words: str) -> None:
    assert any(words in sentence for sentence in _diagnosed(service, clause)), _diagnosed(service, clause)


def test_where_nothing_fits_nothing_is_said() -> None:
    def capricious(case: Case, body: dict[str, Any], valid: bool) -> int | dict[str, Any]:
        return body if valid or (len(case.body or b"") % 3 == 0 and "alertReceiverEmail" in body) else 400

    assert _diagnosed(capricious, "request.alertReceiverEmail.pattern") == []


def test_a_service_without_mistakes_has_none_to_be_named() -> None:
    verdict = build_verdict(_records(lambda _case, body, valid: body if valid else 400))
    broken = [result.clause.id for result in verdict.clauses.values() if result.outcome is Outcome.FAIL]
    # The samples show a part of a project only, and refuse in one way.
    assert not [clause for clause in broken if not clause.startswith(("response.201.", "advisory."))]


@pytest.mark.parametrize(
    "source", [r"^[^./]+$", r"^(?!\.)(?!.*\.\.)[A-Z_]*@(?:[a-z]+\.)+[A-Za-z]{2,}$", r"^a|bc?d{2,3}$"]
)
def test_a_pattern_is_written_as_its_author_may_have(source: str) -> None:
    again = written(parse(source).tree)
    for text in ("a", "a/b", "a.b", "A_@x.zz", "A..@x.zz", "bdd", "bcddd", "", "\n"):
        assert Pattern.compile(again).matches(text) == Pattern.compile(source).matches(text), again


def test_what_most_failing_requests_have_is_no_condition_if_nearly_all_requests_fail() -> None:
    passing = iter([True, True])

    def service(_case: Case, body: dict[str, Any], valid: bool) -> int | dict[str, Any]:
        passes = valid and "externalId" not in body and next(passing, False)
        shown = {} if passes else {"platformId": "of another"}
        return {**body, **shown} if valid else 400

    assert not any(" if " in sentence for sentence in _diagnosed(service, "response.201.platformId.pattern"))
