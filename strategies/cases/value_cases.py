"""Fixed sets of values: hard ones that must be accepted, wrong types that must be refused."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import cycle, zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeVar

from contracts.exchange import Case
from strategies.cases.wrong_values import Wrong, words_of, wrong_values
from strategies.encoding import STYLES, Style, encode, json_case
from strategies.example_values import near_misses
from strategies.hard_texts import HARD_TEXTS, filler, hard_texts
from strategies.json_values import NO_OBJECTS
from strategies.surrounding_fields import (
    MARKED,
    SurroundingFields,
    admits,
    free_object,
    hard_values,
    is_name_like,
    marked_text,
    ordinary,
    takes_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from contracts.document import Contract, Field
    from strategies.unique_names import UniqueNames

T = TypeVar("T")

#: Most bodies are compact, as clients write them; the others take turns.
_STYLES: Final[tuple[Style, ...]] = tuple(
    style for other in STYLES[1:] for style in ("compact", "compact", "compact", other)
)
#: Characters with short escapes, one of a surrogate pair, one of two bytes.
_STYLED_TEXT: Final = 'é😀 "\\ \b\f\n\r\t\x7f'
#: Wrong values in the order in which lenient services take them for right ones.
_PLAIN: Final[tuple[Any, ...]] = ("5", 5, "x", True, [], {})
#: What else is there when the plainest wrong values come.
_CONTEXTS_OF_WRONG: Final = ("minimal", "full", "nulls", "even", "odd")
#: Misspelt names of a member, one of which a lenient parser may take for the right one.
_MISSPELT: Final = (
    *(str.lower, str.upper, str.title, lambda name: f"{name} ", lambda name: f"_{name}", lambda name: f"{name}\xa0"),
    lambda name: name[:1].upper() + name[1:],
    lambda name: "_".join(words_of(name)),
    lambda name: "-".join(words_of(name)),
    lambda name: words_of(name)[-1],
)
#: Lengths of bodies at which buffers of servers and proxies end.
_BUFFERS: Final = (1_024, 4_096, 8_192, 16_384, 65_536)
#: What tells two texts apart, and their ends: collations, wildcards and normalisation take them for equal.
_LOOK_ALIKES: Final = (
    ("case", "-a", "-A"),
    ("a space behind it", "-b", "-b "),
    ("normalisation", "-\xe9", "-e\u0301"),
    ("an accent", "-o", "-\xf6"),
    ("a hyphen", "-1", "1"),
    ("a character beyond the first plane", "-\U0001f600", "-\U0001f680"),
    ("what a wildcard stands for", "-cd", "-c_"),
)
#: So many equal characters take seconds where time grows with their square.
_RUN: Final = 50_000
#: Ordinary values that are not those of the body around them.
_OTHERS: Final = 3


def valid_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Every class of hard value, each must be accepted and come back unchanged; what tells most for a request first.

    The classes ride together, one of each field in a body, and many in one free-form object. Text classes that
    software treats in ways of their own come alone as well, in each required text.
    """
    surrounding_fields = SurroundingFields(contract, names, seed)
    styles = cycle(_STYLES)
    return [
        *_marked_texts(surrounding_fields),
        *_in_every_style(surrounding_fields),
        *_names_of_fields(surrounding_fields),
        _one_text(surrounding_fields),
        *_of_exact_length(surrounding_fields),
        *_long_runs(surrounding_fields),
        *_together(contract, surrounding_fields, random.Random(seed), styles),  # noqa: S311 - reproducible on purpose
        *_alone(surrounding_fields, styles),
    ]


def _alone(surrounding_fields: SurroundingFields, styles: Iterator[Style]) -> Iterator[Case]:
    """Each required text with one class after the other, among ordinary values."""
    for field in surrounding_fields.fields:
        for hard in hard_texts(field.pattern) if is_name_like(field) else ():
            if hard.alone:
                body = surrounding_fields.body(field, "full") | {field.path: hard.text}
                intent = f"{field.path}: {hard.name}"
                yield json_case(body, case_set=f"values.{field.path}", intent=intent, style=next(styles))


