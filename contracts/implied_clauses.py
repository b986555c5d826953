"""Clauses that no schema can express: HTTP, authorization, semantics, state and time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.clause import INVALID, VALID, Clause
from contracts.findings import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PAGE_BODY = "page: Body"
_PAGE_AUTHORIZATION = "page: Authorizations"
_PAGE_ANSWER = "page: Response"
_NO_DEFENCE = "no maintainer would defend the opposite"

_DOCUMENTED = (
    (
        "request.body.required",
        "A request without a body is refused and creates nothing.",
        "Body application/json; displayName required",
        _PAGE_BODY,
        (INVALID,),
    ),
    (
        "request.body.type",
        "A body that is not a JSON object is refused and creates nothing.",
        "Body application/json: displayName, externalId, ...",
        _PAGE_BODY,
        (INVALID,),
    ),
    (
        "request.body.json",
        "A body that is not JSON (RFC 8259) is refused and creates nothing.",
        "Body application/json",
        _PAGE_BODY,
        (INVALID,),
    ),
    (
        "request.mediaType",
        "application/json is accepted, with and without charset=utf-8; a body of another media type is refused.",
        "Body application/json",
        _PAGE_BODY,
        (VALID, INVALID),
    ),
    (
        "request.combination",
        "Fields that are valid one by one are accepted in every combination.",
        "Body: the list of fields, no rule between them",
        _PAGE_BODY,
        (VALID,),
    ),
    (
        "authorization.required",
        "A request without the right key as a bearer token is refused (4xx) and creates nothing.",
        "Authorization string header required: Use your api key generated from the admin console",
        _PAGE_AUTHORIZATION,
        (INVALID,),
    ),
    (
        "authorization.accepted",
        "The right key is always accepted.",
        "Authorization: Bearer <token>",
        _PAGE_AUTHORIZATION,
        (VALID,),
    ),
    (
        "response.201.status",
        "A valid request gets a 201.",
        "201 - application/json Default Response",
        _PAGE_ANSWER,
        (),
    ),
    (
        "response.201.mediaType",
        "The 201 response has one Content-Type: application/json, in UTF-8.",
        "201 - application/json",
        _PAGE_ANSWER,
        (),
    ),
    (
        "response.201.body.type",
        "The 201 response is a JSON object.",
        "201 - application/json: id, created, ...",
        _PAGE_ANSWER,
        (),
    ),
)

#: Members of the response that are counts.
COUNTS = tuple(f"analytics.{name}" for name in ("totalUsers", "activeUsers", "totalFlows", "activeFlows"))
#: Members of the response that an unlisted member of the body must not set; ``id`` and ``platformId`` have clauses of
#: their own.
OWN = ("ownerId",)

_IMPLIED = (
    (
        "response.201.json",
        "The 201 response is one JSON text in UTF-8: no NaN, no repeated member, nothing after it.",
        "RFC 8259, sections 2, 4, 6 and 8.1",
    ),
    ("response.201.id.unique", "No two projects get the same id.", _NO_DEFENCE),
    ("response.201.plan.id.unique", "No two projects get the same plan id.", _NO_DEFENCE),
    ("response.201.plan.projectId.equalsId", "plan.projectId is the id of the project that was created.", _NO_DEFENCE),
    (
        "response.201.platformId.constant",
        "One key belongs to one platform: platformId is the same in every response.",
        _NO_DEFENCE,
    ),
    *(
        (f"response.201.{name}.instant", f"{name} is a timestamp in the format of RFC 3339.", "RFC 3339, section 5.6")
        for name in ("created", "updated", "plan.created", "plan.updated")
    ),
    ("response.201.updated.order", "A project is not updated before it is created.", _NO_DEFENCE),
    ("response.201.plan.updated.order", "A plan is not updated before it is created.", _NO_DEFENCE),
    *(
        (f"response.201.{name}.count", f"{name} is a count: a whole number, not below zero.", _NO_DEFENCE)
        for name in COUNTS
    ),
    *(
        (f"response.201.{name}.own", f"{name} is set by the service, not by the body of a request.", "CWE-915")
        for name in OWN
    ),
    (
        "response.201.created.clock",
        "created is the time of the request, by the service's own Date header.",
        _NO_DEFENCE,
    ),
    (
        "response.201.updated.clock",
        "updated is the time of the request, as the service's own Date header tells it.",
        _NO_DEFENCE,
    ),
    (
        "response.201.answers_own_request",
        "The response shows the project of this request, not of another one.",
        _NO_DEFENCE,
    ),
    ("service.no_5xx", "No request causes a server error (5xx).", "RFC 9110, section 15.6"),
    (
        "service.framing",
        "A body may be sent in chunks (or gets a 411) or with Expect (or a 417), and a client may list codings.",
        "RFC 9112, section 7.1; RFC 9110, sections 10.1.1 and 12.5.3",
    ),
    (
        "service.connections",
        "A request gets the same response on a used connection as on a new one.",
        "RFC 9110, section 3.3",
    ),
    ("service.answers", "Every request gets one complete HTTP response of its own.", "RFC 9112"),
    ("service.time", "Every response arrives within the time limit of the run.", _NO_DEFENCE),
    (
        "service.pattern_time",
        "A text that is hard to match takes no longer to validate than a harmless one of the same length.",
        "CWE-1333",
    ),
    ("service.error_is_json", "A refusal with a JSON Content-Type is JSON.", _NO_DEFENCE),
    (
        "service.error_leaks_nothing",
        "A refusal shows no stack trace, SQL or file path of the server.",
        "CWE-209",
    ),
    ("service.token_not_repeated", "No response repeats the key.", "CWE-522"),
    ("state.creates_one", "An accepted request creates one project: the one in its response.", _NO_DEFENCE),
    ("state.rejected_creates_nothing", "A refused request creates no project.", _NO_DEFENCE),
    ("state.refused_external_id_stays_free", "A refused request does not use up its externalId.", _NO_DEFENCE),
    ("state.reads_back", "A project reads back as it was created, at once and at the end of the run.", _NO_DEFENCE),
    (
        "state.external_id_reuse",
        "A second use of an externalId gets a 201 or a 4xx, and the same where both are sent at once.",
        _NO_DEFENCE,
    ),
    ("state.overlap", "Concurrent requests get the same responses as sequential ones.", _NO_DEFENCE),
    ("state.recovers", "At the end of the run the service responds as it did at the beginning.", _NO_DEFENCE),
    ("state.prototype_untouched", "A member named __proto__ has no effect on a later response.", "CWE-1321"),
)

_ADVISORY = (
    (
        "advisory.challenge",
        "A request without credentials gets a 401 with a WWW-Authenticate header.",
        "RFC 9110, section 15.5.2",
    ),
    (
        "advisory.unsupported_media_type",
        "A body of another media type gets a 415 rather than another 4xx.",
        "RFC 9110, section 15.5.16",
    ),
    ("advisory.error_media_type", "A refusal is JSON and has a JSON Content-Type.", "page: application/json"),
    ("advisory.encoding", "A body that is not UTF-8 is refused.", "RFC 8259, section 8.1"),
    (
        "advisory.other_methods",
        "A method that the page does not name gets a 4xx.",
        "RFC 9110, section 15.5.6",
    ),
    ("advisory.token", "A refusal does not repeat the token that was presented.", "CWE-522"),
)


def implied_clauses(echoed: Iterable[str]) -> Iterator[Clause]:
    """These clauses; ``echoed`` names the request fields that are also in the response."""
    for identifier, promise, statement, source, sides in _DOCUMENTED:
        yield Clause(identifier, Level.DOCUMENTED, promise, statement, source, sides)
    for name in echoed:
        promise = f"{name} comes back as the JSON value that was sent."
        yield Clause(f"response.201.{name}.echo", Level.IMPLIED, promise, _NO_DEFENCE, "implied")
    for identifier, promise, statement in _IMPLIED:
        yield Clause(identifier, Level.IMPLIED, promise, statement, "implied")
    for identifier, promise, statement in _ADVISORY:
        yield Clause(identifier, Level.ADVISORY, promise, statement, "advisory")
