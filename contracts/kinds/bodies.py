"""Kinds of bodies: properties that may cause a failure, in one field or anywhere.

A service that cannot store a character beyond U+FFFF fails in every field that contains one. The kinds of failing and
accepted requests show that these failures are one mistake, and that two failures of one field are two (see
:mod:`contracts.root_causes.division` and :mod:`contracts.root_causes.shared_reasons`).
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text, lenient_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.exchange import Case

#: The prefix of kinds that are not about one field.
ANYWHERE: Final = "any request with "
_IN: Final = "in "
#: Classes of characters, by name; each ASCII character other than letters and digits also has a kind of its own.
_CHARACTERS: Final = {
    "U+0000": re.compile("\0"),
    "a control character": re.compile("[\0-\x1f\x7f]"),
    "a character beyond ASCII": re.compile(r"[^\x00-\x7f]"),
    "a character beyond Latin-1": re.compile(r"[^\x00-\xff]"),
    "a character beyond U+FFFF": re.compile("[\U00010000-\U0010ffff]"),
    "a lone surrogate": re.compile(r"[\ud800-\udfff]"),
    # What services allow where they list the characters of a text.
    "a character other than letters and digits": re.compile(r"[^A-Za-z0-9]"),
    "a character other than letters, digits and hyphens": re.compile(r"[^A-Za-z0-9-]"),
    "a character other than letters, digits, hyphens and underscores": re.compile(r"[^A-Za-z0-9_-]"),
    "a character other than letters, digits, hyphens, underscores and dots": re.compile(r"[^A-Za-z0-9_.-]"),
    "a character other than letters, digits, hyphens, underscores and spaces": re.compile(r"[^A-Za-z0-9_ -]"),
    "a character other than letters, digits, hyphens, underscores, dots and spaces": re.compile(r"[^A-Za-z0-9_. -]"),
    "a character other than letters of any script, digits, hyphens, underscores and white space": re.compile(
        r"[^\w\s-]"
    ),
}
#: How a body may be written, by name: a filter in front of the JSON parser, or a parser of its own, fails for it.
_SPELLINGS: Final = {
    "a Unicode escape": re.compile(rb"\\u[0-9a-fA-F]{4}"),
    "an escaped surrogate": re.compile(rb"\\u[dD][89a-fA-F]"),
    "an escape": re.compile(rb"\\"),
    "a byte beyond ASCII": re.compile(rb"[\x80-\xff]"),
}
_BLANK: Final = "no text or white space alone"
_MARKS: Final = re.compile(r"[!-/:-@\[-`{-~]")
#: Common limits of services: characters of a text, items, levels, bytes.
_LENGTHS: Final = (16, 32, 50, 64, 100, 128, 200, 255, 256, 500, 512, 1_000, 1_024, 2_000, 4_000, 10_000, 65_535)
_COUNTS: Final = (5, 10, 20, 50, 100, 1_000, 10_000, 65_535)
_DEPTHS: Final = (2, 5, 10, 20, 31, 64, 100, 500, 1_000)
_SIZES: Final = (
    *(500, 1_000, 1_024, 2_000, 3_000, 4_000, 5_000, 6_000, 8_000, 10_000, 12_000, 15_000, 16_000, 16_384),
    *(20_000, 32_000, 40_000, 50_000, 65_535, 100_000, 1_000_000),
)
#: Bits of an integer.
_WIDTHS: Final = (7, 8, 15, 16, 31, 32, 53, 63, 64)
#: Only this many characters of a text are inspected.
_LONGEST: Final = 70_000


def kinds_of_failing(case: Case, body: Any, name: str) -> tuple[str, ...]:
    """The properties of a request that may be the reason of its failure.

    Args:
        case: The request.
        body: Its parsed body.
        name: The field to blame; empty if it is unknown: then it may be any.
    """
    if not isinstance(body, dict):
        return tuple(kinds_of_request(body, case.body or b""))
    fields = {name: body[name]} if name in body else {} if name else body
    own = (kind for field, value in fields.items() for kind in kinds_of_field(field, value))
    return (*own, *kinds_of_request(body, case.body or b""))


def kinds_of_request(body: Any, data: bytes) -> Iterator[str]:
    """The properties of a whole body that may be the reason of a failure.

    Args:
        body: The parsed body; ABSENT if it is not JSON.
        data: Its bytes.
    """
    if not isinstance(body, dict):
        yield f"{ANYWHERE}a body that is no JSON {'text' if body is json_text.ABSENT else 'object'}"
    written = (name for name, pattern in _SPELLINGS.items() if pattern.search(data))
    sizes = _beyond(_SIZES, len(data), "a body of more than {} bytes")
    for kind in (*_characters(json_text.texts(body)), *written, *sizes):
        yield ANYWHERE + kind


def kinds_of_field(name: str, value: Any) -> Iterator[str]:
    """The properties of a field's value that may be the reason of a failure, the most general first."""
    yield from (f"{_IN}{name}: {kind}" for kind in _kinds_of_value(value))


def blank_in(name: str) -> str:
    """The kind of an empty or blank string in a field."""
    return f"{_IN}{name}: {_BLANK}"


def kinds_of_case(case: Case) -> Iterator[str]:
    """The kinds of a request as a whole and of each of its fields."""
    body = lenient_json.value_of(case.body)
    yield from kinds_of_request(body, case.body or b"")
    if isinstance(body, dict):
        for name, value in body.items():
            yield from kinds_of_field(name, value)


def is_of_request(kind: str) -> bool:
    """Whether a kind comes from this module: such a kind is too unspecific for the name of a finding."""
    return kind.startswith((ANYWHERE, _IN))


def message_of(kinds: Iterable[str]) -> tuple[str, ...]:
    """The service's messages among the kinds of a refusal: those that are not kinds of the request."""
    return tuple(kind for kind in kinds if not is_of_request(kind))


def _kinds_of_value(value: Any) -> Iterator[str]:
    yield "any value"
    kind = json_text.type_name(value)
    if isinstance(value, list | dict):
        yield "a JSON array or object"
    yield f"a JSON {kind}"
    if kind == "number":
        yield from _kinds_of_number(value)
        return
    yield from _characters(json_text.texts(value))
    if isinstance(value, str):
        if not value.strip():
            yield _BLANK
        elif value != value.strip():
            yield "white space at the ends"
        yield from _beyond(_LENGTHS, len(value), "more than {} characters")
    elif isinstance(value, list | dict):
        yield from ("nothing",) if not value else _beyond(_COUNTS, len(value), "more than {} items")
        yield from _beyond(_DEPTHS, json_text.depth(value), "more than {} levels")


def _kinds_of_number(value: float) -> Iterator[str]:
    if value < 0:
        yield "a negative number"
    if isinstance(value, float) and math.isfinite(value) and not value.is_integer():
        yield "a fraction"
    yield from (f"a number beyond {bits} bits" for bits in _WIDTHS if value >= 2**bits or value < -(2**bits))


def _characters(texts: Iterable[str]) -> Iterator[str]:
    whole = "".join(text[:_LONGEST] for text in texts)
    if not whole.isalnum() or not whole.isascii():
        yield from (name for name, pattern in _CHARACTERS.items() if pattern.search(whole))
        yield from (f"the character {json.dumps(mark)}" for mark in sorted(set(_MARKS.findall(whole))))


def _beyond(limits: Iterable[int], size: int, words: str) -> Iterator[str]:
    yield from (words.format(f"{limit:,}") for limit in limits if size > limit)
