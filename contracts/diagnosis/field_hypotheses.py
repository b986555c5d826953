"""Hypotheses about a whole field: unknown, not validated, required, null, other types, the size of numbers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts.diagnosis.hypothesis import (
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
from contracts.diagnosis.observation import REUSE
from contracts.json_equality import same
from contracts.json_text import ABSENT, is_number, type_name
from contracts.oracle import is_valid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts.document import Contract, Field

#: Integers of so many bits, the sign included, are held exactly by a double.
_DOUBLE: Final = 54
#: Values that services use if none was sent, by name.
_DEFAULTS: Final[tuple[tuple[Any, str], ...]] = (
    (None, "null"),
    ("", "an empty string"),
    (0, "0"),
    (False, "false"),
    ({}, "an empty object"),
    ([], "an empty array"),
)
#: Values that count as false in JavaScript.
_FALSE: Final = (None, False, 0, "")
_VERBS: Final = ((REFUSES, "is refused"), (ACCEPTS, "is accepted"), (FAILS, "makes the service fail"))
_OF_NUMBERS: Final = ((REFUSES, "are refused"), (FAILS, "make the service fail"))


def field_hypotheses(contract: Contract) -> Iterator[Hypothesis]:
    """Hypotheses about each field of the body, and about a second use of an externalId."""
    for field in contract.fields:
        if field.path in contract.echoed:
            yield from _of_the_answer(field)
        yield from _of_validation(field, is_returned=field.path in contract.echoed)
        for prediction, verb in _VERBS:
            yield from _of_types(field, prediction, verb)
        for prediction, verb in _OF_NUMBERS if {"number", "integer"} & set(field.types) else ():
            yield from _of_numbers(field.path, prediction, verb)
        if "array" in field.types:
            yield when(f"the items of {field.path} are not validated", field.path, is_kind("array"), ACCEPTS, 1)
    yield from _of_skipped_values(contract)
    yield when("a second request with the same externalId fails", REUSE, is_present, FAILS, 1)
    yield when("a second request with the same externalId is refused", REUSE, is_present, REFUSES, 1)


def _of_skipped_values(contract: Contract) -> Iterator[Hypothesis]:
    """Values that count as nothing are accepted in every optional field."""
    fields = {field.path: field for field in contract.fields if not field.required}
    for values, words in (
        (("",), "empty strings"),
        ((0,), "numbers that are 0"),
        (_FALSE, "null, false, 0 and an empty string"),
        ((*_FALSE, [], {}), "empty values and false"),
    ):

        def model(part: str, value: Any, values: tuple[Any, ...] = values) -> Part | None:
            skipped = any(same(value, other) for other in values)
            return ACCEPTS if skipped and not is_valid(fields[part], value) else None

        yield Hypothesis(f"{words} are not validated, in any optional field", tuple(fields), model, 0)


def _of_the_answer(field: Field) -> Iterator[Hypothesis]:
    """What is returned for a field that is not stored, was not sent, or was null."""
    name = field.path
    for stored, how in ((ABSENT, "does not come back"), (None, "comes back as null")):
        yield stores(
            f"{name} is not known to the service: every value is accepted, and {how}",
            name,
            is_present,
            always(stored),
            0,
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
    yield when(f"{name} {unknown}: every value is accepted", name, is_present, ACCEPTS, 0)
    yield when(f"{name} {unknown}, except that null is refused", name, _is_given, ACCEPTS, 1)
    if field.required:
        yield when(f"{name} is optional for the service", name, is_absent, ACCEPTS, 1)
        yield when(f"{name} is optional for the service, and null counts as missing", name, _is_missing, ACCEPTS, 2)
    else:
        yield when(f"{name} is required by the service", name, is_absent, REFUSES, 1)
        yield when(f"{name} is required by the service, and null is refused", name, _is_missing, REFUSES, 2)
    yield when(f"a request without {name} makes the service fail", name, is_absent, FAILS, 1)
    if field.pattern is not None:
        yield when(
            f"the pattern of {name} is not checked: every string is accepted", name, is_kind("string"), ACCEPTS, 1
        )


def _of_types(field: Field, prediction: Part, verb: str) -> Iterator[Hypothesis]:
    name = field.path
    yield when(f"{name}: null {verb}", name, is_null, prediction, 2)
    yield when(f"{name} {verb}, whatever its value", name, is_present, prediction, 2)
    if prediction is not REFUSES:
        yield when(f"{name}: every value of another type {verb}", name, _is_other(field), prediction, 2)


def _of_numbers(name: str, prediction: Part, verb: str) -> Iterator[Hypothesis]:
    """Numbers that do not fit the type in which they are stored; a lenient service takes them from strings, too."""
    for stored, numbers, holds in _number_limits():
        yield when(f"{name} is {stored}: {numbers} {verb}", name, holds, prediction, 2)
        in_strings = partial(_holds_for_number, holds)
        yield when(f"{name} is {stored}: {numbers}, also in strings, {verb}", name, in_strings, prediction, 3)


def _number_limits() -> Iterator[tuple[str, str, Callable[[Any], bool]]]:
    """How numbers may be stored, and which of them do not fit, in words and as a function."""
    yield "stored as an integer", "fractions", _is_fraction
    for bits in (8, 16, 32, _DOUBLE, 64):
        beyond, lost = partial(_is_beyond, 2 ** (bits - 1)), partial(_is_lost, 2 ** (bits - 1))
        numbers = f"numbers beyond 2^{bits - 1} - 1"
        yield "held exactly in a double" if bits == _DOUBLE else f"stored in {bits} bits", numbers, beyond
        stored = "an integer of a double" if bits == _DOUBLE else f"stored as a {bits}-bit integer"
        yield stored, f"fractions and {numbers}", lost


def _holds_for_number(holds: Callable[[Any], bool], value: Any) -> bool:
    """Whether it holds for a number, or for the number in a string; raises ValueError for another string."""
    return holds(float(value) if isinstance(value, str) else value)


def _valid(field: Field) -> Callable[[Any], bool]:
    return lambda value: value is not ABSENT and is_valid(field, value)


def _is_missing(value: Any) -> bool:
    return value is ABSENT or value is None


def _is_given(value: Any) -> bool:
    return value is not ABSENT and value is not None


def _is_other(field: Field) -> Callable[[Any], bool]:
    return lambda value: _is_given(value) and type_name(value) not in field.types


def _is_fraction(value: Any) -> bool:
    return is_number(value) and value != int(value)


def _is_beyond(bound: int, value: Any) -> bool:
    return is_number(value) and not -bound <= value < bound


def _is_lost(bound: int, value: Any) -> bool:
    return _is_beyond(bound, value) or _is_fraction(value)
