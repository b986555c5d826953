"""A finding in reports: the promise, the smallest exchange, the offending part, the commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.exchange import VALID_AUTHORIZATION
from contracts.published_document import ADVICE
from reports import wording
from reports.clause_areas import field_of
from reports.visible import inert, readable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.clause import Clause
    from contracts.diagnosis import Diagnosis
    from contracts.exchange import Exchange

#: The maximum length of a text on one line.
LINE: Final = 400
_ANSWER: Final = 160
#: The maximum length of a member or kind in a title.
_MEMBER: Final = 60
#: The cause of a server error, and the common part of these.
_SERVER_ERROR: Final = re.compile(r"5\d\d\b")
_WORDS_OF_500: Final = re.compile(r"^5\d\d|\binternal server error\b|\bat /\S*")


@dataclass(frozen=True, slots=True)
class Command:
    """A command to copy, and its purpose."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Known:
    """The accepted deviation that covers a finding."""

    name: str
    cases: str
    reason: str
    link: str
    owner: str
    expires: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The smallest exchange of a finding, byte for byte.

    ``expected`` is created, rejected, unspecified or empty; ``violations`` are (clause, where, why); ``sent_span`` and
    ``received_span`` give the offending part: a header name, or start and end in the text of the body.
    """

    exchange: Exchange
    expected: str
    violations: tuple[tuple[str, str, str], ...]
    why: tuple[str, ...]
    sent_span: str | tuple[int, int] | None
    received_span: str | tuple[int, int] | None
    #: The other requests of the finding, in the order in which they were sent.
    related: tuple[Exchange, ...]

    @property
    def together(self) -> tuple[str, ...]:
        """All requests of the finding, in order, one per line; nothing if there is only one."""
        return tuple(map(one_line, self.in_order)) if self.related else ()

    @property
    def in_order(self) -> tuple[Exchange, ...]:
        """All exchanges of the finding, in the order in which they were sent."""
        return tuple(sorted((self.exchange, *self.related), key=lambda exchange: exchange.started))

    @property
    def sent_text(self) -> str:
        """The request body as text."""
        return readable(self.exchange.case.body or b"")


@dataclass(frozen=True, slots=True)
class FindingReport:
    """One broken promise with everything a reader needs; all texts but the evidence are inert.

    ``fingerprint`` is the same in every run; ``causes`` are those of its cases, ``kinds`` has one for each case (see
    :class:`contracts.root_causes.root_cause.RootCause`). ``one_place`` is True if every case broke it at ``where``;
    ``count`` cases show it, of ``cases`` that exercised the clause. ``published`` is the published document that allows
    it, empty if none does.
    """

    id: str
    fingerprint: str
    clause: Clause
    cause: str
    causes: tuple[str, ...]
    kinds: tuple[str, ...]
    clauses: tuple[str, ...]
    expected: str
    received: str
    where: str
    one_place: bool
    count: int
    cases: int
    case_sets: tuple[tuple[str, int], ...]
    first_seen: float
    known: Known | None
    evidence: Evidence | None
    commands: tuple[Command, ...]
    is_intermittent: bool
    diagnosis: Diagnosis | None
    published: str

    @property
    def member(self) -> str:
        """The member or the header of the finding, formatted for readers; empty if it has none."""
        return inert(wording.place(self.where), _MEMBER) or field_of(self.clause.id)

    @property
    def title(self) -> tuple[str, str, str]:
        """What is broken, on one line: :attr:`member`, the promise, and what distinguishes the finding.

        The second part starts with a space, a colon or a dot if the first is not empty. The last one is the message of
        a server error, else the kind of case if a clause has several.
        """
        promise, member = self.clause.promise, self.member
        rest = promise.removeprefix(member) if member else promise
        message = _WORDS_OF_500.sub("", self.cause) if _SERVER_ERROR.match(self.cause) else ""
        kind = message or self.id.partition(":")[2].partition(":")[2].replace("-", " ")
        kind = " ".join(kind.split())[:_MEMBER]
        return member, rest if not member or (rest != promise and rest[:1] in {":", " "}) else f" · {promise}", kind

    @property
    def outcome(self) -> str:
        """The status of the response, or a word for its failure; empty if several exchanges are needed."""
        exchange = self.evidence.exchange if self.evidence else None
        if exchange is None or exchange.response is None:
            return inert(exchange.failure.kind) if exchange and exchange.failure else ""
        return str(exchange.response.status)

    @property
    def likely(self) -> str:
        """The diagnosis in a sentence, with the number of requests that it explains; empty if there is none."""
        return f"likely: {self.diagnosis}" if self.diagnosis else ""

    @property
    def instead(self) -> str:
        """What the service does instead of what is promised, on one line: the diagnosis, else what was received."""
        if self.diagnosis is None:
            return f"received {self.received}"
        return self.diagnosis.sentence.removeprefix(f"{self.member}: ")

    @property
    def advice(self) -> str:
        """The note that the service or its documentation must be fixed, if a published document allows the finding."""
        return f"{ADVICE} ({self.published})" if self.published else ""

    @property
    def sent(self) -> str:
        """The offending part of the request, on one line, else the whole body."""
        if self.evidence is None:
            return "several requests: see the history of the run"
        return sent_line(self.evidence)

    @property
    def agreement(self) -> str:
        """The number of cases, as a phrase."""
        noun = "case" if self.count == 1 else "cases"
        share = f" of {self.cases:,} that exercised the clause" if self.cases >= self.count else ""
        again = "; not every time when the same request was repeated" if self.is_intermittent else ""
        return f"{self.count:,} {noun}{share}{again}"


def by_clause(findings: Iterable[FindingReport]) -> dict[str, list[FindingReport]]:
    """The findings that break each clause."""
    found: dict[str, list[FindingReport]] = {}
    for finding in findings:
        for clause in finding.clauses:
            found.setdefault(clause, []).append(finding)
    return found


def one_line(exchange: Exchange) -> str:
    """Request and response, on one line."""
    case, response, failure = exchange.case, exchange.response, exchange.failure
    key = "" if case.header("Authorization") == VALID_AUTHORIZATION else " (without the right key)"
    received = str(response.status) if response else failure.kind if failure else "nothing"
    shown = readable(response.body[:_ANSWER]) if response else ""
    sent = readable((case.body or b"")[:_ANSWER])
    # The outcome comes before the texts, which may be truncated.
    return inert(" ".join(filter(None, (f"{case.method} {case.path}{key}: {received};", sent, "->", shown))), LINE)


def sent_line(evidence: Evidence, limit: int = 160) -> str:
    """The offending part of the request, or the whole request, on one line."""
    case, span = evidence.exchange.case, evidence.sent_span
    if isinstance(span, str):
        values = [f"{name}: {value}" for name, value in case.headers if name.lower() == span.lower()]
        body = f" with the body {evidence.sent_text}" if evidence.sent_text else ""
        return inert(("; ".join(values) or f"no {span} header") + body, limit)
    text = evidence.sent_text
    if span is not None and len(text) > limit:
        return inert(text[slice(*span)], limit)
    prefix = "" if case.creates else f"{case.method} {case.path} "
    if not text:
        text = "no body" if case.body is None else "an empty body"
    return inert(prefix + "; ".join([*(f"{name}: {value}" for name, value in case.unusual_headers), text]), limit)
