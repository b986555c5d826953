"""Checks of error responses: JSON, no internals of the server, no token."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from contracts import json_text
from contracts.checks.check import covers
from contracts.checks.quoting import shown
from contracts.exchange import VALID_AUTHORIZATION, media_type
from contracts.expectation import NOT_UTF8
from contracts.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.checks.context import Context
    from contracts.exchange import Response

_LEAKS: Final = {
    "stack trace": (
        r"\bat (?:async )?[\w$.<>\[\] ]{1,80} ?\((?:file://|node:|/|[A-Za-z]:\\)[^)\s]{1,200}:\d+(?::\d+)?\)",
        r"\bat (?:file://|node:)\S{1,200}:\d+:\d+",
        r"\bat /\S{1,200}\.[cm]?[jt]s:\d+(?::\d+)?",
        r"Traceback \(most recent call last\)",
        r"File \"[^\"]{1,200}\", line \d+",
        r"\bat [\w$.]{1,120}\([\w$]{1,60}\.(?:java|kt|scala|groovy):\d+\)",
        # Not after a scheme, where it is a host and its port.
        r"(?<![\w./:-])[\w./-]{1,120}\.(?:go|rb|php|cs|rs):\d+\b",
        r"goroutine \d+ \[",
        r"\bCaused by: (?:\w+\.)+\w+(?:Exception|Error)\b",
        r"\*\* \((?:\w+\.)*\w*Error\)",
        r"\bwebpack(?:-internal)?:///",
    ),
    "SQL": (
        r"\bSELECT\b.{1,200}\bFROM\b",
        r"\bINSERT\s+INTO\s+[\"\w`.]+",
        r"\bUPDATE\s+[\"\w`.]+\s+SET\b",
        r"\bDELETE\s+FROM\s+[\"\w`.]+",
        r"\bQueryFailedError\b",
        r"\bSQLSTATE\b",
        r"\bORA-\d{5}\b",
        r"duplicate key value violates unique constraint",
        r"violates (?:not-null|foreign key|check|unique) constraint",
        r"invalid input syntax for type \w+",
        r"syntax error at or near",
        r"relation \\?\"[\w.]+\\?\" does not exist",
        r"UNIQUE constraint failed: \w+",
        r"Duplicate entry .{1,200} for key",
        r"E11000 duplicate key",
        r"You have an error in your SQL syntax",
        r"value too long for type character",
        r"value \"[^\"]{1,100}\" is out of range for type \w+",
        r"invalid byte sequence for encoding \"\w+\"",
        r"index row (?:size|requires) \d+",
        r"Data too long for column '",
        r"Out of range value for column '",
        r"Incorrect (?:string|integer|decimal) value: '",
        r"\bSQLITE_[A-Z]+\b",
        r"\bInvalid `prisma\.",
        r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|amqp)(?:\+\w+)?://[^\s/@\"']+@",
    ),
    "file path": (
        r"(?:^|[\s\"'(=:])(?:file://)?/(?:usr|home|root|var|etc|Users|node_modules)/[\w.@+-]+[\w./@+-]*",
        # Such a word may also begin a JSON pointer: only a path that ends with a file name counts.
        r"(?:^|[\s\"'(=:])(?:file://)?/(?:opt|app|srv|tmp|workspace|code|src|build)/[\w./@+-]*\w\.[a-z]{1,5}\b",
        r"\b[A-Za-z]:\\{1,2}(?:[\w .-]+\\{1,2})+[\w .-]+",
        r"\bnode_modules/[\w@./-]+",
    ),
}
_PATTERNS = {
    kind: re.compile("|".join(f"(?:{source})" for source in sources), re.DOTALL) for kind, sources in _LEAKS.items()
}
#: The rest of a path: what looks like a file may be the requested URL.
_PATH = re.compile(r"[\w./@+-]*")


def _is_refusal(context: Context) -> bool:
    return context.response is not None and 400 <= context.status < 500


def _says_json(response: Response) -> bool:
    return media_type(response.header("Content-Type")).endswith(("/json", "+json"))


def _refusals(context: Context) -> Iterator[str]:
    if context.response is not None and _is_refusal(context):
        yield "advisory.error_media_type"
        if _says_json(context.response):
            yield "service.error_is_json"


@covers("service.error_is_json", "advisory.error_media_type", count=_refusals)
def refusal_is_json(context: Context) -> Iterator[Finding]:
    """service.error_is_json: a 4xx with a JSON Content-Type is JSON; advisory.error_media_type: it has such a type."""
    response = context.response
    if response is None or not 400 <= context.status < 500 or not response.body or response.cut:
        return
    essence = media_type(response.header("Content-Type"))
    start = f"{essence or 'no Content-Type'}: {shown(response.body[:60].decode('utf-8', 'backslashreplace'))}"
    if not _says_json(response):
        yield Finding("advisory.error_media_type", "media type", "a JSON media type", start, "Content-Type")
    elif isinstance(context.parsed, ValueError):
        yield Finding("service.error_is_json", "body", "a JSON body", start)


@covers("service.error_leaks_nothing", count=lambda c: ("service.error_leaks_nothing",) if _is_refusal(c) else ())
def leaks_nothing(context: Context) -> Iterator[Finding]:
    """service.error_leaks_nothing: no stack trace, SQL, server path or data of another request, unless it was sent."""
    response = context.response
    if response is None or context.status < 400:
        return
    foreign = context.foreign_name(response.body.decode("utf-8", "replace"))
    if foreign and context.sent:  # the names in a body that could not be parsed are unknown
        yield Finding("service.error_leaks_nothing", "another request", "a refusal without what others sent", foreign)
        return
    for text in _said(context):
        for kind, found, whole in _leaks(text):
            if not _was_sent(found, context) and not whole.endswith(context.exchange.case.path):
                yield Finding("service.error_leaks_nothing", kind, f"a refusal without {kind}", shown(found, 120))
                return


@lru_cache(maxsize=1_024)  # messages repeat
def _leaks(text: str) -> tuple[tuple[str, str, str], ...]:
    """Internals of a server in a text: their kind, the match, and the match with the rest of its path."""
    return tuple(
        (kind, match.group().strip(" \"'(=:"), match.group() + _PATH.findall(text, match.end())[0])
        for kind, pattern in _PATTERNS.items()
        for match in pattern.finditer(text)
    )


def _said(context: Context) -> list[str]:
    """The strings of the response: decoded from JSON, otherwise the text; and headers that describe errors."""
    response = context.response
    if response is None:
        return []
    whole = response.body[:200_000].decode("utf-8", "replace")
    in_headers = [value for name, value in response.headers if name.lower().startswith("x-")]
    if isinstance(context.parsed, ValueError):
        return [whole, *in_headers]
    return [*json_text.texts(context.parsed.value), *in_headers]


def _was_sent(found: str, context: Context) -> bool:
    case = context.exchange.case
    raw = (case.body or b"").decode("utf-8", "replace")
    if found in raw or found in case.path:
        return True
    return any(found in text for text in json_text.texts(context.sent))


def _presented_tokens(context: Context) -> Iterator[str]:
    if context.response is not None:
        yield "service.token_not_repeated"
        if _is_refusal(context) and _presented(context):
            yield "advisory.token"


@covers("service.token_not_repeated", "advisory.token", count=_presented_tokens)
def token_not_repeated(context: Context) -> Iterator[Finding]:
    """service.token_not_repeated: no response contains the key; advisory.token: none contains a wrong token."""
    response = context.response
    if response is None:
        return
    presented = _presented(context)
    if context.holds_no_key and not presented:
        return
    places = [("the body", response.body)]
    places += [(f"the header {name}", value.encode("utf-8", "replace")) for name, value in response.headers]
    for place, data in places:
        # The header may contain the right key in a wrong position: repeating that discloses nothing.
        rest = data
        for text in presented:
            rest = rest.replace(text, b"")
        if context.secrets.appears_in(rest):
            yield Finding("service.token_not_repeated", "key", "a response without the key", f"the key in {place}")
            return
        if rest != data:
            yield Finding("advisory.token", "token", "a response without the token", f"the token in {place}")
            return


def _presented(context: Context) -> list[bytes]:
    """The wrong credentials of a request: the header, what follows its scheme, and its words; the longest first."""
    value = context.exchange.case.header("Authorization")
    if value is None or value == VALID_AUTHORIZATION:
        return []
    whole = context.secrets.resolve(value)
    parts = dict.fromkeys([whole, whole.partition(" ")[2], *sorted(whole.split(), key=len, reverse=True)])
    # Shorter ones may be ordinary words.
    return [text.encode("utf-8", "replace") for text in parts if len(text) >= 12]


def _refused_for(context: Context, clause: str, header: str, *, sent: bool) -> bool:
    """Whether a request that breaks only ``clause``, with or without ``header`` as ``sent`` says, was refused."""
    expectation = context.expectation
    return (
        _is_refusal(context)
        and expectation.isolated
        and expectation.violations[0].clause == clause
        and (context.exchange.case.header(header) is not None) is sent
    )


def _without_credentials(context: Context) -> tuple[str, ...]:
    asked = _refused_for(context, "authorization.required", "Authorization", sent=False)
    return ("advisory.challenge",) if asked else ()


@covers("advisory.challenge", count=_without_credentials)
def challenge(context: Context) -> Iterator[Finding]:
    """advisory.challenge: a request without credentials is answered 401 with WWW-Authenticate."""
    if context.response is None or not _without_credentials(context):
        return
    if context.status != 401 or context.response.header("WWW-Authenticate") is None:
        received = f"{context.status} without a challenge"
        yield Finding("advisory.challenge", "challenge", "401 with WWW-Authenticate", received)


def _other_media_types(context: Context) -> tuple[str, ...]:
    asked = _refused_for(context, "request.mediaType", "Content-Type", sent=True)
    return ("advisory.unsupported_media_type",) if asked else ()


@covers("advisory.unsupported_media_type", count=_other_media_types)
def unsupported_media_type(context: Context) -> Iterator[Finding]:
    """advisory.unsupported_media_type: a body of another media type is answered 415."""
    if _other_media_types(context) and context.status != 415:
        yield Finding("advisory.unsupported_media_type", "status", "415", str(context.status))


def _not_utf8(context: Context) -> tuple[str, ...]:
    return ("advisory.encoding",) if NOT_UTF8 in context.expectation.why and 200 <= context.status < 500 else ()


@covers("advisory.encoding", count=_not_utf8)
def encoding(context: Context) -> Iterator[Finding]:
    """advisory.encoding: a body that is not UTF-8 is refused."""
    if NOT_UTF8 in context.expectation.why and 200 <= context.status < 300:
        yield Finding("advisory.encoding", "accepted", "a 4xx: the body is not UTF-8", str(context.status))
