"""An exchange as the diagnosis sees it: the values that were sent, and the outcome."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text, lenient_json
from contracts.exchange import Case, Response
from contracts.exchange_record import ExchangeRecord
from contracts.history_records import ReattributedRecord
from contracts.kinds.violations import NO_PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contracts.exchange_record import Place
    from contracts.findings import Finding
    from contracts.history_records import HistoryRecord

#: Parts of a request outside its body; the last one is whether its externalId was sent before.
AUTHORIZATION, MEDIA_TYPE, REUSE = "Authorization", "Content-Type", "#externalId sent before"
HEADERS: Final = frozenset({AUTHORIZATION, MEDIA_TYPE})
ACCEPTED, REFUSED, FAILED = "accepted", "refused", "failed"
#: Instead of a broken clause: the request is UNSPECIFIED.
OPEN: Final = "open"
#: Stands for the response of a request that the service did not answer; and the clauses that this breaks.
_NONE: Final = Response(0, (), b"")
_ANSWERED: Final = frozenset({"service.answers", "service.time"})
_REPEATED: Final = "repeated member"
#: Statuses that speak of what was sent before, and of how much: the contract leaves open whether they are right.
_ANOTHER_MATTER: Final = frozenset({409, 429})
#: Larger bodies are not parsed.
_LONGEST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Observation:
    """One request and its outcome.

    Attributes:
        case: The request.
        body: The members of its body; empty if this is no JSON object.
        broken: The one clause that it breaks; empty if it is valid, OPEN if it is UNSPECIFIED.
        outcome: ACCEPTED, REFUSED or FAILED.
        findings: The clauses, causes and kinds of its findings.
        shown: The project of a 201, if it is known in full.
        is_readable: Whether the body is a JSON object without repeated members.
        is_reuse: Whether its externalId was sent before.
        is_known_name: Whether its displayName was sent before.
        is_repeat: Whether the response shows the id of an earlier project.
        why: What RFC 8259 leaves to the parser of its body.
        kinds: The kinds of its violation (see :mod:`contracts.kinds`).
        response: The response.
        answer: The JSON value of the response's body; ABSENT if it is none.
        started: When it was sent, in seconds since the epoch.
        place: Its place in the history.
        looked_up: A cache for conditions, by subject.
    """

    case: Case
    body: dict[str, Any]
    broken: str
    outcome: str
    findings: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    shown: dict[str, Any] | None = field(default=None, compare=False)
    is_readable: bool = True
    is_reuse: bool = False
    is_known_name: bool = False
    is_repeat: bool = False
    why: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    response: Response = field(default=_NONE, compare=False)
    answer: Any = field(default=json_text.ABSENT, compare=False)
    started: float = field(default=0.0, compare=False)
    place: Place = field(default=("", 0), compare=False)
    looked_up: dict[str, Sequence[Any]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, record: ExchangeRecord) -> Observation | None:
        """The observation of a recorded exchange; None if it is of no use.

        Requests with more than one mistake are of no use, UNSPECIFIED ones of little.
        """
        response, expected = record.response, record.expected
        clauses = {violation.clause for violation in record.violations}
        if response is None and any(finding.clause in _ANSWERED for finding in record.findings):
            response = _NONE  # the service failed, not the network
        if response is None or not expected or len(clauses) > 1:
            return None
        case = record.case
        # Names in a body that is not JSON are not members.
        body = json_text.ABSENT if "request.body.json" in clauses else _value(case.body)
        status = response.status
        is_error = any(NO_PROJECT in finding.kinds for finding in record.findings)
        outcome = FAILED if status >= 500 or not status else REFUSED if status >= 300 or is_error else ACCEPTED
        answer = _value(response.body)
        shown = answer if status == 201 and not response.cut and isinstance(answer, dict) else None
        findings = tuple(map(_entry, record.findings))
        is_open = expected == "unspecified" or status in _ANOTHER_MATTER
        broken = OPEN if is_open else next(iter(clauses), "")
        # Of a repeated member parsers take the first or the last.
        is_readable = isinstance(body, dict) and _REPEATED not in record.why
        kinds = tuple(kind for violation in record.violations for kind in violation.kinds)
        known = {"response": response, "answer": answer, "why": record.why, "kinds": kinds}
        known |= {"started": record.started, "place": record.place}
        return cls(case, body if isinstance(body, dict) else {}, broken, outcome, findings, shown, is_readable, **known)

    def value(self, part: str) -> Any:
        """The value of a field or a header, or whether the externalId was sent before; ABSENT if there is none."""
        if part in HEADERS:
            value = self.case.header(part)
            return json_text.ABSENT if value is None else value
        if part == REUSE:
            return True if self.is_reuse else json_text.ABSENT
        return self.body.get(part, json_text.ABSENT)

    @property
    def usual(self) -> str:
        """The documented outcome; for an UNSPECIFIED request the observed one, if it is allowed."""
        if self.broken == OPEN:
            return ACCEPTED if self.outcome == FAILED else self.outcome
        return REFUSED if self.broken else ACCEPTED

    @property
    def wrong(self) -> str:
        """The part of the request that breaks a clause; empty if none does."""
        return "" if self.broken in {"", OPEN} else part_of(self.broken)


def observed(records: Iterable[HistoryRecord], limit: int) -> list[Observation]:
    """The observations of the first ``most`` exchanges of a history, with reattributed findings."""
    seen: dict[tuple[str, int], Observation] = {}
    sent: set[str] = set()
    names: set[str] = set()
    ids: set[str] = set()
    for record in records:
        if isinstance(record, ExchangeRecord) and len(seen) < limit:
            observation = Observation.of(record)
            if observation is not None:
                external_id = observation.body.get("externalId")
                name, shown = observation.body.get("displayName"), (observation.shown or {}).get("id")
                seen[record.place] = replace(
                    observation,
                    is_reuse=_is_in(sent, external_id),
                    is_known_name=_is_in(names, name),
                    is_repeat=_is_in(ids, shown),
                )
                for found, value in ((sent, external_id), (names, name), (ids, shown)):
                    found.update([value] if isinstance(value, str) else ())
        elif isinstance(record, ReattributedRecord):
            place = record.exchange.place
            if place in seen:
                kept = [entry for entry in seen[place].findings if entry[:2] != record.was.key]
                seen[place] = replace(seen[place], findings=(*kept, _entry(record.finding)))
    return list(seen.values())


def _is_in(known: set[str], value: Any) -> bool:
    return isinstance(value, str) and value in known


def part_of(clause: str) -> str:
    """The part of a request that a clause is about: a field or a header; ``?`` if it is neither."""
    if clause.startswith("authorization."):
        return AUTHORIZATION
    if clause == "request.mediaType":
        return MEDIA_TYPE
    area, _, rest = clause.removeprefix("response.201.").partition(".")
    if clause.startswith("response.201."):
        return area
    return rest.partition(".")[0] if area == "request" else "?"


def _entry(finding: Finding) -> tuple[str, str, tuple[str, ...]]:
    return (*finding.key, finding.kinds)


def _value(data: bytes | None) -> Any:
    return json_text.ABSENT if len(data or b"") > _LONGEST else lenient_json.value_of(data)
