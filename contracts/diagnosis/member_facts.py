"""Facts about a member of the response that all failing requests of a finding have in common."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import median
from typing import Any, Final

from contracts import json_text
from contracts.diagnosis.observation import Observation
from contracts.diagnosis.value_conditions import KINDS
from contracts.instants import instant
from contracts.json_equality import same
from contracts.json_text import ABSENT, is_number, value_at

#: Whether a fact holds for the value of a member in an exchange.
Holds = Callable[[Observation, Any], bool]
#: Wrong formats of identifiers and instants.
_FORMS: Final[dict[str, str]] = {
    "an empty string": r"",
    "blank": r"\s+",
    "a UUID": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "a UUID without hyphens": r"[0-9a-fA-F]{32}",
    "24 hexadecimal digits, as of MongoDB": r"[0-9a-fA-F]{24}",
    "a date whose month is beyond 12": r"[0-9]{4}-(?:1[3-9]|[2-9][0-9])-[0-9]{2}(?![0-9]).*",
    "a string of digits alone": r"[0-9]+",
    "a string of seconds since 1970": r"1[0-9]{9}",
    "a string of milliseconds since 1970": r"1[0-9]{12}",
    "a date without a time": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "an instant without a time zone": r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]+",
    "an instant with a space in place of T": r"[0-9]{4}-[0-9]{2}-[0-9]{2} .+",
    "an instant with a comma in place of the point": r"[0-9T:-]+,[0-9]+.*",
    "an instant without seconds": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?:Z|[+-].*)",
    "an instant without separators": r"[0-9]{8}T?[0-9]{6}.*",
    "an instant with an offset without a colon": r".*T.*[+-][0-9]{4}",
    "a date as HTTP writes it": r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} .*",
    "a date as people write it": r"[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}.*",
    "a string with a character that is no letter or digit": r"(?s).*[^0-9A-Za-z].*",
    "in upper case": r"[^a-z]*[A-Z][^a-z]*",
    "in lower case": r"[^A-Z]*[a-z][^A-Z]*",
    "a string with white space at its end": r"(?s).*\s",
    "a string with white space at its start": r"(?s)\s.*",
    "a string with hyphens": r"[^-]+-.*",
    "a string with underscores": r"[^_]*_.*",
}
#: Right texts by the aspect of a clause; formats that match them are not wrong.
_RIGHT: Final = {"instant": "2026-01-31T12:34:56.789Z", "idFormat": "aB3dE5fG7hI9jK1lM3nO5"}
_EPOCH: Final = ((1e9, 1e10, "seconds since 1970"), (1e12, 1e13, "milliseconds since 1970"))
_FEWEST: Final = 3
#: The maximum difference in seconds between offsets of instants that count as equal.
_SPREAD: Final = 20.0
_UNITS: Final = {"year": 31_557_600, "day": 86_400, "hour": 3_600, "minute": 60}
#: Aspects of clauses, by the kind of facts that can distinguish their wrong values.
_TYPED: Final = frozenset({"type"})
_FORMED: Final = frozenset({"instant", "idFormat", "pattern", "enum"})
_RELATED: Final = frozenset({"idFormat", "pattern", "enum", "equalsId", "unique", "constant", "own"})


def facts(path: Sequence[str], aspect: str, failing: Sequence[Observation]) -> Iterator[tuple[str, Holds, int]]:
    """Facts about a member of the response that hold in all failing requests, but not in a right response.

    Args:
        path: The path of the member.
        aspect: The last part of the broken clause.
        failing: The exchanges with the finding.

    Returns:
        The fact in words, a predicate, and its cost (see :class:`contracts.diagnosis.effects.Effect`).
    """
    values = [value_at(seen.answer, path) for seen in failing]
    found = [*_of_value(aspect, values)]
    if aspect in _TYPED:
        found += [*_of_kind(), *_of_relation(path, failing)]
    if aspect in _FORMED:
        found += _of_form(values, _RIGHT.get(aspect))
    if aspect == "clock":
        found += _of_clock(values, failing)
    if aspect == "order":
        found += _of_order(path)
    if aspect in _RELATED:
        found += _of_relation(path, failing)
    for words, holds, cost in found:
        if all(_safely(holds, seen, value) for seen, value in zip(failing, values, strict=True)):
            yield words, partial(_safely, holds), cost


def _safely(holds: Holds, seen: Observation, value: Any) -> bool:
    try:
        return holds(seen, value)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return False


def _of_value(aspect: str, values: Sequence[Any]) -> Iterator[tuple[str, Holds, int]]:
    first = values[0]
    yield "is missing, or has another name,", lambda _, value: value is ABSENT, 0
    yield "is null", lambda _, value: value is None, 0
    if first is not ABSENT and first is not None and len(values) >= _FEWEST and len(shown := json.dumps(first)) <= 80:
        # For a text in the wrong format the format is more specific.
        yield f"is {shown}", lambda _, value: same(first, value), 4 if aspect in _FORMED else 1


def _of_form(values: Sequence[Any], right: str | None) -> Iterator[tuple[str, Holds, int]]:
    for words, form in _FORMS.items():
        if right is None or not re.fullmatch(form, right):
            yield f"is {words}", partial(_has_form, re.compile(form)), 3
    for length in {len(value) for value in values if isinstance(value, str) and len(value) != len(right or "")}:
        yield f"is a string of {length} characters", partial(_has_length, length), 4


def _of_clock(values: Sequence[Any], failing: Sequence[Observation]) -> Iterator[tuple[str, Holds, int]]:
    """How an instant differs from the time of the request."""
    yield "is the midnight of a day", lambda _, value: _time_of(value)[:3] == (0, 0, 0), 2
    yield "is a whole hour", lambda _, value: _time_of(value)[1:3] == (0, 0), 3
    offsets = [_offset(seen, value) for seen, value in zip(failing, values, strict=True) if instant(str(value))]
    if len(offsets) < len(values) or max(offsets) - min(offsets) > _SPREAD:
        return
    usual = median(offsets)
    side = "before" if usual < 0 else "after"
    words = f"is about {_duration(abs(usual))} {side} the time of the request"
    yield words, lambda seen, value: abs(_offset(seen, value) - usual) <= _SPREAD, 1


def _of_order(path: Sequence[str]) -> Iterator[tuple[str, Holds, int]]:
    """What is lost of an instant that should not be before ``created``."""
    words = "is created without its fraction of a second"
    yield words, lambda seen, value: _is_cut(value_at(seen.answer, [*path[:-1], "created"]), value), 0


def _is_cut(created: Any, updated: Any) -> bool:
    """Whether an instant is another one with whole seconds."""
    first, second = instant(str(created)), instant(str(updated))
    return first is not None and second == first.replace(microsecond=0)


def _time_of(value: Any) -> tuple[int, int, int]:
    read = instant(str(value))
    return (read.hour, read.minute, read.second) if read is not None else (-1, -1, -1)


def _offset(seen: Observation, value: Any) -> float:
    """Seconds from the time of the request to an instant in its response."""
    read = instant(str(value))
    return math.nan if read is None else read.timestamp() - seen.started


def _duration(seconds: float) -> str:
    """The duration in the largest unit of which there is more than one, such as ``36 hours``."""
    unit, size = next(((name, size) for name, size in _UNITS.items() if seconds >= 1.5 * size), ("second", 1))
    amount = round(seconds / size)
    return f"{amount:,} {unit}{'' if amount == 1 else 's'}"


def _of_kind() -> Iterator[tuple[str, Holds, int]]:
    for least, most, words in _EPOCH:
        yield f"is a number of {words}", partial(_is_within, least, most), 1
    for kind, words in KINDS.items():
        yield f"is {words}", partial(_is_kind, kind), 3


def _of_relation(path: Sequence[str], failing: Sequence[Observation]) -> Iterator[tuple[str, Holds, int]]:
    """Relations of the member to other members of the response, or to what was sent."""
    name = path[-1]
    yield "is written as JSON within a string", lambda _, v: isinstance(v, str) and v.startswith(("[", "{")), 2
    yield "is within an array", lambda _, v: isinstance(v, list) and len(v) == 1, 2
    yield "is a number within a string", lambda _, v: isinstance(v, str) and bool(float(v)), 2
    yield f"is what was sent as {name}", lambda seen, v: same(seen.body[name], v), 2
    answer = failing[0].answer
    for other in answer:
        if [other] != list(path) and isinstance(answer[other], str):
            yield f"is the same as {other}", partial(_is_other, other), 2


def _is_other(other: str, seen: Observation, value: Any) -> bool:
    return value is not ABSENT and same(seen.answer.get(other, ABSENT), value)


def _is_within(least: float, most: float, _: Observation, value: Any) -> bool:
    return is_number(value) and least <= value < most


def _has_form(form: re.Pattern[str], _: Observation, value: Any) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _has_length(length: int, _: Observation, value: Any) -> bool:
    return isinstance(value, str) and len(value) == length


def _is_kind(kind: str, _: Observation, value: Any) -> bool:
    return value is not ABSENT and json_text.type_name(value) == kind
