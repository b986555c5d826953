"""What tells one failure of a service from another: its message without the values, and the part of the request."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.exchange import Response

#: Members of an error response whose texts say what failed.
_TELLING: Final = ("code", "errorCode", "error", "message", "detail", "title", "reason")
#: Messages that say nothing: two failures with one of these may have different causes.
_SAYS_NOTHING: Final = re.compile(
    r"(?:an? |the )?(?:internal|unexpected|unknown|unhandled|server|bad|gateway|error|errors|exception|request|failed|"
    r"failure|occurred|something|went|wrong|oops|try|again|later|please|err|has|was|n|\W)*"
)
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|\u201c[^\u201d]*\u201d")
#: A word with a digit is a value: a number, an id, a time.
_VALUE: Final = re.compile(r"[\w.:+-]*\d[\w.:+-]*")
_LONGEST: Final = 60
#: A shorter text that was sent, and one of letters alone, may be a word of the message.
_SENT: Final = 4


def signature(response: Response, sent: Any) -> str:
    """The message of an error response without the values in it; empty where it says nothing.

    Args:
        response: a response with status 4xx or 5xx.
        sent: the parsed body of the request, whose texts are values too.
    """
    text = " ".join(dict.fromkeys(_messages(response.body)))
    for value in sorted(
        {t for t in json_text.texts(sent) if len(t) >= _SENT and not t.isalpha()}, key=len, reverse=True
    ):
        text = text.replace(value, " ")
    text = _VALUE.sub(" ", _QUOTED.sub(" ", text))
    words = re.findall(r"[a-z]+", text.lower())
    said = " ".join(words)[:_LONGEST].strip()
    return "" if _SAYS_NOTHING.fullmatch(said) else said


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
