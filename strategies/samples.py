"""A few members of a pattern that look like real data, and a few near misses: for sets that need only those.

The complete sets of a pattern are in ``strategies.patterns``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from contracts.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.patterns import Automaton

#: Texts that people put into fields; each pattern takes from them what it admits.
NATURAL: Final = (
    "ann@example.org",
    "Ann.Lee+alerts@mail.example.co.uk",
    "O'Brien@example.com",
    "a_b-c@x-1.y2.museum",
    "1@2.io",
    "-@a.zz",
    "Project alpha",
    "Beta 2",
    "Größe 東京",
    "Q3 (new)",
    "gamma_delta",
    "gamma-delta-3",
    "alpha",
    "A",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "V1StGXR8Z5jdHi6BmyT0x",
    "2024-02-29",
    "2024-02-29T23:59:59Z",
    "1.2.3",
    "192.0.2.1",
    "#a1B2c3",
    "+491701234567",
    "https://example.org/a?b=c",
    "DE",
    "EUR",
    "0042",
    "7",
)
#: More near misses than this are the business of the complete sets.
_MOST: Final = 48


@lru_cache(maxsize=64)
def members(source: str) -> tuple[str, ...]:
    """Members of the pattern, natural ones first, then shortest ones through every state that leads to one.

    Raises ValueError for a pattern without members: no valid body could exist.
    """
    pattern = Pattern.compile(source)
    found = [text for text in NATURAL if pattern.matches(text)]
    found.extend(_paths(pattern.automaton))
    if not found:
        raise ValueError(f"Expected a pattern that some text matches, got {source!r}: correct the contract document")
    return tuple(dict.fromkeys(found))[:_MOST]


@lru_cache(maxsize=64)
def near_misses(source: str) -> tuple[tuple[str, str], ...]:
    """Pairs (what is wrong, text): members with one edit that are no members any more, the most telling first."""
    pattern = Pattern.compile(source)
    found: dict[str, str] = {}
    chosen = members(source)[:4]
    marks = [cls.representative for cls in pattern.automaton.classes]
    for text in chosen:
        for label, edited in _edits(text, marks):
            if not pattern.matches(edited):
                found.setdefault(edited, label)
    if not pattern.matches(""):
        found = {"": "the empty text", **found}
    return tuple((label, text) for text, label in found.items())[:_MOST]


def _edits(text: str, marks: list[str]) -> Iterator[tuple[str, str]]:
    middle = len(text) // 2
    for mark in marks:
        for where, index in (("last", len(text)), ("first", 0), ("in the middle", middle)):
            yield f"{mark!r} added {where}", text[:index] + mark + text[index:]
    for where, index in (("first", 0), ("last", len(text) - 1)):
        yield f"{where} character missing", text[:index] + text[index + 1 :]
    for extra, name in (("\n", "a line feed"), (" ", "a space"), ("\r\n", "a line break"), ("\u3000", "U+3000")):
        yield f"{name} behind it", text + extra
        yield f"{name} in front", extra + text
    yield "twice", text + text
    yield "twice, on two lines", f"{text}\n{text}"
    for index, char in enumerate(text):
        if not char.isalnum():
            yield f"{char!r} missing", text[:index] + text[index + 1 :]
            yield f"{char!r} doubled", text[:index] + char + text[index:]


def _paths(automaton: Automaton) -> list[str]:
    """For each transition on a way to acceptance the shortest member through it."""
    reached = {automaton.initial: ""}
    waiting = [automaton.initial]
    for state in waiting:
        for number, cls in enumerate(automaton.classes):
            there = automaton.transitions[state][number]
            if there not in reached:
                reached[there] = reached[state] + cls.representative
                waiting.append(there)
    ends = dict.fromkeys(automaton.accepting, "")
    grown = True
    while grown:
        grown = False
        for state in automaton.states:
            for number, cls in enumerate(automaton.classes):
                there = automaton.transitions[state][number]
                if there in ends and (state not in ends or len(ends[there]) + 1 < len(ends[state])):
                    ends[state] = cls.representative + ends[there]
                    grown = True
    return [
        reached[state] + cls.representative + ends[automaton.transitions[state][number]]
        for state in reached
        for number, cls in enumerate(automaton.classes)
        if automaton.transitions[state][number] in ends
    ] + ([""] if automaton.initial in automaton.accepting else [])
