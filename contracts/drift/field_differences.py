"""Compares one member on both sides: type, null, required, pattern, enum, format and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.drift.difference import Difference, shown, shown_text, shown_value
from contracts.drift.impact import Effect, Impact, admitted, annotation, same_language
from contracts.openapi.combined_schemas import LOWER, UPPER, canonical
from contracts.openapi.idle_limits import effective
from contracts.patterns import Pattern, PatternError, difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Field
    from contracts.drift.impact import Side

#: Keywords with an aspect of their own; every other keyword of a schema is a limit.
_OWN_ASPECT: Final = frozenset(
    {"type", "enum", "pattern", "format", "items", "properties", "required", "x-from-example"}
)
_ANY: Final = "any JSON value"


def compare_field(held: Field, published: Field, member: str, side: Side) -> Iterator[Difference]:
    """The differences of one member itself, without those of its own members and items."""
    for aspect in (_type, _null, _required, _pattern, _enum, _format, _limits):
        yield from aspect(held, published, member, side)


def _kind(field: Field) -> str:
    names = [f"{_kind(field.items)}[]" if name == "array" and field.items else name for name in field.types]
    return shown(" or ".join(names)) or _ANY


def _type(held: Field, published: Field, member: str, side: Side) -> Iterator[Difference]:
    fewer = _beyond(held, published)
    more = _beyond(published, held)
    if fewer or more:
        yield Difference(member, "type", _kind(held), _kind(published), admitted(side, fewer, more))
    elif "array" in held.types and (held.items is None) != (published.items is None):
        narrower = published if held.items is None else held
        if narrower.items is not None and narrower.items.types:
            others = f"items that are no {_kind(narrower.items)}"
            impact = admitted(side, **{"fewer" if narrower is published else "more": others})
            yield Difference(member, "type", _kind(held), _kind(published), impact)


def _beyond(a: Field, b: Field) -> str:
    """The values whose types ``a`` allows and ``b`` does not, in words."""
    if not b.types:
        return ""
    if not a.types:
        return f"values that are no {_kind(b)}"
    lost = [name for name in a.types if name not in b.types and not (name == "integer" and "number" in b.types)]
    words = ["numbers with a fraction" if name == "number" and "integer" in b.types else f"a {name}" for name in lost]
    return shown(" or ".join(words))


def _null(held: Field, published: Field, member: str, side: Side) -> Iterator[Difference]:
    # If one side has no type, null is part of the difference in types.
    if held.nullable == published.nullable or not held.types or not published.types:
        return
    impact = admitted(side, fewer="null") if held.nullable else admitted(side, more="null")
    words = ("no null", "null")
    yield Difference(member, "null", words[held.nullable], words[published.nullable], impact)


def _required(held: Field, published: Field, member: str, side: Side) -> Iterator[Difference]:
    if held.required == published.required:
        return
    whole = "a body" if side == "request" else "a response"
    without = f"{whole} without {shown(held.path)}"
    impact = admitted(side, more=without) if held.required else admitted(side, fewer=without)
    words = ("optional", "required")
    yield Difference(member, "required", words[held.required], words[published.required], impact)


def _pattern(held: Field, published: Field, member: str, side: Side) -> Iterator[Difference]:
    ours, theirs = held.pattern, published.pattern
    if ours == theirs:
        return
    words = shown_text(ours) if ours is not None else "no pattern"
    published_words = shown_text(theirs) if theirs is not None else "no pattern"
    try:
        only_ours, only_theirs = difference(
            Pattern.compile(ours or "").automaton, Pattern.compile(theirs or "").automaton
        )
    except PatternError as problem:
        impact = Impact(
            (Effect.BREAKS, Effect.REFUSES, Effect.TAKES) if side == "request" else (Effect.BREAKS, Effect.PROMISES),
            "a client may break",
            f"which texts differ is not known: {shown(str(problem))}",
        )
        yield Difference(member, "pattern", words, published_words, impact)
        return
    if only_ours is None and only_theirs is None:
        impact = same_language()
        published_words += ", which matches the same texts"
    else:
        impact = admitted(
            side,
            "" if only_ours is None else f"a text such as {shown_text(only_ours)}",
            "" if only_theirs is None else f"a text such as {shown_text(only_theirs)}",
        )
        changes = []
        if only_theirs is not None:
            changes.append(f"now also matches {shown_text(only_theirs)}")
        if only_ours is not None:
            changes.append(f"no longer matches {shown_text(only_ours)}")
        published_words += f", which {' and '.join(changes)}"
    yield Difference(member, "pattern", words, published_words, impact)


def _enum(held: Field, published: Field, member: str, side: Side) -> Iterator[Difference]:
    ours = {canonical(option): option for option in held.enum or ()}
    theirs = {canonical(option): option for option in published.enum or ()}
    if (held.enum is None, set(ours)) == (published.enum is None, set(theirs)):
        return
    fewer = _options([option for key, option in ours.items() if key not in theirs])
    more = _options([option for key, option in theirs.items() if key not in ours])
    if held.enum is None:
        fewer, more = "a value besides these options", ""
    if published.enum is None:
        fewer, more = "", "a value besides these options"
    words = _options(held.enum) if held.enum is not None else "no options"
    published_words = _options(published.enum) if published.enum is not None else "no options"
    yield Difference(member, "enum", words, published_words, admitted(side, fewer, more))


def _options(options: Any) -> str:
    return shown(", ".join(shown_value(option) for option in options))


def _format(held: Field, published: Field, member: str, _side: Side) -> Iterator[Difference]:
    if held.format != published.format:
        words = [shown_text(name) if name else "no format" for name in (held.format, published.format)]
        yield Difference(member, "format", words[0], words[1], annotation("a format"))


def _limits(held: Field, published: Field, member: str, side: Side) -> Iterator[Difference]:
    schema, published_schema = effective(held.schema), effective(published.schema)
    for name in dict.fromkeys([*schema, *published_schema]):
        if name in _OWN_ASPECT:
            continue
        ours, theirs = schema.get(name), published_schema.get(name)
        if (name in schema) == (name in published_schema) and canonical(ours) == canonical(theirs):
            continue
        words, published_words = (
            f"{shown(name)} {shown_value(limits[name])}" if name in limits else f"no {shown(name)}"
            for limits in (schema, published_schema)
        )
        fewer, more = _direction(name, ours, theirs)
        closed = name == "additionalProperties"
        values = "members that are not listed" if closed else f"a value that {shown(name)} keeps out"
        impact = admitted(side, values if fewer else "", values if more else "")
        yield Difference(member, "limit", words, published_words, impact)


def _direction(name: str, ours: Any, theirs: Any) -> tuple[bool, bool]:
    """Whether the source allows fewer values than our contract, and whether it allows more."""
    if ours is None or theirs is None:
        return ours is None, theirs is None
    if name in LOWER:
        return theirs > ours, theirs < ours
    if name in UPPER:
        return theirs < ours, theirs > ours
    return True, True
