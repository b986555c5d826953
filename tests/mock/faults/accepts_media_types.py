"""Accepted media types other than application/json, and refused spellings of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from tests.mock import refusals
from tests.mock.creation import parse_json
from tests.mock.mistakes import when
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_CLAUSE = "request.mediaType"


def _announced(call: Call) -> bytes:
    return (call.header(b"content-type") or b"").lower()


def _as_json(call: Call) -> None:
    """Reads the body as JSON, whatever its media type; a body that is no JSON stays refused."""
    if not call.body or _announced(call).split(b";")[0].strip() == b"application/json":
        return
    before, value = call.refusal, call.value
    call.refusal = None
    parse_json(call)
    if call.refusal is not None or not isinstance(call.value, dict):
        call.refusal, call.value = before, value


@fault("parsed", breaks=_CLAUSE)
def accepts_forms(call: Call) -> None:
    """Creates a project from a form."""
    if _announced(call).startswith(b"application/x-www-form-urlencoded"):
        fields = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        if "displayName" in fields:
            call.refusal, call.value = None, {"displayName": fields["displayName"]}


@fault("parsed", breaks=_CLAUSE)
def accepts_multipart_forms(call: Call) -> None:
    """Creates a project from a multipart form."""
    if _announced(call).startswith(b"multipart/form-data") and b'name="displayName"' in call.body:
        part = call.body.partition(b'name="displayName"')[2].partition(b"\r\n\r\n")[2].partition(b"\r\n")[0]
        call.refusal, call.value = None, {"displayName": part.decode("utf-8", "replace") or "form"}


def _unsupported(call: Call) -> None:
    call.refusal = refusals.unsupported_media_type()


@fault("parsed", breaks=_CLAUSE)
def refuses_a_charset_in_upper_case(call: Call) -> None:
    """Refuses charset=UTF-8 and takes charset=utf-8."""
    value = call.header(b"content-type") or b""
    if call.refusal is None and b"UTF-8" in value:
        _unsupported(call)


fault("parsed", breaks=_CLAUSE).each(
    ignores_the_media_type=_as_json,
    accepts_text_plain=when(lambda call: _announced(call).startswith(b"text/plain"), _as_json),
    accepts_text_json=when(lambda call: _announced(call).startswith(b"text/json"), _as_json),
    compares_only_the_start_of_the_media_type=when(
        lambda call: _announced(call).startswith(b"application/json"), _as_json
    ),
    looks_for_the_word_json=when(lambda call: b"json" in _announced(call), _as_json),
    accepts_octet_streams=when(lambda call: _announced(call).startswith(b"application/octet-stream"), _as_json),
    # as curl -d sends it
    accepts_json_announced_as_a_form=when(
        lambda call: _announced(call).startswith(b"application/x-www-form-urlencoded"), _as_json
    ),
    accepts_xml_that_is_json=when(
        lambda call: _announced(call).split(b";")[0].strip() in (b"application/xml", b"text/xml"), _as_json
    ),
    refuses_a_charset=when(lambda call: b"charset" in _announced(call) and call.refusal is None, _unsupported),
    refuses_a_charset_without_a_space=when(
        lambda call: call.refusal is None and _announced(call).startswith(b"application/json;charset"), _unsupported
    ),
)
