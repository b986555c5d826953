"""The priority cases: the most effective requests, best first; the smoke profile sends the first of them.

Each is drawn from one of the complete sets or combines many of their values in one body. The families alternate, so
that a run that is cut short has seen some of each.
"""

from __future__ import annotations

from functools import partial
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from strategies.cases.authorization_cases import authorization_cases, authorization_spelling_cases
from strategies.cases.combination_cases import corner_cases
from strategies.cases.media_type_cases import media_type_cases
from strategies.cases.packed_cases import PACKED, packed_cases
from strategies.cases.raw_cases import encoding_cases, malformed_cases
from strategies.cases.telling_words import telling_words
from strategies.cases.turns import in_turn
from strategies.cases.unspecified_cases import unspecified_cases
from strategies.cases.valid_value_cases import EMPTY, LONG_RUN, LOOK_ALIKE, NAMES_OF_FIELDS, valid_cases
from strategies.cases.wrong_value_cases import WrongCase, wrong_kinds
from strategies.cases.wrong_values import BETWEEN
from strategies.encoding import Token, json_case
from strategies.surrounding_fields import MARKED, ordinary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from contracts.document import Contract
    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames


#: Clauses with one kind of wrong value, for all JSON types.
_ONE_KIND: Final = frozenset({"request.body.type"})
#: Values of another type that coercion accepts, including falsy ones for an optional field.
_LOOK_ALIKES: Final[tuple[Any, ...]] = ("5", "true", ["x"], 1, "{}", "x", {})
_TAKEN_FOR_NOTHING: Final[tuple[Any, ...]] = ("5", "{}", "", 0, False, {}, [])
#: The name of a wrong value that expressions match as if it were the text in it.
_WRAPPED: Final = "an array of one valid value"
_KINDS_OF_A_FIELD: Final = 10
#: Packed bodies that come before all others.
_EARLY: Final = 7
#: So many packed bodies, before the plain ones, of which the preflight sends one; further ones are read back.
_PACKED_MORE: Final = 10
#: Ids of cases of the complete sets, the most effective first.
_AUTHORIZATION: Final = (
    *("no header, but Transfer-Encoding", "Basic {key}", "Bearer {key with its case swapped}", "Bearer {key twice}"),
    *("{key}", "Bearer {key minus its last character}", "Bearer {key with its first character replaced}", "Bearer "),
    *("Bearer {key with its last character replaced}", "Bearer null", "a long key", "Basic Bearer {key}"),
    *("beyond ASCII", "Bearer{key}", "foreign key 1", "", "Bearer {key with a character in the middle replaced}"),
    *("no header", "Bearer {key with one more character}", "Bearer x"),
)
_MALFORMED: Final = (
    *("NaN", "an empty body", "all but one byte", "a trailing comma", "words behind it", "a closing brace too many"),
    *("a byte that never occurs", "single quotes around a name", "a block comment", "a line feed in a text"),
    *("a leading zero", "an unknown escape", "all but two bytes", "True", "a no-break space in front", "half"),
    *("a semicolon for a comma", "two documents", "utf-16", "white space only", "an overlong solidus"),
    *("a form feed for white space", "an equals sign for a colon", "Infinity", "a comma missing in an array"),
)
_MEDIA_TYPES: Final = (
    *("application/jsonx", "text/plain", "a form", "application/xml", "a multipart form"),
    *("text/json", "application/octet-stream", "application/json5", "garbage"),
)
_SPELLINGS: Final = ("application/json; charset=utf-8", "application/json;charset=UTF-8")
_UNUSUAL: Final = (
    *("all", "U+0000 in every place", "surrogates in every place", "a text that misses the pattern last, field 1"),
    *("digits behind zeros", "a byte order mark", "__proto__ inside", "1e400, place 1", "a long address"),
    *("a wrong value last, field 1", 'all "x"', "constructor inside", "another case, before", "65 levels"),
    *("10^400 in digits, place 1", "id"),
)
#: Those of them that need a free-form object, a number, or a text of any characters in the contract.
OF_SOME_CONTRACTS: Final = frozenset(_UNUSUAL) - {
    *("all", "a wrong value last, field 1", "id", "a byte order mark", 'all "x"', "another case, before")
}
#: The most effective cases of the complete set of valid values.
_VALID: Final = (f"{NAMES_OF_FIELDS}, full", f"{LONG_RUN} in displayName", f"{LONG_RUN} in a free-form object")
#: The set of the case that repeats another one's unique text, and its position.
SECOND_USE: Final = "priority.second_use"
_REUSE: Final = 24
#: The first cases are a set of their own, of which some create a project, and perhaps another worker's: what is used a
#: second time is not in it. The first one is read back at once.
READ_AT_ONCE: Final = 5
#: The maximum number of cases; the complete sets have the others.
_MOST: Final = 230
#: The order of families: v valid, k wrong kind, p broken pattern, a authorization, w malformed, m media type, o open.
_TURNS: Final = (
    "vwvkvpavpovoapmavvkakowpkkkpkkpakkpmka"  # what the smoke profile sends
    "vpwkvpvamkpowkpvakpmokpwkapvkpmowkpakpvkwmpakpokwpvamkpkowpakvpmkwpkoapvkwmpakpokwvapmkpkwoapvkmpwkapkow"
    "vvvvvvvvkpkakpkwkpkmkpkokpk"
)


