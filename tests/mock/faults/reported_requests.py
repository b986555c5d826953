"""Wrong handling of requests reported in public issue trackers; each fault names its report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.mock import refusals
from tests.mock.json_codec import dumps
from tests.mock.mistakes import accepts, authorizes, fails, refuse_with, refuses, when
from tests.mock.registry import fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.mock.call import Call
    from tests.mock.json_codec import Json

_JSON = "request.body.json"
_METADATA = "request.metadata.type"
_EMAIL = "request.alertReceiverEmail.pattern"
_SPECIAL = re.compile(r"[\"{}\[\]:,'()]")
_FEW = 12
_MANY_MARKS = 40


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(item)


def _jobs_as_written(call: Call) -> str:
    found = re.search(rb'"maxConcurrentJobs"\s*:\s*([-+0-9.eE]+)', call.body)
    return found[1].decode() if found else ""


def _refused(call: Call, pattern: str) -> None:
    if call.refusal is None and re.fullmatch(pattern, _jobs_as_written(call)):
        call.refusal = refusals.invalid_json()


authorizes().each(
    # https://github.com/lestrrat-go/jwx/pull/1859
    # it only removes the word
    accepts_the_key_without_a_space=lambda header, key: header == f"Bearer{key}",
    # https://github.com/adonisjs/auth/pull/255
    finds_the_scheme_behind_other_words=lambda header, key: header.split("Bearer ")[1:2] == [key],
)


# https://github.com/ioccc-src/mkiocccentry/pull/751
@fault("parsed", breaks=_JSON)
def refuses_an_exponent_behind_a_whole_number(call: Call) -> None:
    """Refuses a maxConcurrentJobs with an exponent after a whole number, as in 1e2."""
    _refused(call, r"-?\d+[eE][+-]?\d+")


# https://github.com/svaarala/duktape/issues/93
@fault("parsed", breaks=_JSON)
def refuses_a_plus_sign_in_an_exponent(call: Call) -> None:
    """Refuses a maxConcurrentJobs whose exponent has a plus sign."""
    _refused(call, r".*[eE]\+\d+")


# https://github.com/getsentry/sentry-ruby/pull/230
@fault("parsed", breaks=_JSON)
def refuses_zeros_before_an_exponent(call: Call) -> None:
    """Refuses a maxConcurrentJobs whose exponent begins with a zero."""
    _refused(call, r".*[eE][+-]?0\d+")


# https://github.com/typeorm/typeorm/issues/4674
@fails("metadata")
def fails_with_a_list_of_objects(value: Json) -> bool:
    """Fails with metadata that has a list of objects as a member."""
    return any(isinstance(item, list) and item and all(isinstance(i, dict) for i in item) for item in value.values())


refuses("displayName", breaks="request.displayName.pattern").each(
    # https://github.com/coreruleset/coreruleset/issues/4342
    # as a firewall does
    blocks_names_that_begin_with_select=lambda value: re.match(r"(?i)select\b", value) is not None,
)

refuses("metadata", breaks=_METADATA).each(
    # https://github.com/coreruleset/coreruleset/issues/2607
    # as a firewall does
    blocks_wildcards_before_a_solidus=lambda value: any(re.search(r"[*?`'][^/\n]+/", text) for text in _texts(value)),
    # https://github.com/coreruleset/coreruleset/issues/2636
    # as a firewall does
    blocks_words_behind_a_line_break=lambda value: any(re.search(r"\n[A-Z][a-z]", text) for text in _texts(value)),
)


# https://github.com/coreruleset/coreruleset/issues/2449
@refuses("metadata", breaks=_METADATA)
def blocks_json_in_texts(value: Json) -> bool:
    """Refuses metadata with a text that holds a JSON object of more than 12 signs, as a firewall does."""
    return any(text.startswith("{") and len(_SPECIAL.findall(text)) > _FEW for text in _texts(value))


refuses("alertReceiverEmail", breaks=_EMAIL).each(
    # https://github.com/ansman/validate.js/issues/87
    refuses_punycode_in_a_domain=lambda value: value is not None and re.search(r"[@.]xn--", value) is not None,
    # https://github.com/gbif/gbif-api/issues/20
    refuses_a_hyphen_in_a_domain=lambda value: value is not None and "-" in value.partition("@")[2],
)


# https://github.com/Warp-net/warpnet/pull/154
@fault("answering", breaks="response.201.id.unique")
def answers_an_equal_body_from_a_cache(call: Call) -> None:
    """Answers a body that it has seen with the project that it created then."""
    known: dict[str, Any] = call.service.memory.setdefault("bodies", {})
    call.answer = known.setdefault(call.body.hex(), call.answer)


# https://github.com/ratpack/ratpack/issues/852
@fault("received", breaks="service.time")
async def never_answers_a_client_that_waits(call: Call) -> None:
    """Never answers a request with the header Expect, for it waits for the client that waits for it."""
    if call.header(b"expect") is not None:
        await call.connection.gone()
        call.sent = True


fault("received", breaks="service.no_5xx").each(
    # https://github.com/zhangyachen/zhangyachen.github.io/issues/90 (lighttpd)
    fails_with_the_header_expect=when(
        lambda call: call.header(b"expect") is not None, refuse_with(refusals.internal_error)
    ),
)


# https://github.com/Portkey-AI/gateway/issues/1305
@fault("sending", breaks="service.answers")
async def says_a_length_and_sends_chunks(call: Call) -> None:
    """Says how long the response is, and sends it in chunks nevertheless."""
    if call.status == 201 and not call.sent:
        length = len(call.payload)
        head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
        head += "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        call.connection.write(head.encode() + f"{length:x}\r\n".encode() + call.payload + b"\r\n0\r\n\r\n")
        call.sent = True
        await call.connection.close()


# https://github.com/fastify/fast-json-stringify/pull/131
fails("metadata").each(fails_with_null_in_metadata=lambda value: None in value.values())


# https://github.com/spring-cloud/spring-cloud-gateway/issues/3154
@fault("received", breaks="service.time")
async def waits_for_white_space_that_it_took_away(call: Call) -> None:
    """Never answers a body with a line break between tokens, for it is shorter when it is passed on."""
    if b",\r\n" in call.body or b",\n" in call.body:
        await call.connection.gone()
        call.sent = True


# https://github.com/scylladb/seastar/issues/2768
@fault("received", breaks="service.connections")
async def takes_unread_chunks_for_the_next_request(call: Call) -> None:
    """Refuses a body in chunks by its head, leaves the chunks unread, and takes them for the next request."""
    unread: set[int] = call.service.memory.setdefault("unread", set())
    if call.connection.number in unread:
        call.connection.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        call.sent = True
        await call.connection.close()
    elif call.header(b"authorization") is None and call.header(b"transfer-encoding") is not None:
        unread.add(call.connection.number)


accepts("maxConcurrentJobs", breaks="request.maxConcurrentJobs.type").each(
    # https://github.com/Automattic/mongoose/pull/16471
    accepts_a_list_of_null_as_max_concurrent_jobs=lambda value: value == [None],
)


# https://github.com/Automattic/mongoose/pull/16471
@accepts("maxConcurrentJobs", breaks="request.maxConcurrentJobs.type")
def accepts_a_nested_list_as_max_concurrent_jobs(value: Json) -> bool:
    """Accepts a number in a list in a list as maxConcurrentJobs."""
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], list) and len(value[0]) == 1


# https://github.com/SpiderLabs/owasp-modsecurity-crs/issues/198
@refuses("metadata", breaks=_METADATA)
def blocks_many_quotation_marks(value: Json) -> bool:
    """Refuses metadata that is written with more than 40 quotation marks, as a firewall does."""
    text: bytes = dumps(value)
    return text.count(b'"') > _MANY_MARKS
