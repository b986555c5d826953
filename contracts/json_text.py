"""JSON texts as in RFC 8259: stricter than Python's ``json``, and with what parsers treat differently."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

#: Deeper or longer texts are UNSPECIFIED: RFC 8259, section 9, allows limits of parsers, and common ones begin at 32
#: levels.
DEEPEST: Final = 32
TOO_DEEP: Final = "nested deeper than parsers must follow"
LONGEST: Final = 1_000_000

_LONE = re.compile(r"[\ud800-\udfff]")
#: Numbers from here on are infinite as doubles (IEEE 754, round to nearest).
_TOO_LARGE: Final = 2**1024 - 2**970
_BOM = b"\xef\xbb\xbf"


#: What Python's parser reports, in words that describe the text instead of the parser.
_MISTAKES: Final = {
    "Expecting value": "something else where a JSON value is expected",
    "Extra data": "text behind the value",
    "Invalid control character at": "an unescaped control character in a string",
    "Unterminated string starting at": "a string without an end",
    "Invalid \\escape": "an unknown escape",
    "Invalid \\uXXXX escape": "a Unicode escape without four hexadecimal digits",
    "Expecting property name enclosed in double quotes": "a member name without double quotes",
    "Expecting ':' delimiter": "no colon behind a member name",
    "Expecting ',' delimiter": "no comma between two values",
}


class MalformedJSON(ValueError):
    """The bytes are not a JSON text; the message says why and where, ``kinds`` only why."""

    def __init__(self, *kinds: str, position: int | None = None) -> None:
        self.kinds = kinds
        super().__init__(kinds[-1] if position is None else f"{kinds[-1]} (character {position})")


class NotUTF8(ValueError):
    """The bytes are not UTF-8 (RFC 8259, section 8.1), including JSON texts in UTF-16 or UTF-32."""


@dataclass(slots=True)
class JsonText:
    """A parsed text. ``oddities`` names what RFC 8259 leaves to the parser, ``repeated`` the repeated members.

    Numbers are int if the text has no fraction or exponent, else float; numbers beyond the range of doubles are
    infinite.
    """

    value: Any
    oddities: list[str] = field(default_factory=list)
    repeated: set[str] = field(default_factory=set)


class _Reader:
    """The hooks of one parse, which record what ``json`` accepts silently."""

    def __init__(self) -> None:
        self.oddities: list[str] = []
        self.repeated: set[str] = set()

    def pairs(self, members: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(members)
        if len(built) != len(members):
            names = [name for name, _ in members]
            self.repeated.update(name for name in built if names.count(name) > 1)
        return built

    def integer(self, digits: str) -> int | float:
        if len(digits) < 309:  # 309 digits without a sign may exceed a double
            return int(digits)
        # Python refuses to convert very long digit strings, which exceed doubles too.
        number = int(digits) if len(digits) <= 310 else _TOO_LARGE
        return number if abs(number) < _TOO_LARGE else self._overflow(digits)

    def decimal(self, digits: str) -> float:
        number = float(digits)
        if math.isinf(number):
            return self._overflow(digits)
        if number == 0 and re.search(r"[1-9]", digits.lower().partition("e")[0]):
            self.oddities.append("number below the smallest double")
        return number

    def _overflow(self, digits: str) -> float:
        self.oddities.append("number that no double can hold")
        return -math.inf if digits.startswith("-") else math.inf


def parse(data: bytes) -> JsonText:
    """Parse a JSON text; raises NotUTF8 or MalformedJSON."""
    reader = _Reader()
    if data.startswith(_BOM):
        reader.oddities.append("byte order mark")
        data = data[len(_BOM) :]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise NotUTF8(f"byte {problem.start}: {problem.reason}") from None
    try:
        value = json.loads(
            text,
            object_pairs_hook=reader.pairs,
            parse_int=reader.integer,
            parse_float=reader.decimal,
            parse_constant=_refuse,
        )
    except RecursionError:
        return JsonText(None, [TOO_DEEP])
    except json.JSONDecodeError as problem:
        if b"\x00" in data and _is_wide(data):
            raise NotUTF8("UTF-16 or UTF-32") from None
        raise MalformedJSON(_MISTAKES.get(problem.msg, problem.msg), position=problem.pos) from None
    if reader.repeated:
        reader.oddities.append("repeated member")
    reader.oddities.extend(_oddities(text, value))
    return JsonText(value, reader.oddities, reader.repeated)


def _is_wide(data: bytes) -> bool:
    """Whether the bytes are JSON in UTF-16 or UTF-32, which lenient parsers detect."""
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _oddities(text: str, value: Any) -> Iterator[str]:
    """What RFC 8259 leaves to the parser; a quick test of the text avoids walking most values."""
    if "\\u" in text or "\x00" in text:
        yield from _odd_characters(value)
    if "__proto__" in text or "constructor" in text or "\\u" in text:
        yield from _odd_members(value)
    if len(text) > LONGEST:
        yield "longer than parsers must read"
    if text.count("{") + text.count("[") > DEEPEST and depth(value) > DEEPEST:
        yield TOO_DEEP


def _refuse(name: str) -> NoReturn:
    raise MalformedJSON("a number that JSON does not have", f"{name}, which JSON does not have")


def _odd_characters(value: Any) -> Iterator[str]:
    found = set()
    for text in texts(value):
        if _LONE.search(text):
            found.add("lone surrogate")
        if "\x00" in text:
            found.add("U+0000")
    yield from sorted(found)


def _odd_members(value: Any) -> Iterator[str]:
    for node in nodes(value):
        if isinstance(node, dict):
            if "__proto__" in node:
                yield "member __proto__"
            if "constructor" in node:  # class-transformer, and with it NestJS, leaves it out, whatever its value
                yield "member constructor"


def nodes(value: Any) -> Iterator[Any]:
    """Every value in ``value``, itself included, without recursion."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def texts(value: Any) -> Iterator[str]:
    """Every string in ``value``, names of members included."""
    for node in nodes(value):
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            yield from node


def depth(value: Any) -> int:
    """How deep arrays and objects are nested; 0 for a scalar."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        node, level = waiting.pop()
        if isinstance(node, dict | list):
            deepest = max(deepest, level)
            waiting.extend((item, level + 1) for item in (node.values() if isinstance(node, dict) else node))
    return deepest


def type_name(value: Any) -> str:
    """The JSON type of a parsed value: null, boolean, number, string, array or object."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def is_number(value: Any) -> bool:
    """Whether a parsed value is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def has_type(value: Any, name: str) -> bool:
    """Whether ``value`` is of the JSON Schema type ``name`` (``integer`` includes 1.0)."""
    if name == "integer":
        # Infinite numbers are integers beyond the range of doubles.
        return not isinstance(value, bool) and (
            isinstance(value, int) or (isinstance(value, float) and (value.is_integer() or math.isinf(value)))
        )
    return type_name(value) == name


def has_one_of(value: Any, names: Collection[str]) -> bool:
    """Whether ``value`` has any of the JSON Schema types ``names``."""
    return type_name(value) in names or ("integer" in names and has_type(value, "integer"))


def escape(name: str) -> str:
    """One member name as a part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def pointer_parts(pointer: str) -> list[str]:
    """The member names and indices of a JSON pointer other than the empty one."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def value_at(value: Any, path: Iterable[str]) -> Any:
    """The value at the end of a path of member names, or ABSENT."""
    for name in path:
        if not isinstance(value, dict):
            return ABSENT
        value = value.get(name, ABSENT)
    return value


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


#: The value of a member that is missing.
ABSENT: Final = _Absent()
