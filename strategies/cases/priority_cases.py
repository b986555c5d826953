"""The hundred requests that find most mistakes, best first: what the quickest profile sends.

Each is drawn from one of the complete sets or packs many of their values into one body. The families take turns, so
that a run that is cut short has seen something of every one of them.
"""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.kinds import kinds_of_mismatch
from strategies.cases.authorization_cases import authorization_cases, authorization_spelling_cases
from strategies.cases.combination_cases import corner_cases
from strategies.cases.raw_cases import encoding_cases, malformed_cases, media_type_cases
from strategies.cases.unspecified_cases import unspecified_cases
from strategies.cases.value_cases import WrongCase, in_turn, wrong_kinds
from strategies.encoding import Style, Token, json_case
from strategies.example_values import near_misses
from strategies.surrounding_fields import (
    MARKED,
    SurroundingFields,
    hard_values,
    marked_text,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from contracts.document import Contract, Field
    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames


#: Names of hard values by type, the ones that most services trip over first; one of each goes into a body.
_PACKED: Final[dict[str, tuple[str, ...]]] = {
    "string": (
        *(
            "many classes at once",
            "path and URL",
            "spaces at both ends",
            "257 characters, two bytes each",
            "the word null",
            "only spaces",
        ),
        *("decomposed (NFD)", "a line feed inside", "1,025 characters", "one letter", "the word 007", "markup"),
        *("astral letters", "5,000 characters", "C0 controls", "printable ASCII", "bidirectional controls"),
    ),
    "number": (
        *("1.5", "0", "2147483648 (2^31)", "-1", "0.30000000000000004 (17 digits)", "9007199254740991 (2^53 - 1)"),
        *("1e21 (where ECMAScript begins to write exponents)", "16777217 (2^24 + 1: lost by single precision)", "1e2"),
        *(
            "1000",
            "-2147483649 (-2^31 - 1)",
            "99.995 (rounded by two decimals)",
            "1.7976931348623157e308 (largest double)",
        ),
        *("65536 (2^16)", "1e-7", "9223372036854775808 (2^63)"),
    ),
    "array": (
        *("every hard item", "empty", "in no order, with repetition", "empty texts", "one item", "101 items"),
        *("1,001 different items", "the same item twice"),
    ),
    "object": (
        *("everything at once", "empty", "values that are falsy", "every JSON type", "200 levels", "one null"),
        *("1,001 names", "names that mean something to software", "21 levels", "every number class", "one false"),
        *("arrays in no order, with repetition", "texts that look like numbers, dates and booleans", "one empty text"),
    ),
}
_PACKED_BODIES: Final = 16
#: Clauses whose wrong values are of one kind, whatever their JSON types.
_ONE_KIND: Final = frozenset({"request.body.type"})
#: Values of another type that coercion lets through.
_LOOK_ALIKES: Final = ("5", "true", ["x"], 1, "{}")
#: The place of the wrong item that code finds last which looks at the first ones only.
_LAST_OF_THREE: Final = (3, 2)
_KINDS_OF_A_FIELD: Final = 8
_MISSES_OF_A_FIELD: Final = 20
_STYLES: Final[tuple[Style, ...]] = (
    "compact",
    "compact",
    "escaped",
    "compact",
    "reversed",
    "compact",
    "spaced",
    "solidus",
)
#: Ids of cases of the complete sets, those that find most first.
_AUTHORIZATION: Final = (
    *("no header", "foreign key 1", "Bearer {key minus its last character}", "{key}", "Basic {key}", "Bearer "),
    *("Bearer {key with its case swapped}", "Bearer x", "Bearer {key with one more character}"),
    *("Bearer {key with its first character replaced}", "", "Bearer {key with a character in the middle replaced}"),
)
_MALFORMED: Final = (
    *("half", "a trailing comma", "NaN", "words behind it", "an empty body", "a byte that never occurs", "True"),
    *("two documents", "single quotes around a name", "a line feed in a text", "a block comment", "utf-16"),
    *("a leading zero", "white space only", "an overlong solidus", "an unknown escape"),
)
_MEDIA_TYPES: Final = (*("text/plain", "none", "a form", "application/xml", "a multipart form", "application/jsonx"),)
_SPELLINGS: Final = ("APPLICATION/JSON", "application/json; charset=utf-8")
_UNUSUAL: Final = (
    *("a high surrogate alone, place 1", "all", "U+0000, place 1", "__proto__ inside", "1e400, place 1"),
    *("a wrong value last, field 1", "id", "a byte order mark", "U+0000 in a name", "10^400 in digits, place 1"),
    "constructor inside",
)
#: Of these, the ones of contracts with a free-form object, a number, or a text that takes any character.
OF_SOME_CONTRACTS: Final = frozenset(_UNUSUAL) - {"all", "a wrong value last, field 1", "id", "a byte order mark"}
#: The order of families: v valid, k wrong kind, p near miss, a authorization, w malformed, m media type, o open.
_TURNS: Final = "vavkpvwkvpmvkvpavkvwpvkovpvkavpvkmvwpvkopakpwkamkpvakpvwkpoakpvwkpamkvpoakpvwkp"


def priority_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """About a hundred cases, best first; at most 18 of the first 40 create a project."""
    queues = {letter: iter(cases) for letter, cases in _case_sets(contract, names, seed).items()}
    ordered = [next(queues[letter], None) for letter in _TURNS]
    rest = chain.from_iterable(zip_longest(*queues.values()))
    return [case for case in chain(ordered, rest) if case is not None]


def _case_sets(contract: Contract, names: UniqueNames, seed: int) -> dict[str, list[Case]]:
    malformed = malformed_cases(contract, names, seed) + encoding_cases(contract, names, seed)
    media = media_type_cases(contract, names, seed)
    valid = packed_cases(contract, names, seed) + corner_cases(contract, names, seed)
    # Minimal and null bodies come early: much breaks with them.
    valid = valid[:1] + valid[_PACKED_BODIES:] + valid[1:_PACKED_BODIES]
    unusual = unspecified_cases(contract, names, seed)
    return {
        "v": valid + chosen(media, _SPELLINGS),
        "a": chosen(authorization_cases(contract, names, seed), _AUTHORIZATION),
        "k": _kinds(contract, wrong_kinds(contract, names, seed)),
        "p": _near_misses(contract, names, seed),
        "w": chosen(malformed, _MALFORMED),
        "m": chosen(media, _MEDIA_TYPES),
        "o": chosen(unusual, _UNUSUAL, OF_SOME_CONTRACTS) + authorization_spelling_cases(contract, names, seed)[:1],
    }


def chosen(cases: Iterable[Case], identifiers: Iterable[str], dispensable: Collection[str] = frozenset()) -> list[Case]:
    """The cases with these ids, in their order.

    Raises:
        KeyError: No case has an id that is not among the ``dispensable`` ones.
    """
    by_id = {case.id: case for case in cases}
    return [by_id[identifier] for identifier in identifiers if identifier in by_id or identifier not in dispensable]


def packed_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Bodies in which each field holds a hard value, the free-form ones dozens of them."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    cases = []
    for row in range(_PACKED_BODIES):
        body: dict[str, Any] = {}
        aims = []
        for field in contract.fields:
            named = _packed_values(field)
            value, name = named[row % len(named)]
            if field.path == MARKED and isinstance(value, str):
                value = marked_text(field, surrounding_fields.name(), value, value)
            body[field.path] = value
            aims.append(f"{field.path}: {name}")
        if MARKED not in body:
            surrounding_fields.marked(body)
        style = _STYLES[row % len(_STYLES)]
        cases.append(json_case(body, case_set="priority.packed", intent="; ".join(aims), style=style))
    return cases


def _packed_values(field: Field) -> list[tuple[Any, str]]:
    hard = {named.name: named.value for named in hard_values(field)}
    wanted = [name for kind in field.types for name in _PACKED.get(kind, ()) if name in hard]
    rest = [name for name in hard if name not in wanted][: 1 if wanted else None]
    return [(hard[name], name) for name in (*wanted, *rest)]


def _kinds(contract: Contract, cases: list[WrongCase]) -> list[Case]:
    """Wrong kinds field by field in turn, and within a field clause and JSON type in turn."""
    fields: dict[str, dict[tuple[str, str], list[WrongCase]]] = {}
    for one in cases:
        clause = one.wrong.clause
        kind = "" if ".items." in clause or clause in _ONE_KIND else _type_of(one.wrong.value)
        fields.setdefault(one.case.case_set, {}).setdefault((clause, kind), []).append(one)
    queues = []
    for kinds in fields.values():
        # Wrong items come early: they are many, and a service that forgets them is common.
        order = sorted(kinds, key=lambda kind: not kind[0].endswith(".required") and ".items." not in kind[0])
        queues.append(in_turn([sorted(kinds[kind], key=_rank) for kind in order]))
    return [one.case for one in in_turn(queues)[: _KINDS_OF_A_FIELD * len(contract.fields)]]


def _type_of(value: Any) -> str:
    return "number" if isinstance(value, Token) else json_text.type_name(value)


def _rank(one: WrongCase) -> int:
    """Look-alikes that coercion lets through come first; of wrong items the last one of three."""
    value, place = one.wrong.value, one.wrong.place
    if place == _LAST_OF_THREE or (isinstance(value, list) and place is None and value[:1] and _is_object(value[0])):
        return -1
    alike = (rank for rank, other in enumerate(_LOOK_ALIKES) if type(other) is type(value) and other == value)
    return next(alike, len(_LOOK_ALIKES))


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and len(value) > 0


def _near_misses(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    surrounding_fields = SurroundingFields(contract, names, seed)
    return in_turn(
        [list(_misses_of(field, surrounding_fields)) for field in contract.fields if field.pattern is not None]
    )


def _misses_of(field: Field, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    pattern = field.pattern or ""
    # Each offending character once before any of them comes again, and each of its places before one comes again.
    ways: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for label, text in near_misses(pattern):
        kinds = kinds_of_mismatch(pattern, text)
        ways.setdefault(kinds[0], {}).setdefault(kinds[-1], []).append((label, text))
    for label, text in in_turn([in_turn(list(places.values())) for places in ways.values()])[:_MISSES_OF_A_FIELD]:
        body = surrounding_fields.body(field) | {field.path: text}
        intent = f"request.{field.path}.pattern ({label})"
        yield json_case(body, case_set=f"priority.{field.path}", intent=intent)
