"""Texts that break the pattern of a field, ordered so that few requests find most wrong validations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.kinds.violations import kinds_of_mismatch
from contracts.patterns import Pattern
from strategies.cases.pattern_cases import natural_words, pattern_cases
from strategies.cases.turns import in_turn
from strategies.encoding import json_case
from strategies.example_values import example_near_misses
from strategies.hard_texts import filler
from strategies.surrounding_fields import SurroundingFields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract, Field
    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames

#: The maximum number of near misses of a field.
_MISSES: Final = 24
#: The number of common texts that come before all edits but the first, the empty text.
_FIRST: Final = 8
#: So many states of a pattern get it one more turn: the more it says, the more can be wrong.
_STATES: Final = 5
#: The common texts that most validations get wrong, each in a different way.
_TITLES: Final = (
    *("1.2", "/", ".start", "a / b", "https://example.com", "...", "ann@example.org", "end.", "and/or", "C:/x", "a/"),
    *("a . b", "/etc/passwd", "example.com", "</b>", "..", "%2F.", "1/2", "a@b.co", "Dr. Who"),
)
_ADDRESSES: Final = (
    *("a@b.co\n", "a@b_c.co", "a\U0001d7d7@b.co", ".a@b.co", "a@-b.co", "a@b.c1", "Ann <ann@example.com>", "a@b"),
    *("a.@b.co", '"a b"@c.de', "a@b.co.", "a@b.c", "a@[127.0.0.1]", "@b.co", "a!b@c.de", "a@b\u212a.co", "a b@c.de"),
    *("ü@example.com", "a@@b.co", " a@b.co", "a@b.co, c@d.co", "mailto:a@b.co", "a\uff20b.co", "no-at-sign"),
    *("a..b@c.de", "a@b..co", "a@b.123", "a@localhost", "a@exämple.com", "a@b.co ", "a@b@c.de", "a#b@c.de"),
    *("\na@b.co", "a@b.co;c@d.co", "a,b@c.de", "a(x)@b.co", "'@b.co"),
)
#: A prefix that hides a wrong character from checks of the first line, the first characters, or ASCII only.
_BEFORE: Final = f"{filler(257)}\n\U0001d504 東京 "
#: The length of a text that an expression with quadratic time takes seconds to check, and an address of that length.
_LONG: Final = 4_000
_SLOW_ADDRESS: Final = f"{'a' * _LONG}..b@{'c.' * 24}de"


def telling_words(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """For each field with a pattern: texts with a hidden wrong character, common texts, and edits."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    queues = []
    for field in contract.fields:
        if field.pattern is not None:
            pattern = Pattern.compile(field.pattern)
            edits = list(_edits(field, surrounding_fields))
            natural = _natural(contract, field, pattern, names, seed)
            hidden = [*_hidden(field, pattern, surrounding_fields)]
            # The empty text is the second or third word; a common one is the first if no character can be hidden.
            shown = 0 if hidden else 1
            first = [*hidden, *natural[:shown], *edits[:1], *_slow(field, pattern, surrounding_fields)]
            words = [*first, *natural[shown:_FIRST], *in_turn([natural[_FIRST:], edits[1:]])]
            turns = 1 + len(pattern.automaton.transitions) // _STATES
            queues += [words[turn::turns] for turn in range(turns)]
    return in_turn(queues)


def _hidden(field: Field, pattern: Pattern, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """A wrong character where a weak check does not find it: in a long text, on its second line, among others.

    The first one is at the end of a longer text that an expression with quadratic time takes seconds to check.
    """
    harmless, behind = f"{_BEFORE}x{filler(_LONG)}", ""
    for cls in pattern.automaton.classes:
        char = cls.representative
        if pattern.matches(harmless) and not pattern.matches(f"{harmless}{char}{behind}"):
            body = surrounding_fields.body(field, "minimal") | {field.path: f"{harmless}{char}{behind}"}
            intent = f"request.{field.path}.pattern ({char!r} in a long text of two lines)"
            yield json_case(body, case_set=f"priority.{field.path}", intent=intent, style="solidus")
            harmless, behind = f"{_BEFORE}x", "x"


def _slow(field: Field, pattern: Pattern, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """A long address with many labels that misses the pattern by two dots in a row."""
    if pattern.matches("a@b.co") and not pattern.matches(_SLOW_ADDRESS):
        body = surrounding_fields.body(field, "minimal") | {field.path: _SLOW_ADDRESS}
        intent = f"request.{field.path}.pattern (a long address with two dots in a row)"
        yield json_case(body, case_set=f"priority.{field.path}", intent=intent)


def _natural(contract: Contract, field: Field, pattern: Pattern, names: UniqueNames, seed: int) -> list[Case]:
    words = natural_words(pattern)
    cases = dict(zip(words, pattern_cases(contract, field, words, names, seed, case_set="natural"), strict=True))
    wrong = {word.text: case for word, case in cases.items() if not word.member}
    first = [wrong[text] for text in (*_TITLES, *_ADDRESSES) if text in wrong]
    return first + [case for case in wrong.values() if case not in first]


def _edits(field: Field, surrounding_fields: SurroundingFields) -> Iterator[Case]:
    pattern = field.pattern or ""
    # Each offending character once before any is repeated, and each of its positions before any is repeated.
    ways: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for label, text in example_near_misses(pattern):
        kinds = kinds_of_mismatch(pattern, text)
        ways.setdefault(kinds[0], {}).setdefault(kinds[-1], []).append((label, text))
    for label, text in in_turn([in_turn(list(places.values())) for places in ways.values()])[:_MISSES]:
        body = surrounding_fields.body(field) | {field.path: text}
        intent = f"request.{field.path}.pattern ({label})"
        yield json_case(body, case_set=f"priority.{field.path}", intent=intent, identifier=label)
