"""Types that are not told apart, fields that nobody looks at, and limits of numbers, texts and lists."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.diagnosis.observations import ACCEPTED, FAILED, OPEN, REFUSED, Observation

if TYPE_CHECKING:
    from contracts.document import Field

Prediction = Callable[[Observation], str | None]
Has = Callable[[Any], bool]

_NUMBER: Final = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*")
#: What conversions take for a value of another type, by what is sent.
_LOOKS_LIKE: Final[dict[str, Has]] = {
    "a text that looks like a number": lambda v: isinstance(v, str) and _NUMBER.fullmatch(v) is not None,
    "an integer in a text": lambda v: isinstance(v, str) and re.fullmatch(r"\s*[+-]?\d+\s*", v) is not None,
    "an empty text": lambda v: v == "" and isinstance(v, str),
    "a blank text": lambda v: isinstance(v, str) and not v.strip(),
    "an empty list": lambda v: v == [] and isinstance(v, list),
    "an empty object": lambda v: v == {} and isinstance(v, dict),
    "a falsy value": lambda v: not v,
    "JSON in a text": lambda v: isinstance(v, str) and _is_json(v),
}


def lost_types(field: Field, failing: Sequence[Observation]) -> Iterator[tuple[str, Prediction]]:
    """Hypotheses about a field whose wrong values are accepted, or whose valid ones are refused."""
    name = field.path
    clauses = {f"request.{name}.{aspect}" for aspect in ("type", "null", "pattern", "enum", "required")}
    if failing[0].outcome == ACCEPTED:
        yield (
            f"{name} is not validated: every value is accepted",
            _of_field(name, clauses - {f"request.{name}.required"}, lambda _: True),
        )
        if f"request.{name}.required" in {seen.broken for seen in failing}:
            yield f"{name} is optional", _missing(name, field)
        yield f"{name} is not looked at: values of every type but null are accepted", _typed(field, clauses, _not_null)
    types = sorted({json_text.type_name(seen.body[name]) for seen in failing if name in seen.body})
    if types and failing[0].outcome == ACCEPTED:
        words = " and ".join(kind if kind == "null" else f"every {kind}" for kind in types)
        yield f"{name}: {words} is accepted", _typed(field, clauses, partial(_is_one_of, types))
        for what, looks in _LOOKS_LIKE.items():
            yield f"{name}: {what} is accepted", _typed(field, clauses, looks)
    if types == ["null"] and failing[0].outcome == REFUSED:
        yield f"{name}: null is refused", _limited(name, lambda value: value is None, REFUSED)


def _not_null(value: Any) -> bool:
    return value is not None


def _is_one_of(types: Sequence[str], value: Any) -> bool:
    return json_text.type_name(value) in types


def _of_field(name: str, clauses: set[str], accepts: Has) -> Prediction:
    def predicts(seen: Observation) -> str | None:
        if name not in seen.body or seen.broken not in clauses:
            return None
        return ACCEPTED if accepts(seen.body[name]) else REFUSED

    return predicts


def _typed(field: Field, clauses: set[str], accepts: Has) -> Prediction:
    """Wrong types are accepted where ``accepts`` says so; the rest of the field's clauses are kept."""
    typed = {f"request.{field.path}.type", f"request.{field.path}.null"}
    return _of_field(field.path, clauses & typed, accepts)


def _missing(name: str, field: Field) -> Prediction:
    def predicts(seen: Observation) -> str | None:
        return ACCEPTED if seen.broken == f"request.{field.path}.required" and name not in seen.body else None

    return predicts


def limits(field: Field, failing: Sequence[Observation]) -> Iterator[tuple[str, Prediction]]:
    """Hypotheses about values beyond a limit that the page does not name, which are refused or make the server fail."""
    name, outcome = field.path, failing[0].outcome
    if outcome == ACCEPTED or any(seen.outcome != outcome for seen in failing):
        return
    does = "is refused" if outcome == REFUSED else "makes the service fail"
    for what, has in _properties(failing, name):
        yield f"{name}: {what} {does}", _limited(name, has, outcome)


def _limited(name: str, has: Has, outcome: str) -> Prediction:
    other = {REFUSED: ACCEPTED, FAILED: None}[outcome]

    def predicts(seen: Observation) -> str | None:
        if name not in seen.body or (outcome == REFUSED and seen.broken):
            return None
        if has(seen.body[name]):
            return outcome
        # What is sent beside the field is another matter: only a failure of its own would contradict.
        return other if seen.outcome != FAILED and outcome == REFUSED and len(seen.body) == 1 else None

    def fails(seen: Observation) -> str | None:
        # What else is wrong with a request may be seen first; a number that no double holds may be refused.
        value = seen.body.get(name, json_text.ABSENT)
        not_refused = seen.broken == "" or (seen.broken == OPEN and seen.outcome == ACCEPTED)
        says_something = not_refused and value not in (math.inf, -math.inf)
        if value is json_text.ABSENT or not (says_something or seen.outcome == FAILED):
            return None
        return outcome if has(value) else None

    return fails if outcome == FAILED else predicts


