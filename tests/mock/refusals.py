"""The error responses of the service, with its messages and formats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.mock.schema import Issue

_JSON = "application/json; charset=utf-8"
_PHRASES = {400: "Bad Request", 404: "Not Found", 413: "Payload Too Large", 415: "Unsupported Media Type"}


@dataclass(slots=True)
class Refusal:
    """A response that is not a success: status, JSON members, media type, further headers."""

    status: int
    body: dict[str, Any]
    content_type: str = _JSON
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


def _framework(status: int, code: str, message: str) -> Refusal:
    body = {"statusCode": status, "code": code, "error": _PHRASES[status], "message": message}
    return Refusal(status, body)


def _application(status: int, code: str, params: dict[str, Any]) -> Refusal:
    return Refusal(status, {"code": code, "params": params})


def invalid_fields(issues: Sequence[Issue]) -> Refusal:
    """400 for a JSON body that violates the schema, with one message for each rule."""
    message = ", ".join(f"body/{'/'.join(issue.path)} {issue.message}" for issue in issues)
    return _framework(400, "FST_ERR_VALIDATION", message)


def invalid_query(name: str, message: str) -> Refusal:
    """400 for a query parameter of the wrong type."""
    return _framework(400, "FST_ERR_VALIDATION", f"querystring/{name} {message}")


def invalid_json() -> Refusal:
    """400 for a body that is not JSON."""
    return _framework(
        400,
        "FST_ERR_CTP_INVALID_JSON_BODY",
        "Body is not valid JSON but content-type is set to 'application/json'",
    )


def empty_json() -> Refusal:
    """400 for an empty body with a JSON media type."""
    return _framework(
        400,
        "FST_ERR_CTP_EMPTY_JSON_BODY",
        "Body cannot be empty when content-type is set to 'application/json'",
    )


def wrong_length() -> Refusal:
    """400 for bytes that are not UTF-8: after decoding they do not have the declared length."""
    return _framework(400, "FST_ERR_CTP_INVALID_CONTENT_LENGTH", "Request body size did not match Content-Length")


def unsupported_media_type() -> Refusal:
    """415."""
    return _framework(415, "FST_ERR_CTP_INVALID_MEDIA_TYPE", "Unsupported Media Type")


def body_too_large() -> Refusal:
    """413."""
    return _framework(413, "FST_ERR_CTP_BODY_TOO_LARGE", "Request body is too large")


def not_allowed() -> Refusal:
    """403: no principal, because there is no bearer token."""
    return _application(403, "AUTHORIZATION", {"message": "principal is not allowed for this route"})


def unknown_key() -> Refusal:
    """401: a token in the format of an API key that belongs to no platform."""
    return _application(401, "AUTHENTICATION", {"message": "invalid api key"})


def invalid_token() -> Refusal:
    """401: a token that is neither an API key nor a session."""
    return _application(401, "INVALID_BEARER_TOKEN", {"message": "invalid access token or session expired"})


def external_id_taken(external_id: str) -> Refusal:
    """409: another project of the platform has this externalId."""
    return _application(409, "PROJECT_EXTERNAL_ID_ALREADY_EXISTS", {"externalId": external_id})


def unknown_project(project_id: str) -> Refusal:
    """404 for a project that does not exist."""
    return _application(404, "ENTITY_NOT_FOUND", {"entityId": project_id, "entityType": "project"})


def unknown_route() -> Refusal:
    """404 for an unknown path or method."""
    return Refusal(404, {"statusCode": 404, "error": _PHRASES[404], "message": "Route not found"})


def internal_error() -> Refusal:
    """500 with the service's message. Only faults use it."""
    return Refusal(500, {"statusCode": 500, "error": "Internal Server Error", "message": "Internal Server Error"})
