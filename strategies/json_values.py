"""Hard numbers, which a field must accept, and values of every JSON type, for fields of another type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from strategies.encoding import Token


@dataclass(frozen=True, slots=True)
class Named:
    """A JSON value and its description."""

    name: str
    value: Any


def _number(text: str, name: str = "") -> Named:
    return Named(f"{text}{f' ({name})' if name else ''}", Token(text))


#: Numbers that a ``number`` must accept, written as they are sent.
HARD_NUMBERS: Final = (
    _number("0"),
    _number("1"),
    _number("-1"),
    _number("1.5"),
    _number("-0.5"),
    _number("0.1"),
    _number("1.0"),
    _number("1e2"),
    _number("-0", "minus zero"),
    _number("-0.0", "minus zero with a fraction"),
    _number("0.005", "lost by two decimals"),
    _number("99.995", "rounded by two decimals"),
    _number("0.30000000000000004", "17 digits"),
    _number("3.141592653589793"),
    _number("123456.789"),
    _number("123", "as on the page"),
    _number("127"),
    _number("-129"),
    _number("256"),
    _number("1000"),
    _number("1001"),
    _number("32767", "2^15 - 1"),
    _number("32768", "2^15"),
    _number("-32769"),
    _number("65536", "2^16"),
    _number("16777217", "2^24 + 1: lost by single precision"),
    _number("2147483647", "2^31 - 1"),
    _number("2147483648", "2^31"),
    _number("-2147483648", "-2^31"),
    _number("-2147483649", "-2^31 - 1"),
    _number("4294967295", "2^32 - 1"),
    _number("4294967296", "2^32"),
    _number("1099511627776", "2^40"),
    _number("9007199254740991", "2^53 - 1"),
    _number("9007199254740992", "2^53"),
    _number("-9007199254740993", "-2^53 - 1: between two doubles"),
    _number("9223372036854775807", "2^63 - 1"),
    _number("9223372036854775808", "2^63"),
    _number("-9223372036854775808", "-2^63"),
    _number("18446744073709551616", "2^64"),
    _number("1e21", "where ECMAScript begins to write exponents"),
    _number("123456789012345680000", "21 digits"),
    _number("1E+2", "capital exponent with sign"),
    _number("1E+02", "a whole number with every mark of an exponent"),
    _number("25e-1", "negative exponent"),
    _number("123456.789e-03", "six decimals by an exponent with a leading zero"),
    _number("1e-7"),
    _number("1.10", "trailing zero"),
    _number("1e02", "an exponent with a leading zero"),
    _number("0.12345678901234567890123", "23 decimals"),
    _number("1.7976931348623157e308", "largest double"),
    _number("-1.7976931348623157e308", "smallest double"),
    _number("2.2250738585072014e-308", "smallest normal double"),
    _number("5e-324", "smallest double above zero"),
)

#: One or more values of each JSON type, including those that lenient code converts to another type.
OTHERS: Final[dict[str, tuple[Any, ...]]] = {
    "string": (
        *("", "x", "null", "true", "false", "1", "[]", '["x"]', "a,b", "{}", '{"a":1}'),
        *("0", "5", "5.0", "-1", "1e3", "0x10", "NaN", " 5 ", "\uff15"),
        *(
            # nothing to see, which coercion takes for 0 or for nothing at all
            *(" ", "\t", "\r\n", "\u2003"),
        ),
        *("1,000", "Infinity", "+5", "5px", "2024-01-01T00:00:00Z", '{ "a": 1 }', " {} ", "a=>1"),
    ),
    "number": (0, 1, Token("1.5"), 1720000000000, -5, Token("12345678901234567890")),
    "boolean": (True, False),
    "array": ([], ["x"], [5], [{}], [["a", 1]], [{"a": 1}], [None], [[5]]),
    "object": ({}, {"0": "x"}, {"value": 5}, {"length": 0}, {"$numberInt": "5"}, {"en": "x"}),
}
#: Bodies that are not a JSON object; an array of a valid object is added.
NO_OBJECTS: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    1,
    5,
    Token("1.5"),
    "",
    "x",
    "{}",
    [],
    [None],
    ["displayName", "x"],
)
