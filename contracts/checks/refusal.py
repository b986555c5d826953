"""Is a refusal fit to be seen: JSON, without the inside of the server, without the token?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from contracts import json_text
from contracts.checks.context import Context, shown
from contracts.exchange import VALID_AUTHORIZATION
from contracts.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAKS: Final = {
    "stack trace": (
        r"\bat (?:async )?[\w$.<>\[\] ]{1,80} ?\((?:file://|node:|/|[A-Za-z]:\\)[^)\s]{1,200}:\d+(?::\d+)?\)",
        r"\bat (?:file://|node:)\S{1,200}:\d+:\d+",
        r"\bat /\S{1,200}\.[cm]?[jt]s:\d+(?::\d+)?",
        r"Traceback \(most recent call last\)",
        r"File \"[^\"]{1,200}\", line \d+",
        r"\bat [\w$.]{1,120}\([\w$]{1,60}\.(?:java|kt|scala|groovy):\d+\)",
        # Not behind a scheme: there it is a host and its port.
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
        r"\bInvalid `prisma\.",
        r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|amqp)(?:\+\w+)?://[^\s/@\"']+@",
    ),
    "file path": (
        r"(?:^|[\s\"'(=:])(?:file://)?/(?:usr|home|root|var|etc|Users|node_modules)/[\w.@+-]+[\w./@+-]*",
        # Such a word may begin a JSON pointer too: only a path that ends in a file counts.
        r"(?:^|[\s\"'(=:])(?:file://)?/(?:opt|app|srv|tmp|workspace|code|src|build)/[\w./@+-]*\w\.[a-z]{1,5}\b",
        r"\b[A-Za-z]:\\{1,2}(?:[\w .-]+\\{1,2})+[\w .-]+",
        r"\bnode_modules/[\w@./-]+",
    ),
}
_PATTERNS = {
    kind: re.compile("|".join(f"(?:{source})" for source in sources), re.DOTALL) for kind, sources in _LEAKS.items()
}
#: What a path goes on with: what looks like a file may be the URL that was asked for.
_PATH = re.compile(r"[\w./@+-]*")


def refusal_is_json(context: Context) -> Iterator[Finding]:
    """service.error_is_json: a 4xx with a body names a JSON media type and holds JSON."""
    response = context.response
    if response is None or not 400 <= context.status < 500 or not response.body or response.cut:
        return
    essence = (response.header("Content-Type") or "").partition(";")[0].strip().lower()
    if isinstance(context.parsed, ValueError):
        start = response.body[:60].decode("utf-8", "backslashreplace")
        yield Finding("service.error_is_json", "body", "a JSON body", f"{essence or 'no media type'}: {shown(start)}")
    elif not (essence.endswith(("/json", "+json"))):
        yield Finding(
            "service.error_is_json", "media type", "a JSON media type", essence or "no Content-Type", "Content-Type"
        )


def leaks_nothing(context: Context) -> Iterator[Finding]:
    """service.error_leaks_nothing: no stack trace, SQL, server path or other request, unless it was sent."""
    response = context.response
    if response is None or context.status < 400:
        return
    foreign = context.foreign_name(response.body.decode("utf-8", "replace"))
    if foreign and context.sent:  # of a body that is not understood nobody knows what it holds
        yield Finding("service.error_leaks_nothing", "another request", "a refusal without what others sent", foreign)
        return
    for text in _said(context):
        for kind, found, whole in _leaks(text):
            if not _was_sent(found, context) and not whole.endswith(context.exchange.case.path):
                yield Finding("service.error_leaks_nothing", kind, f"a refusal without {kind}", shown(found, 120))
                return


@lru_cache(maxsize=1_024)  # a service says the same things again and again
def _leaks(text: str) -> tuple[tuple[str, str, str], ...]:
    """What looks like the inside of a server: its kind, itself, and itself with what a path goes on with."""
    return tuple(
        (kind, match.group().strip(" \"'(=:"), match.group() + _PATH.findall(text, match.end())[0])
        for kind, pattern in _PATTERNS.items()
        for match in pattern.finditer(text)
    )


def _said(context: Context) -> list[str]:
    """The strings of the answer: decoded where it is JSON, as it is where not; headers that tell of errors."""
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


def token_not_repeated(context: Context) -> Iterator[Finding]:
    """service.token_not_repeated: neither the key nor a presented token stands in an answer."""
    response = context.response
    if response is None:
        return
    presented = _presented_token(context)
    places = [("the body", response.body)]
    places += [(f"the header {name}", value.encode("utf-8", "replace")) for name, value in response.headers]
    for place, data in places:
        if context.secrets.appears_in(data):
            yield Finding("service.token_not_repeated", "key", "an answer without the key", f"the key in {place}")
            return
        if presented and presented in data:
            yield Finding("service.token_not_repeated", "token", "an answer without the token", f"it stands in {place}")
            return


def _presented_token(context: Context) -> bytes | None:
    """The token of a refused request, where it is long enough to be told from a word."""
    value = context.exchange.case.header("Authorization")
    if value is None or value == VALID_AUTHORIZATION:
        return None
    token = context.secrets.resolve(value).rpartition(" ")[2]
    return token.encode("utf-8", "replace") if len(token) >= 12 else None


def advice(context: Context) -> Iterator[Finding]:
    """advisory.*: what RFC 9110 recommends and the page does not ask for."""
    response = context.response
    if response is None or not 400 <= context.status < 500 or not context.expectation.isolated:
        return
    clause = context.expectation.violations[0].clause
    case = context.exchange.case
    if clause == "authorization.required" and case.header("Authorization") is None:
        if context.status != 401 or response.header("WWW-Authenticate") is None:
            yield Finding(
                "advisory.challenge", "challenge", "401 with WWW-Authenticate", f"{context.status} without a challenge"
            )
    elif clause == "request.mediaType" and case.header("Content-Type") is not None and context.status != 415:
        yield Finding("advisory.unsupported_media_type", "status", "415", str(context.status))