def _properties(failing: Sequence[Observation], name: str) -> Iterator[tuple[str, Has]]:
    """Properties that every failing value has, the most usual first."""
    values = [seen.body[name] for seen in failing if name in seen.body]
    for what, has in (*_of_numbers(), *_of_texts(values), *_of_values()):
        if values and all(_safely(has, value) for value in values):
            yield what, partial(_safely, has)


def _safely(has: Has, value: Any) -> bool:
    try:
        return has(value)
    except (TypeError, ValueError, OverflowError):
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _of_numbers() -> Iterator[tuple[str, Has]]:
    yield "null", lambda value: value is None
    yield "a fraction", lambda value: _is_number(value) and value != int(value)
    yield "a number below 0", lambda value: _is_number(value) and value < 0
    yield "0", lambda value: _is_number(value) and value == 0
    for bits in (8, 15, 16, 31, 32, 53, 63, 64):
        yield f"a number of 2^{bits} or more", partial(_at_least, 2**bits)
        yield f"a number that does not fit {bits + 1} bits with a sign", partial(_beyond, 2**bits)
        yield (
            f"a fraction, or a number that does not fit {bits + 1} bits with a sign",
            partial(_beyond_or_fraction, 2**bits),
        )


def _at_least(bound: int, value: Any) -> bool:
    return _is_number(value) and value >= bound


def _beyond(bound: int, value: Any) -> bool:
    return _is_number(value) and not -bound <= value < bound


def _beyond_or_fraction(bound: int, value: Any) -> bool:
    return _beyond(bound, value) or (_is_number(value) and value != int(value))


def _of_texts(values: Sequence[Any]) -> Iterator[tuple[str, Has]]:
    yield "U+0000", lambda value: any("\x00" in text for text in json_text.texts(value))
    yield "a lone surrogate", lambda value: any(_has_surrogate(text) for text in json_text.texts(value))
    yield "a character beyond U+FFFF", lambda value: any(max(t, default="") > "\uffff" for t in json_text.texts(value))
    yield "a control character", lambda value: any(re.search(r"[\x00-\x1f\x7f]", t) for t in json_text.texts(value))
    yield "a character beyond ASCII", lambda value: any(not text.isascii() for text in json_text.texts(value))
    yield "an empty text", lambda value: value == ""
    yield "a blank at the start or the end", lambda value: isinstance(value, str) and value != value.strip()
    texts = [value for value in values if isinstance(value, str)]
    if texts and len(texts) == len(values):
        for measure, size in _MEASURES.items():
            shortest = min(map(size, texts))
            yield f"a text of more than {_rounded(shortest)} {measure}", partial(_longer, size, _rounded(shortest))


_MEASURES: Final[dict[str, Callable[[str], int]]] = {
    "characters": len,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "UTF-16 units": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
}
#: Lengths that columns and validators are bounded to.
_USUAL: Final = (16, 20, 32, 50, 64, 100, 127, 128, 191, 200, 255, 256, 500, 512, 1_000, 1_024, 2_000, 4_000, 65_535)


def _rounded(size: int) -> int:
    """The usual limit below a length, else the one that is just below."""
    return max((usual for usual in _USUAL if usual < size), default=size - 1)


def _longer(size: Callable[[str], int], bound: int, value: Any) -> bool:
    return isinstance(value, str) and size(value) > bound


def _has_surrogate(text: str) -> bool:
    return re.search(r"[\ud800-\udfff]", text) is not None


def _of_values() -> Iterator[tuple[str, Has]]:
    yield "an empty list", lambda value: value == [] and isinstance(value, list)
    yield "an empty object", lambda value: value == {} and isinstance(value, dict)
    yield "a repeated item", lambda value: isinstance(value, list) and len(value) != len(set(map(repr, value)))
    for bound in (10, 50, 100, 500, 1_000, 5_000):
        yield f"a list of more than {bound:,} items", partial(_has_more, bound)
    for levels in (5, 10, 20, 32, 64, 100):
        yield f"a value of more than {levels} levels", partial(_is_deeper, levels)
    yield "a list", lambda value: isinstance(value, list)
    yield "an object", lambda value: isinstance(value, dict)


def _has_more(bound: int, value: Any) -> bool:
    return isinstance(value, list) and len(value) > bound


def _is_deeper(levels: int, value: Any) -> bool:
    return json_text.depth(value) > levels


def _is_json(text: str) -> bool:
    try:
        json_text.LENIENT.decode(text)
    except (ValueError, RecursionError):
        return False
    return True
