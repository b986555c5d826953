"""Wrong versions of a pattern: a part omitted or widened, or another expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from contracts.diagnosis.lenient_matching import changed_before
from contracts.diagnosis.observation import ACCEPTED, REFUSED, Observation
from contracts.patterns import Automaton, PatternError
from contracts.patterns.charsets import CharSet, charset, complement, contains
from contracts.patterns.construction import build
from contracts.patterns.syntax import parse
from contracts.patterns.tree import (
    Chars,
    Choice,
    LookAhead,
    Node,
    Parsed,
    Repeat,
    Sequence,
    TextEnd,
    TextStart,
)
from contracts.patterns.written import written

if TYPE_CHECKING:
    from contracts.document import Field

_EMPTY: Final = Sequence(())
#: The maximum number of adjacent characters that are added to a character class.
_FEW: Final = 0x40
_ANYTHING: Final = Repeat(Chars(charset([(0, 0x10FFFF)])), 0, None)
#: Expressions in common use for e-mail addresses, in the syntax of Python's re.
_EMAIL: Final = {
    "anything with an @ in it": r"(?s).*@.*",
    "something, an @, something": r"(?s).+@.+",
    "the one without blanks: [^@\\s]+@[^@\\s]+\\.[^@\\s]+": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "that of HTML's input type=email": (
        r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
        r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*"
    ),
    "the common [A-Z0-9._%+-]+@[A-Z0-9.-]+\\.[A-Z]{2,}": r"(?i)[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,}",
}
Matches = Callable[[str], bool]


def other_patterns(field: Field) -> Iterator[tuple[str, Callable[[Observation], str | None]]]:
    """Hypotheses about the pattern of a field: which pattern the service uses instead."""
    for sentence, matches in _languages(field.pattern or "", is_email=field.format == "email"):
        yield f"{field.path}: the service behaves as if {sentence}", _predicting(field, matches)


def _predicting(field: Field, matches: Matches) -> Callable[[Observation], str | None]:
    clause = f"request.{field.path}.pattern"

    def predicts(seen: Observation) -> str | None:
        text = seen.body.get(field.path)
        if not isinstance(text, str) or seen.broken not in {"", clause}:
            return None
        return ACCEPTED if matches(text) else REFUSED

    return predicts


def _languages(pattern: str, *, is_email: bool) -> Iterator[tuple[str, Matches]]:
    parsed = parse(pattern)
    right = build(pattern, parsed)[0]
    for what, tree in _edited(parsed.tree):
        automaton = _built(pattern, replace(parsed, tree=tree, written=(*parsed.written, *_sets(tree))))
        if automaton is not None:
            yield f"{what} in the pattern", automaton.accepts
    yield "a line break at the end were allowed (as by $ in many languages)", _up_to_line_break(right)
    yield "only one line of the string had to match (the flag m)", lambda t: any(map(right.accepts, t.split("\n")))
    yield "case did not matter", lambda t: right.accepts(t.lower()) or right.accepts(t.upper())
    for length in (64, 100, 128, 255, 256):
        yield f"only its first {length} characters were checked", _first_of(right, length)
    if is_email:
        for what, expression in _EMAIL.items():
            yield f"the expression were another one: {what}", _python(expression)
    yield from changed_before(right.accepts, is_email=is_email)
    yield "there were no pattern, and any string were taken", lambda _: True
    yield "there were no pattern, and any string but the empty one were taken", bool


def _up_to_line_break(automaton: Automaton) -> Matches:
    return lambda text: automaton.accepts(text.removesuffix("\n"))


def _first_of(automaton: Automaton, length: int) -> Matches:
    return lambda text: automaton.accepts(text[:length])


def _python(expression: str) -> Matches:
    compiled = re.compile(expression)
    return lambda text: compiled.fullmatch(text) is not None


@lru_cache(maxsize=1_024)
def _built(pattern: str, parsed: Parsed) -> Automaton | None:
    try:
        return build(pattern, parsed)[0]
    except PatternError:  # the automaton is too large
        return None


def _sets(node: Node) -> Iterator[CharSet]:
    match node:
        case Chars(chars):
            yield chars
        case Repeat(body) | LookAhead(body):
            yield from _sets(body)
        case Sequence(parts) | Choice(parts):
            for part in parts:
                yield from _sets(part)


def _edited(node: Node) -> Iterator[tuple[str, Node]]:
    """Every variant of the tree with one part changed, with a description of the change."""
    yield from _edited_here(node)
    match node:
        case Sequence(parts) | Choice(parts):
            for index, part in enumerate(parts):
                for what, other in _edited(part):
                    yield what, type(node)((*parts[:index], other, *parts[index + 1 :]))
        case Repeat(body) | LookAhead(body):
            for what, other in _edited(body):
                yield what, replace(node, body=other)


def _edited_here(node: Node) -> Iterator[tuple[str, Node]]:
    shown = written(node)
    match node:
        case LookAhead():
            yield f"{shown} were missing", _EMPTY
        case TextStart() | TextEnd():
            # Without an anchor the pattern may match anywhere.
            yield f"{shown} were missing", _ANYTHING
        case Choice(options):
            for number, option in enumerate(options):
                yield f"{written(option)} were missing", Choice((*options[:number], *options[number + 1 :]))
        case Repeat(body, least, most):
            yield from _other_counts(shown, body, least, most)
        case Chars():
            yield from _other_characters(shown, node)


def _other_characters(shown: str, node: Chars) -> Iterator[tuple[str, Node]]:
    chars = node.chars
    yield f"{shown} were optional", Repeat(node, 0, 1)
    for number, part in enumerate(chars if len(chars) > 1 else ()):
        yield f"{written(Chars((part,)))} were missing from {shown}", Chars((*chars[:number], *chars[number + 1 :]))
    digits = (ord("0"), ord("9"))
    more = [] if contains(chars, digits[0]) else [digits]
    more += [part for part in complement(chars) if part[1] - part[0] < _FEW]
    more += [(code, code) for code in map(ord, "_-./ +") if not contains(chars, code)]
    for part in dict.fromkeys(more):
        yield f"{written(Chars((part,)))} were allowed beside {shown}", Chars(charset([*chars, part]))
    yield f"any character were allowed for {shown}", Chars(charset([(0, 0x10FFFF)]))


def _other_counts(shown: str, body: Node, least: int, most: int | None) -> Iterator[tuple[str, Node]]:
    for fewer in range(least):
        yield f"{fewer} were enough for {shown}", Repeat(body, fewer, most)
    yield f"one more were needed for {shown}", Repeat(body, least + 1, most)
    if most is None:
        for bound in (*range(least, least + 4), 6, 10, 20, 30, 32, 50, 63, 64, 100, 128, 255, 256):
            if bound >= max(least, 1):
                yield f"at most {bound} were allowed for {shown}", Repeat(body, least, bound)
