"""Checks of one response, just inside and just outside what breaks a promise."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.judgement import Judge, Judgement
from contracts.secrets import Secrets

JUDGE = Judge(load_contract(), Limits(), Secrets("sk-Checks0123456789abcdefghijklmnopqrstuvwxyz"))
JSON = (("content-type", "application/json"),)
SENT = {"displayName": "Project"}
MOMENT, LATER = "2026-11-24T06:44:09.000Z", "2026-11-24T06:45:09.000Z"
ID, PLAN, OWNER = "P" * 21, "L" * 21, "O" * 21


def _judged(status: int, answered: dict[str, Any], sent: dict[str, Any] | bytes = SENT, path: str = "") -> Judgement:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    case = Case(body, path=path) if path else Case(body)
    return JUDGE.judge(Exchange(case, Response(status, JSON, json.dumps(answered).encode()), elapsed=0.01))


def _project(**members: Any) -> dict[str, Any]:
    """A project as the page has it, with some members changed: ``plan__created`` is one of the plan."""
    project: dict[str, Any] = {
        "id": ID,
        "created": MOMENT,
        "updated": MOMENT,
        "ownerId": OWNER,
        "displayName": "Project",
        "platformId": "F" * 21,
        "maxConcurrentJobs": None,
        "type": "TEAM",
        "icon": {"color": "RED"},
        "externalId": None,
        "releasesEnabled": False,
        "poolId": None,
        "plan": {
            "id": PLAN,
            "created": MOMENT,
            "updated": MOMENT,
            "projectId": ID,
            "locked": False,
            "name": "platform",
            "piecesFilterType": "NONE",
            "pieces": [],
        },
        "analytics": {"totalUsers": 1, "activeUsers": 1, "totalFlows": 0, "activeFlows": 0},
    }
    for name, value in members.items():
        holder, _, inner = name.rpartition("__")
        (project[holder] if holder else project)[inner] = value
    return project


def _clauses(judgement: Judgement) -> set[str]:
    return {finding.clause for finding in judgement.findings if not finding.clause.startswith("advisory.")}


def test_a_project_as_the_page_has_it_breaks_nothing() -> None:
    assert _clauses(_judged(201, _project())) == set()


# -- what a 201 response says of a plan, of numbers and of an owner -------------------------------------------


@pytest.mark.parametrize("member", ["created", "updated"])
@pytest.mark.parametrize("text", ["Invalid Date", "", "2026-11-24", "24/11/2026 06:44", "1795502649"])
def test_an_instant_of_a_plan_is_one_of_rfc_3339(member: str, text: str) -> None:
    judgement = _judged(201, _project(**{f"plan__{member}": text}))
    assert _clauses(judgement) == {f"response.201.plan.{member}.instant"}
    assert judgement.findings[0].where == f"/plan/{member}"


@pytest.mark.parametrize(
    ("created", "updated", "broken"),
    [
        (MOMENT, LATER, False),
        (MOMENT, MOMENT, False),
        (LATER, MOMENT, True),
        ("2026-11-24T08:44:09.000+02:00", MOMENT, False),
        ("2026-11-24T07:44:09.001+01:00", MOMENT, True),
    ],
)
def test_a_plan_is_not_updated_before_it_is_created(created: str, updated: str, *, broken: bool) -> None:
    judgement = _judged(201, _project(plan__created=created, plan__updated=updated))
    assert _clauses(judgement) == ({"response.201.plan.updated.order"} if broken else set())


@pytest.mark.parametrize(
    ("updated", "is_cut"),
    [("2026-11-24T06:44:09Z", True), ("2026-11-24T06:44:08.9Z", False), ("2026-11-24T06:44:08Z", False)],
)
def test_an_instant_that_lost_its_fraction_is_described_as_such(updated: str, *, is_cut: bool) -> None:
    judgement = _judged(201, _project(created="2026-11-24T06:44:09.310Z", updated=updated))
    (found,) = judgement.findings
    assert found.clause == "response.201.updated.order"
    assert ("without its fraction" in found.received) == is_cut


def test_the_plan_may_be_older_or_younger_than_its_project() -> None:
    assert _clauses(_judged(201, _project(plan__created=LATER, plan__updated=LATER))) == set()


@pytest.mark.parametrize("member", ["totalUsers", "activeUsers", "totalFlows", "activeFlows"])
@pytest.mark.parametrize("number", [-1, 0.5, -0.5, 1e-9])
def test_what_counts_is_a_whole_number_not_below_zero(member: str, number: float) -> None:
    judgement = _judged(201, _project(**{f"analytics__{member}": number}))
    assert _clauses(judgement) == {f"response.201.analytics.{member}.count"}


@pytest.mark.parametrize("number", [0, 1.0, 2**53, 1e21])
def test_a_whole_number_counts_however_it_is_written(number: float) -> None:
    assert _clauses(_judged(201, _project(analytics__totalUsers=number))) == set()


def test_a_count_of_another_type_is_told_once() -> None:
    judgement = _judged(201, _project(analytics__totalUsers="1"))
    assert _clauses(judgement) == {"response.201.analytics.totalUsers.type"}


@pytest.mark.parametrize(
    ("bytes_sent", "elapsed", "broken"), [(90_000, 5.2, True), (400_000, 6.4, False), (400_000, 6.9, True)]
)
def test_a_large_body_may_take_the_time_that_a_slow_network_needs(
    bytes_sent: int, elapsed: float, broken: bool
) -> None:
    metadata = {"large": "x" * bytes_sent}
    case = Case(json.dumps({**SENT, "metadata": metadata}).encode())
    answer = json.dumps(_project(metadata=metadata)).encode()
    judgement = JUDGE.judge(Exchange(case, Response(201, JSON, answer), elapsed=elapsed))
    assert _clauses(judgement) == ({"service.time"} if broken else set())


@pytest.mark.parametrize(("sent", "broken"), [({}, False), ({"a": {}}, True), ({"": None}, True)])
def test_metadata_may_be_omitted_where_it_is_empty(sent: dict[str, Any], broken: bool) -> None:
    project = {**_project(), "externalId": "e"}
    project.pop("metadata", None)
    found = _clauses(_judged(201, project, {**SENT, "externalId": "e", "metadata": sent}))
    assert found == ({"response.201.metadata.echo"} if broken else set())


def test_a_response_without_any_optional_member_says_nothing_about_them() -> None:
    sent = {**SENT, "externalId": "e", "metadata": {"a": 1}}
    optional = ("externalId", "metadata", "maxConcurrentJobs", "poolId")
    lean = {name: value for name, value in _project().items() if name not in optional}
    silent = _judged(201, lean, sent)
    assert _clauses(silent) == set()
    assert "response.201.metadata.echo" not in silent.positive
    assert "response.201.displayName.echo" in silent.positive
    assert _clauses(_judged(201, {**lean, "externalId": "e"}, sent)) == {"response.201.metadata.echo"}
    assert _clauses(_judged(201, {**lean, "displayName": "Other"}, sent)) == {"response.201.displayName.echo"}


@pytest.mark.parametrize("sent", ["C" * 21, "somebody", 5])
def test_an_owner_that_the_body_names_is_not_taken_over(sent: Any) -> None:
    taken = _judged(201, _project(ownerId=sent), {**SENT, "ownerId": sent})
    own = _judged(201, _project(), {**SENT, "ownerId": sent})
    assert "response.201.ownerId.own" in _clauses(taken)
    assert "response.201.ownerId.idFormat" not in _clauses(taken)
    assert _clauses(own) == set()
    assert "response.201.ownerId.own" in own.positive


@pytest.mark.parametrize("sent", [SENT, {**SENT, "ownerId": None}])
def test_an_owner_that_no_body_names_proves_nothing(sent: dict[str, Any]) -> None:
    assert _clauses(_judged(201, _project(), sent)) == set()


# -- a body that is too large -------------------------------------------------------------------------------


def _padded(size: int) -> bytes:
    body = json.dumps({**SENT, "metadata": {"text": ""}}).encode()
    return body[:-3] + b"x" * (size - len(body)) + body[-3:]


@pytest.mark.parametrize(
    ("status", "size", "broken"),
    [
        *((413, 65_535, True), (413, 65_536, False), (413, 1_000, True)),
        *((400, 65_536, True), (400, 100_000, True), (400, 100_001, False), (422, 500_000, False)),
    ],
)
def test_a_service_may_refuse_a_large_body_and_more_so_where_it_says_that_it_is_large(
    status: int, size: int, *, broken: bool
) -> None:
    judgement = _judged(status, {"message": "no"}, _padded(size))
    assert _clauses(judgement) == ({"request.combination"} if broken else set())


# -- what a refusal lets out --------------------------------------------------------------------------------

REFUSED: dict[str, Any] = {"displayName": "a.b"}


@pytest.mark.parametrize(
    "text",
    [
        "http://projects.example.rs:8080/api/v1/projects",
        "https://api.example.go:443/v1/projects was refused",
        "see https://docs.example.php:8443/errors#400",
        "http://build-7.example.cs:81",
        "/srv/app/v2.x/v1/projects",
        "POST /srv/app/v2.x/v1/projects: 400",
        "/app/v1.0/v1/projects",
        "no /displayName",
    ],
)
def test_a_url_is_no_file(text: str) -> None:
    assert _clauses(_judged(400, {"message": text}, REFUSED)) == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("main.go:42", "stack trace"),
        ("panic in handlers/create.go:17 +0x1d", "stack trace"),
        ("(src/main.rs:8080)", "stack trace"),
        ("thread 'main' panicked at src/main.rs:10", "stack trace"),
        ("app/models/project.rb:7:in `save'", "stack trace"),
        ("/srv/app/handlers/create.js", "file path"),
        ("cannot load /srv/app/v2.x/handlers/create.js", "file path"),
        ("ENOENT: '/app/dist/v1/projects.json'", "file path"),
        ("/usr/src/app/v1/service", "file path"),
    ],
)
def test_a_file_of_the_server_is_found_beside_urls(text: str, kind: str) -> None:
    judgement = _judged(400, {"message": text, "instance": "http://projects.example.rs:80/v1/projects"}, REFUSED)
    assert [(f.clause, f.cause) for f in judgement.findings] == [("service.error_leaks_nothing", kind)]


def test_a_finding_keeps_the_kinds_that_tell_root_causes_apart() -> None:
    changed = _judged(201, _project(displayName="PROJECT"))
    (finding,) = changed.findings
    assert "upper case" in finding.kinds
    accepted = _judged(201, _project(displayName="a/b"), {"displayName": "a/b"})
    assert [f.kinds for f in accepted.findings if f.cause == "accepted"] == [
        ('"/"', '"/" behind "a"', "with a beginning that is right", "with an end that is right")
    ]


@pytest.mark.parametrize(
    ("header", "status", "broken"),
    [
        ("Expect", 417, set()),
        ("Transfer-Encoding", 411, set()),
        ("Expect", 411, {"service.framing"}),
        ("Transfer-Encoding", 417, {"service.framing"}),
        ("Expect", 400, {"service.framing"}),
    ],
)
def test_a_server_may_decline_chunks_and_expectations_by_their_own_status(
    header: str, status: int, broken: set[str]
) -> None:
    case = Case(json.dumps(SENT).encode())
    case = replace(case, headers=(*case.headers, (header, "100-continue" if header == "Expect" else "chunked")))
    response = Response(status, JSON, b'{"message": "no"}')
    assert _clauses(JUDGE.judge(Exchange(case, response, elapsed=0.01))) == broken


@pytest.mark.parametrize("lengths", [1, 2])
def test_a_response_has_one_length(lengths: int) -> None:
    framing = (("content-length", "5"), ("transfer-encoding", "chunked"))[:lengths]
    response = Response(201, (*JSON, *framing), json.dumps(_project()).encode())
    judgement = JUDGE.judge(Exchange(Case(json.dumps(SENT).encode()), response, elapsed=0.01))
    assert ("service.answers" in _clauses(judgement)) is (lengths > 1)


# -- a wrong status of success ------------------------------------------------------------------------------


def test_a_wrong_status_of_success_hides_no_other_mistake_of_a_whole_project() -> None:
    changed = {**_project(), "displayName": "another"}
    assert _clauses(_judged(202, _project())) == {"response.201.status"}
    assert _clauses(_judged(202, changed)) == {"response.201.status", "response.201.displayName.echo"}
    assert _clauses(_judged(202, {"id": changed["id"], "displayName": "another"})) == {"response.201.status"}


@pytest.mark.parametrize("shown", ["{key}", "{key} x", "Bearer {key} x"])
def test_a_wrong_header_may_be_repeated_whole_or_in_words(shown: str) -> None:
    """Whoever presents the key in a header that is wrong otherwise knows it."""
    case = Case(json.dumps(SENT).encode(), (("Content-Type", "application/json"), ("Authorization", "Bearer {key} x")))
    message = json.dumps({"message": f"wrong: {JUDGE.secrets.resolve(shown)}"}).encode()
    judgement = JUDGE.judge(Exchange(case, Response(401, JSON, message), elapsed=0.01))
    assert "service.token_not_repeated" not in _clauses(judgement)


@pytest.mark.parametrize("status", [201, 401])
def test_a_word_behind_the_right_key_may_be_ignored_or_refused(status: int) -> None:
    """Express services often take the second word of the header."""
    case = Case(json.dumps(SENT).encode(), (("Content-Type", "application/json"), ("Authorization", "Bearer {key} x")))
    answered = _project() if status == 201 else {"message": "no"}
    judgement = JUDGE.judge(Exchange(case, Response(status, JSON, json.dumps(answered).encode()), elapsed=0.01))
    assert _clauses(judgement) <= {"advisory.challenge"}
