"""Values that come back as other values: what is done to every one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from contracts import json_text
from contracts.diagnosis.observations import ACCEPTED, REFUSED, Observation
from contracts.json_equality import same
from contracts.json_text import is_number
from contracts.kinds import WHOLE_CHANGES

Prediction = Callable[[Observation], str | None]
Change = Callable[[Any], Any]

#: Lengths to which texts are cut.
_LENGTHS: Final = (16, 20, 32, 50, 64, 100, 127, 128, 191, 200, 255, 256, 500, 512, 1_000, 1_024, 2_000, 4_000)
_DOES: Final = {name: f"texts are stored {name}" for name in WHOLE_CHANGES} | {
    "trimmed": "white space at both ends is removed",
    "trimmed at the start": "white space at the start is removed",
    "trimmed at the end": "white space at the end is removed",
    "trimmed as in JavaScript": "white space at both ends is removed, U+FEFF included",
    "trimmed as in Java": "characters up to U+0020 at both ends are removed",
    "white space": "white space is collapsed and trimmed",
    "white space collapsed": "white space is collapsed",
    "spaces collapsed": "spaces in a row become one",
    "escaped for HTML in decimal": "texts are stored escaped for HTML",
    "escaped for HTML by name": "texts are stored escaped for HTML",
    "escaped for HTML with slashes": "texts are stored escaped for HTML, slashes and backticks included",
    "Latin-1 with question marks": "characters beyond Latin-1 become question marks",
    "Windows-1252 with question marks": "characters beyond Windows-1252 become question marks",
    "only ASCII": "characters beyond ASCII are removed",
    "only printable characters": "characters that cannot be printed are removed",
    **{form: f"texts are normalised to {form}" for form in ("NFC", "NFD", "NFKC", "NFKD")},
}

_REMOVED: Final = {
    "invisible characters": "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]",
    "zero-width characters": "[\u200b-\u200d\ufeff]",
    "zero-width characters and marks of direction": "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]",
    "marks of direction": "[\u200e\u200f\u202a-\u202e\u2066-\u2069]",
    "byte order marks": "\ufeff",
    "control characters": r"[\x00-\x1f\x7f]",
    "control characters but tabs and line breaks": r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]",
    "control characters of any kind": r"[\x00-\x1f\x7f-\x9f]",
    "U+0000": r"\x00",
    "line breaks": r"[\r\n]+",
    "characters beyond U+FFFF": "[\U00010000-\U0010ffff]",
    "characters beyond Latin-1": r"[^\x00-\xff]",
    "characters beyond ASCII": r"[^\x00-\x7f]",
    "combining marks": r"[\u0300-\u036f]",
    "tags": r"<[^>]*>",
    "quotation marks": r"[\"']",
    "backslashes": r"\\",
    "white space": r"\s+",
    "< and >": r"[<>]",
}


def changed_values(name: str) -> Iterator[tuple[str, Prediction]]:
    """Hypotheses about what is done to the values of a field; one agrees where it gives what the service showed."""
    for sentence, change in _changes():
        yield f"{name}: {sentence}", _giving(name, change)


def _giving(name: str, change: Change) -> Prediction:
    """Predicts the outcome that was seen where the change gives the value that was shown, else another one."""

    def predicts(seen: Observation) -> str | None:
        if seen.shown is None or seen.broken or name not in seen.body:
            return None
        try:
            expected = change(seen.body[name])
        except (TypeError, ValueError, OverflowError, RecursionError):
            return None
        return ACCEPTED if same(expected, seen.shown.get(name, json_text.ABSENT)) else REFUSED

    return predicts


def _changes() -> Iterator[tuple[str, Change]]:
    for name, change in WHOLE_CHANGES.items():
        yield _DOES[name], partial(_in_texts, change)
    yield "white space at both ends is removed where anything is left", partial(_in_texts, lambda t: t.strip() or t)
    for length in _LENGTHS:
        yield f"texts are cut after {length:,} characters", partial(_in_texts, partial(_cut, length))
        yield f"texts are cut after {length:,} bytes", partial(_in_texts, partial(_cut_bytes, length))
    for what, characters in _REMOVED.items():
        yield f"{what} are removed", partial(_in_texts, partial(re.sub, characters, ""))
        yield f"{what} become spaces", partial(_in_texts, partial(re.sub, characters, " "))
        yield f"{what} become U+FFFD", partial(_in_texts, partial(re.sub, characters, "\ufffd"))
        yield f"{what} become question marks", partial(_in_texts, partial(re.sub, characters, "?"))
        yield f"texts end before {what}", partial(_in_texts, partial(re.sub, f"(?s){characters}.*", ""))
    yield "numbers are stored as integers", lambda value: int(value) if is_number(value) else value
    yield "numbers are rounded to whole ones", lambda value: round(value) if is_number(value) else value
    yield "numbers are rounded to two decimals", lambda value: round(value, 2) if is_number(value) else value
    yield "the value is not stored: nothing comes back", lambda _: json_text.ABSENT
    yield "the value is not stored: null comes back", lambda _: None
    yield "falsy values are taken for none", lambda value: value or None
    yield "members that are null are dropped", partial(_without, lambda value: value is None)
    yield "members that are empty are dropped", partial(_without, lambda value: value in ("", [], {}, None))
    yield "lists are sorted", partial(_in_lists, sorted)
    yield "repeated items of lists are dropped", partial(_in_lists, lambda items: list(dict.fromkeys(items)))
    yield "every value is stored as a text", lambda value: value if value is None else str(value)


def _cut(length: int, text: str) -> str:
    return text[:length]


def _cut_bytes(length: int, text: str) -> str:
    return text.encode()[:length].decode("utf-8", "ignore")


def _in_texts(change: Callable[[str], str], value: Any) -> Any:
    """The value with every text in it changed; names of members stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_in_texts(change, item) for item in value]
    if isinstance(value, dict):
        return {name: _in_texts(change, inner) for name, inner in value.items()}
    return value


def _in_lists(change: Callable[[list[Any]], list[Any]], value: Any) -> Any:
    if isinstance(value, list):
        return change([_in_lists(change, item) for item in value])
    if isinstance(value, dict):
        return {name: _in_lists(change, inner) for name, inner in value.items()}
    return value


def _without(dropped: Callable[[Any], bool], value: Any) -> Any:
    if isinstance(value, list):
        return [_without(dropped, item) for item in value]
    if isinstance(value, dict):
        return {name: _without(dropped, inner) for name, inner in value.items() if not dropped(inner)}
    return value
