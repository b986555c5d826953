"""What the responses to the failing requests of a finding have in common, as a person would put it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.diagnosis.conditions import KINDS
from contracts.diagnosis.observations import (
    ACCEPTED,
    AUTHORIZATION,
    FAILED,
    MEDIA_TYPE,
    OPEN,
    REFUSED,
    Observation,
    part_of,
)
from contracts.instants import instant
from contracts.json_equality import same
from contracts.json_text import ABSENT

if TYPE_CHECKING:
    from contracts.root_causes import RootCause

#: Whether an exchange shows an effect; None if it cannot.
Shows = Callable[[Observation], bool | None]
_CREATED: Final = 201
#: How texts are written that are no identifiers or instants as they should be.
_FORMS: Final[dict[str, str]] = {
    "an empty text": r"",
    "blank": r"\s+",
    "a UUID": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "a UUID without hyphens": r"[0-9a-fA-F]{32}",
    "24 hexadecimal digits, as of MongoDB": r"[0-9a-fA-F]{24}",
    "a text of digits alone": r"[0-9]+",
    "a text of seconds since 1970": r"1[0-9]{9}",
    "a text of milliseconds since 1970": r"1[0-9]{12}",
    "a date without a time": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "an instant without a time zone": r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]+",
    "an instant with a space in place of T": r"[0-9]{4}-[0-9]{2}-[0-9]{2} .+",
    "an instant with a comma in place of the point": r"[0-9T:-]+,[0-9]+.*",
    "an instant without seconds": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?:Z|[+-].*)",
    "an instant without separators": r"[0-9]{8}T?[0-9]{6}.*",
    "an instant with an offset without a colon": r".*T.*[+-][0-9]{4}",
    "a date as HTTP writes it": r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} .*",
    "a date as people write it": r"[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}.*",
    "a text with a character that is no letter or digit": r"(?s).*[^0-9A-Za-z].*",
    "in upper case": r"[^a-z]*[A-Z][^a-z]*",
    "in lower case": r"[^A-Z]*[a-z][^A-Z]*",
    "a text with white space at its end": r"(?s).*\s",
    "a text with white space at its start": r"(?s)\s.*",
    "a text with hyphens": r"[^-]+-.*",
    "a text with underscores": r"[^_]*_.*",
}
#: Right texts, by what clauses are about: what holds of them says nothing.
_RIGHT: Final = {"instant": "2026-01-31T12:34:56.789Z", "idFormat": "aB3dE5fG7hI9jK1lM3nO5"}
_EPOCH: Final = ((1e9, 1e10, "seconds since 1970"), (1e12, 1e13, "milliseconds since 1970"))
_INVALID: Final = {
    AUTHORIZATION: "requests without valid credentials",
    MEDIA_TYPE: "requests with another media type",
    "request.body.json": "bodies that are not JSON",
    "request.body.type": "bodies that are not an object",
}
_FEWEST: Final = 3
#: Seconds by which instants may lie apart that are as far from the time of their requests.
_SPREAD: Final = 20.0
_UNITS: Final = {"year": 31_557_600, "day": 86_400, "hour": 3_600, "minute": 60}
#: What clauses are about, by what makes a fact about their members more than a right response shows.
_TYPED: Final = frozenset({"type"})
_FORMED: Final = frozenset({"instant", "idFormat", "pattern", "enum"})
_RELATED: Final = frozenset({"idFormat", "pattern", "enum", "equalsId", "unique", "constant", "own"})


@dataclass(frozen=True, slots=True)
class Effect:
    """What a service does.

    Attributes:
        words: The effect; ``{all}`` stands for "all", where every request shows it.
        shows: Whether an exchange shows it; None if it cannot.
        cost: The lower, the more it says.
    """

    words: str
    shows: Shows
    cost: int = 0


def effects(cause: RootCause, clauses: Sequence[str], failing: Sequence[Observation]) -> Iterator[Effect]:
    """Effects that all failing requests of a finding show, the most telling first."""
    clause = clauses[0]
    if clause.startswith(("request.", "authorization.", "service.no_5xx", "state.external_id_reuse")):
        yield from _outcomes(clauses, failing)
    elif clause.startswith("response.201."):
        yield from _members(clause, failing)
    statuses = {seen.response.status for seen in failing}
    if clause == "response.201.status" and len(statuses) == 1:
        status = statuses.pop()
        yield Effect(f"{{all}}valid requests are answered with {status}", partial(_has_status, status))
    yield from _headers(clause, failing)
    if not clause.startswith(("request.", "authorization.")):
        words = f"{{all}}responses break the promise {clause} ({cause.cause})"
        yield Effect(words, partial(_breaks, frozenset(clauses), cause.cause, _scope(failing)), 6)


def _outcomes(clauses: Sequence[str], failing: Sequence[Observation]) -> Iterator[Effect]:
    outcomes = {seen.outcome for seen in failing}
    if len(outcomes) != 1:
        return
    outcome = outcomes.pop()
    statuses = {seen.response.status for seen in failing}
    status = f" ({statuses.pop()})" if len(statuses) == 1 else ""
    if outcome == ACCEPTED:
        areas = frozenset(_area(clause) for clause in clauses)
        yield Effect(f"{{all}}{_invalid(clauses[0])} are accepted", partial(_is_accepted, areas))
    elif outcome == REFUSED:
        yield Effect(f"{{all}}valid requests are refused{status}", _is_refused)
    else:
        wrong = frozenset(seen.wrong for seen in failing)
        yield Effect(f"{{all}}requests make the service fail{status}", partial(_fails, wrong))


def _invalid(clause: str) -> str:
    """What breaks a clause, in the plural."""
    part = part_of(clause)
    return _INVALID.get(clause) or _INVALID.get(part) or f"invalid values of {part}"


def _area(clause: str) -> str:
    part = part_of(clause)
    return clause if part in {"?", "body"} else part


def _is_accepted(areas: frozenset[str], seen: Observation) -> bool | None:
    if not seen.wrong or _area(seen.broken) not in areas or seen.outcome == FAILED:
        return None
    return seen.outcome == ACCEPTED


def _is_refused(seen: Observation) -> bool | None:
    return None if seen.broken or seen.outcome == FAILED else seen.outcome == REFUSED


def _fails(wrong: frozenset[str], seen: Observation) -> bool | None:
    if seen.outcome == REFUSED:
        # It may be refused before anything could fail; not where it is wrong in the part in which all that fail are.
        return False if seen.wrong and wrong == {seen.wrong} else None
    return seen.outcome == FAILED


def _has_status(status: int, seen: Observation) -> bool | None:
    return seen.response.status == status if seen.outcome == ACCEPTED and not seen.wrong else None


def _scope(failing: Sequence[Observation]) -> tuple[bool, bool]:
    """Whether what is seen is seen in responses of success, and of refusal or failure."""
    return any(seen.outcome == ACCEPTED for seen in failing), any(seen.outcome != ACCEPTED for seen in failing)


def _breaks(clauses: frozenset[str], cause: str, scope: tuple[bool, bool], seen: Observation) -> bool | None:
    if not scope[seen.outcome != ACCEPTED] or (seen.wrong and seen.outcome == ACCEPTED):
        return None
    if any(clause in clauses and name == cause for clause, name, _ in seen.findings):
        return True
    # Not everything is looked at in responses to requests that the contract leaves open, and in very long ones.
    return None if seen.broken == OPEN or seen.response.cut or seen.answer is ABSENT else False


def _headers(clause: str, failing: Sequence[Observation]) -> Iterator[Effect]:
    """That the response's Content-Type is another one."""
    values = {seen.response.header("content-type") for seen in failing}
    if len(values) == 1 and clause.endswith(("mediaType", "media_type", ".json")):
        value = values.pop()
        words = "have no Content-Type" if value is None else f"have the Content-Type {json.dumps(value)}"
        if not clause.endswith("json") or "json" not in str(value):
            yield Effect(f"{{all}}responses {words}", partial(_has_type, value, _scope(failing)), 1)


