"""What a clause is about: a field, the request as a whole, the service."""

from __future__ import annotations

from typing import Final

#: Groups of clauses without a field, by prefix of the clause's id; the first match counts.
_AREAS: Final = (
    ("request.body", "The request body as a whole"),
    ("request.mediaType", "The request body as a whole"),
    ("request.combination", "The request body as a whole"),
    ("authorization", "Authorization"),
    ("response.201.status", "The 201 response as a whole"),
    ("response.201.mediaType", "The 201 response as a whole"),
    ("response.201.json", "The 201 response as a whole"),
    ("response.201.body", "The 201 response as a whole"),
    ("response.201.answers_own_request", "The 201 response as a whole"),
    ("service", "The service"),
    ("state", "State between requests"),
    ("advisory", "Advice"),
)


def area_of(clause: str) -> str:
    """The area of a clause without a field; empty if it has a field."""
    return next((area for prefix, area in _AREAS if clause == prefix or clause.startswith(f"{prefix}.")), "")


def field_of(clause: str) -> str:
    """The field or the member of a clause, such as ``plan.updated``; empty if it has none."""
    if area_of(clause):
        return ""
    return clause.removeprefix("request.").removeprefix("response.201.").rpartition(".")[0]
