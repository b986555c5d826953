"""Whether a document that is published elsewhere allows what a finding reports.

The documentation page and the published OpenAPI document come from the same source, but can disagree. Without another
document, the snapshot in this repository is used.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contracts.checks.context import Limits
from contracts.document import DEFAULT_DOCUMENT, Contract, load_contract, read_fields
from contracts.history_records import PublishedRecord
from contracts.judgement import Judge
from contracts.secrets import Secrets

if TYPE_CHECKING:
    from contracts.drift.published import Published
    from contracts.exchange import Exchange
    from contracts.root_causes.root_cause import RootCause

#: The operation in the document published with version 0.85 of the service.
SNAPSHOT: Final = Path(__file__).with_name("published.openapi.json")
#: The note in reports for a finding that the published document allows.
ADVICE: Final = "the published document allows this: fix the page or the service"
#: The maximum number of cases of one root cause that are compared with the document.
_CASES: Final = 50


def to_record(published: Published) -> PublishedRecord:
    """The record of a document in a history."""
    request, response = (body.schema if body else {} for body in (published.request, published.response))
    return PublishedRecord(published.source, request, response)


def from_record(record: PublishedRecord) -> Contract:
    """A document as a contract: only its fields, which are compared."""
    request, response = record.request, record.response
    return Contract(record.source, {}, request, response, read_fields(request), read_fields(response))


@lru_cache(maxsize=1)
def snapshot() -> Contract:
    """The published document in this repository."""
    from contracts.drift.openapi import read_openapi  # noqa: PLC0415  # a run without findings does not pay for it

    document = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return from_record(to_record(read_openapi(document, f"contracts/{SNAPSHOT.name}")))


class PublishedDocuments:
    """The documents that findings are compared with: those given to the run, otherwise the snapshot."""

    def __init__(self) -> None:
        self._given: list[Contract] = []

    def add(self, record: PublishedRecord) -> None:
        """Add a document from its record (:func:`to_record`)."""
        self._given.append(from_record(record))

    def allowing(self, cause: RootCause, run_id: str, contract: str) -> str:
        """The source of the first document that allows what a root cause shows; empty if none does.

        A document allows it if it has the fields of the broken clauses, and every remembered case breaks only these
        clauses of the contract and none of the document.

        Args:
            cause: Findings about fields of the request or of the response.
            run_id: The id of the run that sent the cases.
            contract: The path of the contract of the run; the snapshot applies only to the one of this repository.
        """
        shown = [case for cases in cause.cases[:_CASES] for case in cases.smallest[:1]]
        if not all(finding.clause.startswith(("request.", "response.")) for finding, _ in shown):
            return ""  # no document describes it
        documents = self._given
        if not documents:
            documents = [snapshot()] if contract in {"", str(DEFAULT_DOCUMENT)} else []
        if not documents or any(record is None or record.is_reduced for _, record in shown):
            return ""  # there is no document, or the finding needs several exchanges
        exchanges = [(finding.clause, record.exchange) for finding, record in shown if record is not None]
        own = Judge(load_contract(contract or DEFAULT_DOCUMENT), Limits(), Secrets.absent(), run_id)
        if any(_keeps(own, clause, exchange) for clause, exchange in exchanges):
            return ""  # it depends on other requests
        for document in documents:
            judge = Judge(document, Limits(), Secrets.absent(), run_id)
            if all(_describes(document, clause) and _keeps(judge, clause, exchange) for clause, exchange in exchanges):
                return document.source
        return ""


def _describes(document: Contract, clause: str) -> bool:
    """Whether a clause is about the value of a field that the document has."""
    side, _, rest = clause.partition(".")
    fields = {"request": document.fields, "response": document.response_fields}.get(side, ())
    name = rest.removeprefix("201.").partition(".")[0]
    return any(field.path == name for field in fields)


def _keeps(judge: Judge, clause: str, exchange: Exchange) -> bool:
    return all(finding.clause != clause for finding in judge.judge(exchange).findings)
