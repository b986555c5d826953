"""Valid bodies in which each field has a hard value, and free-form fields have dozens."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any, Final

from contracts.json_text import ABSENT
from contracts.patterns import Pattern
from strategies.encoding import LARGE, Style, encode, json_case, with_header
from strategies.surrounding_fields import (
    MARKED,
    SurroundingFields,
    hard_values,
    is_name_like,
    marked_text,
    names_of_fields,
    ordinary,
)

if TYPE_CHECKING:
    from contracts.document import Contract, Field
    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames

#: The names for null in a nullable field, for omitting an optional one, and for a name that other projects have.
_NULL, _ABSENT, _ORDINARY = "null", "absent", "an ordinary name"
#: The rows in which a field with a pattern is null or absent, as others are.
_NOTHING: Final = {3: _NULL, 4: _ABSENT}
#: Names of hard values by type, those that most services fail on first; a body gets one of each.
_PACKED: Final[dict[str, tuple[str, ...]]] = {
    "string": (
        *(
            "many classes at once",
            "path and URL",
            "C0 controls",
            "an astral letter, white space of two kinds at both ends",
        ),
        *("1,025 characters", "the word null", "a word of SQL, letters that show nothing and a backslash"),
        *(_ORDINARY, "one digit", "a text in quotation marks", "the word 007", "the word 2024-01-01T00:00:00+01:00"),
        *("decomposed (NFD)", "a line feed inside", "only spaces", "257 characters, two bytes each", "markup"),
        *("astral letters", "5,000 characters", "printable ASCII", "bidirectional controls"),
    ),
    "number": (
        # One may have several marks: beyond every limit and zeros in binary; a zero with a sign and a fraction.
        *("123456.789e-03 (six decimals by an exponent with a leading zero)", "9223372036854775808 (2^63)"),
        *("1E+02 (a whole number with every mark of an exponent)", _NULL, _ABSENT, "-2147483649 (-2^31 - 1)"),
        *("-0.0 (minus zero with a fraction)", "1.7976931348623157e308 (largest double)", "1.5", "2147483648 (2^31)"),
        *("9007199254740991 (2^53 - 1)", "0.30000000000000004 (17 digits)", "0", "1000", "-1"),
        *("1e21 (where ECMAScript begins to write exponents)", "16777217 (2^24 + 1: lost by single precision)"),
        *("99.995 (rounded by two decimals)", "65536 (2^16)", "1e-7"),
    ),
    "array": (
        *("every hard item", "in no order, with repetition", "empty", "1,001 different items", _ABSENT, "empty texts"),
        *("101 items", "one item", "the same item twice"),
    ),
    "object": (
        *("everything at once", "every number class", "empty", "values that are falsy", "1,001 names", "one null"),
        *("32,000 characters, two and three bytes each", "every JSON type", _ABSENT, "21 levels", "one false"),
        *("arrays in no order, with repetition", "texts that look like numbers, dates and booleans", "one empty text"),
    ),
}
#: Unusual headers of some of the bodies, by row: the expected response is the same.
_HEADERS: Final[dict[int, tuple[str, str]]] = {
    1: ("Transfer-Encoding", "chunked"),
    2: ("Accept-Encoding", "gzip"),
    3: ("Accept", "text/html,application/xml;q=0.9,*/*;q=0.8"),
    4: ("Content-Type", "application/json;charset=UTF-8"),
    5: ("Expect", "100-continue"),
}
#: Values of the marked field, in turn, if it cannot contain two hard texts around a unique name.
_MARKED: Final = {3: None, 4: ABSENT}
#: The rows in which free-form objects also have members called as the fields, some of which are absent beside them.
_NAMES_INSIDE: Final = (1, 4)
PACKED_BODIES: Final = 16
#: The name of this set.
PACKED: Final = "priority.packed"
#: The styles of the bodies that are small enough for another one than the compact one, in turn.
_STYLES: Final[tuple[Style, ...]] = ("reversed", "escaped", "spaced", "solidus", "compact")


def packed_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Bodies in which each field has a hard value; the marked field has two, around its unique name.

    Some of them have an unusual header.
    """
    surrounding_fields = SurroundingFields(contract, names, seed)
    cases, styles = [], cycle(_STYLES)
    for row in range(PACKED_BODIES):
        body: dict[str, Any] = {}
        parts = []
        for field in contract.fields:
            packed = _packed_values(field)
            value, name = packed[row % len(packed)]
            if field.path == MARKED and isinstance(value, str):
                value, name = _marked(field, surrounding_fields, packed, row)
            if row in _NAMES_INSIDE and isinstance(value, dict):
                value = names_of_fields(surrounding_fields, field) | value
            if value is not ABSENT:
                body[field.path] = value
            parts.append(f"{field.path}: {name}")
        if not isinstance(body.get(MARKED), str):
            surrounding_fields.marked(body)
        parts += [": ".join(_HEADERS[row])] if row in _HEADERS else []
        style: Style = next(styles) if len(encode(body)) <= LARGE else "compact"
        intent, identifier = "; ".join(parts), f"packed {row + 1}"
        case = json_case(body, case_set=PACKED, intent=intent, identifier=identifier, style=style)
        cases.append(with_header(case, *_HEADERS[row]) if row in _HEADERS else case)
    return cases


def _marked(
    field: Field, surrounding_fields: SurroundingFields, packed: list[tuple[Any, str]], row: int
) -> tuple[Any, str]:
    if row in _MARKED and (field.nullable if _MARKED[row] is None else not field.required):
        return _MARKED[row], _NULL if _MARKED[row] is None else _ABSENT
    texts = [(value, name) for value, name in packed if isinstance(value, str)]
    (before, first), (behind, last) = (texts[(2 * row + turn) % len(texts)] for turn in range(2))
    return marked_text(field, surrounding_fields.name(), before, behind), f"{first}, {last}"


def _packed_values(field: Field) -> list[tuple[Any, str]]:
    """The field's hard values with their names, in order of use."""
    hard: dict[str, Any] = {named.name: named.value for named in hard_values(field)}
    wanted = [name for kind in field.types for name in _PACKED.get(kind, ()) if name in hard or _may_be(field, name)]
    rest = [name for name in hard if name not in wanted][: 1 if wanted else None]
    if field.pattern is not None and field.enum is None and not wanted:
        pattern = Pattern.compile(field.pattern)
        varied = sorted(rest, key=lambda name: -_variety(pattern, hard[name]))
        short = sorted(rest, key=lambda name: len(hard[name]))
        # Alternately the texts that exercise most of the pattern, and the shortest ones.
        rest = list(dict.fromkeys(name for pair in zip(varied, short, strict=True) for name in pair))
        for row, name in _NOTHING.items():
            if _may_be(field, name):
                rest.insert(row, name)
    special = {_NULL: None, _ABSENT: ABSENT, _ORDINARY: ordinary(field)}
    return [(special[name] if name in special else hard[name], name) for name in (*wanted, *rest)]


def _variety(pattern: Pattern, text: Any) -> int:
    """The number of different transitions of the pattern's automaton in a text: a measure of what it exercises."""
    automaton, state, steps = pattern.automaton, pattern.automaton.initial, set()
    for char in text if isinstance(text, str) else "":
        step = (state, automaton.class_of(char))
        steps.add(step)
        state = automaton.transitions[step[0]][step[1]]
    return len(steps)


def _may_be(field: Field, name: str) -> bool:
    if name == _ORDINARY:
        return is_name_like(field)
    return (name == _NULL and field.nullable) or (name == _ABSENT and not field.required)
