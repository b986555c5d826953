"""One exchange in a history, with its judgement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from contracts import lenient_json
from contracts.exchange import COLLECTION_PATH, Case, Exchange, Response
from contracts.expectation import Violation
from contracts.findings import Finding

if TYPE_CHECKING:
    from contracts.judgement import Judgement

#: The worker and the number of an exchange, which identify it.
Place = tuple[str, int]
#: The number of characters of a body in a reduced record.
_BEGINNING: Final = 400


@dataclass(frozen=True, slots=True)
class ExchangeRecord:
    """One exchange, with its judgement if it was judged.

    ``encoded`` is its JSON object. Members are decoded on access, because most are never read.
    """

    type: ClassVar = "exchange"
    encoded: dict[str, Any]

    @classmethod
    def of(cls, exchange: Exchange, judgement: Judgement | None = None, signature: int | None = None) -> ExchangeRecord:
        """The record of an exchange.

        Args:
            exchange: The exchange.
            judgement: None if it was not judged.
            signature: The id of the signature with the clauses that it exercised.
        """
        record = {"type": "exchange", **exchange.to_json()}
        if judgement is None:
            return cls(record)
        record["expected"] = judgement.expectation.expected.value
        record["signature"] = signature
        if judgement.expectation.violations:
            record["violations"] = [[v.clause, v.where, v.why, *v.kinds] for v in judgement.expectation.violations]
        if judgement.expectation.why:
            record["why"] = list(judgement.expectation.why)
        if judgement.findings:
            record["findings"] = [finding.to_json() for finding in judgement.findings]
        if judgement.crashed:
            record["crashed"] = list(judgement.crashed)
        if judgement.project is not None:
            record["project"] = _facts(judgement.project)
            if judgement.unasked:
                record["unasked"] = judgement.unasked
            date = exchange.response.header("Date") if exchange.response else None
            if date:
                record["date"] = date
        return cls(record)

    @property
    def worker(self) -> str:
        """The process that sent it."""
        return str(self.encoded["worker"])

    @property
    def number(self) -> int:
        """Its number among those of its worker, from 1."""
        return int(self.encoded["number"])

    @property
    def place(self) -> Place:
        """Its identifier in a history."""
        return (self.encoded["worker"], self.encoded["number"])

    @property
    def connection(self) -> int:
        """The number of the connection that carried it, or 0."""
        return int(self.encoded.get("connection", 0))

    @property
    def started(self) -> float:
        """When it was sent, in seconds since the epoch."""
        return float(self.encoded["started"])

    @property
    def elapsed(self) -> float:
        """Seconds until the last byte of the response."""
        return float(self.encoded["elapsed"])

    @property
    def method(self) -> str:
        """The method of the request."""
        return str(self.encoded["case"].get("method", "POST"))

    @property
    def path(self) -> str:
        """The path of the request."""
        return str(self.encoded["case"].get("path", COLLECTION_PATH))

    @property
    def case_set(self) -> str:
        """The set of its case, empty if it has none."""
        return str(self.encoded["case"].get("case_set", ""))

    @property
    def body_text(self) -> str:
        """The body of the request as stored: in Base64 if it is not UTF-8; empty if there is none."""
        case = self.encoded["case"]
        return str(case.get("body") or case.get("body_base64") or "")

    @property
    def sent_members(self) -> dict[str, Any]:
        """The members of the body of the request; empty if it is not a JSON object, or was reduced."""
        return lenient_json.object_of(self.body_text.encode("utf-8", "surrogatepass")) or {}

    @property
    def shown_members(self) -> dict[str, Any]:
        """The members of the body of the response; empty if it is not a JSON object, or there is none."""
        return (lenient_json.object_of(self.response.body) if self.response is not None else None) or {}

    @property
    def size(self) -> int:
        """The number of characters of :attr:`body_text` before it was reduced."""
        size = self.encoded.get("size")
        return len(self.body_text) if size is None else int(size)

    @property
    def case(self) -> Case:
        """The request."""
        return Case.from_json(self.encoded["case"])

    @property
    def status(self) -> int:
        """The status of the response, 0 if there is none."""
        response = self.encoded.get("response")
        return int(response["status"]) if response else 0

    @property
    def response(self) -> Response | None:
        """The response; None if there is none."""
        response = self.encoded.get("response")
        return Response.from_json(response) if response else None

    @property
    def failure_kind(self) -> str:
        """The kind of its failure; empty if there is a response."""
        return str((self.encoded.get("failure") or {}).get("kind", ""))

    @property
    def exchange(self) -> Exchange:
        """The exchange itself."""
        return Exchange.from_json(self.encoded)

    @property
    def expected(self) -> str:
        """``created``, ``rejected`` or ``unspecified``; empty if it was not judged."""
        return str(self.encoded.get("expected", ""))

    @property
    def signature(self) -> int | None:
        """The id of its :class:`SignatureRecord`; None if it was not judged."""
        signature: int | None = self.encoded.get("signature")
        return signature

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The clauses that the request breaks."""
        found = self.encoded.get("violations", ())
        return tuple(Violation(clause, where, why, tuple(kinds)) for clause, where, why, *kinds in found)

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons for UNSPECIFIED."""
        return tuple(self.encoded.get("why", ()))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Its findings."""
        return tuple(map(Finding.from_json, self.encoded.get("findings", ())))

    @property
    def crashed(self) -> tuple[str, ...]:
        """The checks that raised an error."""
        return tuple(self.encoded.get("crashed", ()))

    @property
    def project(self) -> dict[str, Any] | None:
        """The members of a created project that the history checks read; None if none was created."""
        project: dict[str, Any] | None = self.encoded.get("project")
        return project

    @property
    def unasked(self) -> dict[str, Any]:
        """Members of the created project that were not sent."""
        unasked: dict[str, Any] = self.encoded.get("unasked", {})
        return unasked

    @property
    def date(self) -> str | None:
        """The header Date of a response that created a project."""
        date: str | None = self.encoded.get("date")
        return date

    @property
    def is_reduced(self) -> bool:
        """Whether this record was made by :meth:`reduced`."""
        return "size" in self.encoded

    def reduced(self) -> ExchangeRecord:
        """The part that the history checks need of an exchange that created a project: no response, no headers."""
        encoded, case = self.encoded, self.encoded["case"]
        names = ("worker", "number", "started", "elapsed", "signature", "project")
        kept = {name: encoded[name] for name in names}
        kept |= {name: encoded[name] for name in ("connection", "date", "why", "unasked") if name in encoded}
        body = {name: case[name][:_BEGINNING] for name in ("body", "body_base64") if case.get(name)}
        return ExchangeRecord({**kept, "case": {**body, "case_set": self.case_set}, "size": len(self.body_text)})


def _facts(project: dict[str, Any]) -> dict[str, Any]:
    """The members that the history checks read."""
    facts = {name: project.get(name) for name in ("id", "platformId", "created", "updated")}
    plan = project.get("plan")
    facts["plan"] = {"id": plan.get("id")} if isinstance(plan, dict) else None
    return facts
