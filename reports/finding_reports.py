"""Creates the report of a root cause: the smallest exchange that shows it, and the commands that repeat it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.clause import Clause
from reports import commands, marking
from reports.evidence import LINE, Command, Evidence, FindingReport, Known
from reports.visible import inert, readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.deviations import Deviation
    from contracts.diagnosis import Diagnosis
    from contracts.exchange import Exchange
    from contracts.exchange_record import ExchangeRecord
    from contracts.root_causes.root_cause import RootCause
    from contracts.verdict import ClauseResult

#: The maximum length of a received value in a report.
_ANSWER: Final = 160
#: The address of a mock that is started manually.
MOCK_URL: Final = "http://127.0.0.1:8081/api"


@dataclass(frozen=True, slots=True)
class Repeating:
    """The common part of a run's commands; ``options`` are those that change the responses."""

    run: str
    target: str
    base_url: str
    options: Mapping[str, str]


def finding_report(
    cause: RootCause,
    result: ClauseResult,
    record: ExchangeRecord | None,
    run: Repeating,
    diagnosis: Diagnosis | None,
    published: str,
    *,
    related: tuple[Exchange, ...] = (),
    one_place: bool,
) -> FindingReport:
    """The report of one root cause.

    Args:
        cause: The root cause.
        result: The result of its clause.
        record: The complete exchange.
        run: The common part of its commands.
        diagnosis: The likely mistake.
        published: The published document that allows it, empty if none does.
        related: The other exchanges of the finding.
        one_place: Whether every case broke it at the same place.
    """
    finding = cause.finding
    evidence = None if record is None else _evidence(record, finding.clause, finding.where, related)
    identifier = inert(cause.identifier())
    return FindingReport(
        id=identifier,
        fingerprint=cause.fingerprint,
        clause=clause_report(result.clause),
        cause=inert(finding.cause),
        causes=tuple(map(inert, cause.causes)),
        kinds=cause.kinds if all(inert(kind) == kind for kind in cause.kinds) else (),
        clauses=tuple(map(inert, cause.clauses or (cause.clause,))),
        expected=inert(finding.expected, LINE),
        received=_received(finding.received, evidence),
        where=inert(finding.where, LINE),
        one_place=one_place,
        count=cause.count,
        cases=result.positive + result.negative,
        case_sets=tuple((inert(name), count) for name, count in cause.case_sets.most_common(8) if name),
        first_seen=cause.first_seen,
        known=None if cause.known is None else _known(cause.known),
        evidence=evidence,
        commands=_commands(identifier, evidence, run),
        is_intermittent=cause.is_intermittent,
        diagnosis=diagnosis,
        published=inert(published),
    )


def _received(received: str, evidence: Evidence | None) -> str:
    """What was received; the start of the response without quotes if a check quoted it as a JSON string."""
    response = evidence.exchange.response if evidence else None
    if response is not None and received.startswith(f'{response.status} "'):
        return inert(f"{response.status} {readable(response.body[:LINE])}", _ANSWER)
    return inert(received, LINE)


def _known(entry: Deviation) -> Known:
    return Known(
        name=inert(entry.name),
        cases=inert(entry.cases),
        reason=inert(entry.reason),
        link=inert(entry.link),
        owner=inert(entry.owner),
        expires=entry.expires.isoformat(),
    )


def clause_report(clause: Clause) -> Clause:
    """The clause with inert texts: a contract document may come from anywhere."""
    return Clause(inert(clause.id), clause.level, inert(clause.promise), inert(clause.statement), inert(clause.source))


def _evidence(record: ExchangeRecord, clause: str, where: str, related: tuple[Exchange, ...]) -> Evidence:
    exchange = record.exchange
    in_answer = clause.startswith(("response.", "service.error"))
    in_request = not in_answer or clause.endswith(".echo")
    answer = exchange.response
    violations = tuple((inert(v.clause), inert(v.where), inert(v.why)) for v in record.violations)
    # If a finding does not name a part of the request, its violation does.
    sent = where if in_request and where else next((violation.where for violation in record.violations), "")
    return Evidence(
        exchange=exchange,
        expected=record.expected,
        violations=violations,
        why=tuple(map(inert, record.why)),
        sent_span=_span_of(sent, exchange.case.body),
        received_span=_span_of(where, answer.body) if in_answer and answer else None,
        related=related,
    )


def _span_of(where: str, body: bytes | None) -> str | tuple[int, int] | None:
    if where and not where.startswith("/"):
        return where
    return marking.pointer_span(readable(body), where) if where and body else None


def _commands(identifier: str, evidence: Evidence | None, run: Repeating) -> tuple[Command, ...]:
    found = [
        Command(
            "Judge it again with the suite",
            commands.replay(identifier, run.run, run.target, run.base_url, run.options),
        )
    ]
    if evidence is None:
        return tuple(found)
    case, url = evidence.exchange.case, run.base_url
    if run.target == "mock":
        url = MOCK_URL
        options = (f"--{name} {shlex.quote(value)}" for name, value in run.options.items())
        start = " ".join(["contract mock", *options])
        found.append(Command("Start the mock manually", start))
    stored = commands.stored_body(identifier, run.run)
    # In findings of several requests, the externalId may matter.
    fresh = identifier.startswith(("request.", "response.")) and commands.has_unique_id(case)
    creating = [exchange.case for exchange in evidence.in_order if exchange.case.creates]
    if len(creating) > 1:
        what = "Send these requests in order, on one connection"
        found.append(Command(f"{what} (key in $ACTIVEPIECES_API_KEY)", commands.curl_in_order(creating, url, stored)))
    else:
        what = "Send the same bytes with a new externalId" if fresh else "Send the same bytes"
        found.append(Command(f"{what} (key in $ACTIVEPIECES_API_KEY)", commands.curl(case, url, stored, fresh=fresh)))
    if any(exchange.case.method == "GET" for exchange in evidence.related):
        found.append(Command("Read what that created", commands.of_project("GET", url)))
    if creating:
        found.append(Command("Delete what that created", commands.of_project("DELETE", url)))
    if not evidence.related and (text := commands.python(case, url, fresh=fresh)):
        found.append(Command("Both in Python, on every system (needs requests)", text))
    return tuple(found)
