"""Error responses that are not JSON, as from proxies and many frameworks, or that repeat the token."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.mock.mistakes import its_turn
from tests.mock.registry import variant

if TYPE_CHECKING:
    from tests.mock.call import Call


def _refused(call: Call, *statuses: int) -> bool:
    return call.route == "create" and call.status >= 400 and (not statuses or call.status in statuses)


def _html(call: Call) -> None:
    call.answer_header(b"content-type", b"text/html; charset=utf-8")
    call.replace_payload(b"<html><head><title>Error</title></head><body><h1>Bad Request</h1></body></html>")


@variant("serialised")
def refuses_in_html(call: Call) -> None:
    """Writes refusals as HTML."""
    if _refused(call):
        _html(call)


@variant("serialised")
def refuses_media_types_in_html(call: Call) -> None:
    """Writes the refusal of a media type as HTML."""
    if _refused(call, 415):
        _html(call)


@variant("serialised")
def refuses_authorization_in_plain_text(call: Call) -> None:
    """Answers 401 and 403 in plain text."""
    if _refused(call, 401, 403):
        call.answer_header(b"content-type", b"text/plain")
        call.replace_payload(b"Unauthorized")


@variant("serialised")
def refuses_malformed_json_in_plain_text(call: Call) -> None:
    """Refuses a body that is no JSON in plain text."""
    if _refused(call, 400) and b"CTP_INVALID_JSON" in call.payload:
        call.answer_header(b"content-type", b"text/plain")
        call.replace_payload(b"Unexpected end of JSON input")


@variant("serialised")
def refuses_without_a_media_type(call: Call) -> None:
    """Leaves Content-Type out of refusals."""
    if _refused(call):
        call.answer_header(b"content-type", None)


@variant("serialised")
def refuses_in_html_now_and_then(call: Call) -> None:
    """Writes some refusals as HTML."""
    if _refused(call) and its_turn(call):
        _html(call)


@variant("refusing")
def repeats_a_wrong_token(call: Call) -> None:
    """Repeats the presented token in the message of a 401."""
    if call.refusal is not None and call.refusal.status == 401:
        call.refusal.body["params"] = {"message": f"invalid token {re.sub(r'^[A-Za-z]+ +', '', call.authorization)}"}


@variant("refusing")
def repeats_the_header_of_another_scheme(call: Call) -> None:
    """Repeats the Authorization header in a 403."""
    if call.refusal is not None and call.refusal.status == 403 and call.authorization:
        call.refusal.body["params"] = {"message": f"cannot read '{call.authorization}'"}


@variant("refusing")
def repeats_the_start_of_the_body(call: Call) -> None:
    """Repeats the first 400 bytes of the body in each refusal, as parsers and validators do."""
    if call.refusal is not None and call.route == "create":
        call.refusal.body["params"] = {"input": call.body[:400].decode("utf-8", "replace")}


@variant("serialised")
def refuses_without_a_body(call: Call) -> None:
    """Refuses with a status and nothing else."""
    if _refused(call):
        call.answer_header(b"content-type", None)
        call.replace_payload(b"")