def priority_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """About two hundred cases, best first; few of the first ones create a project, whose deletion is a request more."""
    queues = {letter: iter(cases) for letter, cases in _case_sets(contract, names, seed).items()}
    ordered = [next(queues[letter], None) for letter in _TURNS]
    rest = chain.from_iterable(zip_longest(*queues.values()))
    cases = [case for case in chain(ordered, rest) if case is not None][:_MOST]
    cases[_REUSE:_REUSE] = _second_use(contract, cases[READ_AT_ONCE:_REUSE])
    return cases


def _second_use(contract: Contract, cases: list[Case]) -> list[Case]:
    """A simple body with the text of the first packed case in the marked field; nothing if none has one."""
    sent = [json_text.parse(case.body or b"").value for case in cases if case.case_set == PACKED]
    external_ids = [body.get(MARKED) for body in sent if isinstance(body, dict)]
    external_id = next((text for text in external_ids if isinstance(text, str)), None)
    if external_id is None:
        return []
    body = {field.path: ordinary(field) for field in contract.fields if field.required} | {MARKED: external_id}
    intent = f"a second use of the {MARKED} of another case"
    return [json_case(body, case_set=SECOND_USE, intent=intent, identifier="second use")]


def _case_sets(contract: Contract, names: UniqueNames, seed: int) -> dict[str, list[Case]]:
    malformed = malformed_cases(contract, names, seed) + encoding_cases(contract, names, seed)
    media = media_type_cases(contract, names, seed)
    packed, values = packed_cases(contract, names, seed), valid_cases(contract, names, seed)
    corners = corner_cases(contract, names, seed)
    valid = [*packed[:_EARLY], *chosen(values, [EMPTY], [EMPTY]), *packed[_EARLY:_PACKED_MORE], *corners]
    valid += chosen(values, _VALID, _VALID)
    valid += [case for case in values if case.id.startswith(LOOK_ALIKE)]
    unusual = unspecified_cases(contract, names, seed)
    return {
        "v": valid + chosen(media, _SPELLINGS),
        "a": chosen(authorization_cases(contract, names, seed), _AUTHORIZATION),
        "k": _kinds(contract, wrong_kinds(contract, names, seed)),
        "p": telling_words(contract, names, seed),
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


def _kinds(contract: Contract, cases: list[WrongCase]) -> list[Case]:
    """Wrong types, alternating between fields, and within a field between clauses and JSON types."""
    fields: dict[str, dict[tuple[str, str], list[WrongCase]]] = {}
    for one in cases:
        clause = one.wrong.clause
        kind = _type_of(one.wrong.value)
        if one.wrong.place == BETWEEN:
            kind = f"item {_type_of(one.wrong.value[1])}"
        elif ".items." in clause or clause in _ONE_KIND:
            kind = ""
        fields.setdefault(one.case.case_set, {}).setdefault((clause, kind), []).append(one)
    queues, needed = [], {f"values.wrong.{field.path}" for field in contract.fields if field.required}
    for case_set, kinds in fields.items():
        required = case_set in needed
        # Wrong items are many, and a service that forgets them is common: every second list has one.
        items = [kind for kind in kinds if ".items." in kind[0]]
        others = [kind for kind in kinds if kind not in items]
        order = in_turn([items, sorted(others, key=lambda kind: not kind[0].endswith(".required"))])
        queues.append(in_turn([sorted(kinds[kind], key=partial(_rank, required)) for kind in order]))
    return [one.case for one in in_turn(queues)[: _KINDS_OF_A_FIELD * len(contract.fields)]]


def _type_of(value: Any) -> str:
    return "number" if isinstance(value, Token) else json_text.type_name(value)


def _rank(required: bool, one: WrongCase) -> int:  # noqa: FBT001  # it is bound by its place
    """What coercion lets through comes first; of wrong items those between two good ones."""
    value, place = one.wrong.value, one.wrong.place
    if place == BETWEEN or (isinstance(value, list) and place is None and value[:1] and _is_object(value[0])):
        return -2
    if one.wrong.name == _WRAPPED:
        return -1
    alike = _LOOK_ALIKES if required else _TAKEN_FOR_NOTHING
    ranks = (rank for rank, other in enumerate(alike) if type(other) is type(value) and other == value)
    return next(ranks, len(alike))


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and len(value) > 0
