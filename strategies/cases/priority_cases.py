"""The priority cases: the most effective requests, best first; the smoke profile sends the first of them.

Each is drawn from one of the complete sets or combines many of their values in one body. The rule of their order:
each family of mistakes gets a share of the requests, about its share of the mistakes that services make (of valid
ones behind the smoke profile more, since only its budget counts deletions); fields take turns within a family, a list
has turns of its own for its items, and a pattern the more turns the more it says; a field begins with the kinds of
wrong values that libraries and languages take for right ones. The order within a list of texts follows the mistakes
of several sources that know nothing of each other (the mock's faults that may be used for tuning, and the changes,
refusals, leniencies and mistakes with patterns of the selftests): a text comes early if it finds many of them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from strategies.cases.authorization_cases import authorization_cases, authorization_spelling_cases
from strategies.cases.combination_cases import corner_cases
from strategies.cases.media_type_cases import media_type_cases
from strategies.cases.packed_cases import PACKED, packed_cases
from strategies.cases.raw_cases import encoding_cases, malformed_cases
from strategies.cases.telling_words import telling_words
from strategies.cases.turns import in_proportion, in_turn
from strategies.cases.unspecified_cases import unspecified_cases
from strategies.cases.valid_value_cases import EMPTY, LONG_RUN, LOOK_ALIKE, NAMES_OF_FIELDS, TOGETHER, valid_cases
from strategies.cases.wrong_value_cases import WrongCase, wrong_kinds
from strategies.cases.wrong_values import BETWEEN
from strategies.encoding import Token, json_case
from strategies.surrounding_fields import MARKED, ordinary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from contracts.document import Contract
    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames


#: Values of another type that coercion accepts, including falsy ones for an optional field.
_LOOK_ALIKES: Final[tuple[Any, ...]] = ("5", "true", ["x"], 1, "{}", "x", {})
_TAKEN_FOR_NOTHING: Final[tuple[Any, ...]] = ("5", "{}", "", 0, False, {}, [])
#: The kinds of wrong values by the type of the field, those that services accept most often first: types that common
#: libraries convert, and values that count as nothing or as an object in a common language.
_FIRST_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "string": ("missing", "number", "null", "boolean", "array", "object", "empty array"),
    "number": ("missing", "string", "boolean", "empty string", "array", "null", "object"),
    "integer": ("missing", "string", "number", "boolean", "empty string", "array", "null", "object"),
    "boolean": ("missing", "string", "number", "empty string", "null", "array", "object"),
    "array": ("missing", "empty string", "null", "object", "number", "boolean", "string"),
    "object": ("missing", "null", "string", "empty array", "number", "boolean", "array", "empty string"),
    "item": ("number", "null", "object", "elsewhere", "boolean", "array"),
    "body": ("array", "string", "null", "empty array", "number", "boolean"),
    "any": ("missing",),
}
#: The name of a wrong value that expressions match as if it were the text in it.
_WRAPPED: Final = "an array of one valid value"
_KINDS_OF_A_FIELD: Final = 10
#: Packed bodies that come before all others.
_EARLY: Final = 7
#: Ids of cases of the complete sets, the most effective first.
_AUTHORIZATION: Final = (
    *("no header, but Transfer-Encoding", "Basic {key}", "Bearer {key with its case swapped}", "{key}"),
    *("Bearer {key twice}", "Bearer ", "Bearer {key minus its last character}", "foreign key 4", "Bearer null"),
    *("beyond ASCII", "a very long key", "no header, but X-API-Key", "Bearer {key with its first character replaced}"),
    *("Token {key}", "", "Bearer {key with its last character replaced}", "Basic Bearer {key}", "Bearer{key}"),
    *("a long key", "Bearer {key with a character in the middle replaced}", "no header", "Bearer %", "Bearer x"),
    *("Bearer {key with one more character}", "foreign key 1"),
)
_MALFORMED: Final = (
    *("NaN", "an empty body", "a closing brace too many", "a trailing comma", "all but one byte"),
    *("a byte that never occurs", "a block comment", "a line feed in a text", "all but two bytes"),
    *("single quotes around a name", "a leading zero", "an unknown escape", "a no-break space in front"),
    *("white space only", "words behind it", "True", "a semicolon for a comma", "half", "two documents", "utf-16"),
    *("an overlong solidus", "a comma missing in an array", "a form feed for white space"),
    *("an equals sign for a colon", "Infinity", "a Unicode escape that is too short"),
)
_MEDIA_TYPES: Final = (
    *("application/jsonx", "text/plain", "a form", "a multipart form", "text/json"),
    *("application/octet-stream", "application/xml", "application/json5", "garbage", "text/html"),
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
#: The number of cases of the smoke profile: with their deletions and the requests around them sixty.
IN_SMOKE: Final = 40
#: The maximum number of cases; the complete sets have the others.
_MOST: Final = 260
#: The families, and the share of the requests that each of them gets: about its share of the mistakes that services
#: make. v valid, k wrong kind, p broken pattern, a authorization, w malformed, m media type, o open.
_SHARES: Final = {"v": 14, "k": 32, "p": 21, "a": 11, "w": 7, "m": 5, "o": 8}
#: Behind the smoke profile, where the budget does not count deletions, valid cases are as cheap as refusals.
_SHARES_BEHIND: Final = {"v": 26}
#: The families of the first cases, which are sent at once: valid bodies, which find most, and two refusals.
_OPENING: Final = "vwvkv"
#: The first cases are a set of their own, of which some create a project, and perhaps another worker's: what is used a
#: second time is not in it. The first one is read back at once.
READ_AT_ONCE: Final = len(_OPENING)


def priority_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """About 260 cases, best first; few of the first ones create a project, whose deletion is a request more."""
    families = _case_sets(contract, names, seed)
    first = [families[letter].pop(0) for letter in _OPENING if families[letter]]
    first += in_proportion(families, _SHARES)[: IN_SMOKE - 1 - len(first)]
    sent = {id(case) for case in first}
    others = {letter: [case for case in cases if id(case) not in sent] for letter, cases in families.items()}
    cases = (first + in_proportion(others, _SHARES | _SHARES_BEHIND))[:_MOST]
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
    others = [*corners, *chosen(values, _VALID, _VALID), *chosen(media, _SPELLINGS)]
    others += [case for case in values if case.id.startswith(LOOK_ALIKE)]
    together = [case for case in values if case.case_set == TOGETHER and not case.id]
    valid = [*packed[:_EARLY], *chosen(values, [EMPTY], [EMPTY]), *in_turn([packed[_EARLY:] + together, others])]
    unusual = unspecified_cases(contract, names, seed)
    return {
        "v": valid,
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
    """Wrong types, alternating between fields, and within a field between kinds, those that services accept most first.

    The items of a list have turns of their own: wrong ones are many, and a service that forgets them is common.
    """
    fields = {field.path: field for field in contract.fields}
    queues: dict[tuple[str, bool], dict[str, list[WrongCase]]] = {}
    for one in cases:
        path, of_items = one.case.case_set.rpartition(".")[2], ".items." in one.wrong.clause
        queues.setdefault((path, of_items), {}).setdefault(_kind(one, of_items=of_items), []).append(one)
    ordered = []
    for (path, of_items), kinds in queues.items():
        field = fields.get(path)
        first = _FIRST_KINDS["item" if of_items else field.type if field is not None else "body"]
        order = sorted(kinds, key=lambda kind: first.index(kind) if kind in first else len(first))
        required = field is not None and field.required
        ordered.append(in_turn([sorted(kinds[kind], key=partial(_rank, required)) for kind in order]))
    return [one.case for one in in_turn(ordered)[: _KINDS_OF_A_FIELD * len(ordered)]]


def _kind(one: WrongCase, *, of_items: bool) -> str:
    """The JSON type of the wrong value; empty values, which may be taken for none, are a kind of their own."""
    value = one.wrong.value
    if of_items:
        return _type_of(value[BETWEEN[1]]) if one.wrong.place == BETWEEN else "elsewhere"
    if one.wrong.clause.endswith(".required"):
        return "missing"
    return f"{'empty ' if value in ('', []) else ''}{_type_of(value)}"


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
