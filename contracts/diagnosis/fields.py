"""Hypotheses about a field as a whole: unknown, not validated, required, null, other types, items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.diagnosis.models import (
    ACCEPTS,
    FAILS,
    REFUSES,
    Hypothesis,
    Part,
    always,
    is_absent,
    is_kind,
    is_null,
    is_present,
    stores,
    when,
)
from contracts.diagnosis.observations import REUSE
from contracts.diagnosis.validity import is_valid
from contracts.json_text import ABSENT, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts.document import Contract, Field

_KINDS: Final = ("null", "boolean", "number", "string", "array", "object")
#: Values that services put where none was sent, in words.
_DEFAULTS: Final[tuple[tuple[Any, str], ...]] = (
    (None, "null"),
    ("", "an empty text"),
    (0, "0"),
    (False, "false"),
    ({}, "an empty object"),
    ([], "an empty list"),
)
_VERBS: Final = ((REFUSES, "is refused"), (ACCEPTS, "is taken"), (FAILS, "makes the service fail"))


def field_hypotheses(contract: Contract) -> Iterator[Hypothesis]:
    """For each field of the body, and for a second use of an externalId."""
    for field in contract.fields:
        if field.path in contract.echoed:
            yield from _of_the_answer(field)
        yield from _of_validation(field, is_returned=field.path in contract.echoed)
        for prediction, verb in _VERBS:
            yield from _of_types(field, prediction, verb)
            if "array" in field.types:
                yield from _of_items(field.path, prediction, verb)
    yield when("a second request with the same externalId fails", REUSE, is_present, FAILS, 1)
    yield when("a second request with the same externalId is refused", REUSE, is_present, REFUSES, 1)


def _of_the_answer(field: Field) -> Iterator[Hypothesis]:
    """What comes back of a field that is not stored, was not sent, or was null."""
    name = field.path
    for stored, how in ((ABSENT, "does not come back"), (None, "comes back as null")):
        yield stores(
            f"{name} is not known to the service: every value is taken, and {how}", name, is_present, always(stored), 0
        )
        yield stores(f"{name} is not stored: it {how}", name, _valid(field), always(stored), 1)
    for stored, shown in _DEFAULTS:
        change = always(stored)
        yield stores(f"{name} comes back as {shown} where it was not sent", name, is_absent, change, 2)
        yield stores(f"{name}: null comes back as {shown}", name, is_null, change, 3)
        yield stores(
            f"{name} comes back as {shown} where it was not sent, and null is taken for a field that was not sent",
            name,
            _is_missing,
            change,
            3,
        )
    yield stores(f"{name}: null is taken for a field that was not sent", name, is_null, always(ABSENT), 3)


def _of_validation(field: Field, *, is_returned: bool) -> Iterator[Hypothesis]:
    name = field.path
    unknown = "is not validated" if is_returned else "is not known to the service, or not validated"
    yield when(f"{name} {unknown}: every value is taken", name, is_present, ACCEPTS, 0)
    yield when(f"{name} {unknown}, except that null is refused", name, _is_given, ACCEPTS, 1)
    if field.required:
        yield when(f"{name} is optional for the service", name, is_absent, ACCEPTS, 1)
        yield when(f"{name} is optional for the service, and null is taken for none", name, _is_missing, ACCEPTS, 2)
    else:
        yield when(f"{name} is required by the service", name, is_absent, REFUSES, 1)
        yield when(f"{name} is required by the service, and null is refused", name, _is_missing, REFUSES, 2)
    yield when(f"a request without {name} makes the service fail", name, is_absent, FAILS, 1)
    if field.pattern is not None:
        yield when(f"the pattern of {name} is not checked: every text is taken", name, is_kind("string"), ACCEPTS, 1)


def _of_types(field: Field, prediction: Part, verb: str) -> Iterator[Hypothesis]:
    name = field.path
    yield when(f"{name}: null {verb}", name, is_null, prediction, 2)
    yield when(f"{name} {verb}, whatever its value", name, is_present, prediction, 2)
    if prediction is not REFUSES:
        yield when(f"{name}: every value of another type {verb}", name, _is_other(field), prediction, 2)
    for kind in _KINDS[1:]:
        yield when(f"{name}: every {kind} {verb}", name, is_kind(kind), prediction, 3)
    for text, holds in (
        ("an empty text", lambda v: v == ""),
        ("an empty list", lambda v: v == []),
        ("an empty object", lambda v: v == {}),
        ("false", lambda v: v is False),
        ("true", lambda v: v is True),
        ("0", lambda v: v == 0 and not isinstance(v, bool)),
        ("false, 0 or an empty text", _is_falsy),
        ("a list or an object", lambda v: isinstance(v, list | dict)),
        ("a list that is not empty", lambda v: isinstance(v, list) and bool(v)),
        ("an object that is not empty", lambda v: isinstance(v, dict) and bool(v)),
        ("a list with objects alone", lambda v: _holds_only(v, dict)),
        ("a list of objects that have members", lambda v: _holds_only(v, dict) and all(v)),
        ("a list with texts alone", lambda v: _holds_only(v, str)),
        ("a list with more than one item", lambda v: isinstance(v, list) and len(v) > 1),
        ("a list with one item", lambda v: isinstance(v, list) and len(v) == 1),
    ):
        yield when(f"{name}: {text} {verb}", name, holds, prediction, 4)


def _of_items(name: str, prediction: Part, verb: str) -> Iterator[Hypothesis]:
    if prediction is ACCEPTS:
        yield when(f"the items of {name} are not validated", name, is_kind("array"), ACCEPTS, 1)
    for kind in _KINDS:
        yield when(f"{name}: a list with an item of type {kind} {verb}", name, _with_item(kind), prediction, 4)
    yield when(f"{name}: an item that is an empty text {verb}", name, lambda v: _holds(v, ""), prediction, 4)
    yield when(f"{name}: a list with an item twice {verb}", name, _has_twins, prediction, 4)
    for most in (1, 2, 5, 9, 10, 16, 20, 25, 32, 50, 64, 99, 100, 127, 128, 200, 255, 256, 500, 1000):
        yield when(f"{name}: a list of more than {most} items {verb}", name, _is_longer(most), prediction, 4)


def _valid(field: Field) -> Callable[[Any], bool]:
    return lambda value: value is not ABSENT and is_valid(field, value)


def _is_missing(value: Any) -> bool:
    return value is ABSENT or value is None


def _is_given(value: Any) -> bool:
    return value is not ABSENT and value is not None


def _is_falsy(value: Any) -> bool:
    return value is False or value == "" or (value == 0 and not isinstance(value, bool))


def _is_other(field: Field) -> Callable[[Any], bool]:
    return lambda value: _is_given(value) and type_name(value) not in field.types


def _with_item(kind: str) -> Callable[[Any], bool]:
    """A list in which all that is no text is of one type."""
    return lambda value: (
        isinstance(value, list) and {type_name(item) for item in value} - {"string"} == {kind} - {"string"}
    )


def _is_longer(most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) > most


def _holds(value: Any, item: Any) -> bool:
    return isinstance(value, list) and item in value


def _holds_only(value: Any, kind: type) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, kind) for item in value)


def _has_twins(value: Any) -> bool:
    return _holds_only(value, str) and len(set(value)) < len(value)
