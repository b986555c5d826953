"""The service or its documentation? A document that is published elsewhere may allow what breaks the contract.

The documentation page and the published OpenAPI document are made from the same source and can disagree nevertheless.
Without another source the snapshot counts that the repository keeps.
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
    from contracts.root_causes import RootCause

#: The operation in the document that was published with version 0.85 of the service.
SNAPSHOT: Final = Path(__file__).with_name("published.openapi.json")
#: What a report says of a finding that the published document allows.
ADVICE: Final = "the published document allows this: fix the page or the service"
#: Cases of one root cause that are compared with the document.
_CASES: Final = 50


def to_record(published: Published) -> PublishedRecord:
    """The record of a source in a history."""
    request, response = (body.schema if body else {} for body in (published.request, published.response))
    return PublishedRecord(published.source, request, response)


def from_record(record: PublishedRecord) -> Contract:
    """A source as a contract: its fields, all that is compared."""
    request, response = record.request, record.response
    return Contract(record.source, {}, request, response, read_fields(request), read_fields(response))


@lru_cache(maxsize=1)
def snapshot() -> Contract:
    """The published document that the repository keeps."""
    from contracts.drift.openapi import read_openapi  # noqa: PLC0415  # a run without findings does not pay for it

    document = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return from_record(to_record(read_openapi(document, f"contracts/{SNAPSHOT.name}")))


class PublishedDocuments:
    """The documents that findings are compared with: those that the run was given, or else the snapshot."""

    def __init__(self) -> None:
        self._given: list[Contract] = []

    def add(self, record: PublishedRecord) -> None:
        """Add what :func:`to_record` made of a source."""
        self._given.append(from_record(record))

    def allowing(self, cause: RootCause, run_id: str, contract: str) -> str:
        """The source of the first document that allows what a root cause shows; empty if none does.

        A document allows it if it has the fields that the broken clauses are about, and every case that is remembered
        breaks the contract by itself and keeps what the document says of them.

        Args:
            cause: Findings about fields of the request or of the response.
            run_id: That of the run that sent the cases.
            contract: The path of the contract of the run; the snapshot is about the one of the repository.
        """
        shown = [case for cases in cause.cases[:_CASES] for case in cases.smallest[:1]]
        if not all(finding.clause.startswith(("request.", "response.")) for finding, _ in shown):
            return ""  # no document says anything of it
        documents = self._given
        if not documents:
            documents = [snapshot()] if contract in {"", str(DEFAULT_DOCUMENT)} else []
        if not documents or any(record is None or record.is_reduced for _, record in shown):
            return ""  # there is nothing to hold it against, or it shows in several exchanges
        exchanges = [(finding.clause, record.exchange) for finding, record in shown if record is not None]
        own = Judge(load_contract(contract or DEFAULT_DOCUMENT), Limits(), Secrets.absent(), run_id)
        if any(_keeps(own, clause, exchange) for clause, exchange in exchanges):
            return ""  # other requests have a part in it
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
