"""JSON as the service parses and serialises it: numbers are doubles, the last of two equal keys wins."""

from __future__ import annotations

import json
import math
import re
from typing import Any

Json = Any
"""A value as `json` decodes it: dict, list, str, int, float, bool or None."""

_LARGEST_PLAIN_INTEGER = 1e21  # ECMA-262, Number::toString: from here on an exponent is written
_SAFE_DIGITS = 15  # so many decimal digits always fit a double exactly
_SURROGATES = re.compile("[\ud800-\udfff]")
_POISON = ("__proto__", "constructor", "\\u00")


class ForbiddenKeyError(ValueError):
    """The document has a key that would change a JavaScript prototype."""


def _number(text: str) -> float | int:
    value = float(text)
    if value.is_integer() and abs(value) < _LARGEST_PLAIN_INTEGER:
        return int(value)
    return value


def _integer(text: str) -> float | int:
    return int(text) if len(text) <= _SAFE_DIGITS else _number(text)


def _constant(text: str) -> Json:
    raise ValueError(f"{text} is not a JSON value (RFC 8259, section 6)")


_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_integer, parse_constant=_constant)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False)


def loads(text: str) -> Json:
    """The value of a JSON document (RFC 8259) with all numbers as doubles, as in JavaScript.

    Raises `ValueError` for anything that is not JSON, or is nested too deep for this process.
    """
    try:
        return _DECODER.decode(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError("the document is nested too deep") from None


def refuse_prototype_keys(text: str, value: Json) -> None:
    """Raises `ForbiddenKeyError` for keys against which the service's parser protects its prototypes.

    These are `__proto__`, and `constructor` with an object that has `prototype`. The text is a shortcut: most documents
    cannot have such a key.
    """
    if not any(word in text for word in _POISON):
        return
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            constructor = item.get("constructor")
            if "__proto__" in item or (isinstance(constructor, dict) and "prototype" in constructor):
                raise ForbiddenKeyError("Object contains forbidden prototype property")
            pending.extend(item.values())


def dumps(value: Json) -> bytes:
    """The value as UTF-8; a lone surrogate is escaped and an infinite number becomes `null`, as in JavaScript."""
    try:
        text = _ENCODER.encode(value)
    except ValueError:
        text = _ENCODER.encode(_finite(value))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATES.sub(lambda match: f"\\u{ord(match.group()):04x}", text).encode()


def _finite(value: Json) -> Json:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value
