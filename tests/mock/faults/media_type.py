"""The declared media type of a 201 response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mock.mistakes import replies
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_MEDIA_TYPE = "response.201.mediaType"


def _say(call: Call, content_type: bytes) -> None:
    call.answer_header(b"content-type", content_type)


@replies(breaks=_MEDIA_TYPE)
def says_text_plain(call: Call) -> None:
    """Calls the response text/plain."""
    _say(call, b"text/plain; charset=utf-8")


@replies(breaks=_MEDIA_TYPE)
def says_text_html(call: Call) -> None:
    """Calls the response text/html."""
    _say(call, b"text/html; charset=utf-8")


@replies(breaks=_MEDIA_TYPE)
def says_text_json(call: Call) -> None:
    """Calls the response text/json."""
    _say(call, b"text/json")


@replies(breaks=_MEDIA_TYPE)
def says_octet_stream(call: Call) -> None:
    """Calls the response application/octet-stream."""
    _say(call, b"application/octet-stream")


@replies(breaks=_MEDIA_TYPE)
def says_problem_json(call: Call) -> None:
    """Calls a created project application/problem+json."""
    _say(call, b"application/problem+json")


@replies(breaks=_MEDIA_TYPE)
def says_a_media_type_that_only_begins_with_json(call: Call) -> None:
    """Calls the response application/jsonp."""
    _say(call, b"application/jsonp; charset=utf-8")


@replies(breaks=_MEDIA_TYPE)
def says_nothing_about_the_media_type(call: Call) -> None:
    """Leaves Content-Type out."""
    call.answer_header(b"content-type", None)


@replies(breaks=_MEDIA_TYPE)
def says_two_media_types(call: Call) -> None:
    """Sends Content-Type twice, JSON and HTML."""
    call.answer_headers.append((b"content-type", b"text/html; charset=utf-8"))


@replies(breaks=_MEDIA_TYPE)
def says_latin_1(call: Call) -> None:
    """Announces charset=iso-8859-1."""
    _say(call, b"application/json; charset=iso-8859-1")


@replies(breaks=_MEDIA_TYPE, when=lambda sent: bool(sent.get("metadata")))
def says_text_plain_with_metadata(call: Call) -> None:
    """Calls the response text/plain where it repeats metadata."""
    _say(call, b"text/plain")


@replies(breaks=_MEDIA_TYPE, when=lambda sent: "<" in sent["displayName"])
def sniffs_html_from_markup(call: Call) -> None:
    """Calls the response text/html where the displayName holds markup."""
    _say(call, b"text/html")


@replies(breaks=_MEDIA_TYPE, intermittent=True)
def says_text_html_now_and_then(call: Call) -> None:
    """Calls some answers text/html."""
    _say(call, b"text/html")


@fault("serialised", breaks=_MEDIA_TYPE)
def lets_accept_choose_the_media_type(call: Call) -> None:
    """Calls the response text/plain where the client accepts anything."""
    if call.created and b"application/json" not in (call.header(b"accept") or b"*/*"):
        _say(call, b"text/plain")
