"""The priority cases: the most effective requests, best first; the smoke profile sends the first of them.

Each is drawn from one of the complete sets or combines many of their values in one body. The rule of their order:
each family of mistakes gets a share of the requests, about its share of the mistakes that services make (of valid
ones behind the smoke profile more, since only its budget counts deletions); fields take turns within a family, a list
has turns of its own for its items, and a pattern the more turns the more it says; a field begins with the kinds of
wrong values that libraries and languages take for right ones. Within a family the complete sets are in this order
themselves: kinds take turns, and what services get wrong most often comes first of its kind.
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
from strategies.cases.valid_value_cases import TOGETHER, valid_cases
from strategies.cases.wrong_value_cases import WrongCase, wrong_kinds
from strategies.cases.wrong_values import BETWEEN
from strategies.encoding import Token, json_case
from strategies.surrounding_fields import MARKED, ordinary

if TYPE_CHECKING:
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
#: Packed bodies that come before all others.
_EARLY: Final = 7
#: The set of the case that repeats another one's unique text, and its position.
SECOND_USE: Final = "priority.second_use"
_REUSE: Final = 24
#: The number of cases of the smoke profile: with their deletions and the requests around them sixty.
IN_SMOKE: Final = 41
#: The number of cases that are sent before most tests of state.
BEFORE_STATE: Final = 260
#: The maximum number of cases; the complete sets have the others.
_MOST: Final = 480
#: The families, and the share of the requests that each of them gets: about its share of the mistakes that services
#: make. v valid, k wrong kind, p broken pattern, a authorization, w malformed, m media type, o open.
_SHARES: Final = {"v": 9, "k": 32, "p": 21, "a": 11, "w": 7, "m": 5, "o": 8}
#: Behind the smoke profile, where the budget does not count deletions, valid cases are as cheap as refusals.
_SHARES_BEHIND: Final = {"v": 26}
#: The families of the sets of :func:`media_type_cases` that are not valid.
_OF_MEDIA_TYPES: Final = {
    "wire.mediaType.wrong": "m",
    "wire.mediaType.invalid": "m",
    "wire.mediaType.parameter": "o",
    "wire.mediaType.for_json": "o",
}
#: The families of the first cases, which are sent at once: valid bodies, which find most, and three refusals.
_OPENING: Final = "vwvkvpvv"
#: The first cases are a set of their own, of which some create a project, and perhaps another worker's: what is used a
#: second time is not in it. The first one is read back at once.
READ_AT_ONCE: Final = len(_OPENING)


def priority_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """About 480 cases, best first; few of the first ones create a project, whose deletion is a request more."""
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
    media: dict[str, list[Case]] = {"v": [], "m": [], "o": []}
    for case in media_type_cases(contract, names, seed):
        media[_OF_MEDIA_TYPES.get(case.case_set, "v")].append(case)
    malformed = {"text": malformed_cases(contract, names, seed), "bytes": encoding_cases(contract, names, seed)}
    unspecified = {"body": unspecified_cases(contract, names, seed)}
    unspecified["head"] = in_turn([authorization_spelling_cases(contract, names, seed), media["o"]])
    return {
        "v": _valid(contract, names, seed, media["v"]),
        "a": authorization_cases(contract, names, seed),
        "k": _kinds(contract, wrong_kinds(contract, names, seed)),
        "p": telling_words(contract, names, seed),
        "w": in_proportion(malformed, {"text": 8, "bytes": 1}),
        "m": media["m"],
        "o": in_proportion(unspecified, {"body": 5, "head": 1}),
    }


def _valid(contract: Contract, names: UniqueNames, seed: int, others: list[Case]) -> list[Case]:
    """Bodies in which each field has a hard value, then in turn with bodies that have a single unusual thing."""
    packed, values = packed_cases(contract, names, seed), valid_cases(contract, names, seed)
    together = [case for case in values if case.case_set == TOGETHER and not case.id]
    single = [case for case in values if case.case_set != TOGETHER or case.id]
    apart = [*corner_cases(contract, names, seed), *in_turn([single, others])]
    return [*packed[:_EARLY], *in_turn([packed[_EARLY:] + together, apart])]


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
    return [one.case for one in in_turn(ordered)]


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
