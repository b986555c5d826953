"""Checks of the status: valid requests are created, invalid ones refused, and none causes a server error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.checks.check import covers
from contracts.checks.quoting import shown
from contracts.exchange import STALE, UNREACHED
from contracts.expectation import FRAMING, FRAMING_HEADERS, IN_USE, LARGE, NEGOTIATED, SENT_BEFORE, Expected
from contracts.findings import ACCEPTED, REFUSED, Finding
from contracts.kinds.bodies import kinds_of_failing
from contracts.kinds.error_messages import message_without_values
from contracts.kinds.violations import CONVERTED, NO_PROJECT, NOT_SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.checks.context import Context
    from contracts.document import Contract
    from contracts.expectation import Violation

#: Two words or more: an ordinary name, which no service refuses.
_PLAIN = re.compile(r"[A-Za-z]{3,20}(?:[ _-][A-Za-z0-9]{1,30}){1,3}")
#: Bytes of a body from which 413 is acceptable (RFC 9110, section 15.5.14).
_TOO_LARGE: Final = 65_536
_LETTERS = re.compile(r"[A-Za-z0-9 _()-]{1,60}")
_WORDS = {
    "closed": "the connection was closed without a response",
    "reset": "the connection was reset",
    "incomplete": "the response ended early",
    "invalid": "the response is not HTTP",
    "undecodable": "the body does not have the Content-Encoding that the response declares",
    "too_large": "the response is larger than the limit",
}


def _reached(context: Context) -> tuple[str, ...]:
    failure = context.exchange.failure
    unreached = failure is not None and failure.kind in {*UNREACHED, STALE}
    return () if unreached else ("service.answers", "service.time")


@covers("service.answers", "service.time", count=_reached)
def answered_in_time(context: Context) -> Iterator[Finding]:
    """service.answers and service.time: one complete HTTP response within the limit."""
    failure, limit = context.exchange.failure, context.limits.seconds(context.exchange.case.body)
    if failure is None:
        # A server error is reported as such, however long it took.
        if context.exchange.elapsed > limit and context.status < 500:
            yield Finding(
                "service.time",
                "slow",
                f"a response within {limit:.3g} s",
                f"a response after {context.exchange.elapsed:.1f} s",
            )
        response = context.response
        if response and response.header("Content-Length") and response.header("Transfer-Encoding"):
            # RFC 9112, section 6.1, allows only one of them; proxies refuse such a response.
            yield Finding(
                "service.answers",
                "two lengths",
                "a Content-Length or a Transfer-Encoding",
                f"Content-Length: {response.header('Content-Length')} and Transfer-Encoding: "
                f"{response.header('Transfer-Encoding')}",
            )
    elif failure.kind == "timeout":
        yield Finding("service.time", "hang", f"a response within {limit:.3g} s", f"none: {failure.detail}")
    elif failure.kind in {"closed", "reset"} and len(context.exchange.case.body or b"") > LARGE:
        return  # a server may close the connection instead of reading the rest (RFC 9110, section 15.5.14)
    elif failure.kind not in UNREACHED and failure.kind != STALE:
        yield Finding(
            "service.answers", failure.kind, "one complete HTTP response", f"{_WORDS[failure.kind]} ({failure.detail})"
        )


@covers(
    "service.no_5xx",
    "state.external_id_reuse",
    "service.answers",
    count=lambda context: ("service.no_5xx",) if context.response else (),
)
def not_a_server_error(context: Context) -> Iterator[Finding]:
    """service.no_5xx, state.external_id_reuse, and service.answers: neither 5xx, 3xx nor 1xx."""
    if context.status >= 500:
        expected = {
            Expected.CREATED: "201: the request is valid",
            Expected.REJECTED: "a 4xx: the request is invalid",
            Expected.UNSPECIFIED: "201 or a 4xx: the page leaves this request open",
        }[context.expectation.expected]
        said = message_without_values(context.response, context.expectation.body) if context.response else ""
        place, where = _blamed(context)
        kinds = kinds_of_failing(context.exchange.case, context.expectation.body, place.removeprefix("/"))
        if context.expectation.isolated and not place.startswith("/"):
            kinds = (*context.expectation.violations[0].kinds, *kinds)
        # A repeated request may find the project of its first attempt.
        reuse = context.expectation.why == (SENT_BEFORE,) and not context.exchange.repeat
        yield Finding(
            "state.external_id_reuse" if reuse else "service.no_5xx",
            failure_cause(context.status, said, place),
            expected,
            _received(context),
            where,
            kinds,
        )
    elif context.response is not None and (300 <= context.status < 400 or context.status < 200):
        yield Finding("service.answers", f"status {context.status}", "201 or a 4xx", _received(context))


def _may_be_accepted(context: Context) -> Iterator[str]:
    # Only the refusal of a request with one broken clause shows that this clause is kept; a server error shows nothing.
    rejected = context.expectation.expected is Expected.REJECTED and context.expectation.isolated
    if rejected and 200 <= context.status < 500:
        yield context.expectation.violations[0].clause


@covers("request.*", "authorization.required", count=_may_be_accepted)
def invalid_is_refused(context: Context) -> Iterator[Finding]:
    """Each broken clause of a request that was accepted although it is invalid."""
    if context.expectation.expected is Expected.REJECTED and 200 <= context.status < 300:
        no_project = () if context.status == 201 or _shows_id(context) else (NO_PROJECT,)
        for violation in context.expectation.violations:
            yield Finding(
                violation.clause,
                ACCEPTED,
                f"a 4xx, nothing created: {violation.why}",
                _received(context),
                violation.where,
                (*violation.kinds, *_conversion(context, violation), *no_project),
            )


def _shows_id(context: Context) -> bool:
    """Whether the response has an id somewhere: the project may be inside another object."""
    value = None if isinstance(context.parsed, ValueError) else context.parsed.value
    return any(isinstance(node, dict) and "id" in node for node in json_text.nodes(value))


def _conversion(context: Context, violation: Violation) -> tuple[str, ...]:
    """The kind of a wrong value that is returned with the right type: CONVERTED; of one not returned: NOT_SHOWN."""
    name, _, aspect = violation.clause.removeprefix("request.").partition(".")
    project = None if isinstance(context.parsed, ValueError) else context.parsed.value
    if (
        aspect.removeprefix("items.") not in {"type", "null"}
        or not isinstance(project, dict)
        or name not in context.sent
    ):
        return ()
    if name not in project:
        return (NOT_SHOWN,)
    if aspect.startswith("items."):
        return ()
    sent, shown = context.sent[name], project[name]
    # Falsy values may become null.
    to_null = shown is None and sent in (0, "")  # False equals 0
    fits = to_null or json_text.has_one_of(shown, context.contract.field(name).types)
    return (CONVERTED,) if fits else ()


def _accepted(context: Context) -> Iterator[str]:
    if context.expectation.expected is Expected.CREATED and 200 <= context.status < 300:
        yield "response.201.status"
        yield from context.expectation.exercised


@covers("response.201.status", "request.*", "authorization.accepted", FRAMING, NEGOTIATED, count=_accepted)
def valid_is_created(context: Context) -> Iterator[Finding]:
    """response.201.status for a wrong 2xx; for a refusal of a valid request the request clause that it breaks."""
    verdict = context.expectation.expected
    created = verdict is Expected.CREATED or (verdict is Expected.UNSPECIFIED and context.tells_id)
    if created and 200 <= context.status < 300 and context.status != 201:
        yield Finding("response.201.status", f"status {context.status}", "201", _received(context))
    if verdict is Expected.CREATED and 400 <= context.status < 500 and not _may_decline(context):
        clause, where = refused_clause(context)
        said = message_without_values(context.response, context.expectation.body) if context.response else ""
        # A 403 to a single request comes from a firewall, not from the validation of fields.
        message = (f"{context.status} {said}".strip(),) if said or context.status in {401, 403} else ()
        kinds = kinds_of_failing(context.exchange.case, context.expectation.body, where.removeprefix("/"))
        yield Finding(clause, REFUSED, "201: the request is valid", _received(context), where, (*message, *kinds))


def _may_decline(context: Context) -> bool:
    """Whether RFC 9110 allows the refusal: sections 15.5.12 (411), 15.5.18 (417) and 15.5.14 (413)."""
    case = context.exchange.case
    if context.status == 413:  # Content Too Large
        return len(case.body or b"") >= _TOO_LARGE
    header = {411: "Transfer-Encoding", 417: "Expect"}.get(context.status)
    return header is not None and case.header(header) is not None


def refused_clause(context: Context) -> tuple[str, str]:
    """The clause that the refusal of a valid request breaks, as far as one exchange shows, and where.

    If several fields may be the reason, it is ``request.combination``, until triage with smaller requests finds the
    field. Ordinary names in required fields are never suspected.
    """
    case = context.exchange.case
    for name in FRAMING_HEADERS:
        if case.header(name) is not None:
            return FRAMING, name
    if context.status in {401, 403}:
        return "authorization.accepted", "Authorization"
    if context.status == 406:
        return NEGOTIATED, "Accept"
    if context.status == 415:
        return "request.mediaType", "Content-Type"
    return clause_of_body(context.contract, context.sent)


def clause_of_body(contract: Contract, sent: dict[str, Any]) -> tuple[str, str]:
    """The clause that a refusal because of the body breaks, and where."""
    suspects = [name for name, value in sent.items() if not _plain(contract, name, value)]
    if len(suspects) != 1:
        return "request.combination", ""
    name = suspects[0]
    field, value = contract.field(name), sent[name]
    if value is None:
        aspect = "null"
    elif field.pattern is not None and isinstance(value, str):
        aspect = "pattern"
    else:
        aspect = "enum" if field.enum is not None else "type"
    return f"request.{name}.{aspect}", f"/{name}"


def _plain(contract: Contract, name: str, value: object) -> bool:
    field = contract.field(name)
    return field.required and isinstance(value, str) and _PLAIN.fullmatch(value) is not None


def failure_cause(status: int, said: str, place: str) -> str:
    """The cause of a server error: its status with the service's message, else with the part to blame."""
    return f"{status} {said}" if said else f"{status} at {place}" if place else str(status)


