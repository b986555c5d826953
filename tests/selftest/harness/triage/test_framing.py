"""Triage of changed values: the framing of the request is the reason if the same body is right without its header."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.expectation import FRAMING
from contracts.judgement import Judge
from contracts.secrets import Secrets
from strategies.encoding import with_header
from strategies.unique_names import UniqueNames
from tests.harness.client.judged import Judged
from tests.harness.triage.framing import FramingTriage

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.findings import Finding
    from reports.history import HistoryWriter
    from tests.harness.triage.triage_requests import TriageRequests

JUDGE = Judge(load_contract(), Limits(), Secrets("sk-FramingTriage0123456789abcdefghi"), "ctframe")
JSON = (("Content-Type", "application/json"),)
BODY = json.dumps({"displayName": "Überseehafen"}, ensure_ascii=False).encode()


def _in_latin_1(text: str) -> str:
    return text.encode().decode("latin-1")


@dataclass
class Service:
    """Changes a name where ``changes`` says so."""

    changes: Callable[[Case], bool]
    asked: list[Case] = field(default_factory=list)

    def ask(self, case: Case) -> Judged:
        self.asked.append(case)
        name = json.loads(case.body or b"{}")["displayName"]
        shown = _in_latin_1(name) if self.changes(case) else name
        body = json.dumps({"id": "P" * 21, "displayName": shown}).encode()
        exchange = Exchange(case, Response(201, JSON, body), number=len(self.asked))
        return Judged(exchange, JUDGE.judge(exchange))


class History:
    """Accepts what is reattributed."""

    def reattributed(self, *_: object) -> None:
        """Record nothing."""


def _attributed(changes: Callable[[Case], bool], case: Case) -> Finding:
    service = Service(changes)
    triage = FramingTriage(cast("TriageRequests", service), cast("HistoryWriter", History()), UniqueNames("ctframe"))
    answer = service.ask(case)
    (changed,) = (found for found in answer.findings if found.clause.endswith(".echo"))
    return triage.attribute(answer, changed)


@pytest.mark.parametrize("header", [("Transfer-Encoding", "chunked"), ("Accept-Encoding", "gzip")])
def test_a_value_that_changes_with_a_header_only_breaks_the_promise_about_framing(header: tuple[str, str]) -> None:
    found = _attributed(lambda case: case.header(header[0]) is not None, with_header(Case(BODY), *header))
    assert (found.clause, found.where) == (FRAMING, header[0])
    assert header[0] in found.expected


def test_a_value_that_changes_however_it_is_sent_is_one_of_its_field() -> None:
    found = _attributed(lambda _: True, with_header(Case(BODY), "Transfer-Encoding", "chunked"))
    assert found.clause == "response.201.displayName.echo"
    assert _attributed(lambda _: True, Case(BODY)).clause == "response.201.displayName.echo"


def test_a_value_that_changes_now_and_then_is_not_one_of_the_header() -> None:
    seen: list[Case] = []

    def first_only(case: Case) -> bool:
        seen.append(case)
        return len(seen) == 1

    found = _attributed(first_only, with_header(Case(BODY), "Transfer-Encoding", "chunked"))
    assert found.clause == "response.201.displayName.echo"
