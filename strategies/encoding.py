"""Encodes JSON values in the styles of different clients."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from contracts.exchange import Case

#: ``compact``: shortest; ``ascii``: everything beyond ASCII escaped; ``spaced``: every kind of JSON white space;
#: ``reversed``: members in the opposite order; ``escaped``: every character of names and texts as ``\\uXXXX``;
#: ``solidus``: ``/`` as ``\\/`` and short escapes where JSON has them.
Style = Literal["compact", "ascii", "spaced", "reversed", "escaped", "solidus"]
STYLES: Final[tuple[Style, ...]] = ("compact", "ascii", "spaced", "reversed", "escaped", "solidus")
#: Most bodies are compact, as with most clients; the other styles alternate.
STYLES_IN_TURN: Final[tuple[Style, ...]] = tuple(
    style for other in STYLES[1:] for style in ("compact", "compact", "compact", other)
)

#: The text that stands for a deep value, see :func:`with_levels`: Python's json cannot write as many levels.
DEEP: Final = "the deep value"
#: The largest body in bytes that is written in another style: escapes make a text up to six times as long, and
#: services limit bodies, often to 100 kB.
LARGE: Final = 12_000

_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(r'"<json token ([^>"]*)>"')
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')

_NAME = re.compile(r"([a-z][a-z0-9]*-\d+|\{name\})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """A number as written in the text (``1.0``, ``1e2``, ``-0``), which Python would format differently."""

    text: str


def encode(value: Any, style: Style = "compact") -> bytes:
    """``value`` as a JSON text in UTF-8; lone surrogates are escaped, because UTF-8 cannot encode them."""
    if style == "reversed":
        value = _reversed(value)
    if style == "spaced":
        text = _text_of(value, ensure_ascii=False, indent="\t", separators=(" ,\r\n ", " : "))
        text = f"\n\t {text} \r\n"
    else:
        ascii_only = style in ("ascii", "escaped")
        text = _text_of(value, ensure_ascii=ascii_only, separators=(",", ":"))
    if "<json token" in text:
        text = _TOKEN.sub(r"\1", text)
    if style == "escaped":
        text = _TEXT.sub(_escaped, text)
    elif style == "solidus":
        text = text.replace("/", "\\/")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text).encode("utf-8")


def _text_of(value: Any, **form: Any) -> str:
    """The value as JSON; infinite numbers are written as numbers beyond the range of doubles."""
    try:
        return json.dumps(value, allow_nan=False, default=_token, **form)
    except ValueError:
        return json.dumps(_finite(value), default=_token, **form)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    is_infinite = isinstance(value, float) and math.isinf(value)
    return Token("-1e400" if value < 0 else "1e400") if is_infinite else value


def json_case(value: Any, *, case_set: str, intent: str, style: Style = "compact", identifier: str = "") -> Case:
    """A request with the right headers and ``value`` as its JSON body; large bodies are always compact."""
    body = encode(value)
    if style != "compact" and len(body) <= LARGE:
        body = encode(value, style)
    return Case(body, case_set=case_set, intent=intent, id=identifier)


def with_header(case: Case, name: str, value: str) -> Case:
    """The case with this header, in the place of one of the same name."""
    return replace(case, headers=(*without_header(case, name).headers, (name, value)))


def without_header(case: Case, name: str) -> Case:
    """The case without the headers of this name."""
    return replace(case, headers=tuple(pair for pair in case.headers if pair[0].lower() != name.lower()))


def with_levels(value: Any, levels: int) -> bytes:
    """``value`` as JSON, with so many levels in place of :data:`DEEP`: objects, or objects and arrays alternately."""
    opening, closing = (b'{"in":', b"}") if levels % 2 else (b'{"in":[', b"]}")
    times = levels // (1 if levels % 2 else 2)
    return encode(value).replace(f'"{DEEP}"'.encode(), opening * times + b"0" + closing * times)


def _token(value: object) -> str:
    if isinstance(value, Token):
        return f"<json token {value.text}>"
    raise TypeError(f"Expected a JSON value or a Token, got {value=}")


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(inner) for name, inner in reversed(value.items())}
    return [_reversed(inner) for inner in value] if isinstance(value, list) else value


def _escaped(match: re.Match[str]) -> str:
    """A JSON string with every character escaped, as one or two UTF-16 code units, except for unique names."""
    parts = _NAME.split(json.loads(match.group()))
    return f'"{"".join(part if index % 2 else _units(part) for index, part in enumerate(parts))}"'


def _units(text: str) -> str:
    data = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{high:02X}{low:02X}" for high, low in zip(data[::2], data[1::2], strict=True))
