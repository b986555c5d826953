"""The judge: takes one exchange and says what was expected, kept and broken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from contracts.checks import project, refusal, schema, status
from contracts.checks.context import Check, Context, Limits
from contracts.checks.history import DEFAULTED
from contracts.clauses import ID_MEMBERS
from contracts.exchange import STALE, UNREACHED, VALID_AUTHORIZATION, Case, Exchange
from contracts.findings import Finding
from contracts.implied_clauses import COUNTS, OWN
from contracts.oracle import IN_USE, NOT_UTF8, SENT_BEFORE, Expectation, Expected, Oracle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.document import Contract, Field
    from contracts.secrets import Secrets

CHECKS: Final[tuple[Check, ...]] = (
    status.answered_in_time,
    status.not_a_server_error,
    status.invalid_is_refused,
    status.valid_is_created,
    schema.content_type_conformance,
    schema.body_is_json,
    schema.response_schema_conformance,
    project.id_format,
    project.plan_belongs_to_project,
    project.instants,
    project.counts,
    project.echo,
    project.nothing_is_taken_over,
    refusal.refusal_is_json,
    refusal.leaks_nothing,
    refusal.token_not_repeated,
    refusal.advice,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one exchange shows.

    ``positive`` and ``negative`` are the clauses it exercised with a valid and with an invalid request;
    ``crashed`` names checks that failed themselves, which makes their clauses unknown; ``unasked`` holds what the
    answer has for members that were not sent, where a service may have a default.
    """

    expectation: Expectation
    findings: tuple[Finding, ...]
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    crashed: tuple[str, ...] = ()
    project: dict[str, Any] | None = None
    unasked: dict[str, Any] | None = None


#: What is implied of a member's value, whatever it is.
_IMPLIED_OF: Final = {
    "idFormat": ID_MEMBERS,
    "instant": ("created", "updated", "plan.created", "plan.updated"),
    "count": COUNTS,
}


