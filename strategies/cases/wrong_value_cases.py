"""Fixed sets of values of the wrong type, which must be refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final

from strategies.cases.turns import in_turn
from strategies.cases.wrong_values import Wrong, words_of, wrong_values
from strategies.encoding import STYLES_IN_TURN, Style, encode, json_case
from strategies.example_values import example_near_misses
from strategies.json_values import NO_OBJECTS
from strategies.surrounding_fields import (
    MARKED,
    SurroundingFields,
    ordinary,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract, Field
    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames

#: Wrong values, those that lenient services accept most often first.
_PLAIN: Final[tuple[Any, ...]] = ("5", 5, "x", True, [], {})
#: The surroundings of the most common wrong values.
_CONTEXTS_OF_WRONG: Final = ("minimal", "full", "nulls", "even", "odd")
#: Misspelt names of a member, one of which a lenient parser may accept.
_MISSPELT: Final = (
    *(str.lower, str.upper, str.title, lambda name: f"{name} ", lambda name: f"_{name}", lambda name: f"{name}\xa0"),
    lambda name: name[:1].upper() + name[1:],
    lambda name: "_".join(words_of(name)),
    lambda name: "-".join(words_of(name)),
    lambda name: words_of(name)[-1],
)


@dataclass(frozen=True, slots=True)
class WrongCase:
    """A case that breaks one clause, with the wrong value (the whole body if a member is missing)."""

    case: Case
    wrong: Wrong


def wrong_kind_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """The cases of :func:`wrong_kinds`, with the broken clauses in turn."""
    queues: dict[str, list[Case]] = {}
    for one in wrong_kinds(contract, names, seed):
        queues.setdefault(one.wrong.clause, []).append(one.case)
    return in_turn(queues.values())


def wrong_kinds(contract: Contract, names: UniqueNames, seed: int) -> list[WrongCase]:
    """Values of every other JSON type and look-alikes, missing members, and bodies that are not objects.

    Each breaks one clause; the rest of the body is valid and varies.
    """
    surrounding_fields = SurroundingFields(contract, names, seed)
    styles = cycle(STYLES_IN_TURN)
    cases: list[WrongCase] = []
    for field in contract.fields:
        for wrong in wrong_values(field):
            body = surrounding_fields.body(field) | {field.path: wrong.value}
            cases.append(_wrong_case(field.path, wrong, body, next(styles)))
        if field.required:
            cases.extend(_missing(field, surrounding_fields))
    bodies = [(repr(value), value) for value in NO_OBJECTS]
    bodies += [
        (f"an array of one valid body, {context}", [surrounding_fields.body(context=context)])
        for context in ("minimal", "full")
    ]
    bodies.append(("an array of two", [surrounding_fields.body(), surrounding_fields.body()]))
    bodies.append(("a text that holds the JSON of a valid body", encode(surrounding_fields.body()).decode()))
    return cases + [_wrong_case("body", Wrong("request.body.type", name, value), value) for name, value in bodies]


def _wrong_case(path: str, wrong: Wrong, body: Any, style: Style = "compact") -> WrongCase:
    aspect = wrong.clause.removeprefix(f"request.{path}.")
    intent = f"{wrong.clause} ({wrong.name})"
    case = json_case(
        body, case_set=f"values.wrong.{path}", intent=intent, identifier=f"{aspect}: {wrong.name}", style=style
    )
    return WrongCase(case, wrong)


def wrong_in_context_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """The most common wrong values of each field in every context, on which validation may depend."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    cases = []
    for field in contract.fields:
        for wrong in _plainest(field):
            for context in _CONTEXTS_OF_WRONG:
                body = surrounding_fields.body(field, context) | {field.path: wrong.value}
                intent = f"{wrong.clause} ({wrong.name}, {context})"
                cases.append(json_case(body, case_set="values.wrong.context", intent=intent))
    return cases


def _plainest(field: Field) -> Iterator[Wrong]:
    """For each clause the wrong values that lenient services accept most: two of another type, one of the rest."""
    counts: Counter[str] = Counter()
    wrong = sorted(wrong_values(field), key=lambda one: _PLAIN.index(one.value) if one.value in _PLAIN else len(_PLAIN))
    for one in wrong:
        counts[one.clause] += 1
        if counts[one.clause] <= (2 if one.clause == f"request.{field.path}.type" else 1):
            yield one
    if field.pattern is not None and field.enum is None:
        for name, text in example_near_misses(field.pattern)[:1]:
            yield Wrong(f"request.{field.path}.pattern", name, text)


def _missing(field: Field, surrounding_fields: SurroundingFields) -> Iterator[WrongCase]:
    def without(name: str, body: dict[str, Any]) -> WrongCase:
        return _wrong_case(field.path, Wrong(f"request.{field.path}.required", name, body), body)

    for context in ("full", "minimal", "nulls"):
        body = surrounding_fields.body(field, context)
        del body[field.path]
        yield without(context, body)
    if sum(other.required for other in surrounding_fields.fields) == 1:
        yield without("an empty object", {})
        for other in surrounding_fields.fields:
            if other is not field:
                body = {other.path: surrounding_fields.name() if other.path == MARKED else ordinary(other)}
                yield without(f"nothing but {other.path}", body)
    for name in dict.fromkeys(misspell(field.path) for misspell in _MISSPELT):
        body = surrounding_fields.body(field)
        value = body.pop(field.path)
        if name not in (other.path for other in surrounding_fields.fields):
            yield without(f"{name!r} instead", {name: value, **body})