def _has_type(value: str | None, scope: tuple[bool, bool], seen: Observation) -> bool | None:
    if not scope[seen.outcome != ACCEPTED]:
        return None
    return seen.response.header("content-type") == value


def _members(clause: str, failing: Sequence[Observation]) -> Iterator[Effect]:
    path = clause.removeprefix("response.201.").split(".")[:-1]
    readable = [seen for seen in failing if isinstance(seen.answer, dict)]
    if not path or path[-1] == "items" or not readable:
        return
    for words, holds, cost in _facts(path, clause.rpartition(".")[2], readable):
        yield Effect(f"{'.'.join(path)} {words} in {{all}}responses", partial(_shows, path, holds), cost)


Holds = Callable[[Observation, Any], bool]


def _shows(path: Sequence[str], holds: Holds, seen: Observation) -> bool | None:
    if seen.outcome != ACCEPTED or not isinstance(seen.answer, dict):
        return None
    parent = _at(seen.answer, path[:-1])
    return holds(seen, _at(seen.answer, path)) if isinstance(parent, dict) else None


def _at(answer: Any, path: Sequence[str]) -> Any:
    for name in path:
        if not isinstance(answer, dict):
            return ABSENT
        answer = answer.get(name, ABSENT)
    return answer


def _facts(path: Sequence[str], aspect: str, failing: Sequence[Observation]) -> Iterator[tuple[str, Holds, int]]:
    """Facts about a member of the response that hold for all failing requests, and for no right response."""
    values = [_at(seen.answer, path) for seen in failing]
    facts = [*_of_value(aspect, values)]
    if aspect in _TYPED:
        facts += [*_of_kind(), *_of_relation(path, failing)]
    if aspect in _FORMED:
        facts += _of_form(values, _RIGHT.get(aspect))
    if aspect == "clock":
        facts += _of_clock(values, failing)
    if aspect in _RELATED:
        facts += _of_relation(path, failing)
    for words, holds, cost in facts:
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
        # Of a text with the wrong form the form says more.
        yield f"is {shown}", lambda _, value: same(first, value), 4 if aspect in _FORMED else 1