def _blamed(context: Context) -> tuple[str, str]:
    """The part of the request that a server error is about: what is invalid, else a field; empty if several may be."""
    violations = context.expectation.violations
    where = violations[0].where if violations else ""
    if context.expectation.isolated:
        return f"/{where.split('/')[1]}" if where.startswith("/") else violations[0].clause, where
    if context.expectation.expected is Expected.UNSPECIFIED and context.expectation.why != (IN_USE,):
        return "", where
    suspects = [name for name, value in context.sent.items() if not _harmless(context, name, value)]
    return (f"/{suspects[0]}", where or f"/{suspects[0]}") if len(suspects) == 1 else ("", where)


def _harmless(context: Context, name: str, value: object) -> bool:
    """Whether a value causes no server error: letters and digits in a required text, or a unique name of the run."""
    if not isinstance(value, str):
        return False
    required = any(field.path == name and field.required for field in context.contract.fields)
    return (required and _LETTERS.fullmatch(value) is not None) or bool(
        context.run_id and value.startswith(f"{context.run_id}-") and value[-1].isdigit()
    )


def _received(context: Context) -> str:
    body = context.response.body if context.response else b""
    text = body[:200].decode("utf-8", "replace").strip()
    return f"{context.status} {shown(text, 120)}" if text else f"{context.status} without a body"
