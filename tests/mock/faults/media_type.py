"""The declared media type of a 201 response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mock.mistakes import Reply, replies
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_MEDIA_TYPE = "response.201.mediaType"


def _says(content_type: bytes | None) -> Reply:
    def change(call: Call) -> None:
        call.answer_header(b"content-type", content_type)

    return change


replies(breaks=_MEDIA_TYPE).each(
    says_text_plain=_says(b"text/plain; charset=utf-8"),
    says_text_html=_says(b"text/html; charset=utf-8"),
    says_text_json=_says(b"text/json"),
    says_octet_stream=_says(b"application/octet-stream"),
    says_problem_json=_says(b"application/problem+json"),
    says_a_media_type_that_only_begins_with_json=_says(b"application/jsonp; charset=utf-8"),
    says_nothing_about_the_media_type=_says(None),
    says_latin_1=_says(b"application/json; charset=iso-8859-1"),
)
replies(breaks=_MEDIA_TYPE, intermittent=True).each(says_text_html_now_and_then=_says(b"text/html"))

replies(breaks=_MEDIA_TYPE, when=lambda sent: bool(sent.get("metadata"))).each(
    says_text_plain_with_metadata=_says(b"text/plain"),
)
replies(breaks=_MEDIA_TYPE, when=lambda sent: "<" in sent["displayName"]).each(
    sniffs_html_from_markup=_says(b"text/html"),
)


@replies(breaks=_MEDIA_TYPE)
def says_two_media_types(call: Call) -> None:
    """Sends Content-Type twice, JSON and HTML."""
    call.answer_headers.append((b"content-type", b"text/html; charset=utf-8"))


@fault("serialised", breaks=_MEDIA_TYPE)
def lets_accept_choose_the_media_type(call: Call) -> None:
    """Calls the response text/plain where the client accepts anything."""
    if call.created and b"application/json" not in (call.header(b"accept") or b"*/*"):
        call.answer_header(b"content-type", b"text/plain")
