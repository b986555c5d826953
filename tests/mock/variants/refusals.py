"""Refusals in other formats, with other statuses, in another order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mock.creation import authorize
from tests.mock.refusals import Refusal, body_too_large, invalid_json
from tests.mock.registry import variant, variant_setup

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.service import Service


@variant("refusing")
def problem_json(call: Call) -> None:
    """Refuses with application/problem+json (RFC 9457)."""
    if call.refusal is not None:
        body = {"type": "about:blank", "title": "The request was refused", "status": call.refusal.status}
        call.refusal = Refusal(call.refusal.status, body, "application/problem+json")


@variant("refusing")
def problem_json_with_instance(call: Call) -> None:
    """Refuses with application/problem+json whose instance is the URL of the request, with a port."""
    if call.refusal is not None:
        url = f"http://projects.example.rs:8080{call.path}"
        body = {"type": "about:blank", "title": "Refused", "status": call.refusal.status, "instance": url}
        call.refusal = Refusal(call.refusal.status, body, "application/problem+json")


@variant("refusing")
def plain_error(call: Call) -> None:
    """Refuses with {"error": ...} and nothing else."""
    if call.refusal is not None:
        call.refusal = Refusal(call.refusal.status, {"error": "the request was refused"}, "application/json")


@variant("refusing")
def unprocessable_422(call: Call) -> None:
    """Answers 422 where others answer 400."""
    if call.refusal is not None and call.refusal.status == 400:
        call.refusal.status = 422
        call.refusal.body["statusCode"] = 422


@variant("refusing")
def method_404_as_405(call: Call) -> None:
    """Answers 405 with Allow where a method is unknown."""
    known = {call.service.collection: "GET, POST"}
    allowed = known.get(call.path)
    if call.refusal is not None and call.route == "unknown" and allowed is not None:
        body = {"statusCode": 405, "error": "Method Not Allowed", "message": "Method Not Allowed"}
        call.refusal = Refusal(405, body, headers=[(b"allow", allowed.encode())])


@variant("refusing")
def forbidden_as_401(call: Call) -> None:
    """Answers 401 with WWW-Authenticate where others answer 403."""
    if call.refusal is not None and call.refusal.status in (401, 403):
        call.refusal.status = 401
        call.refusal.headers = [(b"www-authenticate", b'Bearer realm="api"')]


@variant("received")
def auth_before_validation(call: Call) -> None:
    """Looks at the key before it looks at the body."""
    call.refusal = authorize(call)


@variant("received")
def limits_guesses_of_the_key(call: Call) -> None:
    """Answers 429 with Retry-After to a key that is not its own, right or wrong otherwise."""
    if call.authorization and authorize(call) is not None:
        body = {"statusCode": 429, "error": "Too Many Requests", "message": "Too many failed attempts"}
        call.refusal = Refusal(429, body, headers=[(b"retry-after", b"1")])


@variant_setup
def external_id_not_unique(service: Service) -> None:
    """Lets several projects have one externalId."""
    service.unique_external_ids = False


@variant("routed")
def no_list_or_delete(call: Call) -> None:
    """Has no other operation than the creation: 405 for the rest."""
    if call.route in ("list", "read", "update", "delete"):
        body = {"statusCode": 405, "error": "Method Not Allowed", "message": "Method Not Allowed"}
        call.refusal = Refusal(405, body, headers=[(b"allow", b"POST")])


@variant("routed")
def no_read_of_one_project(call: Call) -> None:
    """Has no operation that reads one project: the 404 of its router repeats the path."""
    if call.route == "read":
        body = {"statusCode": 404, "error": "Not Found", "message": f"Route {call.method}:{call.path} not found"}
        call.refusal = Refusal(404, body)


@variant("received")
def refuses_bodies_beyond_100_kb(call: Call) -> None:
    """Refuses a body of more than 100 kB (102,400 bytes) with 413, as Express does."""
    if len(call.body) > 100 * 1024:
        call.refusal = body_too_large()


@variant("authorized")
def lower_case_scheme_accepted(call: Call) -> None:
    """Takes the scheme in any case (RFC 9110, section 11.1)."""
    scheme, _, token = call.authorization.partition(" ")
    if scheme.lower() == "bearer" and token == call.service.key:
        call.refusal = None


@variant("parsed")
def refuses_a_byte_order_mark(call: Call) -> None:
    """Refuses a byte order mark, as RFC 8259 permits."""
    if call.body.startswith(b"\xef\xbb\xbf") and call.refusal is None:
        call.refusal = invalid_json()
