"""The code and the message of an error response, without the values in it: failures with the same one are alike."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.exchange import Response

#: Members of an error response that contain the message.
_TELLING: Final = ("code", "errorCode", "error", "message", "detail", "title", "reason")
#: Generic messages: two failures with one of these may have different causes.
_SAYS_NOTHING: Final = re.compile(
    r"(?:an? |the )?(?:internal|unexpected|unknown|unhandled|server|bad|gateway|error|errors|exception|request|failed|"
    r"failure|occurred|something|went|wrong|oops|try|again|later|please|err|has|was|n|\W)*"
)
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|\u201c[^\u201d]*\u201d")
#: A word with a digit, which is a value: a number, an id, a time.
_VALUE: Final = re.compile(r"[\w.:+-]*\d[\w.:+-]*")
#: Members of an error response that contain a code, and the form of codes with digits: 22P02, P2002, ORA-00942, 1366.
#: Longer ones may be ids of requests.
_CODES: Final = ("code", "errorCode", "error_code", "errno", "sqlState", "sqlstate")
_CODE: Final = re.compile(r"[A-Z]{1,6}[-_]?\d{1,6}|\d{2,5}|(?=[0-9A-Z]*\d)[0-9A-Z]{5}")
_LONGEST: Final = 60
#: Shorter texts that were sent, and texts of letters only, may be words of the message.
_SENT: Final = 4


def message_without_values(response: Response, sent: Any) -> str:
    """The code and the message of an error response without values; empty for a generic message.

    A code alone is not enough: services have one for all unexpected errors.

    Args:
        response: A response with status 4xx or 5xx.
        sent: The parsed body of the request, whose texts are also values.
    """
    said = words_of_message(response, sent)[:_LONGEST].strip()
    return " ".join([*_codes(response), said]) if said else ""


def words_of_message(response: Response, sent: Any) -> str:
    """All words of the message of an error response, without values; empty for a generic message.

    Args:
        response: A response with status 4xx or 5xx.
        sent: The parsed body of the request, whose texts are also values.
    """
    text = " ".join(dict.fromkeys(_messages(response.body)))
    values = {t for t in json_text.texts(sent) if len(t) >= _SENT and not t.strip().isalpha() and t in text}
    for value in sorted(values, key=len, reverse=True):
        # A value in the middle of a word does not count: it may be there by chance.
        before, behind = (r"\b" if char.isalnum() else "" for char in (value[0], value[-1]))
        text = re.sub(before + re.escape(value) + behind, " ", text)
    text = _VALUE.sub(" ", _QUOTED.sub(" ", text))
    words = re.findall(r"[a-z]+", text.lower())
    said = " ".join(words)
    return "" if _SAYS_NOTHING.fullmatch(said[:_LONGEST].strip()) else said


def code_of(cause: str) -> str:
    """The status and the code at the start of a cause; empty if it has no code."""
    status, _, rest = cause.partition(" ")
    code = rest.partition(" ")[0]
    return f"{status} {code}" if _CODE.fullmatch(code) else ""


def _codes(response: Response) -> list[str]:
    """The first code with digits other than the status."""
    try:
        value = json.loads(response.body[:4_000])
    except (ValueError, RecursionError):
        return []
    nodes = (node for node in json_text.nodes(value) if isinstance(node, dict))
    held = [str(node[name]) for node in nodes for name in _CODES if name in node]
    return [code for code in held if _CODE.fullmatch(code) and code != str(response.status)][:1]


def _messages(body: bytes) -> Iterator[str]:
    text = body[:4_000].decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        yield re.sub(r"<[^>]*>", " ", text)[:200]
        return
    for node in json_text.nodes(value):
        if isinstance(node, dict):
            yield from (node[name] for name in _TELLING if isinstance(node.get(name), str))
        elif isinstance(value, str):
            yield value
