"""Accepted media types other than application/json, and refused spellings of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from tests.mock import refusals
from tests.mock.creation import parse_json
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
def ignores_the_media_type(call: Call) -> None:
    """Reads every body as JSON."""
    _as_json(call)


@fault("parsed", breaks=_CLAUSE)
def accepts_text_plain(call: Call) -> None:
    """Reads text/plain as JSON."""
    if _announced(call).startswith(b"text/plain"):
        _as_json(call)


@fault("parsed", breaks=_CLAUSE)
def accepts_text_json(call: Call) -> None:
    """Reads text/json as JSON."""
    if _announced(call).startswith(b"text/json"):
        _as_json(call)


@fault("parsed", breaks=_CLAUSE)
def compares_only_the_start_of_the_media_type(call: Call) -> None:
    """Reads every media type that begins with application/json as JSON, application/jsonx too."""
    if _announced(call).startswith(b"application/json"):
        _as_json(call)


@fault("parsed", breaks=_CLAUSE)
def looks_for_the_word_json(call: Call) -> None:
    """Reads every media type that holds the word json as JSON."""
    if b"json" in _announced(call):
        _as_json(call)


@fault("parsed", breaks=_CLAUSE)
def accepts_octet_streams(call: Call) -> None:
    """Reads application/octet-stream as JSON."""
    if _announced(call).startswith(b"application/octet-stream"):
        _as_json(call)


@fault("parsed", breaks=_CLAUSE)
def accepts_json_announced_as_a_form(call: Call) -> None:
    """Reads a form as JSON where it is JSON, as curl -d sends it."""
    if _announced(call).startswith(b"application/x-www-form-urlencoded"):
        _as_json(call)


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


@fault("parsed", breaks=_CLAUSE)
def accepts_xml_that_is_json(call: Call) -> None:
    """Reads application/xml and text/xml as JSON."""
    if _announced(call).split(b";")[0].strip() in (b"application/xml", b"text/xml"):
        _as_json(call)


def _unsupported(call: Call) -> None:
    call.refusal = refusals.unsupported_media_type()


@fault("parsed", breaks=_CLAUSE)
def refuses_a_charset(call: Call) -> None:
    """Refuses application/json with a charset."""
    if b"charset" in _announced(call) and call.refusal is None:
        _unsupported(call)


@fault("parsed", breaks=_CLAUSE)
def refuses_a_charset_in_upper_case(call: Call) -> None:
    """Refuses charset=UTF-8 and takes charset=utf-8."""
    value = call.header(b"content-type") or b""
    if call.refusal is None and b"UTF-8" in value:
        _unsupported(call)


@fault("parsed", breaks=_CLAUSE)
def refuses_a_charset_without_a_space(call: Call) -> None:
    """Refuses application/json;charset=utf-8 because there is no space."""
    if call.refusal is None and _announced(call).startswith(b"application/json;charset"):
        _unsupported(call)
