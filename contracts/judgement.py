"""The judge: decides for one exchange what was expected, kept and broken."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from contracts.checks import project, refusal, schema, status
from contracts.checks.context import Context, Limits
from contracts.checks.whole_run import DEFAULTED
from contracts.clauses import catalogue
from contracts.expectation import IN_USE, SENT_BEFORE, Expectation, Expected
from contracts.oracle import Oracle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.checks.check import Check
    from contracts.document import Contract
    from contracts.exchange import Case, Exchange
    from contracts.findings import Finding
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
    project.shown_texts_match,
    project.nothing_is_taken_over,
    refusal.refusal_is_json,
    refusal.leaks_nothing,
    refusal.token_not_repeated,
    refusal.challenge,
    refusal.unsupported_media_type,
    refusal.encoding,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result for one exchange.

    ``positive`` and ``negative`` are the clauses that it exercised, with a request that may be accepted and with one
    that must be refused; ``crashed`` names checks that raised an error, which makes their clauses unknown; ``unasked``
    has the values of members that were not sent, for which a service may have a default.
    """

    expectation: Expectation
    findings: tuple[Finding, ...]
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    crashed: tuple[str, ...] = ()
    project: dict[str, Any] | None = None
    unasked: dict[str, Any] | None = None


class Judge:
    """Judges exchanges under one contract; stateless."""

    def __init__(self, contract: Contract, limits: Limits, secrets: Secrets, run_id: str = "") -> None:
        self.contract = contract
        self.limits = limits
        self.secrets = secrets
        self.run_id = run_id
        self._oracle = Oracle(contract)
        self._catalogue = catalogue(contract)

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
        """Apply every check to ``exchange``, a POST to the collection; ``redacted`` is its copy without the key."""
        expected = expectation or self.expect(exchange.case)
        # Only one check sees a response with the key: other checks truncate what they quote,
        # and a truncated key would not be redacted afterwards.
        clean = redacted or self.secrets.redact_exchange(exchange)
        raw = Context(self.contract, exchange, expected, self.limits, self.secrets, self.run_id, clean is exchange)
        context = raw if clean is exchange else replace(raw, exchange=clean)
        findings: list[Finding] = []
        crashed: list[str] = []
        for check in CHECKS:
            try:
                findings.extend(check(raw if check is refusal.token_not_repeated else context))
            except Exception as problem:  # noqa: BLE001  # a check that fails itself makes a clause unknown
                crashed.append(f"{check.name}: {type(problem).__name__}: {problem}")
        positive, negative = self._exercised(context)
        return Judgement(
            expected,
            tuple(self._redacted(findings)),
            positive,
            negative,
            tuple(self.secrets.redact_text(text) for text in crashed),
            context.project or context.stored_project,
            _unasked(context),
        )

    def _exercised(self, context: Context) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The clauses that the exchange could have broken: as a valid or UNSPECIFIED request, and as an invalid one."""
        counted = (clause for check in CHECKS for clause in check.count(context))
        # A contract may lack members that a check knows.
        clauses = tuple(dict.fromkeys(clause for clause in counted if clause in self._catalogue))
        return ((), clauses) if context.expectation.expected is Expected.REJECTED else (clauses, ())

    def _redacted(self, findings: Iterable[Finding]) -> Iterable[Finding]:
        for finding in findings:
            yield replace(
                finding,
                expected=self.secrets.redact_text(finding.expected),
                received=self.secrets.redact_text(finding.received),
                kinds=tuple(map(self.secrets.redact_text, finding.kinds)),
            )


def _unasked(context: Context) -> dict[str, Any] | None:
    sent, project = context.expectation.body, context.project
    if project is None or context.expectation.expected is not Expected.CREATED or not isinstance(sent, dict):
        return None  # the values that were sent are uncertain
    return {name: project[name] for name in DEFAULTED if name not in sent and project.get(name) is not None}


def sent_external_id(expectation: Expectation) -> str | None:
    """The externalId in the body of a case, None if it has none or it is no string."""
    body = expectation.body
    external_id = body.get("externalId") if isinstance(body, dict) else None
    return external_id if isinstance(external_id, str) else None


class ExternalIdUses:
    """The externalIds that a run has sent: a second use may be refused. Not thread-safe."""

    def __init__(self) -> None:
        self._sent: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    def sending(self, external_id: str) -> None:
        """Record that a request with this externalId is about to be sent."""
        self._sent[external_id] += 1

    def expect(self, external_id: str, expectation: Expectation) -> Expectation:
        """What is expected of a request, given the other uses of its externalId.

        If every other use ended with a server error, it is unknown whether the externalId is in use, and a failure is
        not attributed to a second use.
        """
        others = self._sent[external_id] - 1
        if others < 1 or (expectation.expected is not Expected.CREATED and expectation.why != (IN_USE,)):
            return expectation
        why = SENT_BEFORE if others > self._failed[external_id] else IN_USE
        return Expectation(Expected.UNSPECIFIED, why=(why,), body=expectation.body)

    def received(self, external_id: str, status: int, *, processed: bool = True) -> None:
        """Record the status of the response; ``processed`` is false if the service did not process the request."""
        if not processed:
            self._sent[external_id] -= 1
        elif status >= 500:
            self._failed[external_id] += 1
