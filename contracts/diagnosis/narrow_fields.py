"""Fields that take less than they should: texts of one form, numbers within bounds."""

from __future__ import annotations

import re
import struct
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts.diagnosis.models import FAILS, REFUSES, Hypothesis, stores, when
from contracts.json_text import is_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract

#: What texts may have to be, as expressions that match the whole text.
_FORMS: Final = {
    "in ASCII": r"[\x00-\x7f]*",
    "in printable ASCII": r"[\x20-\x7e]*",
    "in Latin-1": r"[\x00-\xff]*",
    "of at least one character": r"(?s).+",
    "with a character that is not blank": r"(?s).*\S.*",
    "of letters, digits and hyphens": r"[A-Za-z0-9-]*",
    "of lower case letters, digits and hyphens": r"[a-z0-9-]*",
    "of words joined by single hyphens, as in a slug,": r"[a-z0-9]+(?:-[a-z0-9]+)*",
    "of words joined by single hyphens": r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*",
    "of letters, digits, hyphens and underscores": r"[A-Za-z0-9_-]*",
    "of letters, digits, hyphens, underscores and full stops": r"[A-Za-z0-9._-]*",
    "of letters and digits": r"[A-Za-z0-9]*",
    "with a letter or a digit at the start": r"(?s)[^\W_].*",
    "that are UUIDs": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
}
#: What texts may not have, as expressions that match a text without it.
_WITHOUT: Final = {
    "a character beyond U+FFFF": "[\0-\uffff]*",
    "control characters": r"[^\x00-\x1f\x7f]*",
    "control characters of any kind": r"[^\x00-\x1f\x7f-\x9f]*",
    "line breaks": r"[^\r\n]*",
    "blanks at the ends": r"(?s)(?!\s).*(?<!\s)|",
    "white space": r"\S*",
    "< or >": r"[^<>]*",
    "quotation marks, < or >": r"[^<>\"']*",
    "a slash": r"[^/]*",
    "a full stop": r"[^.]*",
    "an apostrophe": r"[^']*",
    "a + sign": r"[^+]*",
    "an upper case letter": r"[^A-Z]*",
    "a digit at the start": r"(?s)(?!\d).*",
}
#: Integers of so many bits, the sign included, are held exactly by a double.
_DOUBLE: Final = 54
_BOUNDS: Final = (
    *(10, 20, 25, 50, 64, 99, 100, 127, 128, 200, 255, 256, 500, 999, 1_000, 1_024, 9_999, 10_000, 2**15 - 1, 2**15),
    *(65_535, 65_536, 99_999, 100_000, 999_999, 10**6, 2**31 - 1, 2**31, 2**32 - 1, 10**9, 2**53 - 1, 2**53, 2**63 - 1),
)


def narrow_fields(contract: Contract) -> Iterator[Hypothesis]:
    """For each field that holds texts what they may have to be or may not have, for each number its bounds."""
    for field in contract.fields:
        name = field.path
        if "string" in field.types:
            for what, expression in _FORMS.items():
                breaks = partial(_breaks, re.compile(expression))
                yield when(f"{name}: only texts {what} are taken", name, breaks, REFUSES, 5)
                yield when(f"{name}: only texts {what} do not make the service fail", name, breaks, FAILS, 6)
            for what, expression in _WITHOUT.items():
                breaks = partial(_breaks, re.compile(expression))
                yield when(f"{name}: texts with {what} are refused", name, breaks, REFUSES, 5)
                yield when(f"{name}: texts with {what} make the service fail", name, breaks, FAILS, 6)
        if "number" in field.types or "integer" in field.types:
            yield from _of_number(name)


def _of_number(name: str) -> Iterator[Hypothesis]:
    for prediction, verb in ((FAILS, "make the service fail"), (REFUSES, "are refused")):
        for bits in (8, 16, 32, 54, 64):
            beyond, lost = partial(_is_beyond, 2 ** (bits - 1)), partial(_is_lost, 2 ** (bits - 1))
            numbers = f"numbers beyond 2^{bits - 1} - 1"
            stored = "held exactly in a double" if bits == _DOUBLE else f"stored in {bits} bits"
            yield when(f"{name} is {stored}: {numbers} {verb}", name, beyond, prediction, 2)
            stored = "an integer of a double" if bits == _DOUBLE else f"stored as a {bits}-bit integer"
            yield when(f"{name} is {stored}: fractions and {numbers} {verb}", name, lost, prediction, 2)
        yield when(f"{name} is stored as an integer: fractions {verb}", name, _is_fraction, prediction, 2)
    yield when(f"{name}: only positive numbers are taken", name, lambda v: is_number(v) and v <= 0, REFUSES, 3)
    yield when(f"{name}: negative numbers are refused", name, lambda v: is_number(v) and v < 0, REFUSES, 3)
    yield stores(f"{name}: negative numbers are stored as 0", name, is_number, lambda v: max(v, 0), 4)
    yield stores(f"{name}: negative numbers lose their sign", name, is_number, abs, 4)
    yield stores(f"{name} is stored in single precision", name, is_number, _single, 4)
    for bound in _BOUNDS:
        above = partial(_is_above, bound)
        yield when(f"{name}: numbers beyond {bound:,} are refused", name, above, REFUSES, 4)
        yield stores(f"{name}: numbers beyond {bound:,} are stored as {bound:,}", name, above, partial(min, bound), 4)
        yield stores(
            f"{name}: numbers are stored as the nearest within {bound:,} and -{bound:,}",
            name,
            is_number,
            partial(_within, bound),
            5,
        )


def _breaks(form: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is None


def _is_fraction(value: Any) -> bool:
    return is_number(value) and value != int(value)


def _is_beyond(bound: int, value: Any) -> bool:
    return is_number(value) and not -bound <= value < bound


def _is_lost(bound: int, value: Any) -> bool:
    return _is_beyond(bound, value) or _is_fraction(value)


def _is_above(bound: int, value: Any) -> bool:
    return is_number(value) and value > bound


def _within(bound: int, value: Any) -> Any:
    return max(-bound, min(bound, value))


def _single(value: Any) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])
