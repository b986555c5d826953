"""A few matching texts of a pattern that look like real data, and a few near misses.

The complete sets of a pattern are in ``strategies.patterns``.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from contracts.oracle import is_disputed
from contracts.patterns import Pattern, state_cover

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Field
    from contracts.patterns import Automaton

#: Realistic texts, filtered by each pattern.
NATURAL: Final = (
    "ann@example.org",
    "Ann.Lee+alerts@mail.example.co.uk",
    "O'Brien@example.com",
    "a_b-c@x-1.y2.museum",
    "1@2.io",
    "-@a.zz",
    # Everything that an address may hold at once, and as long as one may be.
    f"X_1.o'Brien+tag-{'z' * 48}@xn--bcher-kva.A-1.{'b' * 63}.{'c' * 63}.Example.museum",
    f"{'a1' * 32}@{'b' * 63}.{'c' * 63}.{'d' * 57}.org",
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
#: The number of matching texts that are edited into near misses.
_EDITED: Final = 6
#: The maximum number of near misses; the complete sets have more.
_MOST: Final = 48


@lru_cache(maxsize=64)
def example_members(source: str) -> tuple[str, ...]:
    """Texts that match the pattern: realistic ones first, then a shortest one through every state.

    Raises ValueError for a pattern without matching texts: no valid body could exist.
    """
    pattern = Pattern.compile(source)
    found = [text for text in NATURAL if pattern.matches(text)]
    found.extend(_paths(pattern.automaton))
    if not found:
        raise ValueError(f"Expected a pattern that some text matches, got {source!r}: correct the contract document")
    return tuple(dict.fromkeys(found))[:_MOST]


def undisputed_members(field: Field) -> tuple[str, ...]:
    """Texts that match the field's pattern and that no service may refuse; none without a pattern."""
    return () if field.pattern is None else _undisputed(field.pattern, is_email=field.format == "email")


@lru_cache(maxsize=64)
def _undisputed(source: str, *, is_email: bool) -> tuple[str, ...]:
    found = example_members(source)
    return tuple(text for text in found if not is_disputed(text)) if is_email else found


@lru_cache(maxsize=64)
def example_near_misses(source: str) -> tuple[tuple[str, str], ...]:
    """Pairs (mistake, text): matching texts with one edit after which they do not match, kinds of edits in turn."""
    pattern = Pattern.compile(source)
    characters = [cls.representative for cls in pattern.automaton.classes]
    kinds: dict[str, dict[str, str]] = {}
    for text in ("", *example_members(source)[:_EDITED]):
        for kind, label, edited in _edits(text, characters) if text else [("empty", "the empty text", "")]:
            if not pattern.matches(edited):
                kinds.setdefault(kind, {}).setdefault(edited, label)
    turns = zip_longest(*(found.items() for found in kinds.values()))
    ordered = {pair[0]: pair[1] for turn in turns for pair in turn if pair is not None}
    return tuple((label, text) for text, label in ordered.items())[:_MOST]


def _edits(text: str, characters: list[str]) -> Iterator[tuple[str, str, str]]:
    """Triples (kind of edit, description, edited text), the most common mistakes first."""
    # Punctuation of the text, such as the only dot of a domain, matters more than letters.
    characters = sorted(characters, key=lambda character: (character.isalnum(), character not in text))
    middle = len(text) // 2
    for index, char in enumerate(text):
        if not char.isalnum():
            yield "doubled", f"{char!r} doubled", text[:index] + char + text[index:]
    for character in characters:
        yield "added first", f"{character!r} added first", character + text
        yield "added last", f"{character!r} added last", text + character
    for index, char in enumerate(text):
        if not char.isalnum():
            yield "missing", f"{char!r} missing", text[:index] + text[index + 1 :]
    for character in characters:
        yield "added in the middle", f"{character!r} added in the middle", text[:middle] + character + text[middle:]
    yield "line feed", "a line feed behind it", f"{text}\n"
    for character in characters:
        yield "on a second line", f"{character!r} on a second line", f"{text}\n{character}"
        yield "behind 100 characters", f"{character!r} behind 100 characters", f"{text}{'x' * 100}{character}"
    yield "white space", "a space behind it", f"{text} "
    yield "white space", "a space in front", f" {text}"
    yield "line feed", "a line break behind it", f"{text}\r\n"
    yield "line feed", "a line feed in front", f"\n{text}"
    yield "white space", "U+3000 behind it", f"{text}\u3000"
    yield "cut", "last character missing", text[:-1]
    yield "cut", "first character missing", text[1:]
    yield "twice", "twice", text + text
    yield "twice", "twice, on two lines", f"{text}\n{text}"


def _paths(automaton: Automaton) -> list[str]:
    """For each transition on a path to acceptance a shortest matching text through it."""
    reached = {state: automaton.text_of(word) for state, word in state_cover(automaton).items()}
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