def _of_form(values: Sequence[Any], right: str | None) -> Iterator[tuple[str, Holds, int]]:
    for words, form in _FORMS.items():
        if right is None or not re.fullmatch(form, right):
            yield f"is {words}", partial(_has_form, re.compile(form)), 3
    for length in {len(value) for value in values if isinstance(value, str) and len(value) != len(right or "")}:
        yield f"is a text of {length} characters", partial(_has_length, length), 4


def _of_clock(values: Sequence[Any], failing: Sequence[Observation]) -> Iterator[tuple[str, Holds, int]]:
    """How an instant is beside the time of the request."""
    yield "is the midnight of a day", lambda _, value: _time_of(value)[:3] == (0, 0, 0), 2
    yield "is a whole hour", lambda _, value: _time_of(value)[1:3] == (0, 0), 3
    offsets = [_offset(seen, value) for seen, value in zip(failing, values, strict=True) if instant(str(value))]
    if len(offsets) < len(values) or max(offsets) - min(offsets) > _SPREAD:
        return
    usual = median(offsets)
    side = "before" if usual < 0 else "after"
    words = f"is about {_duration(abs(usual))} {side} the time of the request"
    yield words, lambda seen, value: abs(_offset(seen, value) - usual) <= _SPREAD, 1


def _time_of(value: Any) -> tuple[int, int, int]:
    read = instant(str(value))
    return (read.hour, read.minute, read.second) if read is not None else (-1, -1, -1)


def _offset(seen: Observation, value: Any) -> float:
    """Seconds from the time of the request to an instant in its response."""
    read = instant(str(value))
    return math.nan if read is None else read.timestamp() - seen.started


def _duration(seconds: float) -> str:
    """In the largest unit of which there is more than one, such as ``36 hours``."""
    unit, size = next(((name, size) for name, size in _UNITS.items() if seconds >= 1.5 * size), ("second", 1))
    amount = round(seconds / size)
    return f"{amount:,} {unit}{'' if amount == 1 else 's'}"


def _of_kind() -> Iterator[tuple[str, Holds, int]]:
    for least, most, words in _EPOCH:
        yield f"is a number of {words}", partial(_is_within, least, most), 1
    for kind, words in KINDS.items():
        yield f"is {words}", partial(_is_kind, kind), 3


def _of_relation(path: Sequence[str], failing: Sequence[Observation]) -> Iterator[tuple[str, Holds, int]]:
    """What ties the member to others of the response, or to what was sent."""
    name = path[-1]
    yield "is written as JSON within a text", lambda _, v: isinstance(v, str) and v.startswith(("[", "{")), 2
    yield "is within a list", lambda _, v: isinstance(v, list) and len(v) == 1, 2
    yield "is a number within a text", lambda _, v: isinstance(v, str) and bool(float(v)), 2
    yield f"is what was sent as {name}", lambda seen, v: same(seen.body[name], v), 2
    answer = failing[0].answer
    for other in answer:
        if [other] != list(path) and isinstance(answer[other], str):
            yield f"is the same as {other}", partial(_is_other, other), 2


def _is_other(other: str, seen: Observation, value: Any) -> bool:
    return value is not ABSENT and same(seen.answer.get(other, ABSENT), value)


def _is_within(least: float, most: float, _: Observation, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value < most


def _has_form(form: re.Pattern[str], _: Observation, value: Any) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _has_length(length: int, _: Observation, value: Any) -> bool:
    return isinstance(value, str) and len(value) == length


def _is_kind(kind: str, _: Observation, value: Any) -> bool:
    return value is not ABSENT and json_text.type_name(value) == kind
