"""A finding as every report shows it: the promise, the smallest exchange, the offending part, the commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.exchange import VALID_AUTHORIZATION
from contracts.published_document import ADVICE
from reports import wording
from reports.clause_groups import field_of
from reports.visible import inert, readable

if TYPE_CHECKING:
    from contracts.clauses import Clause
    from contracts.diagnosis import Diagnosis
    from contracts.exchange import Exchange

#: Characters of a text on one line that a report shows.
LINE: Final = 400
_ANSWER: Final = 160
#: Characters of the name of a member or of a kind in a title.
_MEMBER: Final = 60
#: A cause that is named after a server error, and what all of these have in common.
_SERVER_ERROR: Final = re.compile(r"5\d\d\b")
_WORDS_OF_500: Final = re.compile(r"^5\d\d|\binternal server error\b|\bat /\S*")


@dataclass(frozen=True, slots=True)
class Command:
    """A command to copy, and what it does."""

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
    """The smallest exchange that shows a finding, byte for byte.

    ``expected`` is created, rejected, unspecified or empty; ``violations`` are (clause, where, why); ``sent_span`` and
    ``received_span`` are the header name, or start and end in the text of the body, of the offending part.
    """

    exchange: Exchange
    expected: str
    violations: tuple[tuple[str, str, str], ...]
    why: tuple[str, ...]
    sent_span: str | tuple[int, int] | None
    received_span: str | tuple[int, int] | None
    #: The other requests that the finding rests on, in the order in which they were sent.
    related: tuple[Exchange, ...]

    @property
    def together(self) -> tuple[str, ...]:
        """Every request that the finding rests on, in order, a line each; nothing if it is one alone."""
        return tuple(map(one_line, self.in_order)) if self.related else ()

    @property
    def in_order(self) -> tuple[Exchange, ...]:
        """The exchange with the related ones, in the order in which they were sent."""
        return tuple(sorted((self.exchange, *self.related), key=lambda exchange: exchange.started))

    @property
    def sent_text(self) -> str:
        """The body that was sent, as text."""
        return readable(self.exchange.case.body or b"")

    @property
    def received_text(self) -> str:
        """The body of the response, as text."""
        return readable(self.exchange.response.body) if self.exchange.response else ""


@dataclass(frozen=True, slots=True)
class FindingReport:
    """One broken promise with all that a reader needs; every text but the evidence is inert.

    ``fingerprint`` stays the same from run to run; ``causes`` are those of its cases, ``kinds`` of which each case has
    one (see :class:`contracts.root_causes.RootCause`). ``one_place`` is True if every case broke it at ``where``;
    ``count`` cases agree, of ``cases`` that exercised the clause. ``published`` is the
    published document that allows what it shows, empty if none does.
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
        """The member or the header that the finding is about, as a reader writes it; empty if it is about none."""
        return inert(wording.place(self.where), _MEMBER) or field_of(self.clause.id)

    @property
    def title(self) -> tuple[str, str, str]:
        """What is broken on one line: :attr:`member`, the promise, and what tells it from others like it.

        The second part starts with a space, a colon or a dot where the first is not empty. The last one is the message
        of a server error, else the kind of case where a clause has several.
        """
        promise, member = self.clause.promise, self.member
        rest = promise.removeprefix(member) if member else promise
        message = _WORDS_OF_500.sub("", self.cause) if _SERVER_ERROR.match(self.cause) else ""
        kind = message or self.id.partition(":")[2].partition(":")[2].replace("-", " ")
        kind = " ".join(kind.split())[:_MEMBER]
        return member, rest if not member or (rest != promise and rest[:1] in {":", " "}) else f" · {promise}", kind

    @property
    def outcome(self) -> str:
        """The status of the response, or in a word why there is none; empty if one exchange does not show it."""
        exchange = self.evidence.exchange if self.evidence else None
        if exchange is None or exchange.response is None:
            return inert(exchange.failure.kind) if exchange and exchange.failure else ""
        return str(exchange.response.status)

    @property
    def likely(self) -> str:
        """The likely mistake in a sentence, with how much of the run it agrees with; empty if nothing fits."""
        return f"likely: {self.diagnosis}" if self.diagnosis else ""

    @property
    def advice(self) -> str:
        """That the service or its documentation is to be fixed, where a published document allows the finding."""
        return f"{ADVICE} ({self.published})" if self.published else ""

    @property
    def sent(self) -> str:
        """What was sent, on one line: the offending part if there is one, else the whole body."""
        if self.evidence is None:
            return "several requests: the recording of the run has them"
        return sent_line(self.evidence)

    @property
    def agreement(self) -> str:
        """How many cases agree, as a phrase."""
        noun = "case" if self.count == 1 else "cases"
        share = f" of {self.cases:,} that exercised the clause" if self.cases >= self.count else ""
        again = "; not every time when the same request was repeated" if self.is_intermittent else ""
        return f"{self.count:,} {noun}{share}{again}"


def one_line(exchange: Exchange) -> str:
    """What was sent and received, on one line."""
    case, response, failure = exchange.case, exchange.response, exchange.failure
    key = "" if case.header("Authorization") == VALID_AUTHORIZATION else " (without the right key)"
    received = str(response.status) if response else failure.kind if failure else "nothing"
    shown = readable(response.body[:_ANSWER]) if response else ""
    sent = readable((case.body or b"")[:_ANSWER])
    # The outcome comes before the texts, which may be cut.
    return inert(" ".join(filter(None, (f"{case.method} {case.path}{key}: {received};", sent, "->", shown))), LINE)


def sent_line(evidence: Evidence, limit: int = 160) -> str:
    """The offending part of the request on one line, or the request as a whole."""
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
