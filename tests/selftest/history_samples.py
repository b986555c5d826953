"""Histories without a run: judged exchanges with a service that is given by one function."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from contracts.checks.context import Limits
from contracts.clauses import catalogue
from contracts.document import Contract, load_contract
from contracts.exchange import Case, Exchange, Failure, Headers, Response
from contracts.expectation import Expectation, Expected
from contracts.findings import Finding
from contracts.history_records import (
    CleanupRecord,
    EndRecord,
    ExercisedRecord,
    KeptProject,
    NoteRecord,
    NotExercisedRecord,
    RunRecord,
    Target,
)
from contracts.judgement import Judge
from contracts.secrets import Secrets
from reports.history import HistoryWriter

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-Sample0123456789abcdefghijklmnopqrstuvwxyz"
RUN_ID = "ctk3f9x2"
STARTED = 1_795_502_649.0
_JSON: Headers = (("content-type", "application/json; charset=utf-8"), ("date", formatdate(STARTED, usegmt=True)))
_LETTERS = string.ascii_letters + string.digits

Answers = Callable[[Case, Expectation, Response], Response | Failure]


def answers_correctly(_case: Case, _owed: Expectation, correct: Response) -> Response | Failure:
    return correct


def breaks_promises(case: Case, expected: Expectation, correct: Response) -> Response | Failure:
    """Accepts a dot, trims names, shows SQL, fails on U+0000, is slow once in a while."""
    name = expected.body.get("displayName") if isinstance(expected.body, dict) else None
    broken = [violation.clause for violation in expected.violations]
    if broken == ["request.displayName.pattern"] and name and "/" not in name:
        return _created(case, expected, random.Random(len(name)))
    if isinstance(name, str) and "\x00" in name:
        body = {"statusCode": 500, "error": "Internal Server Error", "message": "Internal Server Error"}
        return Response(500, _JSON, json.dumps(body).encode())
    if broken == ["request.metadata.type"]:
        message = (
            "QueryFailedError: invalid input syntax for type json at /usr/src/app/dist/packages/server/main.js:10:4"
        )
        return Response(400, _JSON, json.dumps({"statusCode": 400, "message": message}).encode())
    if correct.status == 201 and name and name != name.strip():
        body = json.loads(correct.body)
        body["displayName"] = name.strip()
        return replace(correct, body=json.dumps(body).encode())
    return correct


_BAD_NAMES = (".", "a.b", "a/b", "/", "", "..", "name.")
_GOOD_NAMES = ("x", "Project", " padded", "naïve", "\U0001d49c", "a\u202eb", "tab\there", "nul\x00")
#: What one case in twelve changes in a valid body, and the case set it then belongs to.
_CHANGES: dict[int, tuple[str, tuple[Any, ...], str]] = {
    1: ("displayName", _BAD_NAMES, "pattern.displayName.conformance"),
    2: ("maxConcurrentJobs", ("5", [], True), "values.wrong_kind"),
    3: ("metadata", (None, 3, "x", []), "values.wrong_kind"),
    4: ("displayName", _BAD_NAMES, "pattern.displayName.conformance"),
    5: ("metadata", ({"k": [1, 2.5, "v" * 30]}, {}), "covering.pairs"),
    6: ("alertReceiverEmail", ("a@b.co", "o'neil+x@example.org"), "values.text"),
    7: ("alertReceiverEmail", (".a@b.co", "a..b@c.de"), "pattern.alertReceiverEmail.near"),
}
_HEADERS = Case(None).headers
_OTHER_HEADERS: dict[int, Headers] = {
    8: _HEADERS[1:],
    9: (("Authorization", "Bearer {key minus its last character}"), _HEADERS[1]),
}


def cases(count: int, seed: int = 7) -> Iterable[Case]:
    """Valid and invalid requests in turn, the ones that a contract suite sends most."""
    choose = random.Random(seed)
    for number in range(1, count + 1):
        kind = number % 12
        body: dict[str, Any] = {"displayName": choose.choice(_GOOD_NAMES), "externalId": f"{RUN_ID}-{number}"}
        case_set = ("values.text", "covering.pairs", "random.valid")[number % 3]
        if kind in _CHANGES:
            name, values, case_set = _CHANGES[kind]
            body[name] = choose.choice(values)
        headers = _OTHER_HEADERS.get(kind, _HEADERS)
        case_set = "wire.authorization" if kind in _OTHER_HEADERS else case_set
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        if kind == 10:
            text, case_set = text[:-1], "wire.malformed"
        yield Case(text.encode("utf-8", "surrogatepass"), headers=headers, case_set=case_set, intent=case_set)
    yield Case(b'{"displayName":"\xff\xfe"}', case_set="wire.encoding", intent="request.body.encoding")


def write_history(  # noqa: PLR0913  # every one has a default
    directory: Path,
    *,
    count: int = 240,
    worker: str = "main",
    answers: Answers = answers_correctly,
    seed: int = 7,
    target: str = "mock",
    run: str = "20261124T064409Z-mock",
    started: float = STARTED,
    ended: bool = True,
    reason: str = "",
    extra: Callable[[HistoryWriter], None] | None = None,
    **members: Any,
) -> Path:
    """Write the history of one worker and return its file."""
    directory.mkdir(parents=True, exist_ok=True)
    contract, secrets = load_contract(), Secrets(KEY)
    judge = Judge(contract, Limits(), secrets, RUN_ID)
    clock, choose = started, random.Random(seed)
    with HistoryWriter(directory, worker, secrets) as writer:
        writer.record(run_record(contract, target=target, run=run, seed=seed, started=started, **members))
        for number, case in enumerate(cases(count, seed), 1):
            expected = judge.expect(case)
            correct = _correct(case, expected, choose, STARTED + clock - started)
            answer = answers(case, expected, correct)
            elapsed = choose.lognormvariate(-3.7, 0.35) if correct.status == 201 else choose.lognormvariate(-5.4, 0.4)
            exchange = Exchange(
                case,
                answer if isinstance(answer, Response) else None,
                answer if isinstance(answer, Failure) else None,
                started=clock,
                elapsed=elapsed,
                worker=worker,
                number=number,
            )
            writer.exchange(exchange, judge.judge(exchange, expected))
            clock += elapsed
        writer.record(ExercisedRecord("state.reads_back", positive=12))
        writer.record(NotExercisedRecord("service.pattern_time", "the profile has no time for it"))
        if extra is not None:
            extra(writer)
        note(writer, "retries", "3 answers were 429; the run slowed down to 8 requests a second")
        writer.record(CleanupRecord(140, 139, (KeptProject("q" * 21, "404 to DELETE"),)))
        if ended:
            writer.record(EndRecord(reason, clock + 0.4))
    return directory / f"history-{worker}.ndjson"


def note(writer: HistoryWriter, kind: str, text: str) -> None:
    """Append a note as the recording plugin does."""
    writer.record(NoteRecord(kind, text))


def run_record(contract: Contract, *, target: str, run: str, seed: int, started: float, **members: Any) -> RunRecord:
    """The record of a run; ``members`` replace those of the sample."""
    base_url = "http://127.0.0.1:40123/api" if target == "mock" else "https://automation.example.com/api"
    record = RunRecord(
        id=run,
        target=Target(target, base_url),
        profile="default",
        seed=seed,
        run_id=RUN_ID,
        options={"fail_on": "implied", "workers": 1},
        versions={"python": "3.11.2", "schemathesis": "4.32.5", "hypothesis": "6.170.2"},
        commit="5b5156b0c0ffee",
        started=started,
        clauses=tuple(catalogue(contract).values()),
        limits={"response_time": 5.0, "response_bytes": 16777216},
        command=f"pytest tests/contract --target {target}",
    )
    return replace(record, **members)


def finding(clause: str, **members: Any) -> Finding:
    """A finding on ``clause``."""
    return Finding(**{"clause": clause, "cause": "differs", "expected": "one thing", "received": "another", **members})


def _correct(case: Case, expected: Expectation, choose: random.Random, clock: float) -> Response:
    if expected.expected is not Expected.REJECTED:
        return _created(case, expected, choose, clock)
    clause = expected.violations[0].clause
    if clause.startswith("authorization"):
        body: dict[str, Any] = {"code": "AUTHENTICATION", "params": {"message": "invalid token"}}
        return Response(401, (*_JSON, ("www-authenticate", "Bearer")), json.dumps(body).encode())
    body = {"statusCode": 400, "code": "FST_ERR_VALIDATION", "error": "Bad Request", "message": f"body {clause}"}
    return Response(400, _JSON, json.dumps(body).encode())


def _created(_case: Case, expected: Expectation, choose: random.Random, clock: float = STARTED) -> Response:
    sent = expected.body if isinstance(expected.body, dict) else {}
    identifier = "".join(choose.choices(_LETTERS, k=21))
    moment = datetime.fromtimestamp(clock, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {
        "id": identifier,
        "created": moment,
        "updated": moment,
        "ownerId": "Owner0123456789abcdef",
        "displayName": sent.get("displayName", "\ufffd\ufffd"),
        "platformId": "Platf0123456789abcdef",
        "type": "TEAM",
        "icon": {"color": "RED"},
        "releasesEnabled": False,
        "plan": {
            "id": "".join(choose.choices(_LETTERS, k=21)),
            "created": moment,
            "updated": moment,
            "projectId": identifier,
            "locked": False,
            "name": "standard",
            "pieces": [],
        },
        "analytics": {"totalUsers": 1, "activeUsers": 1, "totalFlows": 0, "activeFlows": 0},
    }
    body |= {name: sent[name] for name in ("externalId", "metadata", "maxConcurrentJobs") if name in sent}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(201, _JSON, text.encode("utf-8", "surrogatepass"))