class Judge:
    """Judges exchanges under one contract; keeps no state between them."""

    def __init__(self, contract: Contract, limits: Limits, secrets: Secrets, run_id: str = "") -> None:
        self.contract = contract
        self.limits = limits
        self.secrets = secrets
        self.run_id = run_id
        self._oracle = Oracle(contract)
        self._echoed = contract.echoed
        self._answered: dict[tuple[tuple[str, str], ...], tuple[str, ...]] = {}

    def expect(self, case: Case) -> Expectation:
        """What is expected of a case; an externalId without the run's id may be in use."""
        expectation = self._oracle.expect(case)
        external_id = sent_external_id(expectation)
        if expectation.expected is Expected.CREATED and external_id is not None and self.run_id not in external_id:
            return Expectation(Expected.UNSPECIFIED, why=(IN_USE,), body=expectation.body)
        return expectation

    def judge(
        self, exchange: Exchange, expectation: Expectation | None = None, redacted: Exchange | None = None
    ) -> Judgement:
        """Apply every check to ``exchange``, a POST to the collection; ``redacted`` is the same without the key."""
        expected = expectation or self.expect(exchange.case)
        # An answer that holds the key is shown to its own check alone: what the others quote is cut short,
        # and half a key is not redacted afterwards.
        raw = Context(self.contract, exchange, expected, self.limits, self.secrets, self.run_id)
        clean = redacted or self.secrets.redact_exchange(exchange)
        context = raw if clean is exchange else replace(raw, exchange=clean)
        findings: list[Finding] = []
        crashed: list[str] = []
        for check in CHECKS:
            try:
                findings.extend(check(raw if check is refusal.token_not_repeated else context))
            except Exception as problem:  # noqa: BLE001  # a check that fails itself makes a clause unknown
                crashed.append(f"{check.__name__}: {type(problem).__name__}: {problem}")
        positive, negative = self._exercised(context)
        return Judgement(
            expected,
            tuple(self._redacted(findings)),
            positive,
            negative,
            tuple(self.secrets.redact_text(text) for text in crashed),
            context.project,
            _unasked(context),
        )

    def _redacted(self, findings: Iterable[Finding]) -> Iterable[Finding]:
        for finding in findings:
            received, expected = self.secrets.redact_text(finding.received), self.secrets.redact_text(finding.expected)
            yield Finding(finding.clause, finding.cause, expected, received, finding.where)

    def _exercised(self, context: Context) -> tuple[tuple[str, ...], tuple[str, ...]]:
        exchange, expected = context.exchange, context.expectation
        if exchange.failure is not None:
            reached = exchange.failure.kind not in {*UNREACHED, STALE}
            return (("service.answers", "service.time") if reached else ()), ()
        positive = ["service.answers", "service.time", "service.no_5xx", "service.token_not_repeated"]
        negative: list[str] = []
        if expected.expected is Expected.REJECTED and expected.isolated:
            negative.append(expected.violations[0].clause)
        if expected.expected is Expected.CREATED:
            positive += ["response.201.status", *(expected.exercised if context.status < 400 else ())]
        if 400 <= context.status < 500:
            negative += ["service.error_leaks_nothing", "advisory.error_media_type"]
            negative += ["service.error_is_json"] if _says_json(context) else []
            if NOT_UTF8 in expected.why:
                negative.append("advisory.encoding")
            if VALID_AUTHORIZATION not in {value for _, value in exchange.case.headers}:
                negative.append("advisory.token")
        if context.created:
            positive += ["response.201.mediaType", "response.201.json", "response.201.body.type"]
        if context.project is not None:
            positive += self._members_shown(context.project)
            if expected.expected is Expected.CREATED:
                positive.append("response.201.answers_own_request")
                sent = [name for name in self._echoed if context.sent.get(name) is not None]
                positive += [f"response.201.{name}.echo" for name in sent]
            negative += [f"response.201.{name}.own" for name in OWN if name in context.sent]
        return tuple(dict.fromkeys(positive)), tuple(dict.fromkeys(negative))

    def _members_shown(self, shown: dict[str, Any]) -> tuple[str, ...]:
        """The clauses of the answer's members that its body could have broken."""
        key = tuple(_present(self.contract.response_fields, shown))
        known = self._answered.get(key)
        if known is None:
            known = self._answered[key] = tuple(self._clauses_of(dict(key)))
        return known

    def _clauses_of(self, present: dict[str, str]) -> Iterable[str]:
        for field in self.contract.all_response_fields():
            prefix = f"response.201.{field.path}"
            if field.required:
                yield f"{prefix}.required"
            if field.path not in present:
                continue
            yield from _aspects(field, prefix, present[field.path])
            if field.items is not None and present[field.path] == "items":
                yield from _aspects(field.items, f"{prefix}.items", "value")
            if present[field.path] != "null":
                yield from (f"{prefix}.{aspect}" for aspect, members in _IMPLIED_OF.items() if field.path in members)
        for first, second in (("created", "updated"), ("plan.created", "plan.updated")):
            if {first, second} <= present.keys():
                yield f"response.201.{second}.order"
        if {"id", "plan.projectId"} <= present.keys():
            yield "response.201.plan.projectId.equalsId"


def _says_json(context: Context) -> bool:
    value = context.response.header("Content-Type") if context.response else None
    return (value or "").partition(";")[0].strip().lower().endswith(("/json", "+json"))


def _unasked(context: Context) -> dict[str, Any] | None:
    sent, project = context.expectation.body, context.project
    if project is None or context.expectation.expected is not Expected.CREATED or not isinstance(sent, dict):
        return None  # what was sent is not known for sure
    return {name: project[name] for name in DEFAULTED if name not in sent and project.get(name) is not None}


def _present(fields: tuple[Field, ...], holder: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The path of each documented member that is there, and whether it is null, a value, or a list with items."""
    for field in fields:
        if field.name in holder:
            value = holder[field.name]
            yield field.path, "null" if value is None else "items" if isinstance(value, list) and value else "value"
            if field.members and isinstance(value, dict):
                yield from _present(field.members, value)


def _aspects(field: Field, prefix: str, state: str) -> Iterator[str]:
    """The clauses of a member that its being there exercises."""
    if not field.nullable:
        yield f"{prefix}.null"
    if state == "null":
        return
    for aspect, promised in (("type", field.types), ("pattern", field.pattern), ("enum", field.enum)):
        if promised:
            yield f"{prefix}.{aspect}"


def sent_external_id(expectation: Expectation) -> str | None:
    """The externalId of the body that was sent, None where it has no text there."""
    body = expectation.body
    external_id = body.get("externalId") if isinstance(body, dict) else None
    return external_id if isinstance(external_id, str) else None


def open_since_sent_before(expectation: Expectation) -> Expectation:
    """The expectation of a valid request whose externalId is used a second time: 201 or 4xx."""
    if expectation.expected is not Expected.CREATED and expectation.why != (IN_USE,):
        return expectation
    return Expectation(Expected.UNSPECIFIED, why=(SENT_BEFORE,), body=expectation.body)
