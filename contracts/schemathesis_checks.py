"""The suite's checks as schemathesis checks, for `st`.

`schemathesis.toml` loads them through :mod:`tests.harness.generation.schemathesis_hooks`, and disables checks that are
unsound for this page:

    ACTIVEPIECES_API_KEY=sk-... st run contracts/create_project.openapi.yaml --url https://staging.example.com/api

:data:`CHECKED_CLAUSES` names the checks of one response; ``contract_whole_run`` checks what only several responses
show. Advisory findings are omitted, because `st` has no levels. The key in ``ACTIVEPIECES_API_KEY`` distinguishes
authorised requests from others; without it both are not judged.
"""

from __future__ import annotations

import os
import threading
import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import schemathesis
from schemathesis.core.failures import Failure

from contracts.checks.context import Limits
from contracts.checks.whole_run import WholeRunChecks
from contracts.clauses import catalogue
from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.exchange import COLLECTION_PATH, VALID_AUTHORIZATION, Case, Exchange, Response
from contracts.expectation import SENT_BEFORE
from contracts.findings import Level
from contracts.judgement import ExternalIdUses, Judge, sent_external_id
from contracts.secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemathesis.core.transport import Response as Received

    from contracts.findings import Finding
    from contracts.judgement import Judgement

    Generated = schemathesis.Case[Any]


class BrokenClause(Failure):
    """A clause that a response broke; ``title`` is the clause's id."""

    kind_title = "Contract broken"
    __slots__ = ()


class ResponseJudge:
    """Judges the responses that schemathesis received; the result of the last one is kept for all checks."""

    def __init__(self, contract: str, key: str) -> None:
        loaded = load_contract(contract)
        self._judge = Judge(loaded, Limits(), Secrets(key))
        self._authorization = f"Bearer {key}" if key else None
        self._levels = {clause.id: clause.level for clause in catalogue(loaded).values()}
        self._external_ids = ExternalIdUses()
        self._lock = threading.Lock()
        self._last: tuple[Received, Exchange | None, Judgement | None] | None = None

    def judge(self, response: Received) -> tuple[Exchange | None, Judgement | None]:
        """The exchange and its judgement.

        Returns:
            ``(None, None)`` if the request is not a POST to the collection, about which the contract says nothing.
        """
        with self._lock:
            if self._last is None or self._last[0] is not response:
                exchange = self._exchange(response)
                self._last = (response, exchange, self._judged(exchange) if exchange else None)
            return self._last[1:]

    def broken(self, findings: tuple[Finding, ...]) -> list[Finding]:
        """The findings that fail a run: those of documented and implied clauses."""
        return [f for f in findings if self._levels.get(f.clause) is not Level.ADVISORY]

    def _judged(self, exchange: Exchange) -> Judgement:
        expectation = self._judge.expect(exchange.case)
        external_id = sent_external_id(expectation)
        if external_id is not None:
            # A service may refuse or update an externalId that is in use: only its first use is judged.
            self._external_ids.sending(external_id)
            expectation = self._external_ids.expect(external_id, expectation)
            self._external_ids.received(external_id, exchange.status)
        return self._judge.judge(exchange, expectation)

    def _exchange(self, response: Received) -> Exchange | None:
        request = response.request
        path = urlsplit(request.url or "").path
        if request.method != "POST" or not path.endswith(COLLECTION_PATH):
            return None
        if response.status_code < 200:
            return None  # an interim response, which schemathesis' client treats as the final one
        body = request.body.encode() if isinstance(request.body, str) else request.body
        headers = [(name, _text(value)) for name, value in request.headers.items()]
        if self._authorization:
            headers = [(n, VALID_AUTHORIZATION if v == self._authorization else v) for n, v in headers]
        received = tuple((name, value) for name, values in response.headers.items() for value in values)
        return Exchange(
            Case(body, tuple(headers)),
            Response(response.status_code, received, response.content),
            elapsed=response.elapsed,
        )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


_RESPONSES: Final = ResponseJudge(
    os.environ.get("CONTRACT_DOCUMENT", str(DEFAULT_DOCUMENT)), os.environ.get("ACTIVEPIECES_API_KEY", "")
)
#: The checks of one response by name, and the clauses of each; the first match counts.
CHECKED_CLAUSES: Final = {
    "contract_not_a_server_error": ("service.no_5xx",),
    "contract_acceptance": ("request.*", "authorization.*"),
    "contract_echo": ("response.201.*.echo", "response.201.*.own", "response.201.answers_own_request"),
    "contract_id_format": ("response.201.*idFormat",),
    "contract_instants": ("response.201.*.instant", "response.201.*.order"),
    "contract_response_schema": ("response.201.*",),
    "contract_rejection": ("service.error_*", "service.token_*"),
    "contract_service": ("*",),
}


def check_of(clause: str) -> str:
    """The name of the check that reports a broken clause."""
    return next(name for name, patterns in CHECKED_CLAUSES.items() if any(fnmatchcase(clause, p) for p in patterns))


def _response_check(name: str) -> Callable[[schemathesis.CheckContext, Received, Generated], None]:
    def check(ctx: schemathesis.CheckContext, response: Received, case: Generated) -> None:
        del ctx
        _, judgement = _RESPONSES.judge(response)
        for finding in _RESPONSES.broken(judgement.findings) if judgement else ():
            if check_of(finding.clause) == name:
                raise _failure(finding, case.operation.label)

    check.__name__ = check.__qualname__ = name
    return check


for _name in CHECKED_CLAUSES:
    schemathesis.check(_response_check(_name))


@schemathesis.check
class contract_whole_run:  # noqa: N801  # its name is the check's name, beside those of functions
    """Checks of several responses: repeated ids, a platform that changes, a clock that does not advance."""

    def __init__(self) -> None:
        self._history = WholeRunChecks()
        # Kept alive, so that no other request gets the same ``id()``.
        self._requests: dict[int, object] = {}
        self._label = ""

    def after_response(self, ctx: schemathesis.CheckContext, response: Received, case: Generated) -> None:
        """Collect the project of a 201; a response that is passed again counts once."""
        del ctx
        exchange, judgement = _RESPONSES.judge(response)
        if exchange is None or judgement is None or judgement.project is None or id(response.request) in self._requests:
            return
        self._requests[id(response.request)] = response.request
        self._label = case.operation.label
        date = exchange.response.header("Date") if exchange.response else None
        reused = judgement.expectation.why == (SENT_BEFORE,)
        number = len(self._requests)
        self._history.observe(judgement.project, date, time.time(), exchange.elapsed, ("st", number), may_repeat=reused)

    def after_run(self, ctx: schemathesis.CheckContext) -> None:
        """Report the first finding of the whole run."""
        del ctx
        for seen in self._history.findings():
            raise _failure(seen.finding, self._label)


def _failure(finding: Finding, operation: str) -> BrokenClause:
    message = f"expected {finding.expected}; received {finding.received}"
    return BrokenClause(operation=operation, title=finding.clause, message=message)