def _marked_texts(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """Texts of the marked field that are taken for none, or for others.

    An empty one is there once: it is unique only as long as it is sent once a run.
    """
    for field in surrounding_fields.fields:
        if field.path == MARKED and "string" in field.types and admits(field, ""):
            body = surrounding_fields.body(field, "full") | {field.path: ""}
            yield json_case(body, case_set=f"values.{field.path}", intent=f"{field.path}: empty")
            yield from _look_alikes(field, surrounding_fields)


def _look_alikes(field: Field, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """Pairs of texts of the marked field that a careless comparison takes for the same one."""
    for difference, one, other in _LOOK_ALIKES:
        name = surrounding_fields.name()
        for text, partner in ((one, other), (other, one)):
            # The plainest body, so that nothing else can be to blame for a refusal.
            body = {each.path: ordinary(each) for each in surrounding_fields.fields if each.required}
            body[field.path] = f"{name}{text}"
            intent = f"{field.path}: another one than {name + partner!r}, by {difference}"
            yield json_case(body, case_set=f"values.{field.path}", intent=intent)


def _names_of_fields(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """A free-form object whose members are called as the fields around it, which are there or not."""
    free = free_object(surrounding_fields.contract)
    if free is None:
        return
    for context in ("full", "minimal"):
        inside = {field.path: ordinary(field, _OTHERS) for field in surrounding_fields.fields if field is not free}
        if isinstance(inside.get(MARKED), str):
            inside[MARKED] = f"inside {surrounding_fields.name()}"
        body = surrounding_fields.body(free, context) | {free.path: {"id": "x", "type": "y", **inside}}
        intent = f"{free.path}: members called as the fields, beside a {context} body"
        yield json_case(body, case_set="values.together", intent=intent)


def _one_text(surrounding_fields: SurroundingFields) -> Case:
    """A body in which every text is the same one."""
    text, body = surrounding_fields.name(), surrounding_fields.body(context="full")
    for field in surrounding_fields.fields:
        if field.enum is None and "string" in field.types and admits(field, text):
            body[field.path] = text
        elif field.items is not None and takes_text(field.items, text):
            body[field.path] = [text]
    return json_case(body, case_set="values.one_text", intent="one text in every field")


def _of_exact_length(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """Bodies that fill a buffer to the last byte."""
    free = free_object(surrounding_fields.contract)
    for length in _BUFFERS:
        body = surrounding_fields.body(context="full")
        if free is not None:
            body[free.path] = {**body[free.path], "filler": ""}
            body[free.path]["filler"] = filler(length - len(encode(body)))
        data = encode(body).ljust(length)
        yield Case(data, case_set="values.length", intent=f"a body of {length:,} bytes")


def _long_runs(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """One character over and over, on which careless trimming and escaping take the square of the time."""
    for field in surrounding_fields.fields:
        text = f"a{' ' * _RUN}b"
        if is_name_like(field) and admits(field, text):
            body = surrounding_fields.body(field, "minimal") | {field.path: text}
            yield json_case(body, case_set="values.length", intent=f"{field.path}: {_RUN:,} spaces between two letters")
    free = free_object(surrounding_fields.contract)
    if free is not None:
        body = surrounding_fields.body(free, "minimal") | {free.path: {"x": "<" * _RUN}}
        yield json_case(body, case_set="values.length", intent=f"{free.path}: {_RUN:,} angle brackets")


def _in_every_style(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """One body in every way in which clients write JSON, with characters that each way treats differently."""
    for style in STYLES:
        body = surrounding_fields.body(context="full")
        for field in surrounding_fields.fields:
            if is_name_like(field) and admits(field, _STYLED_TEXT):
                body[field.path] = _STYLED_TEXT
            elif field is free_object(surrounding_fields.contract):
                body[field.path] = {f"a/b {_STYLED_TEXT}": [f"c/d {_STYLED_TEXT}", {}, []], **body[field.path]}
        yield json_case(body, case_set="values.encoding", intent=f"written in the style {style}", style=style)


def _together(
    contract: Contract, surrounding_fields: SurroundingFields, chance: random.Random, styles: Iterator[Style]
) -> Iterator[Case]:
    """Bodies in which every field holds one of its hard values; over all of them each value is used."""
    alone = [hard for hard in HARD_TEXTS if hard.alone]
    pairs = [(alone[i], alone[-1 - i]) for i in range((len(alone) + 1) // 2)]
    columns: dict[str, list[Any]] = {}
    for field in contract.fields:
        marked = field.path == MARKED and "string" in field.types
        columns[field.path] = list(pairs) if marked else list(hard_values(field))
        chance.shuffle(columns[field.path])
    # The texts of names have been alone already, so they do not decide on the number of bodies.
    rows = max((len(columns[field.path]) for field in contract.fields if not is_name_like(field)), default=0)
    for row in range(rows):
        body: dict[str, Any] = {}
        parts = []
        for field in contract.fields:
            column = columns[field.path]
            chosen = column[row % len(column)]
            if isinstance(chosen, tuple):
                body[field.path] = marked_text(field, surrounding_fields.name(), chosen[0].text, chosen[1].text)
                parts.append(f"{field.path}: {chosen[0].name}, {chosen[1].name}")
            else:
                body[field.path] = chosen.value
                parts.append(f"{field.path}: {chosen.name}")
        if MARKED not in columns:
            surrounding_fields.marked(body)
        yield json_case(body, case_set="values.together", intent="; ".join(parts), style=next(styles))


@dataclass(frozen=True, slots=True)
class WrongCase:
    """A case that breaks one clause, and the wrong value in it (the whole body where a member is missing)."""

    case: Case
    wrong: Wrong


def wrong_kind_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """The cases of :func:`wrong_kinds`, the clauses they break in turn."""
    queues: dict[str, list[Case]] = {}
    for one in wrong_kinds(contract, names, seed):
        queues.setdefault(one.wrong.clause, []).append(one.case)
    return in_turn(queues.values())


def wrong_kinds(contract: Contract, names: UniqueNames, seed: int) -> list[WrongCase]:
    """Values of every other JSON type and look-alikes, a missing member, a body that is no object.

    Each breaks one clause; the rest of the body is valid and varies.
    """
    surrounding_fields = SurroundingFields(contract, names, seed)
    styles = cycle(_STYLES)
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


def in_turn(queues: Iterable[Sequence[T]]) -> list[T]:
    """The first of each queue, then the second of each: none waits for the whole of another one."""
    return [one for turn in zip_longest(*queues) for one in turn if one is not None]


def wrong_in_context_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """The plainest wrong values of each field in every context: what is judged may depend on what else is there."""
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
    """Of each clause the wrong values that a lenient service takes first: two of another type, one of the rest."""
    counts: Counter[str] = Counter()
    wrong = sorted(wrong_values(field), key=lambda one: _PLAIN.index(one.value) if one.value in _PLAIN else len(_PLAIN))
    for one in wrong:
        counts[one.clause] += 1
        if counts[one.clause] <= (2 if one.clause == f"request.{field.path}.type" else 1):
            yield one
    if field.pattern is not None and field.enum is None:
        for name, text in near_misses(field.pattern)[:1]:
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
