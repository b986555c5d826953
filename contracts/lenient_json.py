"""JSON as lenient parsers read it, so that whatever a service stores and returns can be read.

:mod:`contracts.json_text` has the strict parser, by which requests and responses are judged.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from contracts.json_text import ABSENT


def _any_integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 4_300 else float(digits)


class _LenientDecoder(json.JSONDecoder):
    """Asks for each integer only where one is longer than Python converts."""

    _PLAIN: Final = json.JSONDecoder()

    def raw_decode(self, s: str, idx: int = 0) -> tuple[Any, int]:
        try:
            return self._PLAIN.raw_decode(s, idx)
        except json.JSONDecodeError:
            raise
        except ValueError:
            return super().raw_decode(s, idx)


#: Parses integers of any length; those that Python refuses to convert become infinite.
DECODER: Final = _LenientDecoder(parse_int=_any_integer)


#: The maximum numbers of values, and of arrays and objects, of a text that is parsed leniently by several threads.
_MOST_VALUES, _MOST_CONTAINERS = 300_000, 100_000


def loads(data: bytes) -> Any:
    """Parse any JSON text: what is nested too deep for Python becomes null, very long integers become infinite.

    A service may store such values, and the list that shows them must stay readable.

    Raises:
        ValueError: The data is not JSON, or needs much more memory than a page of projects.
    """
    if data.count(b",") > _MOST_VALUES or data.count(b"{") + data.count(b"[") > _MOST_CONTAINERS:
        raise ValueError("too many values")
    text = data.decode(json.detect_encoding(data), "surrogatepass")
    try:
        return DECODER.decode(text)
    except RecursionError:
        return DECODER.decode(_without_depths(data).decode("utf-8", "replace"))


_STRING_OR_BRACKET: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]')
#: The number of levels of a too deep text that are parsed.
_KEPT: Final = 64


def _without_depths(data: bytes) -> bytes:
    pieces, depth, end = [], 0, 0
    for token in _STRING_OR_BRACKET.finditer(data):
        if token.group() in b"[{":
            depth += 1
            if depth == _KEPT + 1:
                pieces += [data[end : token.start()], b"null"]
        elif token.group() in b"]}":
            depth -= 1
            if depth == _KEPT:
                end = token.end()
    return b"".join([*pieces, data[end:]])


def value_of(data: bytes | None) -> Any:
    """The value of a JSON text; ABSENT if the data is not JSON."""
    try:
        return loads(data or b"")
    except (ValueError, RecursionError):
        return ABSENT


def object_of(data: bytes | None) -> dict[str, Any] | None:
    """The members of a JSON object; None if the data is not a JSON object."""
    value = value_of(data)
    return value if isinstance(value, dict) else None
