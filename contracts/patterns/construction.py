"""Construction of the minimal automaton of a parsed pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.patterns.automaton import Automaton, CharacterClass, preference, representative
from contracts.patterns.charsets import MAX_CODE_POINT, contains, partition, size
from contracts.patterns.pattern_error import PatternTooLargeError
from contracts.patterns.program import ALWAYS, Conjunction, Formula, Program, conjoined, simplified
from contracts.patterns.tree import DIGITS, LINE_TERMINATORS, SPACE, WORD

if TYPE_CHECKING:
    from contracts.patterns.charsets import CharSet
    from contracts.patterns.tree import Parsed

_MOST_STATES: Final = 5_000
_VISIBLE: Final = range(0x21, 0x7F)
_NAMES: Final = {
    LINE_TERMINATORS: "line terminator",
    DIGITS: "0-9",
    SPACE: "white space",
    WORD: "word character",
}


def build(source: str, parsed: Parsed) -> tuple[Automaton, tuple[tuple[int, ...], ...]]:
    """The minimal total automaton of the texts in which the pattern is found, and its situations.

    A situation is a shortest word of classes that leads to a state before minimisation: a position that the pattern
    writes separately, even if it is equivalent to another one. Raises PatternError if the automaton is too large.
    """
    classes = sorted(partition(parsed.written), key=preference)
    rows, accepting = _determinised(source, Program(source, parsed.tree), classes)
    situations = _shortest_words(rows)
    rows, accepting = _minimised(rows, accepting)
    automaton = Automaton(
        tuple(CharacterClass(_name(chars), chars, representative(chars)) for chars in classes),
        tuple(map(tuple, rows)),
        frozenset(accepting),
    )
    return automaton, situations


def _shortest_words(rows: list[list[int]]) -> tuple[tuple[int, ...], ...]:
    words: dict[int, tuple[int, ...]] = {0: ()}
    for state in (waiting := [0]):
        for cls, there in enumerate(rows[state]):
            if there not in words:
                words[there] = (*words[state], cls)
                waiting.append(there)
    return tuple(words.values())


def _determinised(source: str, program: Program, classes: list[CharSet]) -> tuple[list[list[int]], set[int]]:
    numbers: dict[Formula, int] = {program.initial: 0}
    waiting = [program.initial]
    rows: list[list[int]] = []
    # Any member represents its class: the classes refine every set of the pattern.
    samples = [(chars[0][0], contains(WORD, chars[0][0])) for chars in classes]
    steps: dict[tuple[int, int], Formula] = {}
    for state in waiting:
        row: list[int] = []
        for cls, (sample, word) in enumerate(samples):
            found: set[Conjunction] = set()
            for part in state:
                formulas = []
                for literal in part:
                    key = (literal, cls)
                    if key not in steps:
                        steps[key] = program.step(literal, sample, word=word)
                    formulas.append(steps[key])
                found |= conjoined(formulas or [ALWAYS])
            there = simplified(found)
            if there not in numbers:
                if len(numbers) >= _MOST_STATES:
                    raise PatternTooLargeError(
                        source,
                        f"more than {_MOST_STATES} states",
                        None,
                        "Use a simpler pattern or smaller counts.",
                    )
                numbers[there] = len(numbers)
                waiting.append(there)
            row.append(numbers[there])
        rows.append(row)
    return rows, {number for state, number in numbers.items() if program.accepts_end(state)}


def _minimised(rows: list[list[int]], accepting: set[int]) -> tuple[list[list[int]], set[int]]:
    """Moore's partition refinement, followed by breadth-first numbering of the states."""
    block = [int(state in accepting) for state in range(len(rows))]
    count = len(set(block))
    while True:
        signatures: dict[tuple[int, ...], int] = {}
        block = [
            signatures.setdefault((block[state], *[block[there] for there in row]), len(signatures))
            for state, row in enumerate(rows)
        ]
        if len(signatures) == count:
            break
        count = len(signatures)
    order = {block[0]: 0}
    waiting = [0]
    smaller: list[list[int]] = []
    for state in waiting:
        for there in rows[state]:
            if block[there] not in order:
                order[block[there]] = len(order)
                waiting.append(there)
        smaller.append([order[block[there]] for there in rows[state]])
    return smaller, {order[block[state]] for state in waiting if state in accepting}


def _name(chars: CharSet) -> str:
    if chars in _NAMES:
        return _NAMES[chars]
    if size(chars) > MAX_CODE_POINT // 2:
        return "any other"
    shown = [_shown(low) if low == high else f"{_shown(low)}-{_shown(high)}" for low, high in chars[:4]]
    return " ".join(shown) + (" ..." if len(chars) > len(shown) else "")


def _shown(code_point: int) -> str:
    return chr(code_point) if code_point in _VISIBLE else f"U+{code_point:04X}"
