"""Fixed sets of hard values that must be accepted and returned unchanged."""

from __future__ import annotations

import random
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final

from contracts.exchange import Case
from strategies.encoding import STYLES, STYLES_IN_TURN, Style, encode, json_case
from strategies.hard_texts import HARD_TEXTS, filler, hard_texts
from strategies.surrounding_fields import (
    MARKED,
    SurroundingFields,
    admits,
    free_object,
    hard_values,
    is_name_like,
    marked_text,
    names_of_fields,
    ordinary,
    takes_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract, Field
    from strategies.unique_names import UniqueNames

#: Ids of the most effective cases, or their prefixes.
EMPTY: Final = "an empty text"
NAMES_OF_FIELDS: Final = "members called as the fields"
LONG_RUN: Final = "a long run"
LOOK_ALIKE: Final = "a text that differs by"
#: The set of bodies in which each field has a hard value.
TOGETHER: Final = "values.together"
#: Characters with short escapes, one of a surrogate pair, one of two bytes.
_STYLED_TEXT: Final = 'é😀 "\\ \b\f\n\r\t\x7f'
#: Common buffer sizes of servers and proxies.
_BUFFERS: Final = (1_024, 4_096, 8_192, 16_384, 65_536)
#: A text of the marked field, and others that collations, wildcards or normalisation treat as equal: what differs, the
#: part of the text that differs, and its replacement.
_PLAIN_TEXT: Final = "-ab o caf\xe9 x-1 \U0001f600 cd"
_LOOK_ALIKES: Final = (
    ("case", "ab", "AB"),
    ("a space behind it", "cd", "cd "),
    ("normalisation", "\xe9", "e\u0301"),
    ("an accent", " o ", " \xf6 "),
    ("a hyphen", "x-1", "x1"),
    ("a character beyond the first plane", "\U0001f600", "\U0001f680"),
    ("what a wildcard stands for", "cd", "c_"),
)
#: This many equal characters take seconds if time grows with their square.
_RUN: Final = 50_000


def valid_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Every class of hard value, which must be accepted and returned unchanged; the most effective ones first.

    Classes are combined, one for each field in a body, and many in one free-form object. Text classes with special
    treatment in software are also sent alone, in each required text.
    """
    surrounding_fields = SurroundingFields(contract, names, seed)
    styles = cycle(STYLES_IN_TURN)
    return [
        *_marked_texts(surrounding_fields),
        *_in_every_style(surrounding_fields),
        *_names_of_fields(surrounding_fields),
        _one_text(surrounding_fields),
        *_of_exact_length(surrounding_fields),
        *_long_runs(surrounding_fields),
        *_together(contract, surrounding_fields, random.Random(seed), styles),  # noqa: S311  # reproducible on purpose
        *_alone(surrounding_fields, styles),
    ]


def _alone(surrounding_fields: SurroundingFields, styles: Iterator[Style]) -> Iterator[Case]:
    """Each class alone in each required text, among ordinary values."""
    for field in surrounding_fields.fields:
        for hard in hard_texts(field.pattern) if is_name_like(field) else ():
            if hard.alone:
                body = surrounding_fields.body(field, "full") | {field.path: hard.text}
                intent = f"{field.path}: {hard.name}"
                yield json_case(body, case_set=f"values.{field.path}", intent=intent, style=next(styles))


def _marked_texts(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """Texts of the marked field that software treats as missing, or as other texts.

    The empty one occurs once: it is unique only if it is sent once a run.
    """
    for field in surrounding_fields.fields:
        if field.path == MARKED and "string" in field.types and admits(field, ""):
            # A name that other projects have too.
            plain = {each.path: ordinary(each) for each in surrounding_fields.fields if each.required}
            body = surrounding_fields.body(field, "full") | plain | {field.path: ""}
            yield json_case(body, case_set=f"values.{field.path}", intent=f"{field.path}: empty", identifier=EMPTY)
            yield from _look_alikes(field, surrounding_fields)


def _look_alikes(field: Field, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """Texts of the marked field that a careless comparison treats as equal to the first of them."""
    name = surrounding_fields.name()
    plain = f"{name}{_PLAIN_TEXT}"
    # The name stays as it is: a run id may end with an x.
    texts = {difference: f"{name}{_PLAIN_TEXT.replace(part, other)}" for difference, part, other in _LOOK_ALIKES}
    for difference, text in ({"nothing": plain} | texts).items():
        # The simplest body, so that nothing else can cause a refusal.
        body = {each.path: ordinary(each) for each in surrounding_fields.fields if each.required}
        body[field.path] = text
        intent = f"{field.path}: differs from {plain!r} by {difference}"
        identifier = f"{LOOK_ALIKE} {difference}"
        yield json_case(body, case_set=f"values.{field.path}", intent=intent, identifier=identifier)


def _names_of_fields(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """A free-form object with members named like the surrounding fields, which are present or not."""
    free = free_object(surrounding_fields.contract)
    if free is None:
        return
    for context in ("full", "minimal"):
        body = surrounding_fields.body(free, context) | {free.path: names_of_fields(surrounding_fields, free)}
        intent = f"{free.path}: members called as the fields, beside a {context} body"
        yield json_case(body, case_set=TOGETHER, intent=intent, identifier=f"{NAMES_OF_FIELDS}, {context}")


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
    """Repetitions of one character, for which careless trimming and escaping take quadratic time."""
    for field in surrounding_fields.fields:
        text = f"a{' ' * _RUN}b"
        if is_name_like(field) and admits(field, text):
            body = surrounding_fields.body(field, "minimal") | {field.path: text}
            intent = f"{field.path}: {_RUN:,} spaces between two letters"
            yield json_case(body, case_set="values.length", intent=intent, identifier=f"{LONG_RUN} in {field.path}")
    free = free_object(surrounding_fields.contract)
    if free is not None:
        body = surrounding_fields.body(free, "minimal") | {free.path: {"x": "<" * _RUN}}
        intent = f"{free.path}: {_RUN:,} angle brackets"
        yield json_case(body, case_set="values.length", intent=intent, identifier=f"{LONG_RUN} in a free-form object")


def _in_every_style(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """One body in every style of encoding, with characters that each style encodes differently."""
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
    """Bodies in which every field has one of its hard values; together they use each value."""
    alone = [hard for hard in HARD_TEXTS if hard.alone]
    pairs = [(alone[i], alone[-1 - i]) for i in range((len(alone) + 1) // 2)]
    columns: dict[str, list[Any]] = {}
    for field in contract.fields:
        marked = field.path == MARKED and "string" in field.types
        columns[field.path] = list(pairs) if marked else list(hard_values(field))
        chance.shuffle(columns[field.path])
    # The texts of names were already sent alone, so they do not determine the number of bodies.
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
        yield json_case(body, case_set=TOGETHER, intent="; ".join(parts), style=next(styles))
